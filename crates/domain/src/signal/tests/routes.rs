//! Routes: what matches, who wins, what is refused; and that no text brings the process down (a test thread has 2 MiB of stack).

use crate::{
    limits,
    org::{Route, RouteOutcome, Urgency},
    signal::{
        AlertFacts, AlertSeverity,
        route::{RouteTable, Routing, compile},
    },
};
use proptest::prelude::*;
use std::collections::BTreeMap;

fn route(when: &str, outcome: RouteOutcome) -> Route {
    Route { when: when.to_owned(), outcome, urgency: None, service: None, declare: None }
}

fn decide(routes: &[Route], severity: AlertSeverity) -> Routing {
    let labels = BTreeMap::from(
        [("severity", "critical"), ("team", "payments"), ("job-name", "node")]
            .map(|(k, v)| (k.to_owned(), v.to_owned())),
    );
    let service = "checkout".parse().unwrap();
    RouteTable::new(routes).decide(&AlertFacts {
        title: "Disk full on db1",
        severity,
        source: "db1:9100",
        labels: &labels,
        service: Some(&service),
        integration: "prometheus",
    })
}

#[test]
fn an_expression_sees_the_alert() {
    let check = |when: &str, holds: bool| {
        assert!(compile(when).is_ok(), "{when}");
        let decided = decide(&[route(when, RouteOutcome::Drop)], AlertSeverity::Warning);
        assert_eq!(decided.outcome == RouteOutcome::Drop, holds, "{when}");
    };
    check("true", true);
    check("false", false);
    check("labels.severity == \"critical\"", true);
    check("labels['job-name'] == 'node'", true);
    check("labels.severity == 'critical' && labels.team == 'payments'", true);
    check("labels.severity != 'critical'", false);
    check("'team' in labels", true);
    check("has(labels.team)", true);
    check("has(labels.nothing)", false);
    check("title.startsWith('Disk') && title.contains('db1')", true);
    check("title.matches('^Disk (full|slow)')", true);
    check(r"source.matches(r'^db\d+:')", true);
    check(r"title.matches( R'''^\w+ (full|slow) on [a-z]+\d$''' )", true);
    check("labels.matches == 'x'", false);
    check("severity == 'warning'", true);
    check("service == 'checkout' && integration == 'prometheus'", true);
    check("labels.team in ['payments', 'search']", true);
    check("['disk', 'Disk'].exists(word, title.contains(word))", true);
    check("severity == 'info' ? true : labels.team == 'payments'", true);
    // A label that is not there is no match, also when it is denied; whoever means "absent" says so.
    check("labels.nothing == 'x'", false);
    check("labels.nothing != 'x'", false);
    check("!(labels.nothing == 'x')", false);
    check("!has(labels.nothing) || labels.nothing != 'x'", true);
    // Not a boolean, not a match.
    check("1", false);
    check("title", false);
    check("1 / 0 == 1", false);
    check("unknown_name == 1", false);
}

#[test]
fn the_first_match_wins_and_says_why() {
    let check = |routes: &[Route], severity: AlertSeverity, outcome: RouteOutcome, urgency: Urgency, reason: &str| {
        let decided = decide(routes, severity);
        assert_eq!((decided.outcome, decided.urgency, decided.reason.as_str()), (outcome, urgency, reason));
        assert_eq!(decided.service, Some("checkout".parse().unwrap()));
    };
    use AlertSeverity::{Critical, Error, Info, Warning};
    use RouteOutcome::{Drop, Notify, Page, Record};
    check(&[route("true", Record), route("true", Drop)], Critical, Record, Urgency::High, "route 1: true");
    check(&[route("false", Record), route("true", Notify)], Critical, Notify, Urgency::High, "route 2: true");
    check(&[route("((", Drop), route("true", Notify)], Critical, Notify, Urgency::High, "route 2: true");
    check(
        &[route("labels.none == 'x'", Drop), route("title", Drop), route("true", Page)],
        Info,
        Page,
        Urgency::High,
        "route 3: true",
    );
    let unmatched = |severity: &str, urgency: &str| {
        format!("no route matched: paged, {urgency} urgency because the alert says {severity}")
    };
    check(&[], Critical, Page, Urgency::High, &unmatched("critical", "high"));
    check(&[route("false", Drop)], Error, Page, Urgency::High, &unmatched("error", "high"));
    check(&[], Warning, Page, Urgency::Low, &unmatched("warning", "low"));
    check(&[], Info, Page, Urgency::Low, &unmatched("info", "low"));
}

