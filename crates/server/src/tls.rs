//! TLS for servers that have no proxy in front of them.

use std::sync::Arc;

use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::aws_lc_rs;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};

use crate::config::{StartError, TlsFiles};

/// Reads the certificate and its key.
pub(crate) fn acceptor(files: &TlsFiles) -> Result<TlsAcceptor, StartError> {
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
    let unusable = |error| {
        StartError::environment(format!(
            "cannot use {cert} with {key}: {error}; correct [tls]"
        ))
    };
    let mut config = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(unusable)?
        .with_no_client_auth()
        .with_single_cert(chain, private)
        .map_err(unusable)?;
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(TlsAcceptor::from(Arc::new(config)))
}
