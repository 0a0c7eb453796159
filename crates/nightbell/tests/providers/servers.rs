//! Mail servers that are wrong for everybody: each behind a server of its own, all at the same time. Mail is the first method of one person; the
//! other one has a webhook, and must not notice (INV-21).

use super::{
    house::{House, Server},
    judge::{self, Case, Falls, First, Message, Verdict},
    ledger::Port,
    post::{Moment, Post, Word},
    wait::{SOON, thread},
    web::{Reply, Web},
};

const AUTH: &str = "AUTH PLAIN LOGIN";

/// One mail server and how it is configured.
struct Wrong {
    case: Case,
    /// Before the address: scheme, user and password.
    url: &'static str,
    offers: &'static [&'static str],
    react: fn(&Moment<'_>) -> Word,
    /// Which verbs it may have heard: a password or a mail in the clear would be one more.
    heard: &'static [&'static str],
    /// Whether it keeps its caller waiting.
    holds: bool,
    /// Nobody listens at all.
    closed: bool,
}

fn wrong(name: &'static str, ends: &'static [&'static str], told: &'static str, falls: Falls) -> Wrong {
    Wrong {
        case: Case { name, first: First::Mail, ends, told, falls, arrive: 0 },
        url: "smtp+plain://",
        offers: &[],
        react: |_| Word::Usual,
        heard: &[],
        holds: false,
        closed: false,
    }
}

fn at(moment: &Moment<'_>, verb: &str, word: Word) -> Word {
    if moment.verb == verb { word } else { Word::Usual }
}

fn table() -> Vec<Wrong> {
    use Falls::{AtOnce, Soon};
    const SIGNED_IN: &str = "smtp://nightbell:hunter2-pw@";
    vec![
        Wrong {
            react: |m| at(m, "CONNECT", Word::Say("421 4.3.2 too busy".to_owned())),
            ..wrong("busy-421", &["failed-temporary", "failed-temporary"], "421 4.3.2 too busy", Soon)
        },
        Wrong {
            react: |m| at(m, "CONNECT", Word::Say("452 4.3.1 no space".to_owned())),
            ..wrong("full-452", &["failed-temporary", "failed-temporary"], "452 4.3.1 no space", Soon)
        },
        Wrong {
            react: |m| at(m, "CONNECT", Word::Say("554 5.7.1 not you".to_owned())),
            ..wrong("banned-554", &["failed-permanent"], "554 5.7.1 not you", AtOnce)
        },
        Wrong {
            react: |m| at(m, "CONNECT", Word::Silence),
            holds: true,
            ..wrong("tarpit-silent", &["failed-temporary"], "gave no answer within", Soon)
        },
        Wrong {
            react: |m| at(m, "CONNECT", Word::Drip),
            holds: true,
            ..wrong("tarpit-dripping", &["failed-temporary"], "gave no answer within", Soon)
        },
        Wrong {
            url: SIGNED_IN,
            offers: &[AUTH],
            heard: &["EHLO"],
            ..wrong("stripped", &["failed-permanent"], "does not offer STARTTLS", AtOnce)
        },
        Wrong {
            url: SIGNED_IN,
            offers: &["STARTTLS", AUTH],
            heard: &["EHLO", "STARTTLS"],
            ..wrong("stranger", &["failed-temporary"], "invalid peer certificate", Soon)
        },
        Wrong { url: "smtps://nightbell:hunter2-pw@", ..wrong("not-tls", &["failed-temporary"], "cannot reach", Soon) },
        Wrong {
            url: "smtp+plain://nightbell:hunter2-pw@",
            offers: &[AUTH],
            react: |m| at(m, "AUTH", Word::Say("535 5.7.8 nightbell/hunter2-pw: bad credentials".to_owned())),
            heard: &["EHLO", "AUTH", "QUIT"],
            ..wrong("refused-535", &["failed-permanent"], "535 5.7.8", AtOnce)
        },
        Wrong { closed: true, ..wrong("nobody-there", &["failed-temporary"], "Connection refused", Soon) },
    ]
}

/// A whole server beside one wrong mail server.
fn live_through(wrong: &Wrong) -> Verdict {
    let web = Web::new(|_, _| Reply::status(204));
    let post = Post::new(wrong.offers, wrong.react);
    let address = if wrong.closed { Port::closed() } else { post.address() };
    let mut house = House::new();
    house.set("NIGHTBELL_MAIL__URL", &format!("{}{address}", wrong.url));
    house.set("NIGHTBELL_MAIL__FROM", "Nightbell <nightbell@ops.example>");
    let server: Server = house.serve();
    let neighbour = Case {
        name: "neighbour",
        first: First::Url(format!("{}/neighbour/key-first", web.plain())),
        ends: &["accepted"],
        told: "HTTP 204",
        falls: Falls::Never,
        arrive: 1,
    };
    let cases = [wrong.case.clone(), neighbour];
    house.apply(&server, &judge::organisation(&cases, &web.plain()));
    judge::trigger(&server, &cases[..1]);
    if wrong.holds {
        post.ledger.wait("a mail is kept waiting", SOON, |_, held| held > 0);
    }
    judge::trigger(&server, &cases[1..]);
    let logs = judge::settle(&house, &server, &cases, || post.ledger.calm());
    let (requests, mails) = (web.ledger.entries(), post.ledger.entries());
    let ledger: Vec<Message> =
        requests.into_iter().map(Message::from).chain(mails.into_iter().map(Message::from)).collect();
    let verdict = judge::judge(&logs, &ledger);
    if !wrong.heard.is_empty() {
        let verbs = post.verbs();
        let unheard = verbs.iter().find(|verb| !wrong.heard.contains(&verb.as_str()));
        assert_eq!(unheard, None, "{}: it was told {verbs:?}", wrong.case.name);
    }
    judge::check_said(&house, &server, &logs, &[]);
    verdict
}

#[test]
fn inv_01_07_21_a_mail_server_that_is_wrong_for_everybody_delays_nobody() {
    let running: Vec<_> =
        table().into_iter().map(|wrong| (wrong.case.name, thread(move || live_through(&wrong)))).collect();
    let mut verdict = Verdict::default();
    let mut broken = Vec::new();
    for (name, case) in running {
        match case.join() {
            Ok(its) => verdict += its,
            Err(_) => broken.push(name),
        }
    }
    assert_eq!(broken, Vec::<&str>::new(), "what each of them broke is told above");
    println!("provider cases: {}\nrepeats: {}\npages lost: {}", verdict.cases, verdict.repeats, verdict.lost);
}
