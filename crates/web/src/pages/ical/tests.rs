use crate::{
    public::tests::outage::{assert_sound, site},
    tests::site::Who,
};

const PAGE: &str = "/settings/calendars";

/// The address the page shows once.
fn address(body: &str) -> String {
    let text = body.replace("<wbr>", "").replace("&#x2F;", "/").replace("&#47;", "/");
    let text: String = plain(&text);
    let begin = text.find("/ical/").expect("an address");
    let end = text[begin..].find(".ics").expect("its end");
    text[begin..begin + end + 4].to_owned()
}

/// The text without its tags.
fn plain(html: &str) -> String {
    let mut inside = false;
    html.chars()
        .filter(|c| {
            inside |= *c == '<';
            let keep = !inside;
            inside &= *c != '>';
            keep
        })
        .collect()
}

#[tokio::test]
async fn a_feed_opens_by_its_secret_alone_is_asked_for_again_cheaply_and_closes_when_it_is_revoked() {
    let site = site().await;
    for who in [Who::Viewer, Who::Responder, Who::Manager, Who::Admin] {
        assert_sound(PAGE, &site.get(who, PAGE).await);
    }
    let made = site.post_form(Who::Responder, PAGE, &[("schedule", "shop-primary")]).await;
    assert_eq!(made.status, 200, "{}", made.body);
    let path = address(&made.body);
    let feed = site.get(Who::Nobody, &path).await;
    assert_eq!(
        (feed.status.as_u16(), feed.header("content-type")),
        (200, "text/calendar; charset=utf-8"),
        "{}",
        feed.body
    );
    assert_eq!(feed.header("cache-control"), "private, max-age=300");
    assert!(feed.body.starts_with("BEGIN:VCALENDAR\r\n") && feed.body.contains("BEGIN:VEVENT"), "{}", feed.body);
    let read = nightbell_wire::ical::read(&feed.body, &jiff::tz::TimeZone::UTC).expect("reads back");
    assert!(read.events.iter().any(|event| event.summary.contains("Rita Responder")), "{}", feed.body);
    for wrong in ["/ical/wrong.ics", "/ical/.ics", &path.replace(".ics", ""), &path.replace("/ical/", "/ical/x")] {
        assert_eq!(site.get(Who::Nobody, wrong).await.status, 404, "{wrong}");
    }
    let listed = site.get(Who::Responder, PAGE).await.body;
    assert!(!listed.contains("/ical/"), "the address is shown once");
    let id =
        listed.split("/settings/calendars/feed_").nth(1).expect("listed").split('/').next().expect("an id").to_owned();
    let revoke = format!("{PAGE}/feed_{id}/revoke");
    assert_eq!(site.post_form(Who::Manager, &revoke, &[]).await.status, 404, "somebody else's is nobody's");
    assert_eq!(site.post_form(Who::Responder, &revoke, &[]).await.status, 303);
    assert_eq!(site.get(Who::Nobody, &path).await.status, 404);
}

#[tokio::test]
async fn absences_and_turns_are_read_from_calendars_and_mistakes_named_with_their_line() {
    let site = site().await;
    let text = "BEGIN:VCALENDAR\nBEGIN:VEVENT\nSUMMARY:rita\nDTSTART;VALUE=DATE:20260601\nDTEND;VALUE=DATE:20260603\nEND:VEVENT\nEND:VCALENDAR\n";
    let read = format!("{PAGE}/read");
    let done = site.post_form(Who::Responder, &read, &[("name", "holidays"), ("ics", text)]).await;
    assert_eq!(done.status, 303, "{}", done.body);
    assert!(site.get(Who::Responder, PAGE).await.body.contains("holidays"));
    let wrong =
        site.post_form(Who::Responder, &read, &[("name", "holidays"), ("ics", "BEGIN:VCALENDAR\nnonsense\n")]).await;
    assert!(wrong.status == 400 && wrong.body.contains("line 2"), "{}", wrong.body);
    let import = format!("{PAGE}/import");
    let turns = [("schedule", "shop-primary"), ("ics", text)];
    let plan = site.post_form(Who::Manager, &import, &[turns[0], turns[1], ("plan", "1")]).await;
    assert!(plan.status == 200 && plan.body.contains("would be read in"), "{}", plan.body);
    let done = site.post_form(Who::Manager, &import, &turns).await;
    assert!(done.status == 200 && done.body.contains("1 turn of shop-primary read in"), "{}", done.body);
    let away = format!("{PAGE}/away");
    assert_eq!(
        site.post_form(Who::Responder, &away, &[("from", "2026-07-01"), ("to", "2026-07-05")]).await.status,
        303
    );
    let bad = site.post_form(Who::Responder, &away, &[("from", "soon"), ("to", "2026-07-05")]).await;
    assert!(bad.status == 400 && bad.body.contains("Write a day like"), "{}", bad.body);
}

#[tokio::test]
async fn guesses_are_few_and_neither_keep_calendars_nor_readers_of_the_status_page_out() {
    let site = site().await;
    let made = site.post_form(Who::Responder, PAGE, &[("schedule", "shop-primary")]).await;
    let path = address(&made.body);
    // A calendar that asks again and again was never a guess.
    for n in 0..120 {
        assert_eq!(site.get(Who::Nobody, &path).await.status, 200, "{n}");
    }
    let mut statuses = Vec::new();
    for n in 0..60 {
        statuses.push(site.get(Who::Nobody, &format!("/ical/guess-{n}.ics")).await.status.as_u16());
    }
    assert!(statuses[..50].iter().all(|status| *status == 404), "{statuses:?}");
    assert!(statuses[50..].iter().all(|status| *status == 429), "{statuses:?}");
    let refused = site.get(Who::Nobody, "/ical/guess-again.ics").await;
    assert!(refused.header("retry-after").parse::<u32>().is_ok_and(|seconds| seconds > 0));
    // Counted apart from what is typed on status pages.
    assert!(site.state.subscribe_limiter().is_empty());
    assert!(!site.state.feed_limiter().is_empty());
}
