use super::*;

const PLAYBOOK: &str = "\
# Runbook: Stripe Webhook Failures

## Symptoms
- 5xx rate spike on /webhooks/stripe
- Stripe dashboard shows webhook delivery failures

## Quick mitigations
1. Check Stripe API status: https://status.stripe.com
2. Check our queue depth: https://grafana/d/queues
3. If queue backed up, scale workers: `kubectl scale deploy/webhook-worker --replicas=20`

## Diagnosis
1. Check logs: `loki query {service=\"webhook-worker\"} |= \"stripe\"`
2. ...

## Escalation
- Page #payments-oncall if blocked > 30 min
";

fn findings_of(source: &str) -> Vec<(usize, String)> {
    let (_, findings) = parse_runbook(source).expect("a runbook");
    findings.into_iter().map(|finding| (finding.line, finding.what)).collect()
}

#[test]
fn the_playbooks_runbook_is_read_whole() {
    let (runbook, findings) = parse_runbook(PLAYBOOK).unwrap();
    assert_eq!(findings, []);
    assert_eq!((runbook.id.as_str(), runbook.title.as_str()), ("stripe-webhook-failures", "Stripe Webhook Failures"));
    assert_eq!(
        runbook.symptoms_md,
        "- 5xx rate spike on /webhooks/stripe\n- Stripe dashboard shows webhook delivery failures"
    );
    assert!(runbook.diagnosis_md.starts_with("1. Check logs:") && runbook.diagnosis_md.ends_with("2. ..."));
    assert_eq!(
        runbook.escalation,
        Some(Escalation { target: "#payments-oncall".into(), after: SignedDuration::from_mins(30) })
    );
    assert_eq!(runbook.body_md, PLAYBOOK.trim_end());
    let steps: Vec<_> =
        runbook.mitigations.iter().map(|s| (s.title_text.as_str(), s.command.as_deref(), s.links.join(" "))).collect();
    assert_eq!(
        steps[0],
        ("Check Stripe API status: https://status.stripe.com", None, "https://status.stripe.com".into())
    );
    assert_eq!(steps[1], ("Check our queue depth: https://grafana/d/queues", None, "https://grafana/d/queues".into()));
    let scale = "kubectl scale deploy/webhook-worker --replicas=20";
    assert_eq!(steps[2], (format!("If queue backed up, scale workers: {scale}").as_str(), Some(scale), String::new()));
    assert_eq!(runbook.mitigations[2].title_md, format!("If queue backed up, scale workers: `{scale}`"));
    assert_eq!(steps.len(), 3);
    let stored = serde_json::to_string(&runbook).unwrap();
    assert_eq!(serde_json::from_str::<Runbook>(&stored).unwrap(), runbook);
}

#[test]
fn front_matter_names_id_title_and_services() {
    let source = format!("---\nid: stripe-webhooks\ntitle: \"Stripe is down\"\nservices: [checkout, 'webhook-worker',]\n# a remark\n---\n{PLAYBOOK}").replace('\n', "\r\n");
    let (runbook, findings) = parse_runbook(&source).unwrap();
    assert_eq!(findings, []);
    assert_eq!((runbook.id.as_str(), runbook.title.as_str()), ("stripe-webhooks", "Stripe is down"));
    assert_eq!(runbook.services, ["checkout", "webhook-worker"]);
    assert_eq!(runbook.body_md, PLAYBOOK.trim_end());
    assert_eq!(runbook.mitigations.len(), 3);
}

#[test]
fn findings_name_line_and_matter() {
    let all = |line| -> Vec<(usize, String)> {
        HEADINGS.iter().map(|(heading, _)| (line, format!("The heading \"{heading}\" is missing."))).collect()
    };
    let mut empty = all(1);
    empty.push((1, "The runbook has no title.".into()));
    empty.sort();
    assert_eq!(findings_of(""), empty);
    assert_eq!(
        findings_of(
            "# T\n\n## symptoms\nx\n## QUICK MITIGATIONS:\n1. y\n## diagnosis\nz\n## escalation\nPage @bob after 1 hour."
        ),
        []
    );
    let cases = [
        (
            "- Page #payments-oncall if blocked > 30 min",
            "- Page #payments-oncall if stuck",
            (17, "Paging #payments-oncall has no time."),
        ),
        (
            "- Page #payments-oncall if blocked > 30 min",
            "- Ask around",
            (16, "The Escalation section names nobody to page."),
        ),
        ("- Page #payments-oncall if blocked > 30 min\n", "", (16, "Nothing is written under \"Escalation\".")),
        ("## Diagnosis", "## Symptoms", (12, "\"Symptoms\" appears twice; only the first is used.")),
        ("## Diagnosis", "## Thoughts", (17, "The heading \"Diagnosis\" is missing.")),
        (
            "1. Check Stripe API status: https://status.stripe.com\n2. Check our queue depth: https://grafana/d/queues\n3. If",
            "- If",
            (8, "Quick mitigations are not numbered."),
        ),
        (
            "3. If queue",
            "3. Run `a b` if queue",
            (10, "This step has more than one command; only the first can be run from here."),
        ),
        (
            "# Runbook:",
            "---\nsevices: a\n---\n# Runbook:",
            (2, "The key \"sevices\" is unknown (did you mean \"services\"?)."),
        ),
    ];
    for (from, to, (line, what)) in cases {
        assert!(PLAYBOOK.contains(from), "{from}");
        let found = findings_of(&PLAYBOOK.replacen(from, to, 1));
        assert!(found.contains(&(line, what.to_string())), "{to}: {found:?}");
    }
}

