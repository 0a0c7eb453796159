use crate::{
    public::tests::outage::{assert_sound, declare, permit, read, resolve, site},
    tests::site::{Site, Who},
};
use nightbell_engine::{domain::response::Incident, learning, views};

const TEXT: &str = "# Postmortem: 2026-05-02 db7 lost its disk\n\n## Impact\nPayments failed.\n\n## Timeline (UTC)\n- 03:07 declared\n\n## Root cause\nMax forgot to watch the disk.\n\n\
## What went well\n- The replacement was quick.\n\n## What didn't\n- No alert on the disk.\n\n## Action items\n- [ ] @rita: alert on disk health (P1, 2 weeks)\n";

async fn resolved(site: &Site) -> (Incident, String) {
    let incident = declare(site).await;
    let incident = resolve(site, &incident.slug).await;
    let path = format!("/postmortems/{}", incident.slug);
    (incident, path)
}

/// The stored text and its revision.
async fn stored(site: &Site, slug: &str) -> (String, u64) {
    let slug = slug.to_owned();
    let found = site.state.read(move |tx, _, _| views::postmortem(tx, &slug)).await.expect("stored");
    found.postmortem.map(|postmortem| (postmortem.markdown, postmortem.revision)).expect("drafted")
}

#[tokio::test]
async fn the_story_from_draft_to_published() {
    let site = site().await;
    let (incident, path) = resolved(&site).await;
    let list = read(&site.get(Who::Viewer, "/postmortems").await.body);
    assert!(
        list.contains("SEV1")
            && list.contains("Draft")
            && list.contains("due Fri 8 May")
            && list.contains("db7 lost its disk"),
        "{list}"
    );
    let page = site.get(Who::Responder, &path).await;
    assert_sound(&path, &page);
    let text = read(&page.body);
    assert!(text.contains("due 8 May 23:59 , in 5 business days"), "{text}");
    assert!(page.body.contains("name=\"version\" value=\"1\"") && text.contains("Timeline (UTC)"), "{text}");
    // A browser's line ends; the stored text has its own.
    let typed = TEXT.replace('\n', "\r\n");
    let preview =
        site.post_form(Who::Responder, &path, &[("markdown", &typed), ("version", "1"), ("step", "preview")]).await;
    assert_sound(&path, &preview);
    assert!(
        read(&preview.body).contains("Line 10 Max forgot") && preview.body.contains("<h3>Root cause</h3>"),
        "{}",
        read(&preview.body)
    );
    assert_eq!(stored(&site, &incident.slug).await.1, 1, "a preview stores nothing");
    let saved =
        site.post_form(Who::Responder, &path, &[("markdown", &typed), ("version", "1"), ("step", "save")]).await;
    assert_eq!((saved.status.as_u16(), saved.header("location")), (303, path.as_str()));
    assert_eq!(stored(&site, &incident.slug).await, (TEXT.to_owned(), 2));
    let review = site.post_form(Who::Responder, &format!("{path}/state"), &[("state", "review")]).await;
    assert_eq!(review.status, 303);
    assert!(read(&site.get(Who::Manager, &path).await.body).contains("Review"));
    assert_eq!(site.post_form(Who::Manager, &format!("{path}/state"), &[("state", "publish")]).await.status, 303);
    let published = read(&site.get(Who::Viewer, "/postmortems?state=published").await.body);
    assert!(published.contains("Published") && published.contains("db7 lost its disk"), "{published}");
    assert!(read(&site.get(Who::Viewer, "/postmortems").await.body).contains("No postmortem is owed."));
}

