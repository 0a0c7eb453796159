//! Who lives in the simulated town: its organisation as files, which seeds edit, and the oracle's own idea of whom a target reaches. That
//! idea rests on `calendar::naive` and shares nothing with the engine but the data types.

mod policies;

use crate::dice::Dice;
use jiff::{Span, civil::Date, tz::TimeZone};
use nightbell_calendar::naive;
use nightbell_engine::domain::{
    ids::{ScheduleId, UserId},
    org::{AccessRole, Organisation, Target},
    record::Instant,
};
use nightbell_wire::org_files::{self, ParsedFiles, SourceFile};
use policies::Policies;
use std::collections::BTreeSet;

/// The integrations, by handle.
pub const INTEGRATIONS: [&str; 4] = ["checkout-in", "search-in", "orphan-in", "loose"];

/// What can be edited.
#[derive(Debug, Clone)]
pub struct Town {
    /// Who takes turns.
    turns: Vec<&'static str>,
    /// How long a turn is.
    every: &'static str,
    /// The day on which the world begins.
    begins: Date,
    /// Somebody takes two days, so many days after the beginning.
    cover: Option<(&'static str, i64)>,
    /// Whether Dave works here.
    dave: bool,
    /// Whether Alice's webhook is verified.
    hook: bool,
    /// Whether Bob still has any method.
    bob_reachable: bool,
    /// What its policies say beyond the plain ones.
    policies: Policies,
}

impl Town {
    /// As it is on its first day.
    pub fn new(begin: Instant, seed: u64) -> Self {
        let begins = begin.to_zoned(TimeZone::UTC).date();
        let turns = vec!["alice", "bob"];
        Self {
            turns,
            every: "1d",
            begins,
            cover: None,
            dave: true,
            hook: true,
            bob_reachable: true,
            policies: Policies::of(seed),
        }
    }

    /// One edit.
    pub fn edit(&mut self, dice: &mut Dice) -> &'static str {
        match dice.below(if self.policies.are_rich() { 7 } else { 6 }) {
            6 => {
                self.policies.edit(dice);
                "the policies are written anew"
            }
            0 => {
                self.turns.rotate_left(1);
                "the turns change"
            }
            1 => {
                self.every = if self.every == "1d" { "1w" } else { "1d" };
                "turns get another length"
            }
            2 => {
                let people = ["alice", "bob", "dave", "carol"];
                self.cover = Some((*dice.pick(&people), dice.between(0, 20)));
                "somebody covers"
            }
            3 => {
                self.dave = !self.dave;
                if self.dave { "Dave is back" } else { "Dave is deleted" }
            }
            4 => {
                self.hook = !self.hook;
                "Alice's webhook changes hands"
            }
            _ => {
                self.bob_reachable = !self.bob_reachable;
                "Bob's methods change"
            }
        }
    }

    fn yaml(&self) -> String {
        let dave = if self.dave {
            "  - { id: dave, name: Dave Example, email: dave@example.com, contacts: [ { id: mail, kind: email, address: dave@example.com, verified: true } ] }\n"
        } else {
            ""
        };
        let covers = self.cover.map_or(String::new(), |(user, day)| {
            let on = |day: i64| self.begins.saturating_add(Span::new().days(day));
            let (from, to) = (on(day), on(day + 2));
            format!("    overrides: [ {{ user: {user}, from: \"{from}T06:00\", to: \"{to}T06:00\" }} ]\n")
        });
        let policies = if self.policies.are_rich() { self.policies.yaml() } else { PLAIN.to_owned() };
        TEMPLATE
            .replace("%POLICIES%", &policies)
            .replace("%DAVE%", dave)
            .replace("%COVERS%", &covers)
            .replace("%TURNS%", &self.turns.join(", "))
            .replace("%EVERY%", self.every)
            .replace("%HOOK%", if self.hook { "true" } else { "false" })
            .replace("%BOB%", if self.bob_reachable { "true" } else { "false" })
    }

    /// The files of the town as it is now.
    pub fn files(&self) -> Result<ParsedFiles, String> {
        let yaml = self.yaml();
        org_files::parse(&[SourceFile { path: "town.yaml", content: &yaml }], &mut |handle| format!("key-{handle}"))
            .map_err(|problems| format!("the town's own files are wrong: {problems:?}"))
    }
}

/// The oracle's organisation of some files.
pub fn organisation(files: &ParsedFiles) -> Organisation {
    let mut org = Organisation::default();
    files.objects.iter().cloned().for_each(|object| org.put(object));
    org
}

/// Whom targets must ring at an instant: each person once, only those with a verified method.
pub fn reached(org: &Organisation, targets: &[Target], at: Instant) -> BTreeSet<UserId> {
    let everybody = targets.iter().flat_map(|target| named(org, target, at));
    everybody.filter(|user| org.users.get(user).is_some_and(|u| u.contacts.iter().any(|c| c.verified))).collect()
}

