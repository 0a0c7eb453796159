//! The life of an operator at a terminal, against a live server: organisation, on call, an incident, a postmortem, access. And the exit codes.

use super::house::{House, Server, code, output_json, said};
use serde_json::{Value, json};

/// The example of the contract, as printed there.
const EXAMPLE: &str = include_str!("../../../wire/src/org_files/fixtures/contract-example.yaml");

/// Runs a command, which must end well, and reads its JSON.
fn json_of(server: &Server, house: &House, arguments: &[&str]) -> Value {
    let output = server.cli(house, &[arguments, &["--json"]].concat());
    assert_eq!(code(&output), 0, "{arguments:?}: {}", said(&output));
    output_json(&output)
}

/// Runs a command that must end with that code; answers what it said.
fn ends(server: &Server, house: &House, arguments: &[&str], expected: i32) -> String {
    let output = server.cli(house, arguments);
    assert_eq!(code(&output), expected, "{arguments:?}: {}", said(&output));
    said(&output)
}

fn count(changes: &Value) -> usize {
    changes["changes"].as_array().expect("changes").len()
}

#[test]
fn the_contracts_example_applies_unchanged_and_comes_back() {
    let house = House::new();
    let server = house.serve();
    let file = house.file("nightbell.yaml", EXAMPLE);
    let planned = json_of(&server, &house, &["apply", file, "--plan"]);
    assert_eq!((&planned["applied"], count(&planned)), (&json!(false), 8), "{planned}");
    assert_eq!(
        json_of(&server, &house, &["apply", file, "--plan"])["changes"],
        planned["changes"],
        "a plan changes nothing"
    );
    let applied = json_of(&server, &house, &["apply", file]);
    assert_eq!((&applied["applied"], &applied["changes"]), (&json!(true), &planned["changes"]));
    assert_eq!(count(&json_of(&server, &house, &["apply", file, "--plan"])), 0, "and again there is nothing to do");

    let written = json_of(&server, &house, &["export", "exported"]);
    let written = written.as_array().expect("a list of files");
    assert!(!written.is_empty());
    assert_eq!(
        count(&json_of(&server, &house, &["apply", "exported", "--plan"])),
        0,
        "what is exported is what there is"
    );
    let elsewhere = House::new();
    let other = elsewhere.serve();
    let exported = house.folder().join("exported").display().to_string();
    json_of(&other, &elsewhere, &["apply", &exported]);
    let (here, there) = (json_of(&server, &house, &["export"]), json_of(&other, &elsewhere, &["export"]));
    assert_eq!(here, there, "another house becomes the same");

    let broken = house.file("broken.yaml", "version: 1\nusers:\n  - { id: dora, nmae: Dora }\n");
    let refused = ends(&server, &house, &["apply", broken], 1);
    assert!(refused.contains("broken.yaml:3") && refused.contains("nmae") && refused.contains("name"), "{refused}");
}

#[test]
fn who_is_on_call_and_who_would_hear_of_it() {
    let house = House::new();
    let server = house.serve();
    house.apply(&server, EXAMPLE);
    // The override of the example gives that day to Bob, who is defined elsewhere.
    let table = [
        ("2026-05-01T12:00:00Z", "alice"),
        ("2026-05-02T12:00[Europe/Berlin]", "bob"),
        ("2026-05-03T12:00[Europe/Berlin]", "alice"),
        ("2026-05-05T12:00:00Z", "bob"),
        ("2026-01-06T12:00:00Z", "alice"),
        ("2026-01-13T12:00:00Z", "bob"),
    ];
    for (at, expected) in table {
        let items = json_of(&server, &house, &["oncall", "--at", at, "--schedule", "payments-primary"]);
        assert_eq!(items[0]["primary"]["id"], expected, "at {at}: {items}");
        let offline = house.run(&["oncall", "--at", at, "--data", "data", "--json"]);
        assert_eq!(output_json(&offline)[0]["primary"]["id"], expected, "INV-10: from the folder too, at {at}");
    }

    let explained =
        json_of(&server, &house, &["explain", "--service", "checkout", "--at", "2026-04-28T03:00[Europe/Berlin]"]);
    assert_eq!(explained["routing"]["outcome"], "page", "{explained}");
    let lines = explained["lines"].as_array().expect("lines");
    let of_alice: Vec<(&Value, &Value)> =
        lines.iter().filter(|line| line["user"] == "alice").map(|line| (&line["at"], &line["contact"])).collect();
    let expected = [(json!("2026-04-28T01:00:00Z"), json!("hook")), (json!("2026-04-28T01:01:00Z"), json!("mail"))];
    assert_eq!(of_alice[..2], [(&expected[0].0, &expected[0].1), (&expected[1].0, &expected[1].1)], "{explained}");
    assert_eq!(server.alerts().len(), 0, "explaining tells nobody");

    let unknown = ends(&server, &house, &["explain", "--service", "chekout"], 1);
    assert!(unknown.contains("chekout"), "{unknown}");
}

