# Português (Brasil)

error-title = Erro: { $title }
back-to-sign-in = Voltar para o login
continue-button = Continuar

## Nomes dos campos
username-label = Nome de usuário
email-label = Endereço de e-mail
phone-label = Número de telefone
phone-hint = Com o código do país, por exemplo +14325551212
email-or-phone-label = Endereço de e-mail ou número de telefone
password-label = Senha
confirm-password-label = Confirmar senha
password-optional = Você pode deixar em branco e entrar com códigos.
new-password-label = Nova senha
confirm-new-password-label = Confirmar nova senha
code-label = Código
attribute-address = Endereço
attribute-birthdate = Data de nascimento
attribute-family-name = Sobrenome
attribute-gender = Gênero
attribute-given-name = Nome
attribute-locale = Idioma
attribute-middle-name = Nome do meio
attribute-name = Nome completo
attribute-nickname = Apelido
attribute-picture = Foto (endereço da web)
attribute-preferred-username = Nome de usuário preferido
attribute-profile = Perfil (endereço da web)
attribute-updated-at = Última atualização
attribute-website = Site
attribute-zoneinfo = Fuso horário

## Requisitos da senha
policy-intro = A senha precisa de:
policy-length = pelo menos { $count } caracteres
policy-lower = uma letra minúscula
policy-upper = uma letra maiúscula
policy-number = um número
policy-symbol = um caractere especial ou um espaço

## Login
sign-in-heading = Entrar
sign-in-intro = Entre na sua conta.
sign-in-button = Entrar
next-button = Avançar
forgot-link = Esqueceu a senha?
sign-up-question = Novo por aqui?
sign-up-link = Criar uma conta
continue-heading = Que bom ver você de novo
continue-intro = Você já entrou como { $username }.
continue-as-button = Continuar como { $username }
switch-link = Entrar com outra conta
signed-out-heading = Sessão encerrada
signed-out = Você saiu da sua conta.
consent-heading = Dar acesso à sua conta?
consent-intro = { $client } pede acesso à sua conta { $username }.
consent-scopes = O que é pedido: { $scopes }
consent-target = Você será enviado para { $target }.
consent-allow-button = Permitir
consent-deny-button = Não permitir
providers-label = Outras formas de entrar
provider-button = Continuar com { $provider }
providers-or = ou
provider-search-label = E-mail do trabalho ou seu domínio
provider-search-unknown = Nenhuma organização entra com este domínio.

## Cadastro
sign-up-heading = Criar uma conta
sign-up-intro = Preencha os dados da sua nova conta.
sign-up-button = Criar conta
sign-in-question = Já tem uma conta?
sign-in-link = Entrar
terms-notice = Ao se cadastrar, você concorda com nossos { $terms } e nossa { $privacy }.
terms-of-use = termos de uso
privacy-policy = política de privacidade
confirm-heading = Confirme sua conta
confirm-button = Confirmar conta
resend-question = Não recebeu um código?
resend-button = Enviar um novo código
code-resent = Enviamos um novo código.
link-sent = Enviamos um link por e-mail para { $destination }. Abra-o para confirmar sua conta.
link-open = Abra o link que enviamos para confirmar sua conta.
link-resent = Enviamos um novo link.
resend-link-question = Não recebeu um link?
resend-link-button = Enviar um novo link
confirmed-heading = Conta confirmada
confirmed = Seu cadastro foi confirmado!
confirmed-sign-in = Sua conta foi confirmada. Entre para continuar.

## Códigos
code-sent-email = Enviamos um código por e-mail para { $destination }.
code-sent-sms = Enviamos um código por SMS para { $destination }.
code-sent-maybe = Se esta conta existir, enviamos um código para ela.
code-app = Digite o código do seu aplicativo autenticador.
code-app-named = Digite o código do seu aplicativo autenticador em { $device }.
code-enter = Digite o código que enviamos para você.

## Senhas
forgot-heading = Redefinir a senha
forgot-intro = Diga quem você é e enviaremos um código.
forgot-button = Enviar código
reset-heading = Escolha uma nova senha
reset-button = Alterar senha
reset-done = Sua senha foi alterada. Entre com a nova.
reset-required = Sua senha precisa ser redefinida antes de você entrar.
new-password-heading = Escolha uma nova senha
new-password-intro = Sua senha era temporária. Escolha uma sua.

