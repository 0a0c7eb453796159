//! Every command line parses as promised, wrong ones end with 2, and the help is golden.

use super::*;
use clap::CommandFactory;

fn parse(line: &str) -> Result<Cli, clap::Error> {
    Cli::try_parse_from(line.split('|').map(str::trim))
}

#[test]
fn promised_command_lines_parse() {
    Cli::command().debug_assert();
    for line in [
        "nightbell",
        "nightbell|--json|oncall",
        "nightbell|init|--email|a@example.com",
        "nightbell|init|--email|a@example.com|--name|Ann|--data|d|--json",
        "nightbell|serve",
        "nightbell|serve|--config|f|--data|d|--listen|:1",
        "nightbell|apply|a.yaml|b|--plan|--prune",
        "nightbell|apply|a.yaml|--data|d",
        "nightbell|export",
        "nightbell|export|out|--data|d",
        "nightbell|check|org|more.yaml|--weeks|4|--json",
        "nightbell|check|--from|2026-05-02T13:07:00Z|--data|d",
        "nightbell|import|ics|rota.ics|--schedule|s|--plan",
        "nightbell|explain|--service|s",
        "nightbell|explain|--service|s|--without|alice|--off|bob/phone",
        "nightbell|explain|--alert|alert_1|--for|@alice",
        "nightbell|explain|--alert|f.json|--at|2026-05-02T13:07:00Z|--integration|i|--json",
        "nightbell|oncall|--at|2026-05-02T03:00[Europe/Berlin]|--schedule|s",
        "nightbell|oncall|mine",
        "nightbell|oncall|shifts|--schedule|s|--from|2026-05-02T13:07:00Z",
        "nightbell|oncall|load|--json",
        "nightbell|oncall|take-over|--schedule|s|--until|2026-05-02T03:00[Europe/Berlin]",
        "nightbell|oncall|give-back|--schedule|s",
        "nightbell|oncall|note|The queue is slow|--schedule|s",
        "nightbell|oncall|override|add|@bob|--schedule|s|--from|2026-05-02T13:07:00Z|--to|2026-05-03T13:07:00Z|--kind|shadow",
        "nightbell|oncall|override|list|--schedule|s",
        "nightbell|oncall|override|undo|cov_1|--schedule|s",
        "nightbell|oncall|cover|ask|--schedule|s|--from|2026-05-02T13:07:00Z|--to|2026-05-03T13:07:00Z|--asked|@bob",
        "nightbell|oncall|swap|request|--schedule|s|--from|2026-05-02T13:07:00Z|--to|2026-05-03T13:07:00Z",
        "nightbell|oncall|swap|accept|req_1|--schedule|s|--although|she sits beside me",
        "nightbell|oncall|feed|create|--schedule|s",
        "nightbell|oncall|feed|revoke|feed_1",
        "nightbell|oncall|away|add|--from|2026-05-02T13:07:00Z|--to|2026-05-03T13:07:00Z",
        "nightbell|oncall|away|read|away.ics|--name|holidays",
        "nightbell|user|reach",
        "nightbell|user|contacts|add|email|a@example.com|--name|mail|--user|@ann",
        "nightbell|user|contacts|verify|mail|123456",
        "nightbell|user|contacts|limit|mail|--none",
        "nightbell|user|contacts|edit|mail|--address|b@example.com|--anyway",
        "nightbell|user|contacts|remove|mail|--anyway",
        "nightbell|user|ladder|set|--high|0s=push|--high|1m=call|--low|0s=mail",
        "nightbell|user|quiet|--from|22:00|--to|07:00",
        "nightbell|user|quiet|--off",
        "nightbell|alert|send|Checkout is down|--severity|critical|--label|region=eu",
        "nightbell|alert|list|--all|--url|http://x|--token|nb_x",
        "nightbell|alert|show|alert_1",
        "nightbell|alert|ack|alert_1|--json",
        "nightbell|alert|resolve|alert_1",
        "nightbell|page|@bob|schedule:x|--message|come",
        "nightbell|incident|declare|Checkout down|--severity|sev1",
        "nightbell|incident|list",
        "nightbell|incident|show|inc-a|--timeline",
        "nightbell|incident|role|inc-a|ic",
        "nightbell|incident|sev|inc-a|sev2",
        "nightbell|incident|status|inc-a|monitoring",
        "nightbell|incident|update|inc-a|--text|t|--next-in|30m",
        "nightbell|incident|note|inc-a|t",
        "nightbell|incident|decide|inc-a|t",
        "nightbell|incident|mitigate|inc-a|k|worked",
        "nightbell|incident|publish|inc-a|--public|t",
        "nightbell|incident|resolve|inc-a|t",
        "nightbell|incident|close|inc-a",
        "nightbell|incident|cancel|inc-a|--reason|r",
        "nightbell|postmortem|draft|inc-a",
        "nightbell|postmortem|show|inc-a",
        "nightbell|postmortem|lint|a.md|b.md",
        "nightbell|postmortem|export|inc-a|f.md",
        "nightbell|postmortem|publish|inc-a",
        "nightbell|action|list|--all",
        "nightbell|action|add|inc-a|t|--owner|@ann|--due|2026-05-16|--priority|P1",
        "nightbell|action|done|action_1",
        "nightbell|status|publish|inc-a|--public|t",
        "nightbell|status|show",
        "nightbell|status|export|dir|--base-url|https://status.example.com",
        "nightbell|backup|f.db|--data|d|--force|--json",
        "nightbell|restore|f.db|--data|d|--force|--end-sessions|--accept-damage",
        "nightbell|doctor|--online|--config|f|--data|d|--json",
        "nightbell|paper|--html|--days|7|--data|d",
        "nightbell|verify|--data|d",
        "nightbell|token|create|cli|--scope|admin|--data|d",
        "nightbell|token|list",
        "nightbell|token|revoke|tok_1",
        "nightbell|token|renew-links|--data|d|--json",
    ] {
        parse(line).unwrap_or_else(|e| panic!("{line}\n{e}"));
    }
}

