//! The operator's night (tier T5): a backup while alerts come in, a restore elsewhere, proof beside a running server, tampering found. Through the
//! built binary; what must hold afterwards is judged from what was answered, what was received and what is stored.

#[path = "blackbox/child.rs"]
#[expect(dead_code, reason = "shared with the black box, which uses all of it")]
mod child;
#[path = "blackbox/double.rs"]
#[expect(dead_code, reason = "shared with the black box, which uses all of it")]
mod double;
#[path = "blackbox/house.rs"]
#[expect(dead_code, reason = "shared with the black box, which uses all of it")]
mod house;
#[path = "blackbox/http.rs"]
mod http;
#[path = "blackbox/wait.rs"]
#[expect(dead_code, reason = "shared with the black box, which uses all of it")]
mod wait;

use double::Double;
use house::{House, Server, code, enqueue, output_json, said};
use nightbell_engine::domain::{
    paging::{NotificationStatus, Page},
    record::Instant,
};
use nightbell_store::{SqliteReader, StoreError, Tx, journal, paging, portable};
use std::{
    collections::BTreeSet,
    path::Path,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};
use wait::{SOON, thread, until, wall_clock};

const KEY: &str = "0123456789abcdef0123456789abcdef";
/// Alerts that are answered before the backup begins.
const ANSWERED_BEFORE: usize = 120;

