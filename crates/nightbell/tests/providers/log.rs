//! What the API says about one alert: its page, every notification, every attempt.

use super::house::Server;
use jiff::Timestamp;
use serde_json::Value;

/// One attempt.
#[derive(Debug, Clone)]
pub struct Attempt {
    pub begun_at: Timestamp,
    pub ended_at: Option<Timestamp>,
    pub outcome: Option<String>,
    pub detail: String,
}

/// One message owed to one person by one method.
#[derive(Debug, Clone)]
pub struct Notification {
    pub id: String,
    pub user: String,
    pub contact: String,
    /// Whether it asks somebody to act; else it tells what became of the page.
    pub pages: bool,
    pub state: String,
    pub attempts: Vec<Attempt>,
}

impl Notification {
    /// The words of its attempts' ends, in order, as far as they ended.
    pub fn outcomes(&self) -> Vec<&str> {
        self.attempts.iter().filter_map(|attempt| attempt.outcome.as_deref()).collect()
    }

    /// Whether a provider took it.
    pub fn accepted(&self) -> bool {
        self.state == "accepted"
    }

    /// Whether a copy may have been left by an attempt before the one that was under way at `at`. The attempt is found by its beginning: a
    /// double writes down what arrived while the sender may know the end already.
    pub fn unknown_before(&self, at: Timestamp) -> bool {
        let begun = self.attempts.iter().filter(|attempt| attempt.begun_at <= at).count();
        self.attempts[..begun.saturating_sub(1)].iter().any(|attempt| attempt.outcome.as_deref() == Some("unknown"))
    }
}

/// The delivery log of an alert's one page.
#[derive(Debug, Clone)]
pub struct Log {
    pub started_at: Timestamp,
    pub acknowledged_at: Option<Timestamp>,
    pub notifications: Vec<Notification>,
}

impl Log {
    /// Of the alert with that key; `None` while it has no page.
    pub fn read(server: &Server, alerts: &[Value], dedup_key: &str) -> Option<Self> {
        let alert = alerts.iter().find(|alert| alert["dedup_key"] == dedup_key)?;
        let detail = server.get(&format!("/alerts/{}", alert["id"].as_str()?));
        let page = detail["pages"].as_array()?.first()?;
        Some(Self {
            started_at: time(&page["started_at"]).expect("a page has a start"),
            acknowledged_at: time(&page["acknowledged_at"]),
            notifications: page["notifications"].as_array()?.iter().map(notification).collect(),
        })
    }

    /// What asked somebody to act.
    pub fn paging(&self) -> impl Iterator<Item = &Notification> {
        self.notifications.iter().filter(|n| n.pages)
    }

    /// The message by which that method paged the person.
    pub fn by(&self, user: &str, contact: &str) -> Option<&Notification> {
        self.paging().find(|n| n.user == user && n.contact == contact)
    }
}

fn notification(json: &Value) -> Notification {
    let text = |name: &str| json[name].as_str().unwrap_or_default().to_owned();
    let attempts = json["attempts"].as_array().expect("a list of attempts");
    Notification {
        id: text("id"),
        user: text("user"),
        contact: text("contact"),
        pages: text("kind") == "page",
        state: text("state"),
        attempts: attempts.iter().map(attempt).collect(),
    }
}

fn attempt(json: &Value) -> Attempt {
    Attempt {
        begun_at: time(&json["begun_at"]).expect("an attempt has a start"),
        ended_at: time(&json["ended_at"]),
        outcome: json["outcome"].as_str().map(str::to_owned),
        detail: json["detail"].as_str().unwrap_or_default().to_owned(),
    }
}

fn time(json: &Value) -> Option<Timestamp> {
    json.as_str().map(|text| text.parse().expect("a time"))
}