#[test]
fn wrong_command_lines_are_usage_errors() {
    for (line, expected) in [
        ("nightbell|aply|x", "similar"),
        ("nightbell|init", "--email"),
        ("nightbell|apply", "<PATH>"),
        ("nightbell|check|--weeks|0", "0 is not in 1..=53"),
        ("nightbell|import|ics|f", "--schedule"),
        ("nightbell|explain|--service|s|--for|alice", "cannot be used with"),
        ("nightbell|explain", "--service"),
        ("nightbell|explain|--service|s|--alert|f", "cannot be used with"),
        ("nightbell|explain|--service|s|--at|tomorrow", "write a moment like"),
        ("nightbell|oncall|take-over", "--schedule"),
        ("nightbell|oncall|override|add|bob|--schedule|s|--from|2026-05-02T13:07:00Z", "--to"),
        ("nightbell|user|contacts|edit|mail", "--name"),
        ("nightbell|user|contacts|limit|mail|--count|5", "--per"),
        ("nightbell|user|ladder|set", "--high"),
        ("nightbell|user|ladder|set|--high|push", "write it like 1m=phone"),
        ("nightbell|user|quiet|--from|22:00", "--to"),
        ("nightbell|user|quiet|--from|22:00|--to|07:00|--off", "cannot be used with"),
        ("nightbell|page|@bob", "--message"),
        ("nightbell|incident|cancel|inc-a", "--reason"),
        ("nightbell|incident|publish|inc-a|--component|checkout=down", "--public"),
        ("nightbell|incident|update|inc-a|--text|t|--next-in|1h|--next-at|2026-05-02T13:07:00Z", "cannot be used with"),
        ("nightbell|action|add|inc-a|t|--due|2026-05-16|--priority|P1", "--owner"),
        ("nightbell|action|add|inc-a|t|--owner|a|--due|soon|--priority|P1", "write a date like"),
        ("nightbell|alert|send|t|--label|eu", "write it like region=eu"),
        ("nightbell|token|create|cli|--scope|root", "possible values"),
    ] {
        let error = parse(line).expect_err(line);
        assert_eq!(error.exit_code(), 2, "{line}");
        let text = error.to_string();
        assert!(text.contains(expected), "{line}: {text}");
    }
}

/// The help of a command and of everything below it, as people see it without colours.
fn help(command: &mut clap::Command, path: &str, into: &mut String) {
    let name = format!("{path}{}", command.get_name());
    into.push_str(&format!("===== {name}\n{}\n", command.render_help()));
    for below in command.get_subcommands_mut() {
        help(below, &format!("{name} "), into);
    }
}

#[test]
fn the_help_is_golden() {
    let mut command = Cli::command().term_width(110);
    command.build();
    let mut text = String::new();
    help(&mut command, "", &mut text);
    insta::assert_snapshot!("help", text);
}
