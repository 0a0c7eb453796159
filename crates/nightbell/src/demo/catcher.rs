//! The demo's mail catcher: a real SMTP server on loopback that keeps what it is given, for the inbox page. Not a mail server: it delivers
//! nothing, takes at most [`MAIL_BYTES_MAX`] a mail and [`MAILS_MAX`] mails, and lives as long as the demo.

use jiff::Timestamp;
use mail_parser::MessageParser;
use nightbell_engine::Clock;
use smtp_proto::{
    Error, Request,
    request::receiver::{DataReceiver, RequestReceiver},
};
use std::{
    io,
    net::SocketAddr,
    sync::{Arc, Mutex, PoisonError},
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};

/// Largest mail kept, in bytes.
const MAIL_BYTES_MAX: usize = 1024 * 1024;
/// Most mails kept; the oldest go first.
const MAILS_MAX: usize = 500;

/// One caught mail.
#[derive(Debug, Clone)]
pub struct CaughtMail {
    /// Its number, from 1.
    pub id: u64,
    /// When it was caught.
    pub at: Timestamp,
    /// Envelope recipients.
    pub to: Vec<String>,
    /// Subject.
    pub subject: String,
    /// The headers people look at.
    pub headers: Vec<(String, String)>,
    /// The plain text part.
    pub text: String,
}

/// The inbox, shared between the SMTP server, the page and the story.
#[derive(Clone)]
pub struct Inbox {
    clock: Arc<dyn Clock>,
    mails: Arc<Mutex<Vec<CaughtMail>>>,
    arrived: Arc<tokio::sync::Notify>,
}

impl Inbox {
    /// An empty inbox.
    pub fn new(clock: Arc<dyn Clock>) -> Self {
        Self { clock, mails: Arc::default(), arrived: Arc::default() }
    }

    /// Every mail, oldest first.
    pub fn all(&self) -> Vec<CaughtMail> {
        self.mails.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// One mail.
    pub fn get(&self, id: u64) -> Option<CaughtMail> {
        self.all().into_iter().find(|mail| mail.id == id)
    }

    /// Waits until a mail fits, those already there included.
    pub async fn wait_for(&self, fits: impl Fn(&CaughtMail) -> bool) -> CaughtMail {
        loop {
            let arrived = self.arrived.notified();
            if let Some(mail) = self.all().into_iter().find(|mail| fits(mail)) {
                return mail;
            }
            arrived.await;
        }
    }

    fn keep(&self, to: Vec<String>, raw: &[u8]) {
        let mut mails = self.mails.lock().unwrap_or_else(PoisonError::into_inner);
        let id = mails.last().map_or(0, |mail| mail.id) + 1;
        mails.push(read(id, self.clock.now(), to, raw));
        let surplus = mails.len().saturating_sub(MAILS_MAX);
        mails.drain(..surplus);
        drop(mails);
        self.arrived.notify_waiters();
    }
}

fn read(id: u64, at: Timestamp, to: Vec<String>, raw: &[u8]) -> CaughtMail {
    let parsed = MessageParser::default().parse(raw);
    let text = parsed
        .as_ref()
        .and_then(|m| m.body_text(0))
        .map_or_else(|| String::from_utf8_lossy(raw).into_owned(), |t| t.into_owned());
    let subject = parsed.as_ref().and_then(|m| m.subject()).unwrap_or("(no subject)").to_owned();
    let header = |name: &str| {
        parsed.as_ref().and_then(|m| m.header_raw(name.to_owned())).map(|v| (name.to_owned(), v.trim().to_owned()))
    };
    let headers =
        ["From", "To", "Date", "Subject", "Message-ID", "References"].into_iter().filter_map(header).collect();
    CaughtMail { id, at, to, subject, headers, text }
}

/// Binds a free port on loopback.
pub async fn bind() -> io::Result<(TcpListener, SocketAddr)> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    Ok((listener, address))
}

/// Serves until dropped. Each connection is answered in turn: the sender is Nightbell itself.
pub async fn serve(listener: Arc<TcpListener>, inbox: Inbox) {
    let mut sessions = tokio::task::JoinSet::new();
    while let Ok((stream, _)) = listener.accept().await {
        let inbox = inbox.clone();
        sessions.spawn(async move {
            if let Err(e) = converse(stream, &inbox).await {
                tracing::debug!(error = %e, "mail catcher: a conversation broke off");
            }
        });
        while sessions.try_join_next().is_some() {}
    }
}

#[derive(Default)]
struct Envelope {
    to: Vec<String>,
}

/// What to do with a command.
enum Reply {
    Say(&'static str),
    TakeData,
    Bye,
}

async fn converse(mut stream: TcpStream, inbox: &Inbox) -> io::Result<()> {
    stream.write_all(b"220 nightbell.demo ESMTP mail catcher\r\n").await?;
    let mut requests = RequestReceiver::default();
    let mut envelope = Envelope::default();
    let mut chunk = [0_u8; 8192];
    let mut data: Option<(DataReceiver, Vec<u8>)> = None;
    loop {
        let read = stream.read(&mut chunk).await?;
        if read == 0 {
            return Ok(());
        }
        let mut bytes = chunk[..read].iter();
        while !bytes.as_slice().is_empty() {
            if let Some((receiver, raw)) = &mut data {
                let complete = receiver.ingest(&mut bytes, raw);
                if raw.len() > MAIL_BYTES_MAX {
                    return stream.write_all(b"552 5.3.4 the mail is too large\r\n").await;
                }
                if complete {
                    inbox.keep(std::mem::take(&mut envelope.to), raw);
                    data = None;
                    stream.write_all(b"250 2.0.0 caught\r\n").await?;
                }
                continue;
            }
            match requests.ingest(&mut bytes).map(|request| answer(request, &mut envelope)) {
                Ok(Reply::Say(line)) => stream.write_all(line.as_bytes()).await?,
                Ok(Reply::TakeData) => {
                    data = Some((DataReceiver::new(), Vec::new()));
                    stream.write_all(b"354 end with a dot on a line of its own\r\n").await?;
                }
                Ok(Reply::Bye) => return stream.write_all(b"221 2.0.0 good night\r\n").await,
                Err(Error::NeedsMoreData { .. }) => break,
                Err(_) => stream.write_all(b"500 5.5.2 that is not understood here\r\n").await?,
            }
        }
    }
}

fn answer(request: Request<std::borrow::Cow<'_, str>>, envelope: &mut Envelope) -> Reply {
    match request {
        Request::Ehlo { .. } => Reply::Say("250-nightbell.demo\r\n250-8BITMIME\r\n250 SMTPUTF8\r\n"),
        Request::Helo { .. } => Reply::Say("250 nightbell.demo\r\n"),
        Request::Mail { .. } | Request::Rset => {
            envelope.to.clear();
            Reply::Say("250 2.1.0 ok\r\n")
        }
        Request::Rcpt { to } => {
            envelope.to.push(to.address.into_owned());
            Reply::Say("250 2.1.5 ok\r\n")
        }
        Request::Data if envelope.to.is_empty() => Reply::Say("503 5.5.1 to whom?\r\n"),
        Request::Data => Reply::TakeData,
        Request::Noop { .. } => Reply::Say("250 2.0.0 ok\r\n"),
        Request::Quit => Reply::Bye,
        _ => Reply::Say("502 5.5.1 not offered by the mail catcher\r\n"),
    }
}
