//! A browser that is signed in and a program with a token: one request at a time, and what addresses need to be filled in.

use std::collections::BTreeMap;
use std::sync::mpsc::Receiver;
use std::time::Duration;

use serde_json::Value;

use super::{Years, ask};
use crate::bench::running::Running;
use crate::clock::Stopwatch;
use crate::repo::Result;

/// What stands for a part of an address, by name.
pub type Facts = BTreeMap<&'static str, String>;

/// Somebody signed in.
pub struct Signed<'a> {
    server: &'a Running,
    years: &'a Years,
    cookie: String,
    bearer: String,
}

impl<'a> Signed<'a> {
    /// Signs in.
    ///
    /// # Errors
    /// When it is refused.
    pub fn new(server: &'a Running, years: &'a Years) -> Result<Self> {
        let plus = |text: &str| text.replace('@', "%40").replace(' ', "+");
        let form = format!("email={}&password={}", plus(&years.email), plus(&years.password));
        let headers = [("content-type", "application/x-www-form-urlencoded")];
        let answer = ask("POST", &format!("{}/sign-in", server.url), &headers, form.as_bytes())?;
        let cookie = answer.header("set-cookie").and_then(|value| value.split(';').next()).ok_or("no cookie")?;
        Ok(Self { server, years, cookie: cookie.to_owned(), bearer: format!("Bearer {}", years.house.token) })
    }

    /// One address: how long, how much. What is below `/api` is asked with the token, all else with the cookie.
    ///
    /// # Errors
    /// When it does not succeed.
    pub fn get(&self, path: &str) -> Result<(f64, usize)> {
        let who = if path.starts_with("/api/") {
            ("authorization", self.bearer.as_str())
        } else {
            ("cookie", self.cookie.as_str())
        };
        let watch = Stopwatch::start();
        let answer = ask("GET", &format!("{}{path}", self.server.url), &[who, ("accept-encoding", "gzip")], &[])?;
        Ok((watch.elapsed().as_secs_f64() * 1_000.0, answer.body.len()))
    }

    fn json(&self, path: &str) -> Result<Value> {
        let headers = [("authorization", self.bearer.as_str())];
        let answer = ask("GET", &format!("{}{path}", self.server.url), &headers, &[])?;
        Ok(serde_json::from_slice(&answer.body)?)
    }

    /// The first entry of a list that has what is wanted.
    fn first(&self, path: &str, name: &str, wanted: impl Fn(&Value) -> bool) -> Result<String> {
        let list = self.json(path)?;
        let items = list.get("items").or_else(|| list.get("incidents")).and_then(Value::as_array);
        let found = items.into_iter().flatten().find(|item| wanted(item)).and_then(|item| item.get(name)?.as_str());
        found.map(str::to_owned).ok_or_else(|| format!("{path} has no entry with such a {name}").into())
    }

    /// What stands in the addresses. An alert is sent for the page that it starts and the link in its message.
    ///
    /// # Errors
    /// When the database does not hold it.
    pub fn facts(&self, received: &Receiver<(Duration, Value)>) -> Result<Facts> {
        let mut facts = Facts::new();
        let has = |name: &'static str| move |item: &Value| item.get(name).is_some_and(|value| !value.is_null());
        let newest = self.first("/api/v1/incidents?state=all&limit=200", "id", |_| true)?;
        let made_ms = |id: &str| u64::from_str_radix(id.split('_').nth(1).and_then(|hex| hex.get(..12))?, 16).ok();
        let year_ms = 365 * 24 * 3_600 * 1_000;
        let a_year_ago = made_ms(&newest).ok_or("an id does not begin with its time")? - year_ms;
        let (old_alert, old_incident) =
            (format!("alert_{a_year_ago:012x}{:020}", 0), format!("inc_{a_year_ago:012x}{:020}", 0));
        let alerts = format!("/api/v1/alerts?state=all&limit=200&before={old_alert}");
        facts.insert("alert", self.first(&alerts, "id", |_| true)?);
        facts.insert("paged", self.first(&alerts, "id", has("page"))?);
        facts.insert("old-alert", old_alert);
        let incidents = format!("/api/v1/incidents?state=all&limit=200&before={old_incident}");
        let told = |item: &Value| has("public")(item) && item.get("status").is_some_and(|status| status == "closed");
        facts.insert("incident", self.first(&incidents, "slug", told)?);
        facts.insert("old-incident", old_incident);
        facts.insert("long", self.years.long.clone());
        let declared = serde_json::json!({ "title": "Somebody looks", "severity": "sev3", "service": "checkout" });
        let declared = self.server.api("/incidents", &declared)?;
        let slug = declared.get("slug").and_then(Value::as_str).ok_or("a declared incident has no slug")?;
        facts.insert("open", slug.to_owned());
        facts.insert("notice", self.first("/status/main/api/v2/incidents.json", "id", |_| true)?);
        // One's own entry in an open room can be edited.
        self.server
            .api(&format!("/incidents/{slug}/entries"), &serde_json::json!({ "kind": "note", "text": "Seen." }))?;
        let timeline = self.json(&format!("/api/v1/incidents/{slug}/timeline"))?;
        let lines = timeline.get("items").and_then(Value::as_array);
        let note = |line: &&Value| line.get("text").is_some_and(|text| text == "Seen.");
        let seq = lines.into_iter().flatten().find(note).and_then(|line| line.get("seq")?.as_u64());
        facts.insert("seq", seq.ok_or("the timeline does not tell what was written")?.to_string());
        self.ring(&mut facts, received)?;
        Ok(facts)
    }

    /// A page that rings, and the link to it.
    fn ring(&self, facts: &mut Facts, received: &Receiver<(Duration, Value)>) -> Result<()> {
        let event = serde_json::json!({
            "integration": "prom-checkout", "title": "Checkout fails", "severity": "critical", "dedup_key": "look",
            "labels": { "severity": "critical" },
        });
        self.server.api("/alerts", &event)?;
        loop {
            let (_, message) = received.recv_timeout(Duration::from_secs(60))?;
            if message.pointer("/alert/dedup_key").and_then(Value::as_str) != Some("look") {
                continue;
            }
            let text = |pointer: &str| message.pointer(pointer).and_then(Value::as_str).unwrap_or_default().to_owned();
            let token = text("/ack_url").rsplit('/').next().unwrap_or_default().to_owned();
            facts.insert("token", token);
            facts.insert("page", self.first("/api/v1/pages", "id", |_| true)?);
            return Ok(());
        }
    }
}
