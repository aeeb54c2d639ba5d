//! What `init` writes can be read, and has no entry without effect, whatever the tags are.

use super::quote::{cel, has_tag, shown, yaml};
use super::starter::{Seen, starter};
use crate::audit::findings::Findings;
use crate::audit::policy::Policy;
use crate::audit::policy_check::Seen as Checked;
use crate::audit::survey::Survey;
use crate::audit::{self, Input, Options};
use crate::inventory::{Shard, document, types};
use crate::rules::{Care, RuleSet};
use proptest::prelude::*;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::OnceLock;

const ACCOUNT: &str = "111122223333";
const REGION: &str = "eu-west-1";

fn rules() -> &'static RuleSet {
    static RULES: OnceLock<RuleSet> = OnceLock::new();
    RULES.get_or_init(|| RuleSet::built_in(Care::Trusted).expect("built-in rules"))
}

/// An inventory of volumes with these tags, in which every call answered.
fn inventory(tags: &[BTreeMap<String, String>]) -> Vec<Shard> {
    let mut lines = vec![json!({"kind": "header", "schema": document::SCHEMA, "captured_at": "2026-11-22T07:00:00Z", "source": "test"})];
    let operations: std::collections::BTreeSet<&str> = types::all().iter().map(|info| info.operation).collect();
    lines.extend(operations.into_iter().filter_map(|operation| {
        let (service, name) = operation.split_once(':')?;
        Some(json!({"kind": "coverage", "account": ACCOUNT, "region": REGION, "service": service, "operation": name, "status": "ok", "items": 0, "error": null}))
    }));
    lines.extend(tags.iter().enumerate().map(|(number, tags)| volume(number, tags)));
    let text: String = lines.iter().map(|line| format!("{line}\n")).collect();
    document::read(text.as_bytes(), Path::new("test.ndjson")).expect("an inventory")
}

fn volume(number: usize, tags: &BTreeMap<String, String>) -> Value {
    let id = format!("vol-{number}");
    json!({"kind": "resource", "type": "AWS::EC2::Volume", "arn": format!("arn:aws:ec2:{REGION}:{ACCOUNT}:volume/{id}"), "account": ACCOUNT,
           "region": REGION, "id": id, "tags": tags, "properties": {"encrypted": true, "attachments": []}})
}

fn survey(shards: &[Shard], policy: &Policy) -> (Findings, Survey) {
    let options = Options { source: "inventory".to_owned(), survey: true, ..Options::default() };
    audit::run_with_survey(&Input::Memory(shards.to_vec()), rules(), policy, &options).expect("an audit")
}

/// Writes a policy for an inventory, reads it, and checks it against the inventory.
fn written(shards: &[Shard]) -> (String, Vec<String>) {
    let (findings, seen) = survey(shards, &Policy::default());
    let text = starter(rules(), findings.audit.as_of, Some(&Seen { findings: &findings, survey: &seen }));
    let policy = Policy::parse("rel9.yaml", &text, rules()).unwrap_or_else(|mistakes| panic!("{mistakes:?}\n{text}"));
    let (findings, seen) = survey(shards, &policy);
    let used = findings.audit.policy.as_deref().expect("a policy");
    let checked = Checked { used, survey: &seen, audit: &findings.audit };
    let check = policy.check(rules(), findings.audit.as_of, Some(&checked)).expect("a policy");
    let counted: u64 = check.objectives.iter().map(|placed| placed.resources).sum();
    assert_eq!(counted, findings.summary.coverage.data_resources, "{text}");
    (text, check.mend.into_iter().map(|remark| format!("{:?} {}: {}", remark.line, remark.entry, remark.what)).collect())
}

#[test]
fn an_empty_inventory() {
    let (text, mend) = written(&inventory(&[]));
    assert_eq!(mend, Vec::<String>::new());
    assert!(text.contains("# objectives:\n") && !text.contains("\nobjectives:"), "{text}");
}

#[test]
fn hostile_tags() {
    let texts = [
        "",
        " ",
        "'",
        "\"",
        "\\",
        "a\nb",
        "# x",
        ": ",
        "- ",
        "{{",
        "}}",
        "%",
        "@",
        "\u{0}",
        "\u{85}",
        "\u{2028}",
        "\u{202e}x",
        "\u{feff}",
        "🦀",
        "é",
        "null",
        "true",
        "*",
        "&a",
        "!t",
        "\\u0041",
        "''",
        "…",
    ];
    for text in texts {
        for key in ["tier", text] {
            let tags = BTreeMap::from([(key.to_owned(), text.to_owned())]);
            let (written, mend) = written(&inventory(&[tags, BTreeMap::new()]));
            assert_eq!(mend, Vec::<String>::new(), "{text:?}: {written}");
            if key == "tier" && !text.trim().is_empty() {
                assert!(written.contains(&has_tag(key, text)), "{text:?}: {written}");
            }
        }
    }
}

#[test]
fn quotes() {
    assert_eq!(cel("a\"b\\c'd"), r#""a\"b\\c'd""#);
    assert_eq!(cel("é\n\u{202e}"), "\"é\\U0000000a\\U0000202e\"");
    assert_eq!(yaml("it's"), "'it''s'");
    assert_eq!(shown("a\nb🦀c", 4), "a·b·…");
}

/// Tags as AWS has them and as it does not.
fn tags() -> impl Strategy<Value = BTreeMap<String, String>> {
    let key =
        prop_oneof![Just("tier".to_owned()), Just("Env".to_owned()), Just("backup".to_owned()), ".{0,8}", "[\"'\\\\#:{}\\[\\] a]{0,6}"];
    let value = prop_oneof![
        Just("gold".to_owned()),
        Just("prod".to_owned()),
        Just(String::new()),
        ".{0,8}",
        "[\"'\\\\#:{}\\[\\] \n\u{202e}a]{0,6}"
    ];
    prop::collection::btree_map(key, value, 0..4)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]
    #[test]
    fn whatever_the_tags_are(tags in prop::collection::vec(tags(), 0..6)) {
        let (text, mend) = written(&inventory(&tags));
        prop_assert!(mend.is_empty(), "{mend:?}\n{text}");
    }
}
