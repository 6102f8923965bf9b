# 한국어

error-title = 오류: { $title }
back-to-sign-in = 로그인으로 돌아가기
continue-button = 계속

## 필드 이름
username-label = 사용자 이름
email-label = 이메일 주소
phone-label = 전화번호
phone-hint = 국가 번호를 포함하세요. 예: +14325551212
email-or-phone-label = 이메일 주소 또는 전화번호
password-label = 비밀번호
confirm-password-label = 비밀번호 확인
password-optional = 비워 두고 코드로 로그인할 수 있습니다.
new-password-label = 새 비밀번호
confirm-new-password-label = 새 비밀번호 확인
code-label = 코드
attribute-address = 주소
attribute-birthdate = 생년월일
attribute-family-name = 성
attribute-gender = 성별
attribute-given-name = 이름
attribute-locale = 언어
attribute-middle-name = 중간 이름
attribute-name = 성명
attribute-nickname = 별명
attribute-picture = 사진(웹 주소)
attribute-preferred-username = 선호하는 사용자 이름
attribute-profile = 프로필(웹 주소)
attribute-updated-at = 마지막 업데이트
attribute-website = 웹사이트
attribute-zoneinfo = 시간대

## 비밀번호 조건
policy-intro = 비밀번호 조건:
policy-length = { $count }자 이상
policy-lower = 소문자 포함
policy-upper = 대문자 포함
policy-number = 숫자 포함
policy-symbol = 특수 문자 또는 공백 포함

## 로그인
sign-in-heading = 로그인
sign-in-intro = 계정에 로그인하세요.
sign-in-button = 로그인
next-button = 다음
forgot-link = 비밀번호를 잊으셨나요?
sign-up-question = 처음이신가요?
sign-up-link = 계정 만들기
continue-heading = 다시 오신 것을 환영합니다
continue-intro = 이미 { $username }(으)로 로그인되어 있습니다.
continue-as-button = { $username }(으)로 계속
switch-link = 다른 계정으로 로그인
signed-out-heading = 로그아웃됨
signed-out = 로그아웃되었습니다.
consent-heading = 계정에 대한 액세스를 허용하시겠습니까?
consent-intro = { $client }에서 { $username } 계정에 대한 액세스를 요청합니다.
consent-scopes = 요청 내용: { $scopes }
consent-target = { $target }(으)로 이동합니다.
consent-allow-button = 허용
consent-deny-button = 허용 안 함
providers-label = 다른 로그인 방법
provider-button = { $provider }(으)로 계속
providers-or = 또는
provider-search-label = 회사 이메일 주소 또는 도메인
provider-search-unknown = 이 도메인으로 로그인하는 조직이 없습니다.

## 가입
sign-up-heading = 계정 만들기
sign-up-intro = 새 계정의 정보를 입력하세요.
sign-up-button = 계정 만들기
sign-in-question = 이미 계정이 있으신가요?
sign-in-link = 로그인
terms-notice = 가입하면 { $terms } 및 { $privacy }에 동의하는 것입니다.
terms-of-use = 이용 약관
privacy-policy = 개인정보 처리방침
confirm-heading = 계정 확인
confirm-button = 계정 확인
resend-question = 코드를 받지 못하셨나요?
resend-button = 새 코드 보내기
code-resent = 새 코드를 보냈습니다.
link-sent = { $destination }(으)로 링크를 이메일로 보냈습니다. 링크를 열어 계정을 확인하세요.
link-open = 보내 드린 링크를 열어 계정을 확인하세요.
link-resent = 새 링크를 보냈습니다.
resend-link-question = 링크를 받지 못하셨나요?
resend-link-button = 새 링크 보내기
confirmed-heading = 계정이 확인됨
confirmed = 등록이 확인되었습니다!
confirmed-sign-in = 계정이 확인되었습니다. 계속하려면 로그인하세요.

## 코드
code-sent-email = { $destination }(으)로 코드를 이메일로 보냈습니다.
code-sent-sms = { $destination }(으)로 코드를 문자 메시지로 보냈습니다.
code-sent-maybe = 이 계정이 있으면 코드를 보냈습니다.
code-app = 인증 앱의 코드를 입력하세요.
code-app-named = { $device }에 있는 인증 앱의 코드를 입력하세요.
code-enter = 보내 드린 코드를 입력하세요.

## 비밀번호
forgot-heading = 비밀번호 재설정
forgot-intro = 계정을 알려 주시면 코드를 보내 드립니다.
forgot-button = 코드 보내기
reset-heading = 새 비밀번호 선택
reset-button = 비밀번호 변경
reset-done = 비밀번호가 변경되었습니다. 새 비밀번호로 로그인하세요.
reset-required = 로그인하기 전에 비밀번호를 재설정해야 합니다.
new-password-heading = 새 비밀번호 선택
new-password-intro = 현재 비밀번호는 임시 비밀번호입니다. 새 비밀번호를 선택하세요.

