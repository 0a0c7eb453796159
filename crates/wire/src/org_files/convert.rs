//! From file forms to domain objects: the checks that need more than one word, each beside its field.
//!
//! References between objects are not looked at here: they may lie in another file (see `check.rs`).

use super::{
    decode::{decode, quote},
    forms::{
        BackupWord, ContactFile, ContactWord, IntegrationFile, ResponseFile, RouteFile, RulesFile, ScheduleFile,
        ServiceFile, SeverityFile, StatusPageFile, SwitchWord, TeamFile, UserFile,
    },
    tree::{Entry, Node, Position, Value},
    words,
};
use nightbell_domain::org::{
    ConfigObject, Contact, ContactKind, Integration, IntegrationKind, NotificationRule, NotificationRules,
    ResponseSettings, Rhythm, Route, Schedule, Service, Severity, StatusComponent, StatusPage, Team, User,
};
use std::collections::BTreeSet;

/// A mistake in one field of an object.
#[derive(Debug)]
pub(super) struct FieldProblem {
    /// Dotted path within the object.
    pub path: String,
    /// The exact place, where it is known better than by the path.
    pub at: Option<Position>,
    pub message: String,
    pub suggestion: Option<String>,
}

/// What conversion needs and gathers.
pub(super) struct Context<'a> {
    /// Makes the key of an integration whose file gives none.
    pub fresh_key: &'a mut dyn FnMut(&str) -> String,
    /// Integrations whose file gives no key.
    pub keyless: BTreeSet<String>,
    /// Mistakes in the object at hand.
    pub problems: Vec<FieldProblem>,
}

impl Context<'_> {
    pub(super) fn add(&mut self, path: impl Into<String>, message: impl Into<String>) {
        self.problems.push(FieldProblem { path: path.into(), at: None, message: message.into(), suggestion: None });
    }

    fn zone(&mut self, name: &str) {
        self.zone_at("time_zone", name);
    }

    pub(super) fn zone_at(&mut self, path: &str, name: &str) {
        if let Err((message, suggestion)) = words::check_zone(name) {
            self.problems.push(FieldProblem { path: path.to_owned(), at: None, message, suggestion });
        }
    }
}

