//! Many questions share a look, and none is answered by a look that began before it.

use super::*;
use futures_util::future::join_all;
use std::{future::poll_fn, sync::atomic::AtomicUsize, task::Poll};

fn organisation(version: u64) -> Arc<Directory> {
    let mut directory = Directory::default();
    directory.org.version = version;
    Arc::new(directory)
}

#[tokio::test]
async fn a_thousand_who_ask_at_once_share_two_looks() {
    let (newest, looks) = (Newest::default(), AtomicUsize::new(0));
    let ask = || async {
        let look = || async {
            let n = looks.fetch_add(1, Ordering::SeqCst) + 1;
            // Everybody else asks meanwhile.
            tokio::task::yield_now().await;
            Ok(organisation(n as u64))
        };
        newest.get(look).await.expect("seen").org.version
    };
    let seen = join_all((0..1_000).map(|_| ask())).await;
    assert_eq!(looks.load(Ordering::SeqCst), 2);
    assert_eq!((seen[0], &seen[1..]), (1, &[2; 999][..]), "who came after a look began is answered by the next one");
    assert_eq!(ask().await, 3, "nothing is kept for later");
}

#[tokio::test]
async fn a_look_that_fails_is_told_to_those_it_was_for_and_the_next_one_looks_again() {
    let (newest, looks) = (Newest::default(), AtomicUsize::new(0));
    let ask = |fails: bool| {
        let (newest, looks) = (&newest, &looks);
        newest.get(move || async move {
            looks.fetch_add(1, Ordering::SeqCst);
            tokio::task::yield_now().await;
            if fails {
                Err(StoreError::Unavailable("the database is gone".to_owned()).into())
            } else {
                Ok(organisation(1))
            }
        })
    };
    let seen = join_all((0..100).map(|_| ask(true))).await;
    assert_eq!((seen.iter().filter(|one| one.is_err()).count(), looks.load(Ordering::SeqCst)), (100, 2));
    assert!(ask(false).await.is_ok());
    // Whoever looks and goes away leaves the others to look for themselves.
    {
        let mut gone = Box::pin(ask(false));
        assert!(poll_fn(|context| Poll::Ready(gone.as_mut().poll(context).is_pending())).await);
    }
    assert!(ask(false).await.is_ok());
}
