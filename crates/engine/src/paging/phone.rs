//! Paging by telephone: what a call says when it is taken, what a pressed key or an answering text message does, and what a provider tells of a message
//! after it took it. One that turns out not to have arrived brings the person's next method forward, like one that was refused at once (INV-07).
//!
//! Is not: a format (the wire crate's `phone`), nor who may call us (`web`'s callbacks check that). A key acts as the person whose telephone rang.

mod lost;
mod texted;

pub(super) use lost::{known_lost, settled_as_lost};
pub use texted::{Texted, is_known, texted};

use super::{
    act::{load, resolve_alert, take_together},
    compose,
    hand::{keep, pass_on},
    press::is_theirs,
};
use crate::{
    Fault, Settings, Unit,
    people::{self, How},
};
use jiff::SignedDuration;
use nightbell_domain::{
    ids::{NotificationId, PageId, UserId},
    limits,
    paging::{Message, MessageKind, Notification, Page, PageStatus, PhoneReply, Subject, later},
    record::{Actor, Instant},
    refusal::Refusal,
};
use nightbell_store::{
    bundle,
    delivery_report::{self, DeliveryReport},
    paging as store,
};
use nightbell_wire::outbound::{
    links::LinkError,
    phone::{self, Act, CallbackLink, Heard, Purpose, reply_code},
};

/// How long a key is taken after the call began.
const ANSWERED_WITHIN: SignedDuration = SignedDuration::from_hours(1);
/// Pages taken, or messages written down as lost, in one unit of work: paging goes on between two of them.
pub(super) const AT_ONCE: u32 = 100;

/// How a message of these media can be answered; `None` for every other medium.
pub(super) fn reply(settings: &Settings, page: &Page, notification: &Notification, now: Instant) -> Option<PhoneReply> {
    if !goes_by_phone(notification) {
        return None;
    }
    let key = settings.link_key.bytes();
    let link = |wait| CallbackLink {
        page: page.id,
        notification: notification.id,
        attempt: notification.attempts,
        user: notification.user.clone(),
        expires_at: later(now, wait),
    };
    Some(PhoneReply {
        code: reply_code(key, notification.id),
        answer_token: link(ANSWERED_WITHIN).encode(key, Purpose::Answer),
        report_token: link(limits::PAGE_LINK_LIFETIME).encode(key, Purpose::Report),
    })
}

pub(super) fn goes_by_phone(notification: &Notification) -> bool {
    matches!(notification.medium.as_str(), "sms" | "voice")
}

/// The bearer of a callback's token: may do what it is for, with that message's page, as the person it went to.
#[derive(Debug, Clone)]
pub struct PhoneHolder(CallbackLink);

impl PhoneHolder {
    /// Checks a token for that purpose.
    ///
    /// # Errors
    /// It was not made here for that, or its time is over.
    pub fn check(settings: &Settings, purpose: Purpose, token: &str, now: Instant) -> Result<Self, Refusal> {
        match CallbackLink::decode(settings.link_key.bytes(), purpose, token, now) {
            Ok(link) => Ok(Self(link)),
            Err(LinkError::Expired) => Err(Refusal::conflict("link-expired", "This call is too old to be answered.")),
            Err(_) => Err(Refusal::not_found("message behind this address;", "it was not made here")),
        }
    }
}

/// What a call says when it is taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spoken {
    /// The words.
    pub words: String,
    /// Which keys there are; none when there is nothing left to do.
    pub menu: Option<&'static str>,
}

/// What a call says: the page as it is now, not as it was when the call was placed.
///
/// # Errors
/// The person or the page is not there any more; the store's.
pub fn spoken(unit: &mut Unit<'_>, holder: &PhoneHolder) -> Result<Spoken, Fault> {
    let PhoneHolder(link) = holder;
    let page = load(unit, link.page)?;
    let notification = store::notification(unit.tx, link.notification)?
        .ok_or_else(|| Refusal::not_found("notification", link.notification))?;
    note(unit, link.notification, link.attempt, "answered", "")?;
    let asks = match notification.kind {
        MessageKind::StillOn => page.awake.is_some(),
        _ => page.is_waiting(),
    };
    if !asks {
        return Ok(Spoken { words: phone::confirmed(&standing(unit, &page, &link.user)), menu: None });
    }
    let mut message: Message = compose::message(unit, &page, &notification)?;
    message.also.count = bundle::along_ids(unit.tx, &notification)?.len() as u64;
    Ok(Spoken { words: phone::call(&message), menu: Some(phone::menu(&message)) })
}

/// What a key or a word did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Done {
    /// What is said or written back.
    pub said: String,
    /// Whether the same must be asked for once more: a storm is taken in pieces.
    pub more: bool,
    /// Whether anything was done that was not done before: then it is told whatever it costs.
    pub news: bool,
}

