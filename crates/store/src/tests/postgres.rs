//! What only the PostgreSQL driver does: several writers, lost connections, a stopped holder of the lock, hints.

use super::samples::{
    alice, at, commit, damage, new_alert, new_page, notification, number, owe, read, triggered, try_read, write,
};
use crate::{
    Database, Postgres, PostgresBeside, PostgresReader, StoreError, Tx, Verdict, journal, listen, meta, paging,
    testing::{TestDatabase, empty_postgres_database, postgres_database},
};
use nightbell_domain::{
    record::Aggregate,
    signal::{Alert, AlertEvent},
};
use std::{
    collections::BTreeSet,
    sync::{
        Mutex,
        mpsc::{Receiver, channel},
    },
    time::Duration,
};

/// Long enough for a busy machine, short enough to end a broken test.
const PATIENCE: Duration = Duration::from_secs(20);

fn open(made: &TestDatabase) -> Postgres {
    Postgres::open(made.url()).expect("a database")
}

fn seen<T>(reader: &mut PostgresReader, mut view: impl FnMut(&mut dyn Tx) -> Result<T, StoreError>) -> T {
    let mut answer = None;
    reader.read(&mut |tx| answer = Some(view(tx))).expect("a view");
    answer.expect("the view was run").expect("readable")
}

/// Ends every other connection to this database, as an administrator or a restart would.
const END_OTHERS: &str = "SELECT COUNT(pg_terminate_backend(pid)) FROM pg_stat_activity \
     WHERE datname = current_database() AND pid <> pg_backend_pid()";

#[test]
fn inv_01_session_waits_for_the_disk() {
    let made = postgres_database();
    let mut database = open(&made);
    let setting = |database: &mut Postgres, name: &'static str| {
        read(database, |tx| {
            tx.row("SELECT current_setting($1)", &[name.into()])?.expect("a row").text(0).map(str::to_owned)
        })
    };
    let expected = [
        ("synchronous_commit", "on"),
        ("fsync", "on"),
        ("full_page_writes", "on"),
        ("idle_in_transaction_session_timeout", "2s"),
        ("statement_timeout", "10s"),
        ("lock_timeout", "8s"),
        ("application_name", "nightbell"),
    ];
    for (name, value) in expected {
        assert_eq!(setting(&mut database, name), value, "{name}");
    }
}

/// The lock is free before the disk has written, but nobody is answered before: neither whoever wrote, nor whoever only read what another had
/// written and not flushed.
#[test]
fn inv_01_what_is_answered_is_flushed_with_all_it_was_built_on() {
    const LOG_IS_AT: &str = "SELECT CAST(pg_current_wal_insert_lsn() AS TEXT)";
    const IS_FLUSHED: &str = "SELECT CAST(CAST($1 AS TEXT) AS PG_LSN) <= pg_current_wal_flush_lsn()";
    let made = postgres_database();
    let mut database = open(&made);
    let mut unflushed = PostgresBeside::open(made.url()).expect("a connection");
    let place = |tx: &mut dyn Tx| Ok(tx.row(LOG_IS_AT, &[])?.expect("a row").text(0)?.to_owned());
    for n in 0..20 {
        let n = n.to_string();
        let own = write(&mut database, |tx| {
            meta::set(tx, "own", &n)?;
            tx.flush()?;
            place(tx)
        });
        let own = own.expect("written");
        let mut others = String::new();
        let written = unflushed.write(&mut |tx| {
            meta::set(tx, "another's", &n)?;
            tx.flush()?;
            others = place(tx)?;
            Ok(())
        });
        written.expect("written");
        let seen = write(&mut database, |tx| meta::get(tx, "another's")).expect("answered");
        assert_eq!(seen.as_deref(), Some(n.as_str()), "a commit is seen before it is flushed");
        for place in [own, others] {
            let flushed =
                read(&mut database, |tx| tx.row(IS_FLUSHED, &[place.as_str().into()])?.expect("a row").int(0));
            assert_eq!(flushed, 1, "round {n}: {place}");
        }
    }
    let setting = read(&mut database, |tx| {
        tx.row("SELECT current_setting('synchronous_commit')", &[])?.expect("a row").text(0).map(str::to_owned)
    });
    assert_eq!(setting, "on", "of the session, after as before");
}

