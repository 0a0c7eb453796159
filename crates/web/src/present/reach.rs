//! How people are reached, in words: methods with their state, the ladder as a sentence and as a table, what keeps pages from somebody.
//! Addresses that are secrets are shortened.

mod people;
mod standing;

pub use people::people;

use super::{Eyes, capital, count, typed::Typed};
use crate::views::{
    Choice, Empty, Field, Shell, Tag, Tone,
    push::PushBox,
    reach::{AddForm, CodeForm, Ladder, MethodCard, ReachPage, Rung},
};
use jiff::SignedDuration;
use nightbell_engine::{
    Settings,
    domain::{
        ids::ContactId,
        limits,
        org::{Contact, ContactKind, NotificationRule, Urgency},
        refusal::Refusal,
        text::duration::human_duration,
    },
    people::{Method, Reach, Turn},
};
use nightbell_wire::outbound::push::vapid::SenderKey;
use std::collections::BTreeSet;

/// Characters of a secret address that are shown.
const SECRET_CHARS: usize = 24;
/// Waits that are offered, in seconds.
const WAITS_S: [i64; 9] = [0, 60, 120, 180, 300, 600, 900, 1_800, 3_600];
/// In the rules' form: this method is not used.
pub const NEVER: &str = "never";

/// A form that was refused, or a code that was wrong: what was typed, and what is said beside it.
#[derive(Debug, Clone)]
pub struct Said {
    /// Which form: `add`, `code`, `address`, `name`, `limit`, `remove`, `rules`, `quiet`.
    pub form: &'static str,
    /// Of which method.
    pub contact: Option<ContactId>,
    /// What was typed.
    pub typed: Typed,
    /// Why not.
    pub refusal: Refusal,
}

impl Said {
    fn about<'s>(said: Option<&'s Self>, form: &str, contact: Option<&ContactId>) -> Option<&'s Self> {
        said.filter(|said| said.form == form && said.contact.as_ref() == contact)
    }

    /// A field as it was typed, with the refusal when it belongs to it, or to none of the fields `known`.
    fn field(said: Option<&Self>, name: &str, known: &[&str], otherwise: &str) -> Field {
        let Some(said) = said else { return Field::new(otherwise) };
        let typed = said.typed.text(name);
        let at = said.refusal.field.as_deref().filter(|at| known.contains(at)).unwrap_or(known[0]);
        if at == name { Field::refused(typed, said.refusal.message.clone()) } else { Field::new(typed) }
    }
}

/// What people call a medium.
pub fn medium(word: &str) -> &'static str {
    match word {
        "push" => "Push to a phone",
        "voice" => "Call",
        "sms" => "Text message",
        "email" => "Mail",
        "ntfy" => "ntfy",
        "telegram" => "Telegram",
        "slack" => "Slack",
        "discord" => "Discord",
        "mattermost" => "Mattermost",
        "teams" => "Microsoft Teams",
        "webhook" => "Webhook",
        _ => "Something else",
    }
}

/// The same inside a sentence.
fn said(word: &str) -> &'static str {
    match word {
        "push" => "push",
        "voice" => "a call",
        "sms" => "a text message",
        "email" => "mail",
        "webhook" => "the webhook",
        other => medium(other),
    }
}

/// Where a method leads, as far as it may be read.
fn address(kind: &ContactKind) -> String {
    let address = kind.address();
    match kind {
        ContactKind::Push { .. } => {
            let host = address.split('/').nth(2).unwrap_or(address);
            format!("a browser, by {host}")
        }
        _ if kind.is_secret() && address.chars().count() > SECRET_CHARS => {
            format!("{}…", address.chars().take(SECRET_CHARS).collect::<String>())
        }
        ContactKind::Ntfy { topic, server } => match server {
            Some(server) => format!("{topic} on {server}"),
            None => topic.clone(),
        },
        _ => address.to_owned(),
    }
}

/// Media that can be added by typing, of those this server sends by.
pub fn choices(media: &BTreeSet<&'static str>, chosen: &str) -> Vec<Choice> {
    let typed = ContactKind::WORDS.into_iter().filter(|word| media.contains(word) && *word != "push");
    typed.map(|word| Choice::new(word, medium(word), word == chosen)).collect()
}

