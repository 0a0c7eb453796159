//! A server that is not to be trusted, and one that says nothing.

use super::{
    super::{listen::follow, settings::Role},
    Live, Settings, StoreError, refuse, runtime,
};
use std::{net::TcpListener, sync::mpsc, thread, time::Duration};

/// Far beyond what is waited for: only a test that fails comes here.
const DEADLINE: Duration = Duration::from_secs(60);

#[test]
fn inv_01_server_that_does_not_flush_is_refused() {
    let cases = [
        (150_018, "on", "on", "on", None),
        (130_000, "on", "on", "remote_apply", None),
        (120_022, "on", "on", "on", Some("too old")),
        (150_018, "off", "on", "on", Some("fsync")),
        (150_018, "on", "off", "on", Some("full_page_writes")),
        (150_018, "on", "on", "off", Some("synchronous_commit")),
        (150_018, "on", "on", "local", Some("synchronous_commit")),
    ];
    for (version, fsync, pages, commit, expected) in cases {
        let said = refuse(version, "x", fsync, pages, commit).err().map(|e| e.to_string());
        match (expected, &said) {
            (None, None) => {}
            (Some(word), Some(said)) if said.contains(word) => {}
            _ => panic!("{version} {fsync} {pages} {commit}: {said:?}"),
        }
    }
}

/// What is answered about a server that takes connections and never says a word.
#[expect(clippy::disallowed_methods, reason = "the test must end when what it asks does not")]
fn about_a_silent_server(ask: impl FnOnce(Settings) -> Result<(), StoreError> + Send + 'static) -> String {
    // Its backlog takes the connection; nobody ever reads it.
    let server = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let url = format!("postgres://a@{}/db", server.local_addr().expect("it has an address"));
    let (answer, answered) = mpsc::channel();
    thread::spawn(move || {
        let settings = Settings::parse(&url, Role::Writer).expect("an address");
        assert!(settings.session_within <= Duration::from_secs(10), "a few seconds");
        let asked = ask(Settings { session_within: Duration::from_millis(50), ..settings });
        drop(answer.send(asked.err()));
    });
    let error = answered.recv_timeout(DEADLINE).expect("it is given up").expect("nobody answered");
    assert!(matches!(error, StoreError::Unavailable(_)), "{error}");
    error.to_string()
}

#[test]
fn inv_02_a_server_that_takes_the_connection_and_says_nothing_is_given_up() {
    let said = about_a_silent_server(|settings| Live::connect(&settings).map(drop));
    assert!(said.contains("no session within"), "{said}");
}

#[test]
fn a_listener_gives_up_a_server_that_says_nothing_and_tries_again() {
    let said = about_a_silent_server(|settings| runtime()?.block_on(follow(&settings, &|| {})));
    assert!(said.contains("no session within"), "{said}");
}