/// The right to flush is asked for by whoever flushes, once. A sign of life needs none: with a standby that is lost, no flush comes to an end.
#[test]
fn inv_01_a_writer_that_may_not_flush_does_not_start_and_signs_of_life_need_no_flush() {
    let made = postgres_database();
    let mut database = open(&made);
    let role = "pg_signal_backend";
    for sql in [
        "REVOKE EXECUTE ON FUNCTION pg_logical_emit_message(BOOLEAN, TEXT, TEXT) FROM PUBLIC",
        "GRANT SELECT ON refinery_schema_history TO pg_signal_backend",
    ] {
        write(&mut database, |tx| tx.run(sql, &[])).expect("by its owner");
    }
    let joint = if made.url().contains('?') { '&' } else { '?' };
    let url = format!("{}{joint}options=-c%20role%3D{role}", made.url());
    let opened = Postgres::open(&url).map(drop);
    let Err(StoreError::Unavailable(said)) = &opened else { panic!("{opened:?}") };
    assert!(said.contains("pg_logical_emit_message") && said.contains("(42501)"), "{said}");
    let mut who = String::new();
    let mut beside = PostgresBeside::open(&url).expect("it flushes nothing");
    let beat = beside.write(&mut |tx| {
        who = tx.row("SELECT CAST(current_user AS TEXT)", &[])?.expect("a row").text(0)?.to_owned();
        Ok(())
    });
    assert_eq!((beat, who.as_str()), (Ok(()), role));
}

#[test]
fn lost_connection_is_replaced_before_anything_was_done() {
    let made = postgres_database();
    let (mut database, mut reader) = (open(&made), PostgresReader::open(made.url()).expect("a reader"));
    let mut other = open(&made);
    write(&mut database, |tx| meta::set(tx, "key", "1")).expect("written");
    assert!(number(&mut other, END_OTHERS) >= 2, "the writer and the reader were thrown out");
    write(&mut database, |tx| meta::set(tx, "key", "2")).expect("with a connection of its own again");
    assert_eq!(seen(&mut reader, |tx| meta::get(tx, "key")).as_deref(), Some("2"));
}

#[test]
fn connection_lost_in_a_batch_keeps_nothing_and_the_next_one_goes_on() {
    let made = postgres_database();
    let (mut database, mut other) = (open(&made), open(&made));
    let mut told = Ok(());
    let mut op = |tx: &mut dyn Tx| {
        meta::set(tx, "lost", "1").expect("written");
        assert_eq!(number(&mut other, END_OTHERS), 1);
        told = meta::set(tx, "lost, too", "1").and_then(|()| tx.flush());
        if told.is_ok() { Verdict::Keep } else { Verdict::Undo }
    };
    let written = database.write(&mut [&mut op]);
    assert!(matches!(told, Err(StoreError::Unavailable(_))), "{told:?}");
    assert!(matches!(written, Err(StoreError::Unavailable(_))), "{written:?}");
    write(&mut database, |tx| meta::set(tx, "next", "1")).expect("the writer lives on");
    assert_eq!(number(&mut database, "SELECT COUNT(*) FROM meta"), 1);
}

