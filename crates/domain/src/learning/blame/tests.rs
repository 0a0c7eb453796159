use super::*;

fn people() -> Vec<Person> {
    [("alice", "Alice Smith"), ("bob", "Bob"), ("carol", "Carol Jones"), ("will", "Will Power"), ("zoe", "Zoë")]
        .map(|(handle, name)| Person { handle: handle.into(), name: name.into() })
        .to_vec()
}

const BLAMING: [&str; 73] = [
    "Alice ran the wrong command and dropped the table.",
    "Bob's migration locked the orders table.",
    "Had Carol read the docs this would not have happened.",
    "The outage was Bob's doing.",
    "Alice merged without approval.",
    "Carol was too slow to respond.",
    "Alice typed the wrong hostname.",
    "Bob's failure to escalate cost 20 minutes.",
    "It was Alice who deployed the change.",
    "Someone should have noticed the disk filling up.",
    "Ops didn't follow the runbook.",
    "Poor judgement by the on-call.",
    "This was an embarrassing mistake.",
    "Nobody bothered to check the logs.",
    "The root cause was Alice not checking the config.",
    "We failed to notice the alert for 20 minutes.",
    "Alice introduced the bug in the 09:30 deploy.",
    "The junior engineer deleted the volume.",
    "Alice's PR broke prod.",
    "Alice’s PR broke prod.",
    "Alice Smith's last commit took the site down.",
    "The deploy by @bob broke checkout.",
    "The change from Carol caused the outage.",
    "Bob forgot to run the migration.",
    "@carol should have tested this.",
    "Carol could have caught it in review.",
    "Bob was supposed to watch the deploy.",
    "The outage was caused by Alice.",
    "Prod was taken down by Bob's script.",
    "The root cause was human error.",
    "This was an operator error.",
    "Someone fat-fingered the command.",
    "It was a careless deploy.",
    "The review was sloppy.",
    "Negligent handling of the certificate.",
    "Whose fault was it?",
    "It was Bob's fault.",
    "Alice is to blame.",
    "Due to Alice's mistake the queue stalled.",
    "The outage happened because of Bob.",
    "Bob failed to notice the alert.",
    "The on-call engineer failed to respond.",
    "The on-call ignored the page.",
    "Zoë misconfigured the load balancer.",
    "Will accidentally deleted the table.",
    "@dave mistakenly ran it in production.",
    "Alice deployed a broken build.",
    "Bob pushed untested code.",
    "Carol didn't test the change.",
    "Carol did not read the runbook.",
    "Bob never checked the dashboard.",
    "The developer made a rookie mistake.",
    "An engineer dropped the ball.",
    "A mistake by the operator.",
    "An oversight of Alice.",
    "Dave forgot to renew the certificate.",
    "Dave's mistake cost us an hour.",
    "The platform team failed to tell us.",
    "The intern wiped the disk.",
    "We should have known.",
    "People must be more careful.",
    "Bob messed up the rollback.",
    "Alice's inexperience made it worse.",
    "The reviewer missed the bug.",
    "She ignored three warnings.",
    "- 09:30 — Bob broke the build",
    "* Thanks to Bob, nobody knew.",
    "They were blaming the database team.",
    "The stupid config was merged.",
    "Bob's fault, says `git blame`.",
    "It was entirely Carol's carelessness.",
    "If only Alice had looked.",
    "The engineer should have rolled back first.",
];

