//! TLS for doubles: one certificate the server under test is told to trust, and one that nobody trusts. Both for `localhost` and `127.0.0.1`.

use rustls::{
    ServerConfig, ServerConnection, StreamOwned,
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject},
};
use std::{net::TcpStream, sync::Arc};

/// The one that `SSL_CERT_FILE` makes trusted.
pub const TRUSTED: &str = include_str!("../../../delivery/fixtures/self_signed.cert.pem");
const TRUSTED_KEY: &str = include_str!("../../../delivery/fixtures/self_signed.key.pem");
const STRANGER: &str = include_str!("stranger.cert.pem");
const STRANGER_KEY: &str = include_str!("stranger.key.pem");

/// Who the double says it is.
#[derive(Clone, Copy)]
pub enum Identity {
    /// Trusted, when it is called by one of its names.
    Trusted,
    /// Nobody knows who signed this.
    Stranger,
}

/// A connection that speaks TLS once both sides began to talk.
pub fn accept(stream: TcpStream, identity: Identity) -> StreamOwned<ServerConnection, TcpStream> {
    let (certificate, key) = match identity {
        Identity::Trusted => (TRUSTED, TRUSTED_KEY),
        Identity::Stranger => (STRANGER, STRANGER_KEY),
    };
    let certificate = CertificateDer::from_pem_slice(certificate.as_bytes()).expect("the fixture");
    let key = PrivateKeyDer::from_pem_slice(key.as_bytes()).expect("the fixture");
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions().expect("versions");
    let config = config.with_no_client_auth().with_single_cert(vec![certificate], key).expect("a matching pair");
    StreamOwned::new(ServerConnection::new(Arc::new(config)).expect("a server's side"), stream)
}
