//! Promised fix times: "fixed by 10:00", "should be resolved in 20 minutes", "back up within the hour", "ETA for the fix".
//!
//! Works sentence by sentence on five kinds of words: *times*, *recovery* words (fix, restored, back up), *future*
//! words (will, should, expect), *update* words (update, post, share) and *past* words. A time belongs to the recovery
//! or update word nearest before it, else to the first after it. A time that belongs to a recovery which is still to
//! come is a promise; "next update by 10:10" and "recovered at 10:04" are not.

use super::{Hit, WordingRule};
use regex::Regex;
use std::{ops::Range, sync::LazyLock};

fn words(pattern: &str) -> Regex {
    Regex::new(&format!("(?i){pattern}")).expect("a constant pattern")
}

static TIME: LazyLock<Regex> = LazyLock::new(|| {
    let number = r"(?:\d+(?:\.\d+)?(?:\s*(?:-|–|to|or)\s*\d+)?|an?|one|two|three|four|five|six|eight|ten|twelve|fifteen|twenty|thirty|forty|forty-five|sixty|ninety|half an|a couple of|a few|a matter of|several|few|couple of|next few|next|the|this|another|minutes or)";
    let unit = r"(?:seconds?|secs?|minutes?|mins?|hours?|hrs?|days?|weeks?)";
    let day = r"(?:tonight|today|tomorrow|lunchtime|(?:mon|tues|wednes|thurs|fri|satur|sun)day|eod|cob|close of business|noon|midnight|midday)";
    let zone = r"(?:\s*(?:utc|gmt|bst|ces?t|[ecmp][sd]?t)\b)?";
    words(&format!(
        r"\b(?:\d{{1,2}}:\d{{2}}(?:\s*[ap]\.?m\b)?{zone}|\d{{1,2}}\s*[ap]\.?m\b{zone}|\d{{1,2}}\s*(?:o'clock|utc|gmt)\b|{number}[\s-]*(?:more |business |working |short )?{unit}\b|{day}\b|this (?:morning|afternoon|evening|weekend)\b|(?:the )?end of (?:the |this )?(?:day|business|week|morning|afternoon|hour)\b|any (?:minute|moment)\b|\d{{4}}-\d{{2}}-\d{{2}}\b)"
    ))
});

static RECOVERY: LazyLock<Regex> = LazyLock::new(|| {
    words(
        r"\b(?:fix(?:ed|es)?|resolv(?:e|es|ed|ing)|resolution|restor(?:e|es|ed|ing|ation)|recover(?:s|ed|y|ing)?|repair(?:ed|s)?|solved?|sorted|mitigated|(?:be|come) back|back up|up again|all good|resumes?|(?:downtime|outage|interruption) (?:\w+ ){0,3}exceed|back online|back to normal|back in service|back to full|back in|return(?:s|ed|ing)? to normal|up and running|working (?:again|normally)|(?:fully )?operational|available again|online again|live again|normal (?:service|operations?)|in place|drained?|cleared?|caught up|catch up|rolled out|finish(?:ed)?|complete[ds]?|take|last|over)\b",
    )
});

static FUTURE: LazyLock<Regex> = LazyLock::new(|| {
    words(
        r"(?:\b(?:will|won't|shall|should|going to|expect(?:s|ed|ing)?|anticipat(?:e|ed|ing)|aim(?:ing)?|hop(?:e|ing)|estimat(?:e|ed|es|ing)|likely|promise|guarantee|targeting|target|to be|looking at|plan(?:s|ning)?|can be|confident|on track|projected|resumes)\b|[’']ll\b)",
    )
});

/// Future words strong enough to make a promise of any deadline in the sentence.
static STRONG_FUTURE: LazyLock<Regex> = LazyLock::new(|| {
    words(
        r"\b(?:we|our (?:team|engineers)) (?:now |currently |fully )?(?:expect|anticipate|estimate|promise|guarantee)\b",
    )
});

static UPDATE: LazyLock<Regex> = LazyLock::new(|| {
    words(
        r"\b(?:updates?|updat(?:ed|ing)|post(?:ed|ing)?|shar(?:e|ed|ing)|report(?:ed|ing)?|publish(?:ed|ing)?|notice|news|inform(?:ed)?|tell|communicate|check back|hear from us|in touch|speak|message|write|provide(?: you)? (?:an?|the|another|more|further) (?:next |further |new )?(?:update|information|detail)s?|next (?:message|word)|review(?:ed)?|postmortem|report)\b",
    )
});

static PAST: LazyLock<Regex> =
    LazyLock::new(|| words(r"\b(?:was|were|had|has|have|been|came|went|got|is|are|did|became|remained)\b"));

/// What stands before a recovery word that has already happened.
static PAST_BEFORE: LazyLock<Regex> = LazyLock::new(|| {
    words(
        r"\b(?:was|were|had been|has been|have been|has|have|had|came|went|got)(?:\s+(?:fully|now|also|already|partially|again|since|gradually|successfully|all))*\s+$",
    )
});

