//! Plays the story: each beat becomes real requests of the person it names, and must come true before the next one begins. Waits for what
//! must happen (a mail, a line in the room) and never for time to pass; gives up after [`PATIENCE`] with a sentence that says what was missing.

use super::{
    alertmanager::{WEBHOOK, webhook},
    catcher::{CaughtMail, Inbox},
    clock::Pace,
    document,
    house::House,
    site::{Reply, Site},
    story::{Act, Beat, Look, Who},
    transcript::Transcript,
};
use crate::failure::Failure;
use jiff::{SignedDuration, Timestamp, ToSpan as _, tz::TimeZone};
use nightbell_engine::{
    Clock, Fault, Tx,
    domain::{limits::SENDING_LEASE, paging::NotificationStatus},
};
use nightbell_store::paging;
use nightbell_web::AppState;
use serde_json::{Value, json};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
    time::Duration,
};
use tokio::time::timeout;

/// How long a beat may take to come true.
const PATIENCE: Duration = Duration::from_secs(20);
/// More notifications than the story ever owes at once.
const NOTIFICATIONS_MAX: u32 = 100;

/// The running play.
pub struct Stage {
    /// How people reach the server.
    pub site: Site,
    /// What is printed.
    pub transcript: Transcript,
    /// The clock of everything.
    pub clock: Arc<dyn Clock>,
    /// The server's inside: to wake the pump when the story's clock was moved.
    pub state: AppState,
    pace: Pace,
    began: Timestamp,
    inbox: Inbox,
    tokens: BTreeMap<String, String>,
    read: BTreeSet<u64>,
    links: BTreeMap<&'static str, String>,
    slug: String,
}

impl Stage {
    /// A stage in a house; the story begins now.
    pub fn new(house: &House, pace: &Pace) -> Self {
        let clock = pace.clock();
        Self {
            site: house.site.clone(),
            transcript: Transcript::default(),
            state: house.server.state.clone(),
            pace: pace.clone(),
            began: clock.now(),
            clock,
            inbox: house.inbox.clone(),
            tokens: house.tokens.clone(),
            read: BTreeSet::new(),
            links: BTreeMap::new(),
            slug: String::new(),
        }
    }

    /// Plays one beat: moves the story's clock to it, tells it, does it, shows what came of it.
    ///
    /// # Errors
    /// When it does not come true, with its time and what was missing.
    pub async fn play(&mut self, beat: &Beat) -> Result<(), Failure> {
        self.pace.forward(self.began, SignedDuration::from_secs(beat.after_s));
        self.wake().await?;
        let told = self.tell(beat);
        let done = timeout(PATIENCE, async {
            self.perform(beat).await?;
            self.settled().await
        });
        let done = done.await;
        let done = done
            .unwrap_or_else(|_| Err(Failure::findings(format!("it did not happen within {} s", PATIENCE.as_secs()))));
        done.map_err(|failure| Failure { message: format!("The demo stopped at \"{told}\": {failure}"), ..failure })
    }

    /// A commit wakes the pump, an empty one too; then it looks at the clock.
    async fn wake(&self) -> Result<(), Failure> {
        Ok(self.state.run(|_| Ok(())).await?)
    }

    /// Waits until everything that is due has been done and every attempt has been recorded. The story's clock may only be moved then: a
    /// sender's lease must not seem to run out because the story went on.
    async fn settled(&self) -> Result<(), Failure> {
        while self.pace.is_fast() && !self.state.read(|tx, now, _| is_settled(tx, now)).await? {
            tokio::task::yield_now().await;
        }
        Ok(())
    }

    fn tell(&mut self, beat: &Beat) -> String {
        let now = self.clock.now();
        if !beat.text.is_empty() {
            self.transcript.says(now, beat.who.name(), beat.text);
        }
        if !self.pace.is_fast() && (beat.look == Look::Inbox || !self.slug.is_empty()) {
            self.transcript.look(&self.address(beat.look));
        }
        format!("{} {} {}", now.to_zoned(TimeZone::UTC).strftime("%H:%M"), beat.who.name(), beat.text)
    }

    fn address(&self, look: Look) -> String {
        self.site.link(&match look {
            Look::Inbox => "/mail".to_owned(),
            Look::Room => format!("/incidents/{}", self.slug),
            Look::Status => "/status/main".to_owned(),
            Look::Postmortem => format!("/postmortems/{}", self.slug),
        })
    }

