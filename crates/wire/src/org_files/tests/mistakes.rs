//! Mistakes people make in files, and exactly what they are told.

use super::{read, shown};

/// The file is refused with exactly these lines.
fn check(content: &str, expected: &[&str]) {
    let problems = read(&[("o.yaml", content)]).map(|p| format!("{:?}", p.objects)).expect_err(content);
    assert_eq!(shown(&problems), expected.join("\n"), "for:\n{content}");
}

/// As [`check`], under `version: 1`.
fn check_body(content: &str, expected: &[&str]) {
    check(&format!("version: 1\n{content}"), expected);
}

#[test]
fn the_file_as_a_whole() {
    check(
        "",
        &["o.yaml:1:1: an organisation file begins with \"version: 1\", then keys such as users, teams and services"],
    );
    check(
        "- users\n",
        &["o.yaml:1:1: an organisation file begins with \"version: 1\", then keys such as users, teams and services"],
    );
    check("users: []\n", &["o.yaml:1:1: the key \"version\" is missing; begin the file with \"version: 1\""]);
    check("version: 2\n", &["o.yaml:1:10: this Nightbell reads version 1 of the format; write \"version: 1\""]);
    check_body("polices: []\n", &["o.yaml:2:1: unknown key \"polices\". Did you mean \"policies\"?"]);
    check_body(
        "colour: red\n",
        &[
            "o.yaml:2:1: unknown key \"colour\"; known keys here: version, users, teams, schedules, policies, status_pages, services, integrations, routes, severities, response",
        ],
    );
    check_body("users: alice\n", &["o.yaml:2:8: expected a list; begin each item with \"- \""]);
    check_body(
        "teams: []\nteams: []\n",
        &["o.yaml:3:1: not readable as YAML: duplicate mapping key `teams` is not allowed here"],
    );
    let problems = read(&[("notes.txt", "hello")]).expect_err("a text file");
    assert_eq!(shown(&problems), "notes.txt: an organisation file ends in .yaml or .yml, a runbook in .md");
}

#[test]
fn keys_and_words() {
    check_body(
        "users:\n  - id: alice\n    nmae: Alice\n    email: a@x.org\n",
        &["o.yaml:4:5: unknown key \"nmae\". Did you mean \"name\"?"],
    );
    check_body("users:\n  - id: alice\n    name: Alice\n", &["o.yaml:3:5: the key \"email\" is missing"]);
    check_body(
        "users:\n  - { id: alice, name: A, email: a@x.org, role: amdin }\n",
        &["o.yaml:3:49: unknown word \"amdin\". Did you mean \"admin\"?"],
    );
    check_body(
        "routes:\n  - when: 'true'\n    do: wake\n",
        &["o.yaml:4:9: unknown word \"wake\"; known words here: page, notify, record, drop"],
    );
    check_body(
        "users:\n  - { id: Alice, name: A, email: a@x.org }\n",
        &[
            "o.yaml:3:11: \"Alice\" cannot be a user id: use 1 to 64 of a-z, 0-9, '-', '_' and '.', starting with a letter or digit",
        ],
    );
    check_body(
        "users:\n  - { id: alice, name: 404, email: a@x.org }\n",
        &["o.yaml:3:24: expected text, found the number 404; write it in quotes"],
    );
    check_body("teams:\n  - { id: t, members: alice }\n", &["o.yaml:3:23: expected a list, found the text \"alice\""]);
    check_body(
        "teams:\n  - { id: t, members: }\n",
        &["o.yaml:3:21: expected a list, found nothing; write [] for an empty one"],
    );
}

#[test]
fn contacts() {
    let user = |contact: &str| {
        format!("users:\n  - id: alice\n    name: A\n    email: a@x.org\n    contacts:\n      - {contact}\n")
    };
    check_body(
        &user("{ id: mail, kind: email }"),
        &["o.yaml:7:9: a contact of kind email needs address, for example address: alice@example.com"],
    );
    check_body(
        &user("{ id: hook, kind: webhook, url: example.com }"),
        &["o.yaml:7:41: \"example.com\" is not a web address; write one like https://example.com/hook"],
    );
    check_body(
        &user("{ id: hook, kind: webhook, address: a@x.org }"),
        &[
            "o.yaml:7:9: a contact of kind webhook needs url, for example url: \"https://example.com/hook\"",
            "o.yaml:7:45: a contact of kind webhook has no address; it has url",
        ],
    );
    check_body(
        &user("{ id: mail, kind: emial, address: a@x.org }"),
        &["o.yaml:7:27: unknown word \"emial\". Did you mean \"email\"?"],
    );
    check_body(
        &user("{ id: mail, kind: email, address: a@x.org, verified: yes }"),
        &["o.yaml:7:62: expected true or false, found the text \"yes\""],
    );
}