/// A form that stands in a list of objects with ids.
pub(super) trait Form: for<'a> serde::Deserialize<'a> {
    /// The object, complete if no problem was added; `node` is what it was read from.
    fn into_object(self, node: &Node, context: &mut Context<'_>) -> Option<ConfigObject>;
}

impl Form for UserFile {
    fn into_object(self, _: &Node, context: &mut Context<'_>) -> Option<ConfigObject> {
        context.zone(&self.time_zone);
        let contacts = self
            .contacts
            .into_iter()
            .enumerate()
            .filter_map(|(n, c)| contact(c, &format!("contacts[{n}]"), context))
            .collect();
        Some(ConfigObject::User(User {
            id: self.id,
            name: self.name,
            email: self.email,
            role: self.role,
            time_zone: self.time_zone,
            contacts,
            rules: rules(self.rules),
        }))
    }
}

fn contact(form: ContactFile, path: &str, context: &mut Context<'_>) -> Option<Contact> {
    let (field, word) = (form.kind.field(), form.kind.word());
    let (given, other, unused) = match field {
        "url" => (form.url, "address", form.address),
        _ => (form.address, "url", form.url),
    };
    if unused.is_some() {
        context.add(format!("{path}.{other}"), format!("a contact of kind {word} has no {other}; it has {field}"));
    }
    let Some(given) = given else {
        context.add(path, format!("a contact of kind {word} needs {field}, for example {}", form.kind.example()));
        return None;
    };
    match read_contact(form.kind, &given) {
        Ok(kind) => Some(Contact { id: form.id, kind, verified: form.verified }),
        Err(message) => {
            context.add(format!("{path}.{field}"), message);
            None
        }
    }
}

fn read_contact(kind: ContactWord, given: &str) -> Result<ContactKind, String> {
    if kind.field() == "url" {
        words::check_url(given)?;
    }
    if kind == ContactWord::Email && given.chars().any(|c| c.is_whitespace() || c.is_control()) {
        return Err(format!("{} is not a mail address; write one like alice@example.com", quote(given)));
    }
    ContactKind::from_parts(kind.word(), given).map_err(|sentence| sentence.trim_end_matches('.').to_owned())
}

fn rules(form: RulesFile) -> NotificationRules {
    let list = |rules: Vec<super::forms::RuleFile>| {
        rules.into_iter().map(|r| NotificationRule { after: r.after.0, via: r.via }).collect()
    };
    NotificationRules { high: list(form.high), low: list(form.low) }
}

impl Form for TeamFile {
    fn into_object(self, _: &Node, context: &mut Context<'_>) -> Option<ConfigObject> {
        context.zone(&self.time_zone);
        if let Some(Err(message)) = self.holidays.as_deref().map(words::check_country) {
            context.add("holidays", message);
        }
        Some(ConfigObject::Team(Team {
            name: self.name.unwrap_or_else(|| self.id.to_string()),
            id: self.id,
            members: self.members,
            time_zone: self.time_zone,
            holidays: self.holidays,
            no_test_page: self.test_page == SwitchWord::Off,
        }))
    }
}

impl Form for ScheduleFile {
    /// The calendar reads its part of the block itself: it owns the words `1w` and `24:00`, and its complaints get their lines.
    fn into_object(self, node: &Node, context: &mut Context<'_>) -> Option<ConfigObject> {
        context.zone(&self.time_zone);
        let Value::Block(entries) = &node.value else { return None };
        let theirs = |entry: &&Entry| matches!(entry.key.as_str(), "layers" | "overrides");
        let mut part: Vec<Entry> = entries.iter().filter(theirs).cloned().collect();
        let backup = match self.backup {
            BackupWord::Next => "next_in_rotation",
            BackupWord::None => "none",
        };
        for (key, text) in [("time_zone", self.time_zone.as_str()), ("backup", backup)] {
            let value = Node { at: node.at, value: Value::Text(text.to_owned()) };
            part.push(Entry { key: key.to_owned(), key_at: node.at, node: value });
        }
        let part = Node { at: node.at, value: Value::Block(part) };
        match decode(&part) {
            Ok(calendar) => Some(ConfigObject::Schedule(Schedule { id: self.id, team: self.team, calendar })),
            Err(error) => {
                let (message, suggestion) = (error.message, error.suggestion);
                context.problems.push(FieldProblem { path: String::new(), at: error.at, message, suggestion });
                None
            }
        }
    }
}

impl Form for StatusPageFile {
    fn into_object(self, _: &Node, context: &mut Context<'_>) -> Option<ConfigObject> {
        context.zone(&self.time_zone);
        let components = self.components.into_iter().map(|c| StatusComponent {
            id: c.id,
            name: c.name,
            group: c.group,
            description: c.description,
        });
        Some(ConfigObject::StatusPage(StatusPage {
            name: self.name.unwrap_or_else(|| self.id.to_string()),
            slug: self.slug.unwrap_or_else(|| self.id.to_string()),
            id: self.id,
            time_zone: self.time_zone,
            components: components.collect(),
        }))
    }
}

impl Form for ServiceFile {
    fn into_object(self, _: &Node, _: &mut Context<'_>) -> Option<ConfigObject> {
        Some(ConfigObject::Service(Service {
            name: self.name.unwrap_or_else(|| self.id.to_string()),
            id: self.id,
            team: self.team,
            policy: self.policy,
            runbooks: self.runbooks,
            component: self.component,
        }))
    }
}

impl Form for IntegrationFile {
    fn into_object(self, _: &Node, context: &mut Context<'_>) -> Option<ConfigObject> {
        if let Some(Err(message)) = self.key.as_deref().map(words::check_key) {
            context.add("key", message);
            return None;
        }
        let key = self.key.unwrap_or_else(|| {
            context.keyless.insert(self.id.to_string());
            (context.fresh_key)(self.id.as_str())
        });
        let rhythm = rhythm(self.kind, self.every, self.grace, context);
        Some(ConfigObject::Integration(Integration {
            id: self.id,
            kind: self.kind,
            service: self.service,
            key,
            rhythm,
        }))
    }
}

/// How often a heartbeat beats; nothing else may say so.
fn rhythm(
    kind: IntegrationKind,
    every: Option<words::Length>,
    grace: Option<words::Length>,
    context: &mut Context<'_>,
) -> Option<Rhythm> {
    if kind != IntegrationKind::Heartbeat {
        for (key, given) in [("every", every), ("grace", grace)] {
            if given.is_some() {
                context.add(key, format!("an integration of kind {} has no {key}; a heartbeat has", kind.word()));
            }
        }
        return None;
    }
    // One that says nothing is refused with the organisation as a whole, like one that beats too fast.
    Some(Rhythm { every: every?.0, grace: grace.map_or(Rhythm::GRACE, |grace| grace.0) })
}

/// A route.
pub(super) fn route(form: RouteFile) -> Route {
    Route {
        when: form.when,
        outcome: form.outcome,
        urgency: form.urgency,
        service: form.service,
        declare: form.declare,
    }
}

/// A row of the severity table.
pub(super) fn severity(form: SeverityFile) -> Severity {
    let length = |given: Option<words::Length>| given.map(|l| l.0);
    Severity {
        id: form.id,
        impact: form.impact,
        roles: form.roles,
        page_execs: form.page_execs,
        commander_within: length(form.commander_within),
        roles_within: length(form.roles_within),
        public_within: length(form.public_within),
        update_every: length(form.update_every),
        postmortem_business_days: form.postmortem_business_days,
    }
}

/// The response settings.
pub(super) fn response(form: ResponseFile) -> ResponseSettings {
    ResponseSettings {
        commander: form.commander,
        ops: form.ops,
        comms: form.comms,
        scribe: form.scribe,
        execs: form.execs,
        root_cause_label: form.root_cause_label,
    }
}
