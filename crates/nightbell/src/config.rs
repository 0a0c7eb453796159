//! The server's settings: `nightbell.toml`, then `NIGHTBELL_SECTION__KEY` variables, then flags; the later wins. Every mistake is told with its
//! file and line (or variable, or flag) and what to write instead; unknown keys and variables are mistakes.
//! Is not: the organisation (people, schedules, policies), which is data. Read once at the start and handed down; the only reader of the environment.

mod discord;
mod layers;
mod mattermost;
mod ntfy;
mod providers;
pub(crate) mod push;
mod slack;
mod telegram;
mod template;
mod twilio;

pub use layers::{ConfigError, Layers};

use crate::{
    commands::DataArgs,
    data::{self, Address, Place},
    log::{LogFormat, LogSettings, check_level},
    watch,
};
use ipnet::IpNet;
use nightbell_delivery::{egress::EgressPolicy, mail::MailSettings, providers::Providers};
use nightbell_engine::domain::text::duration::parse_duration;
use nightbell_web::ops::ScrapeToken;
use std::{collections::BTreeMap, net::SocketAddr, path::PathBuf, time::Duration};
use url::Url;

/// The file that is read when nobody names one, if it is there.
pub const FILE: &str = "nightbell.toml";
/// Where the server listens when nobody says otherwise, and where commands look for it.
pub const LISTEN: &str = "127.0.0.1:8080";
/// From whom mail is when nobody says otherwise.
const MAIL_FROM: &str = "Nightbell <nightbell@localhost>";

/// Every key there is. A test compares it with the shipped example.
pub const KEYS: &[&str] = &[
    "server.listen",
    "server.public_url",
    "server.data",
    "server.trusted_proxies",
    "database.url",
    "mail.url",
    "mail.from",
    "push.contact",
    "ntfy.base_url",
    "ntfy.token",
    "ntfy.user",
    "ntfy.password",
    "telegram.token",
    "telegram.base_url",
    "telegram.secret",
    "slack.token",
    "slack.base_url",
    "discord.token",
    "discord.base_url",
    "mattermost.base_url",
    "mattermost.token",
    "twilio.account_sid",
    "twilio.auth_token",
    "twilio.api_key",
    "twilio.api_secret",
    "twilio.from",
    "twilio.voice_from",
    "twilio.base_url",
    "twilio.detect_machines",
    "sms.providers",
    "sms_http.url",
    "sms_http.method",
    "sms_http.headers",
    "sms_http.body",
    "sms_http.accepted_status",
    "sms_http.temporary_status",
    "sms_http.id_pointer",
    "voice.providers",
    "voice_http.url",
    "voice_http.method",
    "voice_http.headers",
    "voice_http.body",
    "voice_http.accepted_status",
    "voice_http.temporary_status",
    "voice_http.id_pointer",
    "egress.allow",
    "metrics.token",
    "watch.canary",
    "watch.heartbeat_url",
    "watch.heartbeat_every",
    "log.format",
    "log.level",
];

/// What the flags of a command say; they win over everything else.
#[derive(Debug, Clone, Default)]
pub struct Flags {
    /// `--config`.
    pub config: Option<PathBuf>,
    /// `--data` and `--database`.
    pub data: DataArgs,
    /// `--listen`.
    pub listen: Option<String>,
}

/// The settings, checked.
#[derive(Debug, Clone)]
pub struct Config {
    /// Where to listen.
    pub listen: SocketAddr,
    /// The base of every link that is sent; made from the listening address when not set.
    pub public_url: Option<String>,
    /// Where the data is.
    pub place: Place,
    /// Proxies whose `X-Forwarded-For` is believed.
    pub trusted_proxies: Vec<IpNet>,
    /// The mail server, when there is one.
    pub mail: Option<MailSettings>,
    /// The providers of all other ways to people.
    pub providers: Providers,
    /// Whom the operators of push services may write to; the installation's own address when `None`.
    pub push_contact: Option<String>,
    /// Where outbound calls may go.
    pub egress: EgressPolicy,
    /// What opens the metrics beside an administrator's token.
    pub scrape_token: Option<ScrapeToken>,
    /// Canaries and heartbeats.
    pub watch: watch::Settings,
    /// Logging.
    pub log: LogSettings,
}

