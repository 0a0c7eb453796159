//! Where coverage ends in the next days, on the first pages: for whoever may mend it.

use crate::{
    public::tests::outage::{assert_sound, read, site},
    tests::site::{Site, Who},
};

async fn text(site: &Site, who: Who, path: &str) -> String {
    let page = site.get(who, path).await;
    assert_sound(path, &page);
    read(&page.body)
}

#[tokio::test]
async fn holes_of_the_next_days_stand_on_the_first_pages_of_whoever_may_mend_them() {
    let site = site().await;
    let told = "Not covered in the next days";
    assert!(text(&site, Who::Viewer, "/oncall").await.contains("reaches two different people"), "covered at first");
    assert!(!text(&site, Who::Manager, "/").await.contains(told));
    // Max is the only second person at every minute: away, Rita and the last resort are left while she is not on call alone.
    let away = [("from", "2026-05-04"), ("to", "2026-05-05")];
    for who in [Who::Manager, Who::Admin] {
        assert_eq!(site.post_form(who, "/settings/calendars/away", &away).await.status, 303, "{who:?}");
    }
    // What was looked at is some minutes old at most.
    site.advance(jiff::SignedDuration::from_mins(6));
    let oncall = text(&site, Who::Viewer, "/oncall").await;
    assert!(oncall.contains(told) && oncall.contains("Policy shop"), "{oncall}");
    for (who, shown) in [(Who::Manager, true), (Who::Responder, true), (Who::Viewer, false)] {
        assert_eq!(text(&site, who, "/").await.contains(told), shown, "{who:?}");
    }
}
