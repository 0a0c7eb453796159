//! The static files of the pages, compiled in: one stylesheet, one script for all of them, one that sets up push messages, the service worker that
//! shows them, icons and the web-app manifest.
//!
//! Is: bytes and their fingerprint. Is not: a file server; one handler serves them, for ever cacheable under the
//! fingerprinted address. Callers: that handler, and the page frames.

/// The stylesheet: the shared tokens, then the component layer.
pub const CSS: &str =
    concat!(include_str!("../../../../assets/tokens.css"), "\n", include_str!("../../static/nightbell.css"));

/// The one script.
pub const JS: &str = include_str!("../../static/nightbell.js");

/// The stylesheet of the pages under `/oncall`: the weeks of a schedule are theirs alone, and every other page is lighter without it.
pub const ONCALL_CSS: &str = include_str!("../../static/oncall.css");

/// The script of a schedule's weeks.
pub const ONCALL_JS: &str = include_str!("../../static/oncall.js");

/// The script of the page of contact methods alone: sets up push messages of this browser.
pub const PUSH_JS: &str = include_str!("../../static/push.js");

/// The service worker, at an address of its own: what it may do depends on where it lies.
pub const SERVICE_WORKER: &str = include_str!("../../static/sw.js");

/// The icon as a picture of dots, for home screens that draw no SVG: name and bytes.
pub const ICONS: [(&str, &[u8]); 2] = [
    ("icon-192.png", include_bytes!("../../static/icon-192.png")),
    ("icon-512.png", include_bytes!("../../static/icon-512.png")),
];

/// The icon, an SVG.
pub const ICON: &str = include_str!("../../static/icon.svg");

/// The web-app manifest, JSON (`application/manifest+json`).
pub const MANIFEST: &str = include_str!("../../static/manifest.webmanifest");

const FINGERPRINT_BYTES: [u8; 16] = hex(fnv1a(
    ONCALL_JS.as_bytes(),
    fnv1a(
        ONCALL_CSS.as_bytes(),
        fnv1a(PUSH_JS.as_bytes(), fnv1a(JS.as_bytes(), fnv1a(CSS.as_bytes(), 0xcbf2_9ce4_8422_2325))),
    ),
));

/// Changes whenever stylesheet or scripts change; the frames ask for `/static/nightbell.css?v=…`. Not a secret, not a proof.
pub const FINGERPRINT: &str = match std::str::from_utf8(&FINGERPRINT_BYTES) {
    Ok(text) => text,
    Err(_) => "0",
};

const fn fnv1a(bytes: &[u8], start: u64) -> u64 {
    let mut hash = start;
    let mut at = 0;
    while at < bytes.len() {
        hash = (hash ^ bytes[at] as u64).wrapping_mul(0x0000_0100_0000_01b3);
        at += 1;
    }
    hash
}

const fn hex(value: u64) -> [u8; 16] {
    let digits = b"0123456789abcdef";
    let mut out = [b'0'; 16];
    let mut at = 0;
    while at < 16 {
        out[15 - at] = digits[((value >> (at * 4)) & 15) as usize];
        at += 1;
    }
    out
}