/// What turns such a past form into a future one: "will have", "is expected to have been".
static FUTURE_BEFORE: LazyLock<Regex> = LazyLock::new(|| {
    words(
        r"(?:\b(?:will|shall|should|would|may|might|could|to)|[’']ll)\s+(?:all\s+)?(?:have|be|have been)(?:\s+(?:been|fully|now|again))*\s+$",
    )
});

/// Before a time that is a length or a beginning, not a deadline: "for 20 minutes", "every 15 minutes", "since 09:32".
static LENGTH_BEFORE: LazyLock<Regex> = LazyLock::new(|| {
    words(
        r"\b(?:every|each|for|since|after|from|last|past|previous|first|over|between|of|yesterday|older than|newer than|longer than|start(?:ed|ing)? at|began at)(?:\s+(?:the|about|around|approximately|roughly|more than|less than|nearly|almost|up to|at least|next|another|past|last|only))*\s*$",
    )
});

/// After such a time: "20 minutes ago", "a 20-minute delay".
static LENGTH_AFTER: LazyLock<Regex> = LazyLock::new(|| {
    words(
        r"^[\s-]*(?:ago|earlier|later|late|longer|slower|old|of (?:downtime|data|degraded|delay)|delays?|after|window|apart)\b",
    )
});

static DEADLINE_BEFORE: LazyLock<Regex> = LazyLock::new(|| {
    words(
        r"\b(?:by|before|within|in|until|no later than|inside)(?:\s+(?:the|about|around|approximately|roughly|under|less than|at most|well under))*\s*$",
    )
});

static ETA: LazyLock<Regex> = LazyLock::new(|| {
    words(r"\b(?:eta|etr|estimated time (?:of|to|for) (?:resolution|recovery|repair|fix|restoration|a fix|the fix))\b")
});

/// Around an ETA that promises nothing: "no ETA yet", "ETA next update: 09:55".
static ETA_DENIED: LazyLock<Regex> = LazyLock::new(|| {
    words(r"(?:\b(?:no|not|without|cannot|can't|don't|unable|nor|never|neither|any)\b|n[’']t\b)[^.!?]{0,40}$")
});
static ETA_OF_UPDATE: LazyLock<Regex> =
    LazyLock::new(|| words(r"^\s*(?:for|of|on|to)?\s*(?:the|our|an)?\s*(?:next\s+)?(?:status\s+)?update"));

const WHY: &str = "It promises when things will work again; a promise that is missed costs more trust than silence.";
const SUGGESTION: &str = "Say what is being done and when the next update comes: \"We are rolling back the change. Next update by 10:10 UTC.\"";

/// Every promised fix time in the text.
pub(super) fn find(text: &str) -> Vec<Hit> {
    let mut ranges = Vec::new();
    for sentence in sentences(text) {
        let part = &text[sentence.clone()];
        let found = promises(part).into_iter().chain(etas(part));
        ranges.extend(found.map(|range| range.start + sentence.start..range.end + sentence.start));
    }
    ranges
        .into_iter()
        .map(|range| Hit { rule: WordingRule::PromisedTime, range, why: WHY, suggestion: SUGGESTION })
        .collect()
}

/// Sentences: up to a mark followed by white space, or a line break. A dot within a time or a host does not end one.
fn sentences(text: &str) -> Vec<Range<usize>> {
    let mut ranges = Vec::new();
    let mut start = 0;
    let mut chars = text.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        let before_space = chars.peek().is_none_or(|(_, next)| next.is_whitespace());
        let after = at + c.len_utf8();
        if c == '\n' || (matches!(c, '.' | '!' | '?' | ';' | '。') && before_space) {
            ranges.push(start..after);
            start = after;
        }
    }
    ranges.push(start..text.len());
    ranges
}

fn etas(sentence: &str) -> Vec<Range<usize>> {
    ETA.find_iter(sentence)
        .filter(|eta| {
            !ETA_DENIED.is_match(tail(&sentence[..eta.start()], 80)) && !ETA_OF_UPDATE.is_match(&sentence[eta.end()..])
        })
        .map(|eta| eta.range())
        .collect()
}

/// The last bytes of the text, cut at a character: what a look back needs, so that many looks stay linear.
fn tail(text: &str, bytes_max: usize) -> &str {
    let mut start = text.len().saturating_sub(bytes_max);
    while !text.is_char_boundary(start) {
        start += 1;
    }
    &text[start..]
}

/// The first bytes of the text, cut at a character.
fn head(text: &str, bytes_max: usize) -> &str {
    let mut end = text.len().min(bytes_max);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}

#[derive(Clone, Debug)]
enum Governor {
    Recovery(Range<usize>),
    Update(Range<usize>),
}

impl Governor {
    fn range(&self) -> &Range<usize> {
        match self {
            Governor::Recovery(range) | Governor::Update(range) => range,
        }
    }
}