#[test]
fn times_and_targets() {
    let policy = |step: &str| format!("policies:\n  - id: p\n    steps:\n      - {step}\n");
    check_body(
        &policy("{ after: 5, notify: ['user:a'] }"),
        &["o.yaml:5:18: expected text, found the number 5; write it in quotes"],
    );
    check_body(
        &policy("{ after: 5min, notify: ['user:a'] }"),
        &[
            "o.yaml:5:18: \"5min\" is not a duration: the unit \"min\" is unknown; write a number and s, m, h, d or w, for example 30s, 5m, 2h, 1h30m or 1d",
        ],
    );
    check_body(
        &policy("{ after: 5m, notify: ['user:a', bob] }"),
        &[
            "o.yaml:5:41: \"bob\" is not a target: write schedule:ID, schedule:ID/backup, schedule:ID/next, user:ID, team:ID or policy:ID",
        ],
    );
    check_body(
        &policy("{ after: 5m, notify: ['user:a'], acknowlege: all }"),
        &["o.yaml:5:42: unknown key \"acknowlege\". Did you mean \"acknowledge\"?"],
    );
    check_body(
        &policy("{ after: 5m, notify: ['user:a'], acknowledge: al }"),
        &["o.yaml:5:55: unknown word \"al\". Did you mean \"all\"?"],
    );
    check_body(
        &policy("{ after: 5m }"),
        &[
            "o.yaml:5:9: a step says whom it rings, for example notify: [\"user:alice\"], or which policy goes on, for example hand_over: database",
        ],
    );
    check_body(
        &policy("{ after: 5m, notify: ['user:a'], when: { hours: { from: '25:00' } } }"),
        &["o.yaml:5:65: \"25:00\" is not a time of day; write HH:MM from 00:00 to 24:00"],
    );
    check_body(
        &policy("{ after: 5m, notify: ['user:a'], when: { hours: { time_zone: Europe/Berln } } }"),
        &[
            "o.yaml:5:70: \"Europe/Berln\" is not an IANA time zone; write one like Europe/Berlin or UTC. Did you mean \"Europe/Berlin\"?",
        ],
    );
    check_body(
        "policies:\n  - { id: p, repeat: 70000 }\n",
        &["o.yaml:3:22: expected a whole number from 0 to 65535, found the number 70000"],
    );
    check_body(
        "teams:\n  - { id: t, time_zone: Europe/Berln }\n",
        &[
            "o.yaml:3:25: \"Europe/Berln\" is not an IANA time zone; write one like Europe/Berlin or UTC. Did you mean \"Europe/Berlin\"?",
        ],
    );
    check_body(
        "teams:\n  - { id: t, time_zone: Berlin, holidays: Germany }\n",
        &[
            "o.yaml:3:25: \"Berlin\" is not an IANA time zone; write one like Europe/Berlin or UTC. Did you mean \"Europe/Berlin\"?",
            "o.yaml:3:43: \"Germany\" is not a country code; write two letters like DE",
        ],
    );
}

#[test]
fn schedules() {
    let layer =
        |rest: &str| format!("schedules:\n  - id: s\n    layers:\n      - {{ name: all, members: [a], {rest} }}\n");
    check_body(
        &layer("every: 1x, starts: 2026-01-05T09:00"),
        &["o.yaml:5:43: \"1x\" is not a turn length; write a number and h, d, w or mo, such as 12h, 1d, 1w or 1mo"],
    );
    check_body(
        &layer("every: 1w, starts: 2026-13-05"),
        &[
            "o.yaml:5:55: \"2026-13-05\" is not a local date and time; write it like \"2026-01-05T09:00\", in the schedule's time zone",
        ],
    );
    check_body(
        &layer("every: 1w, starts: 2026-01-05T09:00+02:00"),
        &[
            "o.yaml:5:55: \"2026-01-05T09:00+02:00\" is not a local date and time; write it like \"2026-01-05T09:00\", in the schedule's time zone",
        ],
    );
    check_body(
        &layer("every: 1w, starts: 2026-01-05T09:00, hours: [{ days: [mon], from: '9:00', to: '24:00' }]"),
        &["o.yaml:5:102: \"9:00\" is not a time of day; write HH:MM from 00:00 to 24:00"],
    );
    check_body(
        &layer("every: 1w, starts: 2026-01-05T09:00, hours: [{ days: [monday], from: '09:00', to: '24:00' }]"),
        &["o.yaml:5:90: unknown word \"monday\"; known words here: mon, tue, wed, thu, fri, sat, sun"],
    );
    check_body(
        &layer("every: [1w, 12h], starts: 2026-01-05T09:00"),
        &[
            "o.yaml:5:43: 1w and 12h do not cycle together; write all lengths in hours, all in days and weeks, or all in months",
        ],
    );
    check_body(
        &layer("every: 7, starts: 2026-01-05T09:00"),
        &["o.yaml:5:43: expected a turn length such as \"1w\", or a list of them such as [4d, 3d], found the number 7"],
    );
    check_body(
        &layer("every: 1w, starts: 2026-01-05T09:00, hours: [{ from: 'fry 17:00', to: 'mon 09:00' }]"),
        &["o.yaml:5:89: \"fry 17:00\" is not a time of the week; write it like \"fri 17:00\""],
    );
    check_body(
        &layer("every: 1w, starts: 2026-01-05T09:00, holidays: { country: DE, on: of }"),
        &["o.yaml:5:102: unknown word \"of\". Did you mean \"off\"?"],
    );
    check_body(
        &layer("every: 1w, starts: 2026-01-05T09:00, holidays: { days: [christmas] }"),
        &["o.yaml:5:92: \"christmas\" is not a day; write it like \"2026-12-24\""],
    );
    check_body(
        &layer("every: 1w, start: 2026-01-05T09:00"),
        &["o.yaml:5:47: unknown key \"start\". Did you mean \"starts\"?"],
    );
}

