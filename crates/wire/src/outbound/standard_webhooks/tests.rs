use super::*;

const VECTOR: &str = "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3";
const BODY: &[u8] = br#"{"type":"incident.created"}"#;
const SIGNATURE: &str = "v1,buhgW5uIFybmgIsW894w20Hu6lkka2NhjhB3a/Y5BGI=";
const AT_S: i64 = 1_700_000_000;

fn secret() -> Secret {
    Secret::parse(VECTOR).unwrap_or_else(|e| panic!("{e}"))
}

#[test]
fn signs_as_the_reference_library_does() {
    assert_eq!(sign(&secret(), "msg_1", AT_S, BODY), SIGNATURE);
    assert_eq!(
        headers(&secret(), "msg_1", AT_S, BODY),
        [("webhook-id", "msg_1"), ("webhook-timestamp", "1700000000"), ("webhook-signature", SIGNATURE)]
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
    );
    assert_eq!(secret().reveal(), VECTOR);
}

#[test]
fn verifies_what_it_signed_and_nothing_else() {
    #[track_caller]
    fn check(id: &str, timestamp: &str, signature: &str, body: &[u8], now_s: i64, expected: Result<(), VerifyError>) {
        assert_eq!(verify(&secret(), id, timestamp, signature, body, now_s), expected, "{id} {timestamp} {signature}");
    }
    let at = "1700000000";
    check("msg_1", at, SIGNATURE, BODY, AT_S, Ok(()));
    check("msg_1", at, SIGNATURE, BODY, AT_S + 300, Ok(()));
    check("msg_1", at, SIGNATURE, BODY, AT_S - 300, Ok(()));
    check("msg_1", at, SIGNATURE, BODY, AT_S + 301, Err(VerifyError::TooFar));
    check("msg_1", at, SIGNATURE, BODY, AT_S - 301, Err(VerifyError::TooFar));
    check("msg_1", at, SIGNATURE, BODY, i64::MIN, Err(VerifyError::TooFar));
    check("msg_1", "soon", SIGNATURE, BODY, AT_S, Err(VerifyError::Timestamp));
    check("msg_2", at, SIGNATURE, BODY, AT_S, Err(VerifyError::Signature));
    check("msg_1", "1700000001", SIGNATURE, BODY, AT_S, Err(VerifyError::Signature));
    check("msg_1", at, SIGNATURE, b"{}", AT_S, Err(VerifyError::Signature));
    check("msg_1", at, "", BODY, AT_S, Err(VerifyError::Signature));
    check("msg_1", at, "v1,", BODY, AT_S, Err(VerifyError::Signature));
    check("msg_1", at, &SIGNATURE.replace("v1,", "v1a,"), BODY, AT_S, Err(VerifyError::Signature));
    check("msg_1", at, &SIGNATURE[..20], BODY, AT_S, Err(VerifyError::Signature));
    let rotating = format!("v1,AAAA v1a,zzz {SIGNATURE}");
    check("msg_1", at, &rotating, BODY, AT_S, Ok(()));
}

#[test]
fn refuses_weak_or_foreign_secrets() {
    for text in
        ["", "whsec_", "whsec_AAAA", "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3", "whsec_not base64 at all, but long enough"]
    {
        assert!(Secret::parse(text).is_err(), "{text:?}");
    }
    for (bytes, fits) in [(23, false), (24, true), (64, true), (65, false)] {
        assert_eq!(Secret::from_key(&vec![7; bytes]).is_ok(), fits, "{bytes} bytes");
    }
}