/// Fills `/settings/reach`.
pub fn page(
    eyes: &Eyes<'_>,
    shell: Shell,
    settings: &Settings,
    media: &BTreeSet<&'static str>,
    reach: &Reach,
    refused: Option<&Said>,
) -> ReachPage {
    let quiet = Said::about(refused, "quiet", None);
    let quiet_field =
        |name: &str, known: &[&str], at: Option<String>| Said::field(quiet, name, known, &at.unwrap_or_default());
    let add = Said::about(refused, "add", None);
    let key = SenderKey::new(settings.push_key.bytes()).public();
    ReachPage {
        push: media.contains("push").then(|| PushBox { csrf: shell.csrf.clone(), key, urge: reach.methods.is_empty() }),
        shell,
        standing: standing::of(reach, media, eyes.now),
        sentence: standing::in_short(reach, media),
        proved: standing::proved(eyes, reach, media),
        next: standing::next(reach, media, eyes.now),
        turn: turn(eyes, reach.next_turn.as_ref(), "You are"),
        warnings: standing::warnings(reach, media),
        methods: reach.methods.iter().map(|method| card(eyes, settings, media, reach, method, refused)).collect(),
        empty: Empty { text: "You have no method yet, so nothing can wake you.".to_owned(), next: None },
        add: AddForm {
            media: choices(media, add.map_or("", |said| said.typed.word("kind"))),
            address: Said::field(add, "address", &["address", "name"], ""),
            name: Said::field(add, "name", &["address", "name"], ""),
            open: add.is_some(),
        },
        ladders: [(Urgency::High, "When it may not wait"), (Urgency::Low, "When it may wait")]
            .map(|(urgency, title)| ladder(reach, urgency, title))
            .into(),
        own_rules: reach.own_rules,
        rules_problem: Said::about(refused, "rules", None).map(|said| said.refusal.message.clone()),
        quiet_from: quiet_field("from", &["from"], reach.quiet.map(|hours| hours.from.to_string())),
        quiet_to: quiet_field("to", &["from"], reach.quiet.map(|hours| hours.to.to_string())),
        zone: reach.person.time_zone.clone(),
        sees_people: eyes.is_admin(),
    }
}

/// `at once by push, after 1 min by a call`.
fn told(steps: &[(SignedDuration, &Contact)]) -> String {
    let mut parts: Vec<(SignedDuration, Vec<&str>)> = Vec::new();
    for (after, contact) in steps {
        let word = said(contact.kind.word());
        match parts.last_mut().filter(|(at, _)| at == after) {
            Some((_, words)) if words.contains(&word) => {}
            Some((_, words)) => words.push(word),
            None => parts.push((*after, vec![word])),
        }
    }
    let part = |(after, words): &(SignedDuration, Vec<&str>)| format!("{} by {}", wait(*after), words.join(" and "));
    parts.iter().map(part).collect::<Vec<_>>().join(", ")
}

fn wait(after: SignedDuration) -> String {
    if after.is_zero() { "at once".to_owned() } else { format!("after {}", human_duration(after)) }
}

fn turn(eyes: &Eyes<'_>, turn: Option<&Turn>, who: &str) -> String {
    match turn {
        None => String::new(),
        Some(turn) if turn.from <= eyes.now => format!("{who} on call now, on {}.", turn.schedule),
        Some(turn) => format!(
            "{who} on call next on {}, from {} ({}).",
            turn.schedule,
            eyes.when(turn.from).clock,
            eyes.when(turn.from).ago
        ),
    }
}

fn state(method: &Method, media: &BTreeSet<&'static str>) -> Tag {
    if method.broken.is_some() {
        Tag::new(Tone::Act, "▲", "broken")
    } else if !method.contact.verified {
        Tag::new(Tone::Due, "◐", "not verified")
    } else if !media.contains(method.contact.kind.word()) {
        Tag::new(Tone::Act, "▲", "not sent here")
    } else if method.missed_at.is_some() {
        Tag::new(Tone::Due, "◐", "test unanswered")
    } else {
        Tag::new(Tone::Ok, "✓", "verified")
    }
}

/// `Proven 3 days ago by a code.`
fn note(eyes: &Eyes<'_>, method: &Method) -> String {
    let how = |how: &str| match how {
        "code" => "a code",
        "test" => "a test page",
        _ => "a page that was acknowledged",
    };
    let said = match &method.proven {
        Some((at, by)) => format!("Proven {} by {}.", eyes.when(*at).ago, how(by)),
        None if method.contact.verified => "Verified by an administrator; it has not proved itself yet.".to_owned(),
        None => "Pages do not use it before you enter the code it is sent.".to_owned(),
    };
    match method.at_most {
        Some(rule) => {
            let messages = count(u64::from(rule.count), "message");
            format!("{said} At most {messages} in {}.", human_duration(rule.per))
        }
        None => said,
    }
}

/// Whether their own order leaves a proved method out: it never rings, whatever may wait or not.
fn left_out(reach: &Reach, method: &Method) -> bool {
    let rings = |urgency| reach.ladder(urgency).iter().any(|(_, contact)| contact.id == method.contact.id);
    method.contact.verified && !rings(Urgency::High) && !rings(Urgency::Low)
}

fn trouble(eyes: &Eyes<'_>, reach: &Reach, method: &Method, media: &BTreeSet<&'static str>) -> String {
    if let Some(broken) = &method.broken {
        return format!("The last message failed {}: {}", eyes.when(broken.at).ago, broken.why);
    }
    if !media.contains(method.contact.kind.word()) {
        return format!(
            "This server is not set up to send by {}; ask an administrator.",
            said(method.contact.kind.word())
        );
    }
    match method.missed_at {
        _ if left_out(reach, method) => {
            "Your order leaves it out, so it never rings. Say when under Which rings when.".to_owned()
        }
        Some(at) => format!("A test page {} was not answered. Did it ring? Test it again.", eyes.when(at).ago),
        None => String::new(),
    }
}