fn named(org: &Organisation, target: &Target, at: Instant) -> Vec<UserId> {
    match target {
        Target::User(user) => vec![user.clone()],
        Target::Team(team) => org.teams.get(team).map(|t| t.members.clone()).unwrap_or_default(),
        Target::Schedule(id) | Target::Backup(id) => {
            let who = org.schedules.get(id).and_then(|s| naive::who(&s.calendar, at).ok().flatten());
            let backup = matches!(target, Target::Backup(_));
            let member = who.and_then(|w| if backup { w.backup } else { Some(w.primary) });
            member.and_then(|m| m.0.parse().ok()).into_iter().collect()
        }
        Target::Next(id) => next(org, id, at).into_iter().collect(),
        Target::Policy(id) => {
            let step = org.policies.get(id).and_then(|p| p.steps.first());
            step.map(|s| s.notify.iter().flat_map(|t| named(org, t, at)).collect()).unwrap_or_default()
        }
    }
}

/// Whoever is on call next: looked for a quarter of an hour at a time for a month, then an hour at a time for two years: by a clock that is far
/// behind, the rotation has not begun.
fn next(org: &Organisation, id: &ScheduleId, at: Instant) -> Option<UserId> {
    let schedule = org.schedules.get(id)?;
    let who = |at| naive::who(&schedule.calendar, at).ok().flatten().map(|who| who.primary);
    let now = who(at);
    let quarter = at.as_second() - at.as_second().rem_euclid(900);
    let (month, years) = (4 * 24 * 30, 4 * 24 * 365 * 2);
    let quarters = (1..=month).chain((month..=years).step_by(4));
    let later = quarters.filter_map(|n| Instant::from_second(quarter + n * 900).ok());
    let next = later.filter_map(who).find(|member| Some(member) != now.as_ref())?;
    next.0.parse().ok()
}

/// Every administrator who can be reached.
pub fn administrators(org: &Organisation) -> BTreeSet<UserId> {
    let admins = org.users.values().filter(|u| u.role == AccessRole::Admin);
    admins.filter(|u| u.contacts.iter().any(|c| c.verified)).map(|u| u.id.clone()).collect()
}

const PLAIN: &str = r#"policies:
  - id: main
    steps:
      - { after: 0s, notify: ["schedule:main"] }
      - { after: 5m, notify: ["schedule:main/backup"] }
      - { after: 5m, notify: ["user:dave", "schedule:main"] }
    repeat: 1
    last_resort: ["user:carol"]
  - { id: crew, steps: [ { after: 1m, notify: ["team:crew"] }, { after: 10m, notify: ["policy:main"] } ] }
"#;

const TEMPLATE: &str = r#"version: 1
users:
  - id: alice
    name: Alice Example
    email: alice@example.com
    contacts:
      - { id: mail, kind: email, address: alice@example.com, verified: true }
      - { id: hook, kind: webhook, url: "https://hooks.example.com/alice", verified: %HOOK% }
    rules: { high: [ { after: 0s, via: hook }, { after: 1m, via: mail } ], low: [ { after: 0s, via: mail } ] }
  - id: bob
    name: Bob Example
    email: bob@example.com
    contacts:
      - { id: mail, kind: email, address: bob@example.com, verified: %BOB% }
      - { id: hook, kind: webhook, url: "https://hooks.example.com/bob", verified: %BOB% }
    rules: { high: [ { after: 0s, via: hook }, { after: 2m, via: mail } ] }
  - { id: carol, name: Carol Example, email: carol@example.com, role: admin, contacts: [ { id: mail, kind: email, address: carol@example.com, verified: true } ] }
%DAVE%teams:
  - { id: crew, name: Crew, members: [alice, bob, dave], time_zone: Europe/Berlin, holidays: DE }
schedules:
  - id: main
    team: crew
    time_zone: Europe/Berlin
    layers:
      - { name: turns, members: [%TURNS%], every: %EVERY%, starts: "2024-01-01T09:00" }
%COVERS%%POLICIES%services:
  - { id: checkout, name: Checkout, team: crew, policy: main, component: checkout }
  - { id: search, name: Search, team: crew, policy: crew }
  - { id: orphan, name: Orphan }
integrations:
  - { id: checkout-in, kind: generic, service: checkout, key: key-1 }
  - { id: search-in, kind: generic, service: search, key: key-2 }
  - { id: orphan-in, kind: generic, service: orphan, key: key-3 }
  - { id: loose, kind: generic, key: key-4 }
routes:
  - { when: 'labels.route == "declare"', do: page, urgency: high, declare: sev2 }
  - { when: 'labels.route == "notify"', do: notify }
  - { when: 'labels.route == "record"', do: record }
  - { when: 'labels.route == "drop"', do: drop }
status_pages:
  - { id: main, name: Town status, slug: main, components: [ { id: checkout, name: Checkout, group: Shop } ] }
response:
  commander: ["schedule:main"]
  comms: ["user:carol"]
"#;
