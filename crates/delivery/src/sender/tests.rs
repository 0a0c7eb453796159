//! The facade chooses the transport, and says what to set when there is none.

use super::*;
use crate::{
    egress::EgressPolicy,
    lease::ATTEMPT_MAX,
    mail::test_server::{SmtpDouble, mail},
    test_doubles::{TIMEOUTS, Tcp},
};
use nightbell_wire::outbound::Wrong;

fn http() -> HttpSender {
    HttpSender::new(EgressPolicy::new(&["127.0.0.1".to_owned()]).expect("a range"), TIMEOUTS).expect("a sender")
}

#[tokio::test]
async fn mail_without_a_mail_server_is_rejected_with_the_setting() {
    let sender = Sender { mail: None, http: http(), providers: Providers::default() };
    match sender.deliver(&Delivery::Mail(mail()), Timestamp::UNIX_EPOCH, &Lease::endless()).await {
        Outcome::Rejected { detail, wrong: Wrong::Provider } => assert!(detail.contains("[mail] url"), "{detail}"),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn each_delivery_goes_by_its_own_transport() {
    let web = Tcp::answering("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n".to_owned()).await;
    let post = SmtpDouble::obliging().await;
    let sender = Sender { mail: Some(post.settings("smtp", "")), http: http(), providers: Providers::default() };
    let request = HttpRequest { method: "POST", url: web.url("/"), headers: vec![], body: vec![] };
    for delivery in [Delivery::Http(request), Delivery::Mail(mail())] {
        let outcome = sender.deliver(&delivery, Timestamp::UNIX_EPOCH, &Lease::endless()).await;
        assert!(matches!(outcome, Outcome::Accepted { .. }), "{outcome:?}");
    }
    assert!(web.received().starts_with("POST / "));
    assert_eq!(post.texts().len(), 1);
}

#[test]
fn installing_the_cryptography_twice_is_harmless() {
    crate::install_crypto();
    crate::install_crypto();
    assert!(rustls::crypto::CryptoProvider::get_default().is_some());
}

#[tokio::test]
async fn inv_05_22_an_attempt_that_could_outlive_its_lease_is_not_begun() {
    let web = Tcp::answering("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n".to_owned()).await;
    let post = SmtpDouble::obliging().await;
    let sender = Sender { mail: Some(post.settings("smtp", "")), http: http(), providers: Providers::default() };
    let request = HttpRequest { method: "POST", url: web.url("/"), headers: vec![], body: vec![] };
    let now = Timestamp::UNIX_EPOCH;
    let left = ATTEMPT_MAX - std::time::Duration::from_secs(1);
    let until = now + jiff::SignedDuration::from_mins(1);
    let lease = Lease::new(tokio::time::Instant::now(), left, until, std::sync::Arc::new(move || now));
    for delivery in [Delivery::Http(request), Delivery::Mail(mail())] {
        match sender.deliver(&delivery, now, &lease).await {
            Outcome::Deferred { detail, .. } => assert!(detail.starts_with("not sent"), "{detail}"),
            other => panic!("{other:?}"),
        }
    }
    assert_eq!((web.received().as_str(), post.lines().len()), ("", 0));
}