#[test]
fn slots_and_overrides() {
    let members = |slots: &str| {
        format!(
            "schedules:\n  - id: s\n    layers:\n      - {{ name: all, members: [{slots}], every: 1w, starts: 2026-01-05 }}\n"
        )
    };
    check_body(
        &members("a, [B]"),
        &[
            "o.yaml:5:36: \"B\" cannot be a user id: use 1 to 64 of a-z, 0-9, '-', '_' and '.', starting with a letter or digit",
        ],
    );
    check_body(&members("a, [b, nobody]"), &["o.yaml:5:35: nobody stands alone: write it in place of the list"]);
    check_body(
        &members("a, []"),
        &["o.yaml:5:35: the list names nobody; write nobody for a slot that is empty on purpose"],
    );
    check_body(&members("a, 7"), &["o.yaml:5:35: expected a handle, a list of handles, or nobody, found the number 7"]);
    let taken =
        |rest: &str| format!("schedules:\n  - id: s\n    overrides:\n      - {{ user: a, to: 2026-05-03, {rest} }}\n");
    check_body(
        &taken("from: 2026-05-02T00:00, kind: reverse_shadow"),
        &["o.yaml:5:66: unknown word \"reverse_shadow\". Did you mean \"reverse-shadow\"?"],
    );
    check_body(
        &taken("from: 2026-05-02T25:00Z"),
        &[
            "o.yaml:5:42: \"2026-05-02T25:00Z\" is no instant; write it like \"2026-01-05T08:00:00Z\", or as wall time like \"2026-01-05T09:00\"",
        ],
    );
    check_body(
        &taken("from: 2026-05-02T00:00, insted_of: b"),
        &["o.yaml:5:60: unknown key \"insted_of\". Did you mean \"instead_of\"?"],
    );
}

#[test]
fn a_mistake_does_not_hide_the_next_one() {
    check_body(
        "users:
  - { id: a, name: A, email: a@x.org, rol: admin }
  - { id: b, name: B }
teams:
  - { id: t, time_zone: Mars }
integrations:
  - { id: i, kind: generic, key: 'not/for an url' }
  - { id: j, kind: zabbix }
severities:
  - { id: sev1, impact: x }
  - { id: sev1, impact: y }
",
        &[
            "o.yaml:3:39: unknown key \"rol\". Did you mean \"role\"?",
            "o.yaml:4:5: the key \"email\" is missing",
            "o.yaml:6:25: \"Mars\" is not an IANA time zone; write one like Europe/Berlin or UTC",
            "o.yaml:8:34: a key stands in a URL: use 1 to 200 of a-z, A-Z, 0-9, '-', '_', '.' and '~', or leave it out and one is made",
            "o.yaml:9:20: unknown word \"zabbix\"; known words here: pagerduty, alertmanager, generic, heartbeat",
            "o.yaml:12:11: severity \"sev1\" stands in the table twice",
        ],
    );
}

#[test]
fn what_two_files_define_is_named_in_both() {
    let one = "version: 1\nteams:\n  - { id: t }\nroutes:\n  - { when: 'true', do: page }\n";
    let two = "version: 1\nroutes:\n  - { when: 'true', do: drop }\nteams:\n  - name: T\n    id: t\n";
    let problems = read(&[("one.yaml", one), ("two.yaml", two)]).expect_err("defined twice");
    assert_eq!(
        shown(&problems),
        "two.yaml:3:3: routes are also in one.yaml:5; keep them in one file, because their order counts\n\
         two.yaml:6:9: team \"t\" is also in one.yaml:3; an id names one object"
    );
}

#[test]
fn runbooks() {
    let check = |content: &str, expected: &str| {
        let problems = read(&[("r.md", content)]).map(|p| format!("{:?}", p.objects)).expect_err(content);
        assert_eq!(shown(&problems), expected, "for:\n{content}");
    };
    let head = "r.md:1:1: a runbook begins with its id and services: a line \"---\", then \"id: my-runbook\" and \"services: [checkout]\", then a line \"---\"";
    check("# Only text\n", head);
    check("---\nservices: [a]\n---\n# T\n", head);
    check("---\nid: a\nservice: [a]\n---\n# T\n", "r.md:3:1: unknown key \"service\". Did you mean \"services\"?");
    check(
        "---\nid: a\nservices: [Checkout Two]\n---\n# T\n",
        "r.md:3:1: \"Checkout Two\" cannot be a service id: use 1 to 64 of a-z, 0-9, '-', '_' and '.', starting with a letter or digit",
    );
    check("---\nid: a\n", "r.md:1:1: the front matter begun with `---` never ends; close it with a line `---`");
}
