//! Phrases that advise the author: blame in public, and more certainty than an open incident allows.

use super::{Hit, WordingRule};
use regex::Regex;
use std::sync::LazyLock;

fn phrases(pattern: &str) -> Regex {
    Regex::new(pattern).expect("a constant pattern")
}

static BLAME: LazyLock<[Regex; 3]> = LazyLock::new(|| {
    [
        phrases(
            r"(?i)\b(?:(?:our|the|a|their) )?(?:[\w-]+ ){0,2}(?:vendor|provider|supplier|partner|contractor|hoster|third party|engineer|developer|operator|intern|team) (?:[\w-]+ )?(?:broke|botched|messed up|screwed up|let us down|failed us|took us down|took down|failed to|forgot to|neglected to|made a mistake|made an error)\b",
        ),
        phrases(
            r"(?i)\b(?:human error|operator error|whose fault|(?:at|their|his|her|its) fault|fault of|to blame|blame(?:s|d)?|careless(?:ly|ness)?|negligen(?:t|ce)|incompeten(?:t|ce)|mistake (?:by|of|made by)|screwed up|messed up|botched|let us down|not our fault)\b|[’']s (?:fault|mistake|incompetence)\b",
        ),
        // A proper name that broke something of ours: "Stripe broke our checkout".
        phrases(r"\b[A-Z]\w+ (?:broke|botched|wrecked|took down|brought down) (?:our|the|us|it|prod\w*)\b"),
    ]
});

static OVER_CERTAIN: LazyLock<[Regex; 3]> = LazyLock::new(|| {
    [
        phrases(
            r"(?i)\b(?:fully|completely|permanently|totally|100 ?%|definitively|finally|once and for all) (?:fixed|resolved|solved|repaired|gone|fixed it)\b|\b(?:fixed|resolved|solved|gone) (?:once and for all|for good|forever|permanently)\b",
        ),
        phrases(
            r"(?i)\b(?:(?:will|can|shall) (?:not|never)|won[’']t|can[’']t) (?:ever )?(?:happen|occur|come back|return|recur)(?: again)?\b|\bnever again\b|\b(?:we|I) (?:can )?(?:guarantee|promise|assure)\b|\bguaranteed\b|\brest assured\b|\b(?:nothing|no need|no reason) to worry\b|\bworry[- ]free\b|\bwithout (?:a |any )?doubt\b",
        ),
        phrases(
            r"(?i)\b(?:fixed|resolved|restored|back|solved|working|fix it|over) (?:again |up |online )?(?:very |quite |really )?(?:soon|shortly|momentarily|in no time|any (?:minute|moment) now)\b|\b(?:just|only) (?:a|some) (?:small|minor|tiny|little|brief)? ?(?:glitch|hiccup|blip|issue)\b|\b(?:small|minor|tiny|little) (?:glitch|hiccup|blip)\b",
        ),
    ]
});

/// Everything worth an advice.
pub(super) fn find(text: &str) -> Vec<Hit> {
    let mut hits = Vec::new();
    for found in BLAME.iter().flat_map(|regex| regex.find_iter(text)) {
        hits.push(Hit {
            rule: WordingRule::Blame,
            range: found.range(),
            why: "It makes somebody guilty; readers hear an excuse.",
            suggestion: "Name the effect and your own next step: \"A service we rely on is having problems; we are switching to another.\"",
        });
    }
    for found in OVER_CERTAIN.iter().flat_map(|regex| regex.find_iter(text)) {
        hits.push(Hit {
            rule: WordingRule::OverCertain,
            range: found.range(),
            why: "It claims more certainty than anybody has during an incident.",
            suggestion: "Say what was done and what is seen: \"The change was rolled back and errors have stopped; we are watching.\"",
        });
    }
    hits
}
