//! THE way out by HTTP: parse the address, resolve it, check every address behind it, connect to exactly those, read a bounded
//! answer. No redirects, no proxy from the environment, no retries, no connection kept for later.
//!
//! Is not a webhook sender: what a status means is the caller's matter (see [`crate::http`]). Every URL a user can type goes
//! through [`EgressClient::call`]; no other code holds an HTTP client, and none is handed out, so nobody can aim a checked client
//! at an unchecked address.

mod policy;

pub use policy::{BadRange, EgressPolicy, Target};

use crate::{
    lease::{HELD_UP, Lease},
    text::{one_line, root_cause},
    tls::{self, TlsSetupError},
};
use ::http::{HeaderMap, HeaderName, HeaderValue, Method};
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use std::{net::SocketAddr, sync::Arc, time::Duration};
use tokio::time::timeout;

/// How long the words of a refusal are waited for, once its status is known.
const WORDS_WITHIN: Duration = Duration::from_secs(2);

/// Time limits of one call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Timeouts {
    /// For resolving the name, and again for connecting, TLS included.
    pub connect: Duration,
    /// For the whole exchange, from connecting to the last byte of the answer.
    pub total: Duration,
}

impl Default for Timeouts {
    fn default() -> Self {
        Self { connect: Duration::from_secs(5), total: Duration::from_secs(15) }
    }
}

/// One call, described. Borrowed: the caller keeps what it owes.
#[derive(Clone, Copy)]
pub struct Call<'a> {
    /// `GET`, `POST`, …
    pub method: &'a str,
    /// As the user typed it.
    pub url: &'a str,
    /// Names and values.
    pub headers: &'a [(String, String)],
    /// Sent as it is.
    pub body: &'a [u8],
    /// How much of the answer to keep, in bytes; the rest is not read.
    pub answer_bytes_max: usize,
}

/// What came back, of whatever status.
#[derive(Debug, Clone)]
pub struct Answer {
    /// HTTP status.
    pub status: u16,
    /// Header fields.
    pub headers: HeaderMap,
    /// The beginning of the body, as much as was asked for and arrived in time.
    pub body: Vec<u8>,
    /// Whether `body` is the whole of it.
    pub complete: bool,
}

/// Why there is no answer. The sentences name hosts and addresses, never paths or queries: those hold keys.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EgressError {
    /// The address or the request is not one we send, today or tomorrow.
    #[error("{0}")]
    Refused(String),
    /// Nothing was sent: the name did not resolve or nobody took the connection.
    #[error("{0}")]
    Unreached(String),
    /// Connected, but the answer never came: the request may have been acted on.
    #[error("{0}")]
    Lost(String),
}

/// The one HTTP client.
pub struct EgressClient {
    policy: EgressPolicy,
    timeouts: Timeouts,
    tls: rustls::ClientConfig,
}

impl EgressClient {
    /// Reads the trusted roots once.
    ///
    /// # Errors
    /// When the TLS library refuses its settings.
    pub fn new(policy: EgressPolicy, timeouts: Timeouts) -> Result<Self, TlsSetupError> {
        Ok(Self { policy, timeouts, tls: tls::client_config()? })
    }

    /// Carries out one call, once.
    ///
    /// # Errors
    /// See [`EgressError`]: refused, not reached, or lost on the way.
    pub async fn call(&self, call: Call<'_>) -> Result<Answer, EgressError> {
        let mut response = self.send(&call, &Lease::endless()).await?;
        let mut body = Vec::new();
        let complete = read(&mut response, call.answer_bytes_max, &mut body).await;
        Ok(Answer { status: response.status().as_u16(), headers: response.headers().clone(), body, complete })
    }

    /// The same for one who only wants to know how it ended: of a success no body is read, for the words of anything else little time is
    /// taken, so that an endpoint that answers and dawdles holds nobody up. Nothing is sent after the end of the lease.
    ///
    /// # Errors
    /// See [`EgressError`]; a lease that ended before the request was sent is one that did not reach.
    pub async fn tell(&self, call: Call<'_>, lease: &Lease) -> Result<Answer, EgressError> {
        let mut response = self.send(&call, lease).await?;
        let mut body = Vec::new();
        let mut complete = false;
        if !response.status().is_success() {
            let reading = read(&mut response, call.answer_bytes_max, &mut body);
            complete = timeout(WORDS_WITHIN, reading).await.unwrap_or(false);
        }
        Ok(Answer { status: response.status().as_u16(), headers: response.headers().clone(), body, complete })
    }

