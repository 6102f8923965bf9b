# Bahasa Indonesia

error-title = Kesalahan: { $title }
back-to-sign-in = Kembali ke halaman masuk
continue-button = Lanjutkan

## Nama kolom
username-label = Nama pengguna
email-label = Alamat email
phone-label = Nomor telepon
phone-hint = Dengan kode negara, misalnya +14325551212
email-or-phone-label = Alamat email atau nomor telepon
password-label = Kata sandi
confirm-password-label = Konfirmasi kata sandi
password-optional = Anda dapat mengosongkan ini dan masuk dengan kode.
new-password-label = Kata sandi baru
confirm-new-password-label = Konfirmasi kata sandi baru
code-label = Kode
attribute-address = Alamat
attribute-birthdate = Tanggal lahir
attribute-family-name = Nama belakang
attribute-gender = Jenis kelamin
attribute-given-name = Nama depan
attribute-locale = Bahasa
attribute-middle-name = Nama tengah
attribute-name = Nama
attribute-nickname = Nama panggilan
attribute-picture = Gambar (alamat web)
attribute-preferred-username = Nama pengguna pilihan
attribute-profile = Profil (alamat web)
attribute-updated-at = Pembaruan terakhir
attribute-website = Situs web
attribute-zoneinfo = Zona waktu

## Syarat kata sandi
policy-intro = Kata sandi Anda memerlukan:
policy-length = minimal { $count } karakter
policy-lower = satu huruf kecil
policy-upper = satu huruf besar
policy-number = satu angka
policy-symbol = satu karakter khusus atau spasi

## Masuk
sign-in-heading = Masuk
sign-in-intro = Masuk ke akun Anda.
sign-in-button = Masuk
next-button = Berikutnya
forgot-link = Lupa kata sandi?
sign-up-question = Baru di sini?
sign-up-link = Buat akun
continue-heading = Selamat datang kembali
continue-intro = Anda sudah masuk sebagai { $username }.
continue-as-button = Lanjutkan sebagai { $username }
switch-link = Masuk dengan akun lain
signed-out-heading = Sudah keluar
signed-out = Anda sudah keluar.
consent-heading = Beri akses ke akun Anda?
consent-intro = { $client } meminta akses ke akun Anda { $username }.
consent-scopes = Yang diminta: { $scopes }
consent-target = Anda akan diarahkan ke { $target }.
consent-allow-button = Izinkan
consent-deny-button = Jangan izinkan
providers-label = Cara masuk lainnya
provider-button = Lanjutkan dengan { $provider }
providers-or = atau
provider-search-label = Alamat email kerja atau domainnya
provider-search-unknown = Tidak ada organisasi yang masuk dengan domain ini.

## Mendaftar
sign-up-heading = Buat akun
sign-up-intro = Isi data akun baru Anda.
sign-up-button = Buat akun
sign-in-question = Sudah punya akun?
sign-in-link = Masuk
terms-notice = Dengan mendaftar, Anda menyetujui { $terms } dan { $privacy } kami.
terms-of-use = ketentuan penggunaan
privacy-policy = kebijakan privasi
confirm-heading = Konfirmasi akun Anda
confirm-button = Konfirmasi akun
resend-question = Tidak menerima kode?
resend-button = Kirim kode baru
code-resent = Kami telah mengirim kode baru.
link-sent = Kami telah mengirim tautan lewat email ke { $destination }. Buka tautan itu untuk mengonfirmasi akun Anda.
link-open = Buka tautan yang telah kami kirim untuk mengonfirmasi akun Anda.
link-resent = Kami telah mengirim tautan baru.
resend-link-question = Tidak menerima tautan?
resend-link-button = Kirim tautan baru
confirmed-heading = Akun dikonfirmasi
confirmed = Pendaftaran Anda telah dikonfirmasi!
confirmed-sign-in = Akun Anda telah dikonfirmasi. Masuk untuk melanjutkan.

## Kode
code-sent-email = Kami telah mengirim kode lewat email ke { $destination }.
code-sent-sms = Kami telah mengirim kode lewat SMS ke { $destination }.
code-sent-maybe = Jika akun ini ada, kami telah mengirim kode kepadanya.
code-app = Masukkan kode dari aplikasi autentikator Anda.
code-app-named = Masukkan kode dari aplikasi autentikator Anda di { $device }.
code-enter = Masukkan kode yang telah kami kirim kepada Anda.

## Kata sandi
forgot-heading = Atur ulang kata sandi
forgot-intro = Beri tahu kami siapa Anda, dan kami akan mengirim kode.
forgot-button = Kirim kode
reset-heading = Pilih kata sandi baru
reset-button = Ubah kata sandi
reset-done = Kata sandi Anda telah diubah. Masuk dengan yang baru.
reset-required = Kata sandi Anda harus diatur ulang sebelum Anda dapat masuk.
new-password-heading = Pilih kata sandi baru
new-password-intro = Kata sandi Anda bersifat sementara. Pilih kata sandi Anda sendiri.

