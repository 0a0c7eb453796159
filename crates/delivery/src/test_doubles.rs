//! Doubles of the outside world for this crate's tests, on loopback with ports of the system's choosing.

use crate::egress::Timeouts;
use rustls::{
    ServerConfig,
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject},
};
use std::{
    net::SocketAddr,
    sync::{Arc, Mutex},
    time::Duration,
};
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt},
    net::TcpListener,
};
use tokio_rustls::TlsAcceptor;

/// Patience of tests: short for who never answers, long enough for a busy machine.
pub(crate) const TIMEOUTS: Timeouts = Timeouts { connect: Duration::from_secs(5), total: Duration::from_secs(5) };
/// For doubles that fall silent once something was exchanged, which a busy machine must manage in this time.
pub(crate) const PATIENT: Duration = Duration::from_secs(1);
/// For doubles that never answer.
pub(crate) const IMPATIENT: Duration = Duration::from_millis(200);
/// A certificate nobody trusts, for `localhost` and `127.0.0.1`, and its worthless key.
pub(crate) const SELF_SIGNED: &str = include_str!("../fixtures/self_signed.cert.pem");
const SELF_SIGNED_KEY: &str = include_str!("../fixtures/self_signed.key.pem");

/// TLS for doubles, with the self-signed certificate.
pub(crate) fn self_signed_tls() -> TlsAcceptor {
    let certificate = CertificateDer::from_pem_slice(SELF_SIGNED.as_bytes()).expect("the fixture");
    let key = PrivateKeyDer::from_pem_slice(SELF_SIGNED_KEY.as_bytes()).expect("the fixture");
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions().expect("versions");
    let config = config.with_no_client_auth().with_single_cert(vec![certificate], key).expect("a matching pair");
    TlsAcceptor::from(Arc::new(config))
}

/// Runs a double beside the test.
#[expect(clippy::disallowed_methods, reason = "a double of the outside world, ended with the test's runtime")]
pub(crate) fn beside(double: impl Future<Output = ()> + Send + 'static) {
    tokio::spawn(double);
}

/// A crude HTTP server: reads one request, says what it was told to say, closes.
pub(crate) struct Tcp {
    pub(crate) address: SocketAddr,
    received: Arc<Mutex<String>>,
}

impl Tcp {
    /// Says this to every request.
    pub(crate) async fn answering(answer: String) -> Self {
        Self::start(Some(answer), false, None).await
    }

    /// Says this to every request, and keeps the connection open as if more came.
    pub(crate) async fn dawdling(answer: String) -> Self {
        Self::start(Some(answer), true, None).await
    }

    /// Takes the connection and the request, and closes without a word.
    pub(crate) async fn dropping() -> Self {
        Self::answering(String::new()).await
    }

    /// Takes the connection and the request, and never says anything.
    pub(crate) async fn silent() -> Self {
        Self::start(None, false, None).await
    }

    /// Speaks TLS, with a certificate nobody trusts.
    pub(crate) async fn self_signed_https() -> Self {
        Self::start(Some("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n".to_owned()), false, Some(self_signed_tls()))
            .await
    }

    async fn start(answer: Option<String>, dawdles: bool, tls: Option<TlsAcceptor>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("bound");
        let received = Arc::new(Mutex::new(String::new()));
        let log = received.clone();
        beside(async move {
            while let Ok((stream, _)) = listener.accept().await {
                match &tls {
                    None => exchange(stream, answer.as_deref(), dawdles, &log).await,
                    Some(tls) => {
                        if let Ok(stream) = tls.accept(stream).await {
                            exchange(stream, answer.as_deref(), dawdles, &log).await;
                        }
                    }
                }
            }
        });
        Self { address, received }
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// Everything clients wrote so far.
    pub(crate) fn received(&self) -> String {
        self.received.lock().expect("no panic in the double").clone()
    }
}

async fn exchange(
    mut stream: impl AsyncRead + AsyncWrite + Unpin,
    answer: Option<&str>,
    dawdles: bool,
    log: &Mutex<String>,
) {
    let mut buffer = [0_u8; 4096];
    let mut request = String::new();
    while !request.contains("\r\n\r\n") {
        match stream.read(&mut buffer).await {
            Ok(read) if read > 0 => request.push_str(&String::from_utf8_lossy(&buffer[..read])),
            _ => break,
        }
    }
    log.lock().expect("no panic in the double").push_str(&request);
    match answer {
        Some(answer) => {
            // A client that has seen enough closes early.
            let _ = stream.write_all(answer.as_bytes()).await;
            if dawdles {
                std::future::pending::<()>().await;
            }
            let _ = stream.shutdown().await;
        }
        None => std::future::pending().await,
    }
}