#[test]
fn steps_yield_their_command_and_safe_links() {
    let cases = [
        (
            "1. Restart `web`: `systemctl restart web`",
            "Restart web: systemctl restart web",
            Some("systemctl restart web"),
            "",
        ),
        ("1. Run `reboot`", "Run reboot", Some("reboot"), ""),
        ("1. **Roll** back\n   the deploy", "Roll back the deploy", None, ""),
        ("1. Do:\n   ```\n   make rollback\n   ```", "Do:", Some("make rollback"), ""),
        (
            "1. See [docs](https://example.com/a) or [x](javascript:alert(1))",
            "See docs or x",
            None,
            "https://example.com/a",
        ),
        ("1. <b>bold</b> é", "bold é", None, ""),
        ("1.", "", None, ""),
    ];
    for (list, title, command, link) in cases {
        let (runbook, _) = parse_runbook(&format!("# T\n## Quick mitigations\n{list}\n")).unwrap();
        let step = &runbook.mitigations[0];
        assert_eq!(
            (step.title_text.as_str(), step.command.as_deref(), step.links.join(" ").as_str()),
            (title, command, link),
            "{list}"
        );
    }
}

#[test]
fn escalation_lines() {
    let cases = [
        ("Page #a-b if blocked > 30 min", Some(("#a-b", 30))),
        ("If stuck, page @carol, after 15m.", Some(("@carol", 15))),
        ("- page payments-policy if blocked for longer than 1 hour", Some(("payments-policy", 60))),
        ("- Page `#dba` if not fixed in >45min", Some(("#dba", 45))),
        ("- Call Bob\n- Page #x if blocked > 2 h", Some(("#x", 120))),
        ("Page #a if blocked > 0 min", None),
        ("Page", None),
        ("Homepage is down for 30 min", None),
        ("    Page #code if blocked > 5 min", None),
    ];
    for (line, expected) in cases {
        let (runbook, _) = parse_runbook(&format!("# T\n## Escalation\n\n{line}\n")).unwrap();
        let found = runbook.escalation.as_ref().map(|e| (e.target.as_str(), e.after.as_mins()));
        assert_eq!(found, expected, "{line}");
    }
}

#[test]
fn what_cannot_be_a_runbook_is_refused_with_its_line() {
    let cases = [
        ("x".repeat(RUNBOOK_BYTES_MAX + 1), "line 1: the runbook has 262145 bytes"),
        ("---\nid: x\n".into(), "line 1: the front matter begun with `---` never ends"),
        ("---\nid x\n---\n".into(), "line 2: expected `key: value`"),
        ("---\n\nid: Not Clean\n---\n".into(), "line 3: an id is 1 to 80"),
        ("---\nservices: [a, b\n---\n".into(), "line 2: the list is not closed"),
        (format!("# T\n\n{}", ">".repeat(10_000)), "line 3: lists, quotes or marks are nested too deep"),
        (format!("# T\n{}", "- ".repeat(10_000)), "line 2: lists, quotes or marks are nested too deep"),
        (format!("# T\n{}", "1. ".repeat(10_000)), "line 2: lists, quotes or marks are nested too deep"),
        (
            format!("{}x{}", "*a **b ".repeat(200), " b** a*".repeat(200)),
            "line 1: lists, quotes or marks are nested too deep",
        ),
        ((0..200).map(|depth| format!("{}- x\n", "  ".repeat(depth))).collect(), "are nested too deep"),
    ];
    for (source, expected) in cases {
        let error = parse_runbook(&source).expect_err(expected).to_string();
        assert!(error.contains(expected), "{error}");
    }
    parse_runbook(&format!("# T\n{}\n* * * * * * * *\n", "-".repeat(500))).expect("rules are not towers");
}

#[test]
fn hostile_but_legal_texts_are_read() {
    for source in [
        "\u{FEFF}# T",
        "---",
        "# \n#\n",
        "[".repeat(60_000).as_str(),
        "`".repeat(60_000).as_str(),
        "<!--",
        "\0\0",
        "é\u{301}\n=\n",
    ] {
        let _ = parse_runbook(source);
    }
}

#[test]
fn a_step_reads_without_the_command_set_apart_at_its_end() {
    for (step, expected) in [
        ("Roll back latest deploy: `kubectl rollout undo deploy/x`", "Roll back latest deploy"),
        ("Roll back latest deploy: `kubectl rollout undo deploy/x`.", "Roll back latest deploy"),
        ("Scale up (`kubectl scale deploy/x --replicas=20`)", "Scale up"),
        ("Scale up – `kubectl scale deploy/x --replicas=20`", "Scale up"),
        ("Roll back with `kubectl rollout undo deploy/x`", "Roll back with kubectl rollout undo deploy/x"),
        ("`kubectl rollout undo deploy/x` and wait", "kubectl rollout undo deploy/x and wait"),
        (": `kubectl rollout undo deploy/x`", ": kubectl rollout undo deploy/x"),
        ("`kubectl rollout undo deploy/x`", "kubectl rollout undo deploy/x"),
        ("Call the provider", "Call the provider"),
    ] {
        let (runbook, _) = parse_runbook(&format!("# T\n## Quick mitigations\n1. {step}\n")).unwrap();
        assert_eq!(runbook.mitigations[0].title(), expected, "{step}");
    }
}
