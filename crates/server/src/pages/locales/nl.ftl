# Nederlands

error-title = Fout: { $title }
back-to-sign-in = Terug naar inloggen
continue-button = Doorgaan

## Namen van velden
username-label = Gebruikersnaam
email-label = E-mailadres
phone-label = Telefoonnummer
phone-hint = Met landnummer, bijvoorbeeld +14325551212
email-or-phone-label = E-mailadres of telefoonnummer
password-label = Wachtwoord
confirm-password-label = Wachtwoord bevestigen
password-optional = Je kunt dit leeg laten en inloggen met codes.
new-password-label = Nieuw wachtwoord
confirm-new-password-label = Nieuw wachtwoord bevestigen
code-label = Code
attribute-address = Adres
attribute-birthdate = Geboortedatum
attribute-family-name = Achternaam
attribute-gender = Geslacht
attribute-given-name = Voornaam
attribute-locale = Taal
attribute-middle-name = Tweede voornaam
attribute-name = Naam
attribute-nickname = Bijnaam
attribute-picture = Foto (webadres)
attribute-preferred-username = Voorkeursgebruikersnaam
attribute-profile = Profiel (webadres)
attribute-updated-at = Laatst bijgewerkt
attribute-website = Website
attribute-zoneinfo = Tijdzone

## Wachtwoordeisen
policy-intro = Je wachtwoord heeft nodig:
policy-length = ten minste { $count } tekens
policy-lower = een kleine letter
policy-upper = een hoofdletter
policy-number = een cijfer
policy-symbol = een speciaal teken of een spatie

## Inloggen
sign-in-heading = Inloggen
sign-in-intro = Log in op je account.
sign-in-button = Inloggen
next-button = Volgende
forgot-link = Wachtwoord vergeten?
sign-up-question = Nieuw hier?
sign-up-link = Account maken
continue-heading = Welkom terug
continue-intro = Je bent al ingelogd als { $username }.
continue-as-button = Doorgaan als { $username }
switch-link = Met een ander account inloggen
signed-out-heading = Afgemeld
signed-out = Je bent afgemeld.
consent-heading = Toegang tot uw account geven?
consent-intro = { $client } vraagt toegang tot uw account { $username }.
consent-scopes = Gevraagd wordt: { $scopes }
consent-target = U wordt doorgestuurd naar { $target }.
consent-allow-button = Toestaan
consent-deny-button = Niet toestaan
providers-label = Andere manieren om in te loggen
provider-button = Doorgaan met { $provider }
providers-or = of
provider-search-label = Zakelijk e-mailadres of het domein ervan
provider-search-unknown = Geen organisatie logt in met dit domein.

## Registreren
sign-up-heading = Account maken
sign-up-intro = Vul de gegevens van je nieuwe account in.
sign-up-button = Account maken
sign-in-question = Heb je al een account?
sign-in-link = Inloggen
terms-notice = Door je te registreren ga je akkoord met onze { $terms } en ons { $privacy }.
terms-of-use = gebruiksvoorwaarden
privacy-policy = privacybeleid
confirm-heading = Bevestig je account
confirm-button = Account bevestigen
resend-question = Geen code ontvangen?
resend-button = Nieuwe code sturen
code-resent = We hebben een nieuwe code gestuurd.
link-sent = We hebben een link per e-mail gestuurd naar { $destination }. Open die om je account te bevestigen.
link-open = Open de link die we je hebben gestuurd om je account te bevestigen.
link-resent = We hebben een nieuwe link gestuurd.
resend-link-question = Geen link ontvangen?
resend-link-button = Nieuwe link sturen
confirmed-heading = Account bevestigd
confirmed = Je registratie is bevestigd!
confirmed-sign-in = Je account is bevestigd. Log in om door te gaan.

## Codes
code-sent-email = We hebben een code per e-mail gestuurd naar { $destination }.
code-sent-sms = We hebben een code per sms gestuurd naar { $destination }.
code-sent-maybe = Als dit account bestaat, hebben we er een code naartoe gestuurd.
code-app = Vul de code uit je authenticator-app in.
code-app-named = Vul de code uit je authenticator-app op { $device } in.
code-enter = Vul de code in die we je hebben gestuurd.

## Wachtwoorden
forgot-heading = Wachtwoord herstellen
forgot-intro = Vertel ons wie je bent, dan sturen we je een code.
forgot-button = Code sturen
reset-heading = Kies een nieuw wachtwoord
reset-button = Wachtwoord wijzigen
reset-done = Je wachtwoord is gewijzigd. Log in met het nieuwe.
reset-required = Je wachtwoord moet worden hersteld voordat je kunt inloggen.
new-password-heading = Kies een nieuw wachtwoord
new-password-intro = Je wachtwoord was tijdelijk. Kies er zelf een.

