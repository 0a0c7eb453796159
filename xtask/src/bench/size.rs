//! How many bytes a phone loads for the page of a woken person and for the status page, with everything they refer to.

use std::collections::BTreeSet;
use std::path::Path;

use serde_json::{Value, json};

use super::running::{Answer, House, call, receiver};
use super::table::{Measure, Report};
use crate::clock::Stopwatch;
use crate::repo::Result;

const TARGET_KB: f64 = 60.0;

/// Pages somebody, and loads both pages as a browser does.
///
/// # Errors
/// When a page does not load or refers to another host.
pub fn run(root: &Path) -> Result<Report> {
    let house = House::new(root)?;
    let (hook, received) = receiver(Stopwatch::start())?;
    let server = house.serve()?;
    server.organise(&hook, "bench-size-key")?;
    server.trigger("bench-size-key", "size")?;
    let (_, message) = received.recv()?;
    let link = message.get("ack_url").and_then(Value::as_str).ok_or("the message has no link")?;
    // A status page on a bad day: a notice stands on it.
    let made =
        server.api("/incidents", &json!({ "title": "Checkout is down", "severity": "sev2", "service": "checkout" }))?;
    let slug = made.get("slug").and_then(Value::as_str).ok_or("no slug")?;
    let notice = json!({ "text": "Payments fail for some customers. We are rolling back a change.", "components": [{ "component": "checkout", "status": "major_outage" }] });
    server.api(&format!("/incidents/{slug}/publish"), &notice)?;
    let mut measures = Vec::new();
    for (what, url) in [
        ("page of a woken person, with style and script", link),
        ("status page with a notice, with style", &format!("{}/status/main", server.url)),
    ] {
        let (plain, requests) = total(url, "identity")?;
        let (compressed, _) = total(url, "gzip")?;
        measures.push(size(what, compressed, Some(TARGET_KB), &format!("body bytes of {requests} requests, gzip")));
        measures.push(size(what, plain, None, &format!("body bytes of {requests} requests, not compressed")));
    }
    Ok(Report { measures, ..Report::default() })
}

fn size(what: &str, bytes: usize, target_max: Option<f64>, method: &str) -> Measure {
    Measure {
        what: what.to_owned(),
        unit: "KB",
        samples: vec![bytes as f64 / 1_000.0],
        target_max,
        median_max: None,
        method: method.to_owned(),
    }
}

/// Bytes of a page and of what its HTML names, and how many requests that were.
fn total(url: &str, encoding: &str) -> Result<(usize, usize)> {
    let load = |url: &str| -> Result<Answer> {
        let answer = call("GET", url, &[("accept-encoding", encoding)], b"")?;
        if answer.status == 200 { Ok(answer) } else { Err(format!("{url} answered {}", answer.status).into()) }
    };
    let html = String::from_utf8_lossy(&call("GET", url, &[("accept-encoding", "identity")], b"")?.body).into_owned();
    let origin: String = url.split('/').take(3).collect::<Vec<_>>().join("/");
    let mut bytes = load(url)?.body.len();
    let wanted = references(&html)?;
    for reference in &wanted {
        bytes += load(&format!("{origin}{reference}"))?.body.len();
    }
    Ok((bytes, wanted.len() + 1))
}

/// What a browser loads by itself: style sheets, icons, scripts, images. Each must be of the page's own host.
fn references(html: &str) -> Result<BTreeSet<String>> {
    let mut found = BTreeSet::new();
    for tag in html.split('<').filter(|tag| ["link ", "script ", "img "].iter().any(|name| tag.starts_with(name))) {
        let tag = tag.split('>').next().unwrap_or_default();
        let loads = !tag.starts_with("link ")
            || ["stylesheet", "icon", "preload", "manifest"].iter().any(|word| tag.contains(word));
        let value = ["href=\"", "src=\""].iter().find_map(|name| tag.split_once(name)?.1.split('"').next());
        match value.filter(|_| loads) {
            Some(value) if value.starts_with('/') && !value.starts_with("//") => drop(found.insert(value.to_owned())),
            Some(value) if !value.starts_with("data:") => {
                return Err(format!("the page loads {value} from elsewhere").into());
            }
            _ => {}
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_a_browser_loads_by_itself_counts() {
        let html = r#"<link rel="stylesheet" href="/a.css"><link rel="alternate" href="https://else.example/feed">
            <script src="/b.js" defer></script><img src="data:image/png;base64,AA"><a href="https://else.example/">out</a>"#;
        let found: Vec<String> = references(html).expect("own host").into_iter().collect();
        assert_eq!(found, ["/a.css", "/b.js"]);
    }

    #[test]
    fn another_host_is_an_error() {
        for html in
            [r#"<script src="https://cdn.example/x.js">"#, r#"<link rel="stylesheet" href="//cdn.example/x.css">"#]
        {
            assert!(references(html).is_err(), "{html}");
        }
    }
}
