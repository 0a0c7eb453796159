//! Status pages as bytes: HTML, feeds, JSON, badges and the static export.
//!
//! Is: a function from the public model and a moment to bytes; the same bytes are served live and written for any web space.
//! Is not: a server, a store or a publisher, and it knows nothing but `nightbell-public` (INV-19: what is not in that model cannot
//! be shown). No clock, files, network or randomness. May be called by: `web`, which serves the bytes, and `nightbell`, which writes them.
//!
//! The pages carry no script, inline style, cookie or third-party address and live under [`CONTENT_SECURITY_POLICY`]. Every text is
//! hostile until shown: control characters are removed from the whole page first ([`text`]), then every template escapes.

mod badge;
mod bars;
mod export;
mod feed;
pub mod html;
mod place;
mod rollup;
pub mod statuspage;
mod subscribe;
mod text;
mod time;
mod view;

#[cfg(test)]
mod tests;

use nightbell_public::{Instant, Page};

pub use badge::{badge_svg, icon_svg};
pub use export::static_export;
pub use feed::{atom, rss};
pub use place::Place;
pub use statuspage::{components_json, incidents_json, maintenances_json, status_json, summary_json, unresolved_json};
pub use subscribe::{Step, subscribe_html};

/// The one style sheet of a status page: the product's tokens and the page's own rules.
pub const STATUS_CSS: &str = concat!(include_str!("../../../assets/tokens.css"), include_str!("../assets/status.css"));

/// The policy every status page works under; serve it as `Content-Security-Policy`.
pub const CONTENT_SECURITY_POLICY: &str =
    "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'self'";

/// The page at `/status/{slug}`.
pub fn render_html(page: &Page, now: Instant) -> String {
    html::index(page, now, &Place::of(page))
}

/// The same with a form for updates by mail, which posts to `/status/{slug}/subscribe`.
pub fn render_html_with_mail(page: &Page, now: Instant) -> String {
    let place = Place::of(page);
    html::index_with(page, now, &place, Some(subscribe::Ask::new(&place)))
}

/// The notices of the last 90 days at `/status/{slug}/history`.
pub fn history_html(page: &Page, now: Instant) -> String {
    html::history(page, now, &Place::of(page))
}

/// One notice at `/status/{slug}/notices/{id}`; `None` when the page has no such notice.
pub fn notice_html(page: &Page, id: &str, now: Instant) -> Option<String> {
    html::notice(page, id, now, &Place::of(page))
}
