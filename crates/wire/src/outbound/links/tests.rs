use super::*;
use crate::outbound::test_messages::{at, page_id};
use proptest::prelude::*;

const KEY: &[u8; 32] = b"0123456789abcdef0123456789abcdef";

fn link() -> PageLink {
    PageLink { page: page_id(), user: "alice".parse().unwrap(), expires_at: at("2026-05-04T01:00:00Z") }
}

fn before() -> Instant {
    at("2026-05-04T00:59:59.999Z")
}

#[test]
fn the_form_of_a_token_does_not_change() {
    // Links sent before an upgrade open after it.
    insta::assert_snapshot!(link().encode(KEY));
}

#[test]
fn opens_until_it_expires_and_only_with_its_key() {
    #[track_caller]
    fn check(key: &[u8; 32], token: &str, now: Instant, expected: Result<PageLink, LinkError>) {
        assert_eq!(PageLink::decode(key, token, now), expected, "{token}");
    }
    let token = link().encode(KEY);
    check(KEY, &token, before(), Ok(link()));
    check(KEY, &token, link().expires_at, Err(LinkError::Expired));
    check(KEY, &token, at("2099-01-01T00:00:00Z"), Err(LinkError::Expired));
    check(&[0; 32], &token, before(), Err(LinkError::Forged));
    // A forged link that is also too old says "forged": nothing unsigned is believed.
    check(&[0; 32], &token, at("2099-01-01T00:00:00Z"), Err(LinkError::Forged));
    for wrong in ["", "A", "not a token", "AQ==", &format!("{token}="), &format!("{token}A"), &"A".repeat(5_000), "ÄÖÜ"]
    {
        let error = PageLink::decode(KEY, wrong, before()).unwrap_err();
        assert!(matches!(error, LinkError::Malformed | LinkError::Forged), "{wrong}: {error}");
    }
}

#[test]
fn every_changed_bit_and_every_cut_is_noticed() {
    let bytes = URL_SAFE_NO_PAD.decode(link().encode(KEY)).unwrap();
    for bit in 0..bytes.len() * 8 {
        let mut changed = bytes.clone();
        changed[bit / 8] ^= 1 << (bit % 8);
        assert_eq!(
            PageLink::decode(KEY, &URL_SAFE_NO_PAD.encode(changed), before()),
            Err(LinkError::Forged),
            "bit {bit}"
        );
    }
    for length in 0..bytes.len() {
        assert!(
            PageLink::decode(KEY, &URL_SAFE_NO_PAD.encode(&bytes[..length]), before()).is_err(),
            "cut to {length} bytes"
        );
    }
}

#[test]
fn a_signed_token_of_another_version_or_with_nonsense_is_malformed() {
    let sign = |bytes: &[u8]| {
        let tag = hmac_of(KEY, &[CONTEXT, bytes]).finalize().into_bytes();
        URL_SAFE_NO_PAD.encode([bytes, tag.as_slice()].concat())
    };
    let head = |version: u8, expiry: u64| [&[version][..], page_id().uuid().as_bytes(), &expiry.to_be_bytes()].concat();
    for (bytes, what) in [
        ([head(2, 1_900_000_000), b"alice".to_vec()].concat(), "version"),
        ([head(1, u64::MAX), b"alice".to_vec()].concat(), "expiry"),
        ([head(1, 1_900_000_000), b"Alice Liddell".to_vec()].concat(), "handle"),
        ([head(1, 1_900_000_000), vec![0xFF]].concat(), "utf-8"),
    ] {
        assert_eq!(PageLink::decode(KEY, &sign(&bytes), before()), Err(LinkError::Malformed), "{what}");
    }
}

proptest! {
    #[test]
    fn what_is_encoded_is_decoded(page in any::<u128>(), user in "[a-z0-9][a-z0-9._-]{0,63}", expiry_s in 1_i64..250_000_000_000, key in any::<[u8; 32]>()) {
        let link = PageLink { page: uuid::Uuid::from_u128(page).into(), user: user.parse().unwrap(), expires_at: Instant::from_second(expiry_s).unwrap() };
        let token = link.encode(&key);
        prop_assert!((76..=162).contains(&token.len()), "{} characters", token.len());
        prop_assert_eq!(PageLink::decode(&key, &token, Instant::UNIX_EPOCH), Ok(link));
    }

    #[test]
    fn decoding_is_total(token in "\\PC{0,200}") {
        prop_assert!(PageLink::decode(KEY, &token, Instant::UNIX_EPOCH).is_err());
    }

    #[test]
    fn nobody_guesses_bytes(bytes in proptest::collection::vec(any::<u8>(), 0..130)) {
        prop_assert!(PageLink::decode(KEY, &URL_SAFE_NO_PAD.encode(bytes), Instant::UNIX_EPOCH).is_err());
    }
}
