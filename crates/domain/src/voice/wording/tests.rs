use super::*;
use WordingRule::{BackwardStatus, Blame, InternalName, OverCertain, PersonNamed, PromisedTime};

const PEOPLE: [&str; 5] = ["Alice Smith", "bob", "Zoë", "Will Power", "mark"];
const INTERNAL: [&str; 6] = ["webhook-worker", "checkout", "db1", "orders.core", "#payments-oncall", "sign-in"];
const PUBLIC: [&str; 2] = ["Sign-in", "Checkout"];

fn rules_in(text: &str) -> Vec<WordingRule> {
    let context = WordingContext {
        people: &PEOPLE,
        internal_names: &INTERNAL,
        public_names: &PUBLIC,
        ..WordingContext::default()
    };
    let findings = check_public(text, &context);
    for finding in &findings {
        assert_eq!(&text[finding.start..finding.end], finding.excerpt, "{text}");
        assert!(!finding.excerpt.trim().is_empty() && finding.excerpt.trim() == finding.excerpt, "{finding:?}");
    }
    let mut rules: Vec<_> = findings.into_iter().map(|finding| finding.rule).collect();
    rules.sort_unstable();
    rules.dedup();
    rules
}

const GOOD: [&str; 95] = [
    "We will be back at 10:30 with an update.",
    "Please come back in 20 minutes.",
    "Checkout came back at 10:04 UTC.",
    "We've identified a problem with our payment processor and are working on a fix. Our next update will be at 14:30 UTC.",
    "Login issues began around 13:05 UTC. Users already signed in are not affected.",
    "A rollback has been completed. Error rates are back to normal as of 15:12 UTC.",
    "We're seeing improvement: about 80% of requests now succeed.",
    "Between 02:00 and 02:45 UTC, some emails were delayed. All of them have since been delivered.",
    "We are still investigating. We will update this page again within the next 30 minutes.",
    "If you were charged twice, your bank will show the refund within 3 to 5 days.",
    "We don't yet know when service will be restored.",
    "Search results may be up to an hour old until the index is rebuilt.",
    "This incident has been resolved. It lasted 47 minutes.",
    "The mitigation took effect at 11:20 UTC; we will keep monitoring for the next hour.",
    "Exports that started before 10:00 UTC need to be restarted.",
    "We have paused new sign-ups while we investigate.",
    "Customers on the Pro plan were affected for 12 minutes.",
    "We are working with our cloud provider to restore capacity.",
    "Traffic has been moved to another region and checkouts are succeeding.",
    "Expect the next message at 16:00 UTC or when something changes.",
    "Latency returned to normal at 08:52 UTC.",
    "We fixed the configuration error at 07:15 UTC and have been stable since.",
    "API requests time out for roughly one in ten customers.",
    "Scheduled reports from today may arrive late.",
    "A fix is being tested. We will share what we learn by 17:45 UTC.",
    "Dashboard data is delayed by 2 hours; no data has been lost.",
    "Thank you for your patience while we work on this.",
    "We are investigating failing checkouts. Next update by 10:10 UTC.",
    "30% of checkouts failing. Investigating Stripe webhook errors. ETA next update: 09:55.",
    "We have identified the cause and are rolling back the change.",
    "We have no ETA for a fix yet.",
    "We do not have an ETA at this time.",
    "We cannot give an estimated time to resolution yet.",
    "We can't share an ETA.",
    "The next update will be posted within 30 minutes.",
    "We will post an update by 10:30, or sooner if service is restored.",
    "We will provide another update in 20 minutes.",
    "In 20 minutes we will update you on the recovery.",
    "We will share an update on the fix at 11:00.",
    "Please check back here at 10:30 for more.",
    "You will hear from us again by 10:45.",
    "Service was restored at 10:04 UTC and we will continue to monitor.",
    "The issue was resolved within 32 minutes.",
    "Service has been restored since 10:04 UTC.",
    "Error rates recovered by 10:04 UTC.",
    "The fix was deployed at 09:58 and is expected to help.",
    "After the fix at 10:04 errors should stop.",
    "Checkouts recovered within 5 minutes of the rollback.",
    "Engineers restored service within 20 minutes.",
    "We are monitoring recovery for the next 30 minutes.",
    "We will monitor the fix for at least 2 hours.",
    "Checkouts have been failing for 20 minutes.",
    "Checkouts have been failing since 09:32 UTC.",
    "Some payments between 09:32 and 10:04 will be retried automatically.",
    "The problem began at 09:32 and was fixed at 10:04.",
    "Updates follow every 15 minutes until service is restored.",
    "Updates will follow every 15 minutes until this is fixed.",
    "Orders are delayed by up to 20 minutes.",
    "You may see delays of 10 minutes when mail is sent.",
    "Pages take 2 minutes longer than usual to load.",
    "A fix has been implemented and we are monitoring the results.",
    "We will know more once the rollback has finished. Next update by 10:10.",
    "All systems are operating normally again.",
    "The incident is over; thank you for your patience.",
    "Please retry your payment; you will not be charged twice.",
    "We will publish a report of what happened within 5 business days.",
    "A postmortem will be published within five business days.",
    "One of our suppliers is having problems; we are switching to another.",
    "Stripe is reporting elevated error rates.",
    "Checkout is failing for about 12% of customers.",
    "Sign-in is slow for some users.",
    "Contact support@example.com if you need help.",
    "Version 1.25 of the app is affected; version 1.24 is not.",
    "About 2.50% of requests fail.",
    "Customers in Europe may see errors when paying by card.",
    "We will mark affected orders, and customers may ask for a refund.",
    "Will this affect refunds? No.",
    "Payments may fail on mobile devices.",
    "Follow https://status.example.com for updates.",
    "Requests from 203.0.113.7 are not affected.",
    "The API returns 503 for some requests.",
    "Webhooks are delivered late; none are lost.",
    "Working hours of our support are unchanged today.",
    "Our next message comes at 18:00 UTC.",
    "We rolled back the 09:30 release and error rates are falling.",
    "Mail is slow today.",
    "We are adding capacity now.",
    "Some requests time out after 30 seconds.",
    "We are failing over to our second region.",
    "Errors returned at 10:20, so we are investigating again.",
    "Cards are working again; bank transfers are still failing.",
    "Live chat is closed on Sunday.",
    "Maintenance of the database starts tomorrow at 06:00 UTC.",
    "支払いに問題が発生しています。",
    "",
];

