//! Every address a browser or a program may open, read from the sources of the web crate, and how to open each: with an example that asks much
//! of a large database. An address without one fails the bench.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use super::look::Facts;
use crate::repo::Result;

/// Address as in the sources, and what to ask for there. Names in braces are [`Facts`].
const EXAMPLES: &[(&str, &[&str])] = &[
    ("/", &["/"]),
    (
        "/alerts",
        &[
            "/alerts",
            "/alerts?state=firing",
            "/alerts?state=all",
            "/alerts?state=all&before={old-alert}",
            "/alerts?state=all&q=checkout",
            "/alerts?state=all&q=nothing-has-this&before={old-alert}",
        ],
    ),
    ("/alerts/{alert}", &["/alerts/{alert}", "/alerts/{paged}"]),
    (
        "/incidents",
        &["/incidents", "/incidents?show=open", "/incidents?show=owing", "/incidents?show=all&before={old-incident}"],
    ),
    ("/incidents/{slug}", &["/incidents/{incident}", "/incidents/{long}", "/incidents/{open}"]),
    ("/incidents/{slug}/entries/{seq}", &["/incidents/{open}/entries/{seq}"]),
    ("/incidents/{slug}/update", &["/incidents/{open}/update"]),
    ("/incidents/{slug}/publish", &["/incidents/{open}/publish"]),
    ("/incidents/new", &["/incidents/new", "/incidents/new?alert={paged}"]),
    ("/postmortems", &["/postmortems", "/postmortems?state=published", "/postmortems?state=all"]),
    ("/postmortems/{slug}", &["/postmortems/{incident}", "/postmortems/{long}"]),
    ("/postmortems/{slug}/export.md", &["/postmortems/{long}/export.md"]),
    ("/actions", &["/actions", "/actions?mine=1", "/actions?state=settled"]),
    ("/actions/drop", &["/actions/drop"]),
    ("/oncall", &["/oncall"]),
    ("/oncall/coverage", &["/oncall/coverage"]),
    ("/oncall/load", &["/oncall/load"]),
    ("/oncall/load.csv", &["/oncall/load.csv"]),
    ("/oncall/me", &["/oncall/me"]),
    ("/oncall/new", &["/oncall/new"]),
    ("/oncall/policies", &["/oncall/policies"]),
    ("/oncall/policies/new", &["/oncall/policies/new"]),
    ("/oncall/policies/{policy}", &["/oncall/policies/payments"]),
    ("/oncall/policies/{policy}/edit", &["/oncall/policies/payments/edit"]),
    ("/oncall/{schedule}", &["/oncall/payments-primary"]),
    ("/oncall/{schedule}/ask", &["/oncall/payments-primary/ask"]),
    ("/oncall/{schedule}/edit", &["/oncall/payments-primary/edit"]),
    ("/oncall/{schedule}/override", &["/oncall/payments-primary/override"]),
    ("/explain", &["/explain", "/explain?service=checkout"]),
    ("/services", &["/services"]),
    ("/runbooks", &["/runbooks"]),
    ("/runbooks/{id}", &["/runbooks/checkout-trouble"]),
    ("/settings", &["/settings"]),
    ("/settings/calendars", &["/settings/calendars"]),
    ("/settings/people", &["/settings/people"]),
    ("/settings/reach", &["/settings/reach"]),
    ("/p/{token}", &["/p/{token}"]),
    ("/status/{slug}", &["/status/main"]),
    ("/status/{slug}/history", &["/status/main/history"]),
    ("/status/{slug}/notices/{id}", &["/status/main/notices/{notice}"]),
    ("/status/{slug}/history.atom", &["/status/main/history.atom"]),
    ("/status/{slug}/history.rss", &["/status/main/history.rss"]),
    ("/status/{slug}/badge.svg", &["/status/main/badge.svg"]),
    ("/status/{slug}/icon.svg", &["/status/main/icon.svg"]),
    ("/status/{slug}/status.css", &["/status/main/status.css"]),
    ("/status/{slug}/api/v2/summary.json", &["/status/main/api/v2/summary.json"]),
    ("/status/{slug}/api/v2/status.json", &["/status/main/api/v2/status.json"]),
    ("/status/{slug}/api/v2/components.json", &["/status/main/api/v2/components.json"]),
    ("/status/{slug}/api/v2/incidents.json", &["/status/main/api/v2/incidents.json"]),
    ("/status/{slug}/api/v2/incidents/unresolved.json", &["/status/main/api/v2/incidents/unresolved.json"]),
    ("/status/{slug}/api/v2/scheduled-maintenances.json", &["/status/main/api/v2/scheduled-maintenances.json"]),
    ("/healthz", &["/healthz"]),
    ("/readyz", &["/readyz"]),
    ("/metrics", &["/metrics"]),
    ("/manifest.webmanifest", &["/manifest.webmanifest"]),
    ("/api/openapi.json", &["/api/openapi.json"]),
    ("/api/v1/me", &["/api/v1/me"]),
    ("/api/v1/me/absences", &["/api/v1/me/absences"]),
    ("/api/v1/me/contacts", &["/api/v1/me/contacts"]),
    ("/api/v1/me/feeds", &["/api/v1/me/feeds"]),
    ("/api/v1/me/rules", &["/api/v1/me/rules"]),
    ("/api/v1/oncall", &["/api/v1/oncall"]),
    ("/api/v1/oncall/me", &["/api/v1/oncall/me"]),
    ("/api/v1/coverage", &["/api/v1/coverage"]),
    ("/api/v1/load", &["/api/v1/load"]),
    ("/api/v1/schedules/{id}/cover", &["/api/v1/schedules/payments-primary/cover"]),
    ("/api/v1/schedules/{id}/shifts", &["/api/v1/schedules/payments-primary/shifts"]),
    ("/api/v1/explain", &["/api/v1/explain?service=checkout"]),
    (
        "/api/v1/alerts",
        &[
            "/api/v1/alerts",
            "/api/v1/alerts?state=all&limit=200",
            "/api/v1/alerts?state=all&limit=200&before={old-alert}",
        ],
    ),
    ("/api/v1/alerts/{id}", &["/api/v1/alerts/{paged}"]),
    ("/api/v1/alerts/{id}/why", &["/api/v1/alerts/{paged}/why"]),
    ("/api/v1/pages", &["/api/v1/pages"]),
    ("/api/v1/pages/{id}", &["/api/v1/pages/{page}"]),
    (
        "/api/v1/incidents",
        &[
            "/api/v1/incidents",
            "/api/v1/incidents?state=all&limit=200",
            "/api/v1/incidents?state=all&limit=200&before={old-incident}",
        ],
    ),
    ("/api/v1/incidents/{slug}", &["/api/v1/incidents/{long}"]),
    ("/api/v1/incidents/{slug}/timeline", &["/api/v1/incidents/{long}/timeline"]),
    ("/api/v1/postmortems", &["/api/v1/postmortems"]),
    ("/api/v1/incidents/{slug}/postmortem", &["/api/v1/incidents/{long}/postmortem"]),
    ("/api/v1/incidents/{slug}/postmortem.md", &["/api/v1/incidents/{long}/postmortem.md"]),
    ("/api/v1/actions", &["/api/v1/actions", "/api/v1/actions?state=all"]),
    ("/api/v1/export", &["/api/v1/export"]),
    ("/api/v1/tokens", &["/api/v1/tokens"]),
    ("/api/v1/users", &["/api/v1/users"]),
    ("/api/v1/users/reach", &["/api/v1/users/reach"]),
    ("/api/v1/users/{id}/webhook-secrets", &["/api/v1/users/mara/webhook-secrets"]),
    ("/api/v1/status/{slug}", &["/api/v1/status/main"]),
];

