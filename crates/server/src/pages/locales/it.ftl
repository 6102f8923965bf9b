# Italiano

error-title = Errore: { $title }
back-to-sign-in = Torna all’accesso
continue-button = Continua

## Nomi dei campi
username-label = Nome utente
email-label = Indirizzo e-mail
phone-label = Numero di telefono
phone-hint = Con il prefisso del paese, ad esempio +14325551212
email-or-phone-label = Indirizzo e-mail o numero di telefono
password-label = Password
confirm-password-label = Conferma password
password-optional = Puoi lasciare vuoto questo campo e accedere con dei codici.
new-password-label = Nuova password
confirm-new-password-label = Conferma nuova password
code-label = Codice
attribute-address = Indirizzo
attribute-birthdate = Data di nascita
attribute-family-name = Cognome
attribute-gender = Genere
attribute-given-name = Nome
attribute-locale = Lingua
attribute-middle-name = Secondo nome
attribute-name = Nome completo
attribute-nickname = Soprannome
attribute-picture = Immagine (indirizzo web)
attribute-preferred-username = Nome utente preferito
attribute-profile = Profilo (indirizzo web)
attribute-updated-at = Ultimo aggiornamento
attribute-website = Sito web
attribute-zoneinfo = Fuso orario

## Requisiti della password
policy-intro = La password deve contenere:
policy-length = almeno { $count } caratteri
policy-lower = una lettera minuscola
policy-upper = una lettera maiuscola
policy-number = un numero
policy-symbol = un carattere speciale o uno spazio

## Accesso
sign-in-heading = Accedi
sign-in-intro = Accedi al tuo account.
sign-in-button = Accedi
next-button = Avanti
forgot-link = Password dimenticata?
sign-up-question = Prima volta qui?
sign-up-link = Crea un account
continue-heading = Bentornato
continue-intro = Hai già effettuato l’accesso come { $username }.
continue-as-button = Continua come { $username }
switch-link = Accedi con un altro account
signed-out-heading = Disconnesso
signed-out = Sei disconnesso.
consent-heading = Consentire l’accesso al tuo account?
consent-intro = { $client } chiede l’accesso al tuo account { $username }.
consent-scopes = Che cosa chiede: { $scopes }
consent-target = Sarai indirizzato a { $target }.
consent-allow-button = Consenti
consent-deny-button = Non consentire
providers-label = Altri modi per accedere
provider-button = Continua con { $provider }
providers-or = oppure
provider-search-label = Indirizzo e-mail di lavoro o il suo dominio
provider-search-unknown = Nessuna organizzazione accede con questo dominio.

## Registrazione
sign-up-heading = Crea un account
sign-up-intro = Inserisci i dati del tuo nuovo account.
sign-up-button = Crea account
sign-in-question = Hai già un account?
sign-in-link = Accedi
terms-notice = Registrandoti accetti i nostri { $terms } e la nostra { $privacy }.
terms-of-use = termini di utilizzo
privacy-policy = informativa sulla privacy
confirm-heading = Conferma il tuo account
confirm-button = Conferma account
resend-question = Non hai ricevuto il codice?
resend-button = Invia un nuovo codice
code-resent = Abbiamo inviato un nuovo codice.
link-sent = Abbiamo inviato un link per e-mail a { $destination }. Aprilo per confermare il tuo account.
link-open = Apri il link che ti abbiamo inviato per confermare il tuo account.
link-resent = Abbiamo inviato un nuovo link.
resend-link-question = Non hai ricevuto il link?
resend-link-button = Invia un nuovo link
confirmed-heading = Account confermato
confirmed = La tua registrazione è stata confermata!
confirmed-sign-in = Il tuo account è confermato. Accedi per continuare.

## Codici
code-sent-email = Abbiamo inviato un codice per e-mail a { $destination }.
code-sent-sms = Abbiamo inviato un codice per SMS a { $destination }.
code-sent-maybe = Se questo account esiste, gli abbiamo inviato un codice.
code-app = Inserisci il codice della tua app di autenticazione.
code-app-named = Inserisci il codice della tua app di autenticazione su { $device }.
code-enter = Inserisci il codice che ti abbiamo inviato.

