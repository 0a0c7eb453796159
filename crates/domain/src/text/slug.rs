//! Names made from titles: the slug, the incident's public handle `inc-2026-05-02-checkout-down` and its room.
//!
//! Not an identity: ids are made elsewhere. Slugs are ASCII letters, digits and single dashes, safe in every chat and URL.

use jiff::civil::Date;
use unicode_normalization::UnicodeNormalization;

/// The longest `inc-YYYY-MM-DD-slug`, in characters: what the strictest chat takes as a channel name.
pub const INCIDENT_SLUG_LEN_MAX: usize = 80;

/// Characters of `inc-YYYY-MM-DD-`.
const PREFIX_LEN: usize = 15;

/// The longest slug, in characters.
pub const SLUG_LEN_MAX: usize = INCIDENT_SLUG_LEN_MAX - PREFIX_LEN;

/// What a title without a single usable letter becomes.
const FALLBACK: &str = "incident";

/// A slug from a title: accents folded, lower case, words joined by single dashes, cut at a word where possible.
/// Never empty, at most [`SLUG_LEN_MAX`] characters.
pub fn slug(title: &str) -> String {
    slug_of_len(title, SLUG_LEN_MAX)
}

fn slug_of_len(title: &str, len_max: usize) -> String {
    let mut out = String::new();
    for c in title.nfkd().flat_map(char::to_lowercase) {
        match c {
            'a'..='z' | '0'..='9' => out.push(c),
            // "didn't" is one word; combining marks are what the folding left over.
            '\'' | '’' | '\u{0300}'..='\u{036F}' => {}
            _ => match spelled_out(c) {
                Some(letters) => out.push_str(letters),
                None if out.is_empty() || out.ends_with('-') => {}
                None => out.push('-'),
            },
        }
        // Enough to cut from; a title of a megabyte costs no more than a long one.
        if out.len() > len_max + 16 {
            break;
        }
    }
    let cut = cut_at_word(out.trim_end_matches('-'), len_max);
    if cut.is_empty() { FALLBACK.to_string() } else { cut.to_string() }
}

/// Letters that Unicode does not take apart but people do.
fn spelled_out(c: char) -> Option<&'static str> {
    Some(match c {
        'ß' => "ss",
        'æ' => "ae",
        'œ' => "oe",
        'ø' => "o",
        'đ' | 'ð' => "d",
        'ł' => "l",
        'þ' => "th",
        'ı' => "i",
        _ => return None,
    })
}

/// Cuts ASCII text to `len_max`, at the last dash unless that would lose more than half.
fn cut_at_word(text: &str, len_max: usize) -> &str {
    if text.len() <= len_max {
        return text;
    }
    let head = &text[..len_max];
    if text.as_bytes()[len_max] == b'-' {
        return head;
    }
    match head.rfind('-') {
        Some(at) if at >= len_max / 2 => &head[..at],
        _ => head.trim_end_matches('-'),
    }
}

/// The room of an incident: `#inc-2026-05-02-checkout-down`.
pub fn room_name(date: Date, slug: &str) -> String {
    format!("#inc-{date}-{slug}")
}

/// The name an incident is known by, `inc-2026-05-02-checkout-down`, unlike every name `taken` says is in use: the
/// second of its kind ends in `-2`, then `-3`. At most [`INCIDENT_SLUG_LEN_MAX`] characters. `date` is the UTC date.
pub fn incident_slug(date: Date, title: &str, taken: impl Fn(&str) -> bool) -> String {
    let base = slug(title);
    let first = format!("inc-{date}-{base}");
    if !taken(&first) {
        return first;
    }
    let mut number: u32 = 2;
    loop {
        let ending = format!("-{number}");
        let shortened = cut_at_word(&base, SLUG_LEN_MAX - ending.len());
        let name = format!("inc-{date}-{shortened}{ending}");
        // The end of the numbers stands for "give up": the store's UNIQUE constraint still guards the name.
        if number == u32::MAX || !taken(&name) {
            return name;
        }
        number += 1;
    }
}

#[cfg(test)]
mod tests;
