use crate::{
    public::tests::outage::{assert_sound, read, site},
    tests::site::Who,
};

#[tokio::test]
async fn coverage_says_which_ways_are_whole_and_where_a_page_reaches_too_few() {
    let site = site().await;
    for path in ["/oncall/coverage", "/oncall/coverage?weeks=1", "/oncall/coverage?weeks=nonsense"] {
        for who in [Who::Viewer, Who::Responder, Who::Manager, Who::Admin] {
            assert_sound(path, &site.get(who, path).await);
        }
        let stranger = site.get(Who::Nobody, path).await;
        assert!(stranger.status == 303 && stranger.header("location").starts_with("/sign-in?next="), "{path}");
    }
    let page = read(&site.get(Who::Viewer, "/oncall/coverage").await.body);
    assert!(page.contains("Is every minute covered?") && page.contains("Policy shop"), "{page}");
}