## Segunda etapa
mfa-heading = Confirme que é você
mfa-choice-heading = Confirme que é você
mfa-choice-intro = Escolha como receber ou gerar um código.
mfa-setup-heading = Proteja sua conta
mfa-setup-intro = O login exige uma segunda etapa. Escolha qual deseja configurar.
first-factor-heading = Como você quer entrar?
first-factor-intro = Entrando como { $username }.
factor-password = Senha
factor-passkey = Chave de acesso
factor-email = Código por e-mail
factor-sms = Código por SMS
factor-app = Aplicativo autenticador
email-setup-heading = Configurar códigos por e-mail
email-setup-intro = Digite o endereço para onde seus códigos devem ir.
phone-setup-heading = Configurar códigos por SMS
phone-setup-intro = Digite o número de telefone para onde seus códigos devem ir.
totp-heading = Configurar um aplicativo autenticador
totp-scan = Escaneie o código QR com um aplicativo autenticador no seu telefone.
totp-qr = Código QR para seu aplicativo autenticador
totp-key = Se não puder escanear, digite esta chave no aplicativo:
totp-code = Depois, digite o código que o aplicativo mostra.
totp-device-label = Nome para este dispositivo (opcional)

## Chaves de acesso
passkey-heading = Entre mais rápido com uma chave de acesso
passkey-intro = Com uma chave de acesso você entra usando a digital, o rosto ou o bloqueio de tela. Nenhuma senha para lembrar, nada para roubar.
passkey-create-button = Criar uma chave de acesso
passkey-skip = Agora não
passkey-sign-in-heading = Use sua chave de acesso
passkey-sign-in-intro = Seu dispositivo pedirá que você confirme que é você.
passkey-sign-in-button = Usar chave de acesso
passkey-failed = Não foi possível usar a chave de acesso. Tente de novo ou escolha outra forma.
passkeys-full = Você já tem tantas chaves de acesso quanto uma conta pode ter.
passkey-no-script = As chaves de acesso precisam de JavaScript, que está desativado neste navegador.

## Erros
error-heading = Algo deu errado
error-page = Ocorreu um erro na página solicitada.
error-expired = Demorou demais ou a página foi aberta duas vezes. Comece de novo.
error-form = Não foi possível verificar o formulário. Volte, recarregue a página e tente de novo.
error-unavailable = As páginas de login não estão disponíveis. Fale com um administrador.
error-server = O serviço está com um problema. Tente de novo em instantes.
error-busy = Solicitações demais. Tente de novo em instantes.
refusal-missing = O parâmetro obrigatório '{ $name }' está ausente
refusal-repeated = O parâmetro '{ $name }' está repetido
refusal-malformed = O parâmetro '{ $name }' não é válido
refusal-client = O aplicativo não existe.
refusal-client-off = O aplicativo não pode conectar ninguém aqui.
refusal-provider = Esta opção de login não está disponível. Tente outra.
refusal-saml = samlResponse ou relayState inválido do provedor de identidade
refusal-relay-state = relayState inválido do provedor de identidade
refusal-other = A solicitação foi recusada: { $detail }
wrong-password = Nome de usuário ou senha incorretos.
attempts-exceeded = Tentativas demais. Tente de novo mais tarde.
user-disabled = Esta conta está desativada. Fale com um administrador.
temporary-password-expired = A senha temporária expirou. Fale com um administrador.
code-wrong = O código não está certo. Confira e tente de novo.
code-expired = O código não é mais válido. Peça um novo.
code-used = Este código já foi usado. Espere o próximo.
delivery-failed = Não foi possível enviar o código. Tente de novo mais tarde.
username-taken = Já existe uma conta com este nome.
sign-up-off = O cadastro não está disponível.
recovery-off = Fale com um administrador para redefinir sua senha.
password-policy = A senha não atende aos requisitos.
password-reused = Escolha uma senha que você ainda não usou.
passwords-differ = As duas senhas não são iguais.
field-missing = Preencha: { $label }
not-confirmable = Esta conta não pode ser confirmada por um código. Fale com um administrador.
