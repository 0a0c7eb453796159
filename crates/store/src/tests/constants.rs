//! Every SQL text of the crate: named here, prepared, and of the dialect both databases understand. The list is kept honest by reading
//! the sources: a constant that is missing here, or a statement written in place, fails.

use crate::{
    Sqlite, Stored, access, bundle, calendars, canary, clock_step, config, delivery_report, heartbeat, holes, journal,
    learning, load, meta, node, paging, people, portable, proof, response, signal, subscriber, tx, voice, watch,
};
use std::{collections::BTreeSet, path::Path};

macro_rules! listed {
    ($($file:literal $module:ident [$($name:ident)*] $(stores $aggregate:ty)? $(, proves $($proved:ty),+)?;)*) => {
        [$(
            $(($file, stringify!($name), $module::$name),)*
            $(
                ($file, "INSERT", <$aggregate as Stored>::INSERT),
                ($file, "UPDATE", <$aggregate as Stored>::UPDATE),
                ($file, "LOAD", <$aggregate as Stored>::LOAD),
            )?
            $($(($file, "ROWS_AFTER", <$proved as proof::Provable>::ROWS_AFTER),)+)?
        )*]
        .as_slice()
    };
}

/// File, name and text of each.
pub(super) fn listed() -> &'static [(&'static str, &'static str, &'static str)] {
    const {
        listed! {
            "access.rs" access [
                PASSWORD SET_PASSWORD OPEN_SESSION SESSION SEE_SESSION END_SESSION END_SESSIONS_OF END_EXPIRED ADD_TOKEN TOKEN TOKENS USE_TOKEN
                REVOKE_TOKEN REVOKE_TOKENS_OF ADD_LINK LINK USE_LINK FORGET_PASSWORD FORGET_LINKS_OF
            ];
            "bundle.rs" bundle [
                LAST_RUNG LAST_TOLD TAKE_PAGES_ALONG TAKE_OTHERS_ALONG LOSE_ALONG BEGIN_ATTEMPTS_ALONG ALONG ALONG_IDS TOLD_WITH WRITE_DOWN_ALONG ATTEMPT_AT
            ];
            "calendars.rs" calendars [
                ADD_FEED FEED FEEDS_OF USE_FEED REVOKE_FEED REVOKE_FEEDS_OF ADD_ABSENCE ABSENCES_AHEAD ABSENCES_OF COUNT_ABSENCES FORGET_ABSENCES FORGET_ABSENCE FORGET_ABSENCES_BEFORE
            ];
            "canary.rs" canary [OF_CANARIES WAITING NEWEST_LINE FORGET_ATTEMPTS FORGET_NOTIFICATIONS FORGET_PAGE FORGET_STREAM];
            "clock_step.rs" clock_step [PAGES_AFTER WAKES_AFTER MESSAGES_AFTER];
            "config.rs" config [ALL VERSION_OF PUT REMOVE REVISE AS_OF REVISED NEWEST];
            "delivery_report.rs" delivery_report [ADD OF_PAGE FAILED TAKEN_ALONG LATELY_TOLD];
            "heartbeat.rs" heartbeat [HEARD ONE ALL DUE AWAIT MISSED FORGET];
            "holes.rs" holes [WARN FORGET];
            "journal.rs" journal [APPEND HASH_AT STREAM AFTER HEAD STREAMS];
            "learning.rs" learning [OF_INCIDENT DUE LIST UNPUBLISHED ADD_ITEM SAVE_ITEM ITEM ITEMS ITEMS_OF]
                stores nightbell_domain::learning::Postmortem;
            "load.rs" load [RUNG];
            "meta.rs" meta [GET SET CLAIM];
            "node.rs" node [JOIN BEAT ROLL IS_THERE LEAVE LEAVE_SILENT LEAVE_ALL CLAIM HAND_BACK HAND_BACK_ALL];
            "paging.rs" paging [
                DUE_PAGES DUE_WAKES TURN TURNS TAKE_TURN OF_SUBJECT OPEN_PAGES NEXT_DUE INSERT_NOTIFICATION UPDATE_NOTIFICATION NOTIFICATION OF_PAGE QUEUED_OF_PAGE
                DUE_NOTIFICATIONS DUE_NOTIFICATION_IDS BEGIN_ATTEMPT END_ATTEMPT ATTEMPTS
            ] stores nightbell_domain::paging::Page;
            "people.rs" people [
                ADD_CODE CODE ASKED_BY ASKED_OF ASK FORGET_ASKED TRY_CODE END_CODE FORGET_CODES FORGET_CODES_OF PROOFS PROOFS_OF SEE PROVE TRIED
                MISSED FORGET_PROOF FORGET_PROOFS_OF NEWEST_SENT BEGUN_LATELY IS_TOLD RINGS
            ];
            "portable.rs" portable [SESSIONS END_SESSIONS FORGET_LINKS SCHEMA_VERSION FORGET_FACT];
            "proof.rs" proof [STREAMS_AFTER LINES_BETWEEN OWED_AFTER ATTEMPTS_BETWEEN OBJECTS_AFTER],
                proves nightbell_domain::signal::Alert, nightbell_domain::paging::Page, nightbell_domain::response::Incident,
                nightbell_domain::learning::Postmortem;
            "response.rs" response [BY_SLUG TAKEN DUE OPEN LIST] stores nightbell_domain::response::Incident;
            "signal.rs" signal [OPEN_SAYS OPEN_BY_KEY LAST_BY_KEY LIST_OPEN LIST COUNT_REPEATS REPEATS TAKE_REPEATS INSERT_RAW RAW FORGET_RAW] stores nightbell_domain::signal::Alert;
            "subscriber.rs" subscriber [
                INSERT UPDATE ONE OF_RECIPIENT EVERYBODY KNOW_AS MAILS_ARE_TO COUNT FORGET_UNCONFIRMED_MAILS FORGET_UNCONFIRMED ASK OWE MAIL SAVE DUE NEXT_DUE BEGUN_SINCE BEGUN_TO ASKED
                QUEUED OTHERS_ARRIVE CANCEL_QUEUED CANCEL_EVERYTHING BRING_FORWARD FORGET_MAILS
            ];
            "tx.rs" tx [BEGIN_PART KEEP_PART UNDO_PART];
            "voice.rs" voice [PUT_NOTICE NOTICE NOTICES SET_COMPONENT COMPONENT_CHANGES COMPONENT_SINCE COMPONENT_NOW];
            "watch.rs" watch [OVERDUE ALARMS ACKNOWLEDGED];
        }
    }
}

