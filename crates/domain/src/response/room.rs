//! The room's command line: the same words in the built-in room, in chat and on the incident screen. Plain text is a note.
//!
//! Reads one line into a [`RoomCommand`]; whether it is allowed is decided by the incident, who may act by the caller.

use super::{EntryKind, IncidentStatus, RoleKind, RuleId, act::written};
use crate::{
    ids::{SeverityId, UserId},
    refusal::Refusal,
    text::{
        duration::parse_duration,
        slug::room_name,
        suggest::{closest, did_you_mean},
    },
};
use jiff::{SignedDuration, civil::Date};

/// Whom a role command names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RoleWho {
    /// Whoever typed it.
    Me,
    /// Somebody else.
    User(UserId),
}

/// What a line in the room asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RoomCommand {
    /// `/note`, `/decide`, `/hypothesis`, `/action`, `/output`, `/link`, or plain text.
    Write {
        /// What it is.
        entry: EntryKind,
        /// What was written.
        text: String,
    },
    /// `/role ic` takes a seat, `/role ic @ann` offers it.
    Role {
        /// Which seat.
        role: RoleKind,
        /// For whom.
        who: RoleWho,
    },
    /// `/accept ic`.
    Accept {
        /// Which seat.
        role: RoleKind,
    },
    /// `/decline ic`.
    Decline {
        /// Which seat.
        role: RoleKind,
    },
    /// `/release ops`.
    Release {
        /// Which seat.
        role: RoleKind,
    },
    /// `/sev 2 one customer only`.
    Severity {
        /// Which.
        to: SeverityId,
        /// Why.
        reason: Option<String>,
    },
    /// `/status identified`, `/status investigating it came back`.
    Status {
        /// Which word.
        to: IncidentStatus,
        /// Why.
        reason: Option<String>,
    },
    /// `/update 30% of checkouts failing`, `/update … next 10m`.
    Update {
        /// Impact and what is being done.
        text: String,
        /// Until the next update, when said.
        next_in: Option<SignedDuration>,
    },
    /// `/page payments-oncall`, `/page @bob the queue is stuck`.
    Page {
        /// Whom, as written, without `#`.
        target: String,
        /// What to tell them.
        message: Option<String>,
    },
    /// `/mitigation rollback`.
    TryMitigation {
        /// Which.
        key: String,
    },
    /// `/mitigation rollback worked`, `/mitigation rollback failed`.
    JudgeMitigation {
        /// Which.
        key: String,
        /// Did it help?
        worked: bool,
    },
    /// `/resolve All checkouts succeed again`.
    Resolve {
        /// The final update.
        text: String,
    },
    /// `/close`.
    Close,
    /// `/cancel the alert was a test`.
    Cancel {
        /// Why.
        reason: String,
    },
    /// `/waive public-notice internal tool only`.
    Waive {
        /// Which rule.
        rule: RuleId,
        /// Why.
        reason: String,
    },
    /// `/help` or `/?`.
    Help,
}

/// Every command with how it is written and what it does: for `/help`, the `?` overlay and the manual.
pub const COMMANDS: [(&str, &str, &str); 19] = [
    ("note", "/note TEXT", "keeps something in the timeline; plain text does the same"),
    ("decide", "/decide TEXT", "records a decision"),
    ("hypothesis", "/hypothesis TEXT", "records what may be the cause"),
    ("action", "/action TEXT", "records what you did"),
    ("output", "/output TEXT", "keeps what a command printed"),
    ("link", "/link URL WHAT", "keeps a link"),
    ("role", "/role ic [@user]", "takes a seat, or offers it to somebody (ic, ops, comms, scribe)"),
    ("accept", "/accept ic", "accepts a seat offered to you"),
    ("decline", "/decline ic", "declines a seat offered to you"),
    ("release", "/release ops", "leaves a seat"),
    ("sev", "/sev 2 [REASON]", "changes the severity; lowering needs the commander and a reason"),
    ("status", "/status identified [REASON]", "changes the status word; going back needs a reason"),
    ("update", "/update TEXT [next 15m]", "tells everybody where things stand and when the next update comes"),
    ("page", "/page payments-oncall [MESSAGE]", "pages a policy, schedule, team or person"),
    ("mitigation", "/mitigation KEY [worked|failed]", "says what is being tried, and whether it helped"),
    ("resolve", "/resolve TEXT", "ends the incident with a final update"),
    ("close", "/close", "closes a resolved incident that owes nothing"),
    ("cancel", "/cancel REASON", "it was a false alarm"),
    ("waive", "/waive RULE REASON", "does not insist on a playbook rule"),
];