fn card(
    eyes: &Eyes<'_>,
    settings: &Settings,
    media: &BTreeSet<&'static str>,
    reach: &Reach,
    method: &Method,
    refused: Option<&Said>,
) -> MethodCard {
    let contact = &method.contact;
    let about = |form| Said::about(refused, form, Some(&contact.id));
    let sendable = media.contains(contact.kind.word());
    let limit = method.at_most.map(|rule| (rule.count.to_string(), (rule.per.as_secs() / 60).max(1).to_string()));
    let (count, minutes) = limit.unwrap_or_default();
    let last = contact.verified && reach.methods.iter().filter(|other| other.contact.verified).count() == 1;
    let override_why = reach.next_turn.as_ref().filter(|_| last).map(|next| {
        let when = turn(eyes, Some(next), "You are");
        format!("No verified method is left without it: you cannot be reached. {when}")
    });
    let code = method.code.as_ref().filter(|_| !contact.verified).map(|waiting| CodeForm {
        code: Said::field(about("code"), "code", &["code"], ""),
        expires: eyes.until(waiting.expires_at),
        left: match waiting.left {
            1 => "One try is left".to_owned(),
            n => format!("{n} tries are left"),
        },
    });
    let typable = !matches!(contact.kind, ContactKind::Push { .. });
    let secret = matches!(contact.kind, ContactKind::Webhook { .. })
        .then(|| settings.webhook_secret(&reach.person.id, &contact.id).reveal());
    MethodCard {
        id: contact.id.to_string(),
        medium: medium(contact.kind.word()).to_owned(),
        address: address(&contact.kind),
        state: state(method, media),
        note: note(eyes, method),
        trouble: trouble(eyes, reach, method, media),
        own: method.own,
        unproved: !contact.verified && sendable,
        can_test: contact.verified && sendable,
        code,
        readdress: typable.then(|| Said::field(about("address"), "address", &["address"], contact.kind.address())),
        name: Said::field(about("name"), "name", &["name"], contact.id.as_str()),
        count: Said::field(about("limit"), "count", &["count"], &count),
        minutes: Said::field(about("limit"), "minutes", &["count"], &minutes),
        override_why,
        open: ["address", "name", "limit", "remove"].into_iter().any(|form| about(form).is_some()),
        secret: secret.unwrap_or_default(),
    }
}

fn ladder(reach: &Reach, urgency: Urgency, title: &str) -> Ladder {
    let steps = reach.ladder(urgency);
    let used = |id: &ContactId| steps.iter().find(|(_, contact)| contact.id == *id).map(|(after, _)| *after);
    let word = urgency.word();
    let rung = |method: &Method| {
        let after = used(&method.contact.id);
        let mut waits: BTreeSet<i64> = WAITS_S.into_iter().collect();
        waits.extend(after.map(|after| after.as_secs()));
        let option = |secs: i64| {
            let span = SignedDuration::from_secs(secs);
            Choice::new(secs.to_string(), capital(&wait(span)), after == Some(span))
        };
        let never = Choice::new(NEVER, "Never", after.is_none());
        let unproved = if method.contact.verified { "" } else { " (not verified)" };
        Rung {
            id: method.contact.id.to_string(),
            label: format!("{} · {}{unproved}", medium(method.contact.kind.word()), method.contact.id),
            after: std::iter::once(never).chain(waits.into_iter().map(option)).collect(),
        }
    };
    Ladder {
        urgency: word.to_owned(),
        title: title.to_owned(),
        sentence: if steps.is_empty() { "Nothing rings.".to_owned() } else { format!("{}.", capital(&told(&steps))) },
        rungs: reach.methods.iter().map(rung).collect(),
    }
}

/// The rules of one urgency, as the form has them: the methods that are not `never`, earliest first.
///
/// # Errors
/// A wait that is no number of seconds, or too long.
pub fn rules(typed: &Typed, urgency: &str) -> Result<Vec<NotificationRule>, Refusal> {
    let prefix = format!("{urgency}-");
    let mut rules = Vec::new();
    for (id, after) in typed.with_prefix(&prefix).filter(|(_, after)| *after != NEVER) {
        let most = limits::RULE_AFTER_MAX.as_secs();
        let secs = after.parse::<i64>().ok().filter(|secs| (0..=most).contains(secs));
        let secs = secs.ok_or_else(|| Refusal::invalid(urgency, "Choose when it rings from the list."))?;
        let via = id.parse().map_err(|_| Refusal::not_found("contact method", "of that name"))?;
        rules.push(NotificationRule { after: SignedDuration::from_secs(secs), via });
    }
    rules.sort_by_key(|rule| rule.after);
    Ok(rules)
}
