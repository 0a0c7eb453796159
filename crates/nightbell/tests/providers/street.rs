//! One server, many people, all of whose alerts come at once: mail that is refused, delayed, cut off or never answered per person, and webhooks in
//! every way in which a receiver can misbehave. Whoever hangs is called first, so that everybody else is paged while hundreds of bytes never come.

use super::{
    house::House,
    judge::{self, Case, Falls, First, Message},
    ledger::Port,
    log::Log,
    media::{self, Api},
    post::{Moment, Post, Word},
    tls,
    wait::{SOON, wall_clock},
    web::{Reply, Web},
};
use jiff::SignedDuration;

const TEMPORARY: &str = "failed-temporary";
const PERMANENT: &str = "failed-permanent";
const UNKNOWN: &str = "unknown";
const ACCEPTED: &str = "accepted";
/// How long the receivers that name a time want to be left alone.
const LEFT_ALONE: SignedDuration = SignedDuration::from_secs(media::LEFT_ALONE_S);

/// What the mail server says to a person's mail.
fn mail(moment: &Moment<'_>) -> Word {
    let say = |line: &str| Word::Say(line.to_owned());
    match (moment.person, moment.verb, moment.nth) {
        ("greylisted", "RCPT", 1) => say("451 4.7.1 <greylisted@people.example>: greylisted, come back"),
        ("no-such-box", "RCPT", _) => say("550-5.1.1 <No-Such-Box@People.Example>:\r\n550 5.1.1 no such user"),
        ("both-dead", "RCPT", _) => say("550 5.1.1 no such user"),
        ("box-full", "RCPT", _) => say("452 4.2.2 mailbox full"),
        ("going-down", "DATA", _) => say("421 4.3.2 going down"),
        ("spam", "TEXT", _) => say("554 5.7.1 looks like spam"),
        ("queue-trouble", "TEXT", 1) => say("451 4.3.0 queue trouble"),
        ("silent-box", "RCPT", _) => Word::Silence,
        ("dripping-box", "RCPT", _) => Word::Drip,
        ("dropped-box", "RCPT", _) => Word::Drop,
        ("dropped-dot", "TEXT", 1) => Word::Drop,
        ("silent-dot", "TEXT", _) => Word::Silence,
        _ => Word::Usual,
    }
}

/// What the receiver says to a person's webhook.
fn web(path: &str, nth: usize) -> Reply {
    let (person, method) = path.trim_start_matches('/').split_once('/').unwrap_or_default();
    if person == "boss" || (method.starts_with("key-second-") && !person.starts_with("gone-")) {
        return Reply::status(204);
    }
    let said = |head: &str| Reply::Say(head.to_owned());
    match (person, nth) {
        ("gone-both-dead", _) | ("gone", _) => Reply::status(410),
        ("busy-seconds", 1) => Reply::with(429, &format!("retry-after: {}\r\n", LEFT_ALONE.as_secs()), ""),
        ("busy-date", 1) => {
            let until = wall_clock() + LEFT_ALONE + SignedDuration::from_secs(1);
            let date = jiff::fmt::rfc2822::DateTimePrinter::new().timestamp_to_rfc9110_string(&until).expect("a date");
            Reply::with(429, &format!("retry-after: {date}\r\n"), "")
        }
        ("broken", _) => Reply::with(500, "", "oops"),
        ("away-an-hour", _) => Reply::with(503, "retry-after: 3600\r\n", ""),
        ("not-found", _) => Reply::with(404, "", &format!("no route for {path}?v=1")),
        ("silent", _) => Reply::silence(),
        ("dropping", 1) => said(""),
        ("half-a-head", 1) => said("HTTP/1.1 20"),
        ("not-http", 1) => said("SSH-2.0-OpenSSH_9.2\r\n\r\n"),
        ("dripping-head", _) => Reply::Drip("HTTP/1.1 ".to_owned(), "200 OK\r\nx: y".repeat(90)),
        ("endless-head", 1) => Reply::Flood("HTTP/1.1 200 OK\r\nx-long: ".to_owned()),
        ("slow-yes", _) => Reply::Drip("HTTP/1.1 200 OK\r\ncontent-length: 900\r\n\r\n".to_owned(), "y".repeat(90)),
        ("slow-no", _) => Reply::Drip("HTTP/1.1 500 No\r\ncontent-length: 900\r\n\r\n".to_owned(), "n".repeat(90)),
        ("endless-yes", _) => Reply::Flood("HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n".to_owned()),
        ("endless-no", _) => Reply::Flood("HTTP/1.1 500 No\r\nconnection: close\r\n\r\n".to_owned()),
        ("redirected", _) => Reply::with(307, "location: /elsewhere/key-elsewhere\r\n", ""),
        _ => Reply::status(204),
    }
}

