use super::*;
use jiff::SignedDuration;
use nightbell_calendar::Rota;

fn t(text: &str) -> Instant {
    text.parse().expect("an instant")
}

fn user(id: &str) -> UserId {
    id.parse().expect("a handle")
}

fn cover() -> Cover {
    Cover::of("night".parse().expect("a handle"))
}

fn span(id: &str, from: &str, to: &str, deal: Option<&str>) -> CoverSpan {
    CoverSpan {
        id: id.to_owned(),
        span: Override::new("ann", t(from), t(to)),
        reason: CoverReason::Override,
        by: Actor::User(user("ann")),
        at: t("2026-05-01T00:00:00Z"),
        deal: deal.map(str::to_owned),
    }
}

fn request(id: &str, from: &str, to: &str, asked: Option<&str>) -> CoverRequest {
    CoverRequest {
        id: id.to_owned(),
        user: user("ann"),
        from: t(from),
        to: t(to),
        asked: asked.map(user),
        in_return: None,
        note: String::new(),
        by: Actor::User(user("ann")),
        at: t("2026-05-01T00:00:00Z"),
        status: RequestStatus::Open,
    }
}

const NOW: &str = "2026-05-01T00:00:00Z";

#[test]
fn a_cover_stored_before_notes_and_reasons_is_read() {
    let old = r#"{"schedule":"night","requests":[{"id":"r","user":"ann","from":"2026-05-02T00:00:00Z","to":"2026-05-03T00:00:00Z",
        "by":{"user":"ann"},"at":"2026-05-01T00:00:00Z","status":{"is":"accepted","by":"bob","at":"2026-05-01T01:00:00Z"}}]}"#;
    let by = serde_json::to_value(Actor::User(user("ann"))).expect("written");
    let mut value: serde_json::Value = serde_json::from_str(old).expect("json");
    value["requests"][0]["by"] = by;
    let read: Cover = serde_json::from_value(value).expect("read");
    assert!(read.notes.is_empty() && read.although.is_empty());
    assert!(matches!(&read.requests[0].status, RequestStatus::Accepted { although: None, .. }));
    let written = serde_json::to_string(&read).expect("written");
    assert!(!written.contains("notes") && !written.contains("although"), "{written}");
}

#[test]
fn inv_12_what_was_agreed_is_cut_at_now_and_never_erased() {
    let actor = Actor::User(user("bob"));
    // (begin, end, now) and what is left of it.
    let table = [
        ("2026-05-02T00:00:00Z", "2026-05-03T00:00:00Z", "2026-05-01T12:00:00Z", Ok(None)),
        ("2026-05-02T00:00:00Z", "2026-05-03T00:00:00Z", "2026-05-02T00:00:00Z", Ok(None)),
        ("2026-05-02T00:00:00Z", "2026-05-03T00:00:00Z", "2026-05-02T12:00:00Z", Ok(Some("2026-05-02T12:00:00Z"))),
        ("2026-05-02T00:00:00Z", "2026-05-03T00:00:00Z", "2026-05-03T00:00:00Z", Err("over")),
    ];
    for (from, to, now, left) in table {
        let mut cover = cover();
        cover.agree(vec![span("a", from, to, None)], t(NOW)).expect("later than now");
        let undone = cover.undo("a", &actor, t(now)).map_err(|refusal| refusal.code);
        match left {
            Err(code) => assert_eq!(undone, Err(code.to_owned()), "{now}"),
            Ok(end) => {
                assert_eq!(undone.expect("undone").len(), 1);
                assert_eq!(cover.spans.first().map(CoverSpan::to), end.map(t), "{now}");
            }
        }
    }
    let past = cover().agree(vec![span("a", "2026-04-30T00:00:00Z", "2026-05-02T00:00:00Z", None)], t(NOW));
    assert_eq!(past.expect_err("the past").field.as_deref(), Some("from"));
}

