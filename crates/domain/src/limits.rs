//! Every bound of the product, named. A page has no last retry: there is no limit on how often Nightbell tries to reach somebody.

use jiff::SignedDuration;

/// Largest inbound body, in bytes (PagerDuty's own limit is 512 KB).
pub const INBOUND_BYTES_MAX: usize = 512 * 1024;
/// Alerts in one inbound request.
pub const EVENTS_PER_REQUEST_MAX: usize = 1_000;
/// Alert title, in characters; longer ones are cut with an ellipsis.
pub const TITLE_CHARS_MAX: usize = 1_024;
/// Alert body, in characters; longer ones are cut.
pub const BODY_CHARS_MAX: usize = 16_384;
/// Labels of one alert.
pub const LABELS_MAX: usize = 64;
/// One label name or value, in characters; longer ones are cut.
pub const LABEL_CHARS_MAX: usize = 1_024;
/// Deduplication key, in characters.
pub const DEDUP_KEY_CHARS_MAX: usize = 255;
/// Links of one alert.
pub const LINKS_MAX: usize = 32;
/// A note, update or decision, in characters.
pub const ENTRY_CHARS_MAX: usize = 16_384;
/// Incident title, in characters.
pub const INCIDENT_TITLE_CHARS_MAX: usize = 200;
/// A postmortem, in bytes.
pub const POSTMORTEM_BYTES_MAX: usize = 512 * 1024;
/// CEL source of a route, in bytes.
pub const ROUTE_BYTES_MAX: usize = 4 * 1024;
/// Bracket depth of a route's CEL: its parser is recursive and, unoptimised, takes some 170 KiB of a 2 MiB stack for each.
pub const ROUTE_DEPTH_MAX: usize = 8;
/// Operators, selections and calls of a route's CEL that stand on one another: its evaluator is recursive too.
pub const ROUTE_CHAIN_MAX: usize = 16;
/// `all`, `exists`, `map` and `filter` in a route's CEL: nested ones multiply, and routes are asked while alerts come in.
pub const ROUTE_LOOPS_MAX: usize = 2;
/// Regular expressions in a route's CEL.
pub const ROUTE_PATTERNS_MAX: usize = 4;
/// A route's regular expression, spelled out, in bytes of memory: it is built again for every alert.
pub const ROUTE_PATTERN_BYTES_MAX: usize = 64 * 1024;
/// Steps of a policy.
pub const POLICY_STEPS_MAX: usize = 50;
/// Repeats of a policy.
pub const POLICY_REPEATS_MAX: u16 = 20;
/// Rings a page's row keeps; the journal keeps all.
pub const RINGS_KEPT_MAX: usize = 200;
/// How often an exhausted page rings its last resort again.
pub const LAST_RESORT_EVERY: SignedDuration = SignedDuration::from_mins(10);
/// Whoever acknowledged a page that will ring again is asked so long before whether they are still on it.
pub const STILL_ON_IT_BEFORE: SignedDuration = SignedDuration::from_mins(5);
/// The longest snooze.
pub const SNOOZE_MAX: SignedDuration = SignedDuration::from_hours(24 * 7);
/// The shortest snooze.
pub const SNOOZE_MIN: SignedDuration = SignedDuration::from_mins(1);
/// How long a sender may hold a notification before another may send it (a crash in between makes it a repeat).
pub const SENDING_LEASE: SignedDuration = SignedDuration::from_secs(45);
/// While a page rings for a person, what else comes for the same contact method is held back to at most this long after the last message,
/// and told in one (INV-08). The first message is never held back.
pub const BUNDLE_WITHIN: SignedDuration = SignedDuration::from_secs(60);
/// Things listed by name in a message that tells of many; the rest is counted.
pub const BUNDLE_LISTED_MAX: u32 = 20;
/// A failed method brings the person's next method forward to at most this long after the failed attempt began.
pub const FALLBACK_WITHIN: SignedDuration = SignedDuration::from_secs(20);
/// The longest wait before a message is tried again, whatever its provider wishes.
pub const RETRY_WITHIN: SignedDuration = SignedDuration::from_mins(5);
/// How long a test page waits for "it rang".
pub const PROOF_WAITS: SignedDuration = SignedDuration::from_hours(1);
/// How long a code that proves a contact method is good for.
pub const CODE_LIFETIME: SignedDuration = SignedDuration::from_mins(10);
/// Wrong codes after which a new one is needed.
pub const CODE_TRIES_MAX: u32 = 5;
/// Codes that one person may have sent, and that one address may be sent, within an hour.
pub const CODES_PER_HOUR_MAX: u32 = 6;
/// Wrong reply codes in text messages from one number within an hour; then nothing is taken from it.
pub const REPLY_CODE_TRIES_MAX: u32 = 5;
/// Test pages that a person may ask for within an hour.
pub const TESTS_PER_HOUR_MAX: u32 = 10;
/// Contact methods of one person, those of the files among them.
pub const CONTACTS_MAX: usize = 20;
/// Notification rules of one person for one urgency.
pub const RULES_MAX: usize = 50;
/// The longest wait of a notification rule.
pub const RULE_AFTER_MAX: SignedDuration = SignedDuration::from_hours(24);
/// The longest span in which messages to a contact method are counted.
pub const AT_MOST_PER_MAX: SignedDuration = SignedDuration::from_hours(24);
/// How far ahead somebody who is on call counts as being so: for test pages, and before their last method goes.
pub const ON_CALL_AHEAD: SignedDuration = SignedDuration::from_hours(8 * 7 * 24);
/// How long a `/p/{token}` link opens.
pub const PAGE_LINK_LIFETIME: SignedDuration = SignedDuration::from_hours(48);
/// How long a one-time sign-in link opens.
pub const SIGN_IN_LINK_LIFETIME: SignedDuration = SignedDuration::from_hours(24);
/// A session without use ends after this time.
pub const SESSION_IDLE: SignedDuration = SignedDuration::from_hours(24 * 7);
/// A session ends after this time whatever happens.
pub const SESSION_LIFETIME: SignedDuration = SignedDuration::from_hours(24 * 30);
/// How long raw inbound requests are kept.
pub const RAW_REQUESTS_KEPT: SignedDuration = SignedDuration::from_hours(24 * 30);
/// Mails to one recipient in any hour, of all status pages and kinds together, whatever goes wrong upstream (INV-20).
pub const SUBSCRIBER_MAILS_PER_HOUR_MAX: u32 = 12;
/// Mails to all subscribers together in any minute, of all nodes.
pub const SUBSCRIBER_MAILS_PER_MINUTE_MAX: u32 = 600;
/// How often a mail to a subscriber is tried that certainly did not arrive.
pub const SUBSCRIBER_MAIL_ATTEMPTS_MAX: u32 = 7;
/// A mail to a subscriber that waited so long is not news any more, and is not sent.
pub const SUBSCRIBER_MAIL_WAITS: SignedDuration = SignedDuration::from_hours(12);
/// How long what became of a mail to a subscriber is kept.
pub const SUBSCRIBER_MAILS_KEPT: SignedDuration = SignedDuration::from_hours(24 * 30);
/// Refusals in a row after which a subscriber's address is taken for broken.
pub const SUBSCRIBER_REJECTIONS_MAX: u32 = 3;
/// Subscribers of one status page, with those who have not said yes.
pub const SUBSCRIBERS_MAX: u64 = 10_000;
/// Questions whether they want mail, to one recipient in any 24 hours.
pub const SUBSCRIBER_QUESTIONS_PER_DAY_MAX: usize = 3;
/// How long a link that says yes opens; who does not use it is forgotten.
pub const CONFIRM_LINK_LIFETIME: SignedDuration = SignedDuration::from_hours(48);
/// Shortest password, in characters.
pub const PASSWORD_CHARS_MIN: usize = 10;
/// Longest password, in bytes: argon2 works on all of it.
pub const PASSWORD_BYTES_MAX: usize = 512;

/// The wait before the next attempt of a notification that failed temporarily: 5 s, 10 s, 20 s … up to 2 min, for ever.
pub fn retry_after(attempts: u32) -> SignedDuration {
    SignedDuration::from_secs((5_i64 << attempts.saturating_sub(1).min(5)).min(120))
}
