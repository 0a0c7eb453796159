//! Two small pictures of the page's state: a badge for other people's pages and the icon of the browser tab.
//!
//! A picture shown by `<img>` sees no style sheet, so the colours of `tokens.css` are repeated here; a test holds them together.

use askama::Template;
use nightbell_public::Page;

use crate::{html::print, rollup::Indicator, text};

/// How many characters of the page's name the badge shows.
const NAME_CHARS_MAX: usize = 32;
/// Width of an average character at the badge's size, in tenths of a pixel.
const CHAR_WIDTH_TENTHS: usize = 66;

#[derive(Template)]
#[template(path = "badge.svg")]
struct Badge {
    label: String,
    message: &'static str,
    colour: &'static str,
    label_width: usize,
    message_width: usize,
    width: usize,
    label_middle: usize,
    message_middle: usize,
}

#[derive(Template)]
#[template(path = "icon.svg")]
struct Icon {
    title: &'static str,
    colour: &'static str,
    shape: &'static str,
}

/// A badge, `Acme | operational`, as SVG.
pub fn badge_svg(page: &Page) -> String {
    let page = text::page(page);
    let indicator = Indicator::of(&page);
    let label: String = page.name.chars().take(NAME_CHARS_MAX).collect();
    let message = indicator.short();
    let (label_width, message_width) = (box_width(&label), box_width(message));
    print(&Badge {
        label,
        message,
        colour: colour(indicator),
        label_width,
        message_width,
        width: label_width + message_width,
        label_middle: label_width / 2,
        message_middle: label_width + message_width / 2,
    })
}

/// The icon of the browser tab as SVG: the state's shape in the state's colour.
pub fn icon_svg(page: &Page) -> String {
    let indicator = Indicator::of(page);
    print(&Icon { title: indicator.headline(), colour: colour(indicator), shape: shape(indicator) })
}

fn box_width(text: &str) -> usize {
    text.chars().count() * CHAR_WIDTH_TENTHS / 10 + 14
}

/// The light theme's `--ok`, `--accent`, `--due` and `--act`.
pub(crate) fn colour(indicator: Indicator) -> &'static str {
    match indicator {
        Indicator::None => "#2a6235",
        Indicator::Maintenance => "#0b5d5e",
        Indicator::Minor | Indicator::Major => "#7a4f00",
        Indicator::Critical => "#b3261e",
    }
}

/// SVG path data on a 16 by 16 canvas: the same shapes as the tags on the page.
fn shape(indicator: Indicator) -> &'static str {
    match indicator {
        Indicator::None => "M8 1a7 7 0 1 0 0 14A7 7 0 1 0 8 1z",
        Indicator::Maintenance => "M8 0l8 8-8 8-8-8z",
        Indicator::Minor => "M8 1l8 14H0z",
        Indicator::Major => "M8 0a8 8 0 1 0 0 16A8 8 0 1 0 8 0zm0 2a6 6 0 1 1 0 12z",
        Indicator::Critical => "M1 1h14v14H1z",
    }
}