fn mail_case(
    name: &'static str,
    ends: &'static [&'static str],
    told: &'static str,
    falls: Falls,
    arrive: usize,
) -> Case {
    Case { name, first: First::Mail, ends, told, falls, arrive }
}

/// Those that keep their caller waiting. They are called first.
fn holding(web: &Web) -> Vec<Case> {
    use Falls::{Never, Soon};
    let at = |name: &'static str| First::Url(format!("{}/{name}/key-first-{name}", web.plain()));
    let case = |name, ends, told, falls, arrive| Case { name, first: at(name), ends, told, falls, arrive };
    vec![
        mail_case("silent-box", &[TEMPORARY], "gave no answer within", Soon, 0),
        mail_case("dripping-box", &[TEMPORARY], "gave no answer within", Soon, 0),
        mail_case("silent-dot", &[UNKNOWN], "gave no answer within", Soon, 1),
        case("silent", &[UNKNOWN], "may or may not have taken it: no answer within", Soon, 2),
        case("dripping-head", &[UNKNOWN], "may or may not have taken it: no answer within", Soon, 1),
        case("slow-yes", &[ACCEPTED], "HTTP 200", Never, 1),
        case("slow-no", &[TEMPORARY], "HTTP 500", Soon, 1),
    ]
}

fn answering(web: &Web) -> Vec<Case> {
    use Falls::{AtOnce, Never, Soon, ToTheNext};
    let below = |base: String, name: &'static str| First::Url(format!("{base}/{name}/key-first-{name}"));
    let at = |name: &'static str| below(web.plain(), name);
    let case = |name, ends, told, falls, arrive| Case { name, first: at(name), ends, told, falls, arrive };
    let elsewhere = |name, base, ends, told, falls| Case {
        name,
        first: below(base, name),
        ends,
        told,
        falls,
        arrive: usize::from(falls == Never),
    };
    vec![
        mail_case("mail-well", &[ACCEPTED], "250 2.0.0 Ok", Never, 1),
        mail_case("greylisted", &[TEMPORARY, ACCEPTED], "451 4.7.1", Soon, 1),
        mail_case("no-such-box", &[PERMANENT], "550 5.1.1", AtOnce, 0),
        mail_case("box-full", &[TEMPORARY, TEMPORARY], "452 4.2.2 mailbox full", Soon, 0),
        mail_case("going-down", &[TEMPORARY, TEMPORARY], "421 4.3.2 going down", Soon, 0),
        mail_case("spam", &[PERMANENT], "554 5.7.1 looks like spam", AtOnce, 1),
        mail_case("queue-trouble", &[TEMPORARY, ACCEPTED], "451 4.3.0 queue trouble", Soon, 2),
        mail_case("dropped-box", &[TEMPORARY, TEMPORARY], "cannot reach", Soon, 0),
        mail_case("dropped-dot", &[UNKNOWN, ACCEPTED], "the connection was lost after the text", Soon, 2),
        mail_case("both-dead", &[PERMANENT], "550 5.1.1 no such user", ToTheNext, 0),
        case("web-well", &[ACCEPTED], "HTTP 204", Never, 1),
        case("busy-seconds", &[TEMPORARY, ACCEPTED], "HTTP 429", Soon, 2),
        case("busy-date", &[TEMPORARY, ACCEPTED], "HTTP 429", Soon, 2),
        case("broken", &[TEMPORARY, TEMPORARY], "HTTP 500: oops", Soon, 2),
        case("away-an-hour", &[TEMPORARY], "HTTP 503", Soon, 1),
        case("gone", &[PERMANENT], "HTTP 410: the endpoint is gone", AtOnce, 1),
        case("not-found", &[PERMANENT], "HTTP 404: no route for", AtOnce, 1),
        case("dropping", &[UNKNOWN, ACCEPTED], "the connection was lost before an answer", Soon, 2),
        case("half-a-head", &[UNKNOWN, ACCEPTED], "the connection was lost before an answer", Soon, 2),
        case("not-http", &[UNKNOWN, ACCEPTED], "the connection was lost before an answer", Soon, 2),
        case("endless-head", &[UNKNOWN, ACCEPTED], "the connection was lost before an answer", Soon, 2),
        case("endless-yes", &[ACCEPTED], "HTTP 200", Never, 1),
        case("endless-no", &[TEMPORARY, TEMPORARY], "HTTP 500", Soon, 2),
        case("redirected", &[PERMANENT], "redirects are not followed", AtOnce, 1),
        elsewhere("tls-well", web.trusted(), &[ACCEPTED], "HTTP 204", Never),
        elsewhere("tls-stranger", web.stranger(), &[TEMPORARY], "invalid peer certificate", Soon),
        elsewhere("tls-wrong-name", web.wrong_name(), &[TEMPORARY], "certificate not valid for name", Soon),
        elsewhere("tls-none", web.not_tls(), &[TEMPORARY], "cannot reach", Soon),
        elsewhere("closed", format!("http://{}", Port::closed()), &[TEMPORARY], "Connection refused", Soon),
        elsewhere("no-name", "http://nobody.invalid".to_owned(), &[TEMPORARY], "cannot resolve nobody.invalid", Soon),
        elsewhere("inside", "http://10.255.255.1".to_owned(), &[PERMANENT], "is not public", AtOnce),
    ]
}

