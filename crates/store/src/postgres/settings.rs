//! Where the database is and how to speak to it: the address, TLS, time limits.

use crate::tx::StoreError;
use rustls::pki_types::{CertificateDer, pem::PemObject};
use std::{net::IpAddr, sync::Arc, time::Duration};
use tokio_postgres::config::{Config, Host, SslMode, TargetSessionAttrs};
use tokio_postgres_rustls::MakeRustlsConnect;

/// To be connected, or told why not.
const CONNECT_SECONDS_MAX: u64 = 5;
/// What TLS, signing in and setting the session up may take on top, all together.
const SIGN_IN_SECONDS_MAX: u64 = 3;
/// Unanswered bytes after which the kernel gives a connection up.
const UNANSWERED_SECONDS_MAX: u64 = 10;
/// After how long without traffic the kernel asks whether the server is still there, and how often it asks.
const KEEPALIVE_SECONDS: u64 = 5;
const KEEPALIVE_TRIES_MAX: u32 = 3;
/// A transaction whose node says nothing for so long is thrown out, and its lock is free for the others (INV-22).
const SILENT_IN_TRANSACTION_MS_MAX: u64 = 2_000;
/// Longest wait for the writer's lock.
pub(super) const LOCK_MS_MAX: u64 = 8_000;

/// What the connection is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    /// Short statements under the lock.
    Writer,
    /// Whole lists, a proof of the journal, a copy of everything.
    Reader,
}

impl Role {
    /// Longest run of one statement.
    pub(super) fn statement(self) -> Duration {
        Duration::from_secs(if self == Self::Writer { 10 } else { 60 })
    }
}

/// Everything needed to connect, again and again.
#[derive(Clone)]
pub(super) struct Settings {
    pub(super) config: Config,
    pub(super) tls: MakeRustlsConnect,
    pub(super) role: Role,
    /// Longest wait for a session that can be used, from the first packet on: who takes the connection and then says nothing is given up too.
    pub(super) session_within: Duration,
}

impl Settings {
    /// Reads an address in libpq's form. Of its `sslmode`s, `disable` means none, and `require`, `verify-ca` and `verify-full` all mean
    /// TLS with a certificate that is checked (against `sslrootcert` when it is given, otherwise against the system's). Without `sslmode`
    /// a server on this machine is spoken to in the clear, and any other must be TLS. It is on this machine when every `host` and every
    /// `hostaddr` is: the latter is where the connection goes.
    pub(super) fn parse(url: &str, role: Role) -> Result<Self, StoreError> {
        let (plain, mode, roots) = split(url);
        // The address holds a password, and what the client says against it quotes what it did not understand: nothing of it is told.
        let mut config: Config = plain.parse().map_err(|_| {
            StoreError::Unavailable(
                "the database address cannot be read: its port or a parameter after the \"?\" is not one that PostgreSQL knows, or the password \
                 is not percent-encoded"
                    .to_owned(),
            )
        })?;
        let here = config.get_hosts().iter().all(is_here) && config.get_hostaddrs().iter().all(IpAddr::is_loopback);
        let mode = match mode.as_deref() {
            Some("disable") => SslMode::Disable,
            Some("require" | "verify-ca" | "verify-full") => SslMode::Require,
            None | Some("prefer" | "allow") if here => SslMode::Disable,
            None => SslMode::Require,
            Some(other) => {
                let known = if matches!(other, "prefer" | "allow") { other } else { "…" };
                return Err(StoreError::Unavailable(format!(
                    "sslmode={known} cannot be used here: write verify-full for TLS, or disable for a network you trust"
                )));
            }
        };
        config
            .ssl_mode(mode)
            .application_name("nightbell")
            // Of several hosts never a standby: it would refuse every write, and show what was true a while ago.
            .target_session_attrs(TargetSessionAttrs::ReadWrite)
            .connect_timeout(Duration::from_secs(CONNECT_SECONDS_MAX))
            .tcp_user_timeout(Duration::from_secs(UNANSWERED_SECONDS_MAX))
            .keepalives(true)
            .keepalives_idle(Duration::from_secs(KEEPALIVE_SECONDS))
            .keepalives_interval(Duration::from_secs(KEEPALIVE_SECONDS))
            .keepalives_retries(KEEPALIVE_TRIES_MAX);
        let tls = tls(mode, roots.as_deref())?;
        let hosts = config.get_hosts().len().max(1) as u64;
        let session_within = Duration::from_secs(CONNECT_SECONDS_MAX * hosts + SIGN_IN_SECONDS_MAX);
        Ok(Self { config, tls, role, session_within })
    }

    /// What is said of a server that was given up because it did not answer.
    pub(super) fn silent(&self) -> StoreError {
        let within = self.session_within;
        StoreError::Unavailable(format!("PostgreSQL cannot be reached: no session within {within:?}"))
    }

    /// What every session is told first.
    pub(super) fn session(&self) -> String {
        let statement = self.role.statement().as_millis();
        // Statements run for a minute at most, silence is counted between them: a view computes little, but a copy may take its time.
        let silent = if self.role == Role::Writer { SILENT_IN_TRANSACTION_MS_MAX } else { 60_000 };
        format!(
            "SET statement_timeout = {statement}; SET lock_timeout = {LOCK_MS_MAX}; \
             SET idle_in_transaction_session_timeout = {silent}; SET client_min_messages = warning; \
             SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') <> 'remote_apply'"
        )
    }
}

/// The address without the two parameters that the client does not know in libpq's sense, and their values.
fn split(url: &str) -> (String, Option<String>, Option<String>) {
    let Some((address, query)) = url.split_once('?') else { return (url.to_owned(), None, None) };
    let (mut mode, mut roots, mut rest) = (None, None, Vec::new());
    for pair in query.split('&') {
        match pair.split_once('=') {
            Some(("sslmode", value)) => mode = Some(value.to_owned()),
            Some(("sslrootcert", value)) => roots = Some(value.replace("%2F", "/").replace("%2f", "/")),
            _ => rest.push(pair),
        }
    }
    let plain = if rest.is_empty() { address.to_owned() } else { format!("{address}?{}", rest.join("&")) };
    (plain, mode, roots)
}

fn is_here(host: &Host) -> bool {
    match host {
        Host::Tcp(name) => name == "localhost" || name.parse::<IpAddr>().is_ok_and(|address| address.is_loopback()),
        Host::Unix(_) => true,
    }
}

/// TLS by rustls on ring; certificates are always checked.
fn tls(mode: SslMode, roots: Option<&str>) -> Result<MakeRustlsConnect, StoreError> {
    let mut store = rustls::RootCertStore::empty();
    match roots {
        Some(path) => {
            let wrong = |e: rustls::pki_types::pem::Error| {
                StoreError::Unavailable(format!("sslrootcert {path} cannot be read: {e}"))
            };
            for certificate in CertificateDer::pem_file_iter(path).map_err(wrong)? {
                let refused = |e| StoreError::Unavailable(format!("sslrootcert {path} holds no certificate: {e}"));
                store.add(certificate.map_err(wrong)?).map_err(refused)?;
            }
        }
        None if mode == SslMode::Require => {
            store.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
        }
        None => {}
    }
    let config = rustls::ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|e| StoreError::Unavailable(format!("TLS cannot be used: {e}")))?
        .with_root_certificates(store)
        .with_no_client_auth();
    Ok(MakeRustlsConnect::new(config))
}

#[cfg(test)]
mod tests;
