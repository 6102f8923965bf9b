# 日本語

error-title = エラー: { $title }
back-to-sign-in = サインインに戻る
continue-button = 続ける

## 項目名
username-label = ユーザー名
email-label = メールアドレス
phone-label = 電話番号
phone-hint = 国番号を付けてください。例: +14325551212
email-or-phone-label = メールアドレスまたは電話番号
password-label = パスワード
confirm-password-label = パスワードの確認
password-optional = 空欄のままにして、コードでサインインすることもできます。
new-password-label = 新しいパスワード
confirm-new-password-label = 新しいパスワードの確認
code-label = コード
attribute-address = 住所
attribute-birthdate = 生年月日
attribute-family-name = 姓
attribute-gender = 性別
attribute-given-name = 名
attribute-locale = 言語
attribute-middle-name = ミドルネーム
attribute-name = 氏名
attribute-nickname = ニックネーム
attribute-picture = 画像 (ウェブアドレス)
attribute-preferred-username = 希望するユーザー名
attribute-profile = プロフィール (ウェブアドレス)
attribute-updated-at = 最終更新
attribute-website = ウェブサイト
attribute-zoneinfo = タイムゾーン

## パスワードの条件
policy-intro = パスワードの条件:
policy-length = { $count } 文字以上
policy-lower = 小文字を含む
policy-upper = 大文字を含む
policy-number = 数字を含む
policy-symbol = 記号またはスペースを含む

## サインイン
sign-in-heading = サインイン
sign-in-intro = アカウントにサインインします。
sign-in-button = サインイン
next-button = 次へ
forgot-link = パスワードをお忘れですか?
sign-up-question = 初めてですか?
sign-up-link = アカウントを作成
continue-heading = お帰りなさい
continue-intro = すでに { $username } としてサインインしています。
continue-as-button = { $username } として続ける
switch-link = 別のアカウントでサインイン
signed-out-heading = サインアウト完了
signed-out = サインアウトしました。
consent-heading = アカウントへのアクセスを許可しますか？
consent-intro = { $client } がアカウント { $username } へのアクセスを求めています。
consent-scopes = 求められている内容: { $scopes }
consent-target = { $target } に移動します。
consent-allow-button = 許可する
consent-deny-button = 許可しない
providers-label = その他のサインイン方法
provider-button = { $provider } で続行
providers-or = または
provider-search-label = 勤務先のメールアドレスまたはそのドメイン
provider-search-unknown = このドメインでサインインする組織はありません。

## サインアップ
sign-up-heading = アカウントを作成
sign-up-intro = 新しいアカウントの情報を入力してください。
sign-up-button = アカウントを作成
sign-in-question = すでにアカウントをお持ちですか?
sign-in-link = サインイン
terms-notice = サインアップすると、{ $terms }と{ $privacy }に同意したことになります。
terms-of-use = 利用規約
privacy-policy = プライバシーポリシー
confirm-heading = アカウントの確認
confirm-button = アカウントを確認
resend-question = コードが届きませんか?
resend-button = 新しいコードを送信
code-resent = 新しいコードを送信しました。
link-sent = { $destination } にメールでリンクを送信しました。リンクを開いてアカウントを確認してください。
link-open = お送りしたリンクを開いて、アカウントを確認してください。
link-resent = 新しいリンクを送信しました。
resend-link-question = リンクが届きませんか?
resend-link-button = 新しいリンクを送信
confirmed-heading = アカウントを確認しました
confirmed = 登録が確認されました。
confirmed-sign-in = アカウントが確認されました。続けるにはサインインしてください。

## コード
code-sent-email = { $destination } にメールでコードを送信しました。
code-sent-sms = { $destination } にテキストメッセージでコードを送信しました。
code-sent-maybe = このアカウントが存在する場合は、コードを送信しました。
code-app = 認証アプリのコードを入力してください。
code-app-named = { $device } の認証アプリのコードを入力してください。
code-enter = お送りしたコードを入力してください。

## パスワード
forgot-heading = パスワードのリセット
forgot-intro = アカウントを入力してください。コードをお送りします。
forgot-button = コードを送信
reset-heading = 新しいパスワードを選択
reset-button = パスワードを変更
reset-done = パスワードを変更しました。新しいパスワードでサインインしてください。
reset-required = サインインする前にパスワードをリセットする必要があります。
new-password-heading = 新しいパスワードを選択
new-password-intro = 現在のパスワードは一時的なものです。新しいパスワードを選んでください。

