//! `cargo xtask licences`: every package of the resolved graph carries an allowed licence, and no banned crate is present.
//!
//! The same policy as cargo-deny's `licenses` and `bans`, in a second and without compiling a tool.

use std::collections::{BTreeMap, BTreeSet};

use cargo_metadata::MetadataCommand;

use crate::policy::{ALLOWED_LICENCES, BANNED_CRATES, SINGLE_VERSION_CRATES};
use crate::repo::{Result, Verdict, root};

/// A package of the graph, as far as this check cares.
#[derive(Debug, Clone)]
pub struct Package {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
    /// Its SPDX expression, as written by its authors.
    pub licence: Option<String>,
}

/// Checks the whole resolved graph, all platforms.
///
/// # Errors
/// When `cargo metadata` fails.
pub fn run() -> Result<Verdict> {
    let metadata = MetadataCommand::new().current_dir(root()).other_options(vec!["--locked".to_owned()]).exec()?;
    let packages: Vec<Package> = metadata
        .packages
        .iter()
        .map(|package| Package {
            name: package.name.to_string(),
            version: package.version.to_string(),
            licence: package.license.clone(),
        })
        .collect();
    let problems: Vec<String> = licence_problems(&packages).into_iter().chain(ban_problems(&packages)).collect();
    for problem in &problems {
        println!("licences: {problem}");
    }
    let summary = format!("{} packages, {} problems", packages.len(), problems.len());
    println!("licences: {summary}");
    Ok(Verdict::ran(problems.is_empty() && !packages.is_empty(), summary))
}

/// Packages whose licence cannot be satisfied from the allow-list.
pub fn licence_problems(packages: &[Package]) -> Vec<String> {
    packages
        .iter()
        .filter_map(|package| {
            Some(format!("Cargo.lock: {} {}: {}", package.name, package.version, refuse(package.licence.as_deref())?))
        })
        .collect()
}

/// Why a licence is refused; `None` when it is fine.
fn refuse(licence: Option<&str>) -> Option<String> {
    const FIX: &str = "replace the crate, or argue the licence into xtask/src/policy.rs and deny.toml";
    let Some(written) = licence else {
        return Some(format!("states no licence; {FIX}"));
    };
    // Lax mode reads the old "MIT/Apache-2.0".
    let expression = match spdx::Expression::parse_mode(written, spdx::ParseMode::LAX) {
        Ok(expression) => expression,
        Err(error) => return Some(format!("`{written}` is no SPDX expression ({}); {FIX}", error.reason)),
    };
    let allowed = expression
        .evaluate(|requirement| requirement.license.id().is_some_and(|id| ALLOWED_LICENCES.contains(&id.name)));
    (!allowed).then(|| format!("`{written}` is not allowed; {FIX}"))
}

/// Banned crates, and second versions of what may be there once.
pub fn ban_problems(packages: &[Package]) -> Vec<String> {
    let mut versions: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for package in packages {
        versions.entry(&package.name).or_default().insert(&package.version);
    }
    let banned = BANNED_CRATES.iter().filter(|(name, _)| versions.contains_key(name)).map(|(name, why)| {
        format!("Cargo.lock: {name} is banned: {why}; find who brings it with `cargo tree -i {name}` and turn that feature off")
    });
    let doubled = SINGLE_VERSION_CRATES.iter().filter_map(|(name, why)| {
        let found = versions.get(name).filter(|found| found.len() > 1)?;
        let list: Vec<&str> = found.iter().copied().collect();
        Some(format!("Cargo.lock: {name} is there as {}: {why}", list.join(" and ")))
    });
    banned.chain(doubled).collect()
}

#[cfg(test)]
mod tests;
