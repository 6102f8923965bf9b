# Español

error-title = Error: { $title }
back-to-sign-in = Volver a iniciar sesión
continue-button = Continuar

## Nombres de los campos
username-label = Nombre de usuario
email-label = Correo electrónico
phone-label = Número de teléfono
phone-hint = Con el prefijo del país, por ejemplo +14325551212
email-or-phone-label = Correo electrónico o número de teléfono
password-label = Contraseña
confirm-password-label = Confirmar contraseña
password-optional = Puede dejarlo vacío e iniciar sesión con códigos.
new-password-label = Contraseña nueva
confirm-new-password-label = Confirmar contraseña nueva
code-label = Código
attribute-address = Dirección
attribute-birthdate = Fecha de nacimiento
attribute-family-name = Apellidos
attribute-gender = Género
attribute-given-name = Nombre
attribute-locale = Idioma
attribute-middle-name = Segundo nombre
attribute-name = Nombre completo
attribute-nickname = Apodo
attribute-picture = Imagen (dirección web)
attribute-preferred-username = Nombre de usuario preferido
attribute-profile = Perfil (dirección web)
attribute-updated-at = Última actualización
attribute-website = Sitio web
attribute-zoneinfo = Zona horaria

## Requisitos de la contraseña
policy-intro = La contraseña necesita:
policy-length = al menos { $count } caracteres
policy-lower = una letra minúscula
policy-upper = una letra mayúscula
policy-number = un número
policy-symbol = un carácter especial o un espacio

## Inicio de sesión
sign-in-heading = Iniciar sesión
sign-in-intro = Inicie sesión en su cuenta.
sign-in-button = Iniciar sesión
next-button = Siguiente
forgot-link = ¿Ha olvidado su contraseña?
sign-up-question = ¿Es nuevo aquí?
sign-up-link = Crear una cuenta
continue-heading = Hola de nuevo
continue-intro = Ya ha iniciado sesión como { $username }.
continue-as-button = Continuar como { $username }
switch-link = Iniciar sesión con otra cuenta
signed-out-heading = Sesión cerrada
signed-out = Ha cerrado la sesión.
consent-heading = ¿Dar acceso a su cuenta?
consent-intro = { $client } solicita acceso a su cuenta { $username }.
consent-scopes = Solicita: { $scopes }
consent-target = Se le enviará a { $target }.
consent-allow-button = Permitir
consent-deny-button = No permitir
providers-label = Otras formas de iniciar sesión
provider-button = Continuar con { $provider }
providers-or = o
provider-search-label = Correo electrónico del trabajo o su dominio
provider-search-unknown = Ninguna organización inicia sesión con este dominio.

## Registro
sign-up-heading = Crear una cuenta
sign-up-intro = Complete los datos de su cuenta nueva.
sign-up-button = Crear cuenta
sign-in-question = ¿Ya tiene una cuenta?
sign-in-link = Iniciar sesión
terms-notice = Al registrarse, acepta nuestros { $terms } y nuestra { $privacy }.
terms-of-use = términos de uso
privacy-policy = política de privacidad
confirm-heading = Confirme su cuenta
confirm-button = Confirmar cuenta
resend-question = ¿No ha recibido ningún código?
resend-button = Enviar un código nuevo
code-resent = Hemos enviado un código nuevo.
link-sent = Hemos enviado un enlace por correo electrónico a { $destination }. Ábralo para confirmar su cuenta.
link-open = Abra el enlace que le hemos enviado para confirmar su cuenta.
link-resent = Hemos enviado un enlace nuevo.
resend-link-question = ¿No ha recibido ningún enlace?
resend-link-button = Enviar un enlace nuevo
confirmed-heading = Cuenta confirmada
confirmed = ¡Su registro se ha confirmado!
confirmed-sign-in = Su cuenta está confirmada. Inicie sesión para continuar.

## Códigos
code-sent-email = Hemos enviado un código por correo electrónico a { $destination }.
code-sent-sms = Hemos enviado un código por mensaje de texto a { $destination }.
code-sent-maybe = Si esta cuenta existe, le hemos enviado un código.
code-app = Introduzca el código de su aplicación de autenticación.
code-app-named = Introduzca el código de su aplicación de autenticación en { $device }.
code-enter = Introduzca el código que le hemos enviado.

## Contraseñas
forgot-heading = Restablecer la contraseña
forgot-intro = Díganos quién es y le enviaremos un código.
forgot-button = Enviar código
reset-heading = Elija una contraseña nueva
reset-button = Cambiar contraseña
reset-done = Su contraseña se ha cambiado. Inicie sesión con la nueva.
reset-required = Debe restablecer su contraseña antes de iniciar sesión.
new-password-heading = Elija una contraseña nueva
new-password-intro = Su contraseña era temporal. Elija una propia.

