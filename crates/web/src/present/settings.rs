//! The settings page: the organisation at a glance, the addresses tools post to, the reader's own account, tokens and session.
//! Keys are printed for administrators alone; a person's webhook secrets for that person and administrators.

use super::{Eyes, capital, line};
use crate::views::{
    Choice, Empty, Field, Link, Shell, Tag, Tone,
    settings::{Contact, Count, IntegrationRow, SessionRow, SettingsPage, TokenRow},
};
use jiff::Timestamp;
use nightbell_engine::{
    Directory, Settings,
    access::{Session, Token, role_word},
    domain::{
        ids::IntegrationId,
        org::{AccessRole, ConfigKind, ContactKind, Integration, IntegrationKind, Rhythm, User},
        signal::Alert,
        text::duration::print_duration,
    },
};
use std::collections::BTreeMap;

/// What stands for a key the reader may not see.
const MASKED: &str = "••••••";
/// Id of the row that ends every session of the reader.
pub const EVERY_SESSION: &str = "all";
/// Characters of a token's id that are shown.
const TOKEN_ID_CHARS: usize = 12;

/// What the page is made of.
pub struct Material {
    /// Tokens the reader may see.
    pub tokens: Vec<Token>,
    /// The newest alerts, for when an integration was last heard.
    pub alerts: Vec<Alert>,
    /// When each heartbeat was last heard.
    pub heartbeats: Vec<(IntegrationId, Timestamp)>,
    /// The reader's session.
    pub session: Session,
}

/// What was typed into the token form, what was wrong with it, or the secret it made.
#[derive(Default)]
pub struct TokenForm {
    /// Name.
    pub name: Field,
    /// Scope, as typed; empty chooses the least.
    pub scope: String,
    /// What is wrong with the scope.
    pub scope_error: Option<String>,
    /// The new secret: shown once.
    pub created: Option<String>,
}

/// Fills `/settings`.
pub fn page(
    eyes: &Eyes<'_>,
    shell: Shell,
    directory: &Directory,
    settings: &Settings,
    material: &Material,
    form: TokenForm,
) -> SettingsPage {
    let me = eyes.org.person(&eyes.me);
    let me = me.as_deref();
    SettingsPage {
        shell,
        counts: counts(directory),
        managed: managed(directory),
        account: account(eyes, me, settings),
        contacts: me.map(|user| user.contacts.iter().map(contact).collect()).unwrap_or_default(),
        integrations: integrations(eyes, settings, material),
        integrations_empty: Empty::new(
            "No integration yet: no tool can raise an alert. Add one to the organisation files and apply them.",
            "/services",
            "See the services they would page for",
        ),
        tokens: material.tokens.iter().map(|token| token_row(eyes, token)).collect(),
        can_create_token: eyes.may_respond(),
        token_scopes: scopes(eyes, &form.scope),
        token_name: form.name,
        token_scope_error: form.scope_error,
        token_created: form.created,
        sessions: sessions(eyes, &material.session),
        version: concat!("Nightbell ", env!("CARGO_PKG_VERSION")).to_owned(),
    }
}

fn counts(directory: &Directory) -> Vec<Count> {
    let org = &directory.org;
    let count = |number: usize, noun: &str, kind: ConfigKind, href: Option<&str>| {
        let from_files = directory.managed.iter().filter(|(managed, _)| *managed == kind).count();
        let noun = if number == 1 { noun.to_owned() } else { plural(noun) };
        let noun = match from_files {
            0 => noun,
            n if n >= number => format!("{noun}, from files"),
            n => format!("{noun}, {n} from files"),
        };
        Count { number: number.to_string(), link: href.map(|href| Link::new(href, noun.as_str())), noun }
    };
    vec![
        count(org.users.len(), "user", ConfigKind::User, None),
        count(org.teams.len(), "team", ConfigKind::Team, None),
        count(org.schedules.len(), "schedule", ConfigKind::Schedule, Some("/oncall")),
        count(org.policies.len(), "policy", ConfigKind::Policy, None),
        count(org.services.len(), "service", ConfigKind::Service, Some("/services")),
        count(org.runbooks.len(), "runbook", ConfigKind::Runbook, Some("/runbooks")),
        count(
            org.status_pages.len(),
            "status page",
            ConfigKind::StatusPage,
            org.status_pages.values().next().map(|page| format!("/status/{}", page.slug)).as_deref(),
        ),
    ]
}

fn plural(noun: &str) -> String {
    noun.strip_suffix('y').map_or_else(|| format!("{noun}s"), |stem| format!("{stem}ies"))
}

fn managed(directory: &Directory) -> String {
    let all = directory.org.objects().len();
    match directory.managed.len() {
        0 => {
            "Nothing is managed by files yet. Describe the organisation in files, then run nightbell apply.".to_owned()
        }
        n if n >= all => "All of it comes from files. Change them there, then run nightbell apply.".to_owned(),
        n => format!("{n} of {all} objects come from files. Change those there, then run nightbell apply."),
    }
}