/// Reads file, environment and flags.
///
/// # Errors
/// The first mistake, with its place and what to write instead.
pub fn load(flags: &Flags) -> Result<Config, ConfigError> {
    let (path, must_exist) = match &flags.config {
        Some(path) => (path.clone(), true),
        None => (PathBuf::from(FILE), false),
    };
    let text = match std::fs::read_to_string(&path) {
        Ok(text) => text,
        Err(e) if e.kind() == std::io::ErrorKind::NotFound && !must_exist => String::new(),
        Err(e) => {
            return Err(ConfigError { place: path.display().to_string(), message: format!("cannot read it: {e}") });
        }
    };
    settle(&Layers::new(&path, &text, environment(), flags)?)
}

/// The variables that are settings: `NIGHTBELL_SECTION__KEY`.
fn environment() -> BTreeMap<String, String> {
    let all = std::env::vars_os().filter_map(|(name, value)| Some((name.into_string().ok()?, value)));
    all.filter(|(name, _)| (name.starts_with("NIGHTBELL_") && name.contains("__")) || name == layers::DATABASE)
        .map(|(name, value)| (name, value.to_string_lossy().into_owned()))
        .collect()
}

/// A PostgreSQL database by its address; its password, when the address names none, from `PGPASSWORD`.
///
/// # Errors
/// What is wrong with the address, without its password.
pub fn database(text: &str) -> Result<Place, String> {
    #[expect(clippy::disallowed_methods, reason = "this is the configuration")]
    let password = std::env::var("PGPASSWORD").ok().filter(|password| !password.is_empty());
    Address::parse(text, password.as_deref()).map(Place::Postgres)
}

/// The data folder, unless a database is named; on the command line either wins.
fn place(layers: &Layers) -> Result<Place, ConfigError> {
    let folder = layers.text("server.data", |text| non_empty(text).map(Place::folder))?;
    let database = layers.text("database.url", |text| non_empty(text).and_then(database))?;
    let folder_is_said = layers.is_flag("server.data");
    Ok(database.filter(|_| !folder_is_said).or(folder).unwrap_or_else(|| Place::folder(data::FOLDER)))
}

/// From layers to settings.
///
/// # Errors
/// The first value that cannot be understood.
pub fn settle(layers: &Layers) -> Result<Config, ConfigError> {
    let log_default = LogSettings::default();
    Ok(Config {
        listen: layers
            .text("server.listen", listen)?
            .map_or_else(|| listen(LISTEN), Ok)
            .map_err(|e| ConfigError::built_in(&e))?,
        public_url: layers.text("server.public_url", public_url)?,
        place: place(layers)?,
        trusted_proxies: layers
            .list("server.trusted_proxies", |list| list.iter().map(|one| proxy(one)).collect())?
            .unwrap_or_default(),
        mail: mail(layers)?,
        providers: providers::settle(layers)?,
        push_contact: push::contact(layers)?,
        egress: layers
            .list("egress.allow", |list| EgressPolicy::new(list).map_err(|e| e.to_string()))?
            .unwrap_or_default(),
        scrape_token: layers.text("metrics.token", ScrapeToken::new)?,
        watch: watch(layers)?,
        log: LogSettings {
            format: layers.text("log.format", log_format)?.unwrap_or(log_default.format),
            level: layers
                .text("log.level", |text| check_level(text).map(|()| text.to_owned()))?
                .unwrap_or(log_default.level),
        },
    })
}

fn non_empty(text: &str) -> Result<&str, String> {
    if text.trim().is_empty() { Err("it is empty; leave the key out instead".to_owned()) } else { Ok(text.trim()) }
}

