//! The phrases that blame, by kind. They see a prepared line: ASCII, in which every person is one character, `\x01`, and every long dash `\x02`.

use regex::Regex;
use std::{ops::Range, sync::LazyLock};

/// What a phrase does, which decides the advice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// "Alice's PR broke prod".
    ChangeBroke,
    /// "Bob forgot to".
    LeftOut,
    /// "@carol should have".
    Hindsight,
    /// "Alice took down the database".
    PersonCaused,
    /// "human error".
    HumanError,
    /// "careless", "negligent".
    Judgement,
    /// "whose fault", "to blame".
    Fault,
}

impl Kind {
    pub(super) fn why(self) -> &'static str {
        match self {
            Kind::ChangeBroke => "It ties the failure to a person's change, not to what let the change through.",
            Kind::LeftOut => "It names what a person left out, not what would have made it hard to leave out.",
            Kind::Hindsight => "It judges a person with knowledge that came later.",
            Kind::PersonCaused => "It makes a person the cause.",
            Kind::HumanError => "\"Human error\" ends the search where it should begin.",
            Kind::Judgement => "It judges a person's character; nothing can be changed about that.",
            Kind::Fault => "It asks who, not what.",
        }
    }

    pub(super) fn suggestion(self) -> &'static str {
        match self {
            Kind::ChangeBroke => "Say what let it through: \"The deploy passed because tests did not cover …\"",
            Kind::LeftOut => {
                "Say what was missing: \"The step was not in the checklist, and nothing warned when it was skipped.\""
            }
            Kind::Hindsight => {
                "Say what was known and what was not visible: \"The dashboard did not show … at that time.\""
            }
            Kind::PersonCaused => "Make the system the subject: \"The command was accepted in production because …\"",
            Kind::HumanError => {
                "Name the condition: \"The two commands look alike, and production was one keystroke away.\""
            }
            Kind::Judgement => {
                "Describe the situation instead: \"Three alerts rang at once, and the runbook did not say which comes first.\""
            }
            Kind::Fault => "Name the contributing condition: \"The change went out because review does not cover …\"",
        }
    }
}

/// A person by name, or a role that stands for one.
const WHO: &str = r"(?:\x01|\b(?:(?:the|an?|our|one|another|this|that) )?(?:[\w-]+ )?(?:on-?call|engineer|developer|dev|operator|admin|administrator|intern|reviewer|author|contractor|responder|commander|teammate|colleague|employee|sre|dba)s?(?: (?:engineer|developer|person))?|\b(?:someone|somebody|he|she|ops|comms|the ic|the scribe)\b)";

