//! What carries messages to people: which media are set up, and by which of them nothing arrives any more.

use super::{Level, Look};
use crate::{config::Config, failure::Failure, out};
use nightbell_engine::{
    Directory,
    domain::record::Instant,
    people::{self, Reach},
    push_key,
};
use nightbell_wire::outbound::push::vapid::SenderKey;
use std::collections::BTreeMap;

/// Every look at the media.
///
/// # Errors
/// The data cannot be read.
pub fn look(config: &Config, directory: &Directory, now: Instant) -> Result<Vec<Look>, Failure> {
    let (key, everybody) = config.place.read(|tx| Ok((push_key(tx)?, people::everybody(tx, directory, now)?)))?;
    let mut looks = vec![set_up(config), push(key.map(|key| SenderKey::new(key.bytes()).public()))];
    looks.extend(used(&everybody));
    Ok(looks)
}

fn set_up(config: &Config) -> Look {
    let mut media: Vec<String> = config.providers.media().into_iter().map(str::to_owned).collect();
    media.extend(config.mail.as_ref().map(|_| "email".to_owned()));
    // A server makes its key when it starts.
    media.extend((!media.iter().any(|medium| medium == "push")).then(|| "push".to_owned()));
    for (medium, carriers) in [("sms", &config.providers.phone.sms), ("voice", &config.providers.phone.voice)] {
        let names: Vec<&str> = carriers.iter().map(|carrier| carrier.name()).collect();
        if let Some(entry) = media.iter_mut().find(|entry| *entry == medium) {
            *entry = format!("{medium} ({})", names.join(", then "));
        }
    }
    media.sort();
    Look::good("providers", format!("set up: {}", media.join(", ")))
}

/// Browsers know the installation by its public key: it is the same after a restore, or no phone rings.
pub(super) fn push(public: Option<String>) -> Look {
    match public {
        Some(key) => Look::good("push key", format!("the public key of this installation (VAPID) is {key}")),
        None => Look::good("push key", "none yet: the first start of the server makes it"),
    }
}

/// For each medium that somebody is reached by: whether the newest messages by it arrived.
pub(super) fn used(everybody: &[Reach]) -> Vec<Look> {
    let mut media: BTreeMap<&'static str, (u64, Vec<String>)> = BTreeMap::new();
    for reach in everybody {
        for method in reach.methods.iter().filter(|method| method.contact.verified) {
            let (count, broken) = media.entry(method.contact.kind.word()).or_default();
            *count += 1;
            broken.extend(method.broken.as_ref().map(|broken| {
                let (whose, when) = (&reach.person.id, broken.at.strftime("%Y-%m-%d %H:%M UTC"));
                format!("@{whose} on {when}: {}", broken.why)
            }));
        }
    }
    media.into_iter().filter_map(|(medium, (count, broken))| failing(medium, count, &broken)).collect()
}

fn failing(medium: &str, count: u64, broken: &[String]) -> Option<Look> {
    let first = broken.first()?;
    let (failed, methods) = (broken.len() as u64, out::counted(count, "method"));
    let (means, fix) = if failed == count {
        (
            "Nobody is reached by it: whoever has nothing else is not reached at all.",
            format!("Look at the settings of {medium}, then at Settings, How Nightbell reaches me, and send a test."),
        )
    } else {
        (
            "These people are not reached by it.",
            "They look under Settings, How Nightbell reaches me, and send themselves a test.".to_owned(),
        )
    };
    let what = format!("The newest message by {medium} failed for {failed} of {methods}. {first}");
    Some(Look::bad("provider", Level::Warning, what, means, fix))
}
