# 繁體中文

error-title = 錯誤：{ $title }
back-to-sign-in = 返回登入
continue-button = 繼續

## 欄位名稱
username-label = 使用者名稱
email-label = 電子郵件地址
phone-label = 電話號碼
phone-hint = 包含國碼，例如 +14325551212
email-or-phone-label = 電子郵件地址或電話號碼
password-label = 密碼
confirm-password-label = 確認密碼
password-optional = 您可以將此處留空，並使用驗證碼登入。
new-password-label = 新密碼
confirm-new-password-label = 確認新密碼
code-label = 驗證碼
attribute-address = 地址
attribute-birthdate = 出生日期
attribute-family-name = 姓氏
attribute-gender = 性別
attribute-given-name = 名字
attribute-locale = 語言
attribute-middle-name = 中間名
attribute-name = 姓名
attribute-nickname = 暱稱
attribute-picture = 圖片（網址）
attribute-preferred-username = 偏好的使用者名稱
attribute-profile = 個人檔案（網址）
attribute-updated-at = 上次更新
attribute-website = 網站
attribute-zoneinfo = 時區

## 密碼要求
policy-intro = 密碼要求：
policy-length = 至少 { $count } 個字元
policy-lower = 一個小寫字母
policy-upper = 一個大寫字母
policy-number = 一個數字
policy-symbol = 一個特殊字元或空格

## 登入
sign-in-heading = 登入
sign-in-intro = 登入您的帳戶。
sign-in-button = 登入
next-button = 下一步
forgot-link = 忘記密碼？
sign-up-question = 新使用者？
sign-up-link = 建立帳戶
continue-heading = 歡迎回來
continue-intro = 您已以 { $username } 的身分登入。
continue-as-button = 以 { $username } 的身分繼續
switch-link = 使用其他帳戶登入
signed-out-heading = 已登出
signed-out = 您已登出。
consent-heading = 允許存取您的帳戶嗎？
consent-intro = { $client } 要求存取您的帳戶 { $username }。
consent-scopes = 要求的內容：{ $scopes }
consent-target = 您將被轉到 { $target }。
consent-allow-button = 允許
consent-deny-button = 不允許
providers-label = 其他登入方式
provider-button = 使用 { $provider } 繼續
providers-or = 或
provider-search-label = 工作電子郵件地址或其網域
provider-search-unknown = 沒有組織使用此網域登入。

## 註冊
sign-up-heading = 建立帳戶
sign-up-intro = 填寫新帳戶的資料。
sign-up-button = 建立帳戶
sign-in-question = 已經有帳戶了嗎？
sign-in-link = 登入
terms-notice = 註冊即表示您同意我們的{ $terms }和{ $privacy }。
terms-of-use = 使用條款
privacy-policy = 隱私權政策
confirm-heading = 確認您的帳戶
confirm-button = 確認帳戶
resend-question = 沒有收到驗證碼？
resend-button = 傳送新驗證碼
code-resent = 我們已傳送新的驗證碼。
link-sent = 我們已透過電子郵件將連結傳送至 { $destination }。請開啟該連結以確認您的帳戶。
link-open = 請開啟我們傳送給您的連結以確認您的帳戶。
link-resent = 我們已傳送新的連結。
resend-link-question = 沒有收到連結？
resend-link-button = 傳送新連結
confirmed-heading = 帳戶已確認
confirmed = 您的註冊已確認！
confirmed-sign-in = 您的帳戶已確認。請登入以繼續。

## 驗證碼
code-sent-email = 我們已透過電子郵件將驗證碼傳送至 { $destination }。
code-sent-sms = 我們已透過簡訊將驗證碼傳送至 { $destination }。
code-sent-maybe = 如果此帳戶存在，我們已傳送驗證碼給它。
code-app = 輸入驗證器應用程式中的驗證碼。
code-app-named = 輸入 { $device } 上驗證器應用程式中的驗證碼。
code-enter = 輸入我們傳送給您的驗證碼。

