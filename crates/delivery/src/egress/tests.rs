//! The policy as tables, and the client against doubles on loopback.

use super::*;
use crate::test_doubles::{self, Tcp};
use std::net::IpAddr;

const LIMIT: Duration = Duration::from_secs(5);

fn policy(allow: &[&str]) -> EgressPolicy {
    EgressPolicy::new(&allow.iter().map(|range| (*range).to_owned()).collect::<Vec<_>>()).expect("ranges")
}

async fn refusal(policy: &EgressPolicy, url: &str) -> String {
    match policy.resolve(url, LIMIT).await {
        Err(EgressError::Refused(detail)) => detail,
        other => panic!("{url}: expected a refusal, got {other:?}"),
    }
}

#[tokio::test]
async fn literal_addresses_are_refused_in_every_spelling() {
    for (host, kind) in [
        ("127.0.0.1", "127.0.0.1 is not public (loopback)"),
        ("127.0.0.1.", "127.0.0.1 is not public (loopback)"),
        ("127.1", "127.0.0.1 is not public (loopback)"),
        ("2130706433", "127.0.0.1 is not public (loopback)"),
        ("0x7f000001", "127.0.0.1 is not public (loopback)"),
        ("0x7f.0.0.1", "127.0.0.1 is not public (loopback)"),
        ("017700000001", "127.0.0.1 is not public (loopback)"),
        ("0177.0.0.01", "127.0.0.1 is not public (loopback)"),
        ("%31%32%37.0.0.1", "127.0.0.1 is not public (loopback)"),
        ("①②⑦.0.0.1", "127.0.0.1 is not public (loopback)"),
        ("0", "0.0.0.0 is not public (unspecified)"),
        ("10.1.2.3", "10.1.2.3 is not public (private)"),
        ("172.16.0.1", "172.16.0.1 is not public (private)"),
        ("172.31.255.255", "172.31.255.255 is not public (private)"),
        ("192.168.0.1", "192.168.0.1 is not public (private)"),
        ("169.254.169.254", "169.254.169.254 is not public (link-local)"),
        ("100.64.0.1", "100.64.0.1 is not public (carrier-grade NAT)"),
        ("100.127.255.255", "100.127.255.255 is not public (carrier-grade NAT)"),
        ("192.0.2.1", "192.0.2.1 is not public (documentation)"),
        ("198.51.100.7", "198.51.100.7 is not public (documentation)"),
        ("203.0.113.7", "203.0.113.7 is not public (documentation)"),
        ("198.19.0.1", "198.19.0.1 is not public (benchmarking)"),
        ("224.0.0.251", "224.0.0.251 is not public (multicast)"),
        ("255.255.255.255", "255.255.255.255 is not public (reserved)"),
        ("[::]", ":: is not public (unspecified)"),
        ("[::1]", "::1 is not public (loopback)"),
        ("[::7f00:1]", "::7f00:1 is not public (IPv4-compatible)"),
        ("[::ffff:127.0.0.1]", "::ffff:127.0.0.1 is not public (loopback)"),
        ("[::ffff:a01:203]", "::ffff:10.1.2.3 is not public (private)"),
        ("[64:ff9b::10.1.2.3]", "64:ff9b::a01:203 is not public (private)"),
        ("[64:ff9b:1::1]", "64:ff9b:1::1 is not public (local NAT64)"),
        ("[2002:7f00:1::1]", "2002:7f00:1::1 is not public (loopback)"),
        ("[2001:0:1::1]", "2001:0:1::1 is not public (Teredo)"),
        ("[2001:db8::1]", "2001:db8::1 is not public (documentation)"),
        ("[3fff::1]", "3fff::1 is not public (documentation)"),
        ("[fd00::1]", "fd00::1 is not public (unique local)"),
        ("[fe80::1]", "fe80::1 is not public (link-local)"),
        ("[fec0::1]", "fec0::1 is not public (site-local)"),
        ("[ff02::1]", "ff02::1 is not public (multicast)"),
        ("[4000::1]", "4000::1 is not public (reserved)"),
    ] {
        let detail = refusal(&policy(&[]), &format!("http://{host}:8080/hook")).await;
        assert!(detail.starts_with(kind), "{host}: {detail}");
        assert!(detail.contains("[egress] allow"), "{host}: {detail}");
    }
}

