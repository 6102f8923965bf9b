# The texts of the pages. Every language has the same messages with the same placeholders.

error-title = Error: { $title }
back-to-sign-in = Back to sign in
continue-button = Continue

## Names of fields
username-label = Username
email-label = Email address
phone-label = Phone number
phone-hint = With the country code, such as +14325551212
email-or-phone-label = Email address or phone number
password-label = Password
confirm-password-label = Confirm password
password-optional = You can leave this empty, and sign in with codes.
new-password-label = New password
confirm-new-password-label = Confirm new password
code-label = Code
attribute-address = Address
attribute-birthdate = Date of birth
attribute-family-name = Last name
attribute-gender = Gender
attribute-given-name = First name
attribute-locale = Language
attribute-middle-name = Middle name
attribute-name = Name
attribute-nickname = Nickname
attribute-picture = Picture (web address)
attribute-preferred-username = Preferred username
attribute-profile = Profile (web address)
attribute-updated-at = Last update
attribute-website = Website
attribute-zoneinfo = Time zone

## What a password needs
policy-intro = Your password needs:
policy-length = at least { $count } characters
policy-lower = a lowercase letter
policy-upper = an uppercase letter
policy-number = a number
policy-symbol = a special character or a space

## Signing in
sign-in-heading = Sign in
sign-in-intro = Sign in to your account.
sign-in-button = Sign in
next-button = Next
forgot-link = Forgot your password?
sign-up-question = New here?
sign-up-link = Create an account
continue-heading = Welcome back
continue-intro = You are already signed in as { $username }.
continue-as-button = Continue as { $username }
switch-link = Sign in as someone else
signed-out-heading = Signed out
signed-out = You are signed out.
consent-heading = Give access to your account?
consent-intro = { $client } asks for access to your account { $username }.
consent-scopes = What it asks for: { $scopes }
consent-target = You will be sent to { $target }.
consent-allow-button = Allow
consent-deny-button = Do not allow
providers-label = Other ways to sign in
provider-button = Continue with { $provider }
providers-or = or
provider-search-label = Work email address or its domain
provider-search-unknown = No organization signs in with this domain.

## Signing up
sign-up-heading = Create an account
sign-up-intro = Fill in the details of your new account.
sign-up-button = Create account
sign-in-question = Already have an account?
sign-in-link = Sign in
terms-notice = By signing up, you agree to our { $terms } and { $privacy }.
terms-of-use = terms of use
privacy-policy = privacy policy
confirm-heading = Confirm your account
confirm-button = Confirm account
resend-question = Did you not get a code?
resend-button = Send a new code
code-resent = We have sent a new code.
link-sent = We have sent a link by email to { $destination }. Open it to confirm your account.
link-open = Open the link that we have sent you to confirm your account.
link-resent = We have sent a new link.
resend-link-question = Did you not get a link?
resend-link-button = Send a new link
confirmed-heading = Account confirmed
confirmed = Your registration has been confirmed!
confirmed-sign-in = Your account is confirmed. Sign in to continue.

## Codes
code-sent-email = We have sent a code by email to { $destination }.
code-sent-sms = We have sent a code by text message to { $destination }.
code-sent-maybe = If this account exists, we have sent it a code.
code-app = Enter the code from your authenticator app.
code-app-named = Enter the code from your authenticator app on { $device }.
code-enter = Enter the code that we have sent you.

## Passwords
forgot-heading = Reset your password
forgot-intro = Tell us who you are, and we will send you a code.
forgot-button = Send code
reset-heading = Choose a new password
reset-button = Change password
reset-done = Your password has been changed. Sign in with the new one.
reset-required = Your password has to be reset before you can sign in.
new-password-heading = Choose a new password
new-password-intro = Your password was temporary. Choose one of your own.

## Second steps
mfa-heading = Verify that it is you
mfa-choice-heading = Verify that it is you
mfa-choice-intro = Choose how you want to receive or make a code.
mfa-setup-heading = Protect your account
mfa-setup-intro = Signing in takes a second step. Choose the one that you want to set up.
first-factor-heading = How do you want to sign in?
first-factor-intro = Signing in as { $username }.
factor-password = Password
factor-passkey = Passkey
factor-email = Code by email
factor-sms = Code by text message
factor-app = Authenticator app
email-setup-heading = Set up codes by email
email-setup-intro = Enter the address that your codes should go to.
phone-setup-heading = Set up codes by text message
phone-setup-intro = Enter the phone number that your codes should go to.
totp-heading = Set up an authenticator app
totp-scan = Scan the QR code with an authenticator app on your phone.
totp-qr = QR code for your authenticator app
totp-key = If you cannot scan it, enter this key in the app:
totp-code = Then enter the code that the app shows.
totp-device-label = Name for this device (optional)

## Passkeys
passkey-heading = Sign in faster with a passkey
passkey-intro = A passkey signs you in with your fingerprint, your face or the lock of your screen. No password to remember, nothing to steal.
passkey-create-button = Create a passkey
passkey-skip = Not now
passkey-sign-in-heading = Use your passkey
passkey-sign-in-intro = Your device will ask you to confirm that it is you.
passkey-sign-in-button = Use passkey
passkey-failed = The passkey could not be used. Try again, or choose another way.
passkeys-full = You have as many passkeys as one account can have.
passkey-no-script = Passkeys need JavaScript, which is off in this browser.

## Errors
error-heading = Something went wrong
error-page = An error was encountered with the requested page.
error-expired = This took too long, or the page was opened twice. Start again.
error-form = The form could not be checked. Go back, reload the page and try again.
error-unavailable = Login pages unavailable. Please contact an administrator.
error-server = The service has a problem. Try again in a moment.
error-busy = Too many requests. Try again in a moment.
refusal-missing = Required String parameter '{ $name }' is not present
refusal-repeated = The parameter '{ $name }' is repeated
refusal-malformed = The parameter '{ $name }' is not valid
refusal-client = Client does not exist.
refusal-client-off = The client is not enabled for OAuth 2.0 flows.
refusal-provider = Login option is not available. Please try another one
refusal-saml = Invalid samlResponse or relayState from identity provider
refusal-relay-state = Invalid relayState from identity provider
refusal-other = The request was refused: { $detail }
wrong-password = Incorrect username or password.
attempts-exceeded = Too many attempts. Try again later.
user-disabled = This account is disabled. Contact an administrator.
temporary-password-expired = The temporary password has expired. Contact an administrator.
code-wrong = The code is not right. Check it and try again.
code-expired = The code is no longer valid. Ask for a new one.
code-used = This code has been used already. Wait for the next one.
delivery-failed = The code could not be sent. Try again later.
username-taken = An account with this name exists already.
sign-up-off = Sign-up is not available.
recovery-off = Contact an administrator to reset your password.
password-policy = The password does not meet the requirements.
password-reused = Choose a password that you have not used before.
passwords-differ = The two passwords are not the same.
field-missing = Fill in: { $label }
not-confirmable = This account cannot be confirmed by a code. Contact an administrator.
