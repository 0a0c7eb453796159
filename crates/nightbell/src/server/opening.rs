//! What is opened before anything runs: the data, this server's place on it, and the connections that its parts are handed. It blocks, so it
//! has a thread of its own kind. Called by the parent's start alone; is not: which part gets what (`wiring`).

use crate::{
    data::{Place, ServeLock, first_administrator},
    failure::Failure,
    mark::Mark,
    pump::Node,
    reserve::Reserve,
};
use nightbell_engine::{Beside, Clock, Engine, Reader, live, nodes};
use std::{net::SocketAddr, sync::Arc};

/// The parts that were opened.
pub(super) struct Opened {
    pub engine: Engine,
    pub for_pump: Box<dyn Reader>,
    pub for_watch: Box<dyn Reader>,
    pub node: Node,
    /// For signs of life, where there may be others.
    pub beside: Option<Box<dyn Beside>>,
    /// The disk was full, and nobody has made room since: only what rings already may go on (INV-16), in so many bytes of what the reserve gave.
    pub only_paging: Option<u64>,
}

/// Looks at the data before anything is created there, and takes the place of its one server, where there may be only one.
pub(super) async fn look(place: &Place) -> Result<Option<ServeLock>, Failure> {
    let place = place.clone();
    blocking(move || {
        if let Err(failure) = place.directory()
            && !reserve(&place).is_some_and(|reserve| reserve.is_last_room())
        {
            return Err(without_data(failure));
        }
        let lock = place.lock()?;
        let Some(folder) = place.as_folder() else { return Ok(lock) };
        let head = with_room(&place, || place.read(|tx| Ok(live::head(tx)?))).map_err(without_data)?;
        Mark::of(folder.path()).check(head).map_err(without_data)?;
        Ok(lock)
    })
    .await
}

fn reserve(place: &Place) -> Option<Reserve> {
    place.as_folder().map(|folder| Reserve::of(folder.path()))
}

/// Does it; when the disk is full, once more with the room of the reserve: a server that does not start pages nobody at all (INV-16). For
/// whoever has the folder's lock.
fn with_room<T>(place: &Place, work: impl Fn() -> Result<T, Failure>) -> Result<T, Failure> {
    let done = work();
    match reserve(place) {
        Some(reserve) if done.is_err() && reserve.is_last_room() => {
            reserve.give_back();
            work()
        }
        _ => done,
    }
}

/// Opens the data and joins whoever else serves it, under a name that people recognise.
pub(super) async fn open(
    place: &Place,
    public_url: &str,
    address: SocketAddr,
    clock: &Arc<dyn Clock>,
) -> Result<Opened, Failure> {
    let (place, public_url, clock) = (place.clone(), public_url.to_owned(), Arc::clone(clock));
    blocking(move || with_room(&place, || parts(&place, &public_url, address, &clock))).await
}

fn parts(place: &Place, public_url: &str, address: SocketAddr, clock: &Arc<dyn Clock>) -> Result<Opened, Failure> {
    let mut engine = place.engine(public_url).map_err(without_data)?;
    if first_administrator(&engine.directory()).is_none() {
        return Err(place.no_administrator());
    }
    let (node, beside) = join(place, &mut engine, name_at(address), clock).map_err(without_data)?;
    let (for_pump, for_watch) = (place.reader()?, place.reader()?);
    let only_paging = reserve(place).and_then(|reserve| reserve.left());
    Ok(Opened { engine, for_pump, for_watch, node, beside, only_paging })
}

fn join(
    place: &Place,
    engine: &mut Engine,
    name: String,
    clock: &Arc<dyn Clock>,
) -> Result<(Node, Option<Box<dyn Beside>>), Failure> {
    match place {
        Place::Folder(_) => {
            let (id, messages) = engine.execute(clock.now(), |unit| nodes::join_alone(unit, &name))?;
            if messages > 0 {
                tracing::warn!(
                    messages,
                    "the last run was lost while it was sending these; they are sent again, marked as repeats"
                );
            }
            Ok((Node::alone(id, name, Arc::clone(clock)), None))
        }
        Place::Postgres(address) => {
            let beside = address.beside()?;
            let id = engine.execute(clock.now(), |unit| nodes::join(unit, &name))?;
            Ok((Node::among_others(id, name, Arc::clone(clock)), Some(beside)))
        }
    }
}

/// What a start means that fails on the data.
fn without_data(failure: Failure) -> Failure {
    let meaning = "NOBODY IS PAGED by this server until it starts. If there was data here before, make no new installation in its place: put the \
                   newest backup there, then start it again.";
    Failure { message: format!("{failure}\n{meaning}"), ..failure }
}

/// What blocks, on a thread where it may.
async fn blocking<T: Send + 'static>(work: impl FnOnce() -> Result<T, Failure> + Send + 'static) -> Result<T, Failure> {
    let done = tokio::task::spawn_blocking(work).await;
    done.unwrap_or_else(|_| Err(Failure::unreachable("opening the data broke off")))
}

/// What people call the node that listens there.
fn name_at(address: SocketAddr) -> String {
    let host = std::fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
    format!("{}:{}", if host.trim().is_empty() { "node" } else { host.trim() }, address.port())
}
