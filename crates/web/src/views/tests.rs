//! Proves of every page, in plain and in hostile words, what `mod.rs` promises.

use super::html::SafeHtml;
use super::samples::{self, HOSTILE};
use super::time::{ago, rough, span};
use super::{Clock, ExternalLink, Person, Tag, When, assets};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use std::collections::{BTreeMap, BTreeSet};

const PAGES_COUNT_MIN: usize = 33;

/// Every page in both voices, with the name to report it by.
fn every_page() -> Vec<(String, String)> {
    let mut out = Vec::new();
    for hostile in [false, true] {
        let pages = samples::pages(hostile);
        assert!(pages.len() >= PAGES_COUNT_MIN, "only {} pages are sampled", pages.len());
        out.extend(pages.into_iter().map(|(name, html)| (format!("{name} (hostile: {hostile})"), html)));
    }
    out
}

/// The start tags of a page: `(name, everything up to the closing angle bracket)`.
fn tags(html: &str) -> Vec<(&str, &str)> {
    html.split('<')
        .skip(1)
        .filter(|rest| rest.starts_with(|c: char| c.is_ascii_alphabetic()))
        .map(|rest| {
            let tag = rest.split('>').next().unwrap_or(rest);
            (tag.split([' ', '\n']).next().unwrap_or(tag), tag)
        })
        .collect()
}

fn attribute<'a>(tag: &'a str, name: &str) -> Option<&'a str> {
    let (_, rest) = tag.split_once(&format!(" {name}=\""))?;
    rest.split('"').next()
}

#[test]
fn every_page_has_one_heading_a_main_and_a_title() {
    for (name, html) in every_page() {
        assert_eq!(html.matches("<h1").count(), 1, "{name}: one h1");
        assert_eq!(html.matches("<main ").count(), 1, "{name}: one main");
        assert!(html.starts_with("<!doctype html>"), "{name}: begins with a doctype");
        assert!(html.contains("<html lang=\"en\">"), "{name}: language");
        assert!(html.contains(" · Nightbell</title>"), "{name}: title");
        assert!(html.trim_end().ends_with("</html>"), "{name}: whole");
    }
}

#[test]
fn nothing_is_inline_and_nothing_hostile_becomes_markup() {
    for (name, html) in every_page() {
        for (element, tag) in tags(&html) {
            assert!(!matches!(element, "style" | "img" | "iframe" | "object" | "base"), "{name}: <{tag}>");
            assert!(
                element != "script" || attribute(tag, "src").is_some_and(|s| s.starts_with("/static/")),
                "{name}: <{tag}>"
            );
            // Quoted values may say anything once escaped; what stands outside the quotes is the page's own.
            let bare: String = tag.split('"').step_by(2).collect();
            assert!(!bare.contains(" style=") && !bare.contains(" on"), "{name}: <{tag}>");
        }
        assert!(!html.contains("<script>") && !html.contains("<img"), "{name}: hostile text came through");
        assert!(!html.contains("javascript:"), "{name}: javascript address");
    }
    let (_, page) = &samples::pages(true)[0];
    assert!(HOSTILE.contains("<script>") && page.contains("&#60;script&#62;"), "the hostile text is there, escaped");
}

#[test]
fn every_post_form_carries_csrf_and_every_form_goes_to_this_server() {
    let mut forms_seen = 0;
    for (name, html) in every_page() {
        for form in html.split("<form ").skip(1) {
            let body = form.split("</form>").next().unwrap_or(form);
            let head = body.split('>').next().unwrap_or(body);
            let tag = format!(" {head}");
            forms_seen += 1;
            if head.starts_with("method=\"dialog\"") {
                continue;
            }
            let action = attribute(&tag, "action").unwrap_or_default();
            assert!(action.starts_with('/') && !action.starts_with("//"), "{name}: {head}");
            let posts = head.contains("method=\"post\"");
            assert_eq!(posts, body.contains("name=\"csrf\" value=\"sample-csrf\""), "{name}: {head}");
            assert!(body.contains("<button"), "{name}: a form without a button needs a script: {head}");
        }
    }
    assert!(forms_seen > 100, "only {forms_seen} forms were looked at");
}

#[test]
fn ids_are_unique_and_whatever_points_at_one_finds_it() {
    for (name, html) in every_page() {
        let mut ids = BTreeSet::new();
        for (_, tag) in tags(&html) {
            if let Some(id) = attribute(tag, "id") {
                assert!(ids.insert(id), "{name}: id {id} twice");
            }
        }
        for (element, tag) in tags(&html) {
            for pointer in ["for", "aria-describedby", "aria-labelledby"] {
                for id in attribute(tag, pointer).unwrap_or_default().split_whitespace() {
                    assert!(ids.contains(id), "{name}: <{element} {pointer}=\"{id}\"> points nowhere");
                }
            }
            assert!(
                !tag.contains(" data-live ") && !tag.ends_with(" data-live") || attribute(tag, "id").is_some(),
                "{name}: a live region without id: <{tag}>"
            );
        }
    }
}

