//! A whole server for tests: engine on a database file, its writer, readers, a clock that stands still, one signed-in person of each role.
//! `Site::new(routers)` · `get` · `post_form` · `api` · `act` (a unit of work past HTTP).

use crate::{
    callbacks::telegram::Bot,
    live::Hub,
    ops::ScrapeToken,
    server::{Parts, router},
    state::{AppState, ReadPool, Setup},
};
use axum::{
    Router,
    body::{Body, to_bytes},
    http::{HeaderMap, Method, Request, StatusCode, header},
};
use jiff::{SignedDuration, Timestamp};
use nightbell_engine::{
    Clock, Engine, Fault, Unit,
    access::{self, PasswordHash, Secret, password::hash_password},
    desk,
    domain::{
        access::{Administer, Caller, Permit, Via},
        ids::{Entropy, UserId},
        org::AccessRole,
    },
    open_sqlite_reader, organisation,
};
use nightbell_store::Sqlite;
use nightbell_wire::{
    org_files::{self, SourceFile},
    outbound::{HttpRequest, telegram::reference::BotKey},
};
use rand_chacha::{
    ChaCha8Rng,
    rand_core::{Rng, SeedableRng},
};
use std::{
    collections::BTreeMap,
    net::{IpAddr, Ipv4Addr},
    sync::{Arc, Mutex, OnceLock},
};
use tempfile::TempDir;
use tower::ServiceExt as _;

/// Everybody's password.
pub(crate) const PASSWORD: &str = "a lamp in the hall";

/// The organisation: one person of each role, one service that pages the responder, one integration.
pub(crate) const ORGANISATION: &str = r#"
version: 1
users:
  - { id: ada, name: Ada Admin, email: ada@example.com, role: admin, time_zone: Europe/Berlin, contacts: [ { id: mail, kind: email, address: ada@example.com, verified: true } ] }
  - { id: max, name: Max Manager, email: max@example.com, role: manager, time_zone: UTC, contacts: [ { id: mail, kind: email, address: max@example.com, verified: true } ] }
  - { id: rita, name: Rita Responder, email: rita@example.com, role: responder, time_zone: UTC, contacts: [ { id: mail, kind: email, address: rita@example.com, verified: true } ] }
  - { id: vera, name: Vera Viewer, email: vera@example.com, role: viewer, time_zone: UTC, contacts: [ { id: mail, kind: email, address: vera@example.com, verified: true } ] }
teams:
  - { id: shop, name: Shop, members: [rita, max], time_zone: UTC }
policies:
  - { id: shop, team: shop, steps: [ { after: 0s, notify: ["user:rita"] } ], repeat: 1, last_resort: ["user:ada"] }
services:
  - { id: checkout, name: Checkout, team: shop, policy: shop }
integrations:
  - { id: tool, kind: generic, service: checkout, key: "key-of-the-tool" }
"#;

struct Seeded(ChaCha8Rng);

impl Entropy for Seeded {
    fn fill(&mut self, bytes: &mut [u8]) {
        self.0.fill_bytes(bytes);
    }
}

/// A clock that stands still until it is moved.
pub(crate) struct StillClock(Mutex<Timestamp>);

impl Clock for StillClock {
    fn now(&self) -> Timestamp {
        *self.0.lock().expect("the clock")
    }
}

/// Who asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Who {
    Nobody,
    Viewer,
    Responder,
    Manager,
    Admin,
}

impl Who {
    pub(crate) const ALL: [Self; 5] = [Self::Nobody, Self::Viewer, Self::Responder, Self::Manager, Self::Admin];

    pub(crate) fn role(self) -> Option<AccessRole> {
        match self {
            Self::Nobody => None,
            Self::Viewer => Some(AccessRole::Viewer),
            Self::Responder => Some(AccessRole::Responder),
            Self::Manager => Some(AccessRole::Manager),
            Self::Admin => Some(AccessRole::Admin),
        }
    }

    pub(crate) fn handle(self) -> UserId {
        let handle = match self {
            Self::Nobody => "nobody",
            Self::Viewer => "vera",
            Self::Responder => "rita",
            Self::Manager => "max",
            Self::Admin => "ada",
        };
        handle.parse().expect("a handle")
    }
}

/// What came back, whole.
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: String,
}

impl Answer {
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    pub(crate) fn cookies(&self) -> Vec<String> {
        self.headers
            .get_all(header::SET_COOKIE)
            .iter()
            .filter_map(|value| value.to_str().ok())
            .map(str::to_owned)
            .collect()
    }

    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.body).unwrap_or_else(|e| panic!("{e}: {}", self.body))
    }
}

