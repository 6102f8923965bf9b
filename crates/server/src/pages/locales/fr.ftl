# Français

error-title = Erreur : { $title }
back-to-sign-in = Retour à la connexion
continue-button = Continuer

## Noms des champs
username-label = Nom d’utilisateur
email-label = Adresse e-mail
phone-label = Numéro de téléphone
phone-hint = Avec l’indicatif du pays, par exemple +14325551212
email-or-phone-label = Adresse e-mail ou numéro de téléphone
password-label = Mot de passe
confirm-password-label = Confirmer le mot de passe
password-optional = Vous pouvez laisser ce champ vide et vous connecter avec des codes.
new-password-label = Nouveau mot de passe
confirm-new-password-label = Confirmer le nouveau mot de passe
code-label = Code
attribute-address = Adresse
attribute-birthdate = Date de naissance
attribute-family-name = Nom de famille
attribute-gender = Genre
attribute-given-name = Prénom
attribute-locale = Langue
attribute-middle-name = Deuxième prénom
attribute-name = Nom
attribute-nickname = Surnom
attribute-picture = Image (adresse web)
attribute-preferred-username = Nom d’utilisateur préféré
attribute-profile = Profil (adresse web)
attribute-updated-at = Dernière mise à jour
attribute-website = Site web
attribute-zoneinfo = Fuseau horaire

## Exigences du mot de passe
policy-intro = Votre mot de passe doit contenir :
policy-length = au moins { $count } caractères
policy-lower = une lettre minuscule
policy-upper = une lettre majuscule
policy-number = un chiffre
policy-symbol = un caractère spécial ou une espace

## Connexion
sign-in-heading = Connexion
sign-in-intro = Connectez-vous à votre compte.
sign-in-button = Se connecter
next-button = Suivant
forgot-link = Mot de passe oublié ?
sign-up-question = Nouveau ici ?
sign-up-link = Créer un compte
continue-heading = Content de vous revoir
continue-intro = Vous êtes déjà connecté en tant que { $username }.
continue-as-button = Continuer en tant que { $username }
switch-link = Se connecter avec un autre compte
signed-out-heading = Déconnecté
signed-out = Vous êtes déconnecté.
consent-heading = Donner accès à votre compte ?
consent-intro = { $client } demande l’accès à votre compte { $username }.
consent-scopes = Ce qui est demandé : { $scopes }
consent-target = Vous serez redirigé vers { $target }.
consent-allow-button = Autoriser
consent-deny-button = Ne pas autoriser
providers-label = Autres moyens de se connecter
provider-button = Continuer avec { $provider }
providers-or = ou
provider-search-label = Adresse e-mail professionnelle ou son domaine
provider-search-unknown = Aucune organisation ne se connecte avec ce domaine.

## Inscription
sign-up-heading = Créer un compte
sign-up-intro = Indiquez les informations de votre nouveau compte.
sign-up-button = Créer le compte
sign-in-question = Vous avez déjà un compte ?
sign-in-link = Se connecter
terms-notice = En vous inscrivant, vous acceptez nos { $terms } et notre { $privacy }.
terms-of-use = conditions d’utilisation
privacy-policy = politique de confidentialité
confirm-heading = Confirmez votre compte
confirm-button = Confirmer le compte
resend-question = Vous n’avez pas reçu de code ?
resend-button = Envoyer un nouveau code
code-resent = Nous avons envoyé un nouveau code.
link-sent = Nous avons envoyé un lien par e-mail à { $destination }. Ouvrez-le pour confirmer votre compte.
link-open = Ouvrez le lien que nous vous avons envoyé pour confirmer votre compte.
link-resent = Nous avons envoyé un nouveau lien.
resend-link-question = Vous n’avez pas reçu de lien ?
resend-link-button = Envoyer un nouveau lien
confirmed-heading = Compte confirmé
confirmed = Votre inscription est confirmée !
confirmed-sign-in = Votre compte est confirmé. Connectez-vous pour continuer.

## Codes
code-sent-email = Nous avons envoyé un code par e-mail à { $destination }.
code-sent-sms = Nous avons envoyé un code par SMS au { $destination }.
code-sent-maybe = Si ce compte existe, nous lui avons envoyé un code.
code-app = Saisissez le code de votre application d’authentification.
code-app-named = Saisissez le code de votre application d’authentification sur { $device }.
code-enter = Saisissez le code que nous vous avons envoyé.

## Mots de passe
forgot-heading = Réinitialiser le mot de passe
forgot-intro = Dites-nous qui vous êtes et nous vous enverrons un code.
forgot-button = Envoyer le code
reset-heading = Choisissez un nouveau mot de passe
reset-button = Changer le mot de passe
reset-done = Votre mot de passe a été changé. Connectez-vous avec le nouveau.
reset-required = Votre mot de passe doit être réinitialisé avant la connexion.
new-password-heading = Choisissez un nouveau mot de passe
new-password-intro = Votre mot de passe était temporaire. Choisissez le vôtre.

