//! Limits on connections: counted in memory, and over real sockets of this machine with limits of fractions of a second.

use super::*;
use crate::tests::site::Site;
use axum::routing::get;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    time::timeout,
};

/// Far longer than anything here may take.
const PATIENCE: Duration = Duration::from_secs(20);

#[test]
fn half_of_the_files_are_kept_for_paging() {
    let check = |text: &str, connections: usize| {
        let limits = Limits::for_files(open_files(text).unwrap_or(FILES_ASSUMED));
        assert_eq!((limits.connections, limits.per_address), (connections, (connections / 2).max(1)), "{text}");
    };
    check(
        "Limit                     Soft Limit           Hard Limit           Units\nMax open files            1024                 524288               files     \n",
        512,
    );
    check("Max open files            20000                20000                files", 4_096);
    check("Max open files            unlimited            unlimited            files", 4_096);
    check("Max open files            1                    1                    files", 1);
    check("", 256);
}

#[test]
fn an_address_has_its_share_and_no_more() {
    let crowd = Crowd::default();
    let address = |text: &str| text.parse::<IpAddr>().expect("an address");
    let enter = |text: &str| crowd.enter(network(address(text)), 2);
    let held = [enter("203.0.113.7"), enter("::ffff:203.0.113.7"), enter("2001:db8::1"), enter("2001:db8::ffff:2")];
    assert!(held.iter().all(Option::is_some));
    for full in ["203.0.113.7", "::ffff:203.0.113.7", "2001:db8:0:0:1::"] {
        assert!(enter(full).is_none(), "{full}");
    }
    assert!(enter("203.0.113.8").is_some() && enter("2001:db8:0:1::1").is_some(), "others have their own");
    drop(held);
    assert!(enter("203.0.113.7").is_some() && enter("2001:db8::3").is_some(), "places become free");
    assert!(crowd.is_empty(), "nobody who left is remembered");
}

/// A listener with such limits, and its address.
async fn listening(limits: Limits) -> (SocketAddr, AppState, tokio::task::JoinHandle<io::Result<()>>) {
    let state = Site::new(Vec::new()).state;
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    let router = Router::new()
        .route("/who", get(|ConnectInfo(peer): ConnectInfo<SocketAddr>| async move { peer.ip().to_string() }));
    let serving = state.clone();
    #[expect(clippy::disallowed_methods, reason = "the server under test")]
    let task = tokio::spawn(async move { serve(listener, &serving, router, limits).await });
    (address, state, task)
}

async fn open(address: SocketAddr, said: &str) -> TcpStream {
    let mut stream = TcpStream::connect(address).await.expect("connected");
    stream.write_all(said.as_bytes()).await.expect("sent");
    stream
}

/// Everything the server says until it closes.
async fn to_the_end(stream: &mut TcpStream) -> String {
    let mut text = Vec::new();
    // A reset is an end as well.
    let _ = timeout(PATIENCE, stream.read_to_end(&mut text)).await.expect("the server must close this connection");
    String::from_utf8_lossy(&text).into_owned()
}

const ASK: &str = "GET /who HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n";

#[tokio::test]
async fn whoever_never_finishes_asking_is_closed() {
    let limits = Limits { connections: 10, per_address: 10, head_within: Duration::from_millis(100) };
    let (address, state, task) = listening(limits).await;
    // Nothing, half a line, half a head, and a second request that never comes.
    for said in ["", "GET /wh", "GET /who HTTP/1.1\r\nhost: x\r\nx-a: b\r\n", "GET /who HTTP/1.1\r\nhost: x\r\n\r\n"] {
        let answer = to_the_end(&mut open(address, said).await).await;
        assert_eq!(answer.starts_with("HTTP/1.1 200 "), said.ends_with("\r\n\r\n"), "{said:?}: {answer}");
    }
    assert!(to_the_end(&mut open(address, ASK).await).await.ends_with("\r\n\r\n127.0.0.1"));
    state.live().stop();
    timeout(PATIENCE, task).await.expect("stopped").expect("no panic").expect("no error");
}

#[tokio::test]
async fn silent_connections_keep_nobody_out_for_long() {
    let limits = Limits { connections: 2, per_address: 1, head_within: Duration::from_millis(100) };
    let (address, state, task) = listening(limits).await;
    let mut silent = Vec::new();
    for _ in 0..8 {
        silent.push(open(address, "GET /who HTTP/1.1\r\n").await);
    }
    // Comes last in the queue and is answered all the same.
    assert!(to_the_end(&mut open(address, ASK).await).await.starts_with("HTTP/1.1 200 "));
    drop(silent);
    state.live().stop();
    timeout(PATIENCE, task).await.expect("stopped").expect("no panic").expect("no error");
}