#[tokio::test]
async fn public_literals_pass_and_keep_their_port() {
    for (url, expected) in [
        ("http://1.1.1.1/x", "1.1.1.1:80"),
        ("https://8.8.8.8/x", "8.8.8.8:443"),
        ("https://8.8.8.8:8443/x", "8.8.8.8:8443"),
        ("http://172.15.255.255/", "172.15.255.255:80"),
        ("http://172.32.0.1/", "172.32.0.1:80"),
        ("http://100.63.255.255/", "100.63.255.255:80"),
        ("http://[2606:4700::1111]/", "[2606:4700::1111]:80"),
        ("http://[64:ff9b::8.8.8.8]/", "[64:ff9b::808:808]:80"),
        ("http://[::ffff:8.8.8.8]/", "[::ffff:8.8.8.8]:80"),
    ] {
        let target = policy(&[]).resolve(url, LIMIT).await.expect(url);
        assert_eq!(target.addresses, vec![expected.parse().expect("an address")], "{url}");
    }
}

#[tokio::test]
async fn what_is_not_a_callable_address_is_refused_with_the_reason() {
    for (url, reason) in [
        ("", "relative URL"),
        ("/hook", "relative URL"),
        ("file:///etc/passwd", "file: is neither http: nor https:"),
        ("gopher://example.com/", "gopher: is neither http: nor https:"),
        ("http://user:pw@example.com/", "user name or password"),
        ("http://user@example.com/", "user name or password"),
        ("http://example.com:0/", "port 0"),
        ("http://example.com:99999/", "invalid port"),
        ("http://[fe80::1%25eth0]/", "invalid IPv6"),
        ("http://exa mple.com/", "invalid"),
        ("http://1.2.3.4.5/", "invalid IPv4"),
    ] {
        let detail = refusal(&policy(&[]), url).await;
        assert!(detail.contains(reason), "{url}: {detail}");
    }
}

#[tokio::test]
async fn a_name_is_judged_by_what_it_resolves_to() {
    let detail = refusal(&policy(&[]), "http://localhost:9/hook").await;
    assert!(detail.starts_with("localhost resolves to "), "{detail}");
    assert!(detail.contains("not public (loopback)"), "{detail}");
    let allowed = policy(&["127.0.0.0/8", "::1"]).resolve("http://localhost:9/hook", LIMIT).await.expect("allowed");
    assert!(allowed.addresses.iter().all(|address| address.ip().is_loopback() && address.port() == 9));
}

