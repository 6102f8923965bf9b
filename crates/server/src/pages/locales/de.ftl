# Deutsch

error-title = Fehler: { $title }
back-to-sign-in = Zurück zur Anmeldung
continue-button = Weiter

## Feldnamen
username-label = Benutzername
email-label = E-Mail-Adresse
phone-label = Telefonnummer
phone-hint = Mit Ländervorwahl, zum Beispiel +14325551212
email-or-phone-label = E-Mail-Adresse oder Telefonnummer
password-label = Passwort
confirm-password-label = Passwort bestätigen
password-optional = Sie können dieses Feld leer lassen und sich mit Codes anmelden.
new-password-label = Neues Passwort
confirm-new-password-label = Neues Passwort bestätigen
code-label = Code
attribute-address = Adresse
attribute-birthdate = Geburtsdatum
attribute-family-name = Nachname
attribute-gender = Geschlecht
attribute-given-name = Vorname
attribute-locale = Sprache
attribute-middle-name = Zweiter Vorname
attribute-name = Name
attribute-nickname = Spitzname
attribute-picture = Bild (Webadresse)
attribute-preferred-username = Bevorzugter Benutzername
attribute-profile = Profil (Webadresse)
attribute-updated-at = Letzte Änderung
attribute-website = Website
attribute-zoneinfo = Zeitzone

## Passwortregeln
policy-intro = Ihr Passwort braucht:
policy-length = mindestens { $count } Zeichen
policy-lower = einen Kleinbuchstaben
policy-upper = einen Großbuchstaben
policy-number = eine Ziffer
policy-symbol = ein Sonderzeichen oder ein Leerzeichen

## Anmelden
sign-in-heading = Anmelden
sign-in-intro = Melden Sie sich bei Ihrem Konto an.
sign-in-button = Anmelden
next-button = Weiter
forgot-link = Passwort vergessen?
sign-up-question = Neu hier?
sign-up-link = Konto erstellen
continue-heading = Willkommen zurück
continue-intro = Sie sind bereits als { $username } angemeldet.
continue-as-button = Weiter als { $username }
switch-link = Mit einem anderen Konto anmelden
signed-out-heading = Abgemeldet
signed-out = Sie sind abgemeldet.
consent-heading = Zugriff auf Ihr Konto erlauben?
consent-intro = { $client } bittet um Zugriff auf Ihr Konto { $username }.
consent-scopes = Angefragt wird: { $scopes }
consent-target = Sie werden zu { $target } weitergeleitet.
consent-allow-button = Erlauben
consent-deny-button = Nicht erlauben
providers-label = Andere Wege der Anmeldung
provider-button = Weiter mit { $provider }
providers-or = oder
provider-search-label = Geschäftliche E-Mail-Adresse oder ihre Domain
provider-search-unknown = Mit dieser Domain meldet sich keine Organisation an.

## Registrieren
sign-up-heading = Konto erstellen
sign-up-intro = Geben Sie die Angaben für Ihr neues Konto ein.
sign-up-button = Konto erstellen
sign-in-question = Haben Sie schon ein Konto?
sign-in-link = Anmelden
terms-notice = Mit der Registrierung stimmen Sie unseren { $terms } und unserer { $privacy } zu.
terms-of-use = Nutzungsbedingungen
privacy-policy = Datenschutzerklärung
confirm-heading = Konto bestätigen
confirm-button = Konto bestätigen
resend-question = Keinen Code erhalten?
resend-button = Neuen Code senden
code-resent = Wir haben einen neuen Code gesendet.
link-sent = Wir haben einen Link per E-Mail an { $destination } gesendet. Öffnen Sie ihn, um Ihr Konto zu bestätigen.
link-open = Öffnen Sie den Link, den wir Ihnen gesendet haben, um Ihr Konto zu bestätigen.
link-resent = Wir haben einen neuen Link gesendet.
resend-link-question = Keinen Link erhalten?
resend-link-button = Neuen Link senden
confirmed-heading = Konto bestätigt
confirmed = Ihre Registrierung wurde bestätigt!
confirmed-sign-in = Ihr Konto ist bestätigt. Melden Sie sich an, um fortzufahren.

## Codes
code-sent-email = Wir haben einen Code per E-Mail an { $destination } gesendet.
code-sent-sms = Wir haben einen Code per SMS an { $destination } gesendet.
code-sent-maybe = Falls dieses Konto existiert, haben wir ihm einen Code gesendet.
code-app = Geben Sie den Code aus Ihrer Authenticator-App ein.
code-app-named = Geben Sie den Code aus Ihrer Authenticator-App auf { $device } ein.
code-enter = Geben Sie den Code ein, den wir Ihnen gesendet haben.

## Passwörter
forgot-heading = Passwort zurücksetzen
forgot-intro = Sagen Sie uns, wer Sie sind, und wir senden Ihnen einen Code.
forgot-button = Code senden
reset-heading = Neues Passwort wählen
reset-button = Passwort ändern
reset-done = Ihr Passwort wurde geändert. Melden Sie sich mit dem neuen an.
reset-required = Ihr Passwort muss zurückgesetzt werden, bevor Sie sich anmelden können.
new-password-heading = Neues Passwort wählen
new-password-intro = Ihr Passwort war vorläufig. Wählen Sie ein eigenes.

