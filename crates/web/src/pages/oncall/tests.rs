mod agree;
mod ahead;
mod plans;
mod policies;

use crate::{
    public::tests::outage::{assert_sound, declare, read, resolve, site},
    tests::site::Who,
};

#[tokio::test]
async fn every_page_is_sound_for_every_reader() {
    let site = site().await;
    let incident = declare(&site).await;
    resolve(&site, &incident.slug).await;
    let postmortem = format!("/postmortems/{}", incident.slug);
    let paths = [
        "/oncall",
        "/oncall/me",
        "/oncall/load",
        "/oncall/load?month=2026-03&schedule=shop-primary",
        "/oncall/shop-primary",
        "/oncall/shop-primary?weeks=8&from=2026-03-20",
        "/explain",
        "/explain?service=checkout&at=2026-05-03T03:00",
        "/services",
        "/runbooks",
        "/runbooks/stripe-webhooks",
        "/postmortems",
        "/postmortems?state=all",
        "/postmortems?state=published",
        &postmortem,
        "/actions",
        "/actions?mine=1",
        "/actions?state=settled",
        "/settings",
    ];
    let mut asked = 0;
    for path in paths {
        for who in [Who::Viewer, Who::Responder, Who::Manager, Who::Admin] {
            assert_sound(path, &site.get(who, path).await);
            asked += 1;
        }
        let stranger = site.get(Who::Nobody, path).await;
        assert!(stranger.status == 303 && stranger.header("location").starts_with("/sign-in?next="), "{path}");
    }
    assert_eq!(asked, 76);
}

#[tokio::test]
async fn on_call_says_who_until_when_and_where_nobody_is() {
    let site = site().await;
    // Saturday 03:07 UTC; Rita's week began on Monday, Max takes Sunday.
    let page = site.get(Who::Viewer, "/oncall").await.body;
    let (office, primary) = page.split_once("id=\"shop-primary\"").expect("both schedules");
    let (office, primary) = (read(office), read(primary));
    assert!(primary.contains("Rita Responder primary now, until 3 May 00:00"), "{primary}");
    assert!(primary.contains("Max Manager backup") && primary.contains("Then Max Manager."), "{primary}");
    assert!(!primary.contains("Gap"), "{primary}");
    assert!(office.contains("Nobody is on call now until 4 May 09:00"), "{office}");
    let calm = "41 gaps in the next 8 weeks, the first now for 2 days. No policy counts on this schedule, so nobody is missed.";
    assert!(office.contains(calm) && !office.contains("Gap:"), "{office}");
    let words = read(&site.get(Who::Viewer, "/oncall/shop-primary").await.body);
    assert!(words.contains("3 May 00:00 4 May 00:00 Max Manager override Rita Responder 24 hours"), "{words}");
    assert!(words.contains("27 Apr 09:00 3 May 00:00 Rita Responder now Max Manager 6 days"), "{words}");
    assert!(words.contains("11 May 09:00 18 May 09:00 Rita Responder Max Manager 7 days"), "{words}");
    let page = site.get(Who::Viewer, "/oncall/office").await.body;
    assert!(!page.contains("<tr class=\"gap\">"), "a gap that nobody misses is not red");
}

#[tokio::test]
async fn explain_prints_the_plan_minute_by_minute_with_reasons() {
    let site = site().await;
    let text = read(&site.get(Who::Viewer, "/explain?service=checkout&at=2026-05-03T03:00").await.body);
    let wanted = [
        "If an alert on Checkout fired on Sun 3 May 2026 at 03:00 (UTC) and nobody acknowledged:",
        "Checkout uses the policy shop: 2 steps, repeated once, then the last resort.",
        "+0:00 3 May 03:00 MM Max Manager by email (mail) Step 1: primary on shop-primary. schedule",
        "+5:00 3 May 03:05 MM Max Manager by email (mail) Step 2: named in the policy.",
        "Again from 3 May 03:10: Max Manager",
        "Last resort: named in the policy.",
        "After 20 min the last resort rings, and again every 10 min until somebody acknowledges.",
    ];
    for sentence in wanted {
        assert!(text.contains(sentence), "{sentence:?} is not in {text}");
    }
    assert!(!text.contains("Weak:"), "{text}");
    let off = read(&site.get(Who::Viewer, "/explain?service=checkout&at=2026-05-03T03:00&without=max").await.body);
    assert_eq!(off.matches("Step 1 reaches nobody").count(), 1, "once, however often it is repeated: {off}");
    let low = site.get(Who::Viewer, "/explain?service=checkout&urgency=low&at=2026-05-03T03:00").await.body;
    assert!(low.contains("<option value=\"low\" selected>"), "{low}");
    // The reader's wall clock: Ada lives in Berlin, two hours ahead.
    let text = read(&site.get(Who::Admin, "/explain?service=checkout&at=2026-05-04T01:00").await.body);
    assert!(text.contains("at 01:00 (Europe/Berlin)") && text.contains("Max Manager"), "{text}");
}

#[tokio::test]
async fn explain_says_what_was_wrong_and_keeps_what_was_typed() {
    let site = site().await;
    let check = async |query: &str, status: u16, says: &str| {
        let answer = site.get(Who::Viewer, &format!("/explain{query}")).await;
        assert_eq!(answer.status, status, "{query}");
        assert!(answer.body.contains(says), "{query}: {}", answer.body);
    };
    check("?service=nothing", 400, "There is no such service").await;
    check("?service=%3Cscript%3E", 400, "There is no such service").await;
    check("?service=checkout&at=tomorrow", 400, "value=\"tomorrow\"").await;
    check("?service=checkout&at=tomorrow", 400, "That is no instant").await;
    check("?service=checkout&at=2026-05-03T03:00:00Z", 200, "fired on Sun 3 May 2026 at 03:00").await;
    check("?service=checkout", 200, "fired on Sat 2 May 2026 at 03:07").await;
}

#[tokio::test]
async fn services_and_runbooks_say_what_is_missing() {
    let site = site().await;
    let services = site.get(Who::Viewer, "/services").await.body;
    let text = read(&services);
    assert!(text.contains("On call Rita Responder, then Max Manager"), "{text}");
    assert!(
        text.contains("Runbooks Stripe webhooks") && text.contains("none yet") && text.contains("Public as Payments"),
        "{text}"
    );
    assert!(
        services.contains("href=\"/incidents/new?service=checkout\"")
            && services.contains("href=\"/explain?service=checkout\"")
    );
    let list = read(&site.get(Who::Viewer, "/runbooks").await.body);
    assert!(list.contains("No runbook: <b>Search</b> & co"), "{list}");
    assert!(list.contains("Checkout · 1 quick mitigation"), "{list}");
    assert!(list.contains("Escalation"), "{list}");
    let one = site.get(Who::Viewer, "/runbooks/stripe-webhooks").await.body;
    assert!(one.contains("<code>switch-queue --retry</code>"), "{one}");
    assert!(read(&one).contains("Lint: line "), "{one}");
    for path in ["/runbooks/nothing", "/runbooks/%FF", "/runbooks/..%2f..%2fetc"] {
        assert_eq!(site.get(Who::Viewer, path).await.status, 404, "{path}");
    }
}
