use super::*;
use IncidentStatus::{Cancelled, Closed, Identified, Investigating, Monitoring, Resolved};

#[test]
fn declaring() {
    let life = Life::declared("sev1");
    let kinds: Vec<_> = life.events.iter().map(|recorded| recorded.event.kind()).collect();
    assert_eq!(kinds, ["declared", "alert-linked", "rule-met"]);
    let incident = &life.state;
    assert_eq!((incident.title.as_str(), incident.room().as_str()), ("Checkout down", "#inc-2026-05-02-checkout-down"));
    assert_eq!((incident.began_at, incident.declared_at), (t(-180), t(0)));
    assert_eq!(incident.mitigations.len(), 1, "one key, one mitigation");
    assert_eq!(incident.next_due_at, Some(t(150)));
    assert_eq!(incident.version, 3);
}

fn check_title(title: &str, field: Option<&str>) {
    let dana = actor("dana");
    let input = DeclareInput {
        id: id(1),
        slug: "inc".to_owned(),
        title: title.to_owned(),
        severity: SeverityTable::default().rows.remove(2),
        answers: None,
        why: "one customer".to_owned(),
        service: None,
        runbook: None,
        mitigations: Vec::new(),
        alert: None,
    };
    let result = declare(Act::new(&dana, start()), input);
    assert_eq!(result.err().and_then(|refusal| refusal.field).as_deref(), field, "{title:?}");
}

#[test]
fn titles() {
    check_title("Checkout down", None);
    check_title(&"é".repeat(200), None);
    check_title(&"é".repeat(201), Some("title"));
    check_title(" \n\t", Some("title"));
}

#[test]
fn status_words() {
    let table = [
        (Investigating, Identified, None, "status-changed"),
        (Investigating, Investigating, None, "nothing"),
        (Investigating, Monitoring, None, "status-changed"),
        (Monitoring, Identified, None, "refused: reason"),
        (Monitoring, Identified, Some(" "), "refused: reason"),
        (Monitoring, Investigating, Some("it came back"), "status-changed"),
        (Investigating, Resolved, None, "refused: status"),
        (Investigating, Closed, Some("x"), "refused: status"),
        (Investigating, Cancelled, Some("x"), "refused: status"),
        (Resolved, Investigating, None, "refused: reason"),
        (Resolved, Investigating, Some("it came back"), "status-changed"),
        (Closed, Investigating, Some("x"), "refused: incident-over"),
    ];
    for (from, to, reason, expected) in table {
        let mut life = Life::declared("sev3");
        match from {
            Resolved | Closed => {
                life.resolve("dana", t(60));
                if from == Closed {
                    life.act("dana", t(61), |incident, _| incident.close()).unwrap();
                }
            }
            from => drop(life.act("dana", t(60), |incident, act| incident.set_status(act, from, None))),
        }
        let result = life.act("dana", t(100), |incident, act| incident.set_status(act, to, reason));
        assert_eq!(outcome(result), expected, "{from} → {to} {reason:?}");
    }
}

#[test]
fn resolving_ends_promises_and_arms_the_postmortem() {
    let mut life = Life::declared("sev1");
    life.update("dana", t(400), "Looking.");
    let kinds = life.resolve("dana", t(1000));
    // The commander, the roles and the public were due before: their breaches are recorded even without a tick.
    assert_eq!(kinds, ["rule-breached", "rule-breached", "rule-breached", "update-posted", "resolved", "rule-met"],);
    let incident = &life.state;
    assert_eq!((incident.status, incident.promise, incident.resolved_at), (Resolved, None, Some(t(1000))));
    assert!(incident.owes_postmortem());
    assert_eq!(life.standing(RuleId::UpdateCadence, t(9999)), Standing::Met);
    assert_eq!(life.standing(RuleId::IcNamed, t(9999)), Standing::Breached);
    assert_eq!(life.standing(RuleId::MitigateFirst, t(9999)), Standing::Lifted);
    let again = UpdateInput { text: "Over.", ..UpdateInput::default() };
    assert_eq!(outcome(life.act("dana", t(1001), |i, act| i.resolve(act, &again, None))), "refused: incident-not-open");
    assert_eq!(outcome(life.act("dana", t(1001), |i, act| i.post_update(act, &again))), "refused: incident-not-open");
    assert_eq!(outcome(life.act("dana", t(1001), |i, _| i.write(EntryKind::Note, "afterwards"))), "entry");
}

