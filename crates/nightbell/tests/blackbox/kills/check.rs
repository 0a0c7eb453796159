//! What must hold after the storm, from what was answered, what was received, and what is stored. Each finding is a sentence.

use super::super::{
    double::{Reaction, Received},
    house::House,
};
use super::{load::Sent, phase::Kill};
use jiff::Timestamp;
use nightbell_engine::domain::paging::{MessageKind, Notification, NotificationStatus, Page, Subject};
use nightbell_store::{SqliteReader, Tx, journal, load, paging};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// A page and its delivery log as stored.
pub struct Stored {
    pub page: Page,
    pub notifications: Vec<Notification>,
    pub attempts: Vec<paging::Attempt>,
}

/// Everything there is to compare.
pub struct Evidence {
    pub sent: BTreeMap<String, Sent>,
    pub ledger: Vec<Received>,
    pub kills: Vec<Kill>,
    pub alerts: Vec<Value>,
    pub pages: Vec<Stored>,
}

/// The key of the alert that each page is about.
pub type ByPage = BTreeMap<String, String>;

/// From the alerts as the API shows them.
pub fn by_page(alerts: &[Value]) -> ByPage {
    let text = |alert: &Value, name: &str| alert[name].as_str().unwrap_or_default().to_owned();
    alerts.iter().map(|alert| (text(alert, "page"), text(alert, "dedup_key"))).collect()
}

/// Accepted alerts of which nobody heard, and that nobody ended before.
pub fn undelivered(sent: &BTreeMap<String, Sent>, pages: &ByPage, ledger: &[Received]) -> Vec<String> {
    let heard = heard(ledger, pages);
    sent.iter()
        .filter(|(key, sent)| sent.ended_at.is_none() && !heard.contains(key.as_str()))
        .map(|(key, _)| key.clone())
        .collect()
}

/// The pages a message tells of: its own, and what goes along with it (INV-08).
fn tells_of(message: &Received) -> impl Iterator<Item = &str> {
    let along = message.json["also"].as_array().into_iter().flatten().filter_map(|also| also["page"].as_str());
    [message.text("/page")].into_iter().chain(along)
}

/// Keys of the alerts whose page was taken by a receiver.
fn heard<'a>(ledger: &'a [Received], pages: &'a ByPage) -> BTreeSet<&'a str> {
    ledger
        .iter()
        .filter(|m| m.kind() == "page" && m.reaction == Reaction::Accept)
        .flat_map(tells_of)
        .filter_map(|page| pages.get(page).map(String::as_str))
        .collect()
}

/// Whether nothing waits for any time: no page, no notification.
pub fn nothing_is_due(house: &House) -> bool {
    read(house, |tx| paging::next_due(tx)).is_none()
}

/// Every page that rings somebody, whole. A canary rings nobody: it takes the way of every page, and ends by itself.
pub fn pages(house: &House) -> Vec<Stored> {
    read(house, |tx| {
        let keys = journal::streams(tx, "page")?;
        keys.iter()
            .map(|key| {
                let page: Page = load(tx, key)?.expect("a stream has a row");
                let (notifications, attempts) = (paging::of_page(tx, page.id)?, paging::attempts(tx, page.id)?);
                Ok((page.subject != Subject::Canary).then_some(Stored { page, notifications, attempts }))
            })
            .filter_map(Result::transpose)
            .collect()
    })
}

fn read<T>(house: &House, mut view: impl FnMut(&mut dyn Tx) -> Result<T, nightbell_store::StoreError>) -> T {
    let mut reader = SqliteReader::open(&house.data().join("nightbell.db")).expect("the data can be opened");
    let mut answer = None;
    reader.read(&mut |tx| answer = Some(view(tx))).expect("the data can be read");
    answer.expect("a view was shown").expect("the data can be understood")
}

impl Evidence {
    /// Every finding of every check; empty is the proof.
    pub fn findings(&self) -> Vec<String> {
        let mut found = Vec::new();
        found.extend(self.lost());
        found.extend(self.unexpected());
        found.extend(self.sent_after_its_end());
        found.extend(self.copies());
        found.extend(self.unfinished());
        found.extend(self.early());
        found.extend(self.told());
        found
    }

    /// INV-01: what was answered with 2xx was heard of by somebody, or nobody needed to hear of it any more, with the reason.
    pub fn lost(&self) -> Vec<String> {
        let known = by_page(&self.alerts);
        let heard = heard(&self.ledger, &known);
        let pages: BTreeMap<String, &Stored> =
            self.pages.iter().map(|stored| (stored.page.id.to_string(), stored)).collect();
        let mut of_key: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for alert in &self.alerts {
            of_key
                .entry(alert["dedup_key"].as_str().unwrap_or_default())
                .or_default()
                .push(alert["page"].as_str().unwrap_or_default());
        }
        let lost = |key: &str| {
            let alerts = of_key.get(key).map(Vec::as_slice).unwrap_or_default();
            let [page] = alerts else { return Some(format!("INV-01: {key}: {} alerts are stored", alerts.len())) };
            let Some(stored) = pages.get(*page) else { return Some(format!("INV-01: {key}: no page")) };
            let called_off = |n: &Notification| n.status == NotificationStatus::Cancelled && n.reason.is_some();
            let excused = self.sent[key].ended_at.is_some()
                && stored.notifications.iter().filter(|n| n.kind == MessageKind::Page).all(called_off);
            (!heard.contains(key) && !excused)
                .then(|| format!("INV-01: {key}: nobody heard of it, and no reason is recorded"))
        };
        self.sent.keys().filter_map(|key| lost(key)).collect()
    }