#[tokio::test]
async fn a_name_without_an_address_is_unreached_not_refused() {
    match policy(&[]).resolve("http://nobody.invalid/", LIMIT).await {
        Err(EgressError::Unreached(detail)) => {
            assert!(detail.starts_with("cannot resolve nobody.invalid: "), "{detail}")
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn one_inside_address_among_outside_ones_refuses_them_all() {
    let addresses =
        |texts: &[&str]| texts.iter().map(|text| text.parse().expect("an address")).collect::<Vec<IpAddr>>();
    for (texts, allow, passes) in [
        (&["8.8.8.8", "2606:4700::1111"][..], &[][..], true),
        (&["8.8.8.8", "10.0.0.1"], &[], false),
        (&["10.0.0.1", "8.8.8.8"], &[], false),
        (&["8.8.8.8", "::1"], &[], false),
        (&["8.8.8.8", "10.0.0.1"], &["10.0.0.0/8"], true),
        (&["10.0.0.1", "10.0.0.2"], &["10.0.0.1"], false),
    ] {
        let result = policy(allow).check_all(Some("rebind.example"), &addresses(texts));
        assert_eq!(result.is_ok(), passes, "{texts:?} with {allow:?}: {result:?}");
    }
}

#[tokio::test]
async fn the_allow_list_opens_what_it_names_and_nothing_else() {
    for (allow, host, passes) in [
        (&["10.0.0.0/8"][..], "10.255.0.1", true),
        (&["10.0.0.0/8"], "11.0.0.1", true),
        (&["10.0.0.0/8"], "192.168.0.1", false),
        (&["10.9.9.9/8"], "10.1.1.1", true),
        (&["192.168.1.7"], "192.168.1.7", true),
        (&["192.168.1.7"], "192.168.1.8", false),
        (&[" 192.168.1.7 "], "192.168.1.7", true),
        (&["127.0.0.0/8"], "[::ffff:127.0.0.1]", true),
        (&["127.0.0.0/8"], "[::1]", false),
        (&["fd00::/8"], "[fd12::1]", true),
        (&["fd00::/8"], "[fc12::1]", false),
        (&["0.0.0.0/0"], "169.254.169.254", true),
        (&["::1/128", "10.0.0.0/8"], "[::1]", true),
    ] {
        let result = policy(allow).resolve(&format!("http://{host}/"), LIMIT).await;
        assert_eq!(result.is_ok(), passes, "{host} with {allow:?}: {result:?}");
    }
}

#[test]
fn a_bad_range_is_named() {
    for bad in ["", "intranet", "10.0.0.0/33", "10.0.0", "10.0.0.0-10.0.0.9", "http://10.0.0.0/8"] {
        let error = EgressPolicy::new(&["10.0.0.0/8".to_owned(), bad.to_owned()]).expect_err(bad);
        assert_eq!(error, BadRange(bad.to_owned()));
        assert!(error.to_string().contains("[egress] allow"), "{error}");
    }
}

fn client() -> EgressClient {
    EgressClient::new(policy(&["127.0.0.0/8"]), test_doubles::TIMEOUTS).expect("a client")
}

fn get(url: &str, answer_bytes_max: usize) -> Call<'_> {
    Call { method: "GET", url, headers: &[], body: b"", answer_bytes_max }
}

#[tokio::test]
async fn an_answer_is_read_up_to_its_bound() {
    for (length, bound, kept, complete) in
        [(0, 10, 0, true), (10, 10, 10, true), (11, 10, 10, false), (100_000, 4096, 4096, false)]
    {
        let body = "x".repeat(length);
        let server = Tcp::answering(format!("HTTP/1.1 200 OK\r\ncontent-length: {length}\r\n\r\n{body}")).await;
        let answer = client().call(get(&server.url("/"), bound)).await.expect("an answer");
        assert_eq!((answer.status, answer.body.len(), answer.complete), (200, kept, complete), "{length} bytes");
    }
}

#[tokio::test]
async fn a_body_that_stops_coming_keeps_the_status() {
    let server = Tcp::answering("HTTP/1.1 202 Accepted\r\ncontent-length: 50\r\n\r\nhalf".to_owned()).await;
    let answer = client().call(get(&server.url("/"), 4096)).await.expect("an answer");
    assert_eq!((answer.status, answer.body.as_slice(), answer.complete), (202, &b"half"[..], false));
}

#[tokio::test]
async fn a_request_that_cannot_be_written_is_refused() {
    let server = Tcp::silent().await;
    let url = server.url("/");
    let bad_name = [("a b".to_owned(), "x".to_owned())];
    let bad_value = [("x-a".to_owned(), "x\r\ny: z".to_owned())];
    for call in [
        Call { method: "NO SPACE", ..get(&url, 1) },
        Call { headers: &bad_name, ..get(&url, 1) },
        Call { headers: &bad_value, ..get(&url, 1) },
    ] {
        assert!(matches!(client().call(call).await, Err(EgressError::Refused(_))));
    }
}

#[tokio::test]
async fn a_name_is_not_looked_up_twice() {
    // The pinned answer is what is connected to, whatever the name would say now.
    let server = Tcp::answering("HTTP/1.1 204 No Content\r\n\r\n".to_owned()).await;
    let client = client().client_for(vec![server.address]).expect("a client");
    let response =
        client.get(format!("http://nobody.invalid:{}/", server.address.port())).send().await.expect("an answer");
    assert_eq!(response.status().as_u16(), 204);
}

#[tokio::test]
async fn a_server_that_cannot_prove_its_name_is_not_spoken_to() {
    let server = Tcp::self_signed_https().await;
    let url = format!("https://localhost:{}/secret", server.address.port());
    let client = EgressClient::new(policy(&["127.0.0.0/8", "::1"]), test_doubles::TIMEOUTS).expect("a client");
    match client.call(get(&url, 10)).await {
        Err(EgressError::Unreached(detail)) => assert!(detail.contains("invalid peer certificate"), "{detail}"),
        other => panic!("{other:?}"),
    }
    assert_eq!(server.received(), "");
}