#[tokio::test]
async fn a_conflict_keeps_what_was_typed_and_shows_what_is_stored() {
    let site = site().await;
    let (incident, path) = resolved(&site).await;
    let save = async |text: &str, version: &str| {
        site.post_form(Who::Responder, &path, &[("markdown", text), ("version", version), ("step", "save")]).await
    };
    assert_eq!(save("# Theirs <script>\n", "1").await.status, 303);
    let conflict = save("# Mine </textarea><script>alert(1)</script>\n", "1").await;
    assert_eq!(conflict.status, 409, "{}", conflict.body);
    assert!(
        conflict.body.contains("# Mine &#60;/textarea&#62;&#60;script&#62;alert(1)"),
        "what was typed is kept: {}",
        conflict.body
    );
    assert!(conflict.body.contains("Somebody saved revision 2 while you were editing revision 1"), "{}", conflict.body);
    assert!(conflict.body.contains("<h2>Theirs"), "what is stored is shown beside");
    assert!(conflict.body.contains("name=\"version\" value=\"2\""), "saving again is a decision");
    assert_eq!(conflict.body.matches("<h1").count(), 1);
    assert_eq!(stored(&site, &incident.slug).await, ("# Theirs <script>\n".to_owned(), 2));
    assert_eq!(save("# Mine\n", "2").await.status, 303);
    assert_eq!(stored(&site, &incident.slug).await, ("# Mine\n".to_owned(), 3));
}

#[tokio::test]
async fn the_export_is_the_stored_text() {
    let site = site().await;
    let (incident, path) = resolved(&site).await;
    let hostile = "# <script>alert(1)</script>\r\nÄ 日本 \u{202e}x\n\n=cmd|' /C calc'!A0\n";
    let slug = incident.slug.clone();
    site.act(move |unit| learning::save(unit, &permit(Who::Responder), &slug, 1, hostile)).await;
    for export in [format!("{path}.md"), format!("{path}/export.md")] {
        let answer = site.get(Who::Viewer, &export).await;
        assert_eq!(answer.status, 200, "{export}");
        assert_eq!(answer.body, hostile, "{export}");
        assert_eq!(answer.header("content-type"), "text/markdown; charset=utf-8");
        assert_eq!(answer.header("content-disposition"), format!("attachment; filename=\"{}.md\"", incident.slug));
        assert_eq!(answer.header("x-content-type-options"), "nosniff");
    }
    assert_eq!(site.get(Who::Viewer, "/postmortems/nothing.md").await.status, 404);
}

#[tokio::test]
async fn blame_is_pointed_out_line_by_line_and_dismissed_with_a_reason() {
    let site = site().await;
    let (incident, path) = resolved(&site).await;
    let slug = incident.slug.clone();
    site.act(move |unit| learning::save(unit, &permit(Who::Responder), &slug, 1, TEXT)).await;
    let page = site.get(Who::Responder, &path).await;
    assert!(read(&page.body).contains("Line 10 Max forgot"), "{}", read(&page.body));
    assert!(page.body.contains("name=\"finding\" value=\"2-10-0\""), "{}", page.body);
    let dismiss = format!("{path}/dismiss");
    let without = site.post_form(Who::Responder, &dismiss, &[("finding", "2-10-0"), ("reason", " ")]).await;
    assert_eq!(without.status, 400);
    assert!(without.body.contains("Say why the line may stay as it is."), "{}", without.body);
    for gone in ["1-10-0", "2-9-0", "2-10-7", "", "x"] {
        assert_eq!(
            site.post_form(Who::Responder, &dismiss, &[("finding", gone), ("reason", "fine")]).await.status,
            409,
            "{gone}"
        );
    }
    assert_eq!(
        site.post_form(Who::Responder, &dismiss, &[("finding", "2-10-0"), ("reason", "Max <wrote> it")]).await.status,
        303
    );
    let page = read(&site.get(Who::Responder, &path).await.body);
    assert!(page.contains("Dismissed: Max <wrote> it"), "{page}");
}

#[tokio::test]
async fn what_the_text_lacks_stands_above_it_for_whoever_writes() {
    let site = site().await;
    let (_, path) = resolved(&site).await;
    let preview = site
        .post_form(
            Who::Responder,
            &path,
            &[("markdown", "# Postmortem: 2026-05-02 x\n"), ("version", "1"), ("step", "preview")],
        )
        .await;
    let text = read(&preview.body);
    assert!(text.contains("The heading \"Impact\" is missing. Add ## Impact here."), "{text}");
    let complete =
        site.post_form(Who::Responder, &path, &[("markdown", TEXT), ("version", "1"), ("step", "preview")]).await;
    assert!(!complete.body.contains("Before it is published"), "{}", read(&complete.body));
    assert!(
        read(&site.get(Who::Manager, &path).await.body).contains("Before it is published"),
        "the draft lacks its cause"
    );
    assert!(
        !site.get(Who::Viewer, &path).await.body.contains("Before it is published"),
        "a reader reads the text alone"
    );
}

