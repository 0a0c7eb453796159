//! The double of a mail server: speaks SMTP line by line, answers as it is told, writes down every mail whose text it was given.

use super::{
    ledger::{Ledger, Port},
    tls::{self, Identity},
    wait::wall_clock,
};
use jiff::Timestamp;
use mail_parser::{HeaderName, MessageParser};
use std::{
    collections::BTreeMap,
    io::{Read, Write},
    net::{SocketAddr, TcpStream},
    sync::{Arc, Mutex},
};

/// What is said to a command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Word {
    /// What an obliging server says.
    Usual,
    /// This line or these lines, without the last line end.
    Say(String),
    /// Nothing, for as long as the caller stays.
    Silence,
    /// The usual, a byte a second.
    Drip,
    /// The connection ends.
    Drop,
}

/// Whom a word is for: the command's verb (`CONNECT` and `TEXT` for the greeting and the dot), the receiver's name when one was said, and how
/// often this verb came for this receiver.
pub struct Moment<'a> {
    pub verb: &'a str,
    pub person: &'a str,
    pub nth: usize,
}

/// One mail as it was given, taken or not.
#[derive(Debug, Clone)]
pub struct Given {
    /// Of the notification.
    pub id: String,
    /// `Message-ID`.
    pub message_id: String,
    /// Whether it says that it may be a second copy.
    pub repeat: bool,
    pub at: Timestamp,
    /// Whether the double said 250.
    pub taken: bool,
}

type React = dyn Fn(&Moment<'_>) -> Word + Send + Sync;

/// A mail server.
pub struct Post {
    pub ledger: Arc<Ledger<Given>>,
    shared: Arc<Shared>,
    port: Port,
}

struct Shared {
    ledger: Arc<Ledger<Given>>,
    react: Box<React>,
    /// Lines after `EHLO`.
    offers: &'static [&'static str],
    counts: Mutex<BTreeMap<(String, String), usize>>,
    verbs: Mutex<Vec<String>>,
}

impl Post {
    /// One that offers these extensions. Its certificate is a stranger's.
    pub fn new(offers: &'static [&'static str], react: impl Fn(&Moment<'_>) -> Word + Send + Sync + 'static) -> Self {
        let ledger = Ledger::new();
        let shared = Arc::new(Shared {
            ledger: Arc::clone(&ledger),
            react: Box::new(react),
            offers,
            counts: Mutex::default(),
            verbs: Mutex::default(),
        });
        let serving = Arc::clone(&shared);
        let port = Port::listen("127.0.0.1", move |stream| serve(stream, &serving));
        Self { ledger, shared, port }
    }

    pub fn address(&self) -> SocketAddr {
        self.port.address
    }

    /// The verbs heard so far, of all connections.
    pub fn verbs(&self) -> Vec<String> {
        self.shared.verbs.lock().expect("no double panicked").clone()
    }
}

fn serve(stream: TcpStream, shared: &Shared) {
    let Ok(wire) = stream.try_clone() else { return };
    let mut stream = stream;
    let plain = Dialogue { shared, wire: &wire, encrypted: false };
    if plain.run(&mut stream) == End::StartTls {
        let mut stream = tls::accept(stream, Identity::Stranger);
        Dialogue { shared, wire: &wire, encrypted: true }.run(&mut stream);
    }
}

#[derive(PartialEq, Eq)]
enum End {
    Closed,
    StartTls,
}

struct Dialogue<'a> {
    shared: &'a Shared,
    wire: &'a TcpStream,
    encrypted: bool,
}

