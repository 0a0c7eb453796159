//! The pages of contact methods, through the whole router: added, proved, tested, changed, removed; nothing of anybody else's.

use crate::{
    public::tests::outage::{assert_sound, read},
    tests::site::{Answer, Site, Who},
};
use jiff::SignedDuration;
use nightbell_engine::{domain::ids::UserId, paging};

fn site() -> Site {
    Site::new(vec![crate::pages::routes()])
}

/// The code in the newest message to somebody.
async fn code(site: &Site) -> String {
    let work = site.act(paging::dispatch).await;
    let sent = work.last().expect("a message");
    assert_eq!(sent.message.kind.word(), "code");
    let (id, attempt) = (sent.notification, sent.attempt);
    let taken = nightbell_engine::domain::paging::Report::Accepted { detail: "250".to_owned(), provider_id: None };
    site.act(move |unit| paging::settle(unit, id, attempt, taken.clone())).await;
    sent.message.title.rsplit(' ').next().expect("a code").to_owned()
}

async fn press(site: &Site, who: Who, what: &str, fields: &[(&str, &str)]) -> Answer {
    site.post_form(who, &format!("/settings/reach/{what}"), fields).await
}

async fn page(site: &Site, who: Who) -> String {
    let page = site.get(who, "/settings/reach").await;
    assert_sound("/settings/reach", &page);
    read(&page.body)
}

#[tokio::test]
async fn a_method_is_added_proved_and_tested() {
    let site = site();
    assert!(page(&site, Who::Viewer).await.contains("A page reaches you at once by mail."));
    let added =
        press(&site, Who::Viewer, "add", &[("kind", "sms"), ("address", "+49 151 1234567"), ("name", "")]).await;
    assert_eq!((added.status.as_u16(), added.header("location")), (303, "/settings/reach#method-sms"));
    let shown = page(&site, Who::Viewer).await;
    assert!(
        shown.contains("+491511234567") && shown.contains("not verified") && shown.contains("5 tries are left"),
        "{shown}"
    );
    let right = code(&site).await;
    let wrong = if right == "000000" { "000001" } else { "000000" };
    let refused = press(&site, Who::Viewer, "sms/code", &[("code", wrong)]).await;
    assert_eq!(refused.status, 400);
    let text = read(&refused.body);
    assert!(text.contains("That is not the code.") && text.contains("4 tries are left"), "{text}");
    assert_eq!(press(&site, Who::Viewer, "sms/test", &[]).await.status, 303, "refused, and told on the page");
    let proved = press(&site, Who::Viewer, "sms/code", &[("code", &right)]).await;
    assert_eq!(proved.status, 303, "{}", proved.body);
    let shown = page(&site, Who::Viewer).await;
    assert!(
        shown.contains("by a code.") && shown.contains("at once by a text message, after 2 min by mail"),
        "{shown}"
    );
    assert_eq!(press(&site, Who::Viewer, "sms/test", &[]).await.status, 303);
    let work = site.act(paging::dispatch).await;
    assert_eq!(work.len(), 1);
    assert!(work[0].message.title.contains("does sms reach you?"), "{}", work[0].message.title);
    let (id, attempt) = (work[0].notification, work[0].attempt);
    let taken = nightbell_engine::domain::paging::Report::Accepted { detail: "250".to_owned(), provider_id: None };
    site.act(move |unit| paging::settle(unit, id, attempt, taken.clone())).await;
    // Behind its link nothing is red and nothing is asked but whether it rang.
    let link = work[0].message.ack_url.strip_prefix("http://nightbell.test").expect("a link of ours").to_owned();
    let woken = site.get(Who::Nobody, &link).await.body;
    assert!(woken.contains(">It rang</button>") && !woken.contains("Acknowledge</button>"), "{woken}");
    assert!(!woken.contains("No quick mitigation") && woken.contains("nobody else is called"), "{woken}");
    site.advance(SignedDuration::from_secs(20));
    assert_eq!(site.post_form(Who::Nobody, &format!("{link}/ack"), &[]).await.status, 303);
    let answered = read(&site.get(Who::Nobody, &link).await.body);
    assert!(answered.contains("It rang.") && !answered.contains("You can sleep"), "{answered}");
    assert!(page(&site, Who::Viewer).await.contains("by a test page."), "the press proves it");
}

