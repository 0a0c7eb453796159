//! What follows from where the installation is reached: its origin, the name of its cookie, whose word on addresses counts.

use axum::http::{HeaderMap, HeaderName, header, uri::Authority};
use ipnet::IpNet;
use std::net::IpAddr;

/// Where the installation is reached.
pub struct Place {
    origin: String,
    secure: bool,
    here: bool,
    trusted_proxies: Vec<IpNet>,
}

impl Place {
    /// From the public address and the one it listens on; `trusted_proxies` may say who is behind them.
    pub fn new(public_url: &str, bound: IpAddr, trusted_proxies: Vec<IpNet>) -> Self {
        let parsed = url::Url::parse(public_url).ok();
        let origin = parsed.as_ref().map(|url| url.origin().ascii_serialization()).unwrap_or_default();
        let called_here = parsed.as_ref().and_then(|url| url.host_str()).is_some_and(is_this_machine);
        let here = called_here && bound.to_canonical().is_loopback();
        Self { origin, secure: parsed.is_some_and(|url| url.scheme() == "https"), here, trusted_proxies }
    }

    /// `https://nightbell.example.com`, as browsers send it.
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// Whether people come by https.
    pub fn secure(&self) -> bool {
        self.secure
    }

    /// Whether the public address is one of this machine itself, and so is the one it listens on: then nobody comes from elsewhere, through a proxy
    /// either, because what is sent to them would not open and their presses would be foreign. Whoever listens to others means to be reached.
    pub fn is_here(&self) -> bool {
        self.here
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

    /// Whether a request comes from this machine itself, not through a proxy on it: proxies leave their marks, or pass on the name that people
    /// typed. That name also gives away a page elsewhere whose name was pointed at this machine.
    pub fn is_local(peer: IpAddr, headers: &HeaderMap) -> bool {
        let marked = headers.keys().map(HeaderName::as_str).any(|name| {
            name.starts_with("x-forwarded") || matches!(name, "forwarded" | "via" | "x-real-ip" | "cf-connecting-ip")
        });
        let asked = headers.get(header::HOST).map(|host| host.to_str().unwrap_or("unreadable"));
        peer.to_canonical().is_loopback() && !marked && asked.is_none_or(names_this_machine)
    }

    /// Whether this peer may be many clients: a proxy, or this machine.
    pub fn speaks_for_many(&self, peer: IpAddr) -> bool {
        let peer = peer.to_canonical();
        peer.is_loopback() || self.trusted_proxies.iter().any(|net| net.contains(&peer))
    }
}

/// `localhost`, `127.0.0.1:8080`, `[::1]`.
fn names_this_machine(host: &str) -> bool {
    let Ok(authority) = host.parse::<Authority>() else { return false };
    is_this_machine(authority.host())
}

fn is_this_machine(host: &str) -> bool {
    let name = host.trim_start_matches('[').trim_end_matches(']');
    name.eq_ignore_ascii_case("localhost") || name.parse::<IpAddr>().is_ok_and(|ip| ip.to_canonical().is_loopback())
}
