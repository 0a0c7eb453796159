//! Where outbound calls may go: http and https, to public addresses, and to the private ranges that `[egress] allow` names.
//!
//! Sources of the ranges: the IANA special-purpose address registries for IPv4 and IPv6 (RFC 6890 and its updates), RFC 6052
//! (NAT64), RFC 3056 (6to4), RFC 4380 (Teredo).

use super::EgressError;
use crate::{resolve, text::one_line};
use ipnet::{IpNet, Ipv4Net, Ipv6Net};
use std::{
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    time::Duration,
};
use url::{Host, Url};

/// An entry of `[egress] allow` that is not a range of addresses.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "[egress] allow: {0:?} is not a range of addresses; write it like \"10.0.0.0/8\", \"192.168.1.7\" or \"fd00::/8\""
)]
pub struct BadRange(pub String);

/// Which addresses outbound calls may reach.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct EgressPolicy {
    allow: Vec<IpNet>,
}

/// A URL that may be called, and the addresses it was checked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    /// Parsed.
    pub url: Url,
    /// Host as it may be shown; with the port when the URL names one.
    pub host: String,
    /// Where to connect: all of them were checked.
    pub addresses: Vec<SocketAddr>,
}

const fn v4(a: u8, b: u8, c: u8, d: u8, prefix: u8) -> Ipv4Net {
    Ipv4Net::new_assert(Ipv4Addr::new(a, b, c, d), prefix)
}

const fn v6(first: u16, second: u16, third: u16, prefix: u8) -> Ipv6Net {
    Ipv6Net::new_assert(Ipv6Addr::new(first, second, third, 0, 0, 0, 0, 0), prefix)
}

/// Not the public internet, and what it is instead.
const REFUSED_V4: [(Ipv4Net, &str); 15] = [
    (v4(0, 0, 0, 0, 8), "unspecified"),
    (v4(10, 0, 0, 0, 8), "private"),
    (v4(100, 64, 0, 0, 10), "carrier-grade NAT"),
    (v4(127, 0, 0, 0, 8), "loopback"),
    (v4(169, 254, 0, 0, 16), "link-local"),
    (v4(172, 16, 0, 0, 12), "private"),
    (v4(192, 0, 0, 0, 24), "protocol assignments"),
    (v4(192, 0, 2, 0, 24), "documentation"),
    (v4(192, 88, 99, 0, 24), "6to4 relay"),
    (v4(192, 168, 0, 0, 16), "private"),
    (v4(198, 18, 0, 0, 15), "benchmarking"),
    (v4(198, 51, 100, 0, 24), "documentation"),
    (v4(203, 0, 113, 0, 24), "documentation"),
    (v4(224, 0, 0, 0, 4), "multicast"),
    (v4(240, 0, 0, 0, 4), "reserved"),
];

/// Looked at in this order; what is in none of them and not in [`GLOBAL_V6`] is refused as well.
const REFUSED_V6: [(Ipv6Net, &str); 14] = [
    (Ipv6Net::new_assert(Ipv6Addr::UNSPECIFIED, 128), "unspecified"),
    (Ipv6Net::new_assert(Ipv6Addr::LOCALHOST, 128), "loopback"),
    (v6(0, 0, 0, 96), "IPv4-compatible"),
    (v6(0x64, 0xff9b, 1, 48), "local NAT64"),
    (v6(0x100, 0, 0, 64), "discard"),
    (v6(0x2001, 0, 0, 32), "Teredo"),
    (v6(0x2001, 0, 0, 23), "protocol assignments"),
    (v6(0x2001, 0xdb8, 0, 32), "documentation"),
    (v6(0x3fff, 0, 0, 20), "documentation"),
    (v6(0x5f00, 0, 0, 16), "segment routing"),
    (v6(0xfc00, 0, 0, 7), "unique local"),
    (v6(0xfe80, 0, 0, 10), "link-local"),
    (v6(0xfec0, 0, 0, 10), "site-local"),
    (v6(0xff00, 0, 0, 8), "multicast"),
];

/// What of IPv6 is handed out for the public internet.
const GLOBAL_V6: Ipv6Net = v6(0x2000, 0, 0, 3);
/// The well-known NAT64 prefix: the last 32 bits are the IPv4 address that is really called.
const NAT64: Ipv6Net = v6(0x64, 0xff9b, 0, 96);
/// 6to4: bits 16 to 47 are the IPv4 address that is really called.
const SIX_TO_FOUR: Ipv6Net = v6(0x2002, 0, 0, 16);