#[test]
fn closing_waits_for_the_postmortem() {
    let mut life = Life::declared("sev1");
    let close = |life: &mut Life| outcome(life.act("dana", t(9000), |incident, _| incident.close()));
    assert_eq!(close(&mut life), "refused: incident-open");
    life.resolve("dana", t(200));
    assert_eq!(close(&mut life), "refused: postmortem-owed");
    let mut waived = life.clone();
    assert_eq!(outcome(waived.act("dana", t(300), |i, _| i.waive(RuleId::PostmortemOnTime, " "))), "refused: reason");
    waived.act("dana", t(300), |i, _| i.waive(RuleId::PostmortemOnTime, "a drill")).unwrap();
    assert_eq!(close(&mut waived), "closed");
    let drafted = life.state.postmortem_drafted(id::<PostmortemId>(9));
    life.record(&Actor::system("learning"), t(300), drafted);
    let dana = actor("dana");
    let published = life.state.postmortem_published(Act::new(&dana, t(4000)), id::<PostmortemId>(9), 3);
    assert_eq!(life.record(&dana, t(4000), published), ["postmortem-published", "rule-met", "rule-met"]);
    assert!(life.state.postmortem_published(Act::new(&dana, t(4001)), id::<PostmortemId>(9), 3).is_empty());
    assert_eq!(life.standing(RuleId::PostmortemOnTime, t(9999)), Standing::Met);
    assert_eq!(close(&mut life), "closed");
    assert_eq!(close(&mut life), "refused: incident-over");
    assert_eq!(life.state.next_due_at, None);
}

#[test]
fn cancelling_is_for_false_alarms_the_public_never_heard_of() {
    let mut life = Life::declared("sev1");
    assert_eq!(outcome(life.act("dana", t(60), |i, _| i.cancel(" "))), "refused: reason");
    let mut told = life.clone();
    told.publish("carol", t(60), "Checkouts fail.");
    assert_eq!(outcome(told.act("dana", t(60), |i, _| i.cancel("a test"))), "refused: public-told");
    assert_eq!(outcome(life.act("dana", t(60), |i, _| i.cancel("a test"))), "cancelled");
    assert_eq!((life.state.status, life.state.next_due_at), (Cancelled, None));
    assert!(life.state.obligations.iter().all(|obligation| !obligation.is_owed()));
}

#[test]
fn reopening_owes_again_what_the_end_had_lifted() {
    let mut life = Life::declared("sev2");
    life.resolve("dana", t(100));
    life.act("dana", t(500), |i, act| i.set_status(act, Investigating, Some("it came back"))).unwrap();
    for (rule, due) in [(RuleId::IcNamed, 300), (RuleId::PublicNotice, 900), (RuleId::UpdateCadence, 1800)] {
        assert_eq!(life.state.obligation(rule).unwrap().due_at, Some(t(500 + due)), "{rule}");
    }
    assert_eq!((life.state.resolved_at, life.state.obligation(RuleId::PostmortemOnTime).unwrap().due_at), (None, None));
    life.resolve("dana", t(900));
    assert_eq!(life.state.obligation(RuleId::PostmortemOnTime).unwrap().owed_at, t(900));
}

#[test]
fn waivers() {
    let table = [
        (RuleId::PublicNotice, "internal tool", "rule-waived"),
        (RuleId::PublicNotice, "", "refused: reason"),
        (RuleId::RoomOpen, "x", "refused: rule-not-owed"),
        (RuleId::HonestWords, "x", "refused: rule-enforced"),
        (RuleId::ItemsOwned, "x", "refused: rule-enforced"),
    ];
    for (rule, reason, expected) in table {
        let mut life = Life::declared("sev1");
        assert_eq!(outcome(life.act("dana", t(10), |i, _| i.waive(rule, reason))), expected, "{rule}");
    }
}

#[test]
fn entries_are_revised_by_their_author_and_hypotheses_refuted() {
    let mut life = Life::declared("sev1");
    life.act("bob", t(10), |i, _| i.write(EntryKind::Hypothesis, " Stripe rate limit ")).unwrap();
    let hypothesis = life.events.last().unwrap().clone();
    let seq = hypothesis.seq;
    let declared = life.events[0].clone();
    let revise = |life: &mut Life, who: &str, original: &Recorded<IncidentEvent>, text: &str, admin: bool| {
        outcome(life.act(who, t(20), |i, act| i.revise(act, original, text, admin)))
    };
    assert_eq!(revise(&mut life, "dana", &hypothesis, "x", false), "refused: forbidden");
    assert_eq!(revise(&mut life, "bob", &hypothesis, " ", false), "refused: text");
    assert_eq!(revise(&mut life, "dana", &declared, "x", true), "refused: not-editable");
    assert_eq!(revise(&mut life, "dana", &hypothesis, "Stripe quota", true), "entry-revised");
    assert_eq!(revise(&mut life, "bob", &hypothesis, "Stripe rate limit?", false), "entry-revised");
    assert_eq!(outcome(life.act("bob", t(30), |i, _| i.refute(999, "x"))), "refused: not-found");
    assert_eq!(outcome(life.act("bob", t(30), |i, _| i.refute(seq, " "))), "refused: reason");
    assert_eq!(outcome(life.act("bob", t(30), |i, _| i.refute(seq, "quota is fine"))), "hypothesis-refuted");
    assert_eq!(outcome(life.act("bob", t(30), |i, _| i.refute(seq, "again"))), "nothing");
    assert_eq!(life.state.hypotheses[0].text, "Stripe rate limit?");
    let lines = timeline(&life.events);
    let line = lines.iter().find(|line| line.seq == seq).unwrap();
    assert_eq!((line.text.as_str(), line.edited, line.struck), ("Stripe rate limit?", true, true));
    assert_eq!(lines.last().unwrap().text, "Refuted: quota is fine");
}

