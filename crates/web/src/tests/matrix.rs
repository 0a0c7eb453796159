//! {nobody, viewer, responder, manager, admin} × the four rights, on pages, forms and the API.

use super::site::{Site, Who};
use crate::{
    csrf::CsrfForm,
    domain::access::{Administer, Manage, Read, Respond, Right},
    gate::{ApiCaller, Signed},
    state::AppState,
};
use axum::{
    Router,
    http::{Method, StatusCode},
    routing::{get, post},
};
use serde::Deserialize;
use serde_json::json;

#[derive(Deserialize)]
struct Word {
    word: String,
}

async fn look<R: Right>(who: Signed<R>) -> String {
    format!("{} looks", who.chip().handle)
}

async fn press<R: Right>(who: Signed<R>, CsrfForm(form): CsrfForm<Word>) -> String {
    format!("{} says {}", who.permit.user(), form.word)
}

async fn call<R: Right>(caller: ApiCaller<R>) -> String {
    format!("{} calls", caller.permit.user())
}

fn of<R: Right + Send + Sync + 'static>(name: &str) -> Router<AppState> {
    Router::new()
        .route(&format!("/sample/{name}"), get(look::<R>).post(press::<R>))
        .route(&format!("/api/sample/{name}"), post(call::<R>).get(call::<R>))
}

pub(super) fn samples() -> Vec<Router<AppState>> {
    vec![of::<Read>("read"), of::<Respond>("respond"), of::<Manage>("manage"), of::<Administer>("administer")]
}

const RIGHTS: [(&str, Who); 4] =
    [("read", Who::Viewer), ("respond", Who::Responder), ("manage", Who::Manager), ("administer", Who::Admin)];

#[tokio::test]
async fn every_role_gets_exactly_its_rights() {
    let site = Site::new(samples());
    let mut asked = 0;
    for (name, least) in RIGHTS {
        for who in Who::ALL {
            let (page, api) = (format!("/sample/{name}"), format!("/api/sample/{name}"));
            let (see, change, strange) = if who == Who::Nobody {
                (StatusCode::SEE_OTHER, StatusCode::SEE_OTHER, StatusCode::UNAUTHORIZED)
            } else if who >= least {
                (StatusCode::OK, StatusCode::OK, StatusCode::OK)
            } else {
                (StatusCode::FORBIDDEN, StatusCode::FORBIDDEN, StatusCode::FORBIDDEN)
            };
            let answers = [
                (site.get(who, &page).await, see),
                (site.post_form(who, &page, &[("word", "hello")]).await, change),
                (site.api(who, Method::POST, &api, &json!({})).await, strange),
                (site.api(who, Method::GET, &api, &json!({})).await, strange),
            ];
            for (answer, wanted) in answers {
                assert_eq!(answer.status, wanted, "{who:?} at {page}: {}", answer.body);
                asked += 1;
            }
        }
    }
    assert_eq!(asked, 80);
}

#[tokio::test]
async fn a_stranger_comes_back_to_the_page_they_wanted() {
    let site = Site::new(samples());
    let answer = site.get(Who::Nobody, "/sample/read?a=1&b=2").await;
    assert_eq!(answer.header("location"), "/sign-in?next=%2Fsample%2Fread%3Fa%3D1%26b%3D2");
    assert_eq!(site.post_form(Who::Nobody, "/sample/read", &[]).await.header("location"), "/sign-in");
}

#[tokio::test]
async fn a_cookie_reads_the_api_and_never_writes_by_it() {
    let site = Site::new(samples());
    assert_eq!(site.get(Who::Admin, "/api/sample/read").await.status, StatusCode::OK);
    let answer = site.post_form(Who::Admin, "/api/sample/read", &[]).await;
    assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{}", answer.body);
    assert_eq!(answer.header("content-type"), "application/problem+json");
    assert_eq!(answer.header("www-authenticate"), "Bearer realm=\"Nightbell\"");
    assert_eq!(answer.json()["code"], "unauthenticated");
}

#[tokio::test]
async fn tokens_that_open_nothing_look_alike() {
    let site = Site::new(samples());
    let mut bodies = Vec::new();
    for value in ["Bearer nb_nonsense", "Bearer ", "Basic YTpi", "Bearer nb_00000000000000000000000000000000000000"] {
        let request = site.browser(Who::Admin, Method::GET, "/api/sample/read").header("authorization", value);
        let answer = site.send(request.body(axum::body::Body::empty()).expect("a request")).await;
        assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{value}");
        bodies.push(answer.body);
    }
    assert!(bodies.windows(2).all(|pair| pair[0] == pair[1]));
}

#[tokio::test]
async fn a_lowered_role_and_a_removed_person_count_at_once() {
    let site = Site::new(samples());
    assert_eq!(site.get(Who::Manager, "/sample/manage").await.status, StatusCode::OK);
    site.act(|unit| {
        let mut person = unit.directory.org.users.get(&Who::Manager.handle()).cloned().expect("max");
        person.role = crate::domain::org::AccessRole::Viewer;
        let object = crate::domain::org::ConfigObject::User(person);
        Ok(nightbell_store::config::put(
            unit.tx,
            &object,
            true,
            unit.now,
            &crate::domain::record::Actor::system("test"),
        )?)
    })
    .await;
    assert_eq!(site.get(Who::Manager, "/sample/manage").await.status, StatusCode::FORBIDDEN);
    assert_eq!(
        site.api(Who::Manager, Method::POST, "/api/sample/manage", &json!({})).await.status,
        StatusCode::FORBIDDEN
    );
    site.act(|unit| {
        let (kind, actor) = (crate::domain::org::ConfigKind::User, crate::domain::record::Actor::system("test"));
        Ok(nightbell_store::config::remove(unit.tx, kind, "max", unit.now, &actor)?)
    })
    .await;
    assert_eq!(site.get(Who::Manager, "/sample/read").await.status, StatusCode::SEE_OTHER);
    assert_eq!(
        site.api(Who::Manager, Method::GET, "/api/sample/read", &json!({})).await.status,
        StatusCode::UNAUTHORIZED
    );
}