/// `127.0.0.1:8080`, `[::1]:8080`, `localhost:8080`, `:8080` (every address of the machine).
pub fn listen(text: &str) -> Result<SocketAddr, String> {
    let text = text.trim();
    let spelled = match text.split_once(':') {
        Some(("", port)) => format!("0.0.0.0:{port}"),
        Some(("localhost", port)) => format!("127.0.0.1:{port}"),
        _ => text.to_owned(),
    };
    spelled.parse().map_err(|_| {
        format!("{text:?} is not an address to listen on; write it like \"{LISTEN}\" or \":8080\" for every address")
    })
}

fn public_url(text: &str) -> Result<String, String> {
    let wrong =
        || format!("{text:?} is not an address people can open; write it like \"https://nightbell.example.com\"");
    let url = Url::parse(text.trim()).map_err(|_| wrong())?;
    let plain =
        url.query().is_none() && url.fragment().is_none() && url.username().is_empty() && url.password().is_none();
    if !matches!(url.scheme(), "http" | "https") || url.host().is_none() || !plain {
        return Err(wrong());
    }
    if url.path() != "/" {
        return Err(format!(
            "{text:?} has a path; Nightbell needs a host name of its own, like \"https://nightbell.example.com\""
        ));
    }
    Ok(url.as_str().trim_end_matches('/').to_owned())
}

fn proxy(text: &str) -> Result<IpNet, String> {
    let text = text.trim();
    let single = || text.parse::<std::net::IpAddr>().map(IpNet::from);
    text.parse::<IpNet>()
        .or_else(|_| single())
        .map_err(|_| format!("{text:?} is not an address or range; write it like \"10.0.0.0/8\" or \"127.0.0.1\""))
}

fn mail(layers: &Layers) -> Result<Option<MailSettings>, ConfigError> {
    let from = layers.text("mail.from", |text| non_empty(text).map(str::to_owned))?;
    let Some(url) = layers.text("mail.url", |text| non_empty(text).map(str::to_owned))? else { return Ok(None) };
    match MailSettings::parse(&url, from.as_deref().unwrap_or(MAIL_FROM)) {
        Ok(settings) => Ok(Some(settings)),
        Err(e) => Err(layers.wrong(&format!("mail.{}", e.key), e.why)),
    }
}

fn watch(layers: &Layers) -> Result<watch::Settings, ConfigError> {
    let canary = layers.text("watch.canary", |text| match text {
        "on" => Ok(Some(watch::EVERY)),
        "off" => Ok(None),
        other => Err(format!("{other:?} is neither \"on\" nor \"off\"")),
    })?;
    let every = layers.text("watch.heartbeat_every", |text| {
        let every = parse_duration(text).map_err(|e| e.to_string())?;
        let every = Duration::try_from(every).map_err(|e| e.to_string())?;
        if every < Duration::from_secs(1) {
            Err("a heartbeat goes out once a second at most".to_owned())
        } else {
            Ok(every)
        }
    })?;
    let heartbeat = layers.text("watch.heartbeat_url", |text| match Url::parse(text.trim()) {
        Ok(url) if matches!(url.scheme(), "http" | "https") && url.host().is_some() => {
            Ok(watch::Heartbeat { url: url.into(), every: every.unwrap_or(watch::EVERY) })
        }
        // The address is a secret: it is not said back.
        _ => Err("this is no address that can be called; write one like \"https://hc-ping.com/your-uuid\"".to_owned()),
    })?;
    Ok(watch::Settings { canary: canary.unwrap_or(Some(watch::EVERY)), heartbeat })
}

fn log_format(text: &str) -> Result<LogFormat, String> {
    match text {
        "text" => Ok(LogFormat::Text),
        "json" => Ok(LogFormat::Json),
        other => Err(format!("{other:?} is not a log format; use \"text\" or \"json\"")),
    }
}

impl Config {
    /// The base of links for a server that listens at `bound`.
    pub fn public_url_at(&self, bound: SocketAddr) -> String {
        self.public_url.clone().unwrap_or_else(|| default_public_url(bound))
    }
}

/// What people open when `server.public_url` is not set. An address that means "every address" is not one to open.
pub fn default_public_url(bound: SocketAddr) -> String {
    if bound.ip().is_unspecified() { format!("http://127.0.0.1:{}", bound.port()) } else { format!("http://{bound}") }
}

#[cfg(test)]
mod tests;