/// Update and recovery words in order; "an update on the fix" counts as one update word.
fn governors(sentence: &str) -> Vec<Governor> {
    let mut all: Vec<Governor> = UPDATE.find_iter(sentence).map(|found| Governor::Update(found.range())).collect();
    all.extend(RECOVERY.find_iter(sentence).map(|found| Governor::Recovery(found.range())));
    all.sort_by_key(|governor| governor.range().start);
    let mut kept: Vec<Governor> = Vec::new();
    for governor in all {
        if let (Some(Governor::Update(update)), Governor::Recovery(recovery)) = (kept.last(), &governor) {
            let between = sentence.get(update.end..recovery.start).unwrap_or_default().to_lowercase();
            let speaks_about = [" on ", " about ", " regarding ", " once ", " when ", " if ", " as "]
                .iter()
                .any(|word| between.contains(word));
            if speaks_about && between.len() < 60 {
                continue;
            }
        }
        // "We will be back at 10:30 with news": the authors come back, not the service.
        if let Governor::Recovery(recovery) = &governor
            && sentence[..recovery.end].ends_with(" back")
            && UPDATE.is_match(&sentence[recovery.end..])
        {
            continue;
        }
        kept.push(governor);
    }
    kept
}

fn promises(sentence: &str) -> Vec<Range<usize>> {
    let governors = governors(sentence);
    let first_future = FUTURE.find(sentence).map(|found| found.start());
    let first_past = PAST.find(sentence).map(|found| found.start());
    let is_strong = STRONG_FUTURE.is_match(sentence);
    let mut found = Vec::new();
    let mut nearest = 0;
    let mut length_ended_at: Option<usize> = None;
    for time in TIME.find_iter(sentence) {
        while governors.get(nearest).is_some_and(|governor| governor.range().end <= time.start()) {
            nearest += 1;
        }
        if is_length(sentence, &time.range(), length_ended_at) {
            length_ended_at = Some(time.end());
            continue;
        }
        let governor = nearest.checked_sub(1).map(|at| &governors[at]).or(governors.get(nearest));
        let promised = match governor {
            Some(Governor::Update(_)) => None,
            Some(Governor::Recovery(recovery)) => {
                promise_of(sentence, recovery, &time.range(), first_future, first_past)
            }
            None if is_strong && DEADLINE_BEFORE.is_match(tail(&sentence[..time.start()], 60)) => Some(time.range()),
            None => None,
        };
        found.extend(promised);
    }
    found
}

/// Whether a time tells how long or since when, not until when.
fn is_length(sentence: &str, time: &Range<usize>, length_ended_at: Option<usize>) -> bool {
    let before = &sentence[..time.start];
    // "A fix for 15:30" is a deadline; only "for 20 minutes" is a length.
    if sentence[time.clone()].contains(':') && before.trim_end().ends_with(" for") {
        return false;
    }
    let continues = length_ended_at
        .is_some_and(|end| matches!(sentence[end..time.start].trim(), "and" | "to" | "until" | "-" | "–"));
    continues || LENGTH_BEFORE.is_match(tail(before, 60)) || LENGTH_AFTER.is_match(head(&sentence[time.end..], 40))
}

/// The words from recovery to time, if the recovery is still to come.
fn promise_of(
    sentence: &str,
    recovery: &Range<usize>,
    time: &Range<usize>,
    first_future: Option<usize>,
    first_past: Option<usize>,
) -> Option<Range<usize>> {
    let span = recovery.start.min(time.start)..recovery.end.max(time.end);
    let before_recovery = tail(&sentence[..recovery.start], 60);
    if PAST_BEFORE.is_match(before_recovery) && !FUTURE_BEFORE.is_match(before_recovery) {
        return None;
    }
    if first_future.is_some_and(|at| at < recovery.start.max(time.start)) {
        return Some(span);
    }
    // Without a future word: "Fixed by 10:00", "Back up within the hour".
    let word = sentence[recovery.clone()].to_lowercase();
    let between = sentence.get(recovery.end..time.start)?;
    let has_deadline = DEADLINE_BEFORE.is_match(tail(&sentence[..time.start], 60)) && between.len() <= 40;
    let is_past = first_past.is_some_and(|at| at < recovery.start);
    let speaks_of_state =
        word.starts_with("back ") || matches!(word.as_str(), "up and running" | "working again" | "working normally");
    let speaks_of_result = matches!(
        word.as_str(),
        "fix" | "fixed" | "resolved" | "resolution" | "solved" | "sorted" | "restored" | "repaired"
    );
    let is_adjacent = DEADLINE_BEFORE
        .find(between)
        .is_some_and(|deadline| matches!(between[..deadline.start()].trim(), "" | "coming" | "is coming" | "ready"));
    (has_deadline && !is_past && (speaks_of_state || (speaks_of_result && is_adjacent))).then_some(span)
}