#[tokio::test]
async fn an_item_without_its_fields_gets_a_message_beside_each_and_keeps_what_was_typed() {
    let site = site().await;
    let (incident, path) = resolved(&site).await;
    let add = format!("{path}/actions");
    let refused = site
        .post_form(Who::Responder, &add, &[("text", "watch \"disks\""), ("owner", ""), ("due", ""), ("priority", "")])
        .await;
    assert_eq!(refused.status, 400);
    let text = read(&refused.body);
    for message in ["Who does it?", "Until when?", "How pressing is it?"] {
        assert!(text.contains(message), "{message}: {text}");
    }
    assert_eq!(refused.body.matches("class=\"problem\" id=\"action-").count(), 3);
    assert!(refused.body.contains("value=\"watch &#34;disks&#34;\""), "{}", refused.body);
    let partly = site
        .post_form(Who::Responder, &add, &[("text", "watch"), ("owner", "max"), ("due", "soon"), ("priority", "p2")])
        .await;
    assert_eq!(partly.status, 400);
    assert!(partly.body.contains("value=\"soon\"") && partly.body.contains("That is no date."), "{}", partly.body);
    assert!(
        partly.body.contains("value=\"max\" selected") && partly.body.contains("value=\"p2\" selected"),
        "{}",
        partly.body
    );
    let stranger = site
        .post_form(
            Who::Responder,
            &add,
            &[("text", "watch"), ("owner", "zoe"), ("due", "2026-05-15"), ("priority", "p2")],
        )
        .await;
    assert!(stranger.status == 400 && stranger.body.contains("There is no user @zoe."), "{}", stranger.body);
    let slug = incident.slug.clone();
    let items = site.state.read(move |tx, _, _| Ok(views::postmortem(tx, &slug)?.items)).await.expect("read");
    assert_eq!(items, Vec::new(), "nothing was stored");
    assert_eq!(
        site.post_form(
            Who::Responder,
            &add,
            &[("text", "watch"), ("owner", "max"), ("due", "2026-05-15"), ("priority", "p2")]
        )
        .await
        .status,
        303
    );
    let page = read(&site.get(Who::Viewer, &path).await.body);
    assert!(page.contains("watch Max Manager Fri 15 May P2") && page.contains("Open"), "{page}");
}

#[tokio::test]
async fn every_form_asks_for_its_right_and_its_hidden_word() {
    let site = site().await;
    let (_, path) = resolved(&site).await;
    let forms = [
        (path.clone(), Who::Responder),
        (format!("{path}/dismiss"), Who::Responder),
        (format!("{path}/actions"), Who::Responder),
        (format!("{path}/state"), Who::Responder),
        ("/actions/drop".to_owned(), Who::Responder),
        ("/actions/act_00000000000000000000000000000000/done".to_owned(), Who::Responder),
        ("/actions/act_00000000000000000000000000000000/drop".to_owned(), Who::Responder),
        ("/settings/tokens".to_owned(), Who::Responder),
        ("/settings/tokens/tok_00000000000000000000000000000000/revoke".to_owned(), Who::Responder),
        ("/settings/sessions/nothing/revoke".to_owned(), Who::Viewer),
    ];
    let fields = [
        ("markdown", "x"),
        ("version", "1"),
        ("step", "preview"),
        ("state", "nothing"),
        ("finding", "x"),
        ("reason", "x"),
        ("name", ""),
        ("scope", "viewer"),
    ];
    let mut asked = 0;
    for (path, least) in &forms {
        for who in Who::ALL {
            let status = site.post_form(who, path, &fields).await.status.as_u16();
            match who {
                Who::Nobody => assert_eq!(status, 303, "{path}"),
                who if who < *least => assert_eq!(status, 403, "{who:?} {path}"),
                who => assert!([200, 400, 404, 409].contains(&status), "{who:?} {path}: {status}"),
            }
            asked += 1;
        }
        let request = site
            .browser(Who::Admin, axum::http::Method::POST, path)
            .header("content-type", "application/x-www-form-urlencoded");
        let without = site
            .send(request.body(axum::body::Body::from("csrf=guessed&markdown=x&version=1")).expect("a request"))
            .await;
        assert_eq!(without.status, 403, "{path} without its word");
    }
    assert_eq!(asked, 50);
    let publish =
        |who: Who| site.post_form(who, "/postmortems/inc-2026-05-02-db7-lost-its-disk/state", &[("state", "publish")]);
    assert_eq!(publish(Who::Responder).await.status, 403, "publishing is the managers'");
    assert_eq!(publish(Who::Admin).await.status, 303);
}