## 密碼
forgot-heading = 重設密碼
forgot-intro = 告訴我們您的帳戶，我們會傳送驗證碼給您。
forgot-button = 傳送驗證碼
reset-heading = 選擇新密碼
reset-button = 變更密碼
reset-done = 您的密碼已變更。請使用新密碼登入。
reset-required = 您必須先重設密碼才能登入。
new-password-heading = 選擇新密碼
new-password-intro = 您的密碼是暫時密碼。請選擇自己的密碼。

## 第二步
mfa-heading = 驗證您的身分
mfa-choice-heading = 驗證您的身分
mfa-choice-intro = 選擇接收或產生驗證碼的方式。
mfa-setup-heading = 保護您的帳戶
mfa-setup-intro = 登入需要第二步驗證。選擇您要設定的方式。
first-factor-heading = 您想如何登入？
first-factor-intro = 正在以 { $username } 的身分登入。
factor-password = 密碼
factor-passkey = 通行金鑰
factor-email = 電子郵件驗證碼
factor-sms = 簡訊驗證碼
factor-app = 驗證器應用程式
email-setup-heading = 設定電子郵件驗證碼
email-setup-intro = 輸入接收驗證碼的地址。
phone-setup-heading = 設定簡訊驗證碼
phone-setup-intro = 輸入接收驗證碼的電話號碼。
totp-heading = 設定驗證器應用程式
totp-scan = 使用手機上的驗證器應用程式掃描 QR 碼。
totp-qr = 驗證器應用程式的 QR 碼
totp-key = 如果無法掃描，請在應用程式中輸入此金鑰：
totp-code = 然後輸入應用程式顯示的驗證碼。
totp-device-label = 此裝置的名稱（選填）

## 通行金鑰
passkey-heading = 使用通行金鑰更快登入
passkey-intro = 通行金鑰讓您使用指紋、臉部或螢幕鎖定登入。不必記住密碼，也沒有可被竊取的內容。
passkey-create-button = 建立通行金鑰
passkey-skip = 稍後再說
passkey-sign-in-heading = 使用您的通行金鑰
passkey-sign-in-intro = 您的裝置會要求您確認身分。
passkey-sign-in-button = 使用通行金鑰
passkey-failed = 無法使用通行金鑰。請再試一次或選擇其他方式。
passkeys-full = 您的通行金鑰數量已達到一個帳戶的上限。
passkey-no-script = 通行金鑰需要 JavaScript，但此瀏覽器已將其關閉。

## 錯誤
error-heading = 發生問題
error-page = 要求的頁面發生錯誤。
error-expired = 操作逾時，或頁面被開啟了兩次。請重新開始。
error-form = 無法檢查表單。請返回，重新載入頁面後再試一次。
error-unavailable = 登入頁面無法使用。請聯絡管理員。
error-server = 服務發生問題。請稍後再試。
error-busy = 要求過多。請稍後再試。
refusal-missing = 缺少必要參數「{ $name }」
refusal-repeated = 參數「{ $name }」重複
refusal-malformed = 參數「{ $name }」無效
refusal-client = 該應用程式不存在。
refusal-client-off = 該應用程式無法在此登入使用者。
refusal-provider = 此登入方式無法使用。請嘗試其他方式。
refusal-saml = 身分提供者的 samlResponse 或 relayState 無效
refusal-relay-state = 身分提供者的 relayState 無效
refusal-other = 要求遭到拒絕：{ $detail }
wrong-password = 使用者名稱或密碼不正確。
attempts-exceeded = 嘗試次數過多。請稍後再試。
user-disabled = 此帳戶已停用。請聯絡管理員。
temporary-password-expired = 暫時密碼已過期。請聯絡管理員。
code-wrong = 驗證碼不正確。請檢查後再試一次。
code-expired = 驗證碼已失效。請取得新的驗證碼。
code-used = 此驗證碼已被使用。請等待下一個。
delivery-failed = 無法傳送驗證碼。請稍後再試。
username-taken = 使用此名稱的帳戶已存在。
sign-up-off = 無法註冊。
recovery-off = 請聯絡管理員重設您的密碼。
password-policy = 密碼不符合要求。
password-reused = 請選擇以前未使用過的密碼。
passwords-differ = 兩次輸入的密碼不一致。
field-missing = 請填寫：{ $label }
not-confirmable = 此帳戶無法透過驗證碼確認。請聯絡管理員。