/// A server whose every provider is one of the doubles.
fn settled_house(post: &Post, api: &Api) -> House {
    let mut house = House::new();
    house.file("authority.pem", tls::TRUSTED);
    let authority = house.folder().join("authority.pem");
    house.set("SSL_CERT_FILE", &authority.to_string_lossy());
    house.set("NIGHTBELL_MAIL__URL", &format!("smtp+plain://{}", post.address()));
    house.set("NIGHTBELL_MAIL__FROM", "Nightbell <nightbell@ops.example>");
    for (name, value) in media::settings(&api.base()) {
        house.set(name, &value);
    }
    house
}

#[test]
fn inv_01_05_06_07_08_21_whatever_one_provider_does_everybody_is_reached_in_time() {
    let (web, post, api) = (Web::new(web), Post::new(&[], mail), Api::new());
    let house = settled_house(&post, &api);
    let server = house.serve();
    let ((stalling, chatting), (mut holding, mut answering)) =
        (media::cases(&api.base()), (holding(&web), answering(&web)));
    holding.extend(stalling.iter().cloned());
    answering.extend(chatting);
    let cases: Vec<Case> = holding.iter().chain(&answering).cloned().collect();
    house.apply(&server, &judge::organisation(&cases, &web.plain()));
    media::set_up(&server, &api.base());

    judge::trigger(&server, &holding);
    let by_mail = holding.iter().filter(|case| matches!(case.first, First::Mail)).count();
    post.ledger.wait("mail is kept waiting", SOON, |_, held| held >= by_mail);
    web.ledger.wait("webhooks are kept waiting", SOON, |_, held| held >= 2);
    api.ledger.wait("every provider keeps somebody waiting", SOON, |_, held| held >= stalling.len());
    judge::trigger(&server, &answering);
    let logs = judge::settle(&house, &server, &cases, || {
        web.ledger.calm();
        post.ledger.calm();
        api.ledger.calm();
    });

    assert_eq!(api.mistakes(), Vec::<String>::new(), "what no provider would have understood");
    let (requests, mails) = (web.ledger.entries(), post.ledger.entries());
    let log_of = |name: &str| logs.iter().find(|(case, _)| case.name == name).map(|(_, log)| log).expect("a case");
    let chats = api.ledger.entries().into_iter().map(|told| {
        let log = log_of(&told.name);
        told.message(log)
    });
    let ledger: Vec<Message> = requests
        .iter()
        .cloned()
        .map(Message::from)
        .chain(mails.iter().cloned().map(Message::from))
        .chain(chats)
        .collect();
    let verdict = judge::judge(&logs, &ledger);
    assert!(requests.iter().all(|request| request.person != "elsewhere"), "a redirect was followed");
    for mail in &mails {
        let first = mails.iter().find(|first| first.id == mail.id).expect("itself at least");
        assert_eq!(mail.message_id, first.message_id, "a mail box that knows the first copy must recognise the second");
    }
    check_left_alone(&logs);
    check_loud(&server.process.output(), &logs);
    judge::check_said(&house, &server, &logs, &media::ADDRESSES);
    println!("provider cases: {}\nrepeats: {}\npages lost: {}", verdict.cases, verdict.repeats, verdict.lost);
}

/// Whoever asked to be left alone was.
fn check_left_alone(logs: &[(&Case, Log)]) {
    let busy = |case: &Case| ["busy-seconds", "busy-date"].contains(&case.name) || media::was_busy(case);
    for (case, log) in logs.iter().filter(|(case, _)| busy(case)) {
        let (name, attempts) = (case.name, &log.by(case.name, "first").expect("it was used").attempts);
        let waited = attempts[1].begun_at.duration_since(attempts[0].ended_at.expect("it ended"));
        assert!(waited >= LEFT_ALONE, "{name}: it asked for {LEFT_ALONE:?}, and was left alone for {waited:?}");
    }
}

/// What is wrong with the installation's own settings is told loudly, and nothing else is.
fn check_loud(said: &str, logs: &[(&Case, Log)]) {
    for (case, log) in logs {
        let id = &log.by(case.name, "first").expect("it was used").id;
        let loud = said.lines().any(|line| line.contains(id.as_str()) && line.contains("PAGING AT RISK"));
        assert_eq!(loud, media::is_loud(case), "{}", case.name);
    }
}