#[test]
fn mitigations_are_tried_and_judged() {
    let mut life = Life::declared("sev1");
    let try_it = |life: &mut Life, key: &str| outcome(life.act("alice", t(60), |i, act| i.try_mitigation(act, key)));
    let judge = |life: &mut Life, key: &str, worked| {
        outcome(life.act("alice", t(90), |i, act| i.judge_mitigation(act, key, worked)))
    };
    assert_eq!(try_it(&mut life, "rollbak"), "refused: not-found");
    assert_eq!(try_it(&mut life, "0"), "refused: not-found");
    let unknown = life.state.try_mitigation(Act::new(&actor("alice"), t(60)), "rollbak").unwrap_err();
    assert!(unknown.message.contains("did you mean \"rollback\""), "{unknown}");
    assert_eq!(judge(&mut life.clone(), "rollback", true), "mitigation-tried mitigation-judged rule-met");
    assert_eq!(try_it(&mut life, "1"), "mitigation-tried rule-met");
    assert_eq!(judge(&mut life, "rollback", false), "mitigation-judged");
    assert_eq!(judge(&mut life, "rollback", false), "nothing");
    assert_eq!(judge(&mut life, "rollback", true), "mitigation-judged");
    assert_eq!(try_it(&mut life, "rollback"), "mitigation-tried");
    let tried = &life.state.mitigations[0].tried;
    assert_eq!(tried.iter().map(|t| t.worked).collect::<Vec<_>>(), [Some(true), None]);
    assert_eq!(life.standing(RuleId::MitigateFirst, t(100)), Standing::Met);
}

#[test]
fn alerts_and_pages_are_linked_once() {
    let mut life = Life::declared("sev1");
    let alert = FirstAlert { id: id::<AlertId>(8), title: "queue deep".to_owned(), started_at: t(-600) };
    let flip = Mitigation { key: "flip".to_owned(), ..rollback() };
    let list = [rollback(), flip.clone(), flip];
    let link = |life: &mut Life| outcome(life.act("bob", t(60), |i, act| i.link_alert(act, &alert, None, &list)));
    assert_eq!(link(&mut life), "alert-linked");
    assert_eq!(link(&mut life), "nothing");
    assert_eq!((life.state.mitigations.len(), life.state.began_at), (2, t(-600)));
    let engine = Actor::system("escalate");
    let page = id::<PageId>(5);
    assert!(life.state.page_acknowledged(page, user("bob")).is_empty());
    let started = life.state.page_started(page, "@bob", "SEV1 declared");
    life.record(&engine, t(61), started);
    assert!(life.state.page_started(page, "@bob", "again").is_empty());
    let acknowledged = life.state.page_acknowledged(page, user("bob"));
    assert_eq!(life.record(&engine, t(62), acknowledged), ["page-acknowledged"]);
}

#[test]
fn keys_of_a_runbooks_mitigations_are_short_and_distinct() {
    let source = "# Runbook: Stripe\n\n## Symptoms\n- 5xx\n\n## Quick mitigations\n\
                  1. Check Stripe API status: https://status.stripe.com\n2. Roll back\n3. Roll back\n\
                  4. If queue backed up, scale workers: `kubectl scale deploy/webhook-worker --replicas=20`\n\n\
                  ## Diagnosis\n1. Logs\n\n## Escalation\n- Page #payments-oncall if blocked > 30 min\n";
    let (runbook, _) = crate::text::runbook::parse_runbook(source).unwrap();
    let list = mitigations_of(&"stripe".parse().unwrap(), &runbook);
    let keys: Vec<&str> = list.iter().map(|mitigation| mitigation.key.as_str()).collect();
    assert_eq!(keys, ["check-stripe-api-status", "roll-back", "roll-back-2", "if-queue-backed-up-scale"]);
    assert_eq!(list[3].command.as_deref(), Some("kubectl scale deploy/webhook-worker --replicas=20"));
}
