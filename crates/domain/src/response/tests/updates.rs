use super::*;

fn check_update(severity: &str, input: &UpdateInput<'_>, expected: &str) {
    let mut life = Life::declared(severity);
    let result = life.act("dana", t(420), |incident, act| incident.post_update(act, input));
    assert_eq!(outcome(result), expected, "{severity} {input:?}");
}

#[test]
fn updates_and_their_promises() {
    let text = "30% of checkouts failing.";
    let plain = UpdateInput { text, ..UpdateInput::default() };
    let next = |seconds: i64| UpdateInput { next_update_at: Some(t(420 + seconds)), ..plain.clone() };
    check_update("sev1", &plain, "update-posted rule-met");
    check_update("sev1", &UpdateInput { text: " \n ", ..plain.clone() }, "refused: text");
    check_update("sev1", &UpdateInput { text: &"x".repeat(20_000), ..plain.clone() }, "refused: text");
    check_update("sev1", &next(13 * 60), "update-posted rule-met");
    check_update("sev1", &next(16 * 60), "update-posted rule-met");
    check_update("sev1", &next(16 * 60 + 1), "refused: next_update_at");
    check_update(
        "sev1",
        &UpdateInput { reason: Some("waiting for the vendor"), ..next(3600) },
        "update-posted rule-met",
    );
    check_update("sev1", &next(0), "refused: next_update_at");
    check_update("sev1", &next(-60), "refused: next_update_at");
    check_update("sev3", &plain, "update-posted");
    check_update("sev3", &next(7200), "update-posted");
    let status = |status, reason| UpdateInput { status: Some(status), reason, ..plain.clone() };
    check_update("sev1", &status(IncidentStatus::Identified, None), "status-changed update-posted rule-met");
    check_update("sev1", &status(IncidentStatus::Resolved, None), "refused: status");
}

#[test]
fn the_update_reads_as_the_playbook_writes_it() {
    let mut life = Life::declared("sev1");
    let input = UpdateInput {
        text: "30% of checkouts failing. Investigating Stripe webhook errors. Suspected rate limit.",
        mitigation: Some("switching to retry queue"),
        next_update_at: Some(t(20 * 60)),
        ..UpdateInput::default()
    };
    life.act("dana", t(420), |incident, act| incident.post_update(act, &input)).unwrap();
    let posted = life.events.iter().find(|recorded| recorded.event.kind() == "update-posted").unwrap();
    assert_eq!(
        describe(posted).text,
        "[09:42 UTC] 30% of checkouts failing. Investigating Stripe webhook errors.\n            \
         Suspected rate limit. Mitigation: switching to retry queue.\n            \
         ETA next update: 09:55."
    );
    assert_eq!(life.state.promise, Some(Promise { at: t(1200), made_at: t(420) }));
    assert_eq!(life.state.obligation(RuleId::UpdateCadence).unwrap().due_at, Some(t(1200)));
}

#[test]
fn a_promise_is_a_deadline_even_where_none_was_owed() {
    let mut life = Life::declared("sev3");
    assert_eq!(life.state.next_due_at, None);
    let input = UpdateInput { text: "Looking.", next_update_at: Some(t(3600)), ..UpdateInput::default() };
    life.act("dana", t(0), |incident, act| incident.post_update(act, &input)).unwrap();
    assert_eq!(life.state.next_due_at, Some(t(3600 - 120)));
    life.update("dana", t(1800), "Found.");
    assert_eq!(life.state.next_due_at, None);
    assert_eq!(life.standing(RuleId::UpdateCadence, t(9999)), Standing::Met);
}

fn check_publish(text: &str, change: impl Fn(&mut PublishInput<'_>), expected: &str) {
    let mut life = Life::declared("sev1");
    life.act("dana", t(60), |incident, act| incident.set_status(act, IncidentStatus::Identified, None)).unwrap();
    let page: StatusPageId = "main".parse().unwrap();
    let mut input = publication(&page, text);
    change(&mut input);
    let result = life.act("carol", t(245), |incident, act| incident.publish(act, &input));
    assert_eq!(outcome(result), expected, "{text:?}");
    let told = expected.contains("published");
    assert_eq!(life.state.public.is_some(), told, "inv_19: refused text stays inside");
}

#[test]
fn inv_19_what_the_wording_check_blocks_is_not_published() {
    check_publish("About 30 % of checkouts fail.", |_| {}, "published rule-met rule-met");
    check_publish("   ", |_| {}, "refused: public_text");
    check_publish("It will be fixed by 10:00.", |_| {}, "refused: wording-blocked");
    check_publish("webhook-worker is being rolled back.", |_| {}, "refused: wording-blocked");
    check_publish("See #inc-2026-05-02-checkout-down.", |_| {}, "refused: wording-blocked");
    check_publish("Checkouts fail.", |input| input.title = Some("webhook-worker down"), "refused: wording-blocked");
    check_publish(
        "webhook-worker is being rolled back.",
        |input| input.override_reason = Some("it is the public name"),
        "rule-waived published rule-met",
    );
    // A reason without a finding is not an override.
    check_publish("Checkouts fail.", |input| input.override_reason = Some("x"), "published rule-met rule-met");
}

#[test]
fn the_public_status_moves_back_only_with_a_reason() {
    let mut life = Life::declared("sev1");
    life.act("dana", t(60), |incident, act| incident.set_status(act, IncidentStatus::Monitoring, None)).unwrap();
    life.publish("carol", t(100), "A change was undone; we are watching.");
    life.act("dana", t(200), |incident, act| {
        incident.set_status(act, IncidentStatus::Investigating, Some("it came back"))
    })
    .unwrap();
    let page: StatusPageId = "main".parse().unwrap();
    let mut input = publication(&page, "Checkouts fail again.");
    let result = life.act("carol", t(245), |incident, act| incident.publish(act, &input));
    assert_eq!(outcome(result), "refused: wording-blocked");
    input.reason = Some("it came back");
    life.act("carol", t(250), |incident, act| incident.publish(act, &input)).unwrap();
    assert_eq!(life.state.public.as_ref().unwrap().status, nightbell_public::NoticeStatus::Investigating);
}

#[test]
fn one_composition_for_room_and_public_is_all_or_nothing() {
    let mut life = Life::declared("sev1");
    let page: StatusPageId = "main".parse().unwrap();
    let update = |text| UpdateInput {
        text: "30% of checkouts failing on webhook-worker.",
        public: Some(publication(&page, text)),
        ..UpdateInput::default()
    };
    let result = life.act("dana", t(60), |incident, act| incident.post_update(act, &update("Dana is on it.")));
    assert_eq!(outcome(result), "refused: wording-blocked");
    assert_eq!(life.state.last_update_at, None);
    let good = update("About 30 % of checkouts fail.");
    let result = life.act("dana", t(60), |incident, act| incident.post_update(act, &good));
    assert_eq!(outcome(result), "update-posted published rule-met rule-met rule-met");
    let public = life.state.public.clone().unwrap();
    assert_eq!((public.title.as_str(), public.notice.as_str()), ("Checkout down", "q7k2mzx4a5bc"));
    assert_eq!(life.state.public_behind(), None);
    let IncidentEvent::Published { next_update_at, .. } = &life.events[life.events.len() - 4].event else { panic!() };
    assert_eq!(*next_update_at, Some(t(60 + 900)));
    life.update("dana", t(600), "Still investigating.");
    assert_eq!(life.state.public_behind(), Some(SignedDuration::from_secs(540)));
}