## Zweiter Schritt
mfa-heading = Bestätigen Sie, dass Sie es sind
mfa-choice-heading = Bestätigen Sie, dass Sie es sind
mfa-choice-intro = Wählen Sie, wie Sie einen Code erhalten oder erzeugen möchten.
mfa-setup-heading = Konto schützen
mfa-setup-intro = Zur Anmeldung gehört ein zweiter Schritt. Wählen Sie, welchen Sie einrichten möchten.
first-factor-heading = Wie möchten Sie sich anmelden?
first-factor-intro = Anmeldung als { $username }.
factor-password = Passwort
factor-passkey = Passkey
factor-email = Code per E-Mail
factor-sms = Code per SMS
factor-app = Authenticator-App
email-setup-heading = Codes per E-Mail einrichten
email-setup-intro = Geben Sie die Adresse ein, an die Ihre Codes gehen sollen.
phone-setup-heading = Codes per SMS einrichten
phone-setup-intro = Geben Sie die Telefonnummer ein, an die Ihre Codes gehen sollen.
totp-heading = Authenticator-App einrichten
totp-scan = Scannen Sie den QR-Code mit einer Authenticator-App auf Ihrem Telefon.
totp-qr = QR-Code für Ihre Authenticator-App
totp-key = Wenn Sie ihn nicht scannen können, geben Sie diesen Schlüssel in der App ein:
totp-code = Geben Sie dann den Code ein, den die App zeigt.
totp-device-label = Name für dieses Gerät (optional)

## Passkeys
passkey-heading = Schneller anmelden mit einem Passkey
passkey-intro = Ein Passkey meldet Sie mit Fingerabdruck, Gesicht oder Bildschirmsperre an. Kein Passwort zum Merken, nichts zum Stehlen.
passkey-create-button = Passkey erstellen
passkey-skip = Jetzt nicht
passkey-sign-in-heading = Passkey verwenden
passkey-sign-in-intro = Ihr Gerät wird Sie bitten, sich zu bestätigen.
passkey-sign-in-button = Passkey verwenden
passkey-failed = Der Passkey konnte nicht verwendet werden. Versuchen Sie es erneut, oder wählen Sie einen anderen Weg.
passkeys-full = Sie haben so viele Passkeys, wie ein Konto haben kann.
passkey-no-script = Passkeys brauchen JavaScript, das in diesem Browser ausgeschaltet ist.

## Fehler
error-heading = Etwas ist schiefgelaufen
error-page = Bei der angeforderten Seite ist ein Fehler aufgetreten.
error-expired = Das hat zu lange gedauert, oder die Seite wurde zweimal geöffnet. Beginnen Sie von vorn.
error-form = Das Formular konnte nicht geprüft werden. Gehen Sie zurück, laden Sie die Seite neu, und versuchen Sie es erneut.
error-unavailable = Die Anmeldeseiten sind nicht verfügbar. Wenden Sie sich an einen Administrator.
error-server = Der Dienst hat ein Problem. Versuchen Sie es gleich noch einmal.
error-busy = Zu viele Anfragen. Versuchen Sie es gleich noch einmal.
refusal-missing = Der erforderliche Parameter „{ $name }“ fehlt
refusal-repeated = Der Parameter „{ $name }“ kommt mehrmals vor
refusal-malformed = Der Parameter „{ $name }“ ist ungültig
refusal-client = Diese Anwendung gibt es nicht.
refusal-client-off = Diese Anwendung darf hier niemanden anmelden.
refusal-provider = Diese Anmeldemöglichkeit ist nicht verfügbar. Versuchen Sie eine andere.
refusal-saml = Ungültige samlResponse oder relayState vom Identitätsanbieter
refusal-relay-state = Ungültiger relayState vom Identitätsanbieter
refusal-other = Die Anfrage wurde abgelehnt: { $detail }
wrong-password = Benutzername oder Passwort ist falsch.
attempts-exceeded = Zu viele Versuche. Versuchen Sie es später erneut.
user-disabled = Dieses Konto ist deaktiviert. Wenden Sie sich an einen Administrator.
temporary-password-expired = Das vorläufige Passwort ist abgelaufen. Wenden Sie sich an einen Administrator.
code-wrong = Der Code stimmt nicht. Prüfen Sie ihn, und versuchen Sie es erneut.
code-expired = Der Code ist nicht mehr gültig. Fordern Sie einen neuen an.
code-used = Dieser Code wurde schon verwendet. Warten Sie auf den nächsten.
delivery-failed = Der Code konnte nicht gesendet werden. Versuchen Sie es später erneut.
username-taken = Ein Konto mit diesem Namen gibt es schon.
sign-up-off = Die Registrierung ist nicht verfügbar.
recovery-off = Wenden Sie sich an einen Administrator, um Ihr Passwort zurückzusetzen.
password-policy = Das Passwort erfüllt die Anforderungen nicht.
password-reused = Wählen Sie ein Passwort, das Sie noch nicht verwendet haben.
passwords-differ = Die beiden Passwörter stimmen nicht überein.
field-missing = Bitte ausfüllen: { $label }
not-confirmable = Dieses Konto lässt sich nicht durch einen Code bestätigen. Wenden Sie sich an einen Administrator.
