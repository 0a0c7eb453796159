//! What does not fit together, and that everything else does; objects in, objects out.

use super::{
    changed, everything, integration, object, policy, response, route, schedule, service, status_page, team, user,
};
use crate::org::{ConfigKind, ConfigObject, Organisation};
use serde_json::{Value, json};

#[test]
fn one_of_everything_fits_together() {
    assert_eq!(everything().problems(), []);
    assert_eq!(Organisation::default().problems(), []);
}

/// The one problem of the organisation with one object changed: where it is, a part of what it says, whether it only dangles.
fn check(kind: &str, body: Value, patch: &Value, place: &str, message: &str, dangling: bool) {
    let mut org = everything();
    org.put(object(kind, if body.is_array() { patch.clone() } else { changed(body, patch) }));
    let problems = org.problems();
    let found = problems.iter().map(|p| format!("{} {} {}", p.kind.word(), p.id, p.path)).collect::<Vec<_>>();
    assert_eq!(found, [place], "{patch}: {problems:?}");
    assert!(problems[0].message.contains(message), "{patch}: {problems:?}");
    assert_eq!(problems[0].dangling, dangling, "{patch}");
}

#[test]
fn every_reference_that_does_not_resolve_is_named() {
    let user_gone = "there is no user \"alicia\". Did you mean \"alice\"?";
    check("team", team(), &json!({ "members": ["bob", "alicia"] }), "team payments members[1]", user_gone, true);
    let calendar = |members: Value, overrides: Value| {
        let layer = json!({ "name": "weekly", "members": members, "every": "1w", "starts": "2026-01-05T09:00" });
        json!({ "calendar": { "time_zone": "UTC", "layers": [layer], "overrides": overrides } })
    };
    check(
        "schedule",
        schedule(),
        &calendar(json!(["bob", "alicia"]), json!([])),
        "schedule primary layers[0].members[1]",
        user_gone,
        true,
    );
    let taken = json!([{ "user": "alicia", "from": "2026-05-02T00:00", "to": "2026-05-03T00:00" }]);
    check(
        "schedule",
        schedule(),
        &calendar(json!(["bob"]), taken),
        "schedule primary overrides[0].user",
        user_gone,
        true,
    );
    check(
        "schedule",
        schedule(),
        &calendar(json!(["Not A Handle"]), json!([])),
        "schedule primary layers[0].members[0]",
        "cannot be a user id",
        false,
    );
    check(
        "schedule",
        schedule(),
        &json!({ "team": "payment" }),
        "schedule primary team",
        "there is no team \"payment\". Did you mean \"payments\"?",
        false,
    );
    check("policy", policy(), &json!({ "team": "zzz" }), "policy payments team", "there is no team \"zzz\".", false);
    let step = |target: &str| json!({ "steps": [{ "after": "0s", "notify": ["user:bob", target] }] });
    let steps = "policy payments steps[0].notify[1]";
    check("policy", policy(), &step("user:alicia"), steps, user_gone, true);
    check("policy", policy(), &step("team:zzz"), steps, "there is no team \"zzz\".", false);
    check(
        "policy",
        policy(),
        &step("schedule:primry"),
        steps,
        "there is no schedule \"primry\". Did you mean \"primary\"?",
        false,
    );
    check("policy", policy(), &step("schedule:zzz/backup"), steps, "there is no schedule \"zzz\".", false);
    check("policy", policy(), &step("policy:zzz"), steps, "there is no policy \"zzz\".", false);
    check(
        "policy",
        policy(),
        &json!({ "last_resort": ["user:alicia"] }),
        "policy payments last_resort[0]",
        user_gone,
        true,
    );
    check("service", service(), &json!({ "team": "zzz" }), "service checkout team", "there is no team", false);
    check(
        "service",
        service(),
        &json!({ "policy": "paymnts" }),
        "service checkout policy",
        "Did you mean \"payments\"?",
        false,
    );
    check(
        "service",
        service(),
        &json!({ "runbooks": ["stripe", "strip"] }),
        "service checkout runbooks[1]",
        "Did you mean \"stripe\"?",
        true,
    );
    check(
        "service",
        service(),
        &json!({ "component": "zzz" }),
        "service checkout component",
        "there is no component \"zzz\".",
        false,
    );
    check(
        "integration",
        integration(),
        &json!({ "service": "zzz" }),
        "integration prometheus service",
        "there is no service \"zzz\".",
        false,
    );
    let routes = |patch: Value| json!([route(), changed(route(), &patch)]);
    check(
        "routes",
        json!([]),
        &routes(json!({ "service": "zzz" })),
        "routes routes [1].service",
        "there is no service \"zzz\".",
        false,
    );
    check(
        "routes",
        json!([]),
        &routes(json!({ "declare": "sev9" })),
        "routes routes [1].declare",
        "there is no severity \"sev9\".",
        false,
    );
    for role in ["commander", "ops", "comms", "scribe", "execs"] {
        check(
            "response",
            response(),
            &json!({ role: ["user:bob", "user:alicia"] }),
            &format!("response response {role}[1]"),
            user_gone,
            true,
        );
        check(
            "response",
            response(),
            &json!({ role: ["team:zzz"] }),
            &format!("response response {role}[0]"),
            "there is no team",
            false,
        );
    }
    let rules = |via: &str| json!({ "rules": { "high": [], "low": [{ "after": "0s", "via": "mail" }, { "after": "1m", "via": via }] } });
    check(
        "user",
        user("alice"),
        &rules("mial"),
        "user alice rules.low[1].via",
        "there is no contact method \"mial\". Did you mean \"mail\"?",
        false,
    );
}

