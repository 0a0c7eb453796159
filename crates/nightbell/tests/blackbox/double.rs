//! The receiver of signed webhooks: a person's machine that writes down whatever arrives, and can be told to behave badly. The ledger.

use super::wait::{Deadline, thread, wall_clock};
use jiff::Timestamp;
use serde_json::Value;
use std::{
    io::{BufRead, BufReader, Read, Write},
    net::{TcpListener, TcpStream},
    sync::{
        Arc, Condvar, Mutex, MutexGuard,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

/// What is done with a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reaction {
    /// 204.
    Accept,
    /// 500: not taken, and said so.
    Refuse,
    /// Read, and never answered.
    Hang,
    /// Read, and the connection closed without an answer.
    Drop,
}

/// One message as it arrived.
#[derive(Debug, Clone)]
pub struct Received {
    /// `/alice`.
    pub path: String,
    /// Names in lower case.
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
    pub json: Value,
    pub at: Timestamp,
    pub reaction: Reaction,
}

impl Received {
    /// A text of the body, by JSON pointer; empty without one.
    pub fn text(&self, pointer: &str) -> &str {
        self.json.pointer(pointer).and_then(Value::as_str).unwrap_or_default()
    }

    pub fn kind(&self) -> &str {
        self.text("/type")
    }

    pub fn repeat(&self) -> bool {
        self.json.get("repeat").and_then(Value::as_bool).expect("the body says whether it is a repeat")
    }

    /// When it was marked as being sent, by the server's clock.
    pub fn sent_at(&self) -> Timestamp {
        self.text("/sent_at").parse().expect("sent_at is a time")
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value)
    }

    /// Whether the receiver may have shown it to its person.
    pub fn may_have_arrived(&self) -> bool {
        self.reaction != Reaction::Refuse
    }
}

type React = dyn Fn(&Value) -> Reaction + Send + Sync;

struct Shared {
    ledger: Mutex<Vec<Received>>,
    moved: Condvar,
    closing: AtomicBool,
    react: Box<React>,
}

/// A receiver on a port of its own.
pub struct Double {
    shared: Arc<Shared>,
    address: String,
}

impl Double {
    /// One that takes everything.
    pub fn obliging() -> Self {
        Self::new(|_| Reaction::Accept)
    }

    /// One that does what `react` says, asked before the message is answered.
    pub fn new(react: impl Fn(&Value) -> Reaction + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = listener.local_addr().expect("it is bound").to_string();
        let shared = Arc::new(Shared {
            ledger: Mutex::new(Vec::new()),
            moved: Condvar::new(),
            closing: AtomicBool::new(false),
            react: Box::new(react),
        });
        let held = Arc::clone(&shared);
        thread(move || accept(&listener, &held));
        Self { shared, address }
    }

    /// `http://127.0.0.1:PORT`.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Everything so far.
    pub fn ledger(&self) -> Vec<Received> {
        self.locked().clone()
    }

    /// Waits until the ledger satisfies `enough`; answers it. Panics with `what` and the ledger when it does not in time.
    pub fn wait(&self, what: &str, within: Duration, mut enough: impl FnMut(&[Received]) -> bool) -> Vec<Received> {
        let deadline = Deadline::within(within);
        let mut ledger = self.locked();
        while !enough(&ledger) {
            assert!(!deadline.over(), "not received within {within:?}: {what}\n{}", outline(&ledger));
            ledger = self.shared.moved.wait_timeout(ledger, deadline.left()).expect("no receiver panicked").0;
        }
        ledger.clone()
    }

    /// What came after the first `seen`, as soon as there is anything; nothing when nothing comes in time.
    pub fn after(&self, seen: usize, within: Duration) -> Vec<Received> {
        let ledger = self.shared.moved.wait_timeout_while(self.locked(), within, |ledger| ledger.len() <= seen);
        ledger.expect("no receiver panicked").0.get(seen..).unwrap_or_default().to_vec()
    }

    fn locked(&self) -> MutexGuard<'_, Vec<Received>> {
        self.shared.ledger.lock().expect("no receiver panicked")
    }
}

/// A ledger in lines, for a test that fails.
pub fn outline(ledger: &[Received]) -> String {
    let line = |m: &Received| {
        format!("{} {:?} {} {} repeat={}: {}", m.at, m.reaction, m.path, m.kind(), m.repeat(), m.text("/title"))
    };
    ledger.iter().rev().take(60).map(line).collect::<Vec<_>>().join("\n")
}

impl Drop for Double {
    fn drop(&mut self) {
        self.shared.closing.store(true, Ordering::SeqCst);
        // Wakes the accepting thread, which sees that it is over.
        let _ = TcpStream::connect(&self.address);
    }
}

fn accept(listener: &TcpListener, shared: &Arc<Shared>) {
    for stream in listener.incoming() {
        if shared.closing.load(Ordering::SeqCst) {
            return;
        }
        let Ok(stream) = stream else { continue };
        let shared = Arc::clone(shared);
        thread(move || drop(serve(stream, &shared)));
    }
}

fn serve(mut stream: TcpStream, shared: &Shared) -> std::io::Result<()> {
    let mut reader = BufReader::new(stream.try_clone()?);
    let mut first = String::new();
    reader.read_line(&mut first)?;
    let mut headers = Vec::new();
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line)? == 0 {
            return Ok(());
        }
        match line.trim_end().split_once(':') {
            Some((name, value)) => headers.push((name.to_ascii_lowercase(), value.trim().to_owned())),
            None => break,
        }
    }
    let length = headers
        .iter()
        .find(|(name, _)| name == "content-length")
        .and_then(|(_, value)| value.parse().ok())
        .unwrap_or(0);
    let mut body = vec![0; length];
    // A sender that was killed half-way said nothing that counts.
    reader.read_exact(&mut body)?;
    let json: Value = serde_json::from_slice(&body).expect("a webhook's body is JSON");
    let reaction = (shared.react)(&json);
    let path = first.split(' ').nth(1).unwrap_or_default().to_owned();
    let received = Received { path, headers, body, json, at: wall_clock(), reaction };
    shared.ledger.lock().expect("no receiver panicked").push(received);
    shared.moved.notify_all();
    match reaction {
        Reaction::Accept => stream.write_all(b"HTTP/1.1 204 No Content\r\nconnection: close\r\n\r\n"),
        Reaction::Refuse => {
            stream.write_all(b"HTTP/1.1 500 Internal Server Error\r\ncontent-length: 0\r\nconnection: close\r\n\r\n")
        }
        Reaction::Drop => Ok(()),
        // Until the other side gives up or dies.
        Reaction::Hang => std::io::copy(&mut reader, &mut std::io::sink()).map(drop),
    }
}
