//! The double of whoever receives webhooks: writes down what arrives, and answers as it is told, or not at all.

use super::{
    ledger::{Ledger, Port},
    tls::{self, Identity},
    wait::wall_clock,
};
use jiff::Timestamp;
use serde_json::Value;
use std::{
    io::{BufRead, BufReader, Read, Write},
    net::TcpStream,
    sync::Arc,
};

/// What is done with a request that was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reply {
    /// Says this and closes; nothing is a connection that just ends.
    Say(String),
    /// Says the first part at once and a byte of the second each second, for ever.
    Drip(String, String),
    /// Says this, and rubbish after it as long as anybody takes it.
    Flood(String),
}

impl Reply {
    /// A status without a body.
    pub fn status(status: u16) -> Self {
        Self::with(status, "", "")
    }

    /// A status with further header lines (each with its line end) and a body.
    pub fn with(status: u16, headers: &str, body: &str) -> Self {
        let length = body.len();
        Self::Say(format!(
            "HTTP/1.1 {status} Said\r\n{headers}content-length: {length}\r\nconnection: close\r\n\r\n{body}"
        ))
    }

    /// Never a word.
    pub fn silence() -> Self {
        Self::Drip(String::new(), String::new())
    }

    /// Says it. `wire` is the connection below `stream`; who waits is counted in the ledger.
    ///
    /// # Errors
    /// The connection's.
    pub fn say<T: Clone>(
        self,
        mut stream: impl Read + Write,
        wire: &TcpStream,
        ledger: &Ledger<T>,
    ) -> std::io::Result<()> {
        match self {
            Self::Say(said) => stream.write_all(said.as_bytes())?,
            Self::Drip(said, drip) => {
                stream.write_all(said.as_bytes())?;
                stream.flush()?;
                ledger.hold(&mut stream, wire, drip.as_bytes());
            }
            Self::Flood(said) => {
                stream.write_all(said.as_bytes())?;
                loop {
                    stream.write_all(&[b'x'; 65_536])?;
                }
            }
        }
        stream.flush()
    }

    fn taken(&self) -> bool {
        let (Self::Say(said) | Self::Drip(said, _) | Self::Flood(said)) = self;
        said.starts_with("HTTP/1.1 2")
    }
}

/// One message as it arrived.
#[derive(Debug, Clone)]
pub struct Arrived {
    /// The first part of the path: whose it is.
    pub person: String,
    /// `webhook-id`.
    pub id: String,
    /// Whether it says that it may be a second copy.
    pub repeat: bool,
    pub at: Timestamp,
    /// Whether the double said 2xx.
    pub taken: bool,
    /// Whole path.
    pub path: String,
}

type React = dyn Fn(&str, usize) -> Reply + Send + Sync;

/// A receiver: by HTTP, and by HTTPS as itself, under a wrong name and as a stranger. One ledger for all.
pub struct Web {
    pub ledger: Arc<Ledger<Arrived>>,
    plain: Port,
    trusted: Port,
    wrong_name: Port,
    stranger: Port,
}

impl Web {
    /// `react` is asked with the path and how many requests came for it, this one included.
    pub fn new(react: impl Fn(&str, usize) -> Reply + Send + Sync + 'static) -> Self {
        let ledger = Ledger::new();
        let react: Arc<React> = Arc::new(react);
        let port = |ip: &str, identity: Option<Identity>| {
            let (ledger, react) = (Arc::clone(&ledger), Arc::clone(&react));
            Port::listen(ip, move |stream| {
                let Ok(wire) = stream.try_clone() else { return };
                let _ = match identity {
                    None => serve(stream, &wire, &ledger, &*react),
                    Some(identity) => serve(tls::accept(stream, identity), &wire, &ledger, &*react),
                };
            })
        };
        Self {
            plain: port("127.0.0.1", None),
            trusted: port("127.0.0.1", Some(Identity::Trusted)),
            // The certificate names 127.0.0.1 only.
            wrong_name: port("127.0.0.2", Some(Identity::Trusted)),
            stranger: port("127.0.0.1", Some(Identity::Stranger)),
            ledger,
        }
    }

    /// `http://127.0.0.1:PORT`.
    pub fn plain(&self) -> String {
        format!("http://{}", self.plain.address)
    }

    /// HTTPS, as it should be.
    pub fn trusted(&self) -> String {
        format!("https://{}", self.trusted.address)
    }

    /// HTTPS with somebody else's certificate.
    pub fn wrong_name(&self) -> String {
        format!("https://{}", self.wrong_name.address)
    }

    /// HTTPS with a certificate that nobody trusts.
    pub fn stranger(&self) -> String {
        format!("https://{}", self.stranger.address)
    }

    /// An `https:` address where somebody speaks plain HTTP.
    pub fn not_tls(&self) -> String {
        format!("https://{}", self.plain.address)
    }
}

fn serve<S: Read + Write>(stream: S, wire: &TcpStream, ledger: &Ledger<Arrived>, react: &React) -> std::io::Result<()> {
    let mut reader = BufReader::new(stream);
    let Some(request) = Request::read(&mut reader)? else { return Ok(()) };
    let path = request.path.clone();
    let repeat = request.json()["repeat"].as_bool().unwrap_or_default();
    let before = ledger.entries().iter().filter(|known| known.path == path).count();
    let reply = react(&path, before + 1);
    let person = path.split('/').nth(1).unwrap_or_default().to_owned();
    let id = request.header("webhook-id").to_owned();
    ledger.note(Arrived { person, id, repeat, at: wall_clock(), taken: reply.taken(), path });
    reply.say(reader.into_inner(), wire, ledger)
}

/// A request as it came.
#[derive(Debug, Clone)]
pub struct Request {
    pub method: String,
    pub path: String,
    /// Names in lower case.
    headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Request {
    /// Reads one; nothing when the caller went away first.
    ///
    /// # Errors
    /// The connection's.
    pub fn read(reader: &mut impl BufRead) -> std::io::Result<Option<Self>> {
        let mut first = String::new();
        reader.read_line(&mut first)?;
        let mut headers: Vec<(String, String)> = Vec::new();
        loop {
            let mut line = String::new();
            if reader.read_line(&mut line)? == 0 {
                return Ok(None);
            }
            match line.trim_end().split_once(':') {
                Some((name, value)) => headers.push((name.to_ascii_lowercase(), value.trim().to_owned())),
                None => break,
            }
        }
        let mut words = first.split(' ').map(str::to_owned);
        let (Some(method), Some(path)) = (words.next(), words.next()) else { return Ok(None) };
        let mut request = Self { method, path, headers, body: Vec::new() };
        request.body = vec![0; request.header("content-length").parse().unwrap_or(0)];
        reader.read_exact(&mut request.body)?;
        Ok(Some(request))
    }

    /// A header's value, empty when there is none.
    pub fn header(&self, name: &str) -> &str {
        self.headers.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value.as_str())
    }

    /// The body; null when it is no JSON.
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }
}