## Langkah kedua
mfa-heading = Verifikasi bahwa ini Anda
mfa-choice-heading = Verifikasi bahwa ini Anda
mfa-choice-intro = Pilih cara menerima atau membuat kode.
mfa-setup-heading = Lindungi akun Anda
mfa-setup-intro = Untuk masuk diperlukan langkah kedua. Pilih yang ingin Anda siapkan.
first-factor-heading = Bagaimana Anda ingin masuk?
first-factor-intro = Masuk sebagai { $username }.
factor-password = Kata sandi
factor-passkey = Kunci sandi
factor-email = Kode lewat email
factor-sms = Kode lewat SMS
factor-app = Aplikasi autentikator
email-setup-heading = Siapkan kode lewat email
email-setup-intro = Masukkan alamat tujuan kode Anda.
phone-setup-heading = Siapkan kode lewat SMS
phone-setup-intro = Masukkan nomor telepon tujuan kode Anda.
totp-heading = Siapkan aplikasi autentikator
totp-scan = Pindai kode QR dengan aplikasi autentikator di ponsel Anda.
totp-qr = Kode QR untuk aplikasi autentikator Anda
totp-key = Jika tidak dapat memindainya, masukkan kunci ini di aplikasi:
totp-code = Lalu masukkan kode yang ditampilkan aplikasi.
totp-device-label = Nama untuk perangkat ini (opsional)

## Kunci sandi
passkey-heading = Masuk lebih cepat dengan kunci sandi
passkey-intro = Kunci sandi memasukkan Anda dengan sidik jari, wajah, atau kunci layar. Tidak ada kata sandi untuk diingat, tidak ada yang dapat dicuri.
passkey-create-button = Buat kunci sandi
passkey-skip = Nanti saja
passkey-sign-in-heading = Gunakan kunci sandi Anda
passkey-sign-in-intro = Perangkat Anda akan meminta konfirmasi bahwa ini Anda.
passkey-sign-in-button = Gunakan kunci sandi
passkey-failed = Kunci sandi tidak dapat digunakan. Coba lagi, atau pilih cara lain.
passkeys-full = Anda sudah memiliki kunci sandi sebanyak yang dapat dimiliki satu akun.
passkey-no-script = Kunci sandi memerlukan JavaScript, yang dimatikan di peramban ini.

## Kesalahan
error-heading = Terjadi kesalahan
error-page = Terjadi kesalahan pada halaman yang diminta.
error-expired = Ini terlalu lama, atau halaman dibuka dua kali. Mulai lagi.
error-form = Formulir tidak dapat diperiksa. Kembali, muat ulang halaman, dan coba lagi.
error-unavailable = Halaman masuk tidak tersedia. Hubungi administrator.
error-server = Layanan mengalami masalah. Coba lagi sebentar lagi.
error-busy = Terlalu banyak permintaan. Coba lagi sebentar lagi.
refusal-missing = Parameter wajib '{ $name }' tidak ada
refusal-repeated = Parameter '{ $name }' berulang
refusal-malformed = Parameter '{ $name }' tidak valid
refusal-client = Aplikasi ini tidak ada.
refusal-client-off = Aplikasi ini tidak dapat memasukkan siapa pun di sini.
refusal-provider = Pilihan masuk ini tidak tersedia. Coba yang lain.
refusal-saml = samlResponse atau relayState dari penyedia identitas tidak valid
refusal-relay-state = relayState dari penyedia identitas tidak valid
refusal-other = Permintaan ditolak: { $detail }
wrong-password = Nama pengguna atau kata sandi salah.
attempts-exceeded = Terlalu banyak percobaan. Coba lagi nanti.
user-disabled = Akun ini dinonaktifkan. Hubungi administrator.
temporary-password-expired = Kata sandi sementara telah kedaluwarsa. Hubungi administrator.
code-wrong = Kode tidak benar. Periksa dan coba lagi.
code-expired = Kode tidak berlaku lagi. Minta kode baru.
code-used = Kode ini sudah digunakan. Tunggu kode berikutnya.
delivery-failed = Kode tidak dapat dikirim. Coba lagi nanti.
username-taken = Akun dengan nama ini sudah ada.
sign-up-off = Pendaftaran tidak tersedia.
recovery-off = Hubungi administrator untuk mengatur ulang kata sandi Anda.
password-policy = Kata sandi tidak memenuhi syarat.
password-reused = Pilih kata sandi yang belum pernah Anda gunakan.
passwords-differ = Kedua kata sandi tidak sama.
field-missing = Isi: { $label }
not-confirmable = Akun ini tidak dapat dikonfirmasi dengan kode. Hubungi administrator.