    /// Nobody hears of what was never sent, and of every alert there is one.
    fn unexpected(&self) -> Vec<String> {
        let strange = |m: &&Received| {
            !self.sent.contains_key(m.text("/alert/dedup_key")) || !matches!(m.kind(), "page" | "resolved")
        };
        let messages = self
            .ledger
            .iter()
            .filter(strange)
            .map(|m| format!("unexpected: {} {} {}", m.kind(), m.path, m.text("/title")));
        let known = by_page(&self.alerts);
        let pages: Vec<String> = self
            .ledger
            .iter()
            .filter(|m| {
                tells_of(m).any(|page| !known.contains_key(page))
                    || m.json["also_count"] != m.json["also"].as_array().map_or(0, Vec::len)
            })
            .map(|m| format!("unexpected: {} tells of a page that is none, or leaves one out", m.text("/id")))
            .collect();
        let alerts =
            self.alerts.iter().filter(|alert| !self.sent.contains_key(alert["dedup_key"].as_str().unwrap_or_default()));
        messages.chain(pages).chain(alerts.map(|alert| format!("unexpected: alert {}", alert["dedup_key"]))).collect()
    }

    /// INV-05: once an acknowledgement or a resolve was answered, no new send of a page begins, alone or along with another.
    fn sent_after_its_end(&self) -> Vec<String> {
        let known = by_page(&self.alerts);
        let end = |page: &str| known.get(page).and_then(|key| self.sent.get(key)).and_then(|sent| sent.ended_at);
        let pages = self.ledger.iter().filter(|m| m.kind() == "page");
        let late = |m: &Received| {
            let late = tells_of(m).find(|page| end(page).is_some_and(|end| m.sent_at() > end))?;
            Some(format!("INV-05: {} was sent at {} after the end of {late}", m.text("/id"), m.sent_at()))
        };
        pages.filter_map(late).collect()
    }

    /// INV-06: a second copy of a message is marked as one, and there are no more of them than kills and lost answers explain.
    fn copies(&self) -> Vec<String> {
        let mut by_id: BTreeMap<&str, Vec<&Received>> = BTreeMap::new();
        for message in self.ledger.iter().filter(|m| m.may_have_arrived()) {
            by_id.entry(message.text("/id")).or_default().push(message);
        }
        let mut found = Vec::new();
        for (id, copies) in by_id {
            if copies.iter().skip(1).any(|m| !m.repeat()) {
                found.push(format!("INV-06: {id}: a second copy is not marked as a repeat"));
            }
            let (first, last) = (copies[0].at, copies[copies.len() - 1].at);
            let kills = self.kills.iter().filter(|kill| kill.at >= first && kill.at <= last).count();
            let unanswered = copies.iter().rev().skip(1).filter(|m| m.reaction != Reaction::Accept).count();
            if copies.len() > 1 + kills + unanswered {
                found.push(format!("INV-06: {id}: {} copies, {kills} kills, {unanswered} lost answers", copies.len()));
            }
        }
        found
    }

    /// Messages that were said again although no answer was lost: what the kills cost. Each kill may cost those that were under way.
    pub fn repeats_after_kills(&self) -> usize {
        let mut last: BTreeMap<&str, Reaction> = BTreeMap::new();
        let mut again = 0;
        for m in &self.ledger {
            let before = last.insert(m.text("/id"), m.reaction);
            again += usize::from(m.repeat() && before.is_none_or(|before| before == Reaction::Accept));
        }
        again
    }

    /// INV-03, INV-07: every page is over, nothing is under way, every attempt has an outcome, and the log tells no success that was none.
    fn unfinished(&self) -> Vec<String> {
        let taken: BTreeSet<&str> =
            self.ledger.iter().filter(|m| m.reaction == Reaction::Accept).map(|m| m.text("/id")).collect();
        let mut found = Vec::new();
        for Stored { page, notifications, attempts } in &self.pages {
            if !page.is_ended() || page.next_due_at.is_some() {
                found.push(format!("INV-03: {} is {} with alarm {:?}", page.id, page.status.word(), page.next_due_at));
            }
            for n in notifications {
                let log: Vec<_> = attempts.iter().filter(|a| a.notification == n.id).collect();
                if matches!(n.status, NotificationStatus::Queued | NotificationStatus::Sending) {
                    found.push(format!("INV-07: {} is still {}", n.id, n.status.word()));
                }
                if log.len() != usize::try_from(n.attempts).expect("small") || log.iter().any(|a| a.outcome.is_none()) {
                    found.push(format!("INV-07: {} was begun {} times, and its log says {log:?}", n.id, n.attempts));
                }
                let told_by = n.sent_with.unwrap_or(n.id).to_string();
                if n.status == NotificationStatus::Accepted && !taken.contains(told_by.as_str()) {
                    found.push(format!("INV-07: {} counts as accepted, but no receiver took it", n.id));
                }
            }
        }
        found
    }

