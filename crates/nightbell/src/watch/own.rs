//! The server's own listener, as the canary calls it: the transport and the egress policy of every other call, with this one address allowed and
//! no other.

use crate::failure::Failure;
use nightbell_delivery::{
    Sender,
    egress::{Call, EgressClient, EgressError, EgressPolicy, Timeouts},
    http::HttpSender,
    providers::Providers,
};
use std::{
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    sync::Arc,
    time::Duration,
};

/// A canary that takes longer is lost anyway.
const WITHIN: Timeouts = Timeouts { connect: Duration::from_secs(5), total: Duration::from_secs(15) };

/// The own listener. Cheap to clone.
#[derive(Clone)]
pub struct Own {
    base: Arc<str>,
    client: Arc<EgressClient>,
    sender: Arc<Sender>,
}

impl Own {
    /// The listener at that address; one on every address of the machine is called on loopback.
    ///
    /// # Errors
    /// When the system's TLS settings cannot be read.
    pub fn new(listener: SocketAddr) -> Result<Self, Failure> {
        let ip = match listener.ip() {
            IpAddr::V4(ip) if ip.is_unspecified() => IpAddr::V4(Ipv4Addr::LOCALHOST),
            IpAddr::V6(ip) if ip.is_unspecified() => IpAddr::V6(Ipv6Addr::LOCALHOST),
            ip => ip,
        };
        let cannot = |why: &dyn std::fmt::Display| Failure::unreachable(why.to_string());
        let policy = || EgressPolicy::new(&[ip.to_string()]).map_err(|e| cannot(&e));
        Ok(Self {
            base: format!("http://{}", SocketAddr::new(ip, listener.port())).into(),
            client: Arc::new(EgressClient::new(policy()?, WITHIN).map_err(|e| cannot(&e))?),
            sender: Arc::new(Sender {
                mail: None,
                http: HttpSender::new(policy()?, WITHIN).map_err(|e| cannot(&e))?,
                providers: Providers::default(),
            }),
        })
    }

    /// A whole address on this listener.
    pub fn url(&self, path: &str) -> String {
        format!("{}{path}", self.base)
    }

    /// The transport of every webhook, to this listener alone.
    pub fn sender(&self) -> &Sender {
        &self.sender
    }

    /// Posts JSON with one more header, and answers the status and the answer's body.
    pub(super) async fn post(
        &self,
        path: &str,
        header: (String, String),
        body: &[u8],
    ) -> Result<(u16, Vec<u8>), EgressError> {
        let headers = [("content-type".to_owned(), "application/json".to_owned()), header];
        let url = self.url(path);
        let call = Call { method: "POST", url: &url, headers: &headers, body, answer_bytes_max: 1_024 };
        let answer = self.client.call(call).await?;
        Ok((answer.status, answer.body))
    }
}
