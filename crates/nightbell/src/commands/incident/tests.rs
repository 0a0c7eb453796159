//! From words on the command line to the request that is sent.

use super::*;
use clap::Parser;

#[derive(Debug, Parser)]
struct Line {
    #[command(flatten)]
    arguments: Arguments,
}

fn sent(line: &str) -> (String, Value) {
    let words = line.split('|').map(str::trim);
    let parsed =
        Line::try_parse_from(std::iter::once("incident").chain(words)).unwrap_or_else(|e| panic!("{line}: {e}"));
    let (slug, path, input) = request(&parsed.arguments.action).unwrap();
    (format!("{slug}/{}", path.join("/")), input)
}

#[test]
fn every_act_is_one_request() {
    for (line, path, input) in [
        ("role|inc-a|ic", "inc-a/roles", json!({"role": "ic", "action": "take"})),
        ("role|inc-a|comms|offer|@ann", "inc-a/roles", json!({"role": "comms", "action": "offer", "to": "@ann"})),
        ("sev|inc-a|sev2|--reason|only a few", "inc-a/severity", json!({"severity": "sev2", "reason": "only a few"})),
        ("status|inc-a|identified", "inc-a/status", json!({"status": "identified"})),
        ("note|inc-a|looked at logs", "inc-a/entries", json!({"kind": "note", "text": "looked at logs"})),
        ("decide|inc-a|roll back", "inc-a/entries", json!({"kind": "decision", "text": "roll back"})),
        ("mitigate|inc-a|rollback", "inc-a/mitigations/rollback", json!({"action": "try"})),
        ("mitigate|inc-a|rollback|worked", "inc-a/mitigations/rollback", json!({"action": "worked"})),
        ("update|inc-a|--text|t|--next-in|30m", "inc-a/updates", json!({"text": "t", "next_in": "30m"})),
        (
            "update|inc-a|--text|t|--next-at|2026-05-02T15:07[Europe/Berlin]",
            "inc-a/updates",
            json!({"text": "t", "next_update_at": "2026-05-02T13:07:00Z"}),
        ),
        (
            "publish|inc-a|--public|We look into it.|--component|checkout=major-outage",
            "inc-a/publish",
            json!({"text": "We look into it.", "components": [{"component": "checkout", "status": "major_outage"}]}),
        ),
        (
            "resolve|inc-a|rolled back|--public|Over.",
            "inc-a/resolve",
            json!({"text": "rolled back", "public": {"text": "Over."}}),
        ),
        ("close|inc-a", "inc-a/close", json!({})),
        ("cancel|inc-a|--reason|a test", "inc-a/cancel", json!({"reason": "a test"})),
    ] {
        assert_eq!(sent(line), (path.to_owned(), input), "{line}");
    }
}

#[test]
fn declaring() {
    for (line, expected) in [
        ("declare|Checkout down|--severity|sev1", json!({"title": "Checkout down", "severity": "sev1"})),
        (
            "declare|Checkout down|--many-affected|--service|checkout",
            json!({"title": "Checkout down", "service": "checkout", "answers": {"many_affected": true, "money_at_risk": false, "workaround": false}}),
        ),
        ("declare|--alert|alert_1", json!({"alert": "alert_1"})),
    ] {
        let words = line.split('|');
        let parsed = Line::try_parse_from(std::iter::once("incident").chain(words)).unwrap();
        let Action::Declare(declare) = parsed.arguments.action else { panic!("{line}") };
        assert_eq!(declaration(&declare), expected, "{line}");
    }
}