    /// The same for one whose answer is told by the body, of a success as well: providers say "no" with 200. Little time is taken for it; what
    /// did not come by then is not [`Answer::complete`].
    ///
    /// # Errors
    /// See [`EgressClient::tell`].
    pub async fn ask(&self, call: Call<'_>, lease: &Lease) -> Result<Answer, EgressError> {
        let mut response = self.send(&call, lease).await?;
        let mut body = Vec::new();
        let reading = read(&mut response, call.answer_bytes_max, &mut body);
        let complete = timeout(WORDS_WITHIN, reading).await.unwrap_or(false);
        Ok(Answer { status: response.status().as_u16(), headers: response.headers().clone(), body, complete })
    }

    async fn send(&self, call: &Call<'_>, lease: &Lease) -> Result<reqwest::Response, EgressError> {
        let method = Method::from_bytes(call.method.as_bytes())
            .map_err(|_| EgressError::Refused(format!("{:?} is not an HTTP method", call.method)))?;
        let headers = header_map(call.headers)?;
        let target = self.policy.resolve(call.url, self.timeouts.connect).await?;
        let host = target.host.clone();
        let client = self.client_for(target.addresses)?;
        let request = client.request(method, target.url).headers(headers).body(call.body.to_vec());
        // The look-up may have taken its time, or the machine may have slept meanwhile.
        if lease.is_over() {
            return Err(EgressError::Unreached(HELD_UP.to_owned()));
        }
        request.send().await.map_err(|error| self.failure(&host, error))
    }

    /// A client that can reach these addresses and, whatever name it is given, no others.
    #[expect(clippy::disallowed_methods, reason = "this is the one egress client")]
    fn client_for(&self, addresses: Vec<SocketAddr>) -> Result<reqwest::Client, EgressError> {
        reqwest::Client::builder()
            .dns_resolver(Pinned(addresses.into()))
            .redirect(reqwest::redirect::Policy::none())
            .retry(reqwest::retry::never())
            .no_proxy()
            .http1_only()
            .pool_max_idle_per_host(0)
            .connect_timeout(self.timeouts.connect)
            .timeout(self.timeouts.total)
            .tls_backend_preconfigured(self.tls.clone())
            .build()
            .map_err(|error| EgressError::Refused(format!("no HTTP client: {}", root_cause(&error))))
    }

    fn failure(&self, host: &str, error: reqwest::Error) -> EgressError {
        // The URL of a webhook is a secret; the innermost cause never holds it.
        let error = error.without_url();
        if error.is_builder() {
            return EgressError::Refused(format!("not a request that can be sent: {}", root_cause(&error)));
        }
        if error.is_connect() {
            let cause = match error.is_timeout() {
                true => format!("no connection within {}", seconds(self.timeouts.connect)),
                false => root_cause(&error),
            };
            return EgressError::Unreached(format!("cannot reach {host}: {cause}"));
        }
        let cause = match error.is_timeout() {
            true => format!("no answer within {}", seconds(self.timeouts.total)),
            false => format!("the connection was lost before an answer: {}", root_cause(&error)),
        };
        EgressError::Lost(format!("{host} may or may not have taken it: {cause}"))
    }
}

/// "5 s", "0.2 s".
pub(crate) fn seconds(limit: Duration) -> String {
    format!("{} s", limit.as_secs_f32())
}

fn header_map(headers: &[(String, String)]) -> Result<HeaderMap, EgressError> {
    let mut map = HeaderMap::new();
    for (name, value) in headers {
        let refused = || EgressError::Refused(format!("not a header that can be sent: {}", one_line(name, 80)));
        let name = HeaderName::from_bytes(name.as_bytes()).map_err(|_| refused())?;
        map.append(name, HeaderValue::from_str(value).map_err(|_| refused())?);
    }
    Ok(map)
}

/// Reads at most `bytes_max` and says whether that was all; a body that stops coming does not undo a status that came.
async fn read(response: &mut reqwest::Response, bytes_max: usize, body: &mut Vec<u8>) -> bool {
    loop {
        match response.chunk().await {
            Ok(Some(chunk)) => {
                let room = bytes_max - body.len();
                body.extend_from_slice(&chunk[..chunk.len().min(room)]);
                if chunk.len() > room {
                    return false;
                }
            }
            Ok(None) => return true,
            Err(_) => return false,
        }
    }
}

/// Answers every name with the addresses that were checked, so that a second look-up cannot say something else.
struct Pinned(Arc<[SocketAddr]>);

impl Resolve for Pinned {
    fn resolve(&self, _name: Name) -> Resolving {
        let addresses: Vec<SocketAddr> = self.0.to_vec();
        Box::pin(async move { Ok(Box::new(addresses.into_iter()) as Addrs) })
    }
}

#[cfg(test)]
mod tests;
