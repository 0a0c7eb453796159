//! The demo's house: a temporary folder, a first administrator, a mail catcher, a whole server, and the small organisation of the files
//! beside, applied as anybody would apply them. Nothing outlives the process: the folder goes with it.

use super::{catcher, clock::Pace, inbox_page, site::Site, story::Who};
use crate::{
    data::Place,
    failure::Failure,
    server::{Options, Server},
};
use nightbell_delivery::mail::MailSettings;
use nightbell_engine::{
    access,
    domain::{
        access::{Caller, Via},
        refusal::Refusal,
    },
};
use nightbell_web::tasks::spawn_supervised;
use serde_json::json;
use std::{collections::BTreeMap, net::SocketAddr};
use tempfile::TempDir;

const ADMINISTRATOR: (&str, &str) = ("sam@example.com", "Sam Ito");
const FILES: [(&str, &str); 2] = [
    ("organisation.yaml", include_str!("organisation/organisation.yaml")),
    ("runbooks/stripe-webhook-failures.md", include_str!("organisation/runbooks/stripe-webhook-failures.md")),
];
/// A clock that jumps is no reason to bark: with more than 1 the server's watchdog stays at home.
const RACING: u32 = 60;

/// Everything that runs.
pub struct House {
    /// The server.
    pub server: Server,
    /// What was mailed.
    pub inbox: catcher::Inbox,
    /// How people reach it.
    pub site: Site,
    /// Each person's token, by handle; the administrator's under `sam`.
    pub tokens: BTreeMap<String, String>,
    /// Opens the administrator's first sign-in.
    pub sign_in_path: String,
    folder: TempDir,
}

impl House {
    /// Builds it.
    ///
    /// # Errors
    /// When the folder cannot be made, the address is taken, or the organisation's files are refused.
    pub async fn build(listen: SocketAddr, pace: &Pace) -> Result<Self, Failure> {
        let folder = tempfile::Builder::new().prefix("nightbell-demo-").tempdir();
        let folder = folder.map_err(|e| {
            Failure::unreachable(format!("Cannot make a temporary folder: {e}. Set TMPDIR to one that can be written."))
        })?;
        let data = Place::folder(folder.path());
        let first = first_administrator(&data, pace)?;
        let inbox = catcher::Inbox::new(pace.clock());
        let mail = catch_mail(&inbox).await?;
        let server = Server::start(Options {
            mail: Some(mail),
            clock: pace.clock(),
            pace: if pace.is_fast() { RACING } else { 1 },
            mail_inbox: true,
            routers: vec![inbox_page::router(inbox.clone())],
            ..Options::new(data, listen)
        });
        let server = server.await?;
        let site = Site::new(&server.public_url)?;
        let sign_in_path = format!("/welcome/{}", first.sign_in_secret.expose());
        let tokens = BTreeMap::from([("sam".to_owned(), first.token_secret.expose().to_owned())]);
        let mut house = Self { server, inbox, site, tokens, sign_in_path, folder };
        house.furnish().await?;
        Ok(house)
    }

    /// The organisation's files, through the API; then a token for everybody.
    async fn furnish(&mut self) -> Result<(), Failure> {
        let files: Vec<_> = FILES.iter().map(|(path, content)| json!({ "path": path, "content": content })).collect();
        let sam = self.tokens.get("sam").map(String::as_str);
        let applied = self.site.call("POST", "/api/v1/apply", sam, Some(&json!({ "files": files }))).await?;
        if applied.status != 200 {
            return Err(Failure::findings(format!("the demo's organisation was refused: {}", applied.body)));
        }
        for person in Who::PEOPLE {
            let token = self.token_of(person).await?;
            self.tokens.insert(person.handle().to_owned(), token);
        }
        Ok(())
    }

    /// What a person would make for themselves on their settings page.
    async fn token_of(&self, person: Who) -> Result<String, Failure> {
        let made = self.server.state.run(move |unit| {
            let directory = unit.directory.clone();
            let user = directory.org.users.values().find(|user| user.id.as_str() == person.handle());
            let user = user.ok_or_else(|| Refusal::not_found("user", person.handle()))?;
            let caller = Caller::new(user.id.clone(), user.role, Via::Api);
            access::create_token(unit, &caller, "the demo", user.role).map(|(_, secret)| secret.expose().to_owned())
        });
        Ok(made.await?)
    }

    /// Stops the server and takes the folder away.
    pub async fn tear_down(self) {
        self.server.stop().await;
        if let Err(e) = self.folder.close() {
            tracing::warn!(error = %e, "the demo's temporary folder could not be taken away");
        }
    }
}

/// What `nightbell init` does, at the demo's own time.
fn first_administrator(data: &Place, pace: &Pace) -> Result<access::FirstAdmin, Failure> {
    let mut engine = data.engine_or_new("http://127.0.0.1")?;
    let (email, name) = ADMINISTRATOR;
    Ok(engine.execute(pace.clock().now(), |unit| access::init_first_admin(unit, email, name))?)
}

/// Starts the mail catcher; answers how to send to it.
async fn catch_mail(inbox: &catcher::Inbox) -> Result<MailSettings, Failure> {
    let bound = catcher::bind()
        .await
        .map_err(|e| Failure::unreachable(format!("The mail catcher found no free port on 127.0.0.1: {e}")))?;
    let (listener, address) = bound;
    let listener = std::sync::Arc::new(listener);
    let inbox = inbox.clone();
    // Ends with the process: a mail that is being sent while the server stops is still caught.
    drop(spawn_supervised("mail catcher", move || catcher::serve(std::sync::Arc::clone(&listener), inbox.clone())));
    let settings = MailSettings::parse(&format!("smtp://{address}?tls=none"), "Nightbell <nightbell@example.com>");
    settings.map_err(|e| Failure::usage(format!("the mail catcher's address: {}", e.why)))
}
