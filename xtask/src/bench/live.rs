//! From an entry written in an incident's room to the event in every open browser.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::sync::mpsc::channel;
use std::time::Duration;

use serde_json::{Value, json};

use super::running::{House, open, thread};
use super::table::{Measure, Report};
use crate::clock::Stopwatch;
use crate::repo::Result;

const TARGET_MS: f64 = 1_000.0;
const STREAMS: usize = 20;
const ENTRIES: usize = 50;
const WITHIN: Duration = Duration::from_secs(30);

/// Opens the streams, writes entries one by one, and waits each time until every stream said so.
///
/// # Errors
/// When a stream does not open or an event never comes.
pub fn run(root: &Path) -> Result<Report> {
    let house = House::new(root)?;
    let watch = Stopwatch::start();
    let server = house.serve()?;
    let cookie = house.sign_in(&server)?;
    let made = server.api("/incidents", &json!({ "title": "Checkout is down", "severity": "sev2" }))?;
    let slug = made.get("slug").and_then(Value::as_str).ok_or("no slug")?;
    let (sender, events) = channel();
    for _ in 0..STREAMS {
        let stream = open(
            "GET",
            &format!("{}/live?topic=incident%3A{slug}", server.url),
            &[("cookie", cookie.as_str())],
            b"",
            "keep-alive",
        )?;
        let sender = sender.clone();
        let mut lines = BufReader::new(stream).lines().map_while(std::io::Result::ok);
        if !lines.by_ref().any(|line| line.starts_with("retry:")) {
            return Err("a stream did not open".into());
        }
        thread(move || {
            for _ in lines.filter(|line| line.starts_with("data:")) {
                let _ = sender.send(watch.elapsed());
            }
        });
    }
    let mut samples = Vec::with_capacity(STREAMS * ENTRIES);
    for n in 0..ENTRIES {
        // What else happened in the room meanwhile (a nag, say) is not this entry's event.
        while events.try_recv().is_ok() {}
        let begun = watch.elapsed();
        server.api(&format!("/incidents/{slug}/entries"), &json!({ "kind": "note", "text": format!("Note {n}") }))?;
        for _ in 0..STREAMS {
            let at = events.recv_timeout(WITHIN).map_err(|_| "an event never came")?;
            samples.push(at.saturating_sub(begun).as_secs_f64() * 1_000.0);
        }
    }
    let measure = Measure {
        what: "incident entry to event in the browser".to_owned(),
        unit: "ms",
        samples,
        target_max: Some(TARGET_MS),
        median_max: None,
        method: format!(
            "{ENTRIES} notes one after the other by the API, {STREAMS} open streams; from sending the request to the event's data line"
        ),
    };
    Ok(Report { measures: vec![measure], ..Report::default() })
}
