//! A whole server: starts, answers, refuses to start twice or on nothing, and stops.

use super::*;
use crate::{failure::Code, system::SystemClock};
use nightbell_engine::access::init_first_admin;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

fn initialised() -> (tempfile::TempDir, Place) {
    let temporary = tempfile::tempdir().unwrap();
    let folder = Place::folder(temporary.path());
    let mut engine = folder.engine_or_new("http://x").unwrap();
    engine.execute(SystemClock.now(), |unit| init_first_admin(unit, "ann@example.com", "Ann").map(drop)).unwrap();
    (temporary, folder)
}

fn options(folder: &Place) -> Options {
    nightbell_delivery::install_crypto();
    Options::new(folder.clone(), "127.0.0.1:0".parse().unwrap())
}

/// The first line of the answer to a GET.
async fn status_line(address: SocketAddr, path: &str) -> String {
    let mut stream = tokio::net::TcpStream::connect(address).await.unwrap();
    stream
        .write_all(format!("GET {path} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n\r\n").as_bytes())
        .await
        .unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    answer.lines().next().unwrap_or_default().to_owned()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn starts_answers_and_stops() {
    let (_temporary, folder) = initialised();
    let server = Server::start(options(&folder)).await.unwrap();
    assert_eq!(server.public_url, format!("http://{}", server.address));
    for path in ["/healthz", "/readyz"] {
        assert_eq!(status_line(server.address, path).await, "HTTP/1.1 200 OK", "{path}");
    }
    let address = server.address;
    server.stop().await;
    assert!(tokio::net::TcpStream::connect(address).await.is_err(), "nobody listens any more");
    // The lock is free and the database is whole.
    let again = Server::start(options(&folder)).await.unwrap();
    again.stop().await;
    assert!(folder.read(nightbell_engine::verify::verify).unwrap().findings.is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_second_server_on_the_same_folder_is_refused() {
    let (_temporary, folder) = initialised();
    let first = Server::start(options(&folder)).await.unwrap();
    let failure = Server::start(options(&folder)).await.err().unwrap();
    assert_eq!(failure.code, Code::Unreachable);
    assert!(failure.message.contains("serves") && failure.message.contains("already"), "{failure}");
    assert_eq!(status_line(first.address, "/healthz").await, "HTTP/1.1 200 OK");
    first.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn starts_on_nothing_or_on_half_an_init_are_refused() {
    let temporary = tempfile::tempdir().unwrap();
    let nothing = Place::folder(temporary.path().join("nothing"));
    let half = Place::folder(temporary.path());
    half.engine_or_new("http://x").unwrap();
    for folder in [nothing, half] {
        let failure = Server::start(options(&folder)).await.err().unwrap();
        assert_eq!(failure.code, Code::Unreachable);
        assert!(failure.message.contains("nightbell init --email"), "{failure}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_taken_address_says_so() {
    let (_temporary, folder) = initialised();
    let taken = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let options = Options { listen: taken.local_addr().unwrap(), ..options(&folder) };
    let failure = Server::start(options).await.err().unwrap();
    assert!(failure.message.contains("--listen"), "{failure}");
}