/// Other words for the same commands.
const ALIASES: [(&str, &str); 9] = [
    ("decision", "decide"),
    ("hypo", "hypothesis"),
    ("did", "action"),
    ("severity", "sev"),
    ("mitigate", "mitigation"),
    ("tried", "mitigation"),
    ("try", "mitigation"),
    ("resolved", "resolve"),
    ("?", "help"),
];

/// The room's name for a UTC date and slug: `#inc-2026-05-02-checkout-down`.
pub fn name(date: Date, slug: &str) -> String {
    room_name(date, slug)
}

/// Reads one line (or several, for output and updates) as typed.
///
/// # Errors
/// Invalid, with how the command is written and the nearest known word.
pub fn parse(line: &str) -> Result<RoomCommand, Refusal> {
    let typed = line.trim();
    let Some(command) = line.trim_end().strip_prefix('/') else {
        return Ok(RoomCommand::Write { entry: EntryKind::Note, text: written("text", typed)? });
    };
    let (word, rest) = split(command);
    let word = word.to_lowercase();
    let word = ALIASES.iter().find(|(alias, _)| *alias == word).map_or(word.as_str(), |(_, command)| *command);
    let write = |entry| Ok(RoomCommand::Write { entry, text: needed(word, rest)? });
    match word {
        "note" => write(EntryKind::Note),
        "decide" => write(EntryKind::Decision),
        "hypothesis" => write(EntryKind::Hypothesis),
        "action" => write(EntryKind::Action),
        "output" => write(EntryKind::Output),
        "link" => write(EntryKind::Link),
        "role" => role(rest),
        "accept" => Ok(RoomCommand::Accept { role: seat(word, rest)? }),
        "decline" => Ok(RoomCommand::Decline { role: seat(word, rest)? }),
        "release" => Ok(RoomCommand::Release { role: seat(word, rest)? }),
        "sev" => severity(rest),
        "status" => {
            let (to, reason) = split(rest);
            Ok(RoomCommand::Status {
                to: to.parse().map_err(|e: crate::ids::IdError| wrong(word, &e.0))?,
                reason: some(reason),
            })
        }
        "update" => update(rest),
        "page" => page(rest),
        "mitigation" => mitigation(rest),
        "resolve" => Ok(RoomCommand::Resolve { text: needed(word, rest)? }),
        "close" => Ok(RoomCommand::Close),
        "cancel" => Ok(RoomCommand::Cancel { reason: needed(word, rest)? }),
        "waive" => {
            let (rule, reason) = split(rest);
            let rule = rule.parse().map_err(|e: crate::ids::IdError| wrong(word, &e.0))?;
            Ok(RoomCommand::Waive { rule, reason: needed(word, reason)? })
        }
        "help" => Ok(RoomCommand::Help),
        unknown => Err(unknown_command(unknown)),
    }
}

fn unknown_command(word: &str) -> Refusal {
    let shown: String = word.chars().take(40).collect();
    let near = did_you_mean(&shown, COMMANDS.map(|(name, _, _)| name));
    let message = format!(
        "There is no command /{shown}{near}. /help lists all; begin with a space to note a text that starts with \"/\"."
    );
    Refusal::invalid("command", message)
}

