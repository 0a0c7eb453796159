//! The server of the doubles: finds the medium by the path and the person by what the medium reads, and lets the person's misfortune happen.

use super::{
    ALL, Heard, MEDIA, Medium,
    Misfortune::{Busy, Down, Drops, Garbage, Refused, Stalls, WrongAddress},
    name,
};
use crate::{
    judge::Message,
    ledger::{Ledger, Port},
    log::Log,
    wait::wall_clock,
    web::{Reply, Request},
};
use jiff::Timestamp;
use std::{
    io::BufReader,
    net::TcpStream,
    sync::{Arc, Mutex},
};

/// A message as it arrived.
#[derive(Debug, Clone)]
pub struct Told {
    /// The case.
    pub name: String,
    pub repeat: Option<bool>,
    pub at: Timestamp,
    /// Whether the double granted it.
    pub taken: bool,
}

impl Told {
    /// For the judge: the message's id is that of the person's first method.
    pub fn message(self, log: &Log) -> Message {
        let first = log.by(&self.name, "first").expect("it was used");
        Message { id: first.id.clone(), repeat: self.repeat, at: self.at, taken: self.taken }
    }
}

/// Every medium's double at one address.
pub struct Api {
    pub ledger: Arc<Ledger<Told>>,
    wrong: Arc<Mutex<Vec<String>>>,
    port: Port,
}

impl Api {
    pub fn new() -> Self {
        let ledger = Ledger::new();
        let wrong = Arc::new(Mutex::new(Vec::new()));
        let (noted, mistakes) = (Arc::clone(&ledger), Arc::clone(&wrong));
        let port = Port::listen("127.0.0.1", move |stream| {
            let _ = serve(stream, &noted, &mistakes);
        });
        Self { ledger, wrong, port }
    }

    /// `http://127.0.0.1:PORT`.
    pub fn base(&self) -> String {
        format!("http://{}", self.port.address)
    }

    /// What no provider would have understood.
    pub fn mistakes(&self) -> Vec<String> {
        self.wrong.lock().expect("no double panicked").clone()
    }
}

fn serve(stream: TcpStream, ledger: &Ledger<Told>, wrong: &Mutex<Vec<String>>) -> std::io::Result<()> {
    let wire = stream.try_clone()?;
    let mut reader = BufReader::new(stream);
    let Some(request) = Request::read(&mut reader)? else { return Ok(()) };
    let reply = answer(&request, ledger).unwrap_or_else(|mistake| {
        wrong.lock().expect("no double panicked").push(format!("{} {}: {mistake}", request.method, request.path));
        Reply::status(418)
    });
    reply.say(reader.into_inner(), &wire, ledger)
}

fn answer(request: &Request, ledger: &Ledger<Told>) -> Result<Reply, String> {
    let below = |medium: &&Medium| {
        request.path.strip_prefix('/').and_then(|path| path.strip_prefix(medium.below)).map(str::to_owned)
    };
    let (medium, path) = MEDIA.iter().find_map(|medium| Some((*medium, below(medium)?))).ok_or("no medium is here")?;
    let heard = (medium.hear)(request, &path)?;
    let person = match heard {
        Heard::Asked(None) => return Ok((medium.take)(request, &path, heard)),
        Heard::Asked(Some(person)) | Heard::Message { person, .. } => person,
    };
    let misfortune = ALL[person];
    let name = name(medium, misfortune);
    if matches!(heard, Heard::Message { pages: false, .. }) {
        return Ok((medium.take)(request, &path, heard));
    }
    let Heard::Message { repeat, .. } = heard else {
        let refused = (medium.refuse)(misfortune, heard);
        return Ok(refused.unwrap_or_else(|| (medium.take)(request, &path, heard)));
    };
    let nth = ledger.entries().iter().filter(|told| told.name == name).count() + 1;
    let trouble = match (misfortune, nth) {
        (WrongAddress | Refused, _) => (medium.refuse)(misfortune, heard),
        (Busy, 1) => Some((medium.busy)()),
        (Down, _) => Some(Reply::with(503, "", "not now")),
        (Drops, 1) => Some(Reply::Say(String::new())),
        (Garbage, 1) => Some((medium.garbage)()),
        (Stalls, _) => Some(Reply::silence()),
        _ => None,
    };
    ledger.note(Told { name, repeat, at: wall_clock(), taken: trouble.is_none() });
    Ok(trouble.unwrap_or_else(|| (medium.take)(request, &path, heard)))
}
