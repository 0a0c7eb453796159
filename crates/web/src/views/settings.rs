//! `/settings`: the organisation at a glance, integrations, tokens, sessions.
//!
//! Is not: editing the organisation (its files). Callers: the handlers of `/settings`.
//!
//! Forms (`POST`): `/settings/tokens` (`name`, `scope`) · `/settings/tokens/{id}/revoke` · `/settings/sessions/{id}/revoke` · `/sign-out`.

use super::parts::{Choice, Empty, Field, Link, Tag};
use super::shell::Shell;
use super::time::When;
use askama::Template;

/// The settings.
#[derive(Template)]
#[template(path = "settings.html")]
pub struct SettingsPage {
    /// Frame.
    pub shell: Shell,
    /// `4 users`, `2 teams`, … with a link each where there is a page.
    pub counts: Vec<Count>,
    /// How the organisation is managed: `From files, applied 3 h ago by alice.`
    pub managed: String,
    /// Who the reader is: name, role, zone.
    pub account: Vec<(String, String)>,
    /// The reader's contact methods.
    pub contacts: Vec<Contact>,
    /// Integrations.
    pub integrations: Vec<IntegrationRow>,
    /// Shown when there are none.
    pub integrations_empty: Empty,
    /// Tokens; empty when the reader may not see them.
    pub tokens: Vec<TokenRow>,
    /// Whether the reader may create tokens.
    pub can_create_token: bool,
    /// Name of the new token.
    pub token_name: Field,
    /// Scopes.
    pub token_scopes: Vec<Choice>,
    /// What is wrong with the scope.
    pub token_scope_error: Option<String>,
    /// The secret of a token just created: shown once.
    pub token_created: Option<String>,
    /// The reader's sessions.
    pub sessions: Vec<SessionRow>,
    /// `Nightbell 0.1.0 · SQLite 3.54.1 · tzdb 2026c`.
    pub version: String,
}

/// How many of something.
pub struct Count {
    /// `4`.
    pub number: String,
    /// `users`.
    pub noun: String,
    /// Its page.
    pub link: Option<Link>,
}

/// One contact method.
pub struct Contact {
    /// `mail`.
    pub kind: String,
    /// Where.
    pub address: String,
    /// `verified`, `unverified`.
    pub state: Tag,
}

/// One integration.
pub struct IntegrationRow {
    /// Name.
    pub name: String,
    /// `alertmanager`.
    pub kind: String,
    /// Address to give to the tool, key included; masked when the reader may not see keys.
    pub url: String,
    /// Default service; may be empty.
    pub service: String,
    /// Last event; `None`: never.
    pub last: Option<When>,
    /// `412 events today`.
    pub note: String,
}

/// One API token.
pub struct TokenRow {
    /// Id in the address.
    pub id: String,
    /// Name.
    pub name: String,
    /// Scope.
    pub scope: String,
    /// First characters, to recognise it.
    pub prefix: String,
    /// Made.
    pub created: When,
    /// Last used; `None`: never.
    pub used: Option<When>,
    /// Revoked already.
    pub revoked: bool,
}

/// One session of the reader.
pub struct SessionRow {
    /// Id in the address.
    pub id: String,
    /// `Firefox on Linux`.
    pub device: String,
    /// Last seen.
    pub seen: When,
    /// The one in use.
    pub current: bool,
}