/// A node that is stopped inside its transaction holds the lock of all. It is thrown out, the others go on, and it learns of it.
#[test]
fn inv_22_stopped_holder_of_the_lock_is_thrown_out() {
    let made = postgres_database();
    let (mut stopped, mut other) = (open(&made), open(&made));
    let (holds, holding) = channel();
    let (go, wait) = channel::<()>();
    std::thread::scope(|scope| {
        let first = scope.spawn(move || {
            let mut op = |tx: &mut dyn Tx| {
                meta::set(tx, "stopped", "1").and_then(|()| tx.flush()).expect("written");
                holds.send(()).expect("told");
                wait.recv_timeout(PATIENCE).expect("released");
                let late = meta::set(tx, "stopped", "2").and_then(|()| tx.flush());
                if late.is_ok() { Verdict::Keep } else { Verdict::Undo }
            };
            stopped.write(&mut [&mut op])
        });
        holding.recv_timeout(PATIENCE).expect("it holds the lock");
        write(&mut other, |tx| meta::set(tx, "other", "1")).expect("within the wait for the lock");
        go.send(()).expect("released");
        let late = first.join().expect("no panic");
        assert!(matches!(late, Err(StoreError::Unavailable(_))), "{late:?}");
    });
    assert_eq!(read(&mut other, |tx| meta::get(tx, "stopped")), None);
}

/// On a cluster with other databases and roles anybody may connect, unless that was revoked: advisory locks are anybody's, our table is not.
#[test]
fn inv_22_writers_lock_cannot_be_taken_by_a_role_without_rights() {
    let made = postgres_database();
    let mut database = open(&made);
    let mut stranger = PostgresReader::open(made.url()).expect("a session");
    let taken = seen(&mut stranger, |tx| {
        let taken = tx.rows(
            "SELECT pg_advisory_xact_lock($1) IS NULL, pg_advisory_xact_lock($2) IS NULL",
            &[0x6e69_6768_7462_i64.into(), 0x6e69_6768_7463_i64.into()],
        )?;
        write(&mut database, |tx| meta::set(tx, "key", "1")).expect("the writer asks for no advisory lock");
        drop(Postgres::open(made.url()).expect("nor does a start on a schema that is up to date"));
        Ok(taken.len())
    });
    assert_eq!(taken, 1);
    let mut refused = Vec::new();
    let mut op = |tx: &mut dyn Tx| {
        // Undone with the transaction.
        tx.run("CREATE ROLE nightbell_test_stranger", &[]).expect("a role");
        tx.run("SET LOCAL ROLE nightbell_test_stranger", &[]).expect("that role");
        refused.push(tx.run("LOCK TABLE meta IN ACCESS SHARE MODE", &[]));
        Verdict::Undo
    };
    database.write(&mut [&mut op]).expect("undone");
    assert!(matches!(&refused[..], [Err(StoreError::Unavailable(said))] if said.contains("(42501)")), "{refused:?}");
}

#[test]
fn lock_that_is_not_given_in_time_says_who_holds_it() {
    let made = postgres_database();
    let (mut holder, mut other) = (open(&made), open(&made));
    write(&mut other, |tx| tx.run("SET lock_timeout = 50", &[])).expect("an impatient session");
    let mut said = None;
    write(&mut holder, |tx| {
        let pid = tx.row("SELECT CAST(pg_backend_pid() AS BIGINT)", &[])?.expect("a row").int(0)?;
        let view = try_read(&mut other, |tx| meta::get(tx, "key"));
        said = Some((pid, view, write(&mut other, |tx| meta::set(tx, "key", "1"))));
        Ok(())
    })
    .expect("the holder goes on");
    let (pid, view, written) = said.expect("it tried");
    assert_eq!(view, Ok(None), "readers go on");
    let Err(StoreError::Unavailable(said)) = written else { panic!("{written:?}") };
    for part in [format!("process {pid} (nightbell"), "writer's lock".to_owned(), "(55P03)".to_owned()] {
        assert!(said.contains(&part), "{said}");
    }
    write(&mut other, |tx| meta::set(tx, "key", "2")).expect("and the other, when it is free");
}