fn account(eyes: &Eyes<'_>, me: Option<&User>, settings: &Settings) -> Vec<(String, String)> {
    let mut facts = Vec::new();
    if let Some(user) = me {
        facts.extend([
            ("Name".to_owned(), line(&user.name)),
            ("Handle".to_owned(), format!("@{}", user.id)),
            ("Address".to_owned(), line(&user.email)),
            ("Role".to_owned(), role_word(user.role).to_owned()),
            ("Time zone".to_owned(), user.time_zone.clone()),
        ]);
    }
    let others = eyes.org.users.values().filter(|user| user.id != eyes.me && eyes.is_admin());
    for user in me.into_iter().chain(others) {
        let hooks = user.contacts.iter().filter(|contact| matches!(contact.kind, ContactKind::Webhook { .. }));
        facts.extend(hooks.map(|contact| {
            let secret = settings.webhook_secret(&user.id, &contact.id).reveal();
            (format!("Webhook secret of @{}/{}", user.id, contact.id), secret)
        }));
    }
    facts
}

fn contact(contact: &nightbell_engine::domain::org::Contact) -> Contact {
    let address = contact.kind.address();
    let state = if contact.verified {
        Tag::new(Tone::Ok, "✓", "Verified")
    } else {
        Tag::new(Tone::Act, "▲", "Not verified: never used")
    };
    Contact { kind: capital(contact.kind.word()), address: line(address), state }
}

fn integrations(eyes: &Eyes<'_>, settings: &Settings, material: &Material) -> Vec<IntegrationRow> {
    let mut last: BTreeMap<&IntegrationId, Timestamp> = BTreeMap::new();
    for alert in &material.alerts {
        let at = last.entry(&alert.integration).or_insert(alert.last_at);
        *at = (*at).max(alert.last_at);
    }
    // Each beat counts, not only those that ended an alert.
    last.extend(material.heartbeats.iter().map(|(id, at)| (id, *at)));
    let row = |integration: &Integration| IntegrationRow {
        name: integration.id.to_string(),
        kind: integration.kind.word().to_owned(),
        url: address(eyes, settings, integration),
        service: eyes.service(integration.service.as_ref()),
        last: last.get(&integration.id).map(|at| eyes.when(*at)),
        note: note(integration),
    };
    eyes.org.integrations.values().map(row).collect()
}

fn note(integration: &Integration) -> String {
    match integration.rhythm {
        None => "told by the newest 500 alerts; dropped events leave none".to_owned(),
        Some(Rhythm { every, grace }) => {
            format!("expected every {}, waited for {} longer", print_duration(every), print_duration(grace))
        }
    }
}

/// What to give to the tool.
fn address(eyes: &Eyes<'_>, settings: &Settings, integration: &Integration) -> String {
    let key = if eyes.is_admin() { integration.key.as_str() } else { MASKED };
    let base = &settings.public_url;
    match integration.kind {
        IntegrationKind::Pagerduty => format!("{base}/v2/enqueue routing_key={key}"),
        IntegrationKind::Alertmanager | IntegrationKind::Generic => {
            format!("{base}/in/{}/{key}", integration.kind.word())
        }
        IntegrationKind::Heartbeat => format!("{base}/heartbeat/{key}"),
    }
}

fn token_row(eyes: &Eyes<'_>, token: &Token) -> TokenRow {
    let own = token.user == eyes.me;
    TokenRow {
        id: token.id.to_string(),
        name: if own { line(&token.name) } else { format!("{} (of {})", line(&token.name), eyes.name(&token.user)) },
        scope: token.scope.clone(),
        prefix: token.id.to_string().chars().take(TOKEN_ID_CHARS).collect(),
        created: eyes.when(token.created_at),
        used: token.last_used_at.map(|at| eyes.when(at)),
        revoked: token.revoked_at.is_some(),
    }
}

fn scopes(eyes: &Eyes<'_>, chosen: &str) -> Vec<Choice> {
    let all = [
        (AccessRole::Viewer, "Read", "Sees what you see, changes nothing."),
        (AccessRole::Responder, "Respond", "Acknowledges, declares, writes in rooms."),
        (AccessRole::Manager, "Manage", "Also waives and publishes."),
        (AccessRole::Admin, "Administer", "Also applies the organisation's files and sees keys."),
    ];
    let chosen = if chosen.is_empty() { role_word(AccessRole::Viewer) } else { chosen };
    let may = all.into_iter().filter(|(role, _, _)| eyes.role.is_some_and(|own| own >= *role));
    may.map(|(role, label, hint)| Choice::new(role_word(role), label, role_word(role) == chosen).with_hint(hint))
        .collect()
}

fn sessions(eyes: &Eyes<'_>, session: &Session) -> Vec<SessionRow> {
    let row = |id: String, device: &str, current| SessionRow {
        id,
        device: device.to_owned(),
        seen: eyes.when(session.last_seen_at),
        current,
    };
    vec![
        row(session.id.to_string(), "This browser", true),
        row(EVERY_SESSION.to_owned(), "Every browser you are signed in with, this one too: sign out everywhere", false),
    ]
}