static PATTERNS: LazyLock<Vec<(Regex, Kind)>> = LazyLock::new(|| {
    let pattern = |source: String, kind| (Regex::new(&format!("(?i-u){source}")).expect("a constant pattern"), kind);
    let change = r"(?:PR|pull request|commit|change|deploy|deployment|release|code|patch|merge|script|migration|config(?:uration)?(?: change)?|push|rollout|query|command|update|refactor(?:ing)?)";
    let breaks = r"(?:broke|caused|took (?:\w+ ){0,3}down|crashed|introduced|led to|brought (?:\w+ ){0,3}down|killed|triggered|resulted in|was (?:the cause|wrong|bad|broken|faulty|buggy)|wiped|deleted|dropped|locked|exhausted|leaked|overloaded|blocked|removed|disabled|corrupted|stalled|failed)";
    let slip = r"(?:mistakes?|errors?|fault|carelessness|negligence|oversight|bugs?|typo|failure|blunder|incompetence|ignorance|inexperience|lack of \w+)";
    vec![
        pattern(format!(r"{WHO}'s?\s+(?:\w+\s+){{0,3}}{change}\s+(?:\w+\s+){{0,3}}{breaks}\b"), Kind::ChangeBroke),
        pattern(format!(r"\b{change}\s+(?:\w+\s+){{0,3}}(?:by|from|of)\s+\x01\s+(?:\w+\s+){{0,2}}{breaks}\b"), Kind::ChangeBroke),
        pattern(r"\b(?:broken|caused|taken down|brought down|introduced|triggered)\s+by\s+(?:\x01|the (?:intern|developer|engineer|operator)\b)(?:'s?(?:\s+\w+){1,3})?".to_string(), Kind::PersonCaused),
        pattern(r"\b(?:due to|because of|owing to|thanks to)\s+(?:\w+\s+){0,2}\x01(?:'s?(?:\s+\w+){1,3})?".to_string(), Kind::PersonCaused),
        pattern(format!(r"{WHO}'s?\s+(?:\w+\s+){{0,2}}{slip}\b"), Kind::PersonCaused),
        pattern(format!(r"\b(?:mistake|error|oversight|slip|blunder)s?\s+(?:made\s+)?(?:by|of)\s+(?:{WHO})"), Kind::PersonCaused),
        pattern(format!(r"{WHO}\s+(?:\w+ly\s+)?(?:forgot|neglected|omitted|failed|missed|overlooked|ignored|skipped|didn't bother|did not bother|never bothered|couldn't be bothered)\b(?:\s+to\s+\w+)?"), Kind::LeftOut),
        pattern(format!(r"{WHO}\s+(?:didn't|did not|never)\s+(?:even\s+|properly\s+|actually\s+)?(?:tests?|check|checked|read|notice|noticed|follow|followed|review|reviewed|verify|verified|look|looked|think|thought|ask|asked|tell|told|respond|answer|answered|acknowledge|update|updated|run|ran|understand|understood|realise|realize|pay attention|care|bother)\b"), Kind::LeftOut),
        pattern(format!(r"{WHO}\s+(?:should|could|ought to|must|needed to|was supposed to|were supposed to)(?:n't| not)?(?:'ve| have)\b(?:\s+\w+)?"), Kind::Hindsight),
        pattern(format!(r"{WHO}\s+(?:was|were) (?:supposed|meant) to\b"), Kind::Hindsight),
        pattern(format!(r"(?:^|[.,;:\x02-]\s*|\bif )had {WHO}\s+(?:not |only )?\w+"), Kind::Hindsight),
        pattern(r"\bshould(?:'ve| have) (?:known|been more careful|paid (?:more )?attention)\b|\bshould know better\b|\b(?:be|been|being) more careful\b|\bif only \x01".to_string(), Kind::Hindsight),
        pattern(format!(r"{WHO}\s+(?:\w+ly\s+)?(?:broke|crashed|took (?:\w+ ){{0,3}}down|brought (?:\w+ ){{0,3}}down|wrecked|messed|screwed|botched|misconfigured|mistyped|wiped|blew|caused|introduced (?:a|the) (?:bug|error|outage|problem))\b(?:\s+\w+)?"), Kind::PersonCaused),
        pattern(format!(r"{WHO}\s+(?:accidentally|mistakenly|wrongly|carelessly|recklessly|inadvertently|foolishly|stupidly|blindly)\s+\w+"), Kind::PersonCaused),
        pattern(format!(r"{WHO}\s+(?:deployed|pushed|merged|shipped|wrote|committed|released)\s+(?:a |an |the |some )?(?:bad|broken|buggy|faulty|untested|wrong|sloppy)\b(?:\s+\w+)?"), Kind::ChangeBroke),
        pattern(r"\b(?:human|operator|pilot|engineer|developer)[- ]errors?\b|\buser error\b|\bfat[- ]finger(?:ed|ing)?\b".to_string(), Kind::HumanError),
        pattern(r"\b(?:careless(?:ly|ness)?|negligen(?:t|ce|tly)|sloppy|sloppiness|incompeten(?:t|ce)|lazy|laziness|stupid(?:ly|ity)?|reckless(?:ly|ness)?|irresponsibl[ey]|unprofessional|thoughtless(?:ly)?|idiot(?:ic)?|(?:rookie|silly|dumb|stupid|avoidable|beginner's) (?:mistake|error)|not paying attention|dropped the ball|screwed up|messed up)\b".to_string(), Kind::Judgement),
        pattern(r"\bwho(?:se)? (?:fault|mistake|broke|is responsible|is to blame|was to blame|caused)\b|\b(?:my|his|her|their|\x01'?s?|engineer's|developer's|team's|vendor's|dev team's) fault\b|\x01'?s? fault\b|\b(?:is|was|are|were|be) (?:entirely |solely |mostly |partly )?(?:to blame|at fault)\b|\bblam(?:e|es|ed|ing) (?:\x01|the|him|her|them|it on|on)|\bguilty\b|\bculprit was \x01".to_string(), Kind::Fault),
        pattern(r"\b(?:the|that) [\w-]+ team (?:forgot|neglected|failed|broke|botched|ignored|dropped the ball|screwed up)\b(?:\s+to\s+\w+)?".to_string(), Kind::LeftOut),
        pattern(format!(r"{WHO}\s+(?:ran|typed|entered|used|chose|picked|selected|clicked|copied|executed|set|gave)\s+(?:the|a|an)\s+(?:wrong|incorrect|bad)\b(?:\s+\w+)?"), Kind::PersonCaused),
        pattern(format!(r"{WHO}\s+(?:deleted|dropped|wiped|erased|truncated|locked|overwrote|destroyed)\s+(?:the |all |our |a )?(?:\w+ )?(?:tables?|databases?|volumes?|disks?|clusters?|buckets?|prod\w*|data|backups?|namespace|index|records?)\b"), Kind::PersonCaused),
        pattern(format!(r"{WHO}\s+(?:merged|deployed|pushed|released|shipped|acted|committed)\s+(?:\w+\s+){{0,4}}without\b(?:\s+\w+)?"), Kind::LeftOut),
        pattern(format!(r"{WHO}\s+(?:was|were)\s+(?:too\s+\w+|slow to|late to|careless|unprepared|asleep|wrong|inattentive|distracted|unwilling|reluctant|not paying)\b"), Kind::Judgement),
        pattern(r"\bit was \x01 who\b|\b(?:was|is) \x01's doing\b|\x01 (?:not|never) \w+ing\b".to_string(), Kind::PersonCaused),
        pattern(r"\b(?:we|nobody|no one|everyone|everybody) (?:simply |just )?(?:failed to|forgot to|neglected to|ignored|overlooked|bothered to|didn't bother|did not bother)\b(?:\s+\w+)?".to_string(), Kind::LeftOut),
        pattern(r"\b(?:poor|bad) judge?ment\b|\b(?:embarrassing|inexcusable|unforgivable|obvious) (?:mistake|error|oversight)\b".to_string(), Kind::Judgement),
        // Somebody we were not told about: "Dave forgot to", "Dave's mistake".
        (Regex::new(r"(?-u)\b[A-Z][a-z]+ (?:forgot|neglected) to\b|\b[A-Z][a-z]+'s (?:fault|mistake|carelessness|negligence|PR|pull request|commit)\b(?: broke\b| caused\b)?").expect("a constant pattern"), Kind::PersonCaused),
    ]
});

/// Blaming phrases by place, the longest first where several begin together.
pub(super) fn find(prepared: &str) -> Vec<(Range<usize>, Kind)> {
    let mut found: Vec<(Range<usize>, Kind)> = Vec::new();
    for (regex, kind) in PATTERNS.iter() {
        found.extend(
            regex
                .find_iter(prepared)
                .filter(|hit| !is_neutral(prepared, &hit.range(), *kind))
                .map(|hit| (hit.range(), *kind)),
        );
    }
    found.sort_by_key(|(range, _)| (range.start, std::cmp::Reverse(range.end)));
    found
}

/// "This is not human error", "nobody is to blame", "blameless": the words, but not the deed.
fn is_neutral(prepared: &str, range: &Range<usize>, kind: Kind) -> bool {
    static DENIED: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(
            r"(?i-u)\b(?:nobody|no one|no-one|not|never|without|rather than|instead of|avoid|no)(?:\s+\w+){0,3}\s*$",
        )
        .expect("a constant pattern")
    });
    let mut start = range.start.saturating_sub(48);
    while !prepared.is_char_boundary(start) {
        start += 1;
    }
    matches!(kind, Kind::HumanError | Kind::Fault | Kind::Judgement) && DENIED.is_match(&prepared[start..range.start])
}