#[test]
fn good_sentences_pass() {
    let caught: Vec<_> =
        GOOD.iter().map(|text| (text, rules_in(text))).filter(|(_, rules)| !rules.is_empty()).collect();
    assert!(caught.is_empty(), "{caught:#?}");
}

const BAD: [(&str, WordingRule); 110] = [
    ("We will be back within the hour.", PromisedTime),
    ("Checkout should be back by 10:00.", PromisedTime),
    ("We'll be back in 20 minutes.", PromisedTime),
    ("We expect to be back online by 6pm.", PromisedTime),
    ("Should be all good in about an hour.", PromisedTime),
    ("Full service will be restored later today.", PromisedTime),
    ("We're targeting a fix for 3:30 PM EST.", PromisedTime),
    ("Our team will have this sorted by tomorrow morning.", PromisedTime),
    ("Downtime will not exceed 30 minutes.", PromisedTime),
    ("Estimated resolution: 45 minutes.", PromisedTime),
    ("Give us ten minutes and it will be working again.", PromisedTime),
    ("We anticipate this being resolved before the end of the day.", PromisedTime),
    ("Normal operation will resume at 18:00.", PromisedTime),
    ("Hang tight, checkout will be up again in 5 minutes.", PromisedTime),
    ("Fix coming within 1 hour.", PromisedTime),
    ("Service resumes at 14:00.", PromisedTime),
    ("Deploying a fix now, should take 10 min.", PromisedTime),
    ("Database pg-primary.eu.internal ran out of disk.", InternalName),
    ("Redis at 10.1.2.3:6379 is unreachable.", InternalName),
    ("This will never happen again.", OverCertain),
    ("AWS broke our site.", Blame),
    ("Unfortunately our DNS vendor messed up.", Blame),
    ("It will be fixed by 10:00.", PromisedTime),
    ("Fixed by 10:00.", PromisedTime),
    ("This should be resolved in 20 minutes.", PromisedTime),
    ("We will be back up within the hour.", PromisedTime),
    ("Back up within the hour.", PromisedTime),
    ("Everything back to normal by noon.", PromisedTime),
    ("ETA for the fix: 30 minutes.", PromisedTime),
    ("ETA 10:30.", PromisedTime),
    ("The fix ETA is around 11 am.", PromisedTime),
    ("Estimated time to resolution: 2 hours.", PromisedTime),
    ("We expect full recovery by 11:00 UTC.", PromisedTime),
    ("We expect, by 10:00, a fix.", PromisedTime),
    ("By 10:00 we expect a fix.", PromisedTime),
    ("A fix is expected by 10:00.", PromisedTime),
    ("Resolution is anticipated in two hours.", PromisedTime),
    ("We hope to have service restored within 15 minutes.", PromisedTime),
    ("Service will return to normal tomorrow.", PromisedTime),
    ("It'll be fixed tonight.", PromisedTime),
    ("The fix should reach all regions by 10:30.", PromisedTime),
    ("We are aiming to resolve this by end of day.", PromisedTime),
    ("We plan to restore service by 3pm CET.", PromisedTime),
    ("We will have restored checkout by 10:45.", PromisedTime),
    ("This will take about 20 minutes.", PromisedTime),
    ("The outage should last no more than 10 minutes.", PromisedTime),
    ("Things are going to be working again in a few minutes.", PromisedTime),
    ("Recovery is likely within 30-45 minutes.", PromisedTime),
    ("We are confident this is fixed before lunchtime.", PromisedTime),
    ("The team is on track to resolve the issue in 10 minutes.", PromisedTime),
    ("Up and running within an hour.", PromisedTime),
    ("We promise a fix by Monday.", PromisedTime),
    ("We have identified the cause. Expect a fix in the next 2 hours.", PromisedTime),
    ("The queue will be drained in 15 minutes.", PromisedTime),
    ("Payments are expected to be operational by 14:00 GMT.", PromisedTime),
    ("Our engineers estimate 2 hours until the database is repaired.", PromisedTime),
    ("Service should be available again this afternoon.", PromisedTime),
    ("We expect delayed mail to arrive within 2 hours.", PromisedTime),
    ("We WILL RESOLVE this BY 10:00!", PromisedTime),
    ("Restored by 16:00.", PromisedTime),
    ("Alice is on it.", PersonNamed),
    ("Our engineer Alice Smith is looking.", PersonNamed),
    ("@alice is investigating.", PersonNamed),
    ("Thanks to @carol.jones for the rollback.", PersonNamed),
    ("Bob rolled back the deploy.", PersonNamed),
    ("Zoë found the cause.", PersonNamed),
    ("We have paged Will Power.", PersonNamed),
    ("Ask @mark for details.", PersonNamed),
    ("Alice's change is being reverted.", PersonNamed),
    ("(alice) is handling it.", PersonNamed),
    ("@here checkout is down.", PersonNamed),
    ("The host db-3.prod.internal is down.", InternalName),
    ("api.corp is unreachable.", InternalName),
    ("Errors on cache01.lan:6379.", InternalName),
    ("orders.payments.svc.cluster.local is failing.", InternalName),
    ("The server 10.0.12.7 stopped answering.", InternalName),
    ("192.168.1.10:5432 refused connections.", InternalName),
    ("172.20.0.3 is overloaded.", InternalName),
    ("Node fd12:3456::1 is down.", InternalName),
    ("We ran kubectl rollout undo.", InternalName),
    ("Pod webhook-worker-7c9f8b6d5-x2x4q is crashing.", InternalName),
    ("checkout-6bd7fcb5c4-abcde restarted.", InternalName),
    ("Instance i-0abc123def4567890 was replaced.", InternalName),
    ("Traceback (most recent call last): boom", InternalName),
    ("thread main panicked at src/main.rs", InternalName),
    ("java.lang.NullPointerException in the payment code.", InternalName),
    ("at com.acme.Pay.charge(Pay.java:42)", InternalName),
    ("The error is in retry.rs:120.", InternalName),
    ("The disk under /var/lib/postgres is full.", InternalName),
    ("Follow along in #inc-2026-05-02-checkout-down.", InternalName),
    ("The webhook-worker has a bug.", InternalName),
    ("DB1 is being restarted.", InternalName),
    ("We restarted orders.core.", InternalName),
    ("Page #payments-oncall.", InternalName),
    ("It works on localhost:8080.", InternalName),
    ("Our hosting provider broke the network.", Blame),
    ("The vendor failed to renew a certificate.", Blame),
    ("Stripe broke our checkout.", Blame),
    ("This was caused by human error.", Blame),
    ("It is the provider's fault.", Blame),
    ("An engineer made a mistake.", Blame),
    ("Our supplier is to blame.", Blame),
    ("The issue is fully fixed.", OverCertain),
    ("This will not happen again.", OverCertain),
    ("It won’t happen again.", OverCertain),
    ("We guarantee that no data is lost.", OverCertain),
    ("The problem is gone for good.", OverCertain),
    ("There is nothing to worry about.", OverCertain),
    ("It was just a minor glitch.", OverCertain),
    ("It will be fixed very soon.", OverCertain),
];

