//! Text from strangers, in every field that holds text: the structure of what is rendered may not change by one mark.

use nightbell_public::Page;

use super::{BASE, files, now, sample::failing};
use crate::{atom, badge_svg, history_html, icon_svg, notice_html, render_html, rss, summary_json};

const CORPUS: [&str; 12] = [
    "<script>alert(1)</script>",
    "\"><img src=x onerror=alert(1)>",
    "' onmouseover='alert(1)",
    "]]><x/>",
    "<![CDATA[ x",
    "--><!-- x",
    "&lt;b&gt; & &amp; &#0; &unknown;",
    "a\u{0}b\u{1}c\u{b}d\u{1b}[31me\u{7f}f\u{85}g",
    "\u{FFFE}\u{FFFF}\u{FEFF}x",
    "\u{202E}gnp.exe\u{2066}x",
    "{{ 7 * 7 }} {% raw %} </style></title></textarea>",
    "../../../etc/passwd\r\nSet-Cookie: x",
];

/// The sample page with `text` in every field that holds text, ids included.
fn page_of(text: &str) -> Page {
    let mut page = failing();
    let put = |field: &mut String| *field = text.to_string();
    put(&mut page.slug);
    put(&mut page.name);
    put(&mut page.time_zone);
    for group in &mut page.groups {
        put(&mut group.name);
        for component in &mut group.components {
            put(&mut component.id);
            put(&mut component.name);
            component.description = Some(text.to_string());
        }
    }
    for notice in &mut page.notices {
        put(&mut notice.id);
        put(&mut notice.title);
        notice.components = vec![text.to_string()];
        for update in &mut notice.updates {
            put(&mut update.id);
            put(&mut update.text);
        }
    }
    for work in &mut page.maintenance {
        put(&mut work.id);
        put(&mut work.title);
        put(&mut work.text);
        work.components = vec![text.to_string()];
    }
    page
}

/// Everything that is mark-up, by name.
fn marked_up(text: &str) -> Vec<(&'static str, String)> {
    let page = page_of(text);
    vec![
        ("index", render_html(&page, now())),
        ("history", history_html(&page, now())),
        ("notice", notice_html(&page, text, now()).unwrap_or_default()),
        ("atom", atom(&page, BASE)),
        ("rss", rss(&page, BASE)),
        ("badge", badge_svg(&page)),
        ("icon", icon_svg(&page)),
    ]
}

/// How often each mark that makes structure occurs.
fn structure(markup: &str) -> [usize; 4] {
    ["<", ">", "\"", "'"].map(|mark| markup.matches(mark).count())
}

/// True for what XML 1.0 allows; HTML gets no more than that.
fn is_xml_char(character: char) -> bool {
    matches!(character, '\t' | '\n' | '\u{20}'..='\u{7e}' | '\u{a0}'..='\u{fffd}' | '\u{10000}'..)
}

#[test]
fn hostile_text_changes_no_structure() {
    for text in CORPUS {
        // A benign text with as many lines, because the feeds write line breaks as mark-up.
        let benign = if text.contains('\n') { "x\nx" } else { "x" };
        for ((name, hostile), (_, plain)) in marked_up(text).into_iter().zip(marked_up(benign)) {
            assert!(!hostile.is_empty(), "{name} of {text:?}");
            assert_eq!(structure(&hostile), structure(&plain), "{name} of {text:?}:\n{hostile}");
            assert!(hostile.chars().all(is_xml_char), "{name} of {text:?}");
            assert!(!hostile.contains('\u{202E}') && !hostile.contains('\u{2066}'), "{name} of {text:?}");
        }
    }
}

/// An ampersand begins one of the numeric or named references every XML reader knows, or it is not there.
#[test]
fn every_ampersand_begins_a_reference_xml_knows() {
    for text in CORPUS {
        for (name, markup) in marked_up(text) {
            for rest in markup.split('&').skip(1) {
                let reference = rest.split(';').next().unwrap_or_default();
                let digits = reference.strip_prefix('#').unwrap_or("none");
                let is_known = ["amp", "lt", "gt", "quot", "apos"].contains(&reference)
                    || digits.parse::<u32>().is_ok_and(|code| code >= 32);
                assert!(is_known, "&{reference}; in {name} of {text:?}");
            }
        }
    }
}

#[test]
fn hostile_text_stays_itself_in_json() {
    for text in CORPUS {
        let value = summary_json(&page_of(text), BASE);
        let back: serde_json::Value = serde_json::from_str(&value.to_string()).expect("JSON reads back");
        assert_eq!(back["page"]["name"], crate::text::clean(text));
    }
}

#[test]
fn hostile_ids_do_not_climb_out_of_the_export() {
    for text in CORPUS {
        for (path, _) in files(&page_of(text)) {
            let harmless = |byte: u8| byte.is_ascii_alphanumeric() || b"-_~./".contains(&byte);
            assert!(path.bytes().all(harmless) && !path.contains("..") && !path.starts_with('/'), "{path}");
        }
    }
}
