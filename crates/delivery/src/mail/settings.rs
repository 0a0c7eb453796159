//! Which mail server, how it is spoken to, and who the mail is from: `[mail] url` and `[mail] from`.
//!
//! | address | what it does | port |
//! |---|---|---|
//! | `smtps://user:pw@host` | TLS from the first byte, certificate checked | 465 |
//! | `smtp://user:pw@host` | STARTTLS or nothing, certificate checked: a password never travels in the clear | 587 |
//! | `smtp://host` | STARTTLS when offered, else plain; unchecked, since a relay without a password proves nothing either way | 25 |
//! | `smtp+plain://…` | never TLS, for a relay on this machine or a trusted wire | 25 |
//!
//! `?tls=required` (or `starttls`), `?tls=opportunistic` and `?tls=none` say it explicitly with `smtp://`; `?ca=FILE` trusts the
//! PEM authorities in a file as well; `?hello=NAME` sets the EHLO name, else the host of `[mail] from`.

use crate::tls;
use base64::{Engine, engine::general_purpose::STANDARD};
use lettre::{
    message::Mailbox,
    transport::smtp::{
        authentication::Credentials,
        client::{Certificate, CertificateStore, TlsParameters},
    },
};
use std::time::Duration;
use url::{Host, Url, form_urlencoded};

/// When the connection is encrypted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encryption {
    /// Never.
    None,
    /// By STARTTLS when the server offers it, without checking who it is: better than nothing against listeners, and no worse
    /// than plain against everyone else.
    Opportunistic,
    /// By STARTTLS with a checked certificate, or nothing is sent.
    Required,
    /// From the first byte, with a checked certificate.
    Implicit,
}

impl Encryption {
    /// Whether the server has to prove its name.
    pub fn checks_certificate(self) -> bool {
        matches!(self, Self::Required | Self::Implicit)
    }
}

/// What is wrong with the mail settings. Names the key; never repeats its value, which holds a password.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("[mail] {key}: {why}")]
pub struct MailSettingsError {
    /// `url` or `from`.
    pub key: &'static str,
    /// What to write instead.
    pub why: String,
}

/// A mail server and how to speak to it. Debug leaves the credentials out.
#[derive(Clone)]
pub struct MailSettings {
    pub(super) host: String,
    pub(super) port: u16,
    pub(super) encryption: Encryption,
    pub(super) credentials: Option<Credentials>,
    pub(super) tls: TlsParameters,
    pub(super) hello: String,
    pub(super) from: Mailbox,
    pub(super) timeout: Duration,
    /// Words that are never told: user, password, and what they look like on the wire.
    pub(super) secrets: Vec<String>,
}

impl std::fmt::Debug for MailSettings {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("MailSettings")
            .field("host", &self.host)
            .field("port", &self.port)
            .field("encryption", &self.encryption)
            .field("signs_in", &self.credentials.is_some())
            .field("hello", &self.hello)
            .field("from", &self.from.to_string())
            .field("timeout", &self.timeout)
            .finish_non_exhaustive()
    }
}

fn wrong(key: &'static str, why: impl Into<String>) -> MailSettingsError {
    MailSettingsError { key, why: why.into() }
}

impl MailSettings {
    /// Longest time one mail may take, from connecting to the server's word on it.
    /// Short enough that the person's next method rings within 30 s; greylisting and greeting delays of a few seconds fit.
    pub const TIMEOUT: Duration = Duration::from_secs(20);

    /// Reads `[mail] url` and `[mail] from` (`Nightbell <nightbell@example.com>` or an address), and the system's trusted roots.
    ///
    /// # Errors
    /// Names the key and what to write instead.
    pub fn parse(url: &str, from: &str) -> Result<Self, MailSettingsError> {
        let from: Mailbox = from
            .trim()
            .parse()
            .map_err(|_| wrong("from", "not a mail address; write it like \"Nightbell <nightbell@example.com>\""))?;
        let example = "write it like \"smtp://user:password@mail.example.com:587\"; percent-encode @ : / # % in user and password";
        let url = Url::parse(url.trim()).map_err(|error| wrong("url", format!("{error}; {example}")))?;
        let host = match url.host() {
            Some(Host::Ipv6(address)) => address.to_string(),
            Some(host) => host.to_string(),
            None => return Err(wrong("url", format!("it names no host; {example}"))),
        };
        let credentials = credentials(&url)?;
        let options = Options::of(&url)?;
        let encryption = encryption(url.scheme(), options.tls.as_deref(), credentials.is_some())?;
        let default_port = match encryption {
            Encryption::Implicit => 465,
            Encryption::Required => 587,
            _ if credentials.is_some() && url.scheme() == "smtp" => 587,
            _ => 25,
        };
        let tls = tls_parameters(&host, encryption, options.ca.as_deref())?;
        let hello = options.hello.unwrap_or_else(|| from.email.domain().to_owned());
        let port = url.port().unwrap_or(default_port);
        let secrets = secrets(&url);
        Ok(Self { host, port, encryption, credentials, tls, hello, from, timeout: Self::TIMEOUT, secrets })
    }