#[test]
fn bad_sentences_are_caught() {
    let missed: Vec<_> = BAD
        .iter()
        .map(|(text, rule)| (text, rule, rules_in(text)))
        .filter(|(_, rule, rules)| !rules.contains(rule))
        .collect();
    assert!(missed.is_empty(), "{missed:#?}");
}

#[test]
fn words_and_places_are_exact() {
    let text = "Hello é. We expect recovery by 11:00 UTC. @bob";
    let findings = check_public(text, &WordingContext::default());
    let found: Vec<_> = findings.iter().map(|f| (f.rule.code(), f.severity, f.excerpt.as_str())).collect();
    assert_eq!(
        found,
        [
            ("promised-time", WordingSeverity::Blocks, "recovery by 11:00 UTC"),
            ("person-named", WordingSeverity::Blocks, "@bob")
        ]
    );
    assert!(!may_publish(&findings));
    assert!(may_publish(&check_public("Stripe broke our checkout.", &WordingContext::default())));
}

#[test]
fn a_status_moves_back_only_with_a_reason() {
    use NoticeStatus::{Identified, Investigating, Monitoring, Resolved};
    let cases = [
        (Some(Monitoring), Some(Investigating), false, Some("monitoring → investigating")),
        (Some(Resolved), Some(Identified), false, Some("resolved → identified")),
        (Some(Monitoring), Some(Investigating), true, None),
        (Some(Investigating), Some(Resolved), false, None),
        (Some(Identified), Some(Identified), false, None),
        (None, Some(Investigating), false, None),
        (Some(Resolved), None, false, None),
    ];
    for (previous_status, next_status, reason_given, expected) in cases {
        let context = WordingContext { previous_status, next_status, reason_given, ..WordingContext::default() };
        let findings = check_public("Errors returned.", &context);
        assert_eq!(findings.first().map(|f| f.excerpt.as_str()), expected);
        assert_eq!(findings.first().map(|f| f.rule), expected.map(|_| BackwardStatus));
    }
}

#[test]
fn long_hostile_texts_end() {
    for unit in [
        "will ",
        "fixed by 10:00 ",
        "10:00 ",
        "@a ",
        "a-",
        "1.",
        "é",
        "update fixed ",
        "at a(",
        "'s fault ",
        "(((",
        "/var/",
        "\n",
    ] {
        let text = unit.repeat(60_000 / unit.len());
        let findings = check_public(&text, &WordingContext::default());
        assert!(findings.len() <= text.len());
    }
}