    /// INV-04, INV-14: nothing is sent before it was due, whatever the start.
    fn early(&self) -> Vec<String> {
        let due: BTreeMap<String, Timestamp> =
            self.pages.iter().flat_map(|stored| &stored.notifications).map(|n| (n.id.to_string(), n.due_at)).collect();
        let early = |m: &Received| match due.get(m.text("/id")) {
            Some(due) if m.sent_at() >= *due => None,
            Some(due) => Some(format!("INV-14: {} was sent at {}, due at {due}", m.text("/id"), m.sent_at())),
            None => Some(format!("INV-06: {} was received and is not stored", m.text("/id"))),
        };
        self.ledger.iter().filter_map(early).collect()
    }

    /// INV-09: whoever was tried is told of the end by one message; whoever was not is left alone.
    fn told(&self) -> Vec<String> {
        let mut of_page: BTreeMap<&str, Vec<&Received>> = BTreeMap::new();
        for told in self.ledger.iter().filter(|m| m.kind() == "resolved" && m.reaction == Reaction::Accept) {
            for page in tells_of(told) {
                of_page.entry(page).or_default().push(told);
            }
        }
        let mut found = Vec::new();
        for Stored { page, notifications, .. } in &self.pages {
            let tried: BTreeSet<_> = notifications
                .iter()
                .filter(|n| n.kind == MessageKind::Page && n.attempts > 0)
                .map(|n| n.user.as_str())
                .collect();
            let mut told: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
            let id = page.id.to_string();
            for m in of_page.get(id.as_str()).into_iter().flatten() {
                told.entry(m.text("/user")).or_default().insert(m.text("/id"));
            }
            if tried != told.keys().copied().collect() || told.values().any(|ids| ids.len() != 1) {
                found.push(format!("INV-09: {id}: tried {tried:?}, told {told:?}"));
            }
        }
        found
    }
}

/// A way to spoil evidence, and the finding it must cause.
type Spoil = (&'static str, fn(&mut Vec<Received>, &mut BTreeMap<String, Sent>));

/// Evidence spoiled in each way that a check is for: one that finds nothing then is no check.
pub const SPOILS: [Spoil; 6] = [
    ("INV-01", |ledger, sent| {
        let named = |key: &str| ledger.iter().any(|m| m.text("/alert/dedup_key") == key);
        let open = sent.iter().find(|(key, sent)| sent.ended_at.is_none() && named(key));
        let (key, _) = open.expect("an alert that nobody ended, with a message of its own");
        let of_key = |m: &&Received| m.text("/alert/dedup_key") == key;
        let page = ledger.iter().find(of_key).map(|m| m.text("/page").to_owned());
        ledger.retain(|m| !of_key(&m));
        for also in ledger.iter_mut().filter_map(|m| m.json["also"].as_array_mut()) {
            also.retain(|told| told["page"].as_str().map(str::to_owned) != page);
        }
    }),
    ("unexpected", |_, sent| drop(sent.pop_first())),
    ("INV-05", |ledger, sent| {
        let page = ledger.iter().find(|m| m.kind() == "page").expect("a page");
        let sent = sent.get_mut(page.text("/alert/dedup_key")).expect("its alert");
        sent.ended_at = Some(page.sent_at() - jiff::SignedDuration::from_millis(1));
    }),
    ("INV-06", |ledger, _| {
        let taken =
            ledger.iter().find(|m| m.reaction == Reaction::Accept && !m.repeat()).expect("a message that was taken");
        let copy = taken.clone();
        ledger.push(copy);
    }),
    ("INV-14", |ledger, _| {
        let at = &mut ledger.first_mut().expect("a message").json["sent_at"];
        *at = Value::from("2001-01-01T00:00:00Z");
    }),
    ("INV-09", |ledger, _| {
        let taken = |m: &&Received| m.kind() == "resolved" && m.reaction == Reaction::Accept;
        let told = ledger.iter().find(taken).expect("somebody was told").text("/id").to_owned();
        ledger.retain(|m| m.text("/id") != told);
    }),
];

/// Which spoiled evidence goes unnoticed; empty is the proof that the checks bite.
pub fn blunt(evidence: Evidence) -> Vec<&'static str> {
    let Evidence { sent, ledger, kills, alerts, pages } = evidence;
    let mut held = Evidence { sent: sent.clone(), ledger: ledger.clone(), kills, alerts, pages };
    let mut unnoticed = Vec::new();
    for (finding, spoil) in SPOILS {
        (held.sent, held.ledger) = (sent.clone(), ledger.clone());
        spoil(&mut held.ledger, &mut held.sent);
        if !held.findings().iter().any(|found| found.starts_with(finding)) {
            unnoticed.push(finding);
        }
    }
    unnoticed
}