/// A session's cookie value and hidden form word, and a token.
#[derive(Clone)]
pub(crate) struct Keys {
    pub(crate) session: String,
    pub(crate) csrf: String,
    pub(crate) token: String,
}

pub(crate) struct Site {
    pub(crate) state: AppState,
    pub(crate) clock: Arc<StillClock>,
    pub(crate) keys: BTreeMap<Who, Keys>,
    /// What the Telegram bot was told to do.
    pub(crate) calls: Arc<Mutex<Vec<HttpRequest>>>,
    router: Router,
    _folder: TempDir,
}

/// A bot that writes down what it is told to do.
fn bot(calls: &Arc<Mutex<Vec<HttpRequest>>>) -> Bot {
    let key = BotKey::new("123456:ABC-DEF").expect("a token");
    let (secret, calls) = (key.caller_secret(), Arc::clone(calls));
    let send = Arc::new(move |call| calls.lock().expect("calls").push(call));
    Bot { key, base_url: "https://api.telegram.org".to_owned(), secret, send }
}

/// One slow hash for all tests of the process.
fn password_hash() -> PasswordHash {
    static HASH: OnceLock<PasswordHash> = OnceLock::new();
    HASH.get_or_init(|| hash_password(PASSWORD, [7; 16]).unwrap_or_else(|e| panic!("{e}"))).clone()
}

pub(crate) fn start() -> Timestamp {
    "2026-05-02T03:07:00Z".parse().expect("an instant")
}

pub(crate) fn terminal(role: AccessRole, user: UserId) -> Caller {
    Caller::new(user, role, Via::Terminal)
}

fn prepare(engine: &mut Engine) -> BTreeMap<Who, Keys> {
    let files = [SourceFile { path: "nightbell.yaml", content: ORGANISATION }];
    let parsed = org_files::parse(&files, &mut |handle| format!("key-of-{handle}")).unwrap_or_else(|e| panic!("{e:?}"));
    let admin = terminal(AccessRole::Admin, Who::Admin.handle());
    let permit: Permit<Administer> = admin.permit().expect("an administrator");
    let applied = engine.execute(start(), |unit| organisation::apply(unit, &permit, &parsed, false)).expect("stored");
    applied.unwrap_or_else(|problems| panic!("{problems:?}"));
    let hash = password_hash();
    let keys_of = |who: Who| {
        let role = who.role()?;
        let keys = engine.execute(start(), |unit| keys(unit, &permit, &hash, who.handle(), role)).expect("keys");
        Some((who, keys))
    };
    Who::ALL.into_iter().filter_map(keys_of).collect()
}

fn keys(
    unit: &mut Unit<'_>,
    permit: &Permit<Administer>,
    hash: &PasswordHash,
    user: UserId,
    role: AccessRole,
) -> Result<Keys, Fault> {
    let link = access::invite(unit, permit, &user)?;
    let session = access::set_password_by_link(unit, &link, hash)?;
    let directory = Arc::clone(&unit.directory);
    let signed = access::authenticate_session(unit.tx, &directory, &session, unit.now)?.expect("signed in");
    // A viewer may not make tokens; an administrator's terminal may, in their name.
    let token = match access::create_token(unit, &terminal(role.max(AccessRole::Responder), user), "test", role) {
        Ok((_, secret)) => secret.expose().to_owned(),
        Err(e) => panic!("{e}"),
    };
    Ok(Keys { session: session.expose().to_owned(), csrf: signed.session.csrf, token })
}

impl Site {
    /// A server with the routes under test.
    pub(crate) fn new(routers: Vec<Router<AppState>>) -> Self {
        Self::at("http://nightbell.test", routers, Hub::new())
    }

    pub(crate) fn at(public_url: &str, routers: Vec<Router<AppState>>, hub: Hub) -> Self {
        Self::with(public_url, routers, hub, None)
    }

    /// The same with a token of its own for the metrics.
    pub(crate) fn with(
        public_url: &str,
        routers: Vec<Router<AppState>>,
        hub: Hub,
        scrape_token: Option<ScrapeToken>,
    ) -> Self {
        Self::bound_to(Ipv4Addr::LOCALHOST.into(), public_url, routers, hub, scrape_token)
    }