/// Whoever reads the journal while two nodes write it never sees a position appear behind one it has seen.
#[test]
fn positions_appear_in_order_though_two_nodes_write() {
    const EACH: u32 = 40;
    let made = postgres_database();
    let (done, ended) = channel::<()>();
    let followed = std::thread::scope(|scope| {
        for node in 0..2_u32 {
            let (mut database, done) = (open(&made), done.clone());
            scope.spawn(move || {
                for n in 0..EACH {
                    let id = node * 1_000 + n;
                    let mut undone = |tx: &mut dyn Tx| {
                        let new = triggered(9_000 + id, &format!("undone-{id}"));
                        crate::commit::<Alert>(tx, None, new, at(0), &alice()).expect("queued");
                        tx.flush().expect("sent");
                        Verdict::Undo
                    };
                    let mut kept = |tx: &mut dyn Tx| {
                        let new = triggered(id, &format!("key-{id}"));
                        crate::commit::<Alert>(tx, None, new, at(0), &alice()).expect("queued");
                        tx.flush().expect("sent");
                        Verdict::Keep
                    };
                    database.write(&mut [&mut undone, &mut kept]).expect("committed");
                }
                drop(done);
            });
        }
        drop(done);
        follow(&made, &ended)
    });
    let mut database = open(&made);
    let all: Vec<u64> = read(&mut database, |tx| journal::after(tx, 0, 10_000)).iter().map(|l| l.position).collect();
    assert_eq!(followed, all, "the follower missed what appeared behind it");
    assert_eq!(all.len() as u32, 2 * EACH);
    assert_eq!(damage(&mut database), Vec::<String>::new());
}

/// The positions seen by somebody who only ever asks for what comes after the last one.
fn follow(made: &TestDatabase, ended: &Receiver<()>) -> Vec<u64> {
    let mut reader = PostgresReader::open(made.url()).expect("a reader");
    let mut seen_so_far: Vec<u64> = Vec::new();
    loop {
        // Looked at before reading: what is there after the end is read once more.
        let over = matches!(ended.try_recv(), Err(std::sync::mpsc::TryRecvError::Disconnected));
        let last = seen_so_far.last().copied().unwrap_or(0);
        let lines = seen(&mut reader, |tx| journal::after(tx, last, 7));
        seen_so_far.extend(lines.iter().map(|line| line.position));
        if over && lines.is_empty() {
            return seen_so_far;
        }
    }
}

#[test]
fn inv_06_two_nodes_never_take_the_same_work() {
    const WORK: u32 = 30;
    let made = postgres_database();
    let mut database = open(&made);
    new_page(&mut database, 1, 0);
    for n in 1..=WORK {
        owe(&mut database, &notification(n, 1, 10));
    }
    let taken = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..2 {
            let (mut node, taken) = (open(&made), &taken);
            scope.spawn(move || {
                loop {
                    let mine = write(&mut node, |tx| {
                        let ids = paging::due_notification_ids(tx, at(10), 3)?;
                        for id in &ids {
                            let queued = paging::notification(tx, *id)?.expect("it is there");
                            paging::save(tx, &queued, &queued.begin(at(10)))?;
                        }
                        Ok(ids)
                    })
                    .expect("taken");
                    if mine.is_empty() {
                        return;
                    }
                    taken.lock().expect("no panic").extend(mine);
                }
            });
        }
    });
    let taken = taken.into_inner().expect("no panic");
    assert_eq!(taken.len() as u32, WORK);
    assert_eq!(taken.iter().collect::<BTreeSet<_>>().len() as u32, WORK, "somebody took what was taken");
}