const NEUTRAL: [&str; 67] = [
    "Alice noticed the disk filling up and opened the incident.",
    "Bob's review caught a second bug.",
    "Carol handed over the commander role to Bob at 10:15.",
    "The load balancer failed to drop the dead node.",
    "The page for Bob was sent to an unverified number.",
    "The on-call's phone was in do-not-disturb mode.",
    "The script deleted the volume because the guard compares names, not ids.",
    "Two engineers were paged for the same alert.",
    "Deploys do not wait for the canary.",
    "The engineer on call had no access to the console.",
    "Alice's PR with the fix was merged at 10:02.",
    "We were lucky that traffic was low.",
    "The error budget is spent.",
    "The developer docs were out of date.",
    "Bob's change passed review and all tests.",
    "Alice declared the incident.",
    "Bob acknowledged the page after 2 minutes.",
    "@carol took the commander role.",
    "Will joined as scribe.",
    "Alice rolled back the deploy at 09:48.",
    "Bob found the cause in the logs.",
    "Carol's rollback restored service.",
    "Alice's dashboard helped.",
    "The deploy passed because tests didn't cover the retry path.",
    "The 09:30 deploy of webhook-worker introduced a bug in retry handling.",
    "Tests passed; integration tests didn't cover this code path.",
    "The alert failed to fire.",
    "The health check never noticed the stall.",
    "Checkout failed for 12% of requests.",
    "The bug should have been caught by integration tests.",
    "Runbook for \"checkout 5xx\" didn't exist.",
    "Rollback completed in under 15min.",
    "Status page updated promptly.",
    "The page did not reach Bob because his number was unverified.",
    "Bob didn't receive the page.",
    "The system should have refused the command.",
    "The queue should have drained.",
    "The error rate rose to 12%.",
    "User errors are shown as 4xx.",
    "The broken build was deployed automatically.",
    "A bad deploy was rolled back.",
    "Nobody is to blame.",
    "This is not human error but a missing guard.",
    "We look for causes instead of a culprit.",
    "This review is blameless.",
    "`git blame` shows the line is from 2019.",
    "The config change was approved by two people.",
    "> Bob forgot to run the migration.",
    "The customer wrote \"your engineer failed to help\".",
    "- 09:35 — IC declared, ops investigating",
    "Alice and Bob tried the kill switch.",
    "The runbook did not say whom to page.",
    "Will this happen again?",
    "It will fail over to the standby.",
    "alice@example.com received the mail late.",
    "The primary forgot its lease after a restart.",
    "The cache ignored the new setting.",
    "The supplier reported an outage.",
    "The certificate expired because no alert covers it.",
    "A missing index caused slow queries.",
    "The migration took the table lock for 9 minutes.",
    "The team decided to fail over.",
    "Ops checked the queue depth.",
    "The on-call was paged at 09:32.",
    "The engineer followed the runbook.",
    "Review does not cover configuration.",
    "",
];

#[test]
fn blaming_lines_are_found() {
    let missed: Vec<_> = BLAMING.iter().filter(|line| check_blame(line, &people()).is_empty()).collect();
    assert!(missed.is_empty(), "{missed:#?}");
}

#[test]
fn neutral_lines_are_left_alone() {
    let found: Vec<_> = NEUTRAL.iter().flat_map(|line| check_blame(line, &people())).map(|f| f.excerpt).collect();
    assert!(found.is_empty(), "{found:#?}");
}

#[test]
fn findings_carry_line_words_and_advice() {
    let text = "## Root cause\nÉté. Alice Smith's PR broke prod. It was human error.\n";
    let found = check_blame(text, &people());
    let short: Vec<_> = found.iter().map(|f| (f.line, f.excerpt.as_str())).collect();
    assert_eq!(short, [(2, "Alice Smith's PR broke"), (2, "human error")]);
    assert!(found[0].suggestion.contains("The deploy passed because"));
    assert!(found.iter().all(|f| f.why.ends_with('.') && !f.suggestion.is_empty()));
}

#[test]
fn code_quotes_and_action_items_are_not_read() {
    let text = "\
```text
Bob forgot to run it.
```
~~~~
```
Bob forgot to run it.
~~~~
> Bob forgot to run it.
The note said “Bob forgot to run it” and `Bob forgot`.
## Action items
- [ ] @bob: Bob forgot to add the check (P0, 1 week)
### More
Bob forgot to run it.
## What went well
Bob forgot to run it.
";
    let lines: Vec<_> = check_blame(text, &people()).iter().map(|f| f.line).collect();
    assert_eq!(lines, [15]);
    assert_eq!(check_blame("Dana forgot to.\n@x.y failed to act.", &[]).len(), 2);
}

#[test]
fn the_playbooks_example_is_blameless() {
    assert_eq!(check_blame(include_str!("../document/playbook.md"), &people()), []);
}

#[test]
fn long_hostile_texts_end() {
    for unit in ["Bob ", "Bob's ", "@", "\"", "`", "the the ", "due to ", "\u{1}", "é’", "## Action items\n"] {
        let text = unit.repeat(60_000 / unit.len());
        assert!(check_blame(&text, &people()).len() <= text.len());
    }
}

/// One long dash in each line made six hundred of them take 75 ms instead of 4.
#[test]
fn whatever_a_line_is_written_in_the_patterns_read_ascii() {
    let names = Names::of(&people());
    for line in ["09:30 — Zoë: «Straße» …", "日本語\u{a0}🚒 e\u{301}", "\u{1}\u{2}\u{3}0"] {
        let prepared = Prepared::of(line, &names);
        assert!(prepared.text.is_ascii(), "{:?}", prepared.text);
        assert_eq!(prepared.origin.len(), prepared.text.len() + 1, "{line}");
    }
    for (line, excerpt) in [
        ("09:30 — «Été» 🚒: Bob forgot to run it…", "Bob forgot to run"),
        ("Then — had Bob read it", "— had Bob read"),
        ("Zoë’s mistake, e\u{301}", "Zoë’s mistake"),
        ("Ünal’s mistake", ""),
    ] {
        let found: Vec<_> = check_blame(line, &people()).into_iter().map(|found| found.excerpt).collect();
        assert_eq!(found.join("|"), excerpt, "{line}");
    }
}
