//! What follows from where the installation is reached: its origin, the name of its cookie, whose word on addresses counts.

use axum::http::{HeaderMap, header};
use ipnet::IpNet;
use std::net::IpAddr;

/// Where the installation is reached.
pub struct Place {
    origin: String,
    secure: bool,
    trusted_proxies: Vec<IpNet>,
}

impl Place {
    /// From the public address; `trusted_proxies` may say who is behind them.
    pub fn new(public_url: &str, trusted_proxies: Vec<IpNet>) -> Self {
        let parsed = url::Url::parse(public_url).ok();
        let origin = parsed.as_ref().map(|url| url.origin().ascii_serialization()).unwrap_or_default();
        Self { origin, secure: parsed.is_some_and(|url| url.scheme() == "https"), trusted_proxies }
    }

    /// `https://nightbell.example.com`, as browsers send it.
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// Whether people come by https.
    pub fn secure(&self) -> bool {
        self.secure
    }

    /// The session cookie's name. Browsers accept the `__Host-` prefix (this host only, whole path) on https alone.
    pub fn session_cookie(&self) -> &'static str {
        if self.secure { "__Host-nightbell" } else { "nightbell" }
    }

    /// The name of the cookie that carries one message over a redirect.
    pub fn flash_cookie(&self) -> &'static str {
        if self.secure { "__Host-nightbell-flash" } else { "nightbell-flash" }
    }

    /// The client's address: the peer's, or what trusted proxies say, read from the right until one is not trusted.
    pub fn client(&self, peer: IpAddr, headers: &HeaderMap) -> IpAddr {
        let trusted = |address: IpAddr| self.trusted_proxies.iter().any(|net| net.contains(&address.to_canonical()));
        let mut client = peer;
        let said: Vec<&str> = headers
            .get_all("x-forwarded-for")
            .iter()
            .filter_map(|v| v.to_str().ok())
            .flat_map(|v| v.split(','))
            .collect();
        for hop in said.iter().rev() {
            let (true, Ok(next)) = (trusted(client), hop.trim().parse::<IpAddr>()) else { break };
            client = next;
        }
        client.to_canonical()
    }

    /// Whether a request comes from this machine itself, not through a proxy on it.
    pub fn is_local(peer: IpAddr, headers: &HeaderMap) -> bool {
        let forwarded = headers.contains_key("x-forwarded-for")
            || headers.contains_key(header::FORWARDED)
            || headers.contains_key("via");
        peer.to_canonical().is_loopback() && !forwarded
    }
}