/// What a pressed key does.
///
/// # Errors
/// What is refused says why in words that can be read out; then nothing was stored.
pub fn press(unit: &mut Unit<'_>, holder: &PhoneHolder, act: Act) -> Result<Done, Fault> {
    let PhoneHolder(link) = holder;
    let told =
        Told { user: link.user.clone(), page: link.page, notification: link.notification, attempt: link.attempt };
    act_on(unit, &told, act, KEY)
}

/// How somebody answered.
#[derive(Debug, Clone, Copy)]
pub(super) struct Way {
    /// The medium.
    pub(super) via: &'static str,
    /// Words for the log.
    pub(super) how: &'static str,
    /// Whether only whoever got the message can have answered so: then it has proved to reach them.
    pub(super) proves: bool,
}

const KEY: Way = Way { via: "voice", how: "by a key", proves: true };

/// A message somebody was told by, and answers.
pub(super) struct Told {
    pub(super) user: UserId,
    pub(super) page: PageId,
    pub(super) notification: NotificationId,
    pub(super) attempt: u32,
}

pub(super) fn act_on(unit: &mut Unit<'_>, told: &Told, act: Act, way: Way) -> Result<Done, Fault> {
    if !unit.directory.org.users.contains_key(&told.user) {
        return Err(Refusal::not_found("account;", "it no longer exists").into());
    }
    let actor = Actor::User(told.user.clone());
    let page = load(unit, told.page)?;
    let notification = store::notification(unit.tx, told.notification)?;
    let fresh = note(unit, told.notification, told.attempt, act.word(), way.how)?;
    let asked = notification.as_ref().is_some_and(|notification| notification.kind == MessageKind::StillOn);
    let done = |said: &str| Done { said: said.to_owned(), more: false, news: fresh };
    let done = match act {
        // Only whoever has it prolongs their own time; anybody else hears who has it.
        Act::Acknowledge if asked && fresh && is_theirs(&page, &told.user) => {
            keep(unit, page.id, &actor)?;
            done("You are still on it")
        }
        Act::Acknowledge => {
            let taken = take_together(unit, &told.user, page.id, way.via, AT_ONCE)?;
            let page = load(unit, page.id)?;
            let said = standing(unit, &page, &told.user);
            Done { said, more: taken >= AT_ONCE as usize, news: fresh || taken > 0 }
        }
        Act::Resolve => {
            let Subject::Alert { alert } = page.subject else {
                let why = "This is no alert that could be resolved. Its own page says how it ends.";
                return Err(Refusal::conflict("not-an-alert", why).into());
            };
            resolve_alert(unit, alert, &actor)?;
            done("Resolved")
        }
        // Whoever sends the same key twice skips nobody.
        Act::Escalate if !fresh => done("It was passed on already"),
        Act::Escalate => {
            pass_on(unit, page.id, &actor)?;
            done("Passed on: whoever is next is called now")
        }
    };
    if let Some(notification) = notification.filter(|_| way.proves) {
        people::proven(unit, &told.user, &notification.contact, How::Page)?;
    }
    Ok(done)
}

/// Who has it, in one sentence for that person.
fn standing(unit: &Unit<'_>, page: &Page, user: &UserId) -> String {
    match &page.status {
        PageStatus::Acknowledged { by, .. } if by.user() == Some(user) => "Acknowledged".to_owned(),
        PageStatus::Acknowledged { by, .. } => {
            let name = by.user().and_then(|user| unit.directory.org.users.get(user)).map(|user| user.name.clone());
            format!("{} has it already", name.unwrap_or_else(|| by.to_string()))
        }
        PageStatus::Ended { .. } if page.subject == Subject::Person => "It was answered".to_owned(),
        PageStatus::Ended { reason, .. } => format!("It is over. {reason}"),
        PageStatus::Ringing | PageStatus::Exhausted { .. } => {
            "Acknowledged for your part. It rings on for others".to_owned()
        }
    }
}

/// What a provider tells of a message it took: one line of its delivery log. Answers whether the same must be told once more: what went in one
/// message with it is written down in pieces.
///
/// # Errors
/// The store's.
pub fn heard(unit: &mut Unit<'_>, holder: &PhoneHolder, heard: &Heard) -> Result<bool, Fault> {
    let PhoneHolder(link) = holder;
    let report = DeliveryReport {
        notification: link.notification,
        attempt: link.attempt,
        what: heard.what.clone(),
        detail: heard.detail.clone(),
        failed: heard.failed,
        at: unit.now,
    };
    delivery_report::add(unit.tx, &report)?;
    if heard.failed {
        lost::all(unit, link.notification, link.attempt, &lost::why(&heard.what, &heard.detail))
    } else {
        Ok(false)
    }
}

/// A line of the delivery log that is ours; false when it was there already.
fn note(unit: &mut Unit<'_>, id: NotificationId, attempt: u32, what: &str, detail: &str) -> Result<bool, Fault> {
    let (what, detail) = (what.to_owned(), detail.to_owned());
    let report = DeliveryReport { notification: id, attempt, what, detail, failed: false, at: unit.now };
    Ok(delivery_report::add(unit.tx, &report)?)
}
