//! TLS for both clients: one cryptography provider (`ring`) and one set of trusted roots.
//!
//! Roots are the operating system's, so that a company's own authority works once it is installed there; a system without any
//! (a bare container) gets the Mozilla roots built into the binary. Certificates are never optional here.

use rustls::{ClientConfig, RootCertStore, pki_types::CertificateDer};
use std::sync::Arc;

/// The TLS library refused its own settings; a fault of the build, not of the configuration.
#[derive(Debug, thiserror::Error)]
#[error("TLS cannot be set up: {0}")]
pub struct TlsSetupError(String);

/// Makes `ring` the process-wide cryptography provider. The first line of `main`: a TLS library that has to guess would
/// panic at its first connection. Calling it again changes nothing.
pub fn install_crypto() {
    // An error only says that a provider was installed before.
    let _ = rustls::crypto::ring::default_provider().install_default();
}

/// The authorities of the operating system that can be read; empty where there are none.
pub(crate) fn system_roots() -> Vec<CertificateDer<'static>> {
    let found = rustls_native_certs::load_native_certs();
    let mut store = RootCertStore::empty();
    found.certs.into_iter().filter(|root| store.add(root.clone()).is_ok()).collect()
}

/// The client side of HTTPS, with certificates checked against the system's roots.
pub(crate) fn client_config() -> Result<ClientConfig, TlsSetupError> {
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(system_roots());
    if roots.is_empty() {
        roots.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned());
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| TlsSetupError(error.to_string()))?;
    Ok(config.with_root_certificates(roots).with_no_client_auth())
}