#[test]
fn every_field_has_a_name_people_can_read() {
    for (name, html) in every_page() {
        let labelled: BTreeSet<&str> = tags(&html).into_iter().filter_map(|(_, tag)| attribute(tag, "for")).collect();
        for (element, tag) in tags(&html) {
            let kind = attribute(tag, "type").unwrap_or_default();
            if !matches!(element, "input" | "select" | "textarea") || matches!(kind, "hidden" | "radio" | "checkbox") {
                continue;
            }
            let named =
                attribute(tag, "id").is_some_and(|id| labelled.contains(id)) || attribute(tag, "aria-label").is_some();
            assert!(named, "{name}: <{tag}> has no label");
        }
    }
}

#[test]
fn sizes_stay_small_enough_for_a_slow_link_at_night() {
    let frame = assets::CSS.len() + assets::JS.len() + assets::ICON.len() + assets::MANIFEST.len();
    assert!(assets::CSS.len() < 25 * 1024, "stylesheet: {} bytes", assets::CSS.len());
    assert!(assets::JS.len() < 16_000, "script: {} bytes", assets::JS.len());
    for (name, html) in samples::pages(false) {
        if name.starts_with("page") {
            let whole = frame + html.len();
            assert!(whole < 60_000, "{name}: {whole} bytes, uncompressed");
        }
        assert!(html.len() < 60_000, "{name}: {} bytes of HTML", html.len());
    }
}

/// `(light, dark)` of every colour token in one block of the token file.
fn tokens(block: &str) -> BTreeMap<&str, (&str, &str)> {
    let lines = block.lines().filter_map(|line| line.trim().strip_prefix("--")?.split_once(": light-dark("));
    lines.filter_map(|(name, pair)| Some((name, pair.trim_end_matches([';', ')']).split_once(", ")?))).collect()
}

/// Relative luminance of `#rrggbb` as WCAG 2 defines it.
fn luminance(colour: &str) -> f64 {
    let channel = |at: usize| {
        let value = u8::from_str_radix(&colour[at..at + 2], 16).expect("a token is #rrggbb");
        let share = f64::from(value) / 255.0;
        if share <= 0.04045 { share / 12.92 } else { ((share + 0.055) / 1.055).powf(2.4) }
    };
    0.2126 * channel(1) + 0.7152 * channel(3) + 0.0722 * channel(5)
}

fn contrast(ink: &str, ground: &str) -> f64 {
    let (a, b) = (luminance(ink), luminance(ground));
    (a.max(b) + 0.05) / (a.min(b) + 0.05)
}

#[test]
fn words_keep_their_contrast_by_day_and_by_night() {
    let file = include_str!("../../../../assets/tokens.css");
    let (root, rest) = file.split_once(".woken {").expect("the token file has a block for the woken page");
    let (woken, more) = rest.split_once("@media").expect("and one for whoever asks for more contrast");
    let (root, woken) = (tokens(root), tokens(woken));
    assert_eq!(woken, tokens(more), "the two high-contrast blocks say the same");
    let night: BTreeMap<_, _> = root.clone().into_iter().chain(woken).collect();
    let mut pairs_seen = 0;
    for (set, text_min, large_min) in [(&root, 4.5, 4.5), (&night, 7.0, 4.5)] {
        let mut check = |ink: &str, ground: &str, least: f64| {
            let ((ink_day, ink_night), (day, night)) = (set[ink], set[ground]);
            for (ink_colour, ground_colour) in [(ink_day, day), (ink_night, night)] {
                let found = contrast(ink_colour, ground_colour);
                assert!(found >= least, "{ink} {ink_colour} on {ground} {ground_colour}: {found:.2} < {least}");
                pairs_seen += 1;
            }
        };
        for ink in ["ink", "soft", "faint", "accent", "act", "due", "ok"] {
            check(ink, "paper", text_min);
            check(ink, "card", text_min);
        }
        for (ink, ground) in [
            ("act", "act-wash"),
            ("due", "due-wash"),
            ("ok", "ok-wash"),
            ("accent", "wash"),
            ("accent-ink", "accent"),
            ("faint", "wash"),
            ("soft", "act-wash"),
        ] {
            check(ink, ground, text_min);
        }
        check("alarm-ink", "alarm", large_min);
        check("edge", "paper", 3.0);
    }
    assert!(pairs_seen > 80, "only {pairs_seen} pairs were measured");
}

#[test]
fn the_fingerprint_is_sixteen_hex_digits_and_pages_ask_for_it() {
    assert_eq!(assets::FINGERPRINT.len(), 16);
    assert!(assets::FINGERPRINT.bytes().all(|b| b.is_ascii_hexdigit()));
    for (name, html) in samples::pages(false) {
        assert!(html.contains(&format!("/static/nightbell.css?v={}", assets::FINGERPRINT)), "{name}");
    }
}