## Deuxième étape
mfa-heading = Vérifions que c’est bien vous
mfa-choice-heading = Vérifions que c’est bien vous
mfa-choice-intro = Choisissez comment recevoir ou générer un code.
mfa-setup-heading = Protégez votre compte
mfa-setup-intro = La connexion demande une deuxième étape. Choisissez celle que vous voulez configurer.
first-factor-heading = Comment voulez-vous vous connecter ?
first-factor-intro = Connexion en tant que { $username }.
factor-password = Mot de passe
factor-passkey = Clé d’accès
factor-email = Code par e-mail
factor-sms = Code par SMS
factor-app = Application d’authentification
email-setup-heading = Configurer les codes par e-mail
email-setup-intro = Saisissez l’adresse à laquelle envoyer vos codes.
phone-setup-heading = Configurer les codes par SMS
phone-setup-intro = Saisissez le numéro de téléphone auquel envoyer vos codes.
totp-heading = Configurer une application d’authentification
totp-scan = Scannez le code QR avec une application d’authentification sur votre téléphone.
totp-qr = Code QR pour votre application d’authentification
totp-key = Si vous ne pouvez pas le scanner, saisissez cette clé dans l’application :
totp-code = Saisissez ensuite le code affiché par l’application.
totp-device-label = Nom de cet appareil (facultatif)

## Clés d’accès
passkey-heading = Connectez-vous plus vite avec une clé d’accès
passkey-intro = Une clé d’accès vous connecte avec votre empreinte, votre visage ou le verrouillage de votre écran. Aucun mot de passe à retenir, rien à voler.
passkey-create-button = Créer une clé d’accès
passkey-skip = Pas maintenant
passkey-sign-in-heading = Utilisez votre clé d’accès
passkey-sign-in-intro = Votre appareil vous demandera de confirmer votre identité.
passkey-sign-in-button = Utiliser la clé d’accès
passkey-failed = La clé d’accès n’a pas pu être utilisée. Réessayez ou choisissez une autre méthode.
passkeys-full = Vous avez déjà autant de clés d’accès qu’un compte peut en avoir.
passkey-no-script = Les clés d’accès ont besoin de JavaScript, désactivé dans ce navigateur.

## Erreurs
error-heading = Un problème est survenu
error-page = Une erreur s’est produite sur la page demandée.
error-expired = Le délai est dépassé ou la page a été ouverte deux fois. Recommencez.
error-form = Le formulaire n’a pas pu être vérifié. Revenez en arrière, rechargez la page et réessayez.
error-unavailable = Les pages de connexion ne sont pas disponibles. Contactez un administrateur.
error-server = Le service rencontre un problème. Réessayez dans un instant.
error-busy = Trop de demandes. Réessayez dans un instant.
refusal-missing = Le paramètre obligatoire « { $name } » est absent
refusal-repeated = Le paramètre « { $name } » est répété
refusal-malformed = Le paramètre « { $name } » n’est pas valide
refusal-client = Cette application n’existe pas.
refusal-client-off = Cette application ne peut connecter personne ici.
refusal-provider = Ce mode de connexion n’est pas disponible. Essayez-en un autre.
refusal-saml = samlResponse ou relayState non valide du fournisseur d’identité
refusal-relay-state = relayState non valide du fournisseur d’identité
refusal-other = La demande a été refusée : { $detail }
wrong-password = Nom d’utilisateur ou mot de passe incorrect.
attempts-exceeded = Trop de tentatives. Réessayez plus tard.
user-disabled = Ce compte est désactivé. Contactez un administrateur.
temporary-password-expired = Le mot de passe temporaire a expiré. Contactez un administrateur.
code-wrong = Le code n’est pas correct. Vérifiez-le et réessayez.
code-expired = Le code n’est plus valable. Demandez-en un nouveau.
code-used = Ce code a déjà été utilisé. Attendez le suivant.
delivery-failed = Le code n’a pas pu être envoyé. Réessayez plus tard.
username-taken = Un compte portant ce nom existe déjà.
sign-up-off = L’inscription n’est pas disponible.
recovery-off = Contactez un administrateur pour réinitialiser votre mot de passe.
password-policy = Le mot de passe ne respecte pas les exigences.
password-reused = Choisissez un mot de passe que vous n’avez pas encore utilisé.
passwords-differ = Les deux mots de passe ne sont pas identiques.
field-missing = À remplir : { $label }
not-confirmable = Ce compte ne peut pas être confirmé par un code. Contactez un administrateur.