impl Dialogue<'_> {
    fn run(&self, stream: &mut (impl Read + Write)) -> End {
        let mut person = String::new();
        if !self.encrypted && !self.say(stream, "CONNECT", &person).is_some_and(|said| said.starts_with('2')) {
            return End::Closed;
        }
        while let Some(line) = line(stream) {
            let verb = line.split([' ', ':']).next().unwrap_or_default().to_ascii_uppercase();
            self.shared.verbs.lock().expect("no double panicked").push(verb.clone());
            if verb == "RCPT" {
                let address = line.split(['<', '>']).nth(1).unwrap_or_default();
                person = address.split('@').next().unwrap_or_default().to_owned();
            }
            let Some(said) = self.say(stream, &verb, &person) else { return End::Closed };
            match verb.as_str() {
                "STARTTLS" if said.starts_with('2') => return End::StartTls,
                "DATA" if said.starts_with('3') => {
                    let Some(text) = text(stream) else { return End::Closed };
                    if !self.take(stream, &person, &text) {
                        return End::Closed;
                    }
                }
                "QUIT" => return End::Closed,
                // The code with which a server ends the talk.
                _ if said.starts_with("421") => return End::Closed,
                _ => {}
            }
        }
        End::Closed
    }

    /// Says what is to be said to this; `None` when nothing was.
    fn say(&self, stream: &mut (impl Read + Write), verb: &str, person: &str) -> Option<String> {
        let nth = self.count(verb, person);
        let word = (self.shared.react)(&Moment { verb, person, nth });
        self.speak(stream, verb, word)
    }

    fn speak(&self, stream: &mut (impl Read + Write), verb: &str, word: Word) -> Option<String> {
        let said = match word {
            Word::Usual => self.usual(verb),
            Word::Say(said) => said,
            Word::Drop => return None,
            Word::Silence => {
                self.shared.ledger.hold(stream, self.wire, b"");
                return None;
            }
            Word::Drip => {
                let slowly = format!("{}\r\n", "250-slowly\r\n".repeat(50));
                self.shared.ledger.hold(stream, self.wire, slowly.as_bytes());
                return None;
            }
        };
        let sent = stream.write_all(format!("{said}\r\n").as_bytes()).and_then(|()| stream.flush());
        sent.ok().map(|()| said)
    }

    /// Writes the mail down, then says what is to be said.
    fn take(&self, stream: &mut (impl Read + Write), person: &str, text: &[u8]) -> bool {
        let nth = self.count("TEXT", person);
        let word = (self.shared.react)(&Moment { verb: "TEXT", person, nth });
        let mail = MessageParser::default().parse(text).expect("a mail");
        let header = |name: &'static str| {
            let value = mail.header(HeaderName::Other(name.into())).and_then(|value| value.as_text());
            value.unwrap_or_default().trim().to_owned()
        };
        self.shared.ledger.note(Given {
            id: header("X-Nightbell-Notification"),
            message_id: mail.message_id().unwrap_or_default().to_owned(),
            repeat: mail.body_text(0).is_some_and(|text| text.contains("It may be a second copy")),
            at: wall_clock(),
            taken: word == Word::Usual,
        });
        self.speak(stream, "TEXT", word).is_some()
    }

    fn count(&self, verb: &str, person: &str) -> usize {
        let mut counts = self.shared.counts.lock().expect("no double panicked");
        let count = counts.entry((verb.to_owned(), person.to_owned())).or_default();
        *count += 1;
        *count
    }

    fn usual(&self, verb: &str) -> String {
        let said = match verb {
            "CONNECT" => "220 double.example ESMTP",
            "EHLO" => {
                let offers: String = self.shared.offers.iter().map(|offer| format!("250-{offer}\r\n")).collect();
                return format!("250-double.example\r\n{offers}250 8BITMIME");
            }
            "STARTTLS" => "220 go ahead",
            "AUTH" => "235 2.7.0 welcome",
            "DATA" => "354 end with a dot",
            "TEXT" => "250 2.0.0 Ok: queued as 4XYZ",
            "QUIT" => "221 bye",
            _ => "250 2.1.0 Ok",
        };
        said.to_owned()
    }
}

/// A line without its end. Byte by byte: what follows may be TLS.
fn line(stream: &mut impl Read) -> Option<String> {
    let mut line = Vec::new();
    let mut byte = [0];
    while !line.ends_with(b"\r\n") {
        stream.read_exact(&mut byte).ok()?;
        line.push(byte[0]);
    }
    line.truncate(line.len() - 2);
    Some(String::from_utf8_lossy(&line).into_owned())
}

fn text(stream: &mut impl Read) -> Option<Vec<u8>> {
    let mut text = Vec::new();
    loop {
        let next = line(stream)?;
        if next == "." {
            return Some(text);
        }
        text.extend_from_slice(next.strip_prefix('.').unwrap_or(&next).as_bytes());
        text.extend_from_slice(b"\r\n");
    }
}
