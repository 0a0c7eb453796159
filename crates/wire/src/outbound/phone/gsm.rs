//! The alphabet of text messages (GSM 03.38): what fits, how many parts a text takes, and how a text is made to fit where that costs no meaning.

use unicode_normalization::{UnicodeNormalization as _, char::is_combining_mark};

/// The basic alphabet beside the letters, digits and signs that it shares with ASCII.
const BASIC: &str = "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./:;<=>?¡ÄÖÑÜ§¿äöñüà";
/// Takes two places each.
const EXTENDED: &str = "^{}\\[~]|€";

/// Places of one message, and of each part of a longer one, in either alphabet.
const GSM_ONE: usize = 160;
const GSM_PART: usize = 153;
const WIDE_ONE: usize = 70;
const WIDE_PART: usize = 67;

/// The places a character takes in the alphabet; `None` when it is not in it.
fn places(c: char) -> Option<usize> {
    if c.is_ascii_alphanumeric() || BASIC.contains(c) {
        Some(1)
    } else if EXTENDED.contains(c) {
        Some(2)
    } else {
        None
    }
}

/// How many parts a text is sent in; each is paid for.
pub fn segments(text: &str) -> usize {
    let parts = |places: usize, one: usize, part: usize| if places <= one { 1 } else { places.div_ceil(part) };
    match text.chars().map(places).sum::<Option<usize>>() {
        Some(places) => parts(places, GSM_ONE, GSM_PART),
        None => parts(text.encode_utf16().count(), WIDE_ONE, WIDE_PART),
    }
}

/// Whether every character is of the alphabet.
pub(super) fn fits(text: &str) -> bool {
    text.chars().all(|c| places(c).is_some())
}

/// The text on one line, with typographic signs as their plain ones, accents dropped where the alphabet has none, and pictures left out. Letters of
/// other scripts stay: whoever wrote them reads them.
pub fn plain(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            _ if c.is_whitespace() || c.is_control() => out.push(' '),
            _ if places(c).is_some() => out.push(c),
            '\u{2018}'..='\u{201B}' | '\u{2032}' | '`' | '\u{b4}' => out.push('\''),
            '\u{201C}'..='\u{201F}' | '\u{ab}' | '\u{bb}' => out.push('"'),
            '\u{2010}'..='\u{2015}' | '\u{2212}' => out.push('-'),
            '\u{2026}' => out.push_str("..."),
            '\u{2192}' => out.push_str("->"),
            '\u{2022}' | '\u{b7}' => out.push('*'),
            '\u{d7}' => out.push('x'),
            '\u{b0}' => out.push_str(" deg"),
            _ => accentless(c, &mut out),
        }
    }
    out.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn accentless(c: char, out: &mut String) {
    let base: String = c.nfkd().filter(|part| !is_combining_mark(*part)).collect();
    if fits(&base) {
        out.push_str(&base);
    } else if c.is_alphanumeric() {
        out.push(c);
    }
}