## Segundo paso
mfa-heading = Verifique que es usted
mfa-choice-heading = Verifique que es usted
mfa-choice-intro = Elija cómo quiere recibir o generar un código.
mfa-setup-heading = Proteja su cuenta
mfa-setup-intro = El inicio de sesión requiere un segundo paso. Elija el que quiere configurar.
first-factor-heading = ¿Cómo quiere iniciar sesión?
first-factor-intro = Inicio de sesión como { $username }.
factor-password = Contraseña
factor-passkey = Clave de acceso
factor-email = Código por correo electrónico
factor-sms = Código por mensaje de texto
factor-app = Aplicación de autenticación
email-setup-heading = Configurar códigos por correo electrónico
email-setup-intro = Introduzca la dirección a la que deben llegar sus códigos.
phone-setup-heading = Configurar códigos por mensaje de texto
phone-setup-intro = Introduzca el número de teléfono al que deben llegar sus códigos.
totp-heading = Configurar una aplicación de autenticación
totp-scan = Escanee el código QR con una aplicación de autenticación en su teléfono.
totp-qr = Código QR para su aplicación de autenticación
totp-key = Si no puede escanearlo, introduzca esta clave en la aplicación:
totp-code = Después, introduzca el código que muestra la aplicación.
totp-device-label = Nombre para este dispositivo (opcional)

## Claves de acceso
passkey-heading = Inicie sesión más rápido con una clave de acceso
passkey-intro = Una clave de acceso inicia su sesión con la huella, la cara o el bloqueo de pantalla. Sin contraseña que recordar y sin nada que robar.
passkey-create-button = Crear una clave de acceso
passkey-skip = Ahora no
passkey-sign-in-heading = Use su clave de acceso
passkey-sign-in-intro = Su dispositivo le pedirá que confirme que es usted.
passkey-sign-in-button = Usar clave de acceso
passkey-failed = No se ha podido usar la clave de acceso. Inténtelo de nuevo o elija otra forma.
passkeys-full = Ya tiene tantas claves de acceso como puede tener una cuenta.
passkey-no-script = Las claves de acceso necesitan JavaScript, que está desactivado en este navegador.

## Errores
error-heading = Algo ha ido mal
error-page = Se ha producido un error en la página solicitada.
error-expired = Ha tardado demasiado o la página se ha abierto dos veces. Empiece de nuevo.
error-form = No se ha podido comprobar el formulario. Vuelva atrás, recargue la página e inténtelo de nuevo.
error-unavailable = Las páginas de inicio de sesión no están disponibles. Póngase en contacto con un administrador.
error-server = El servicio tiene un problema. Inténtelo de nuevo en un momento.
error-busy = Demasiadas solicitudes. Inténtelo de nuevo en un momento.
refusal-missing = Falta el parámetro obligatorio «{ $name }»
refusal-repeated = El parámetro «{ $name }» está repetido
refusal-malformed = El parámetro «{ $name }» no es válido
refusal-client = La aplicación no existe.
refusal-client-off = La aplicación no puede iniciar sesiones aquí.
refusal-provider = Esta opción de inicio de sesión no está disponible. Pruebe otra.
refusal-saml = samlResponse o relayState no válidos del proveedor de identidad
refusal-relay-state = relayState no válido del proveedor de identidad
refusal-other = Se ha rechazado la solicitud: { $detail }
wrong-password = El nombre de usuario o la contraseña no son correctos.
attempts-exceeded = Demasiados intentos. Inténtelo más tarde.
user-disabled = Esta cuenta está desactivada. Póngase en contacto con un administrador.
temporary-password-expired = La contraseña temporal ha caducado. Póngase en contacto con un administrador.
code-wrong = El código no es correcto. Compruébelo e inténtelo de nuevo.
code-expired = El código ya no es válido. Pida uno nuevo.
code-used = Este código ya se ha usado. Espere al siguiente.
delivery-failed = No se ha podido enviar el código. Inténtelo más tarde.
username-taken = Ya existe una cuenta con este nombre.
sign-up-off = El registro no está disponible.
recovery-off = Póngase en contacto con un administrador para restablecer su contraseña.
password-policy = La contraseña no cumple los requisitos.
password-reused = Elija una contraseña que no haya usado antes.
passwords-differ = Las dos contraseñas no coinciden.
field-missing = Complete: { $label }
not-confirmable = Esta cuenta no se puede confirmar con un código. Póngase en contacto con un administrador.