#[test]
fn an_incident_from_declaration_to_action_item() {
    let house = House::new();
    let server = house.serve();
    house.apply(&server, EXAMPLE);
    let declared = json_of(
        &server,
        &house,
        &["incident", "declare", "Checkout is down", "--severity", "sev1", "--service", "checkout"],
    );
    let slug = declared["slug"].as_str().expect("a slug").to_owned();
    assert!(
        declared["id"].as_str().is_some_and(|id| id.starts_with("inc_")) && slug.contains("checkout"),
        "{declared}"
    );
    let show = || json_of(&server, &house, &["incident", "show", &slug, "--timeline"]);

    json_of(&server, &house, &["incident", "role", &slug, "ic", "take"]);
    assert_eq!(show()["roles"]["commander"], "ops");
    json_of(&server, &house, &["incident", "note", &slug, "The card form loads for nobody"]);
    let update = [
        "incident",
        "update",
        &slug,
        "--text",
        "Rolling back the 14:02 deploy",
        "--status",
        "identified",
        "--next-in",
        "10m",
    ];
    json_of(&server, &house, &update);
    let incident = show();
    assert_eq!((&incident["status"], incident["promise"].is_string()), (&json!("identified"), true), "{incident}");
    let refused = ends(
        &server,
        &house,
        &["incident", "update", &slug, "--text", "We look again", "--status", "investigating", "--next-in", "10m"],
        1,
    );
    assert!(refused.contains("reason"), "a silent step back is refused: {refused}");

    let public = [
        "--public",
        "Payments fail for some customers. We are rolling back a change.",
        "--component",
        "checkout=major-outage",
    ];
    json_of(&server, &house, &[&["incident", "publish", slug.as_str()][..], &public].concat());
    let page = super::http::call("GET", &format!("{}/status/main", server.url), &[], b"").expect("the status page");
    assert!(
        page.status == 200 && page.text().contains("Payments fail for some customers."),
        "{} {}",
        page.status,
        page.text()
    );
    assert!(!page.text().contains("14:02"), "INV-19: what was not published is not there");

    json_of(&server, &house, &["incident", "resolve", &slug, "Rolled back; checkout works again"]);
    assert_eq!(show()["status"], "resolved");
    let kinds: Vec<String> = show()["timeline"]
        .as_array()
        .expect("lines")
        .iter()
        .map(|line| line["kind"].as_str().unwrap_or_default().to_owned())
        .collect();
    assert!(kinds.len() >= 5, "{kinds:?}");

    let drafted = json_of(&server, &house, &["postmortem", "draft", &slug]);
    assert!(drafted["due_at"].is_string(), "{drafted}");
    json_of(&server, &house, &["postmortem", "export", &slug, "postmortem.md"]);
    let markdown = std::fs::read_to_string(house.folder().join("postmortem.md")).expect("the export");
    assert!(markdown.contains("Checkout is down") && markdown.contains("Rolling back the 14:02 deploy"), "{markdown}");

    let base = ["action", "add", slug.as_str(), "Alert on a missing webhook after 60 s"];
    ends(&server, &house, &base, 2);
    ends(&server, &house, &[&base[..], &["--due", "2099-06-01", "--priority", "P1"]].concat(), 2);
    let nobody = ends(
        &server,
        &house,
        &[&base[..], &["--owner", "nobody", "--due", "2099-06-01", "--priority", "P1"]].concat(),
        1,
    );
    assert!(nobody.contains("owner"), "{nobody}");
    json_of(&server, &house, &[&base[..], &["--owner", "@alice", "--due", "2099-06-01", "--priority", "P1"]].concat());
    let items = json_of(&server, &house, &["action", "list"]);
    assert_eq!(
        (items.as_array().map(Vec::len), &items[0]["owner"], &items[0]["priority"]),
        (Some(1), &json!("alice"), &json!("P1"))
    );
}