#[tokio::test]
async fn what_is_wrong_stands_beside_the_field_and_keeps_what_was_typed() {
    let site = site();
    for (fields, says, kept) in [
        ([("kind", "sms"), ("address", "0151 12"), ("name", "a")], "international number", "0151 12"),
        ([("kind", "voice"), ("address", "+491511234567"), ("name", "")], "cannot send by that", "+491511234567"),
        (
            [("kind", "email"), ("address", "vera@example.com"), ("name", "b")],
            "That is mail already",
            "vera@example.com",
        ),
        (
            [("kind", "email"), ("address", "v@example.com"), ("name", "Über")],
            "cannot be a contact id",
            "v@example.com",
        ),
    ] {
        let answer = press(&site, Who::Viewer, "add", &fields).await;
        assert_eq!(answer.status, 400, "{says}: {}", answer.status);
        assert!(read(&answer.body).contains(says), "{says}");
        assert!(answer.body.contains(&format!("value=\"{kept}\"")), "{kept}");
    }
    let quiet = press(&site, Who::Viewer, "quiet", &[("from", "22:00"), ("to", "")]).await;
    assert!(quiet.status == 400 && quiet.body.contains("Give both times"), "{}", quiet.status);
    let limit = press(&site, Who::Viewer, "mail/limit", &[("count", "x"), ("minutes", "10")]).await;
    assert!(limit.status == 400 && limit.body.contains("Give two numbers"), "{}", limit.status);
    let rules = press(&site, Who::Viewer, "rules", &[("high-mail", "soon")]).await;
    assert!(rules.status == 400 && rules.body.contains("Choose when it rings"), "{}", rules.status);
    assert_eq!(press(&site, Who::Viewer, "gone/send", &[]).await.status, 303, "told on the page");
    assert_eq!(press(&site, Who::Viewer, "gone/remove", &[]).await.status, 404);
}

#[tokio::test]
async fn rules_quiet_hours_and_limits_are_set_and_shown() {
    let site = site();
    press(&site, Who::Responder, "add", &[("kind", "ntfy"), ("address", "rita-phone"), ("name", "phone")]).await;
    let right = code(&site).await;
    press(&site, Who::Responder, "phone/code", &[("code", &right)]).await;
    let fields = [("high-mail", "0"), ("high-phone", "never"), ("low-mail", "never"), ("low-phone", "600")];
    assert_eq!(press(&site, Who::Responder, "rules", &fields).await.status, 303);
    let shown = page(&site, Who::Responder).await;
    assert!(
        shown.contains("A page reaches you at once by mail.") && shown.contains("After 10 min by ntfy."),
        "{shown}"
    );
    assert!(shown.contains("These are your own rules."), "{shown}");
    assert_eq!(press(&site, Who::Responder, "rules/reset", &[]).await.status, 303);
    assert!(page(&site, Who::Responder).await.contains("at once by ntfy, after 5 min by mail"));
    assert_eq!(press(&site, Who::Responder, "quiet", &[("from", "22:00"), ("to", "07:00")]).await.status, 303);
    assert!(site.get(Who::Responder, "/settings/reach").await.body.contains("value=\"22:00\""));
    assert_eq!(press(&site, Who::Responder, "phone/limit", &[("count", "5"), ("minutes", "10")]).await.status, 303);
    assert!(page(&site, Who::Responder).await.contains("At most 5 messages in 10 min."));
    assert_eq!(press(&site, Who::Responder, "phone/name", &[("name", "pocket")]).await.status, 303);
    assert_eq!(press(&site, Who::Responder, "pocket/address", &[("address", "rita-other")]).await.status, 303);
    let shown = page(&site, Who::Responder).await;
    assert!(shown.contains("rita-other") && shown.contains("not verified"), "{shown}");
    assert_eq!(press(&site, Who::Responder, "pocket/remove", &[]).await.status, 303);
    assert!(!page(&site, Who::Responder).await.contains("rita-other"));
    let kept = press(&site, Who::Responder, "mail/remove", &[]).await;
    assert_eq!(kept.status, 409, "it stands in the files");
    assert!(read(&kept.body).contains("There is nothing") || kept.body.contains("organisation"), "{}", kept.body);
}