## Tweede stap
mfa-heading = Bevestig dat jij het bent
mfa-choice-heading = Bevestig dat jij het bent
mfa-choice-intro = Kies hoe je een code wilt ontvangen of maken.
mfa-setup-heading = Bescherm je account
mfa-setup-intro = Inloggen vraagt een tweede stap. Kies welke je wilt instellen.
first-factor-heading = Hoe wil je inloggen?
first-factor-intro = Inloggen als { $username }.
factor-password = Wachtwoord
factor-passkey = Toegangssleutel
factor-email = Code per e-mail
factor-sms = Code per sms
factor-app = Authenticator-app
email-setup-heading = Codes per e-mail instellen
email-setup-intro = Vul het adres in waar je codes naartoe moeten.
phone-setup-heading = Codes per sms instellen
phone-setup-intro = Vul het telefoonnummer in waar je codes naartoe moeten.
totp-heading = Authenticator-app instellen
totp-scan = Scan de QR-code met een authenticator-app op je telefoon.
totp-qr = QR-code voor je authenticator-app
totp-key = Kun je niet scannen, vul dan deze sleutel in de app in:
totp-code = Vul daarna de code in die de app toont.
totp-device-label = Naam voor dit apparaat (optioneel)

## Toegangssleutels
passkey-heading = Sneller inloggen met een toegangssleutel
passkey-intro = Met een toegangssleutel log je in met je vingerafdruk, je gezicht of je schermvergrendeling. Geen wachtwoord om te onthouden, niets om te stelen.
passkey-create-button = Toegangssleutel maken
passkey-skip = Niet nu
passkey-sign-in-heading = Gebruik je toegangssleutel
passkey-sign-in-intro = Je apparaat vraagt je te bevestigen dat jij het bent.
passkey-sign-in-button = Toegangssleutel gebruiken
passkey-failed = De toegangssleutel kon niet worden gebruikt. Probeer het opnieuw of kies een andere manier.
passkeys-full = Je hebt zoveel toegangssleutels als een account kan hebben.
passkey-no-script = Toegangssleutels hebben JavaScript nodig, dat in deze browser uit staat.

## Fouten
error-heading = Er is iets misgegaan
error-page = Er is een fout opgetreden bij de gevraagde pagina.
error-expired = Dit duurde te lang, of de pagina is twee keer geopend. Begin opnieuw.
error-form = Het formulier kon niet worden gecontroleerd. Ga terug, laad de pagina opnieuw en probeer het nog eens.
error-unavailable = De inlogpagina’s zijn niet beschikbaar. Neem contact op met een beheerder.
error-server = De dienst heeft een probleem. Probeer het zo nog eens.
error-busy = Te veel verzoeken. Probeer het zo nog eens.
refusal-missing = De verplichte parameter '{ $name }' ontbreekt
refusal-repeated = De parameter '{ $name }' komt meermaals voor
refusal-malformed = De parameter '{ $name }' is ongeldig
refusal-client = Deze applicatie bestaat niet.
refusal-client-off = Deze applicatie kan hier niemand aanmelden.
refusal-provider = Deze manier van aanmelden is niet beschikbaar. Probeer een andere.
refusal-saml = Ongeldige samlResponse of relayState van de identiteitsprovider
refusal-relay-state = Ongeldige relayState van de identiteitsprovider
refusal-other = Het verzoek is geweigerd: { $detail }
wrong-password = Gebruikersnaam of wachtwoord is onjuist.
attempts-exceeded = Te veel pogingen. Probeer het later opnieuw.
user-disabled = Dit account is uitgeschakeld. Neem contact op met een beheerder.
temporary-password-expired = Het tijdelijke wachtwoord is verlopen. Neem contact op met een beheerder.
code-wrong = De code klopt niet. Controleer hem en probeer het opnieuw.
code-expired = De code is niet meer geldig. Vraag een nieuwe aan.
code-used = Deze code is al gebruikt. Wacht op de volgende.
delivery-failed = De code kon niet worden verstuurd. Probeer het later opnieuw.
username-taken = Er bestaat al een account met deze naam.
sign-up-off = Registreren is niet mogelijk.
recovery-off = Neem contact op met een beheerder om je wachtwoord te herstellen.
password-policy = Het wachtwoord voldoet niet aan de eisen.
password-reused = Kies een wachtwoord dat je nog niet hebt gebruikt.
passwords-differ = De twee wachtwoorden zijn niet gelijk.
field-missing = Vul in: { $label }
not-confirmable = Dit account kan niet met een code worden bevestigd. Neem contact op met een beheerder.
