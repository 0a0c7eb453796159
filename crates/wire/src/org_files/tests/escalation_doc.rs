//! The examples of `docs/escalation.md` are read as files are, fit together, and say what stands below them.

use crate::org_files::{SourceFile, check, parse};
use nightbell_domain::org::{ConfigObject, Organisation};

const DOC: &str = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/escalation.md"));

/// Each example with the sentences below it.
fn examples() -> Vec<(String, Vec<String>)> {
    let blocks = DOC.split("```yaml\n").skip(1);
    let example = |block: &str| {
        let (yaml, after) = block.split_once("```\n").expect("a block ends");
        let quoted = after.lines().skip_while(|line| line.is_empty()).take_while(|line| line.starts_with("> "));
        (yaml.to_owned(), quoted.map(|line| line.trim_start_matches("> ").to_owned()).collect())
    };
    blocks.map(example).collect()
}

#[test]
fn every_example_is_read_and_says_what_stands_below_it() {
    let examples = examples();
    assert!(examples.len() >= 7, "only {} examples", examples.len());
    for (yaml, sentences) in examples {
        let content = format!("version: 1\n{yaml}");
        let files = [SourceFile { path: "doc.yaml", content: &content }];
        let parsed = parse(&files, &mut |_| String::new()).unwrap_or_else(|problems| panic!("{yaml}: {problems:?}"));
        let mut org = Organisation::default();
        parsed.objects.iter().cloned().for_each(|object| org.put(object));
        let own =
            |found: &&crate::org_files::Finding| found.blocking && !found.problem.message.starts_with("there is no");
        let wrong: Vec<_> = check(&org).iter().filter(own).map(|f| f.problem.message.clone()).collect();
        assert_eq!(wrong, Vec::<String>::new(), "{yaml}");
        let Some(ConfigObject::Policy(policy)) = parsed.objects.first() else { panic!("{yaml}: no policy first") };
        assert_eq!(policy.sentences(&org), sentences, "{yaml}");
    }
}
