//! The client against a double on loopback: what it sends, and what each bad end is told as.

use super::*;
use crate::failure::Code;
use axum::{Router, extract::Request, http::StatusCode, response::IntoResponse};
use serde_json::json;

/// Serves `status` and `body` for every request on a free port; the server ends with the runtime that is answered.
fn double(
    answer: impl Fn(Request) -> (StatusCode, String) + Clone + Send + Sync + 'static,
) -> (tokio::runtime::Runtime, String) {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let listener = runtime.block_on(tokio::net::TcpListener::bind("127.0.0.1:0")).unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let router = Router::new().fallback(move |request: Request| {
        let answer = answer.clone();
        async move { answer(request).into_response() }
    });
    runtime.spawn(async move { axum::serve(listener, router).await });
    (runtime, url)
}

#[test]
fn requests_carry_token_path_and_query() {
    let (_server, url) = double(|request| {
        let token = request.headers()["authorization"].to_str().unwrap().to_owned();
        (
            StatusCode::OK,
            json!({"uri": request.uri().to_string(), "token": token, "method": request.method().as_str()}).to_string(),
        )
    });
    let client = Client::new(&url, " nb_x\n").unwrap();
    let seen = client.get(&["incidents", "a b/../c"], &[("state", "open now")]).unwrap();
    assert_eq!(
        seen,
        json!({"uri": "/api/v1/incidents/a%20b%2F..%2Fc?state=open+now", "token": "Bearer nb_x", "method": "GET"})
    );
    let below = Client::new(&format!("{url}/"), "nb_x").unwrap();
    assert_eq!(below.post(&["pages"], &json!({})).unwrap()["uri"], "/api/v1/pages");
}

#[test]
fn lists_follow_their_cursor_and_stop() {
    let (_server, url) = double(|request| {
        let page = match request.uri().query().unwrap_or_default() {
            "" => json!({"items": [1, 2], "next": "two"}),
            "before=two" => json!({"items": [3], "next": null}),
            other => panic!("{other}"),
        };
        (StatusCode::OK, page.to_string())
    });
    let client = Client::new(&url, "nb_x").unwrap();
    assert_eq!(client.list(&["alerts"], &[], 100).unwrap(), [1, 2, 3]);
    assert_eq!(client.list(&["alerts"], &[], 2).unwrap(), [1, 2]);
}

#[test]
fn bad_ends() {
    let problem = json!({"detail": "There is no incident x.", "code": "not-found"}).to_string();
    let files = json!({"detail": "Bad files.", "errors": [{"path": "a.yaml", "line": 3, "column": 5, "message": "unknown key \"nmae\".", "suggestion": "name"}]}).to_string();
    let fields =
        json!({"title": "Invalid", "errors": [{"field": "owner", "message": "Say who.\u{1b}[2J"}]}).to_string();
    let once = json!({"detail": "Not twice.", "errors": [{"field": "a", "message": "Not twice."}]}).to_string();
    for (status, body, code, expected) in [
        (404, problem.as_str(), Code::Findings, "There is no incident x."),
        (400, files.as_str(), Code::Findings, "Bad files.\na.yaml:3:5: unknown key \"nmae\". Did you mean \"name\"?"),
        (400, fields.as_str(), Code::Findings, "Invalid\nowner: Say who.[2J"),
        (400, once.as_str(), Code::Findings, "\nNot twice."),
        (401, "{}", Code::Usage, "The server does not know this token."),
        (302, "", Code::Usage, "answers with a redirect"),
        (503, "<html>", Code::Unreachable, "The server answered 503."),
        (200, "<html>", Code::Unreachable, "That is not a Nightbell server"),
    ] {
        let answer = body.to_owned();
        let (_server, url) = double(move |_| (StatusCode::from_u16(status).unwrap(), answer.clone()));
        let failure = Client::new(&url, "nb_x").unwrap().get(&["x"], &[]).unwrap_err();
        assert_eq!(failure.code, code, "{status} {body}");
        let message = format!("\n{failure}");
        assert!(message.contains(expected), "{status}: {failure}");
        assert_eq!(message.matches("Not twice").count(), usize::from(expected.contains("Not twice")));
    }
}

#[test]
fn an_unreachable_server_says_what_it_means_for_paging() {
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let failure = Client::new(&format!("http://127.0.0.1:{port}"), "nb_x").unwrap().get(&["x"], &[]).unwrap_err();
    assert_eq!(failure.code, Code::Unreachable);
    assert!(failure.message.contains("nobody is paged until it is back"), "{failure}");
}

#[test]
fn arguments_are_checked() {
    for (url, token) in [
        (Some("nightbell.example.com"), Some("nb_x")),
        (Some("ftp://x"), Some("nb_x")),
        (None, None),
        (None, Some(" ")),
    ] {
        let arguments = ServerArgs { url: url.map(str::to_owned), token: token.map(str::to_owned) };
        assert_eq!(arguments.client().map(drop).unwrap_err().code, Code::Usage, "{url:?} {token:?}");
    }
}