    /// The same, listening on that address.
    pub(crate) fn bound_to(
        bound: IpAddr,
        public_url: &str,
        routers: Vec<Router<AppState>>,
        hub: Hub,
        scrape_token: Option<ScrapeToken>,
    ) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("nightbell.db");
        let database = Sqlite::open(&file).expect("a database");
        let mut engine = Engine::open(Box::new(database), Box::new(Seeded(ChaCha8Rng::seed_from_u64(7))), public_url)
            .expect("opens");
        let keys = prepare(&mut engine);
        let settings = engine.settings().clone();
        let clock = Arc::new(StillClock(Mutex::new(start())));
        let waker = hub.clone();
        let (desk, writer) = desk(engine, clock.clone(), Box::new(move || waker.wake()));
        drop(tokio::task::spawn_blocking(move || writer.run()));
        let readers = ReadPool::new(2, move || open_sqlite_reader(&file));
        let calls = Arc::new(Mutex::new(Vec::new()));
        let state = AppState::new(Setup {
            telegram: Some(bot(&calls)),
            desk,
            readers,
            clock: clock.clone(),
            settings,
            live: hub,
            bound,
            trusted_proxies: Vec::new(),
            mail_inbox: false,
            sends_mail: true,
            media: ["email", "webhook", "sms", "ntfy"].into(),
            scrape_token,
            pace: 1,
        });
        let router =
            router(&state, Parts { routers, machines: vec![crate::ingest::routes(), crate::callbacks::routes()] });
        Self { state, clock, keys, calls, router, _folder: folder }
    }

    /// Moves the clock.
    pub(crate) fn advance(&self, by: SignedDuration) {
        let mut now = self.clock.0.lock().expect("the clock");
        *now += by;
    }

    /// A unit of work past HTTP.
    pub(crate) async fn act<T: Send + 'static>(
        &self,
        work: impl FnMut(&mut Unit<'_>) -> Result<T, Fault> + Send + 'static,
    ) -> T {
        self.state.run(work).await.unwrap_or_else(|e| panic!("{e}"))
    }

    /// A request, as built; the body is read whole.
    pub(crate) async fn send(&self, request: Request<Body>) -> Answer {
        let response = self.open(request).await;
        let (parts, body) = response.into_parts();
        let bytes = to_bytes(body, 8 * 1024 * 1024).await.expect("a body");
        Answer { status: parts.status, headers: parts.headers, body: String::from_utf8_lossy(&bytes).into_owned() }
    }

    /// A request whose body is read by the test.
    pub(crate) async fn open(&self, request: Request<Body>) -> axum::response::Response {
        self.router.clone().oneshot(request).await.expect("infallible")
    }

    /// A request like a browser makes it: cookie and `Sec-Fetch-Site`.
    pub(crate) fn browser(&self, who: Who, method: Method, path: &str) -> axum::http::request::Builder {
        let request = Request::builder().method(method).uri(path).header("sec-fetch-site", "same-origin");
        match self.keys.get(&who) {
            Some(keys) => {
                request.header(header::COOKIE, format!("{}={}", self.state.place().session_cookie(), keys.session))
            }
            None => request,
        }
    }

    /// A page.
    pub(crate) async fn get(&self, who: Who, path: &str) -> Answer {
        self.send(self.browser(who, Method::GET, path).body(Body::empty()).expect("a request")).await
    }

    /// A form, with its hidden word.
    pub(crate) async fn post_form(&self, who: Who, path: &str, fields: &[(&str, &str)]) -> Answer {
        let csrf = self.keys.get(&who).map(|keys| keys.csrf.clone()).unwrap_or_default();
        let mut form = url::form_urlencoded::Serializer::new(String::new());
        form.append_pair("csrf", &csrf).extend_pairs(fields);
        let request =
            self.browser(who, Method::POST, path).header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        self.send(request.body(Body::from(form.finish())).expect("a request")).await
    }

    /// A call of the API with the person's token.
    pub(crate) async fn api(&self, who: Who, method: Method, path: &str, body: &serde_json::Value) -> Answer {
        let request = Request::builder().method(method).uri(path).header(header::CONTENT_TYPE, "application/json");
        let request = match self.keys.get(&who) {
            Some(keys) => request.header(header::AUTHORIZATION, format!("Bearer {}", keys.token)),
            None => request,
        };
        self.send(request.body(Body::from(body.to_string())).expect("a request")).await
    }

    /// The session secret of somebody.
    pub(crate) fn secret(&self, who: Who) -> Secret {
        Secret::from_text(self.keys.get(&who).map(|keys| keys.session.clone()).unwrap_or_default())
    }
}