    async fn perform(&mut self, beat: &Beat) -> Result<(), Failure> {
        let who = beat.who;
        match beat.act {
            Act::Alert { resolved } => self.alert(resolved).await,
            Act::Letter(subject) => self.mail(who, subject, true).await,
            Act::Mail(subject) => self.mail(who, subject, false).await,
            Act::Open => self.open(who).await.map(drop),
            Act::Acknowledge => self.acknowledge(who).await,
            Act::Declare { title, severity } => self.declare(who, title, severity).await,
            Act::Room(path, body) => self.room(who, path, body).await.map(drop),
            Act::Speak(path, body) => self.speak(who, path, body).await,
            Act::Refused(path, body, code) => self.refused(who, path, body, code).await,
            Act::Refute(begins, reason) => self.refute(who, begins, reason).await,
            Act::Clock(says) => self.clock_says(says).await,
            Act::Due => self.due().await,
            Act::Write { root_cause, blames } => self.write(who, root_cause, blames).await,
        }
    }

    async fn alert(&mut self, resolved: bool) -> Result<(), Failure> {
        let body = webhook(self.began, self.clock.now(), resolved);
        let reply = ok(self.site.call("POST", WEBHOOK, None, Some(&body)).await?)?;
        self.transcript.quote(&format!("POST {WEBHOOK} → {}: on disk before the answer", reply.status));
        Ok(())
    }

    async fn mail(&mut self, who: Who, subject: &str, whole: bool) -> Result<(), Failure> {
        let address = format!("{}@example.com", who.handle());
        let read = self.read.clone();
        let fits = |mail: &CaughtMail| {
            !read.contains(&mail.id) && mail.to.contains(&address) && mail.subject.starts_with(subject)
        };
        let mail = self.inbox.wait_for(fits).await;
        self.read.insert(mail.id);
        self.transcript.quote(&format!("✉ to {}: {}", mail.to.join(", "), mail.subject));
        if whole {
            self.transcript.quote(&excerpt(&mail, &self.site.link("")));
        }
        let base = self.site.link("/p/");
        if let Some(token) = mail.text.lines().find_map(|line| line.strip_prefix(base.as_str())) {
            self.links.insert(who.handle(), format!("/p/{token}"));
        }
        Ok(())
    }

    /// Opens the newest link a person was mailed, twice: the first look must not have changed anything.
    async fn open(&mut self, who: Who) -> Result<(String, String), Failure> {
        let link = self.links.get(who.handle()).cloned();
        let link = link.ok_or_else(|| Failure::findings(format!("no mail to {} holds a link", who.name())))?;
        self.site.page(&link).await?;
        let page = self.site.page(&link).await?;
        if rings(&page) {
            Ok((link, page))
        } else {
            Err(Failure::findings("the page behind the link does not ring any more"))
        }
    }

    async fn acknowledge(&mut self, who: Who) -> Result<(), Failure> {
        let (link, page) = self.open(who).await?;
        self.site.press(&page, &format!("{link}/ack"), &[]).await?;
        if rings(&self.site.page(&link).await?) {
            Err(Failure::findings("it still rings after Acknowledge was pressed"))
        } else {
            Ok(())
        }
    }

    async fn declare(&mut self, who: Who, title: &str, severity: &str) -> Result<(), Failure> {
        let link = self.links.get(who.handle()).cloned().unwrap_or_default();
        let page = self.site.page(&link).await?;
        self.site.press(&page, &format!("{link}/declare"), &[("title", title), ("severity", severity)]).await?;
        let open = self.get(who, "/api/v1/incidents?state=open").await?;
        let incident =
            open.pointer("/items/0").ok_or_else(|| Failure::findings("no incident is open after it was declared"))?;
        self.slug = text(incident, "/slug").to_owned();
        let room = text(incident, "/room").to_owned();
        self.transcript.quote(&format!(
            "{} {}, room {room}",
            text(incident, "/severity").to_uppercase(),
            text(incident, "/title")
        ));
        Ok(())
    }

    /// A request in the room; answers what came back.
    async fn room(&mut self, who: Who, path: &str, body: &str) -> Result<Value, Failure> {
        let reply = self.request(who, "POST", path, &self.filled_in(body)?).await?;
        Ok(ok(reply)?.body)
    }

