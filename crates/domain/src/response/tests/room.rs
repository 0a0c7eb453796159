use super::*;
use crate::response::room::{COMMANDS, name, parse};

fn check(line: &str, expected: RoomCommand) {
    assert_eq!(parse(line), Ok(expected), "{line:?}");
}

fn write(entry: EntryKind, text: &str) -> RoomCommand {
    RoomCommand::Write { entry, text: text.to_owned() }
}

#[test]
fn every_command() {
    check("looking at the queue", write(EntryKind::Note, "looking at the queue"));
    check(" /var/log is full", write(EntryKind::Note, "/var/log is full"));
    check("/note a\nb", write(EntryKind::Note, "a\nb"));
    check("/decide Roll back to 1.41", write(EntryKind::Decision, "Roll back to 1.41"));
    check("/DECISION x", write(EntryKind::Decision, "x"));
    check("/hypothesis bad deploy", write(EntryKind::Hypothesis, "bad deploy"));
    check("/action restarted it", write(EntryKind::Action, "restarted it"));
    check("/output line 1\n  line 2", write(EntryKind::Output, "line 1\n  line 2"));
    check("/link https://grafana/d/1 queue", write(EntryKind::Link, "https://grafana/d/1 queue"));
    check("/role ic @Ann", RoomCommand::Role { role: RoleKind::Commander, who: RoleWho::User(user("ann")) });
    check("/role scribe", RoomCommand::Role { role: RoleKind::Scribe, who: RoleWho::Me });
    check("/role ops me", RoomCommand::Role { role: RoleKind::Ops, who: RoleWho::Me });
    check("/accept IC", RoomCommand::Accept { role: RoleKind::Commander });
    check("/decline comms", RoomCommand::Decline { role: RoleKind::Comms });
    check("/release ops", RoomCommand::Release { role: RoleKind::Ops });
    let sev = |to: &str, reason: Option<&str>| RoomCommand::Severity {
        to: to.parse().unwrap(),
        reason: reason.map(str::to_owned),
    };
    check("/sev 2 one region only", sev("sev2", Some("one region only")));
    check("/sev SEV1", sev("sev1", None));
    check("/severity minor", sev("minor", None));
    let status = |to, reason: Option<&str>| RoomCommand::Status { to, reason: reason.map(str::to_owned) };
    check("/status identified", status(IncidentStatus::Identified, None));
    check("/status Investigating it came back", status(IncidentStatus::Investigating, Some("it came back")));
    let update = |text: &str, minutes: Option<i64>| RoomCommand::Update {
        text: text.to_owned(),
        next_in: minutes.map(SignedDuration::from_mins),
    };
    check("/update 30% failing", update("30% failing", None));
    check("/update 30% failing.\nRolling back. next 10m", update("30% failing.\nRolling back.", Some(10)));
    check("/update the next step", update("the next step", None));
    check("/update next 10m", update("next 10m", None));
    let page = |target: &str, message: Option<&str>| RoomCommand::Page {
        target: target.to_owned(),
        message: message.map(str::to_owned),
    };
    check("/page payments-oncall", page("payments-oncall", None));
    check("/page #payments-oncall the queue is stuck", page("payments-oncall", Some("the queue is stuck")));
    check("/page @bob", page("@bob", None));
    check("/mitigation rollback", RoomCommand::TryMitigation { key: "rollback".to_owned() });
    check("/mitigation Rollback worked", RoomCommand::JudgeMitigation { key: "rollback".to_owned(), worked: true });
    check("/try 1 failed", RoomCommand::JudgeMitigation { key: "1".to_owned(), worked: false });
    check("/resolve All good", RoomCommand::Resolve { text: "All good".to_owned() });
    check("/close", RoomCommand::Close);
    check("/cancel a test", RoomCommand::Cancel { reason: "a test".to_owned() });
    check(
        "/waive public-notice internal",
        RoomCommand::Waive { rule: RuleId::PublicNotice, reason: "internal".to_owned() },
    );
    check("/?", RoomCommand::Help);
}

fn check_refused(line: &str, part: &str) {
    let refusal = parse(line).unwrap_err();
    assert!(refusal.message.contains(part), "{line:?}: {refusal}");
}

#[test]
fn what_is_not_understood_says_how_to_write_it() {
    check_refused("", "empty");
    check_refused("   ", "empty");
    check_refused("/", "no command /");
    check_refused("/updte x", "did you mean \"update\"");
    check_refused("/note", "/note TEXT");
    check_refused("/role", "/role ic");
    check_refused("/role scrib", "did you mean \"scribe\"");
    check_refused("/role ic @a/b", "cannot be a user id");
    check_refused("/sev", "/sev 2");
    check_refused("/status identfied", "did you mean \"identified\"");
    check_refused("/status closed", "is not a status");
    check_refused("/page", "somebody to page");
    check_refused("/mitigation", "key");
    check_refused("/mitigation rollback wokred", "worked");
    check_refused("/waive public-notce x", "did you mean \"public-notice\"");
    check_refused("/waive public-notice", "needs a text");
}

#[test]
fn every_listed_command_is_known_and_every_usage_begins_with_it() {
    for (word, usage, _) in COMMANDS {
        assert!(usage.starts_with(&format!("/{word}")), "{usage}");
        let refused = parse(&format!("/{word} x y z"));
        assert!(refused.is_ok() || !refused.unwrap_err().message.contains("no command"), "{word}");
    }
}

#[test]
fn room_names() {
    assert_eq!(name("2026-05-02".parse().unwrap(), "checkout-down"), "#inc-2026-05-02-checkout-down");
}