#[test]
fn a_deal_is_undone_whole_or_not_at_all() {
    let spans = || {
        vec![
            span("a", "2026-05-02T00:00:00Z", "2026-05-03T00:00:00Z", Some("deal")),
            span("b", "2026-05-09T00:00:00Z", "2026-05-10T00:00:00Z", Some("deal")),
        ]
    };
    for (now, left) in [("2026-05-01T00:00:00Z", Ok(0)), ("2026-05-04T00:00:00Z", Err("begun"))] {
        let mut cover = cover();
        cover.agree(spans(), t(NOW)).expect("agreed");
        let undone = cover.undo("b", &Actor::system("test"), t(now)).map(|_| cover.spans.len());
        assert_eq!(undone.map_err(|refusal| refusal.code), left.map_err(str::to_owned), "{now}");
    }
}

#[test]
fn what_can_be_asked_and_what_cannot() {
    let ask = |request: CoverRequest| {
        let mut cover = cover();
        cover.requests.push(self::request("known", "2026-05-05T00:00:00Z", "2026-05-06T00:00:00Z", None));
        cover.ask(request).map_err(|refusal| refusal.field.unwrap_or(refusal.code))
    };
    let plain = |from, to| request("r", from, to, None);
    let back = |from: &str, to: &str| {
        let asked = request("r", "2026-05-07T00:00:00Z", "2026-05-08T00:00:00Z", Some("bob"));
        CoverRequest { in_return: Some((t(from), t(to))), ..asked }
    };
    assert_eq!(ask(plain("2026-05-07T00:00:00Z", "2026-05-08T00:00:00Z")), Ok(()));
    assert_eq!(ask(plain("2026-04-30T23:00:00Z", "2026-05-08T00:00:00Z")), Err("from".to_owned()));
    assert_eq!(ask(plain("2026-05-08T00:00:00Z", "2026-05-08T00:00:00Z")), Err("to".to_owned()));
    assert_eq!(ask(plain("2026-05-05T12:00:00Z", "2026-05-05T13:00:00Z")), Err("asked-already".to_owned()));
    let oneself = request("r", "2026-05-07T00:00:00Z", "2026-05-08T00:00:00Z", Some("ann"));
    assert_eq!(ask(oneself), Err("asked".to_owned()));
    assert_eq!(ask(back("2026-05-09T00:00:00Z", "2026-05-10T00:00:00Z")), Ok(()));
    assert_eq!(ask(back("2026-05-07T12:00:00Z", "2026-05-10T00:00:00Z")), Err("in_return".to_owned()));
    let nobodys = CoverRequest { asked: None, ..back("2026-05-09T00:00:00Z", "2026-05-10T00:00:00Z") };
    assert_eq!(ask(nobodys), Err("asked".to_owned()));
}

#[test]
fn a_warning_comes_once_a_day_and_once_two_hours_before() {
    let mut cover = cover();
    cover.requests.push(request("r", "2026-05-03T00:00:00Z", "2026-05-04T00:00:00Z", None));
    let warned = |after: &str, now: &str| {
        cover.unanswered(t(after), t(now)).iter().map(|found| found.before.as_hours()).collect::<Vec<_>>()
    };
    assert_eq!(warned("2026-05-01T12:00:00Z", "2026-05-01T23:59:59Z"), Vec::<i64>::new());
    assert_eq!(warned("2026-05-01T23:59:59Z", "2026-05-02T00:00:00Z"), [24]);
    assert_eq!(warned("2026-05-02T00:00:00Z", "2026-05-02T21:59:59Z"), Vec::<i64>::new());
    assert_eq!(warned("2026-05-01T12:00:00Z", "2026-05-02T22:30:00Z"), [2], "after a silence only the nearer one");
    assert_eq!(warned("2026-05-02T23:00:00Z", "2026-05-03T00:00:00Z"), Vec::<i64>::new(), "it has begun");
    assert_eq!(cover.clone().expire(t("2026-05-02T23:59:59Z")).len(), 0);
    assert_eq!(cover.expire(t("2026-05-03T00:00:00Z")).len(), 1);
    assert_eq!(cover.expire(t("2026-05-03T00:00:00Z")).len(), 0, "it is over");
}

