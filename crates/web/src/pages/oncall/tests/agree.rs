//! Overrides, requests, take-overs and notes through the forms, without a script.

use crate::{
    public::tests::outage::{read, site},
    tests::site::{Site, Who},
};

async fn primary(site: &Site, at: &str) -> String {
    let at = at.parse().expect("an instant");
    site.act(move |unit| {
        let id = "shop-primary".parse().expect("a handle");
        let found = unit.directory.org.on_call(&id, at).expect("readable");
        Ok(found.primary.map_or_else(|| "nobody".to_owned(), |member| member.to_string()))
    })
    .await
}

#[tokio::test]
async fn an_override_is_looked_at_then_saved_then_undone() {
    let site = site().await;
    let form = site
        .get(Who::Responder, "/oncall/shop-primary/override?from=2026-05-02T08:00:00Z&to=2026-05-02T20:00:00Z")
        .await;
    assert!(form.body.contains("value=\"2026-05-02T08:00\""), "the times are filled in: {}", form.body);
    let fields = [
        ("user", "max"),
        ("kind", "replace"),
        ("from", "2026-05-02T08:00"),
        ("to", "2026-05-02T20:00"),
        ("note", "Concert"),
    ];
    let press = async |step: &str| {
        let mut fields = fields.to_vec();
        fields.push(("step", step));
        site.post_form(Who::Responder, "/oncall/shop-primary/override", &fields).await
    };
    let looked = press("preview").await;
    let text = read(&looked.body);
    assert!(looked.status == 200 && text.contains("Max Manager instead of You"), "{text}");
    assert!(text.contains("Only 4 h of rest before the turn on shop-primary"), "Sunday is his as well: {text}");
    assert_eq!(primary(&site, "2026-05-02T12:00:00Z").await, "rita", "a look stores nothing");
    assert_eq!(press("save").await.status, 303);
    assert_eq!(primary(&site, "2026-05-02T12:00:00Z").await, "max");
    let page = site.get(Who::Manager, "/oncall/shop-primary").await.body;
    assert!(read(&page).contains("arranged by Rita Responder · Concert"), "{page}");
    let span =
        page.split("name=\"span\" value=\"").nth(1).and_then(|rest| rest.split('"').next()).expect("a span").to_owned();
    assert_eq!(site.post_form(Who::Manager, "/oncall/shop-primary/undo", &[("span", &span)]).await.status, 303);
    assert_eq!(primary(&site, "2026-05-02T12:00:00Z").await, "rita");
}

#[tokio::test]
async fn what_is_wrong_stands_beside_the_field_and_what_was_typed_is_kept() {
    let site = site().await;
    let fields = [
        ("user", "max"),
        ("from", "2026-05-01T08:00"),
        ("to", "2026-05-02T20:00"),
        ("note", "Kept words"),
        ("step", "save"),
    ];
    let refused = site.post_form(Who::Responder, "/oncall/shop-primary/override", &fields).await;
    assert_eq!(refused.status, 400);
    assert!(
        refused.body.contains("Kept words") && read(&refused.body).contains("That begins in the past"),
        "{}",
        refused.body
    );
    let nobody = site.get(Who::Responder, "/oncall/nowhere/override").await;
    assert_eq!(nobody.status, 404);
}

#[tokio::test]
async fn a_swap_is_asked_for_by_one_and_taken_by_the_other() {
    let site = site().await;
    let mine = site.get(Who::Responder, "/oncall/me").await.body;
    assert!(mine.contains("/oncall/shop-primary/ask?from="), "{mine}");
    let form = site
        .get(Who::Responder, "/oncall/shop-primary/ask?from=2026-05-02T10:00:00Z&to=2026-05-02T20:00:00Z")
        .await
        .body;
    assert!(
        read(&form).contains("Max Manager: Mon 4 May 09:00 to Mon 11 May 09:00"),
        "turns to take in return: {form}"
    );
    let fields = [
        ("from", "2026-05-02T10:00"),
        ("to", "2026-05-02T20:00"),
        ("asked", ""),
        ("note", "Birthday"),
        ("back", "max 2026-05-04T09:00:00Z 2026-05-11T09:00:00Z"),
    ];
    assert_eq!(site.post_form(Who::Responder, "/oncall/shop-primary/ask", &fields).await.status, 303);
    let asked = site.get(Who::Manager, "/oncall/me").await.body;
    assert!(read(&asked).contains("Rita Responder asks You") && read(&asked).contains("Birthday"), "{asked}");
    let home = read(&site.get(Who::Manager, "/oncall").await.body);
    assert!(home.contains("1 request waits for your answer"), "{home}");
    let path = asked
        .split("action=\"")
        .find(|rest| rest.contains("/accept\""))
        .and_then(|rest| rest.split('"').next())
        .expect("a form");
    assert_eq!(site.post_form(Who::Manager, path, &[]).await.status, 303);
    assert_eq!(
        (primary(&site, "2026-05-02T12:00:00Z").await, primary(&site, "2026-05-05T12:00:00Z").await),
        ("max".into(), "rita".into())
    );
    let own = read(&site.get(Who::Responder, "/oncall/me").await.body);
    assert!(own.contains("Max Manager took it."), "{own}");
}

#[tokio::test]
async fn one_press_takes_over_and_one_gives_back() {
    let site = site().await;
    let page = site.get(Who::Manager, "/oncall").await.body;
    assert!(
        page.contains("action=\"/oncall/shop-primary/take-over\"") && page.contains("Page Rita Responder now"),
        "{page}"
    );
    assert_eq!(site.post_form(Who::Manager, "/oncall/shop-primary/take-over", &[]).await.status, 303);
    assert_eq!(primary(&site, "2026-05-02T12:00:00Z").await, "max");
    assert!(site.get(Who::Manager, "/oncall").await.body.contains("action=\"/oncall/shop-primary/give-back\""));
    assert_eq!(site.post_form(Who::Manager, "/oncall/shop-primary/give-back", &[]).await.status, 303);
    assert_eq!(primary(&site, "2026-05-02T12:00:00Z").await, "rita");
    // Called by a press, with words.
    assert_eq!(
        site.post_form(Who::Manager, "/oncall/shop-primary/page", &[("message", "Please join")]).await.status,
        303
    );
    let now = site
        .act(|unit| {
            Ok(nightbell_engine::views::open_pages(unit.tx, 10)?.into_iter().map(|page| page.title).collect::<Vec<_>>())
        })
        .await;
    assert_eq!(now, ["Please join"]);
    assert_eq!(
        site.post_form(Who::Responder, "/oncall/shop-primary/note", &[("text", "The queue is slow")]).await.status,
        303
    );
    assert!(read(&site.get(Who::Viewer, "/oncall/shop-primary").await.body).contains("The queue is slow"));
}
