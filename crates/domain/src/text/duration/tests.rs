use super::*;
use proptest::prelude::*;

#[test]
fn texts_are_read_and_printed_in_the_shortest_form() {
    let cases = [
        ("30s", 30, "30s"),
        ("5m", 300, "5m"),
        ("2h", 7_200, "2h"),
        ("1d", 86_400, "1d"),
        ("1w", 604_800, "1w"),
        ("0s", 0, "0s"),
        ("90m", 5_400, "90m"),
        ("1h30m", 5_400, "90m"),
        ("1h 30m", 5_400, "90m"),
        (" 24h ", 86_400, "1d"),
        ("8d", 691_200, "8d"),
        ("61s", 61, "61s"),
    ];
    for (input, seconds, printed) in cases {
        let parsed = parse_duration(input).expect(input);
        assert_eq!(parsed, SignedDuration::from_secs(seconds), "{input}");
        assert_eq!(print_duration(parsed), printed, "{input}");
    }
    assert_eq!(parse_duration("1500ms"), Ok(SignedDuration::from_millis(1500)));
    assert_eq!(print_duration(SignedDuration::from_millis(1500)), "1500ms");
}

#[test]
fn refusals_say_what_was_wrong_and_show_a_good_one() {
    let cases = [
        ("", "it is empty"),
        ("30", "the number 30 has no unit"),
        ("m", "there is no number before \"m\""),
        ("5 parsecs", "the unit \"parsecs\" is unknown"),
        ("5M", "the unit \"M\" is unknown"),
        ("5 min", "the unit \"min\" is unknown"),
        ("1.5h", "the unit \".\" is unknown"),
        ("-5m", "it may not be negative"),
        ("99999999999999999999s", "it is longer than ten years"),
        ("9999999w", "it is longer than ten years"),
        ("5m x", "there is no number before \"x\""),
        ("é5", "there is no number before \"é\""),
    ];
    for (input, problem) in cases {
        let message = parse_duration(input).expect_err(input).to_string();
        assert!(message.contains(problem), "{input:?} → {message}");
        assert!(message.contains("for example 30s"), "{message}");
    }
}

#[test]
fn prose_durations_are_read() {
    for (input, seconds) in [
        ("30 min", 1_800),
        ("2 hours", 7_200),
        ("1 week", 604_800),
        ("45 secs", 45),
        ("15m", 900),
        ("1 h 30 min", 5_400),
        ("3 Days", 259_200),
    ] {
        assert_eq!(parse_prose_duration(input), Ok(SignedDuration::from_secs(seconds)), "{input}");
    }
    assert!(parse_prose_duration("a while").is_err());
}

#[test]
fn durations_for_eyes() {
    let cases = [
        (0, "0 s", "less than a minute"),
        (45, "45 s", "less than a minute"),
        (60, "1 min", "1 minute"),
        (240, "4 min", "4 minutes"),
        (299, "4 min", "4 minutes"),
        (1_920, "32 min", "32 minutes"),
        (3_600, "1 h", "1 hour"),
        (4_320, "1 h 12 min", "1 hour 12 minutes"),
        (86_400, "1 day", "1 day"),
        (172_800, "2 days", "2 days"),
        (97_200, "1 day 3 h", "1 day 3 hours"),
        (86_460, "1 day", "1 day 1 minute"),
    ];
    for (seconds, human, spelled) in cases {
        assert_eq!(human_duration(SignedDuration::from_secs(seconds)), human);
        assert_eq!(spelled_duration(SignedDuration::from_secs(seconds)), spelled);
    }
    assert_eq!(human_duration(SignedDuration::from_secs(-240)), "-4 min");
    assert_eq!(human_duration(SignedDuration::MIN), "-106751991167300 days 15 h");
}

#[test]
fn serde_uses_the_text_form() {
    #[derive(serde::Serialize, serde::Deserialize, PartialEq, Debug)]
    struct Holder {
        #[serde(with = "duration_text")]
        after: SignedDuration,
    }
    let holder = Holder { after: SignedDuration::from_mins(5) };
    assert_eq!(serde_json::to_string(&holder).unwrap(), r#"{"after":"5m"}"#);
    assert_eq!(serde_json::from_str::<Holder>(r#"{"after":"300s"}"#).unwrap(), holder);
    let error = serde_json::from_str::<Holder>(r#"{"after":"5"}"#).unwrap_err().to_string();
    assert!(error.contains("has no unit"), "{error}");
}

proptest! {
    #[test]
    fn print_then_parse_gives_the_same(ms in 0i64..DURATION_S_MAX * 1000) {
        let duration = SignedDuration::from_millis(ms);
        prop_assert_eq!(parse_duration(&print_duration(duration)), Ok(duration));
    }

    #[test]
    fn no_input_panics(text in "\\PC{0,40}") {
        let _ = parse_duration(&text);
        let _ = parse_prose_duration(&text);
    }
}