/// Name and text of every source file outside this folder.
fn sources() -> Vec<(String, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut sources = Vec::new();
    for entry in std::fs::read_dir(folder).expect("the sources") {
        let path = entry.expect("an entry").path();
        if path.extension().is_some_and(|extension| extension == "rs") {
            let name = path.file_name().expect("a name").to_string_lossy().into_owned();
            sources.push((name, std::fs::read_to_string(&path).expect("a source")));
        }
    }
    assert!(sources.len() >= 12, "only {} sources were found", sources.len());
    sources
}

/// The names of the constants in a source whose text is a statement.
fn constants(source: &str) -> Vec<String> {
    let constant = |line: &str| {
        let declared = line.trim_start().strip_prefix("pub(crate) ").unwrap_or(line.trim_start());
        let (name, text) = declared.strip_prefix("const ")?.split_once(": &")?;
        let (_, text) = text.split_once("str =")?;
        // The text may begin on the next line.
        let text = text.trim().trim_start_matches('"');
        let verbs = ["SELECT ", "INSERT ", "UPDATE ", "DELETE ", "WITH ", "SAVEPOINT ", "RELEASE ", "ROLLBACK "];
        (text.is_empty() || verbs.iter().any(|verb| text.starts_with(verb))).then(|| name.to_owned())
    };
    source.lines().filter_map(constant).collect()
}

