//! The world of a test: one engine, one clock, people's phones. Its end proves that the journal folds to the rows, that nothing is left
//! in flight without a reason, and that the test looked at every message that was sent.

use crate::{Engine, Fault, Unit, heartbeat, learning, organisation, paging, response, signal, verify};
use jiff::SignedDuration;
use nightbell_domain::{
    access::{Administer, Caller, Manage, Permit, Respond, Via},
    ids::{Entropy, NotificationId, PageId},
    org::{AccessRole, ContactKind},
    paging::{Message, MessageKind, Notification, NotificationStatus, Page, PageStatus, Report},
    record::Instant,
    response::Incident,
    signal::{Alert, AlertSeverity, Event, EventAction},
};
use nightbell_store::{Database, Sqlite, journal, paging as store};
use nightbell_wire::org_files::{self, SourceFile};
use rand_chacha::{
    ChaCha8Rng,
    rand_core::{Rng, SeedableRng},
};
use std::collections::{BTreeMap, VecDeque};

/// Randomness from a seed.
pub struct Seeded(ChaCha8Rng);

impl Seeded {
    pub fn new(seed: u64) -> Self {
        Self(ChaCha8Rng::seed_from_u64(seed))
    }
}

impl Entropy for Seeded {
    fn fill(&mut self, bytes: &mut [u8]) {
        self.0.fill_bytes(bytes);
    }
}

/// What a phone does with an attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    /// Taken.
    Accept,
    /// Not now.
    Defer,
    /// Never.
    Reject,
    /// Delivered, but nobody knows.
    Unknown,
    /// The sender dies before it can report.
    Lost,
}

/// A message as it reached a phone.
#[derive(Debug, Clone)]
pub struct Sent {
    pub at: Instant,
    pub line: String,
    pub page: PageId,
    pub notification: NotificationId,
    pub attempt: u32,
    pub ack_token: String,
}

pub struct World {
    pub engine: Engine,
    pub now: Instant,
    severity: AlertSeverity,
    /// By `user/contact`, used up from the front; empty means that everything is taken.
    pub script: BTreeMap<String, VecDeque<Answer>>,
    /// Every message so far.
    pub ledger: Vec<Sent>,
    /// What each of them said.
    pub messages: Vec<Message>,
    looked_at: usize,
}

/// The contract's example and the people around it. Alice has the week from 11 May 2026; Bob stands behind.
pub const ORGANISATION: &str = include_str!("organisation.yaml");
/// A runbook of the checkout.
pub const RUNBOOK: &str = include_str!("runbook.md");

/// Seconds after 01:00 UTC on Tuesday, 12 May 2026.
pub fn at(seconds: i64) -> Instant {
    let begin: Instant = "2026-05-12T01:00:00Z".parse().expect("an instant");
    begin + SignedDuration::from_secs(seconds)
}

/// `m:ss` after the beginning.
fn clock(now: Instant) -> String {
    let since = now.duration_since(at(0)).as_secs();
    format!("{}:{:02}", since / 60, since % 60)
}

impl World {
    pub fn new() -> Self {
        Self::of(ORGANISATION)
    }

    pub fn of(yaml: &str) -> Self {
        Self::over(Box::new(Sqlite::in_memory().expect("a database")), yaml)
    }

    /// The same on that database.
    pub fn over(database: Box<dyn Database>, yaml: &str) -> Self {
        let engine = Engine::open(database, Box::new(Seeded::new(1)), "https://nightbell.test/").expect("opens");
        let mut world = Self {
            engine,
            now: at(0),
            severity: AlertSeverity::Critical,
            script: BTreeMap::new(),
            ledger: Vec::new(),
            messages: Vec::new(),
            looked_at: 0,
        };
        world.apply(yaml, false).expect("the organisation is stored").expect("and sound");
        world
    }

    /// Applies organisation files as Carol.
    pub fn apply(
        &mut self,
        yaml: &str,
        prune: bool,
    ) -> Result<Result<organisation::Applied, Vec<org_files::FileProblem>>, Fault> {
        let files = [
            SourceFile { path: "nightbell.yaml", content: yaml },
            SourceFile { path: "runbooks/stripe.md", content: RUNBOOK },
        ];
        let parsed = org_files::parse(&files, &mut |handle| format!("key-of-{handle}")).expect("the files parse");
        let admin: Permit<Administer> =
            Caller::new(super::user("carol"), AccessRole::Admin, Via::Terminal).permit().expect("an administrator");
        self.unit(|unit| organisation::apply(unit, &admin, &parsed, prune))
    }

