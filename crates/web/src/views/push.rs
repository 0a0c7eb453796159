//! The part of `/settings/reach` that sets up the browser it is opened in, and says what is needed where that cannot be.
//!
//! Is: markup for `static/push.js`. Is not: a page. Callers: the presenter of that page.

use askama::{Template, filters::HtmlSafe};

/// "Ring this phone".
#[derive(Clone, Template)]
#[template(path = "parts/push.html")]
pub struct PushBox {
    /// Value of the hidden `csrf` field.
    pub csrf: String,
    /// The public half of the installation's key, base64url.
    pub key: String,
    /// Nothing reaches them yet: it is the thing to do.
    pub urge: bool,
}

// Prints through its own template, which has escaped everything already.
impl HtmlSafe for PushBox {}
