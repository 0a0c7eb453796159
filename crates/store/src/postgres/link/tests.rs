//! A server that is not to be trusted, and one that says nothing.

use super::{
    super::{PostgresReader, ROLLBACK, listen::follow, settings::Role, testing::postgres_database},
    Link, Live, Settings, StoreError, refuse, runtime,
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

/// A process of the server that waits for a lost standby notices neither that its client is gone nor a time limit. One that sleeps without a time
/// limit is the same to us.
#[test]
#[expect(clippy::disallowed_methods, reason = "the test must end when what it asks does not")]
fn inv_02_who_does_not_answer_is_asked_once_and_leaves_no_process_behind() {
    const ASLEEP: &str = "SELECT COUNT(*) FROM pg_stat_activity, pg_sleep(0.01) \
         WHERE datname = current_database() AND application_name = 'silent' AND state = 'active'";
    let made = postgres_database();
    let mut reader = PostgresReader::open(made.url()).expect("a session");
    let asleep = || {
        let mut count = None;
        reader
            .read(&mut |tx| count = Some(tx.row(ASLEEP, &[]).and_then(|row| row.expect("a row").int(0))))
            .expect("a view");
        count.expect("the view was run").expect("a count")
    };
    let (answer, answered) = mpsc::channel();
    let settings = Settings::parse(made.url(), Role::Writer).expect("an address");
    thread::spawn(move || {
        let mut link = Link::new(settings).expect("nothing is connected yet");
        let live = link.connected().expect("connected");
        live.run("SET application_name = 'silent'; SET statement_timeout = 0").expect("set");
        live.patience = Duration::from_millis(50);
        let first = live.run("SELECT pg_sleep(600)");
        live.patience = Duration::from_secs(600);
        link.abandon(ROLLBACK);
        drop(answer.send((first, link.live.is_none())));
    });
    let (first, forgotten) = answered.recv_timeout(DEADLINE).expect("nobody waits a second time");
    assert!(matches!(&first, Err(StoreError::Unavailable(said)) if said.contains("did not answer")), "{first:?}");
    assert!(forgotten);
    assert!(std::iter::repeat_with(asleep).take(1_000).any(|count| count == 0), "a process was left behind");
}