/// What this node remembers of a stream must not outlive an undone commit: another node writes its own event there.
#[test]
fn inv_18_chain_holds_when_a_commit_is_undone_and_another_node_goes_on() {
    let made = postgres_database();
    let (mut one, mut other) = (open(&made), open(&made));
    let alert = new_alert(&mut one, 1, "cpu");
    let mut undone = |tx: &mut dyn Tx| {
        let events = vec![AlertEvent::Resolved { reason: "undone".to_owned() }];
        crate::commit(tx, Some(alert.clone()), events, at(1), &alice()).expect("queued");
        Verdict::Undo
    };
    one.write(&mut [&mut undone]).expect("nothing to keep");
    let acknowledged = commit(&mut other, Some(&alert), &[AlertEvent::Acknowledged], 2);
    let resolved = AlertEvent::Resolved { reason: "over".to_owned() };
    commit(&mut one, Some(&acknowledged), &[resolved], 3);
    assert_eq!(damage(&mut one), Vec::<String>::new());
    assert_eq!(read(&mut one, |tx| crate::load::<Alert>(tx, &alert.key())).map(|a| a.version), Some(3));
}

#[test]
fn inv_14_several_nodes_start_on_an_empty_database_at_once() {
    let made = empty_postgres_database();
    std::thread::scope(|scope| {
        let nodes: Vec<_> = (0..4).map(|_| scope.spawn(|| Postgres::open(made.url()).map(drop))).collect();
        for node in nodes {
            node.join().expect("no panic").expect("it starts");
        }
    });
    let mut database = open(&made);
    let files = std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/migrations/postgres")).expect("a folder");
    assert_eq!(number(&mut database, "SELECT COUNT(*) FROM refinery_schema_history"), files.count() as i64);
}

#[test]
fn commit_is_hinted_to_whoever_listens_also_after_a_lost_connection() {
    let made = postgres_database();
    let mut database = open(&made);
    let (hint, hints) = channel();
    let listener = listen(made.url(), Box::new(move || _ = hint.send(()))).expect("a listener");
    hints.recv_timeout(PATIENCE).expect("it may have missed something before it listened");
    write(&mut database, |tx| meta::set(tx, "key", "1")).expect("written");
    hints.recv_timeout(PATIENCE).expect("a hint");
    assert_eq!(number(&mut database, END_OTHERS), 1);
    hints.recv_timeout(PATIENCE).expect("it may have missed something while it did not listen");
    write(&mut database, |tx| meta::set(tx, "key", "2")).expect("written");
    hints.recv_timeout(PATIENCE).expect("a hint");
    drop(listener);
    assert!(hints.recv_timeout(PATIENCE).is_err(), "nobody listens any more");
}

#[test]
fn view_stays_the_same_while_others_write_and_cannot_write() {
    let made = postgres_database();
    let mut database = open(&made);
    let mut reader = PostgresReader::open(made.url()).expect("a reader");
    let (first, second) = seen(&mut reader, |tx| {
        let first = meta::get(tx, "key")?;
        write(&mut database, |tx| meta::set(tx, "key", "1")).expect("a reader does not hold the writer up");
        Ok((first, meta::get(tx, "key")?))
    });
    assert_eq!((first, second), (None, None));
    assert_eq!(seen(&mut reader, |tx| meta::get(tx, "key")).as_deref(), Some("1"), "the next view sees it");
    let mut tried = Vec::new();
    reader
        .read(&mut |tx| {
            tried.push(meta::set(tx, "key", "2").and_then(|()| tx.flush()).is_err());
            tried.push(tx.queue("DELETE FROM meta", Vec::new(), None).is_err());
        })
        .expect("a view");
    assert_eq!(tried, [true, true]);
    assert_eq!(number(&mut database, "SELECT COUNT(*) FROM meta"), 1);
}

