//! What may be in the dependency tree: licences, banned crates, advisories we live with. `deny.toml` says the same to
//! cargo-deny; a test keeps the two equal.

/// SPDX ids a dependency's licence may be satisfied by.
pub const ALLOWED_LICENCES: &[&str] = &[
    "0BSD",
    "Apache-2.0",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "BSL-1.0",
    "CC0-1.0",
    "CDLA-Permissive-2.0",
    "ISC",
    "MIT",
    "MPL-2.0",
    "Unicode-3.0",
    "Unicode-DFS-2016",
    "Unlicense",
    "Zlib",
];

/// Crates that must never appear, and why.
pub const BANNED_CRATES: &[(&str, &str)] = &[
    ("aws-lc-rs", "two TLS providers in one binary make rustls panic at the first connection; ring is ours"),
    ("aws-lc-sys", "two TLS providers in one binary make rustls panic at the first connection; ring is ours"),
    ("native-tls", "TLS is rustls with ring, installed once in main"),
    ("openssl-sys", "TLS is rustls with ring, installed once in main; no system library to patch"),
    ("sqlx", "SQL goes through the Tx trait of crates/store (docs/adr/0004)"),
];

/// Crates of which exactly one version may be linked, and why.
pub const SINGLE_VERSION_CRATES: &[(&str, &str)] =
    &[("libsqlite3-sys", "only one crate may link sqlite3, and it must be the bundled one with the WAL-reset fix")];

/// Advisories that match Cargo.lock and do not touch us, with the reason. Empty is the aim.
pub const IGNORED_ADVISORIES: &[(&str, &str)] = &[];
