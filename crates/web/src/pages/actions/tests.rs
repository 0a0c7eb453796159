use crate::{
    public::tests::outage::{declare, permit, read, resolve, site},
    tests::site::{Site, Who},
};
use nightbell_engine::learning::{self, ItemInput};

/// An outage with three items: what, whose, until when. Answers their ids.
async fn items(site: &Site) -> Vec<String> {
    let incident = declare(site).await;
    resolve(site, &incident.slug).await;
    site.act(move |unit| {
        let mut ids = Vec::new();
        for (text, owner, due) in [
            ("later <b>thing</b>", "max", "2026-06-01"),
            ("late thing", "rita", "2026-05-01"),
            ("soon thing", "ada", "2026-05-04"),
        ] {
            let input = ItemInput {
                text: text.to_owned(),
                owner: owner.parse().ok(),
                due_on: due.parse().ok(),
                priority: "p1".parse().ok(),
            };
            let item = learning::add_item(unit, &permit(Who::Responder), &incident.slug, input)?
                .unwrap_or_else(|e| panic!("{e:?}"));
            ids.push(item.id.to_string());
        }
        Ok(ids)
    })
    .await
}

#[tokio::test]
async fn the_review_lists_what_is_overdue_first_then_by_owner() {
    let site = site().await;
    items(&site).await;
    let page = site.get(Who::Viewer, "/actions").await.body;
    let text = read(&page);
    assert!(text.contains("3 open, 1 overdue."), "{text}");
    let place = |words: &str| text.find(words).unwrap_or_else(|| panic!("{words}: {text}"));
    assert!(place("late thing") < place("soon thing") && place("soon thing") < place("later <b>thing</b>"), "{text}");
    assert!(
        text.contains("due Fri 1 May, 1 day late")
            && text.contains("due Mon 4 May, in 2 days")
            && text.contains("Postmortems owed"),
        "{text}"
    );
    assert!(page.contains("<a href=\"/postmortems/inc-2026-05-02-db7-lost-its-disk\">db7 lost its disk</a>"));
    assert!(!page.contains("/done\""), "a viewer finishes nothing");
    let mine = read(&site.get(Who::Responder, "/actions?mine=1").await.body);
    assert!(mine.contains("late thing") && !mine.contains("soon thing"), "{mine}");
}

#[tokio::test]
async fn items_are_finished_and_dropped_with_a_reason() {
    let site = site().await;
    let ids = items(&site).await;
    assert_eq!(
        site.post_form(Who::Responder, &format!("/actions/{}/done", ids[1]), &[]).await.header("location"),
        "/actions"
    );
    let text = read(&site.get(Who::Responder, "/actions").await.body);
    assert!(text.contains("2 open, 0 overdue.") && text.contains("Drop one…"), "{text}");
    let form = site.get(Who::Responder, "/actions/drop").await;
    assert_eq!(form.body.matches("type=\"radio\"").count(), 2, "{}", form.body);
    assert_eq!(form.body.matches("<h1").count(), 1);
    let nothing = site.post_form(Who::Responder, "/actions/drop", &[("item", ""), ("reason", "a \"reason\"")]).await;
    assert_eq!(nothing.status, 400);
    assert!(
        nothing.body.contains("Choose the item") && nothing.body.contains("value=\"a &#34;reason&#34;\""),
        "{}",
        nothing.body
    );
    let without = site.post_form(Who::Responder, "/actions/drop", &[("item", &ids[0]), ("reason", " ")]).await;
    assert_eq!(without.status, 400);
    assert!(
        without.body.contains("Say why it is not done after all.")
            && without.body.contains(&format!("value=\"{}\" checked", ids[0])),
        "{}",
        without.body
    );
    assert_eq!(
        site.post_form(Who::Responder, "/actions/drop", &[("item", &ids[0]), ("reason", "replaced")]).await.status,
        303
    );
    assert_eq!(
        site.post_form(Who::Responder, &format!("/actions/{}/drop", ids[2]), &[("reason", "no use")]).await.status,
        303
    );
    let check = async |path: String, status: u16| {
        assert_eq!(site.post_form(Who::Responder, &path, &[("reason", "x")]).await.status, status, "{path}");
    };
    check(format!("/actions/{}/drop", ids[2]), 409).await;
    check(format!("/actions/{}/done", ids[2]), 409).await;
    check("/actions/act_00000000000000000000000000000000/done".to_owned(), 404).await;
    check("/actions/nonsense/done".to_owned(), 404).await;
    let settled = read(&site.get(Who::Viewer, "/actions?state=settled").await.body);
    assert!(settled.contains("Done") && settled.contains("Dropped") && settled.contains("late thing"), "{settled}");
    assert!(read(&site.get(Who::Responder, "/actions").await.body).contains("No action item is open."));
}