/// What the server says, made to say it.
#[test]
fn errors_of_the_server_are_told_apart() {
    type Expected = fn(&StoreError) -> bool;
    let cases: [(&'static str, Expected); 8] = [
        ("DO $$ BEGIN RAISE EXCEPTION 'x' USING ERRCODE = '53100'; END $$", |e| matches!(e, StoreError::Full(_))),
        ("DO $$ BEGIN RAISE EXCEPTION 'x' USING ERRCODE = '40001'; END $$", |e| matches!(e, StoreError::Conflict(_))),
        ("DO $$ BEGIN RAISE EXCEPTION 'x' USING ERRCODE = '40P01'; END $$", |e| matches!(e, StoreError::Conflict(_))),
        ("DO $$ BEGIN RAISE EXCEPTION 'x' USING ERRCODE = '23505'; END $$", |e| matches!(e, StoreError::Conflict(_))),
        ("DO $$ BEGIN RAISE EXCEPTION 'x' USING ERRCODE = '23514'; END $$", |e| matches!(e, StoreError::Corrupt(_))),
        ("DO $$ BEGIN RAISE EXCEPTION 'x' USING ERRCODE = 'XX001'; END $$", |e| matches!(e, StoreError::Corrupt(_))),
        ("SELECT 1 / 0", |e| matches!(e, StoreError::Unavailable(_))),
        ("SELECT nothing FROM nowhere", |e| matches!(e, StoreError::Unavailable(_))),
    ];
    let made = postgres_database();
    let mut database = open(&made);
    for (sql, expected) in cases {
        let said = write(&mut database, |tx| tx.run(sql, &[])).expect_err("an error");
        assert!(expected(&said), "{sql}: {said:?}");
    }
    write(&mut database, |tx| meta::set(tx, "next", "1")).expect("the writer lives on");
}

#[test]
fn statement_that_takes_too_long_is_ended_and_undone_alone() {
    let made = postgres_database();
    let mut database = open(&made);
    let mut told = None;
    let mut before = |tx: &mut dyn Tx| {
        meta::set(tx, "before", "1").expect("written");
        Verdict::Keep
    };
    let mut slow = |tx: &mut dyn Tx| {
        meta::set(tx, "slow", "1").expect("written");
        tx.run("SET LOCAL statement_timeout = 50", &[]).expect("set");
        told = Some(tx.run("SELECT pg_sleep(60)", &[]));
        Verdict::Undo
    };
    database.write(&mut [&mut before as crate::WriteOp<'_>, &mut slow]).expect("the other is kept");
    assert!(matches!(told, Some(Err(StoreError::Unavailable(_)))), "{told:?}");
    assert_eq!(number(&mut database, "SELECT COUNT(*) FROM meta"), 1);
}

/// PostgreSQL's text cannot hold the character NUL. A provider's reply may, and must not make its outcome unstorable.
#[test]
fn text_with_a_nul_is_stored_without_it() {
    let made = postgres_database();
    let mut database = open(&made);
    write(&mut database, |tx| meta::set(tx, "key", "a\0b")).expect("stored");
    assert_eq!(try_read(&mut database, |tx| meta::get(tx, "key")), Ok(Some("a\u{fffd}b".to_owned())));
}

#[test]
fn callers_may_stand_on_a_blocking_thread_and_let_go_on_any() {
    let made = postgres_database();
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).build().expect("a runtime");
    let url = made.url().to_owned();
    runtime.block_on(async {
        let work = tokio::task::spawn_blocking(move || {
            let mut database = Postgres::open(&url).expect("a database");
            write(&mut database, |tx| meta::set(tx, "key", "1")).expect("written");
            (database, PostgresReader::open(&url).expect("a reader"))
        });
        drop(work.await.expect("no panic"));
    });
    assert_eq!(number(&mut open(&made), "SELECT COUNT(*) FROM meta"), 1);
}

#[test]
fn what_cannot_be_reached_is_unavailable_and_says_so() {
    let listener = std::net::TcpListener::bind(("127.0.0.1", 0)).expect("a port");
    let port = listener.local_addr().expect("an address").port();
    drop(listener);
    let opened = Postgres::open(&format!("postgres://nobody:secret-word@127.0.0.1:{port}/db")).map(drop);
    let Err(StoreError::Unavailable(said)) = &opened else { panic!("{opened:?}") };
    assert!(said.contains("refused") && !said.contains("secret-word"), "{said}");
}
