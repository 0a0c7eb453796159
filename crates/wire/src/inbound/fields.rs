//! The fields every format shares: times in all the shapes tools send, keys, labels and links.

use super::json::{self, Json, Object};
use jiff::{civil::DateTime, tz::TimeZone};
use nightbell_domain::{
    limits,
    record::{Instant, to_microsecond},
    signal::Link,
};
use sha2::{Digest, Sha256};
use std::{borrow::Cow, collections::BTreeMap};

/// Labels that routes and people ask for first: kept when an alert carries more labels than the limit.
const KEPT_FIRST: [&str; 8] =
    ["severity", "alertname", "service", "instance", "job", "team", "environment", "namespace"];

/// Reads a time as tools write it: RFC 3339, `+0000`, `+00:00Z`, a space for the `T`, no zone (taken as UTC). A date alone is no
/// time: it would make the second alert of a day a late copy of the first. `None` when unreadable or implausible, never an error.
pub(super) fn instant(text: &str) -> Option<Instant> {
    let text = text.trim();
    if text.len() > 64 || !text.contains(':') {
        return None;
    }
    let without_z = text.strip_suffix('Z').unwrap_or(text);
    let offset = |text: &str| text.parse::<Instant>().ok();
    let naive = |text: &str| text.parse::<DateTime>().ok()?.to_zoned(TimeZone::UTC).ok().map(|zoned| zoned.timestamp());
    offset(text).or_else(|| offset(without_z)).or_else(|| naive(text)).and_then(plausible)
}

/// Times before the year 2000 are "unset" in some tool's words (`0001-01-01`, the Unix epoch), not a beginning. Cut to what the
/// store keeps, so that a repeated time compares equal to the stored one.
pub(super) fn plausible(at: Instant) -> Option<Instant> {
    const YEAR_2000_S: i64 = 946_684_800;
    Some(to_microsecond(at)).filter(|at| at.as_second() >= YEAR_2000_S)
}

/// The key as sent, when it fits; else a shorter one that is the same for the same key and applying this again changes nothing.
pub(super) fn dedup_key(key: String) -> String {
    let short = key.len() <= limits::DEDUP_KEY_CHARS_MAX || key.chars().nth(limits::DEDUP_KEY_CHARS_MAX).is_none();
    if short && !key.chars().any(char::is_control) {
        return key;
    }
    let start: String = key.chars().filter(|c| !c.is_control()).take(200).collect();
    format!("{start}#{}", short_hash(key.as_bytes()))
}

/// The first 16 hexadecimal digits of SHA-256: tells keys apart, is no secret.
pub(super) fn short_hash(bytes: &[u8]) -> String {
    let digest = Sha256::digest(bytes);
    let nibbles = digest.iter().take(8).flat_map(|byte| [byte >> 4, byte & 15]);
    nibbles.filter_map(|nibble| char::from_digit(u32::from(nibble), 16)).collect()
}

/// At most as many labels as allowed, the useful ones first.
pub(super) fn keep_labels(labels: BTreeMap<String, String>) -> BTreeMap<String, String> {
    if labels.len() <= limits::LABELS_MAX {
        return labels;
    }
    let (mut kept, others): (BTreeMap<_, _>, BTreeMap<_, _>) =
        labels.into_iter().partition(|(name, _)| KEPT_FIRST.contains(&name.as_str()));
    let room = limits::LABELS_MAX - kept.len();
    kept.extend(others.into_iter().take(room));
    kept
}

/// The scalars of an object, as labels. Several lines are no label.
pub(super) fn labels(value: Option<&Json<'_>>) -> BTreeMap<String, String> {
    let Some(Json::Object(object)) = value else { return BTreeMap::new() };
    let line = |text: &Cow<'_, str>| !text.contains('\n');
    let label = |(name, value)| Some((str::to_owned(name), json::scalar(value).filter(line)?.into_owned()));
    object.iter().filter_map(label).collect()
}

/// A list of links: `{href|url|src, text|title|alt}` objects or bare addresses.
pub(super) fn links(value: Option<&Json<'_>>) -> Vec<Link> {
    let Some(Json::Array(items)) = value else { return Vec::new() };
    items.iter().take(limits::LINKS_MAX).filter_map(one_link).collect()
}

fn one_link(value: &Json<'_>) -> Option<Link> {
    match value {
        Json::Text(href) => Some(Link { href: href.clone().into_owned(), text: String::new() }),
        Json::Object(object) => Some(Link {
            href: json::first_text(object, &["href", "url", "src"])?.into_owned(),
            text: json::first_text(object, &["text", "title", "alt"]).map(|text| label_text(&text)).unwrap_or_default(),
        }),
        _ => None,
    }
}

/// A link under a key, when there is one.
pub(super) fn link(object: &Object<'_>, key: &str, text: &str) -> Option<Link> {
    json::text(object, key).map(|href| Link { href: href.into_owned(), text: label_text(text) })
}

fn label_text(text: &str) -> String {
    nightbell_domain::signal::within(text.replace('\n', " "), limits::LABEL_CHARS_MAX)
}

/// The runbook an alert names itself: an explicit key, or a link whose text says so.
pub(super) fn runbook_url(object: Option<&Object<'_>>, links: &[Link]) -> Option<String> {
    let named =
        object.and_then(|object| json::first_text(object, &["runbook_url", "runbook", "runbookUrl", "runbookURL"]));
    named.filter(|url| url.starts_with("http")).map(Cow::into_owned).or_else(|| {
        let says_so = |link: &&Link| link.text.len() >= "runbook".len() && link.text.to_lowercase().contains("runbook");
        links.iter().find(says_so).map(|link| link.href.clone())
    })
}
