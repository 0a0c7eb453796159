//! "Did you mean": the known word nearest to an unknown one. For configuration errors, commands and chat replies.

/// The nearest of `known`, if near enough to be a slip of the hand: at most one edit per three letters, case ignored.
/// Of several equally near the one of
/// like length wins, then the first.
pub fn closest<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let word = word.trim().to_lowercase();
    let edits_max = (word.chars().count() / 3).max(1);
    // A word of one letter is one edit from every other letter.
    if word.chars().count() < 2 || word.len() > 200 {
        return None;
    }
    known
        .into_iter()
        .map(|candidate| (strsim::osa_distance(&word, &candidate.to_lowercase()), candidate))
        .filter(|(edits, _)| *edits <= edits_max)
        .min_by_key(|(edits, candidate)| (*edits, candidate.len().abs_diff(word.len())))
        .map(|(_, candidate)| candidate)
}

/// The end of an error message: ` (did you mean "severity"?)`, or nothing when no known word is near.
pub fn did_you_mean<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> String {
    closest(word, known).map_or_else(String::new, |near| format!(" (did you mean {near:?}?)"))
}

#[cfg(test)]
mod tests;