fn wrong(word: &str, problem: &str) -> Refusal {
    let usage = COMMANDS.iter().find(|(name, _, _)| *name == word).map_or("", |(_, usage, _)| *usage);
    Refusal::invalid("command", format!("{problem}. Write it like this: {usage}"))
}

/// The first word, and the rest.
fn split(text: &str) -> (&str, &str) {
    let text = text.trim_start();
    match text.find(char::is_whitespace) {
        Some(end) => (&text[..end], text[end..].trim()),
        None => (text, ""),
    }
}

fn some(text: &str) -> Option<String> {
    Some(text.trim().to_owned()).filter(|text| !text.is_empty())
}

fn needed(word: &str, rest: &str) -> Result<String, Refusal> {
    some(rest).ok_or_else(|| wrong(word, &format!("/{word} needs a text")))
}

fn seat(word: &str, rest: &str) -> Result<RoleKind, Refusal> {
    split(rest).0.parse().map_err(|e: crate::ids::IdError| wrong(word, &e.0))
}

fn role(rest: &str) -> Result<RoomCommand, Refusal> {
    let (_, who) = split(rest);
    let role = seat("role", rest)?;
    let who = match split(who).0 {
        "" | "me" | "@me" => RoleWho::Me,
        user => {
            let user = user.strip_prefix('@').unwrap_or(user).to_lowercase();
            RoleWho::User(user.parse().map_err(|e: crate::ids::IdError| wrong("role", &e.0))?)
        }
    };
    Ok(RoomCommand::Role { role, who })
}

fn severity(rest: &str) -> Result<RoomCommand, Refusal> {
    let (to, reason) = split(rest);
    let to = to.to_lowercase();
    // "2" is "sev2"; a table with other names is typed in full.
    let to = if !to.is_empty() && to.chars().all(|c| c.is_ascii_digit()) { format!("sev{to}") } else { to };
    let to = to.parse().map_err(|e: crate::ids::IdError| wrong("sev", &e.0))?;
    Ok(RoomCommand::Severity { to, reason: some(reason) })
}

fn update(rest: &str) -> Result<RoomCommand, Refusal> {
    let text = needed("update", rest)?;
    let words: Vec<&str> = text.split_whitespace().collect();
    if let [before @ .., "next", wait] = words.as_slice()
        && !before.is_empty()
        && let Ok(next_in) = parse_duration(wait)
    {
        // Cut the two words off the text as written, so that its line breaks stay.
        let text = text.trim_end().strip_suffix(wait).map(str::trim_end).and_then(|text| text.strip_suffix("next"));
        let text = text.map_or_else(|| before.join(" "), |text| text.trim_end().to_owned());
        return Ok(RoomCommand::Update { text, next_in: Some(next_in) });
    }
    Ok(RoomCommand::Update { text, next_in: None })
}

fn page(rest: &str) -> Result<RoomCommand, Refusal> {
    let (target, message) = split(rest);
    let target = target.trim_start_matches('#');
    if target.is_empty() || target == "@" {
        return Err(wrong("page", "/page needs somebody to page"));
    }
    Ok(RoomCommand::Page { target: target.to_owned(), message: some(message) })
}

fn mitigation(rest: &str) -> Result<RoomCommand, Refusal> {
    let (key, verdict) = split(rest);
    if key.is_empty() {
        return Err(wrong("mitigation", "/mitigation needs a key from the list of mitigations"));
    }
    let key = key.to_lowercase();
    match verdict.to_lowercase().as_str() {
        "" | "tried" => Ok(RoomCommand::TryMitigation { key }),
        "worked" | "helped" | "ok" => Ok(RoomCommand::JudgeMitigation { key, worked: true }),
        "failed" | "no" => Ok(RoomCommand::JudgeMitigation { key, worked: false }),
        other => {
            let near = closest(other, ["worked", "failed"]).unwrap_or("worked or failed");
            Err(wrong("mitigation", &format!("after the key comes {near}")))
        }
    }
}