## 2 段階目
mfa-heading = 本人確認
mfa-choice-heading = 本人確認
mfa-choice-intro = コードの受け取り方または作り方を選んでください。
mfa-setup-heading = アカウントの保護
mfa-setup-intro = サインインには 2 段階目の確認が必要です。設定する方法を選んでください。
first-factor-heading = サインイン方法を選択
first-factor-intro = { $username } としてサインインします。
factor-password = パスワード
factor-passkey = パスキー
factor-email = メールでコードを受け取る
factor-sms = テキストメッセージでコードを受け取る
factor-app = 認証アプリ
email-setup-heading = メールでのコードの設定
email-setup-intro = コードを受け取るアドレスを入力してください。
phone-setup-heading = テキストメッセージでのコードの設定
phone-setup-intro = コードを受け取る電話番号を入力してください。
totp-heading = 認証アプリの設定
totp-scan = スマートフォンの認証アプリで QR コードを読み取ってください。
totp-qr = 認証アプリ用の QR コード
totp-key = 読み取れない場合は、このキーをアプリに入力してください:
totp-code = 次に、アプリに表示されるコードを入力してください。
totp-device-label = このデバイスの名前 (任意)

## パスキー
passkey-heading = パスキーですばやくサインイン
passkey-intro = パスキーを使うと、指紋、顔、または画面ロックでサインインできます。パスワードを覚える必要がなく、盗まれるものもありません。
passkey-create-button = パスキーを作成
passkey-skip = 後で
passkey-sign-in-heading = パスキーを使用
passkey-sign-in-intro = デバイスで本人確認を求められます。
passkey-sign-in-button = パスキーを使用
passkey-failed = パスキーを使用できませんでした。もう一度試すか、別の方法を選んでください。
passkeys-full = 1 つのアカウントで使えるパスキーの数の上限に達しています。
passkey-no-script = パスキーには JavaScript が必要ですが、このブラウザーでは無効になっています。

## エラー
error-heading = 問題が発生しました
error-page = リクエストされたページでエラーが発生しました。
error-expired = 時間がかかりすぎたか、ページが 2 回開かれました。最初からやり直してください。
error-form = フォームを確認できませんでした。戻ってページを再読み込みし、もう一度お試しください。
error-unavailable = ログインページを利用できません。管理者にお問い合わせください。
error-server = サービスに問題が発生しています。しばらくしてからもう一度お試しください。
error-busy = リクエストが多すぎます。しばらくしてからもう一度お試しください。
refusal-missing = 必須パラメーター「{ $name }」がありません
refusal-repeated = パラメーター「{ $name }」が重複しています
refusal-malformed = パラメーター「{ $name }」が正しくありません
refusal-client = このアプリケーションは存在しません。
refusal-client-off = このアプリケーションではここでサインインできません。
refusal-provider = このサインイン方法は利用できません。別の方法をお試しください。
refusal-saml = ID プロバイダーからの samlResponse または relayState が正しくありません
refusal-relay-state = ID プロバイダーからの relayState が正しくありません
refusal-other = リクエストは拒否されました: { $detail }
wrong-password = ユーザー名またはパスワードが正しくありません。
attempts-exceeded = 試行回数が多すぎます。後でもう一度お試しください。
user-disabled = このアカウントは無効です。管理者にお問い合わせください。
temporary-password-expired = 一時パスワードの有効期限が切れています。管理者にお問い合わせください。
code-wrong = コードが正しくありません。確認してもう一度お試しください。
code-expired = コードは無効になりました。新しいコードを請求してください。
code-used = このコードはすでに使用されています。次のコードをお待ちください。
delivery-failed = コードを送信できませんでした。後でもう一度お試しください。
username-taken = この名前のアカウントはすでに存在します。
sign-up-off = サインアップは利用できません。
recovery-off = パスワードをリセットするには管理者にお問い合わせください。
password-policy = パスワードが条件を満たしていません。
password-reused = 以前に使用していないパスワードを選んでください。
passwords-differ = 2 つのパスワードが一致しません。
field-missing = 入力してください: { $label }
not-confirmable = このアカウントはコードでは確認できません。管理者にお問い合わせください。