## Password
forgot-heading = Reimposta la password
forgot-intro = Dicci chi sei e ti invieremo un codice.
forgot-button = Invia codice
reset-heading = Scegli una nuova password
reset-button = Cambia password
reset-done = La tua password è stata cambiata. Accedi con quella nuova.
reset-required = La tua password deve essere reimpostata prima di accedere.
new-password-heading = Scegli una nuova password
new-password-intro = La tua password era temporanea. Scegline una tua.

## Secondo passaggio
mfa-heading = Verifica la tua identità
mfa-choice-heading = Verifica la tua identità
mfa-choice-intro = Scegli come ricevere o generare un codice.
mfa-setup-heading = Proteggi il tuo account
mfa-setup-intro = L’accesso richiede un secondo passaggio. Scegli quello da configurare.
first-factor-heading = Come vuoi accedere?
first-factor-intro = Accesso come { $username }.
factor-password = Password
factor-passkey = Passkey
factor-email = Codice per e-mail
factor-sms = Codice per SMS
factor-app = App di autenticazione
email-setup-heading = Configura i codici per e-mail
email-setup-intro = Inserisci l’indirizzo a cui inviare i codici.
phone-setup-heading = Configura i codici per SMS
phone-setup-intro = Inserisci il numero di telefono a cui inviare i codici.
totp-heading = Configura un’app di autenticazione
totp-scan = Scansiona il codice QR con un’app di autenticazione sul telefono.
totp-qr = Codice QR per la tua app di autenticazione
totp-key = Se non puoi scansionarlo, inserisci questa chiave nell’app:
totp-code = Poi inserisci il codice mostrato dall’app.
totp-device-label = Nome per questo dispositivo (facoltativo)

## Passkey
passkey-heading = Accedi più in fretta con una passkey
passkey-intro = Una passkey ti fa accedere con l’impronta, il volto o il blocco dello schermo. Nessuna password da ricordare, niente da rubare.
passkey-create-button = Crea una passkey
passkey-skip = Non ora
passkey-sign-in-heading = Usa la tua passkey
passkey-sign-in-intro = Il dispositivo ti chiederà di confermare la tua identità.
passkey-sign-in-button = Usa passkey
passkey-failed = Non è stato possibile usare la passkey. Riprova o scegli un altro modo.
passkeys-full = Hai già tante passkey quante ne può avere un account.
passkey-no-script = Le passkey richiedono JavaScript, che è disattivato in questo browser.

## Errori
error-heading = Qualcosa è andato storto
error-page = Si è verificato un errore nella pagina richiesta.
error-expired = È passato troppo tempo o la pagina è stata aperta due volte. Ricomincia.
error-form = Non è stato possibile controllare il modulo. Torna indietro, ricarica la pagina e riprova.
error-unavailable = Le pagine di accesso non sono disponibili. Contatta un amministratore.
error-server = Il servizio ha un problema. Riprova tra un momento.
error-busy = Troppe richieste. Riprova tra un momento.
refusal-missing = Manca il parametro obbligatorio «{ $name }»
refusal-repeated = Il parametro «{ $name }» è ripetuto
refusal-malformed = Il parametro «{ $name }» non è valido
refusal-client = L’applicazione non esiste.
refusal-client-off = L’applicazione non può far accedere nessuno qui.
refusal-provider = Questa opzione di accesso non è disponibile. Provane un’altra.
refusal-saml = samlResponse o relayState non validi dal provider di identità
refusal-relay-state = relayState non valido dal provider di identità
refusal-other = La richiesta è stata rifiutata: { $detail }
wrong-password = Nome utente o password non corretti.
attempts-exceeded = Troppi tentativi. Riprova più tardi.
user-disabled = Questo account è disabilitato. Contatta un amministratore.
temporary-password-expired = La password temporanea è scaduta. Contatta un amministratore.
code-wrong = Il codice non è corretto. Controllalo e riprova.
code-expired = Il codice non è più valido. Richiedine uno nuovo.
code-used = Questo codice è già stato usato. Attendi il prossimo.
delivery-failed = Non è stato possibile inviare il codice. Riprova più tardi.
username-taken = Esiste già un account con questo nome.
sign-up-off = La registrazione non è disponibile.
recovery-off = Contatta un amministratore per reimpostare la password.
password-policy = La password non soddisfa i requisiti.
password-reused = Scegli una password che non hai già usato.
passwords-differ = Le due password non coincidono.
field-missing = Da compilare: { $label }
not-confirmable = Questo account non può essere confermato con un codice. Contatta un amministratore.