## 두 번째 단계
mfa-heading = 본인 확인
mfa-choice-heading = 본인 확인
mfa-choice-intro = 코드를 받거나 만드는 방법을 선택하세요.
mfa-setup-heading = 계정 보호
mfa-setup-intro = 로그인하려면 두 번째 단계가 필요합니다. 설정할 방법을 선택하세요.
first-factor-heading = 어떻게 로그인하시겠습니까?
first-factor-intro = { $username }(으)로 로그인합니다.
factor-password = 비밀번호
factor-passkey = 패스키
factor-email = 이메일로 코드 받기
factor-sms = 문자 메시지로 코드 받기
factor-app = 인증 앱
email-setup-heading = 이메일 코드 설정
email-setup-intro = 코드를 받을 주소를 입력하세요.
phone-setup-heading = 문자 메시지 코드 설정
phone-setup-intro = 코드를 받을 전화번호를 입력하세요.
totp-heading = 인증 앱 설정
totp-scan = 휴대폰의 인증 앱으로 QR 코드를 스캔하세요.
totp-qr = 인증 앱용 QR 코드
totp-key = 스캔할 수 없으면 앱에 이 키를 입력하세요:
totp-code = 그런 다음 앱에 표시된 코드를 입력하세요.
totp-device-label = 이 기기의 이름(선택 사항)

## 패스키
passkey-heading = 패스키로 더 빠르게 로그인
passkey-intro = 패스키를 사용하면 지문, 얼굴 또는 화면 잠금으로 로그인합니다. 기억할 비밀번호도, 도난당할 것도 없습니다.
passkey-create-button = 패스키 만들기
passkey-skip = 나중에
passkey-sign-in-heading = 패스키 사용
passkey-sign-in-intro = 기기에서 본인 확인을 요청합니다.
passkey-sign-in-button = 패스키 사용
passkey-failed = 패스키를 사용할 수 없습니다. 다시 시도하거나 다른 방법을 선택하세요.
passkeys-full = 한 계정에서 만들 수 있는 패스키를 모두 만들었습니다.
passkey-no-script = 패스키에는 JavaScript가 필요하지만 이 브라우저에서는 꺼져 있습니다.

## 오류
error-heading = 문제가 발생했습니다
error-page = 요청한 페이지에서 오류가 발생했습니다.
error-expired = 시간이 너무 오래 걸렸거나 페이지가 두 번 열렸습니다. 다시 시작하세요.
error-form = 양식을 확인할 수 없습니다. 뒤로 가서 페이지를 새로 고친 후 다시 시도하세요.
error-unavailable = 로그인 페이지를 사용할 수 없습니다. 관리자에게 문의하세요.
error-server = 서비스에 문제가 있습니다. 잠시 후 다시 시도하세요.
error-busy = 요청이 너무 많습니다. 잠시 후 다시 시도하세요.
refusal-missing = 필수 매개변수 '{ $name }'이(가) 없습니다
refusal-repeated = 매개변수 '{ $name }'이(가) 중복되었습니다
refusal-malformed = 매개변수 '{ $name }'이(가) 올바르지 않습니다
refusal-client = 존재하지 않는 애플리케이션입니다.
refusal-client-off = 이 애플리케이션은 여기에서 로그인할 수 없습니다.
refusal-provider = 이 로그인 방법은 사용할 수 없습니다. 다른 방법을 시도하세요.
refusal-saml = 자격 증명 공급자의 samlResponse 또는 relayState가 올바르지 않습니다
refusal-relay-state = 자격 증명 공급자의 relayState가 올바르지 않습니다
refusal-other = 요청이 거부되었습니다: { $detail }
wrong-password = 사용자 이름 또는 비밀번호가 올바르지 않습니다.
attempts-exceeded = 시도 횟수가 너무 많습니다. 나중에 다시 시도하세요.
user-disabled = 이 계정은 비활성화되어 있습니다. 관리자에게 문의하세요.
temporary-password-expired = 임시 비밀번호가 만료되었습니다. 관리자에게 문의하세요.
code-wrong = 코드가 올바르지 않습니다. 확인 후 다시 시도하세요.
code-expired = 코드가 더 이상 유효하지 않습니다. 새 코드를 요청하세요.
code-used = 이미 사용된 코드입니다. 다음 코드를 기다리세요.
delivery-failed = 코드를 보낼 수 없습니다. 나중에 다시 시도하세요.
username-taken = 이 이름의 계정이 이미 있습니다.
sign-up-off = 가입할 수 없습니다.
recovery-off = 비밀번호를 재설정하려면 관리자에게 문의하세요.
password-policy = 비밀번호가 조건을 충족하지 않습니다.
password-reused = 이전에 사용하지 않은 비밀번호를 선택하세요.
passwords-differ = 두 비밀번호가 일치하지 않습니다.
field-missing = 입력하세요: { $label }
not-confirmable = 이 계정은 코드로 확인할 수 없습니다. 관리자에게 문의하세요.
