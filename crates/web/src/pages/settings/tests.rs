use crate::{
    public::tests::outage::{assert_sound, read, site},
    tests::site::Who,
};

#[tokio::test]
async fn keys_are_shown_to_administrators_and_webhook_secrets_to_their_people() {
    let site = site().await;
    for who in [Who::Viewer, Who::Responder, Who::Manager, Who::Admin] {
        let page = site.get(who, "/settings").await;
        assert_sound("/settings", &page);
        let keys = ["key-of-the-tool", "key-of-the-pager"].iter().filter(|key| page.body.contains(*key)).count();
        assert_eq!(keys, if who == Who::Admin { 2 } else { 0 }, "{who:?}");
        let secret = matches!(who, Who::Responder | Who::Admin);
        assert_eq!(page.body.contains("whsec_"), secret, "{who:?}");
        let text = read(&page.body);
        assert!(text.contains("http://nightbell.test/in/generic/") && text.contains("4 users, from files"), "{text}");
        assert!(text.contains("http://nightbell.test/v2/enqueue"), "{text}");
    }
    assert!(site.get(Who::Responder, "/settings").await.body.contains("Webhook secret of @rita/hook"));
}

#[tokio::test]
async fn a_token_is_shown_once_works_and_is_revoked() {
    let site = site().await;
    let made = site.post_form(Who::Responder, "/settings/tokens", &[("name", "deploys"), ("scope", "viewer")]).await;
    assert_sound("/settings", &made);
    assert_eq!(made.header("cache-control"), "no-store");
    let shown = read(&made.body);
    let token = shown.split_whitespace().find(|word| word.starts_with("nb_")).expect("the secret").to_owned();
    let again = site.get(Who::Responder, "/settings").await.body;
    assert!(!again.contains(&token) && again.contains("deploys"), "shown once");
    let secret = nightbell_engine::access::Secret::from_text(token);
    let who = site
        .state
        .read(move |tx, _, directory| nightbell_engine::access::authenticate_token(tx, directory, &secret))
        .await
        .expect("read");
    let (caller, row) = who.expect("it opens");
    assert_eq!((caller.user().as_str(), row.scope.as_str()), ("rita", "viewer"));
    let revoke = format!("/settings/tokens/{}/revoke", row.id);
    assert_eq!(site.post_form(Who::Manager, &revoke, &[]).await.status, 404, "somebody else's looks like none");
    assert_eq!(site.post_form(Who::Responder, &revoke, &[]).await.status, 303);
    assert_eq!(site.post_form(Who::Responder, &revoke, &[]).await.status, 409);
    assert!(!site.get(Who::Manager, "/settings").await.body.contains("deploys"));
    assert!(read(&site.get(Who::Admin, "/settings").await.body).contains("deploys (of Rita Responder)"));
}

#[tokio::test]
async fn a_token_cannot_do_more_than_its_maker_and_errors_keep_what_was_typed() {
    let site = site().await;
    let check = async |name: &str, scope: &str, says: &str| {
        let answer = site.post_form(Who::Responder, "/settings/tokens", &[("name", name), ("scope", scope)]).await;
        assert_eq!(answer.status, 400, "{name} {scope}");
        assert!(answer.body.contains(says), "{says}: {}", answer.body);
        assert!(!read(&answer.body).contains("Your new token"));
    };
    check("<i>x</i>", "admin", "value=\"&#60;i&#62;x&#60;/i&#62;\"").await;
    check("x", "admin", "Choose responder or less").await;
    check("x", "everything", "Choose what the token may do.").await;
    check(" ", "viewer", "Say what the token is for").await;
    assert!(!site.get(Who::Responder, "/settings").await.body.contains("value=\"manager\""), "it is not even offered");
}

#[tokio::test]
async fn signing_out_everywhere_ends_every_session_of_the_person_alone() {
    let site = site().await;
    let answer = site.post_form(Who::Viewer, "/settings/sessions/all/revoke", &[]).await;
    assert_eq!((answer.status.as_u16(), answer.header("location")), (303, "/sign-in"));
    assert!(
        answer.cookies().iter().any(|cookie| cookie.starts_with("nightbell=;") && cookie.contains("Max-Age=0")),
        "{:?}",
        answer.cookies()
    );
    assert_eq!(site.get(Who::Viewer, "/settings").await.status, 303, "the old cookie opens nothing");
    assert_eq!(site.get(Who::Responder, "/settings").await.status, 200);
}