    /// The same with another time limit for one mail.
    #[must_use]
    pub fn with_timeout(self, timeout: Duration) -> Self {
        Self { timeout, ..self }
    }

    /// When the connection is encrypted.
    pub fn encryption(&self) -> Encryption {
        self.encryption
    }
}

/// What stands behind the question mark.
#[derive(Default)]
struct Options {
    tls: Option<String>,
    ca: Option<String>,
    hello: Option<String>,
}

impl Options {
    fn of(url: &Url) -> Result<Self, MailSettingsError> {
        if !matches!(url.path(), "" | "/") || url.fragment().is_some() {
            return Err(wrong(
                "url",
                "nothing may follow the port but ?tls=, ?ca= and ?hello= (is a / or # in the password not percent-encoded?)",
            ));
        }
        let mut options = Self::default();
        for (key, value) in url.query_pairs() {
            match key.as_ref() {
                "tls" => options.tls = Some(value.into_owned()),
                "ca" => options.ca = Some(value.into_owned()),
                "hello" if hello_is_name(&value) => options.hello = Some(value.into_owned()),
                "hello" => return Err(wrong("url", "?hello= is not a host name")),
                _ => return Err(wrong("url", format!("?{key}= is not known; there are tls, ca and hello"))),
            }
        }
        Ok(options)
    }
}

fn hello_is_name(name: &str) -> bool {
    !name.is_empty() && name.len() <= 253 && name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-'))
}

fn credentials(url: &Url) -> Result<Option<Credentials>, MailSettingsError> {
    match (url.username(), url.password()) {
        ("", None) => Ok(None),
        (user, Some(password)) if !user.is_empty() => Ok(Some(Credentials::new(decoded(user), decoded(password)))),
        _ => Err(wrong("url", "user and password go together: smtp://user:password@host, or neither")),
    }
}

fn secrets(url: &Url) -> Vec<String> {
    let Some(password) = url.password() else { return Vec::new() };
    let (user, password) = (decoded(url.username()), decoded(password));
    let both = STANDARD.encode(format!("\0{user}\0{password}"));
    vec![both, STANDARD.encode(&user), STANDARD.encode(&password), user, password]
}

/// Percent-decoding. The form rules are the same but for three characters, which are shielded first.
fn decoded(text: &str) -> String {
    let shielded = text.replace('+', "%2B").replace('&', "%26").replace('=', "%3D");
    form_urlencoded::parse(shielded.as_bytes()).map(|(key, _)| key.into_owned()).collect()
}

fn encryption(scheme: &str, tls: Option<&str>, signs_in: bool) -> Result<Encryption, MailSettingsError> {
    match (scheme, tls) {
        ("smtps", None) => Ok(Encryption::Implicit),
        ("smtp+plain", None) => Ok(Encryption::None),
        ("smtps" | "smtp+plain", Some(_)) => {
            Err(wrong("url", format!("{scheme}:// already says when to encrypt; ?tls= goes with smtp:// only")))
        }
        ("smtp", None) if signs_in => Ok(Encryption::Required),
        ("smtp", None) => Ok(Encryption::Opportunistic),
        ("smtp", Some("required" | "starttls")) => Ok(Encryption::Required),
        ("smtp", Some("none")) => Ok(Encryption::None),
        ("smtp", Some("opportunistic")) if signs_in => Err(wrong(
            "url",
            "?tls=opportunistic would show the password to whoever strips STARTTLS; use tls=required, or tls=none if the way is trusted",
        )),
        ("smtp", Some("opportunistic")) => Ok(Encryption::Opportunistic),
        ("smtp", Some(_)) => Err(wrong("url", "?tls= is one of required, opportunistic, none")),
        _ => Err(wrong("url", "it starts with smtp://, smtps:// or smtp+plain://")),
    }
}

fn tls_parameters(host: &str, encryption: Encryption, ca: Option<&str>) -> Result<TlsParameters, MailSettingsError> {
    let unchecked = !encryption.checks_certificate();
    let mut builder = TlsParameters::builder(host.to_owned())
        .dangerous_accept_invalid_certs(unchecked)
        .dangerous_accept_invalid_hostnames(unchecked);
    let roots = tls::system_roots();
    builder = builder.certificate_store(if roots.is_empty() {
        CertificateStore::WebpkiRoots
    } else {
        CertificateStore::None
    });
    for root in roots {
        let root = Certificate::from_der(root.to_vec()).map_err(|error| wrong("url", error.to_string()))?;
        builder = builder.add_root_certificate(root);
    }
    if let Some(path) = ca {
        let pem = std::fs::read(path).map_err(|error| wrong("url", format!("?ca={path}: {error}")))?;
        if !pem.windows(27).any(|window| window == b"-----BEGIN CERTIFICATE-----") {
            return Err(wrong("url", format!("?ca={path}: no PEM certificate in it")));
        }
        let root = Certificate::from_pem(&pem).map_err(|error| wrong("url", format!("?ca={path}: {error}")))?;
        builder = builder.add_root_certificate(root);
    }
    builder.build().map_err(|error| wrong("url", format!("TLS cannot be set up: {error}")))
}

#[cfg(test)]
mod tests;