    pub fn unit<T>(&mut self, work: impl FnMut(&mut Unit<'_>) -> Result<T, Fault>) -> Result<T, Fault> {
        self.engine.execute(self.now, work)
    }

    /// A unit of work that must succeed.
    pub fn act<T>(&mut self, work: impl FnMut(&mut Unit<'_>) -> Result<T, Fault>) -> T {
        self.unit(work).unwrap_or_else(|fault| panic!("at {}: {fault}", clock(self.now)))
    }

    pub fn permit(&self, user: &str) -> Permit<Respond> {
        self.caller(user).permit().expect("may respond")
    }

    pub fn manager(&self, user: &str) -> Permit<Manage> {
        self.caller(user).permit().expect("may manage")
    }

    pub fn caller(&self, user: &str) -> Caller {
        let user = super::user(user);
        let role = self.engine.directory().org.users[&user].role;
        Caller::new(user, role, Via::Api)
    }

    pub fn event(
        &mut self,
        action: EventAction,
        key: &str,
        labels: &[(&str, &str)],
        started_at: Option<Instant>,
    ) -> signal::EventOutcome {
        self.event_on("prometheus", action, key, labels, started_at)
    }

    /// A page of the checkout at that severity.
    pub fn event_of(&mut self, severity: AlertSeverity, action: EventAction, key: &str) -> signal::EventOutcome {
        self.severity = severity;
        let outcome = self.event(action, key, &[("severity", "critical")], None);
        self.severity = AlertSeverity::Critical;
        outcome
    }

    pub fn event_on(
        &mut self,
        integration: &str,
        action: EventAction,
        key: &str,
        labels: &[(&str, &str)],
        started_at: Option<Instant>,
    ) -> signal::EventOutcome {
        let event = Event {
            action,
            dedup_key: Some(key.to_owned()),
            title: format!("{key} is down"),
            body: String::new(),
            severity: self.severity,
            source: "test".to_owned(),
            labels: labels.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect(),
            links: Vec::new(),
            runbook_url: None,
            started_at,
        };
        let inbound = signal::Inbound {
            integration: integration.parse().expect("a handle"),
            content_type: "application/json".to_owned(),
            body: b"{}".to_vec(),
            events: vec![event],
            notes: Vec::new(),
        };
        let mut receipt = self.act(|unit| signal::ingest(unit, &inbound));
        assert_eq!(receipt.outcomes.len(), 1, "one outcome for each event (INV-01)");
        receipt.outcomes.remove(0)
    }

    /// A critical alert on the checkout.
    pub fn trigger(&mut self, key: &str) -> Alert {
        let outcome = self.event(EventAction::Trigger, key, &[("severity", "critical")], None);
        self.alert(&outcome)
    }

    pub fn resolve(&mut self, key: &str) -> signal::EventOutcome {
        self.event(EventAction::Resolve, key, &[], None)
    }

    pub fn alert(&mut self, outcome: &signal::EventOutcome) -> Alert {
        let id = outcome.alert.unwrap_or_else(|| panic!("no alert: {}", outcome.reason));
        self.act(|unit| unit.load::<Alert>(id)).expect("stored")
    }

    pub fn page(&mut self, id: PageId) -> Page {
        self.act(|unit| unit.load::<Page>(id)).expect("stored")
    }

    pub fn incident(&mut self, name: &str) -> Incident {
        self.act(|unit| response::find(unit, name))
    }

    pub fn notifications(&mut self, page: PageId) -> Vec<Notification> {
        self.act(|unit| Ok(store::of_page(unit.tx, page)?))
    }

    /// `outcome detail` of every ended attempt of a page, in order.
    pub fn attempts(&mut self, page: PageId) -> Vec<String> {
        let attempts = self.act(|unit| Ok(store::attempts(unit.tx, page)?));
        attempts.into_iter().map(|a| a.outcome.unwrap_or_else(|| "under way".to_owned())).collect()
    }

    /// Lets time pass until that many seconds after the beginning: every alarm rings when it is due, every message is answered at once.
    pub fn run_until(&mut self, seconds: i64) {
        loop {
            self.tick();
            let next = self.act(|unit| Ok(store::next_due(unit.tx)?));
            match next.filter(|next| *next <= at(seconds)) {
                Some(next) => self.now = next.max(self.now),
                None => break,
            }
        }
        self.now = at(seconds).max(self.now);
        self.tick();
    }

    /// Everything that is due now.
    pub fn tick(&mut self) {
        loop {
            self.act(paging::escalate);
            self.act(response::cadence);
            self.act(learning::chase);
            self.act(heartbeat::heartbeat);
            let work = self.hand_out();
            if work.is_empty() {
                break;
            }
            for (sent, answer) in work {
                if let Some(report) = report(answer) {
                    self.settle(&sent, report);
                }
            }
        }
    }

    /// Takes what is due from the dispatcher and notes it in the ledger, without answering.
    pub fn hand_out(&mut self) -> Vec<(Sent, Answer)> {
        let now = self.now;
        let work = self.act(paging::dispatch);
        work.into_iter()
            .map(|work| {
                let (contact, message) = (self.contact(&work), work.message);
                let repeat = if message.repeat { " repeat" } else { "" };
                assert_eq!(work.along.len() as u64, message.also.count, "what goes along is counted");
                let along = if work.along.is_empty() { String::new() } else { format!(" +{}", work.along.len()) };
                let line = format!("{} {} {contact}{repeat}{along}", clock(now), message.kind.word());
                let token = message.ack_url.rsplit('/').next().unwrap_or_default().to_owned();
                let (page, notification) = (message.page, work.notification);
                let sent = Sent { at: now, line, page, notification, attempt: work.attempt, ack_token: token };
                self.ledger.push(sent.clone());
                self.messages.push(message);
                let answer = self.script.get_mut(&contact).and_then(VecDeque::pop_front).unwrap_or(Answer::Accept);
                (sent, answer)
            })
            .collect()
    }

    fn contact(&self, work: &paging::Work) -> String {
        let medium = match &work.address {
            paging::Address::Contact(ContactKind::Email { .. }) => "mail",
            paging::Address::Contact(kind) => kind.word(),
            paging::Address::Webhook { .. } => "hook",
            paging::Address::Canary { .. } => "sink",
        };
        format!("{}/{medium}", work.message.user)
    }

    pub fn settle(&mut self, sent: &Sent, report: Report) {
        self.act(|unit| paging::settle(unit, sent.notification, sent.attempt, report.clone()));
    }

    /// From now on that phone answers like this, once each.
    pub fn script(&mut self, contact: &str, answers: &[Answer]) {
        self.script.insert(contact.to_owned(), answers.iter().copied().collect());
    }

    /// What was sent since the last look, in order of time.
    pub fn sent(&mut self) -> Vec<String> {
        let mut fresh: Vec<_> = self.ledger[self.looked_at..].iter().map(|sent| (sent.at, sent.line.clone())).collect();
        self.looked_at = self.ledger.len();
        fresh.sort();
        fresh.into_iter().map(|(_, line)| line).collect()
    }

    fn teardown(&mut self) {
        let proof = self.engine.read(|tx| verify::verify(tx)).expect("readable");
        assert_eq!(proof.findings, Vec::<String>::new(), "the journal folds to the rows (INV-18)");
        let keys = self.engine.read(|tx| Ok(journal::streams(tx, "page")?)).expect("readable");
        for key in keys {
            let id: PageId = key.parse().expect("a page id");
            let page = self.page(id);
            assert_eq!(page.is_waiting(), page.next_due_at.is_some(), "INV-03: {page:?}");
            let notifications = self.notifications(id);
            for n in &notifications {
                let open = matches!(n.status, NotificationStatus::Queued | NotificationStatus::Sending);
                let reason = page.is_waiting() || n.kind != MessageKind::Page || n.attempts > 0;
                assert!(!open || reason, "owed for no reason: {n:?} of a page that is {}", page.status.word());
                assert!(
                    open || n.status == NotificationStatus::Accepted || n.reason.is_some(),
                    "ended for no reason: {n:?}"
                );
            }
            let attempts = self.act(|unit| Ok(store::attempts(unit.tx, id)?));
            for attempt in attempts.iter().filter(|a| a.ended_at.is_none()) {
                let n = notifications.iter().find(|n| n.id == attempt.notification).expect("stored");
                assert_eq!((n.status, n.attempts), (NotificationStatus::Sending, attempt.n), "INV-07: {attempt:?}");
            }
            if let PageStatus::Ended { reason, .. } = &page.status {
                assert!(!reason.is_empty());
            }
        }
        assert_eq!(self.sent(), Vec::<String>::new(), "sent, and nobody expected it");
    }
}

fn report(answer: Answer) -> Option<Report> {
    let detail = "as the script says".to_owned();
    match answer {
        Answer::Accept => Some(Report::Accepted { detail, provider_id: None }),
        Answer::Defer => Some(Report::Deferred { detail, retry_after: None }),
        Answer::Reject => Some(Report::Rejected { detail }),
        Answer::Unknown => Some(Report::Unknown { detail }),
        Answer::Lost => None,
    }
}

impl Drop for World {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            self.teardown();
        }
    }
}
