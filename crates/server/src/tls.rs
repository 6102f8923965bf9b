//! TLS for servers that have no proxy in front of them. New certificates are taken up while the server runs.

use std::path::Path;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, SystemTime};

use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::aws_lc_rs;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::rustls::server::{ClientHello, ResolvesServerCert};
use tokio_rustls::rustls::sign::CertifiedKey;

use crate::config::{StartError, TlsFiles};

/// How often the files are looked at.
const INTERVAL: Duration = Duration::from_secs(10);

/// The certificate that handshakes show, with its key.
#[derive(Debug)]
struct Shown(RwLock<Arc<CertifiedKey>>);

impl ResolvesServerCert for Shown {
    fn resolve(&self, _hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        let shown = self.0.read().unwrap_or_else(PoisonError::into_inner);
        Some(Arc::clone(&shown))
    }
}

/// When a file was written and how long it is; `None` while there is none.
type Stamp = Option<(SystemTime, u64)>;

fn stamp(path: &Path) -> Stamp {
    let metadata = std::fs::metadata(path).ok()?;
    Some((metadata.modified().ok()?, metadata.len()))
}

/// Looks after the files: what they hold when they have changed is shown from then on.
pub(crate) struct Watch {
    files: TlsFiles,
    shown: Arc<Shown>,
    seen: [Stamp; 2],
}

/// Reads the certificate and its key.
pub(crate) fn open(files: &TlsFiles) -> Result<(TlsAcceptor, Watch), StartError> {
    // What changes while it is being read is read again.
    let seen = [stamp(&files.cert), stamp(&files.key)];
    let shown = Arc::new(Shown(RwLock::new(Arc::new(read(files)?))));
    let provider = Arc::new(aws_lc_rs::default_provider());
    let mut config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| unusable(files, &error))?
        .with_no_client_auth()
        .with_cert_resolver(Arc::clone(&shown) as _);
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    let watch = Watch {
        files: files.clone(),
        shown,
        seen,
    };
    Ok((TlsAcceptor::from(Arc::new(config)), watch))
}

fn read(files: &TlsFiles) -> Result<CertifiedKey, StartError> {
    let cert = files.cert.display();
    let key = files.key.display();
    let chain = CertificateDer::pem_file_iter(&files.cert)
        .and_then(Iterator::collect::<Result<Vec<_>, _>>)
        .map_err(|error| {
            StartError::environment(format!(
                "cannot read the certificate {cert}: {error}; correct `tls.cert`"
            ))
        })?;
    let private = PrivateKeyDer::from_pem_file(&files.key).map_err(|error| {
        StartError::environment(format!(
            "cannot read the private key {key}: {error}; correct `tls.key`"
        ))
    })?;
    CertifiedKey::from_der(chain, private, &aws_lc_rs::default_provider())
        .map_err(|error| unusable(files, &error))
}

fn unusable(files: &TlsFiles, error: &dyn std::fmt::Display) -> StartError {
    let (cert, key) = (files.cert.display(), files.key.display());
    StartError::environment(format!(
        "cannot use {cert} with {key}: {error}; correct [tls]"
    ))
}

impl Watch {
    /// Looks at the files until the server ends.
    pub(crate) async fn run(mut self) {
        loop {
            tokio::time::sleep(INTERVAL).await;
            let looked = tokio::task::spawn_blocking(move || {
                self.look();
                self
            });
            let Ok(back) = looked.await else { return };
            self = back;
        }
    }