#[test]
fn values_that_make_no_sense_are_named() {
    check(
        "user",
        user("alice"),
        &json!({ "time_zone": "Berlin" }),
        "user alice time_zone",
        "is not an IANA time zone",
        false,
    );
    check("user", user("alice"), &json!({ "email": "alice" }), "user alice email", "has an @", false);
    check("team", team(), &json!({ "time_zone": "" }), "team payments time_zone", "is not an IANA time zone", false);
    check(
        "status-page",
        status_page(),
        &json!({ "time_zone": "Mars/Base" }),
        "status-page main time_zone",
        "is not an IANA time zone",
        false,
    );
    check(
        "status-page",
        status_page(),
        &json!({ "slug": "Our Status" }),
        "status-page main slug",
        "a slug stands in the URL",
        false,
    );
    check(
        "schedule",
        schedule(),
        &json!({ "calendar": { "time_zone": "UTC" } }),
        "schedule primary ",
        "nobody is ever on call",
        false,
    );
    check(
        "policy",
        policy(),
        &json!({ "steps": [], "last_resort": [] }),
        "policy payments steps",
        "would wake nobody",
        false,
    );
    let when = |text: &str| json!([changed(route(), &json!({ "when": text }))]);
    check("routes", json!([]), &when("labels.severity ="), "routes routes [0].when", "not a CEL expression", false);
    check("routes", json!([]), &when(&"(".repeat(2_000)), "routes routes [0].when", "nests deeper", false);
    let mut org = everything();
    org.severities.rows.clear();
    let places: Vec<_> = org.problems().into_iter().map(|p| (p.kind, p.path)).collect();
    assert_eq!(places, [(ConfigKind::Routes, "[0].declare".to_owned()), (ConfigKind::Severities, String::new())]);
}

#[test]
fn what_must_be_unique_is_unique() {
    let same = json!({ "email": "ALICE@example.com" });
    check("user", user("bob"), &same, "user bob email", "@alice has the same address", false);
    let mail = json!({ "id": "mail", "kind": "email", "address": "a@example.com", "verified": true });
    check(
        "user",
        user("bob"),
        &json!({ "contacts": [mail, mail] }),
        "user bob contacts",
        "two contact methods have the same id",
        false,
    );
    check(
        "integration",
        integration(),
        &json!({ "id": "second" }),
        "integration second key",
        "integration \"prometheus\" has the same key",
        false,
    );
    for (patch, message) in [
        (json!({ "kind": "heartbeat" }), "a heartbeat says how often it comes"),
        (json!({ "kind": "heartbeat", "rhythm": { "every": "500ms", "grace": "1m" } }), "once a second at most"),
        (json!({ "rhythm": { "every": "5m", "grace": "1m" } }), "only a heartbeat has a rhythm"),
    ] {
        check("integration", integration(), &patch, "integration prometheus every", message, false);
    }
    let other = json!({ "id": "other", "components": [] });
    check(
        "status-page",
        status_page(),
        &other,
        "status-page other slug",
        "status page \"main\" has the same slug",
        false,
    );
    let other = json!({ "id": "other", "slug": "other" });
    check(
        "status-page",
        status_page(),
        &other,
        "status-page other components[0].id",
        "stands on status page \"main\" already",
        false,
    );
}

#[test]
fn objects_go_in_and_come_out_again() {
    let org = everything();
    let mut again = Organisation::default();
    let objects = org.objects();
    for object in objects.iter().rev() {
        let stored = serde_json::to_value(object).unwrap();
        assert_eq!(stored["kind"], object.kind().word());
        let read: ConfigObject = serde_json::from_value(stored).unwrap();
        assert_eq!(&read, object);
        again.put(read);
    }
    assert_eq!(again, org);
    let kinds: Vec<_> = objects.iter().map(ConfigObject::kind).collect();
    assert!(
        kinds.is_sorted_by_key(|kind| ConfigKind::ALL.iter().position(|k| k == kind)),
        "in the order in which references resolve"
    );
    for object in objects {
        again.remove(object.kind(), "Not A Handle");
        again.remove(object.kind(), object.id());
    }
    assert_eq!(again, Organisation::default());
}

#[test]
fn a_runbook_is_found_from_either_side() {
    let check = |named: Value, naming: Value, expected: &[&str]| {
        let mut org = everything();
        org.put(object("runbook", json!({ "id": "disk", "services": naming, "markdown": "" })));
        org.put(object("service", changed(service(), &json!({ "runbooks": named }))));
        let found: Vec<_> =
            org.runbooks_of(&org.services[&"checkout".parse().unwrap()]).iter().map(|r| r.id.as_str()).collect();
        assert_eq!(found, expected);
    };
    check(json!(["stripe"]), json!([]), &["stripe"]);
    check(json!([]), json!(["checkout"]), &["disk", "stripe"]);
    check(json!(["stripe", "gone"]), json!(["checkout"]), &["stripe", "disk"]);
    check(json!(["disk", "stripe"]), json!(["checkout", "other"]), &["disk", "stripe"]);
}

#[test]
fn a_component_is_found_on_its_page() {
    let org = everything();
    let found =
        org.component(&"shop".parse().unwrap()).map(|(page, component)| (page.id.as_str(), component.name.as_str()));
    assert_eq!(found, Some(("main", "Shop")));
    assert_eq!(org.component(&"gone".parse().unwrap()), None);
}

#[test]
fn the_last_resort_of_the_organisation_is_every_administrator() {
    let check = |admins: &[&str]| {
        let mut org = everything();
        for id in admins {
            org.put(object("user", changed(user(id), &json!({ "role": "admin" }))));
        }
        assert_eq!(
            org.last_resort().iter().map(ToString::to_string).collect::<Vec<_>>(),
            admins.iter().map(|id| format!("user:{id}")).collect::<Vec<_>>()
        );
    };
    check(&[]);
    check(&["bob"]);
    check(&["alice", "carol"]);
}