impl EgressPolicy {
    /// The policy with these private ranges allowed: `10.0.0.0/8`, or a single address.
    ///
    /// # Errors
    /// [`BadRange`] names the first entry that is not a range.
    pub fn new(allow: &[String]) -> Result<Self, BadRange> {
        let range = |text: &String| {
            let trimmed = text.trim();
            let range = trimmed.parse::<IpNet>().or_else(|_| trimmed.parse::<IpAddr>().map(IpNet::from));
            range.map(|range| range.trunc()).map_err(|_| BadRange(text.clone()))
        };
        Ok(Self { allow: allow.iter().map(range).collect::<Result<_, _>>()? })
    }

    /// Parses, resolves and checks. `limit` is for the look-up.
    ///
    /// # Errors
    /// Refused when the URL or one of its addresses is not allowed; unreached when the name does not resolve.
    pub async fn resolve(&self, url: &str, limit: Duration) -> Result<Target, EgressError> {
        let (url, host, port) = parse(url)?;
        let shown = match url.port() {
            Some(port) => format!("{host}:{port}"),
            None => host.to_string(),
        };
        let addresses = match &host {
            Host::Ipv4(address) => vec![IpAddr::V4(*address)],
            Host::Ipv6(address) => vec![IpAddr::V6(*address)],
            Host::Domain(name) => look_up(name, port, limit).await?,
        };
        let name = if let Host::Domain(name) = &host { Some(name.as_str()) } else { None };
        self.check_all(name, &addresses)?;
        let addresses = addresses.into_iter().map(|address| SocketAddr::new(address, port)).collect();
        Ok(Target { url, host: shown, addresses })
    }

    /// Every address behind a name, or the one address the URL spells. One that is refused refuses them all: a name that points both outside and inside is either
    /// an attack or a mistake.
    pub(super) fn check_all(&self, name: Option<&str>, addresses: &[IpAddr]) -> Result<(), EgressError> {
        for address in addresses {
            let Some(kind) = self.refusal(*address) else { continue };
            let behind = match name {
                None => format!("{address} is not public ({kind})"),
                Some(name) => format!("{} resolves to {address}, which is not public ({kind})", one_line(name, 200)),
            };
            let fix = "outbound calls reach public addresses only; to allow it, add its range to [egress] allow";
            return Err(EgressError::Refused(format!("{behind}: {fix}")));
        }
        Ok(())
    }

    /// Why an address may not be called; `None` when it may.
    fn refusal(&self, address: IpAddr) -> Option<&'static str> {
        let called = really_called(address);
        let allowed = |ip: IpAddr| self.allow.iter().any(|range| range.contains(&ip));
        if allowed(address) || allowed(called) { None } else { special(called) }
    }
}

/// What an address stands for: mapped, translated and tunnelled forms are the IPv4 address they carry.
fn really_called(address: IpAddr) -> IpAddr {
    let IpAddr::V6(outer) = address else { return address };
    if let Some(mapped) = outer.to_ipv4_mapped() {
        return IpAddr::V4(mapped);
    }
    let o = outer.octets();
    if NAT64.contains(&outer) {
        return IpAddr::V4(Ipv4Addr::new(o[12], o[13], o[14], o[15]));
    }
    if SIX_TO_FOUR.contains(&outer) {
        return IpAddr::V4(Ipv4Addr::new(o[2], o[3], o[4], o[5]));
    }
    address
}

/// The name of the special range an address is in; `None` for the public internet.
fn special(address: IpAddr) -> Option<&'static str> {
    match address {
        IpAddr::V4(ip) => REFUSED_V4.iter().find(|(range, _)| range.contains(&ip)).map(|(_, kind)| *kind),
        IpAddr::V6(ip) => {
            let named = REFUSED_V6.iter().find(|(range, _)| range.contains(&ip)).map(|(_, kind)| *kind);
            named.or((!GLOBAL_V6.contains(&ip)).then_some("reserved"))
        }
    }
}

/// An address a user typed. The URL rules turn `0x7f.1`, `017700000001` and `2130706433` into the IPv4 address they mean, so the
/// check sees what the connection would see.
fn parse(text: &str) -> Result<(Url, Host, u16), EgressError> {
    let refused = |why: &str| EgressError::Refused(format!("not an address that can be called: {why}"));
    let url = Url::parse(text.trim()).map_err(|error| refused(&error.to_string()))?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err(refused(&format!("{}: is neither http: nor https:", one_line(url.scheme(), 40))));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(refused("it holds a user name or password; addresses are shown in places where those are not"));
    }
    let host = url.host().ok_or_else(|| refused("it names no host"))?.to_owned();
    let port = url.port_or_known_default().filter(|port| *port != 0).ok_or_else(|| refused("port 0"))?;
    Ok((url, host, port))
}

async fn look_up(name: &str, port: u16, limit: Duration) -> Result<Vec<IpAddr>, EgressError> {
    let unreached = |why: String| EgressError::Unreached(format!("cannot resolve {}: {why}", one_line(name, 200)));
    let found = resolve::addresses(name, port, limit).await.map_err(unreached)?;
    Ok(found.iter().map(SocketAddr::ip).collect())
}
