//! The client's address, for limits. Tests drive the router without a socket: then it is unspecified.

use crate::state::{AppState, Place};
use axum::{
    extract::{ConnectInfo, FromRequestParts},
    http::request::Parts,
};
use std::{
    convert::Infallible,
    net::{IpAddr, Ipv4Addr, SocketAddr},
};

/// Where a request comes from.
#[derive(Debug, Clone, Copy)]
pub struct ClientAddress {
    /// The client, as trusted proxies tell it.
    pub address: IpAddr,
    /// Whether it is this machine itself.
    pub local: bool,
}

impl FromRequestParts<AppState> for ClientAddress {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Infallible> {
        let peer = parts.extensions.get::<ConnectInfo<SocketAddr>>().map(|info| info.0.ip());
        Ok(match peer {
            Some(peer) => Self {
                address: state.place().client(peer, &parts.headers),
                local: Place::is_local(peer, &parts.headers),
            },
            None => Self { address: IpAddr::V4(Ipv4Addr::UNSPECIFIED), local: false },
        })
    }
}