    /// Reads the files if one of them has changed. What cannot be used changes nothing, and is told of once.
    fn look(&mut self) {
        let now = [stamp(&self.files.cert), stamp(&self.files.key)];
        if now == self.seen {
            return;
        }
        self.seen = now;
        match read(&self.files) {
            Ok(new) => {
                *self.shown.0.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(new);
                tracing::info!("A new certificate is in use");
            }
            Err(error) => {
                tracing::error!(%error, "A new certificate is not used, the one before stays");
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::fs::{self, File};

    use data_encoding::BASE64;
    use tokio_rustls::TlsConnector;
    use tokio_rustls::rustls::pki_types::ServerName;
    use tokio_rustls::rustls::{ClientConfig, RootCertStore};

    use super::*;

    /// A folder with the two files.
    struct Folder {
        path: std::path::PathBuf,
        files: TlsFiles,
        writes: u64,
    }

    impl Folder {
        fn new(name: &str) -> Self {
            let path =
                std::env::temp_dir().join(format!("cenote-tls-{name}-{}", std::process::id()));
            fs::create_dir_all(&path).expect("a folder");
            let files = TlsFiles {
                cert: path.join("cert.pem"),
                key: path.join("key.pem"),
            };
            Self {
                path,
                files,
                writes: 0,
            }
        }

        /// Writes a file; each write has a time of its own.
        fn write(&mut self, path: &Path, text: &str) {
            self.writes += 1;
            fs::write(path, text).expect("written");
            let time = SystemTime::UNIX_EPOCH + Duration::from_secs(self.writes);
            let file = File::options().write(true).open(path).expect("a file");
            file.set_modified(time).expect("a time");
        }

        fn put(&mut self, pair: &Pair) {
            let TlsFiles { cert, key } = self.files.clone();
            self.write(&cert, &pem("CERTIFICATE", &pair.cert));
            self.write(&key, &pem("PRIVATE KEY", &pair.key));
        }
    }

    impl Drop for Folder {
        fn drop(&mut self) {
            let _gone = fs::remove_dir_all(&self.path);
        }
    }

    struct Pair {
        cert: Vec<u8>,
        key: Vec<u8>,
    }

    fn pair() -> Pair {
        let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).expect("a pair");
        Pair {
            cert: made.cert.der().to_vec(),
            key: made.signing_key.serialize_der(),
        }
    }

    fn pem(label: &str, der: &[u8]) -> String {
        let text = BASE64.encode(der);
        format!("-----BEGIN {label}-----\n{text}\n-----END {label}-----\n")
    }

    /// Whether a client that trusts only this certificate gets through.
    async fn is_shown(acceptor: &TlsAcceptor, pair: &Pair) -> bool {
        let mut roots = RootCertStore::empty();
        let trusted = CertificateDer::from(pair.cert.clone());
        roots.add(trusted).expect("a certificate");
        let provider = Arc::new(aws_lc_rs::default_provider());
        let config = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .expect("versions")
            .with_root_certificates(roots)
            .with_no_client_auth();
        let (ours, theirs) = tokio::io::duplex(16 * 1024);
        let name = ServerName::try_from("localhost").expect("a name");
        let connector = TlsConnector::from(Arc::new(config));
        let (client, server) = tokio::join!(connector.connect(name, ours), acceptor.accept(theirs));
        client.is_ok() && server.is_ok()
    }

    #[tokio::test]
    async fn a_new_certificate_is_shown_once_its_files_have_changed() {
        let (first, second) = (pair(), pair());
        let mut folder = Folder::new("new");
        folder.put(&first);
        let (acceptor, mut watch) = open(&folder.files).expect("a pair");
        assert!(is_shown(&acceptor, &first).await);
        watch.look();
        assert!(is_shown(&acceptor, &first).await);
        folder.put(&second);
        watch.look();
        assert!(is_shown(&acceptor, &second).await);
        assert!(!is_shown(&acceptor, &first).await);
    }

    #[tokio::test]
    async fn files_that_cannot_be_used_leave_the_certificate_as_it_is() {
        let (first, second) = (pair(), pair());
        let mut folder = Folder::new("bad");
        folder.put(&first);
        let (acceptor, mut watch) = open(&folder.files).expect("a pair");
        let TlsFiles { cert, key } = folder.files.clone();
        folder.write(&cert, "nonsense");
        watch.look();
        assert!(is_shown(&acceptor, &first).await);
        // Half of a change: the key is still that of the first.
        folder.write(&cert, &pem("CERTIFICATE", &second.cert));
        watch.look();
        assert!(is_shown(&acceptor, &first).await);
        fs::remove_file(&key).expect("gone");
        watch.look();
        assert!(is_shown(&acceptor, &first).await);
        folder.write(&key, &pem("PRIVATE KEY", &second.key));
        watch.look();
        assert!(is_shown(&acceptor, &second).await);
    }
}