#[test]
fn markdown_is_rendered_and_disarmed() {
    let check = |source: &str, wanted: &str, unwanted: &str| {
        let html = SafeHtml::from_markdown(source);
        assert!(html.as_str().contains(wanted), "{source:?} gave {}", html.as_str());
        assert!(unwanted.is_empty() || !html.as_str().contains(unwanted), "{source:?} gave {}", html.as_str());
    };
    check("# Title", "<h2>Title</h2>", "<h1");
    check("###### Deep", "<h6>Deep</h6>", "");
    check("<script>alert(1)</script>", "&lt;script&gt;", "<script");
    check("[x](javascript:alert(1))", "x", "javascript:");
    check("![x](https://elsewhere.example/p.png)", "", "<img");
    check("- [x] done", "☑ done", "<input");
    check("- [ ] @bob: watch (P1, 2 weeks)", "☐ @bob", "<input");
    check("https://status.stripe.com", "noopener", "");
    check("<b onclick=\"x\">b</b>", "&lt;b", "<b ");
    check("a <h1>big</h1>", "&lt;h1&gt;", "<h1");
    // The one door bounds by itself: whoever calls it.
    check(&">".repeat(2_000), "<pre><code>", "<blockquote>");
    check(&"x".repeat(super::html::MARKDOWN_BYTES_MAX + 10), "export it to read it whole", "");
}

#[test]
fn links_that_leave_are_http_only() {
    let check = |href: &str, accepted: bool| assert_eq!(ExternalLink::new(href, "x").is_some(), accepted, "{href}");
    check("https://prometheus.example/graph?g0.expr=a%22b", true);
    check("http://10.0.0.3:9090", true);
    check("javascript:alert(1)", false);
    check(" JavaScript:alert(1)", false);
    check("data:text/html,x", false);
    check("//elsewhere.example", false);
    check("graph", false);
}

#[test]
fn instants_are_printed_for_the_reader_with_utc_beside() {
    let zone = TimeZone::get("Europe/Berlin").expect("the bundled zones hold Berlin");
    let now = Timestamp::constant(1_777_716_240, 0);
    let check = |seconds: i64, clock: &str, utc: &str, ago: &str| {
        let at = now.checked_add(SignedDuration::from_secs(seconds)).expect("in range");
        let when = When::new(at, now, &zone);
        assert_eq!((when.clock.as_str(), when.utc.as_str(), when.ago.as_str()), (clock, utc, ago), "{seconds}");
    };
    check(0, "12:04", "10:04", "just now");
    check(-240, "12:00", "10:00", "4 min ago");
    check(300, "12:09", "10:09", "in 5 min");
    check(-86_400, "1 May 12:04", "1 May 10:04", "24 h ago");
    check(13 * 3600, "3 May 01:04", "23:04", "in 13 h");
    check(-400 * 86_400, "28 Mar 2025 11:04", "28 Mar 2025 10:04", "400 d ago");
    let full = When::new(now, now, &zone).full;
    assert_eq!(full, "Sat 2 May 2026, 10:04:00 UTC · Sat 2 May, 12:04:00 Europe/Berlin");
    assert_eq!(When::new(now, now, &TimeZone::UTC).full, "Sat 2 May 2026, 10:04:00 UTC");
}

#[test]
fn clocks_count_down_then_up() {
    let now = Timestamp::constant(1_777_716_240, 0);
    let check = |seconds: i64, text: &str, overdue: bool| {
        let to = now.checked_add(SignedDuration::from_secs(seconds)).expect("in range");
        let clock = Clock::until(to, now, &TimeZone::UTC);
        assert_eq!((clock.text.as_str(), clock.overdue), (text, overdue), "{seconds}");
    };
    check(252, "4:12", false);
    check(0, "0:00", false);
    check(-180, "+3:00", true);
    check(3_852, "1:04:12", false);
    check(3 * 86_400 + 4 * 3_600, "3 d 4 h", false);
    let early = Clock::since(now.checked_add(SignedDuration::from_secs(60)).expect("in range"), now, &TimeZone::UTC);
    assert_eq!(early.text, "0:00", "a start in the future has not run yet");
    assert_eq!(span(SignedDuration::from_secs(59)), "0:59");
    assert_eq!(
        (rough(4).as_str(), rough(59).as_str(), rough(5_399).as_str(), rough(5_400).as_str()),
        ("", "59 s", "89 min", "2 h")
    );
    assert_eq!(ago(now, now), "just now");
}

#[test]
fn words_have_one_tone_and_never_only_a_colour() {
    let check = |tag: Tag, html: &str| assert_eq!(tag.to_string(), html);
    check(Tag::severity("sev1"), "<span class=\"tag loud\"><span aria-hidden=\"true\">▲</span> SEV1</span>");
    check(Tag::state("ringing"), "<span class=\"tag act\"><span aria-hidden=\"true\">▲</span> Ringing</span>");
    check(Tag::state("whatever <b>"), "<span class=\"tag plain\">Whatever &#60;b&#62;</span>");
    for word in ["firing", "due", "resolved", "monitoring", "waived", "failed-permanent"] {
        assert!(!Tag::state(word).glyph.is_empty(), "{word} needs a shape beside its colour");
    }
}

#[test]
fn initials_are_never_empty() {
    let check = |name: &str, letters: &str| assert_eq!(Person::new(name, "x").initials, letters, "{name}");
    check("Alice Example", "AE");
    check("Bob", "B");
    check("Åsa van der Berg", "ÅB");
    check("<b>", "B");
    check("", "?");
    check("…", "?");
}