#[test]
fn a_route_may_set_urgency_service_and_declare() {
    let mut rule = route("true", RouteOutcome::Page);
    rule.urgency = Some(Urgency::Low);
    rule.service = Some("search".parse().unwrap());
    rule.declare = Some("sev1".parse().unwrap());
    let decided = decide(&[rule.clone()], AlertSeverity::Critical);
    assert_eq!((decided.urgency, decided.service, decided.declare), (Urgency::Low, rule.service, rule.declare));
}

#[test]
fn what_cannot_be_a_condition_is_refused_with_the_reason() {
    let check = |when: &str, reason: &str| {
        let refused = compile(when).err().unwrap_or_else(|| panic!("accepted: {when:?}"));
        assert!(refused.contains(reason) && !refused.contains('\n'), "{when:?} → {refused:?}");
    };
    check("", "not a CEL expression");
    check("labels.severity = 'critical'", "not a CEL expression");
    check("a b", "not a CEL expression");
    check(&format!("'{}'", "x".repeat(limits::ROUTE_BYTES_MAX)), "longer than 4096 bytes");
    check(&format!("{}1{}", "(".repeat(9), ")".repeat(9)), "deeper than 8 brackets");
    check(&(["[".repeat(9), "]".repeat(9)].concat()), "deeper than 8 brackets");
    check("((true)", "a bracket is not closed");
    check("(true))", "the brackets do not match");
    check("(true]", "the brackets do not match");
    check("title == 'open", "a string is not closed");
    check("title == 'two\nlines'", "a string is not closed");
    check("title == '''open'", "a string is not closed");
    check(r"title.matches('\d+')", "write r'…' for a regular expression");
    check(&format!("1{} == 1", " + 1".repeat(16)), "chains more than 16 operators");
    // What stands on a bracket stands on all that is in it.
    check(&format!("(1{0}){0} == 1", " + 1".repeat(8)), "chains more than 16 operators");
    for hidden in [
        "title.matches(title)",
        "title.matches('a' + title)",
        "matches(title, 'a')",
        "title.matches // x\n('a')",
        "title.matches()",
    ] {
        check(hidden, "write matches like this");
    }
    check("title.matches('(open')", "is not a regular expression");
    check("title.matches('(a{1000}){1000}')", "too large when spelled out");
    check(r"title.matches(r'\w{200}')", "too large when spelled out");
    check(r#"title.matches("\x28a{1000}\x29{1000}")"#, "too large when spelled out");
    check(&["title.matches('a')"; 5].join(" || "), "more than 4 of matches");
    check("labels.map(a, labels.map(b, labels.map(c, c))) == []", "more than 2 of all, exists, map and filter");
}

/// A text of nearly the largest size, one unit after the other.
fn filled(unit: &str, end: &str) -> String {
    unit.repeat((limits::ROUTE_BYTES_MAX - end.len()) / unit.len()) + end
}

#[test]
fn no_hostile_text_overflows_the_stack() {
    let units = [
        ("1+", "1"),
        ("1-", "1"),
        ("2*", "1"),
        ("1==", "1"),
        ("a.", "a"),
        ("a in ", "a"),
        ("'a'+", "'a'"),
        ("-", "1"),
        ("!", "true"),
        ("- ", "1"),
        ("(", ""),
        ("[", ""),
        ("{", ""),
        (")", ""),
        ("a(", ""),
        ("a[", ""),
        ("a{", ""),
        ("a?b:", "c"),
        ("a?", ""),
        ("@", ""),
        ("'", ""),
        ("\"", ""),
        ("`", ""),
        ("\\", ""),
        ("a&&", "a"),
        ("a||", "a"),
        ("a,", "a"),
        ("a ", "a"),
        ("1 ", "1"),
        ("é", ""),
        ("\u{0}", ""),
        ("//", "\n1"),
        // Brackets that close only inside a string or a comment do not close.
        ("(\")\"+", "1"),
        ("(')'+", "1"),
        ("[']',", "1"),
        ("(//)\n", "1"),
        ("(r')'+", "1"),
        ("(''')'''+", "1"),
        ("(b\")\"+", "1"),
        // A string that the language does not read as one is read as code.
        ("'\\q(", "'"),
        ("'\\q'(", "1"),
        ("\"\\x(", "\""),
        ("r'\\'(", "1"),
        ("'\\''(", "1"),
        ("`(`", ""),
    ];
    for (unit, end) in units {
        // Refused or not: what matters is that both questions are answered.
        let text = filled(unit, end);
        let _ = compile(&text);
        let decided = decide(&[route(&text, RouteOutcome::Drop)], AlertSeverity::Error);
        assert!(matches!(decided.outcome, RouteOutcome::Page | RouteOutcome::Drop), "{unit:?}");
    }
    for tail in [".b()", "[0]", ".b"] {
        let _ = compile(&format!("a{}", filled(tail, " ")));
    }
}

#[test]
fn the_deepest_expressions_that_are_accepted_run() {
    let wrapped = |open: &str, middle: &str, close: &str| format!("{}{middle}{}", open.repeat(8), close.repeat(8));
    let check = |when: &str, holds: bool| {
        assert_eq!(compile(when).err(), None, "{when}");
        assert_eq!(
            decide(&[route(when, RouteOutcome::Drop)], AlertSeverity::Error).outcome == RouteOutcome::Drop,
            holds,
            "{when}"
        );
    };
    check(&wrapped("(", "true", ")"), true);
    check(&wrapped("(", &format!("1{} == 8", " + 1".repeat(7)), ")"), true);
    check(&format!("{}1{} == 8", "(".repeat(7), " + 1)".repeat(7)), true);
    check(&format!("{} != []", wrapped("[", "", "]")), true);
    check(&format!("{}1{} != {{}}", "{'a':".repeat(7), "}".repeat(7)), true);
    check(&format!("{}false{}", "(!".repeat(8), ")".repeat(8)), false);
    check(&format!("1{} == 16", " + 1".repeat(15)), true);
    check(&format!("true{}", " && labels.team == 'payments' && title != 'x'".repeat(80)), true);
    check(&format!("labels.team in [{}'payments']", "'x', ".repeat(700)), true);
    check("labels.all(a, labels.exists(b, b == a))", true);
    let inner = format!("{}a == b{}", "(".repeat(6), ")".repeat(6));
    check(&format!("labels.all(a, labels.exists(b, {inner}))"), true);
}

/// Pieces of the language, so that random texts come close to being expressions.
fn piece() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec![
        "(",
        ")",
        "[",
        "]",
        "{",
        "}",
        ".",
        ",",
        ":",
        "?",
        "!",
        "-",
        "+",
        "*",
        "/",
        "%",
        "==",
        "!=",
        "<",
        ">=",
        "&&",
        "||",
        " in ",
        " ",
        "\n",
        "//",
        "'",
        "\"",
        "'''",
        "\\",
        "\\\\",
        "r'",
        "b'",
        "`",
        "1",
        "0x1f",
        "1e9",
        "9223372036854775808",
        "2u",
        "true",
        "null",
        "labels",
        "title",
        ".team",
        "has(",
        "size(",
        ".map(x, ",
        ".exists(x, ",
        ".matches('",
        "duration('1s')",
        "timestamp(",
        "int(",
        "@",
        "é",
        "\u{0}",
        "x",
    ])
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn compiling_and_asking_random_pieces_never_panics(pieces in prop::collection::vec(piece(), 0..120)) {
        let text = pieces.concat();
        let _ = compile(&text);
        decide(&[route(&text, RouteOutcome::Drop)], AlertSeverity::Error);
    }

    #[test]
    fn compiling_random_text_never_panics(text in "\\PC{0,400}|[ -~]{0,4096}") {
        let _ = compile(&text);
    }

    #[test]
    fn whatever_is_decided_has_a_reason(pieces in prop::collection::vec(piece(), 0..12)) {
        prop_assert!(!decide(&[route(&pieces.concat(), RouteOutcome::Record)], AlertSeverity::Info).reason.is_empty());
    }
}
