//! Names into addresses, with a bound on how many look-ups are under way.
//!
//! The system's resolver blocks a thread until it gives up, long after whoever asked has: with a dead name server each attempt would leave a
//! thread behind, until none is left for anything else that blocks. Here a look-up keeps its place until it really ended; who finds none free
//! in time is told so. Is not a cache.

use crate::{egress::seconds, text::root_cause};
use std::{
    net::{SocketAddr, ToSocketAddrs},
    sync::Arc,
    time::Duration,
};
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    task::spawn_blocking,
    time::timeout,
};

/// Look-ups under way, of the whole process: the threads are the whole process's too (tokio has 512 for everything that blocks).
const LOOK_UPS_MAX: usize = 64;

/// The addresses of a name, at least one; or why there are none.
pub(crate) async fn addresses(name: &str, port: u16, limit: Duration) -> Result<Vec<SocketAddr>, String> {
    static PLACES: std::sync::LazyLock<Arc<Semaphore>> =
        std::sync::LazyLock::new(|| Arc::new(Semaphore::new(LOOK_UPS_MAX)));
    let asked = name.to_owned();
    let look_up = move || (asked.as_str(), port).to_socket_addrs().map(Iterator::collect);
    within(limit, &PLACES, look_up).await
}

type Found = std::io::Result<Vec<SocketAddr>>;

async fn within(
    limit: Duration,
    places: &Arc<Semaphore>,
    look_up: impl FnOnce() -> Found + Send + 'static,
) -> Result<Vec<SocketAddr>, String> {
    let looked = async {
        let place: Option<OwnedSemaphorePermit> = Arc::clone(places).acquire_owned().await.ok();
        let blocking = spawn_blocking(move || {
            let found = look_up();
            drop(place);
            found
        });
        blocking.await.map_err(|_| "the look-up broke off".to_owned())?.map_err(|error| root_cause(&error))
    };
    match timeout(limit, looked).await {
        Err(_) => Err(format!("no answer within {}", seconds(limit))),
        Ok(Err(why)) => Err(why),
        Ok(Ok(found)) if found.is_empty() => Err("it has no address".to_owned()),
        Ok(Ok(found)) => Ok(found),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::mpsc::channel;

    #[tokio::test]
    async fn a_look_up_that_nobody_waits_for_any_more_keeps_its_place_until_it_ends() {
        let places = Arc::new(Semaphore::new(1));
        let soon = Duration::from_millis(50);
        let (end, ended) = channel::<()>();
        let stuck = within(soon, &places, move || {
            let _ = ended.recv();
            Ok(vec!["127.0.0.1:1".parse().expect("an address")])
        });
        assert_eq!(stuck.await, Err("no answer within 0.05 s".to_owned()));
        let found = || Ok(vec!["127.0.0.1:2".parse().expect("an address")]);
        assert_eq!(within(soon, &places, found).await, Err("no answer within 0.05 s".to_owned()), "no place is free");
        drop(end);
        assert_eq!(within(Duration::from_secs(5), &places, found).await.map(|found| found.len()), Ok(1));
    }

    #[tokio::test]
    async fn failures_are_told() {
        let places = Arc::new(Semaphore::new(1));
        let limit = Duration::from_secs(5);
        assert_eq!(
            within(limit, &places, || Err(std::io::Error::other("no such name"))).await,
            Err("no such name".to_owned())
        );
        assert_eq!(within(limit, &places, || Ok(Vec::new())).await, Err("it has no address".to_owned()));
        assert_eq!(addresses("127.0.0.1", 25, limit).await, Ok(vec!["127.0.0.1:25".parse().expect("an address")]));
    }
}