    async fn speak(&mut self, who: Who, path: &str, body: &str) -> Result<(), Failure> {
        let incident = self.room(who, path, body).await?;
        if path != "publish" {
            let lines = self.timeline(who).await?;
            let update =
                lines.iter().rev().find(|line| text(line, "/kind") == "update" && text(line, "/text").starts_with('['));
            let update = update.ok_or_else(|| Failure::findings("the update is not in the timeline"))?;
            self.transcript.quote(text(update, "/text"));
        }
        let page = ok(self.site.call("GET", "/status/main/api/v2/summary.json", None, None).await?)?.body;
        let said = text(&incident, "/public/text");
        let word = page.pointer("/incidents/0/status").and_then(Value::as_str).unwrap_or("resolved");
        self.transcript.remark(&format!("Public page, {word}: {said}"));
        Ok(())
    }

    async fn refused(&mut self, who: Who, path: &str, body: &str, code: &str) -> Result<(), Failure> {
        let reply = self.request(who, "POST", path, &self.filled_in(body)?).await?;
        if !(400..500).contains(&reply.status) || !(code.is_empty() || text(&reply.body, "/code") == code) {
            return Err(Failure::findings(format!(
                "it should have been refused, and was answered {}: {}",
                reply.status, reply.body
            )));
        }
        self.transcript.quote(&format!("Refused ({}).", reply.status));
        for line in reasons(&reply.body) {
            self.transcript.remark(&line);
        }
        Ok(())
    }

    async fn refute(&mut self, who: Who, begins: &str, reason: &str) -> Result<(), Failure> {
        let incident = self.incident(who).await?;
        let known = incident.pointer("/hypotheses").and_then(Value::as_array).cloned().unwrap_or_default();
        let seq = known.iter().find(|h| text(h, "/text").starts_with(begins)).and_then(|h| h.get("seq")).cloned();
        let seq = seq.ok_or_else(|| Failure::findings(format!("no hypothesis begins with {begins:?}")))?;
        ok(self.request(who, "POST", "refute", &json!({ "seq": seq, "reason": reason })).await?).map(drop)
    }

    async fn clock_says(&mut self, says: &str) -> Result<(), Failure> {
        let now = self.clock.now();
        loop {
            let lines = self.timeline(Who::Dana).await?;
            let rung = lines.iter().find(|line| {
                text(line, "/text") == says && text(line, "/at").parse().is_ok_and(|at: Timestamp| at == now)
            });
            if rung.is_some() {
                self.transcript.quote(says);
                return Ok(());
            }
            tokio::task::yield_now().await;
        }
    }

    async fn due(&mut self) -> Result<(), Failure> {
        let document = self.get(Who::Dana, &self.path("postmortem")).await?;
        let due: Timestamp = text(&document, "/due_at")
            .parse()
            .map_err(|e| Failure::findings(format!("the postmortem has no due time: {e}")))?;
        let berlin = TimeZone::get("Europe/Berlin").unwrap_or(TimeZone::UTC);
        // The due time is the first moment that is too late.
        let last = (due - SignedDuration::from_secs(1)).to_zoned(berlin);
        self.transcript.quote(&format!(
            "Due by the end of {}: five business days, by Payments' calendar.",
            last.strftime("%A %-d %B %Y")
        ));
        Ok(())
    }

    async fn write(&mut self, who: Who, root_cause: &str, blames: bool) -> Result<(), Failure> {
        let before = self.get(who, &self.path("postmortem")).await?;
        let items = self.get(who, "/api/v1/actions?state=all").await?;
        let items = items.pointer("/items").and_then(Value::as_array).cloned().unwrap_or_default();
        let markdown = document::filled_in(text(&before, "/markdown"), root_cause, &items);
        let body = json!({ "markdown": markdown, "revision": before.get("revision") });
        let saved = ok(self.request(who, "PUT", "postmortem", &body).await?)?.body;
        let findings = saved.pointer("/findings").and_then(Value::as_array).cloned().unwrap_or_default();
        if findings.is_empty() == blames {
            return Err(Failure::findings(format!("the blame check found {}", Value::Array(findings))));
        }
        for finding in &findings {
            let line = finding.get("line").and_then(Value::as_u64).unwrap_or_default();
            self.transcript.quote(&format!("line {line}: “{}”", text(finding, "/excerpt")));
            self.transcript.remark(&format!("{} {}", text(finding, "/why"), text(finding, "/suggestion")));
        }
        Ok(())
    }