fn organisation(receiver: &str) -> String {
    format!(
        "version: 1
users:
  - id: alice
    name: Alice
    email: alice@example.com
    contacts: [ {{ id: hook, kind: webhook, url: \"{receiver}/alice\", verified: true }} ]
  - id: bob
    name: Bob
    email: bob@example.com
    contacts: [ {{ id: hook, kind: webhook, url: \"{receiver}/bob\", verified: true }} ]
policies:
  - {{ id: p, steps: [ {{ after: 0s, notify: [\"user:alice\"] }}, {{ after: 2h, notify: [\"user:bob\"] }} ] }}
services:
  - {{ id: checkout, name: Checkout, policy: p }}
integrations:
  - {{ id: pd, kind: pagerduty, service: checkout, key: {KEY} }}
"
    )
}

fn read<T>(database: &Path, mut view: impl FnMut(&mut dyn Tx) -> Result<T, StoreError>) -> T {
    let mut reader = SqliteReader::open(database).expect("the data can be opened");
    let mut answer = None;
    reader.read(&mut |tx| answer = Some(view(tx))).expect("the data can be read");
    answer.expect("a view was shown").expect("the data can be understood")
}

/// Sends alerts until it is told to stop; what was answered with 2xx, in order.
struct Load {
    answered: Arc<Mutex<Vec<String>>>,
    stop: Arc<AtomicBool>,
    senders: Vec<std::thread::JoinHandle<()>>,
}

impl Load {
    fn on(url: &str) -> Self {
        let (answered, stop) = (Arc::<Mutex<Vec<String>>>::default(), Arc::new(AtomicBool::new(false)));
        let sender = |name: char| {
            let (url, answered, stop) = (url.to_owned(), Arc::clone(&answered), Arc::clone(&stop));
            thread(move || {
                for n in 0.. {
                    if stop.load(Ordering::SeqCst) {
                        return;
                    }
                    let key = format!("{name}-{n}");
                    let answer = enqueue(&url, KEY, "trigger", &key).expect("the server answers, backup or not");
                    assert!(answer.is_success(), "{key}: {} {}", answer.status, answer.text());
                    answered.lock().expect("no sender panicked").push(key);
                }
            })
        };
        let senders = ['a', 'b', 'c', 'd'].map(sender).into();
        Self { answered, stop, senders }
    }

    fn so_far(&self) -> Vec<String> {
        self.answered.lock().expect("no sender panicked").clone()
    }

    fn end(self) -> Vec<String> {
        self.stop.store(true, Ordering::SeqCst);
        for sender in self.senders {
            sender.join().expect("every alert was taken");
        }
        self.answered.lock().expect("no sender panicked").clone()
    }
}

/// An alert that is acknowledged, and the link in the message of one that rings.
fn acknowledged(house: &House, server: &Server, double: &Double) -> (String, String) {
    assert!(server.enqueue(KEY, "trigger", "taken").expect("answered").is_success());
    let first = double.wait("the first message", SOON, |ledger| !ledger.is_empty()).remove(0);
    let link = first.text("/ack_url").to_owned();
    assert!(link.contains("/p/"), "{link}");
    let alert = server.alerts().remove(0)["id"].as_str().expect("an id").to_owned();
    let taken = server.cli(house, &["alert", "ack", &alert]);
    assert!(taken.status.success(), "{}", said(&taken));
    (first.text("/page").to_owned(), link)
}

#[test]
fn inv_23_a_backup_under_load_holds_everything_that_was_answered_before_it() {
    let double = Double::obliging();
    let house = House::new();
    let server = house.serve();
    house.apply(&server, &organisation(&double.url()));
    let (taken, link) = acknowledged(&house, &server, &double);
    let load = Load::on(&server.url);
    until("enough alerts are answered", SOON, || (load.so_far().len() >= ANSWERED_BEFORE).then_some(()));

    let answered_before = load.so_far();
    let begun = wall_clock();
    let backup = house.run(&["backup", "b.db", "--data", "data", "--json"]);
    assert!(backup.status.success(), "{}", said(&backup));
    let made = output_json(&backup);
    let while_copying = load.so_far().len() - answered_before.len();
    let answered = load.end();
    assert!(while_copying > 0, "alerts were taken while the copy was made");
    assert!(made["made_at"].as_str().and_then(|at| at.parse::<Instant>().ok()).is_some_and(|at| at >= begun), "{made}");
    assert_eq!(made["proof"]["findings"].as_array().map(Vec::len), Some(0), "{made}");
    drop(server);
    println!(
        "{} alerts before the backup, {while_copying} beside it, {} in all",
        answered_before.len(),
        answered.len()
    );

    let elsewhere = House::new();
    let into = elsewhere.folder().join("restored");
    let file = house.folder().join("b.db");
    let (file, into_text) = (file.to_str().expect("a path"), into.to_str().expect("a path"));
    let restored = elsewhere.run(&["restore", file, "--data", into_text, "--json"]);
    assert!(restored.status.success(), "{}", said(&restored));
    let list = output_json(&restored);
    let rang: BTreeSet<&str> =
        list["ringing"].as_array().expect("a list").iter().filter_map(|l| l["id"].as_str()).collect();
    assert!(!rang.is_empty() && !rang.contains(taken.as_str()), "{list}");

    let database = into.join("nightbell.db");
    holds_everything(&database, &answered_before);
    rings_on_only_what_was_due(&elsewhere, &into, &double, &taken, &link);
}

/// INV-01, 03, 06, 07: every alert of the list has a page that waits with an alarm and owes somebody a message, or had one sent.
fn holds_everything(database: &Path, answered: &[String]) {
    let pages: Vec<(Page, usize, usize)> = read(database, |tx| {
        journal::streams(tx, "page")?
            .iter()
            .map(|key| {
                let page: Page = nightbell_store::load(tx, key)?.expect("a stream has a row");
                let owed = paging::of_page(tx, page.id)?;
                let waits = owed
                    .iter()
                    .filter(|n| matches!(n.status, NotificationStatus::Queued | NotificationStatus::Sending));
                Ok((page, waits.count(), owed.len()))
            })
            .collect()
    });
    for key in answered {
        let title = format!("Alert {key}");
        let (page, waits, owed) =
            pages.iter().find(|(page, ..)| page.title == title).unwrap_or_else(|| panic!("{key} is lost"));
        assert!(page.is_waiting() && page.next_due_at.is_some(), "INV-03: {page:?}");
        assert!(*owed > 0 && *waits <= *owed, "INV-06: {key} owes nobody anything");
    }
}

/// INV-05, 14: the restored place serves; the link that was sent opens; nothing goes out for what was acknowledged, nothing before it is due.
fn rings_on_only_what_was_due(house: &House, into: &Path, double: &Double, taken: &str, link: &str) {
    let owed: Vec<(String, Instant)> = read(&into.join("nightbell.db"), |tx| {
        let owed = paging::due_notifications(tx, Instant::MAX, 1_000_000)?;
        Ok(owed.into_iter().filter_map(|n| Some((n.id.to_string(), n.next_due_at?))).collect())
    });
    let seen = double.ledger().len();
    let mut command = house.command();
    command.args(["serve", "--listen", "127.0.0.1:0", "--data"]).arg(into);
    let server = Server::start(command, "");
    let (_, path) = http::split(link);
    let page = http::call("GET", &format!("{}{path}", server.url), &[], b"").expect("answered");
    assert_eq!(page.status, 200, "links that were sent still open: {}", page.text());
    for message in double.after(seen, Duration::from_secs(3)) {
        assert_ne!(message.text("/page"), taken, "INV-05: it was acknowledged before the backup");
        let id = message.text("/id");
        let (_, due) = owed.iter().find(|(known, _)| known == id).unwrap_or_else(|| panic!("{id} was never owed"));
        assert!(*due <= message.sent_at(), "INV-14: {id} was due at {due}, sent at {}", message.sent_at());
    }
    // A database that its server has written goes on, whole.
    assert!(enqueue(&server.url, KEY, "trigger", "after the restore").expect("answered").is_success());
    let proved = house.run(&["verify", "--data", into.to_str().expect("a path"), "--json"]);
    assert!(proved.status.success(), "{}", said(&proved));
}

#[test]
fn a_place_that_is_taken_is_refused_and_with_force_moved_aside() {
    let house = House::new();
    let first = house.run(&["backup", "b.db", "--data", "data"]);
    assert!(first.status.success(), "{}", said(&first));
    assert_eq!(code(&house.run(&["backup", "b.db", "--data", "data"])), 1, "a file is not overwritten");
    assert!(house.run(&["backup", "b.db", "--data", "data", "--force"]).status.success());
    let mode = std::os::unix::fs::PermissionsExt::mode(
        &std::fs::metadata(house.folder().join("b.db")).expect("it is there").permissions(),
    );
    assert_eq!(mode & 0o777, 0o600, "it holds keys");
    let leftovers: Vec<_> = names(house.folder()).into_iter().filter(|name| name.contains("part")).collect();
    assert_eq!(leftovers, Vec::<String>::new());

    let refused = house.run(&["restore", "b.db", "--data", "data"]);
    assert_eq!(code(&refused), 1, "{}", said(&refused));
    assert!(said(&refused).contains("Nothing was changed"), "{}", said(&refused));
    let server = house.serve();
    let refused = house.run(&["restore", "b.db", "--data", "data", "--force"]);
    assert_eq!(code(&refused), 3, "never under a running server: {}", said(&refused));
    drop(server);
    let forced = house.run(&["restore", "b.db", "--data", "data", "--force"]);
    assert!(forced.status.success(), "{}", said(&forced));
    let aside = names(&house.data())
        .into_iter()
        .find(|name| name.contains(".before-restore-") && !name.ends_with("-wal") && !name.ends_with("-shm"));
    let aside = house.data().join(aside.expect("what was there is kept"));
    assert!(read(&aside, |tx| Ok(nightbell_store::meta::get(tx, "link_key")?.is_some())), "a whole database");
    drop(house.serve());
    assert_eq!(code(&house.run(&["restore", "nothing.db", "--data", "new"])), 3);
    house.file("text.db", "this is no backup");
    let refused = house.run(&["restore", "text.db", "--data", "new"]);
    assert_eq!(code(&refused), 3, "{}", said(&refused));
    assert!(!house.folder().join("new/nightbell.db").exists(), "nothing is left behind");
}

/// Statements on a database that nobody serves, as somebody with the file in hand runs them.
fn tamper(database: &Path, statements: &[&'static str]) {
    let mut opened = nightbell_store::Sqlite::open(database).expect("opens");
    nightbell_store::Database::write(
        &mut opened,
        &mut [&mut |tx: &mut dyn Tx| {
            for statement in statements {
                tx.run(statement, &[]).unwrap_or_else(|e| panic!("{statement}: {e}"));
            }
            nightbell_store::Verdict::Keep
        }],
    )
    .expect("durable");
}

const STRANGERS: &str = "SELECT name FROM sqlite_schema WHERE type IN ('trigger', 'view') OR name LIKE '%stranger%'";
/// Undoes what V14 does: a database of the version before. Whoever adds a version undoes that here instead.
const OLDER: &[&str] = &["DELETE FROM refinery_schema_history WHERE version >= 14", "DROP TABLE contact_asked"];

#[test]
fn inv_23_a_copied_database_without_its_log_is_no_backup() {
    let house = House::new();
    let server = house.serve();
    house.apply(&server, &organisation("http://127.0.0.1:1"));
    assert!(server.enqueue(KEY, "trigger", "accepted").expect("answered").is_success());
    std::fs::create_dir(house.folder().join("copy")).expect("a folder");
    let copy = |name: &str| {
        std::fs::copy(house.data().join(name), house.folder().join("copy").join(name)).expect("copied");
    };
    copy("nightbell.db-wal");
    copy("nightbell.db");
    drop(server);
    let refused = house.run(&["restore", "copy/nightbell.db", "--data", "new"]);
    assert_eq!(code(&refused), 3, "{}", said(&refused));
    assert!(said(&refused).contains("nightbell backup FILE --data"), "{}", said(&refused));
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink(house.folder().join("copy/nightbell.db"), house.folder().join("link.db"))
            .expect("a link");
        assert_eq!(code(&house.run(&["restore", "link.db", "--data", "new"])), 3, "whichever way leads there");
    }
    assert!(!house.folder().join("new/nightbell.db").exists());
    // Its log taken in, it is whole, but not a backup: that is told.
    let copied = house.folder().join("copy/nightbell.db");
    portable::seal(&copied, &[]).expect("one file");
    let restored = house.run(&["restore", "copy/nightbell.db", "--data", "new"]);
    assert!(restored.status.success() && said(&restored).contains("NO backup made by"), "{}", said(&restored));
    house.file("copy/nightbell.db-journal", "half a transaction");
    assert_eq!(code(&house.run(&["restore", "copy/nightbell.db", "--data", "newer"])), 3);
}

#[test]
fn a_hostile_backup_brings_rows_and_nothing_else() {
    let house = House::new();
    let made = house.run(&["backup", "b.db", "--data", "data"]);
    assert!(made.status.success(), "{}", said(&made));
    let file = house.folder().join("b.db");
    tamper(
        &file,
        &[
            "CREATE TRIGGER silence AFTER INSERT ON notification BEGIN DELETE FROM notification; END",
            "CREATE VIEW peep AS SELECT value FROM meta",
            "CREATE TABLE stranger (x TEXT)",
        ],
    );
    portable::seal(&file, &[]).expect("one file");
    assert_eq!(read(&file, |tx| tx.rows(STRANGERS, &[])).len(), 3);
    // What a crash left beside the old database would be played into the new one.
    house.file("data/nightbell.db-journal", "left behind");
    let forced = house.run(&["restore", "b.db", "--data", "data", "--force", "--end-sessions"]);
    assert!(forced.status.success(), "{}", said(&forced));
    assert!(
        said(&forced).contains("renew each") && said(&forced).contains("@ops (ops@example.com)"),
        "{}",
        said(&forced)
    );
    let database = house.data().join("nightbell.db");
    assert_eq!(read(&database, |tx| tx.rows(STRANGERS, &[])), Vec::new());
    let key = |file: &Path| read(file, |tx| nightbell_store::meta::get(tx, "link_key"));
    assert!(key(&database).is_some() && key(&database) != key(&file), "whoever saw the file signs nothing any more");
    let there = names(&house.data());
    assert!(!there.contains(&"nightbell.db-journal".to_owned()), "{there:?}");
    assert!(there.iter().any(|name| name.contains(".before-restore-") && name.ends_with("-journal")), "{there:?}");
    assert!(!there.iter().any(|name| name.starts_with(".restoring-")), "{there:?}");
    drop(house.serve());
}

#[test]
fn a_newer_binary_leaves_the_schema_of_an_older_server_alone() {
    let house = House::new();
    let database = house.data().join("nightbell.db");
    tamper(&database, OLDER);
    let is_older = || read(&database, portable::standing) == portable::Standing::Older;
    assert!(is_older());
    let held = std::fs::File::create(house.data().join("serve.lock")).expect("a file");
    held.try_lock().expect("nobody serves");
    let refused = house.run(&["token", "create", "x", "--data", "data"]);
    assert_eq!(code(&refused), 3, "{}", said(&refused));
    assert!(said(&refused).contains("Start the new server first"), "{}", said(&refused));
    let made = house.run(&["backup", "b.db", "--data", "data"]);
    assert!(made.status.success() && said(&made).contains("not noted"), "{}", said(&made));
    assert!(is_older(), "neither was brought up to date");
    let restored = house.run(&["restore", "b.db", "--data", "new"]);
    assert!(restored.status.success(), "what was copied was: {}", said(&restored));
    drop(held);
    let created = house.run(&["token", "create", "x", "--data", "data"]);
    assert!(created.status.success() && !is_older(), "without a server it may: {}", said(&created));
}

#[cfg(unix)]
#[test]
fn a_backup_never_lands_on_data_or_on_what_is_no_backup() {
    use std::os::unix::fs::symlink;
    let house = House::new();
    let server = house.serve();
    let inside = |name: &str| house.folder().join(name);
    symlink(house.data(), inside("around")).expect("a link");
    std::fs::hard_link(house.data().join("nightbell.db"), inside("second-name.db")).expect("a second name");
    symlink(house.data().join("nightbell.db"), inside("link.db")).expect("a link");
    symlink("nowhere", inside("dangling.db")).expect("a link");
    house.file("notes.txt", "mine");
    std::fs::create_dir(inside("other")).expect("a folder");
    house.file("other/serve.lock", "");
    for name in [
        "data/nightbell.db",
        "data/nightbell.db-wal",
        "data/newest.mark",
        "data/new.db",
        "around/nightbell.db",
        "second-name.db",
        "link.db",
        "dangling.db",
        "notes.txt",
        "other/b.db",
    ] {
        let refused = house.run(&["backup", name, "--data", "data", "--force"]);
        assert_eq!(code(&refused), 1, "{name}: {}", said(&refused));
    }
    assert_eq!(std::fs::read_to_string(inside("notes.txt")).expect("read"), "mine");
    assert!(server.enqueue(KEY, "trigger", "x").expect("answered").status < 500, "the server writes its own database");
    let good = house.run(&["backup", "b.db", "--data", "data"]);
    assert!(good.status.success(), "{}", said(&good));
    let again = house.run(&["backup", "b.db", "--data", "data", "--force"]);
    assert!(again.status.success(), "an older backup is replaced: {}", said(&again));
    let left: Vec<_> = names(house.folder()).into_iter().filter(|name| name.contains(".part-")).collect();
    assert_eq!(left, Vec::<String>::new());
}

fn names(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).expect("a folder");
    entries.map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned()).collect()
}

#[test]
fn inv_18_tampering_is_found_beside_the_server_in_the_backup_and_before_a_restore() {
    let double = Double::obliging();
    let house = House::new();
    let server = house.serve();
    house.apply(&server, &organisation(&double.url()));
    for n in 0..5 {
        assert!(server.enqueue(KEY, "trigger", &format!("k{n}")).expect("answered").is_success());
    }
    let proved = house.run(&["verify", "--data", "data"]);
    assert!(proved.status.success(), "{}", said(&proved));
    assert!(said(&proved).contains("folds to what is shown"), "{}", said(&proved));
    drop(server);

    // Somebody with the file in hand says that another thing happened, everywhere where it is told.
    let database = house.data().join("nightbell.db");
    portable::seal(&database, &[]).expect("one file");
    let mut bytes = std::fs::read(&database).expect("read");
    let places: Vec<usize> =
        bytes.windows(8).enumerate().filter(|(_, eight)| eight == b"Alert k3").map(|(at, _)| at).collect();
    assert!(places.len() > 2, "in the journal and in the rows");
    for at in places {
        bytes[at..at + 8].copy_from_slice(b"All fine");
    }
    std::fs::write(&database, bytes).expect("written");

    let server = house.serve();
    let found = house.run(&["verify", "--data", "data", "--json"]);
    assert_eq!(code(&found), 1, "{}", said(&found));
    let findings = output_json(&found)["findings"].to_string();
    assert!(findings.contains("alert alert_") && findings.contains("was altered"), "{findings}");
    assert!(server.enqueue(KEY, "trigger", "k9").expect("answered").is_success(), "paging goes on");
    let backup = house.run(&["backup", "b.db", "--data", "data", "--json"]);
    assert_eq!(code(&backup), 1, "written, and told: {}", said(&backup));
    let refused = house.run(&["restore", "b.db", "--data", "elsewhere"]);
    assert_eq!(code(&refused), 1, "{}", said(&refused));
    assert!(
        said(&refused).contains("was altered") && said(&refused).contains("Nothing was changed"),
        "{}",
        said(&refused)
    );
    let accepted = house.run(&["restore", "b.db", "--data", "elsewhere", "--accept-damage"]);
    assert_eq!(code(&accepted), 1, "restored, and told: {}", said(&accepted));
    assert!(house.folder().join("elsewhere/nightbell.db").exists());
}

#[test]
fn the_card_and_the_doctor_read_beside_the_server() {
    let house = House::new();
    let server = house.serve();
    house.apply(&server, &organisation("http://127.0.0.1:1"));
    let card = house.run(&["paper", "--data", "data"]);
    assert!(card.status.success() && said(&card).contains("Alice (@alice)"), "{}", said(&card));
    let page = house.run(&["paper", "--html", "--data", "data"]);
    assert!(page.status.success() && said(&page).contains("<h1>On-call card</h1>"), "{}", said(&page));
    let looked = house.run(&["doctor", "--data", "data", "--json"]);
    assert_eq!(code(&looked), 1, "public_url is not set: {}", said(&looked));
    let checks = output_json(&looked)["checks"].as_array().expect("a list").len();
    assert!(checks > 8, "{checks}");
}

/// Every row of every table but the facts, which say where a copy comes from.
fn rows(database: &Path) -> Vec<(&'static str, Vec<nightbell_store::Row>)> {
    let tables = portable::TABLES.iter().filter(|table| table.name != "meta");
    tables.map(|table| (table.name, read(database, |tx| portable::rows_of(tx, table)))).collect()
}

#[test]
fn a_mistyped_database_gets_no_tables() {
    let house = House::new();
    let made = house.run(&["backup", "b.db", "--data", "data"]);
    assert!(made.status.success(), "{}", said(&made));
    let empty = nightbell_store::testing::empty_postgres_database();
    let schema = |url: &str| portable::postgres(url).expect("it answers");
    let refused = house.run(&["token", "create", "x", "--database", empty.url()]);
    assert_eq!(code(&refused), 3, "{}", said(&refused));
    assert!(said(&refused).contains("nightbell init"), "{}", said(&refused));
    assert_eq!(code(&house.run(&["serve", "--listen", "127.0.0.1:0", "--database", empty.url()])), 3);
    assert_eq!(schema(empty.url()), portable::Schema::None);
    let restored = house.run(&["restore", "b.db", "--database", empty.url()]);
    assert!(restored.status.success(), "{}", said(&restored));
    assert_eq!(schema(empty.url()), portable::Schema::Nightbell);
    let foreign = nightbell_store::testing::foreign_postgres_database();
    for arguments in [vec!["restore", "b.db"], vec!["init", "--email", "o@example.com"], vec!["token", "create", "x"]] {
        let refused = house.run(&[arguments.as_slice(), &["--database", foreign.url()]].concat());
        assert!(matches!(code(&refused), 1 | 3), "{arguments:?}: {}", said(&refused));
        assert_eq!(schema(foreign.url()), portable::Schema::Foreign, "{arguments:?}");
    }
}

#[test]
fn inv_23_an_organisation_moves_to_postgresql_and_back_row_by_row() {
    let double = Double::obliging();
    let house = House::new();
    let server = house.serve();
    house.apply(&server, &organisation(&double.url()));
    let (_, link) = acknowledged(&house, &server, &double);
    for n in 0..20 {
        assert!(server.enqueue(KEY, "trigger", &format!("k{n}")).expect("answered").is_success());
    }
    let good = |arguments: &[&str]| {
        let output = house.run(arguments);
        assert!(output.status.success(), "{arguments:?}: {}", said(&output));
        output
    };
    good(&["backup", "first.db", "--data", "data"]);
    drop(server);

    let made = nightbell_store::testing::postgres_database();
    let list = output_json(&good(&["restore", "first.db", "--database", made.url(), "--json"]));
    assert!(list["ringing"].as_array().is_some_and(|ringing| !ringing.is_empty()), "{list}");
    let refused = house.run(&["restore", "first.db", "--database", made.url(), "--force"]);
    assert_eq!(code(&refused), 1, "never onto something: {}", said(&refused));
    good(&["verify", "--database", made.url()]);
    good(&["backup", "back.db", "--database", made.url()]);
    assert_eq!(rows(&house.folder().join("back.db")), rows(&house.folder().join("first.db")));
    good(&["restore", "back.db", "--data", "home"]);
    good(&["verify", "--data", "home"]);

    // It goes on there: the same link opens, new alerts are appended after the old ones.
    let mut command = house.command();
    command.args(["serve", "--listen", "127.0.0.1:0", "--database", made.url()]);
    let server = Server::start(command, &house.token);
    let (_, path) = http::split(&link);
    assert_eq!(http::call("GET", &format!("{}{path}", server.url), &[], b"").expect("answered").status, 200);
    assert!(server.enqueue(KEY, "trigger", "there").expect("answered").is_success());
    let proved = output_json(&good(&["verify", "--database", made.url(), "--json"]));
    assert_eq!(proved["findings"].as_array().map(Vec::len), Some(0), "{proved}");
}