#[test]
fn every_statement_of_the_sources_is_listed() {
    let mut found = BTreeSet::new();
    for (file, source) in sources() {
        found.extend(constants(&source).into_iter().map(|name| (file.clone(), name)));
    }
    let listed: BTreeSet<_> = listed().iter().map(|(file, name, _)| ((*file).to_owned(), (*name).to_owned())).collect();
    assert_eq!(found.symmetric_difference(&listed).collect::<Vec<_>>(), Vec::<&(String, String)>::new());
    assert!(listed.len() >= 75, "only {} statements", listed.len());
}

#[test]
fn no_statement_is_written_in_place() {
    for (file, source) in sources() {
        for call in [".run(\"", ".rows(\"", ".row(\"", ".run(&format!", ".rows(&format!"] {
            assert!(!source.contains(call), "{file}: {call}…: a statement is a constant with a name");
        }
    }
}

#[test]
fn finding_constants_finds_them() {
    let cases = [
        ("pub(crate) const GET: &str = \"SELECT 1\";", vec!["GET"]),
        ("    const LOAD: &'static str = \"SELECT 1\";", vec!["LOAD"]),
        ("const LATER: &str =\n    \"SELECT 1\";", vec!["LATER"]),
        ("const INSERT: &'static str;", vec![]),
        ("const VERSION_KEY: &str = \"org_version\";", vec![]),
    ];
    for (source, expected) in cases {
        assert_eq!(constants(source), expected, "{source}");
    }
}

#[test]
fn every_statement_prepares() {
    let database = Sqlite::in_memory().expect("a database");
    for (file, name, sql) in listed() {
        if let Err(e) = database.prepares(sql) {
            panic!("{file}: {name}: {e}");
        }
    }
    assert!(database.prepares("SELECT nothing FROM nowhere").is_err(), "preparing looks at the schema");
}

#[test]
fn every_statement_prepares_on_postgres_too() {
    let made = crate::testing::postgres_database();
    let mut database = crate::Postgres::open(made.url()).expect("a database");
    for (file, name, sql) in listed() {
        if let Err(e) = database.prepares(sql) {
            panic!("{file}: {name}: {e}");
        }
    }
    assert!(database.prepares("SELECT nothing FROM nowhere").is_err(), "preparing looks at the schema");
}

/// Whoever gathers counts of repeats must know every statement whose answer they change; only the copy of a whole database is made elsewhere.
#[test]
fn every_statement_that_sees_repeats_is_known_to() {
    for (file, name, sql) in listed() {
        let sees = sql.contains("alert_repeat") && *name != "COUNT_REPEATS";
        assert_eq!(signal::sees_repeats(sql), sees, "{file}: {name}");
    }
}

/// The numbers after `$`.
fn parameters(sql: &str) -> BTreeSet<usize> {
    let digits = |rest: &str| rest.chars().take_while(char::is_ascii_digit).collect::<String>();
    sql.split('$').skip(1).map(|rest| digits(rest).parse().expect("a number after $")).collect()
}

#[test]
fn every_parameter_is_used() {
    for (file, name, sql) in listed() {
        let used = parameters(sql);
        assert!(used.iter().copied().eq(1..=used.len()), "{file}: {name} uses {used:?}: the others would not be bound");
    }
}

#[test]
fn statements_speak_both_dialects_and_ask_nobody_for_the_time() {
    let foreign = [
        "?",
        "OR REPLACE",
        "OR IGNORE",
        "ROWID",
        "IFNULL",
        "::",
        "ILIKE",
        "JSON_EXTRACT",
        "->",
        "SKIP LOCKED",
        "NOW()",
        "CURRENT_TIME",
        "CURRENT_DATE",
        "DATETIME(",
        "STRFTIME",
        "UNIXEPOCH",
        "RANDOM(",
        "SELECT *",
    ];
    for (file, name, sql) in listed() {
        for word in foreign {
            assert!(!sql.to_uppercase().contains(word), "{file}: {name} says {word}");
        }
    }
}