    /// The incident as somebody reads it.
    ///
    /// # Errors
    /// When it cannot be read.
    pub async fn incident(&self, who: Who) -> Result<Value, Failure> {
        self.get(who, self.path("").trim_end_matches('/')).await
    }

    /// The postmortem's Markdown.
    ///
    /// # Errors
    /// When it cannot be read.
    pub async fn markdown(&self, who: Who) -> Result<String, Failure> {
        Ok(text(&self.get(who, &self.path("postmortem")).await?, "/markdown").to_owned())
    }

    /// A view of the API.
    ///
    /// # Errors
    /// When it is refused.
    pub async fn get(&self, who: Who, path: &str) -> Result<Value, Failure> {
        Ok(ok(self.site.call("GET", path, self.token(who), None).await?)?.body)
    }

    async fn timeline(&self, who: Who) -> Result<Vec<Value>, Failure> {
        let list = self.get(who, &self.path("timeline")).await?;
        Ok(list.pointer("/items").and_then(Value::as_array).cloned().unwrap_or_default())
    }

    async fn request(&self, who: Who, method: &str, path: &str, body: &Value) -> Result<Reply, Failure> {
        self.site.call(method, &self.path(path), self.token(who), Some(body)).await
    }

    fn path(&self, below: &str) -> String {
        format!("/api/v1/incidents/{}/{below}", self.slug)
    }

    fn token(&self, who: Who) -> Option<&str> {
        self.tokens.get(who.handle()).map(String::as_str)
    }

    /// The JSON of a beat with its dates.
    fn filled_in(&self, body: &str) -> Result<Value, Failure> {
        let today = self.clock.now().to_zoned(TimeZone::UTC).date();
        let dated = [7_i32, 14].iter().fold(body.to_owned(), |body, days| {
            body.replace(&format!("{{date+{days}}}"), &today.saturating_add(days.days()).to_string())
        });
        serde_json::from_str(&dated).map_err(|e| Failure::findings(format!("the story's own JSON is broken: {e}")))
    }
}

/// Nothing is due at `now`, nothing is being sent. While the clock stands still, a lease ends at most [`SENDING_LEASE`] from now.
fn is_settled(tx: &mut dyn Tx, now: Timestamp) -> Result<bool, Fault> {
    let leased = paging::due_notifications(tx, now + SENDING_LEASE, NOTIFICATIONS_MAX)?;
    let sending = leased.iter().any(|notification| notification.status == NotificationStatus::Sending);
    Ok(!sending && paging::next_due(tx)?.is_none_or(|due| due > now))
}

/// The lines of a mail that a woken person reads first, without the address of this run.
fn excerpt(mail: &CaughtMail, base: &str) -> String {
    const FIRST: [&str; 5] = ["What broke:", "Since:", "How bad:", "Runbook:", "If you do nothing:"];
    let lines = mail.text.lines().filter(|line| FIRST.iter().any(|name| line.starts_with(name)));
    lines.map(|line| line.replace(base, "") + "\n").collect()
}

/// Whether a woken person's page still offers its button.
fn rings(page: &str) -> bool {
    page.contains("/ack\"")
}

/// What a problem says: each thing that is wrong, or the one.
fn reasons(problem: &Value) -> Vec<String> {
    let each = |wrong: &Value| {
        let excerpt = text(wrong, "/excerpt");
        let quoted = if excerpt.is_empty() { String::new() } else { format!("“{excerpt}”: ") };
        let suggestion =
            wrong.pointer("/suggestion").and_then(Value::as_str).map_or_else(String::new, |s| format!(" {s}"));
        format!("{quoted}{}{suggestion}", text(wrong, "/message"))
    };
    let list: Vec<String> =
        problem.pointer("/errors").and_then(Value::as_array).into_iter().flatten().map(each).collect();
    if list.is_empty() { vec![text(problem, "/detail").to_owned()] } else { list }
}

/// The text at a place of an answer; empty when there is none.
pub fn text<'v>(value: &'v Value, pointer: &str) -> &'v str {
    value.pointer(pointer).and_then(Value::as_str).unwrap_or_default()
}

fn ok(reply: Reply) -> Result<Reply, Failure> {
    if (200..300).contains(&reply.status) {
        return Ok(reply);
    }
    Err(Failure::findings(format!("it was answered {}: {}", reply.status, reasons(&reply.body).join(" "))))
}