#[tokio::test]
async fn a_proved_method_that_ones_own_order_leaves_out_is_said_to_ring_never() {
    let site = site();
    assert_eq!(press(&site, Who::Viewer, "rules", &[("high-mail", "0"), ("low-mail", "0")]).await.status, 303);
    press(&site, Who::Viewer, "add", &[("kind", "ntfy"), ("address", "veras-phone"), ("name", "phone")]).await;
    let right = code(&site).await;
    assert_eq!(press(&site, Who::Viewer, "phone/code", &[("code", &right)]).await.status, 303);
    let shown = page(&site, Who::Viewer).await;
    let silent = "Your order leaves it out, so it never rings.";
    assert!(shown.contains(silent) && shown.contains("A page reaches you at once by mail."), "{shown}");
    let both = [("high-mail", "0"), ("low-mail", "0"), ("high-phone", "0"), ("low-phone", "never")];
    assert_eq!(press(&site, Who::Viewer, "rules", &both).await.status, 303);
    assert!(!page(&site, Who::Viewer).await.contains(silent));
}

#[tokio::test]
async fn administrators_see_everybody_and_add_what_its_owner_proves() {
    let site = site();
    for who in [Who::Viewer, Who::Responder, Who::Manager] {
        assert_eq!(site.get(who, "/settings/people").await.status, 403, "{who:?}");
    }
    let answer = site.get(Who::Admin, "/settings/people").await;
    assert_sound("/settings/people", &answer);
    let shown = read(&answer.body);
    assert!(shown.contains("4 of 4 people are reached") && shown.contains("Rita Responder"), "{shown}");
    assert!(!answer.body.contains("rita@example.com"), "how, not where");
    let fields = [("kind", "sms"), ("address", "+491511234567")];
    let added = site.post_form(Who::Admin, "/settings/people/rita/add", &fields).await;
    assert_eq!((added.status.as_u16(), added.header("location")), (303, "/settings/people#person-rita"));
    assert!(read(&site.get(Who::Admin, "/settings/people").await.body).contains("not verified"));
    let wrong = site.post_form(Who::Admin, "/settings/people/rita/add", &[("kind", "sms"), ("address", "12")]).await;
    assert!(wrong.status == 400 && wrong.body.contains("international number"), "{}", wrong.status);
    assert_eq!(site.post_form(Who::Admin, "/settings/people/nemo/add", &fields).await.status, 404);
    let invited = site.post_form(Who::Admin, "/settings/people/rita/invite", &[]).await;
    assert!(invited.status == 200 && invited.body.contains("http://nightbell.test/welcome/"), "{}", invited.status);
    assert_eq!(invited.header("cache-control"), "no-store");
    // Theirs to prove, and theirs alone.
    assert_eq!(press(&site, Who::Admin, "sms/send", &[]).await.status, 303);
    assert!(site.act(paging::dispatch).await.is_empty(), "the administrator has no such method");
    press(&site, Who::Responder, "sms/send", &[]).await;
    let right = code(&site).await;
    assert_eq!(press(&site, Who::Responder, "sms/code", &[("code", &right)]).await.status, 303);
    let rita: UserId = "rita".parse().expect("a handle");
    let reached =
        site.state.read(move |_, _, directory| Ok(directory.org.person(&rita).map(|p| p.contacts.len()))).await;
    assert_eq!(reached.expect("read"), Some(2));
}