#[test]
fn a_token_opens_until_it_is_revoked() {
    let house = House::new();
    let server = house.serve();
    let made = json_of(&server, &house, &["token", "create", "pipeline", "--scope", "viewer"]);
    let (id, secret) = (made["id"].as_str().expect("an id"), made["token"].as_str().expect("a token"));
    let with = |token: &str, arguments: &[&str]| {
        let mut command = house.command();
        command
            .env("NIGHTBELL_URL", &server.url)
            .env("NIGHTBELL_TOKEN", token)
            .args(arguments)
            .output()
            .expect("the binary runs")
    };
    assert_eq!(code(&with(secret, &["oncall"])), 0);
    let beyond = with(secret, &["alert", "send", "No viewer pages anybody"]);
    assert_eq!(code(&beyond), 1, "{}", said(&beyond));
    let listed = json_of(&server, &house, &["token", "list"]);
    assert!(
        listed
            .as_array()
            .expect("a list")
            .iter()
            .any(|token| token["name"] == "pipeline" && token["scope"] == "viewer")
    );
    assert!(!listed.to_string().contains(secret), "a secret is shown once");
    json_of(&server, &house, &["token", "revoke", id]);
    let revoked = with(secret, &["oncall"]);
    assert_eq!(code(&revoked), 2, "{}", said(&revoked));
    assert_eq!(code(&with("", &["oncall"])), 2, "without a token it is a matter of usage");
}

#[test]
fn somebody_invited_finds_their_link_and_looking_does_not_use_it_up() {
    let house = House::new();
    let server = house.serve();
    house.apply(&server, EXAMPLE);
    let listed = json_of(&server, &house, &["user", "list"]);
    let ids: Vec<&str> = listed.as_array().expect("a list").iter().filter_map(|user| user["id"].as_str()).collect();
    assert_eq!(ids, ["alice", "ops"]);
    let invited = json_of(&server, &house, &["user", "invite", "alice"]);
    let link = invited["sign_in_url"].as_str().expect("a link");
    for _ in 0..2 {
        let opened = super::http::call("GET", link, &[], b"").expect("the page opens");
        assert!(
            opened.status == 200 && opened.text().contains("alice@example.com"),
            "{} {}",
            opened.status,
            opened.text()
        );
    }
    ends(&server, &house, &["user", "invite", "nobody"], 1);
}

#[test]
fn a_server_that_is_not_there_is_exit_code_3_and_says_what_it_means() {
    let house = House::new();
    let server = house.serve();
    let url = server.url.clone();
    drop(server);
    let mut command = house.command();
    let output = command
        .env("NIGHTBELL_URL", &url)
        .env("NIGHTBELL_TOKEN", &house.token)
        .arg("oncall")
        .output()
        .expect("the binary runs");
    assert_eq!(code(&output), 3, "{}", said(&output));
    assert!(said(&output).contains("nobody is paged"), "{}", said(&output));
    assert_eq!(code(&house.run(&["verify", "--data", "nowhere"])), 3);
}
