# 简体中文

error-title = 错误：{ $title }
back-to-sign-in = 返回登录
continue-button = 继续

## 字段名称
username-label = 用户名
email-label = 电子邮件地址
phone-label = 电话号码
phone-hint = 包含国家/地区代码，例如 +14325551212
email-or-phone-label = 电子邮件地址或电话号码
password-label = 密码
confirm-password-label = 确认密码
password-optional = 您可以将此处留空，并使用验证码登录。
new-password-label = 新密码
confirm-new-password-label = 确认新密码
code-label = 验证码
attribute-address = 地址
attribute-birthdate = 出生日期
attribute-family-name = 姓
attribute-gender = 性别
attribute-given-name = 名
attribute-locale = 语言
attribute-middle-name = 中间名
attribute-name = 姓名
attribute-nickname = 昵称
attribute-picture = 图片（网址）
attribute-preferred-username = 首选用户名
attribute-profile = 个人资料（网址）
attribute-updated-at = 上次更新
attribute-website = 网站
attribute-zoneinfo = 时区

## 密码要求
policy-intro = 密码要求：
policy-length = 至少 { $count } 个字符
policy-lower = 一个小写字母
policy-upper = 一个大写字母
policy-number = 一个数字
policy-symbol = 一个特殊字符或空格

## 登录
sign-in-heading = 登录
sign-in-intro = 登录您的账户。
sign-in-button = 登录
next-button = 下一步
forgot-link = 忘记密码？
sign-up-question = 新用户？
sign-up-link = 创建账户
continue-heading = 欢迎回来
continue-intro = 您已以 { $username } 的身份登录。
continue-as-button = 以 { $username } 的身份继续
switch-link = 使用其他账户登录
signed-out-heading = 已退出登录
signed-out = 您已退出登录。
consent-heading = 允许访问您的账户吗？
consent-intro = { $client } 请求访问您的账户 { $username }。
consent-scopes = 请求的内容：{ $scopes }
consent-target = 您将被转到 { $target }。
consent-allow-button = 允许
consent-deny-button = 不允许
providers-label = 其他登录方式
provider-button = 使用 { $provider } 继续
providers-or = 或
provider-search-label = 工作电子邮件地址或其域名
provider-search-unknown = 没有组织使用此域名登录。

## 注册
sign-up-heading = 创建账户
sign-up-intro = 填写新账户的信息。
sign-up-button = 创建账户
sign-in-question = 已有账户？
sign-in-link = 登录
terms-notice = 注册即表示您同意我们的{ $terms }和{ $privacy }。
terms-of-use = 使用条款
privacy-policy = 隐私政策
confirm-heading = 确认您的账户
confirm-button = 确认账户
resend-question = 没有收到验证码？
resend-button = 发送新验证码
code-resent = 我们已发送新的验证码。
link-sent = 我们已通过电子邮件将链接发送至 { $destination }。打开该链接以确认您的账户。
link-open = 打开我们发送给您的链接以确认您的账户。
link-resent = 我们已发送新的链接。
resend-link-question = 没有收到链接？
resend-link-button = 发送新链接
confirmed-heading = 账户已确认
confirmed = 您的注册已确认！
confirmed-sign-in = 您的账户已确认。登录以继续。

## 验证码
code-sent-email = 我们已通过电子邮件将验证码发送至 { $destination }。
code-sent-sms = 我们已通过短信将验证码发送至 { $destination }。
code-sent-maybe = 如果此账户存在，我们已向其发送验证码。
code-app = 输入身份验证器应用中的验证码。
code-app-named = 输入 { $device } 上身份验证器应用中的验证码。
code-enter = 输入我们发送给您的验证码。

## 密码
forgot-heading = 重置密码
forgot-intro = 告诉我们您的账户，我们会向您发送验证码。
forgot-button = 发送验证码
reset-heading = 选择新密码
reset-button = 更改密码
reset-done = 您的密码已更改。请使用新密码登录。
reset-required = 您需要先重置密码才能登录。
new-password-heading = 选择新密码
new-password-intro = 您的密码是临时密码。请选择自己的密码。

## 第二步
mfa-heading = 验证您的身份
mfa-choice-heading = 验证您的身份
mfa-choice-intro = 选择接收或生成验证码的方式。
mfa-setup-heading = 保护您的账户
mfa-setup-intro = 登录需要第二步验证。选择您要设置的方式。
first-factor-heading = 您想如何登录？
first-factor-intro = 正在以 { $username } 的身份登录。
factor-password = 密码
factor-passkey = 通行密钥
factor-email = 电子邮件验证码
factor-sms = 短信验证码
factor-app = 身份验证器应用
email-setup-heading = 设置电子邮件验证码
email-setup-intro = 输入接收验证码的地址。
phone-setup-heading = 设置短信验证码
phone-setup-intro = 输入接收验证码的电话号码。
totp-heading = 设置身份验证器应用
totp-scan = 使用手机上的身份验证器应用扫描二维码。
totp-qr = 身份验证器应用的二维码
totp-key = 如果无法扫描，请在应用中输入此密钥：
totp-code = 然后输入应用显示的验证码。
totp-device-label = 此设备的名称（可选）

## 通行密钥
passkey-heading = 使用通行密钥更快登录
passkey-intro = 通行密钥让您使用指纹、面容或屏幕锁登录。无需记住密码，也没有可被盗取的内容。
passkey-create-button = 创建通行密钥
passkey-skip = 以后再说
passkey-sign-in-heading = 使用您的通行密钥
passkey-sign-in-intro = 您的设备会要求您确认身份。
passkey-sign-in-button = 使用通行密钥
passkey-failed = 无法使用通行密钥。请重试或选择其他方式。
passkeys-full = 您的通行密钥数量已达到一个账户的上限。
passkey-no-script = 通行密钥需要 JavaScript，但此浏览器已将其关闭。

## 错误
error-heading = 出了点问题
error-page = 请求的页面出现错误。
error-expired = 操作超时，或页面被打开了两次。请重新开始。
error-form = 无法检查表单。请返回，重新加载页面后再试。
error-unavailable = 登录页面不可用。请联系管理员。
error-server = 服务出现问题。请稍后再试。
error-busy = 请求过多。请稍后再试。
refusal-missing = 缺少必需参数“{ $name }”
refusal-repeated = 参数“{ $name }”重复
refusal-malformed = 参数“{ $name }”无效
refusal-client = 该应用不存在。
refusal-client-off = 该应用无法在此登录用户。
refusal-provider = 此登录方式不可用。请尝试其他方式。
refusal-saml = 身份提供商的 samlResponse 或 relayState 无效
refusal-relay-state = 身份提供商的 relayState 无效
refusal-other = 请求被拒绝：{ $detail }
wrong-password = 用户名或密码不正确。
attempts-exceeded = 尝试次数过多。请稍后再试。
user-disabled = 此账户已停用。请联系管理员。
temporary-password-expired = 临时密码已过期。请联系管理员。
code-wrong = 验证码不正确。请检查后重试。
code-expired = 验证码已失效。请获取新的验证码。
code-used = 此验证码已被使用。请等待下一个。
delivery-failed = 无法发送验证码。请稍后再试。
username-taken = 使用此名称的账户已存在。
sign-up-off = 无法注册。
recovery-off = 请联系管理员重置您的密码。
password-policy = 密码不符合要求。
password-reused = 请选择以前未使用过的密码。
passwords-differ = 两次输入的密码不一致。
field-missing = 请填写：{ $label }
not-confirmable = 此账户无法通过验证码确认。请联系管理员。