/// Addresses that show nothing of what is stored, or open once.
const LEFT_OUT: &[(&str, &str)] = &[
    ("/sign-in", "for nobody who is signed in"),
    ("/welcome/{token}", "opens once"),
    ("/status/{slug}/confirm/{token}", "is in a mail alone"),
    ("/status/{slug}/unsubscribe/{token}", "is in a mail alone"),
    ("/static/{file}", "is part of the binary"),
    ("/favicon.ico", "is part of the binary"),
    ("/sw.js", "is part of the binary"),
    ("/ical/{file}", "opens by a secret that is shown once"),
    ("/heartbeat/{key}", "is a beat"),
    ("/live", "is a stream; the bench `live` measures it"),
];

/// Every address of the sources that answers `GET`.
///
/// # Errors
/// When the sources cannot be read, or an address is neither an example nor left out.
pub fn of_sources(root: &Path) -> Result<BTreeSet<String>> {
    let mut found = BTreeSet::new();
    read_folder(&root.join("crates/web/src"), "", &mut found)?;
    let known = |address: &String| {
        EXAMPLES.iter().any(|(known, _)| known == address) || LEFT_OUT.iter().any(|(known, _)| known == address)
    };
    let unknown: Vec<_> = found.iter().filter(|address| !known(address)).cloned().collect();
    if !unknown.is_empty() {
        return Err(format!("no example in bench/years/addresses.rs of: {}", unknown.join(", ")).into());
    }
    let gone = EXAMPLES.iter().map(|(address, _)| *address).filter(|address| !found.contains(*address));
    let gone: Vec<_> = gone.collect();
    if gone.is_empty() {
        Ok(found)
    } else {
        Err(format!("there is no such address any more: {}", gone.join(", ")).into())
    }
}