#[tokio::test]
async fn a_postmortem_is_drafted_once_the_incident_is_over() {
    let site = site().await;
    let incident = declare(&site).await;
    let path = format!("/postmortems/{}", incident.slug);
    let page = site.get(Who::Responder, &path).await;
    assert_sound(&path, &page);
    assert!(
        read(&page.body).contains("Not drafted")
            && !page.body.contains("value=\"draft\"")
            && !page.body.contains("<textarea"),
        "{}",
        page.body
    );
    let draft = async || site.post_form(Who::Responder, &format!("{path}/state"), &[("state", "draft")]).await;
    assert_eq!(draft().await.status, 409);
    assert_eq!(
        site.post_form(Who::Responder, &path, &[("markdown", "x"), ("version", "1"), ("step", "save")]).await.status,
        404
    );
    assert_eq!(site.get(Who::Viewer, &format!("{path}.md")).await.status, 404);
    // A severity that owes none: it is drafted by hand.
    site.act(|unit| {
        let declared = nightbell_engine::response::Declare {
            title: "small".to_owned(),
            severity: Some("sev3".parse().expect("a severity")),
            ..Default::default()
        };
        let incident = nightbell_engine::response::declare(unit, &permit(Who::Responder), declared)?;
        let over = nightbell_engine::response::Resolution { text: "over".to_owned(), public: None };
        nightbell_engine::response::resolve(unit, &permit(Who::Responder), &incident.slug, &over)
    })
    .await;
    let small = "/postmortems/inc-2026-05-02-small";
    assert!(site.get(Who::Responder, small).await.body.contains("value=\"draft\""));
    assert!(!site.get(Who::Viewer, small).await.body.contains("value=\"draft\""));
    assert_eq!(site.post_form(Who::Responder, &format!("{small}/state"), &[("state", "draft")]).await.status, 303);
    let drafted = site.get(Who::Responder, small).await;
    assert!(drafted.body.contains("<textarea") && drafted.body.contains("Timeline (UTC)"), "{}", drafted.body);
    assert_eq!(stored(&site, "inc-2026-05-02-small").await.1, 1);
}

#[tokio::test]
async fn waiving_leads_to_the_rule_in_the_room() {
    let site = site().await;
    let (incident, path) = resolved(&site).await;
    assert!(read(&site.get(Who::Responder, &path).await.body).contains("Waive…"));
    let waive = site.post_form(Who::Responder, &format!("{path}/state"), &[("state", "waive")]).await;
    assert_eq!(waive.header("location"), format!("/incidents/{}#rule-postmortem-on-time", incident.slug));
    assert_eq!(site.post_form(Who::Responder, "/postmortems/nothing/state", &[("state", "waive")]).await.status, 404);
}

#[tokio::test]
async fn lateness_is_counted_in_business_days() {
    let site = site().await;
    let (_, path) = resolved(&site).await;
    let check = async |days: i64, says: &str| {
        site.advance(jiff::SignedDuration::from_hours(24 * days));
        let text = read(&site.get(Who::Viewer, &path).await.body);
        assert!(text.contains(says), "{says}: {text}");
    };
    // Resolved on Saturday 2 May; due at the end of Friday 8 May. A session idles for a week at most, so the reader looks now and then.
    check(4, "in 2 business days").await;
    check(2, ", today").await;
    check(1, "less than a business day late").await;
    check(4, "3 business days late").await;
}
