//! A strict reader of the OpenMetrics text format, for tests: what a scraper relies on, checked line by line.
//! Source: the OpenMetrics 1.0 specification, "Text format" and "Metric types".

use std::collections::{BTreeMap, BTreeSet};

/// Name, labels, value.
pub(crate) type Sample = (String, Vec<(String, String)>, f64);

/// A metric family as exposed.
#[derive(Debug, Default, Clone)]
pub(crate) struct Family {
    /// `counter`, `gauge`, `histogram`, `info`.
    pub(crate) kind: String,
    pub(crate) unit: Option<String>,
    pub(crate) help: String,
    /// Suffix, labels, value; in order.
    pub(crate) samples: Vec<Sample>,
}

/// Reads a scrape, family by family.
///
/// # Errors
/// The first line that breaks a rule.
pub(crate) fn read(text: &str) -> Result<BTreeMap<String, Family>, String> {
    let mut families: BTreeMap<String, Family> = BTreeMap::new();
    let (mut open, mut ended) = (String::new(), false);
    for line in text.lines() {
        let wrong = |why: &str| Err(format!("{why}: {line}"));
        if ended {
            return wrong("after the end");
        }
        if line == "# EOF" {
            ended = true;
        } else if let Some(rest) = line.strip_prefix("# ") {
            let (word, rest) = rest.split_once(' ').ok_or_else(|| format!("half a comment: {line}"))?;
            let (name, value) = rest.split_once(' ').ok_or_else(|| format!("half a comment: {line}"))?;
            if name != open && families.contains_key(name) {
                return wrong("a family in two places");
            }
            name.clone_into(&mut open);
            let family = families.entry(open.clone()).or_default();
            match word {
                "HELP" => value.clone_into(&mut family.help),
                "TYPE" => value.clone_into(&mut family.kind),
                "UNIT" if open.ends_with(&format!("_{value}")) => family.unit = Some(value.to_owned()),
                _ => return wrong("neither help, type nor the unit the name ends in"),
            }
        } else {
            let (name, labels, value) = sample(line)?;
            let family = families.get_mut(&open).ok_or_else(|| format!("a sample before its family: {line}"))?;
            let suffix = name.strip_prefix(open.as_str()).ok_or_else(|| format!("not of family {open}: {line}"))?;
            if !suffixes(&family.kind).contains(&suffix) {
                return wrong("a suffix its type does not have");
            }
            family.samples.push((suffix.to_owned(), labels, value));
        }
    }
    if !ended || !text.ends_with('\n') {
        return Err("no end".to_owned());
    }
    families.iter().try_for_each(|(name, family)| whole(name, family))?;
    Ok(families)
}

fn suffixes(kind: &str) -> &'static [&'static str] {
    match kind {
        "counter" => &["_total"],
        "gauge" => &[""],
        "histogram" => &["_sum", "_count", "_bucket"],
        "info" => &["_info"],
        _ => &[],
    }
}

fn sample(line: &str) -> Result<Sample, String> {
    let wrong = |why: &str| format!("{why}: {line}");
    let (head, value) = line.rsplit_once(' ').ok_or_else(|| wrong("no value"))?;
    let value: f64 = value.parse().map_err(|_| wrong("not a number"))?;
    let (name, mut rest) = match head.split_once('{') {
        Some((name, rest)) => (name, rest.strip_suffix('}').ok_or_else(|| wrong("labels do not end"))?),
        None => (head, ""),
    };
    let word = |text: &str| {
        text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
            && text.starts_with(|c: char| c.is_ascii_lowercase())
    };
    if !word(name) {
        return Err(wrong("not a name"));
    }
    let mut labels = Vec::new();
    while !rest.is_empty() {
        let (label, after) = rest.split_once("=\"").ok_or_else(|| wrong("a label without a value"))?;
        let end = after.char_indices().scan(false, |escaped, (at, c)| {
            let ends = c == '"' && !*escaped;
            *escaped = c == '\\' && !*escaped;
            Some((at, ends))
        });
        let end =
            end.filter(|(_, ends)| *ends).map(|(at, _)| at).next().ok_or_else(|| wrong("a value does not end"))?;
        if !word(label) {
            return Err(wrong("not a label"));
        }
        labels.push((label.to_owned(), after[..end].to_owned()));
        rest = after[end + 1..].strip_prefix(',').unwrap_or(&after[end + 1..]);
    }
    Ok((name.to_owned(), labels, value))
}

/// Nobody guesses: type and help are said, no series stands twice, counters are not negative, buckets grow up to the count.
fn whole(name: &str, family: &Family) -> Result<(), String> {
    let wrong = |why: &str| Err(format!("{name}: {why}"));
    if family.help.is_empty() || suffixes(&family.kind).is_empty() {
        return wrong("no help or no known type");
    }
    let mut seen = BTreeSet::new();
    if !family.samples.iter().all(|(suffix, labels, _)| seen.insert((suffix, labels))) {
        return wrong("a series stands twice");
    }
    let counting = family.samples.iter().filter(|(suffix, _, _)| !suffix.is_empty());
    if counting.clone().any(|(_, _, value)| *value < 0.0) {
        return wrong("less than nothing");
    }
    let mut last: BTreeMap<Vec<&(String, String)>, (f64, f64)> = BTreeMap::new();
    for (_, labels, value) in family.samples.iter().filter(|(suffix, _, _)| suffix == "_bucket") {
        let bound = labels.iter().find(|(label, _)| label == "le").map(|(_, le)| le.replace("+Inf", "inf"));
        let bound: f64 =
            bound.and_then(|le| le.parse().ok()).ok_or_else(|| format!("{name}: a bucket without bound"))?;
        let others: Vec<_> = labels.iter().filter(|(label, _)| label != "le").collect();
        let (below, count) = last.insert(others, (bound, *value)).unwrap_or((f64::NEG_INFINITY, 0.0));
        if bound <= below || *value < count {
            return wrong("buckets do not grow");
        }
    }
    for (others, (bound, count)) in last {
        let total = family
            .samples
            .iter()
            .find(|(suffix, labels, _)| suffix == "_count" && labels.iter().collect::<Vec<_>>() == others);
        if bound != f64::INFINITY || total.map(|(_, _, total)| *total) != Some(count) {
            return wrong("the last bucket is not everything");
        }
    }
    Ok(())
}