/// `below`: what the addresses of this folder stand below; everything in `api` has one place.
fn read_folder(folder: &Path, below: &str, found: &mut BTreeSet<String>) -> Result<()> {
    let below = if folder.ends_with("api") { "/api/v1" } else { below };
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if name == "tests" || name == "tests.rs" {
            continue;
        }
        if path.is_dir() {
            read_folder(&path, below, found)?;
        } else {
            found.extend(of_source(&std::fs::read_to_string(&path)?, below));
        }
    }
    Ok(())
}

/// The addresses of one source.
fn of_source(source: &str, below: &str) -> Vec<String> {
    let mut found = Vec::new();
    for rest in source.split(".route(").skip(1) {
        let Some((address, handlers)) = rest.trim_start().strip_prefix('"').and_then(|rest| rest.split_once('"'))
        else {
            continue;
        };
        if until_closed(handlers).contains("get(") {
            let whole = if address.starts_with("/api/") { address.to_owned() } else { format!("{below}{address}") };
            found.push(whole);
        }
    }
    // The parts of a status page stand in a table.
    let rows = source.split("(\"/status/").skip(1).filter_map(|rest| rest.split_once("\", Self::"));
    found.extend(
        rows.map(|(address, _)| address)
            .filter(|address| !address.contains('"'))
            .map(|address| format!("/status/{address}")),
    );
    found
}

/// What stands before the parenthesis that was open already is closed.
fn until_closed(text: &str) -> &str {
    let mut open = 1;
    for (at, letter) in text.char_indices() {
        match letter {
            '(' => open += 1,
            ')' => open -= 1,
            _ => {}
        }
        if open == 0 {
            return text.get(..at).unwrap_or(text);
        }
    }
    text
}

/// What to open, filled in.
///
/// # Errors
/// When an example names a fact there is none of.
pub fn paths(addresses: &BTreeSet<String>, facts: &Facts) -> Result<Vec<String>> {
    let examples: BTreeMap<&str, &[&str]> = EXAMPLES.iter().copied().collect();
    let mut paths = Vec::new();
    for example in addresses.iter().filter_map(|address| examples.get(address.as_str())).copied().flatten() {
        let mut path = (*example).to_owned();
        for (name, value) in facts {
            path = path.replace(&format!("{{{name}}}"), value);
        }
        if path.contains('{') {
            return Err(format!("nothing fills {path}").into());
        }
        paths.push(path);
    }
    Ok(paths)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_answers_get_is_found() {
        let cases: &[(&str, &str, &[&str])] = &[
            (r#".route("/a", get(show)).route("/b", post(act))"#, "", &["/a"]),
            (
                r#".route("/a", post(act).get(show)).route("/b", routing::get(list))"#,
                "/api/v1",
                &["/api/v1/a", "/api/v1/b"],
            ),
            (
                r#".route("/api/openapi.json", routing::get(async || ok(&document())))"#,
                "/api/v1",
                &["/api/openapi.json"],
            ),
            (r#"(path, get(part)), ("/status/{slug}/badge.svg", Self::Badge),"#, "", &["/status/{slug}/badge.svg"]),
        ];
        for (source, below, expected) in cases {
            assert_eq!(of_source(source, below), *expected, "{source}");
        }
    }

    #[test]
    fn every_address_of_the_sources_has_an_example_or_a_reason() {
        let found = of_sources(&crate::repo::root()).expect("every address is known");
        assert!(found.len() >= 60, "only {} addresses", found.len());
    }
}