fn rota(members: &str, every: &str, hours: &str) -> Rota {
    let text = format!(
        r#"{{"time_zone":"Europe/Berlin","layers":[{{"name":"l","members":{members},"every":"{every}","starts":"2026-04-27T09:00:00"{hours}}}]}}"#
    );
    Rota::of(serde_json::from_str(&text).expect("a calendar"))
}

#[test]
fn a_change_begins_when_it_says() {
    let now = t("2026-05-01T12:00:00Z");
    let nights = r#","hours":[{"days":["mon","tue","wed","thu","fri"],"from":"18:00","to":"06:00"}]"#;
    let table = [
        (rota(r#"["ann","bob"]"#, "1w", ""), Begin::Now, Ok("2026-05-01T12:00:00Z")),
        (rota(r#"["ann","bob"]"#, "1w", ""), Begin::AfterCurrentShift, Ok("2026-05-04T07:00:00Z")),
        (rota(r#"["ann","bob"]"#, "1w", ""), Begin::AfterFullRotation, Ok("2026-05-11T07:00:00Z")),
        (rota(r#"["ann","bob","ann"]"#, "1d", ""), Begin::AfterFullRotation, Ok("2026-05-03T07:00:00Z")),
        (rota(r#"[["ann","bob"],"nobody"]"#, "1d", ""), Begin::AfterFullRotation, Ok("2026-05-03T07:00:00Z")),
        (rota(r#"["ann","bob"]"#, "1w", nights), Begin::AfterCurrentShift, Ok("2026-05-01T16:00:00Z")),
        (rota(r#"["ann"]"#, "1w", ""), Begin::AfterCurrentShift, Err("no-hand-off")),
        (rota(r#"["ann"]"#, "1w", ""), Begin::AfterFullRotation, Ok("2026-05-04T07:00:00Z")),
        (rota(r#"["ann"]"#, "1w", ""), Begin::At(t("2026-05-01T11:59:59Z")), Err("invalid")),
        (rota(r#"["ann"]"#, "1w", ""), Begin::At(t("2026-05-02T00:00:00Z")), Ok("2026-05-02T00:00:00Z")),
    ];
    for (n, (rota, begin, wanted)) in table.into_iter().enumerate() {
        let found = begin.instant(&rota, now).map_err(|refusal| refusal.code);
        assert_eq!(found, wanted.map(t).map_err(str::to_owned), "line {n}");
    }
}

#[test]
fn an_old_plan_becomes_the_schedules_own_after_a_year() {
    let mut cover = cover();
    let plan = |from: &str, member: &str| StagedPlan {
        from: t(from),
        calendar: rota(&format!("[\"{member}\"]"), "1w", "").versions.remove(0).schedule,
        by: Actor::system("test"),
        at: t(NOW),
    };
    for (from, member) in
        [("2026-05-02T00:00:00Z", "ann"), ("2026-06-01T00:00:00Z", "bob"), ("2026-05-20T00:00:00Z", "cat")]
    {
        cover.stage(plan(from, member), t(NOW)).expect("later than now");
    }
    assert_eq!(cover.staged.len(), 2, "a plan replaces those that would have begun after it");
    let year = SignedDuration::from_hours(366 * 24);
    assert_eq!(cover.take_old_plan(t("2026-05-02T00:00:00Z") + year - SignedDuration::from_secs(1)), None);
    assert!(
        cover.take_old_plan(t("2026-05-02T00:00:00Z") + year).is_some_and(|c| c.layers[0].members[0] == "ann".into())
    );
    assert_eq!(cover.staged.len(), 1);
    assert_eq!(
        cover.unstage(t("2026-05-20T00:00:00Z"), t("2026-05-20T00:00:00Z")).map_err(|r| r.code),
        Err("begun".to_owned())
    );
}
