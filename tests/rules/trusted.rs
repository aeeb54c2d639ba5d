//! Built-in rules are loaded without checks, and compile their expressions on first use: their verdicts are those of checked rules.

use crate::support::project;
use rel9::audit::policy::Policy;
use rel9::audit::{self, Input, Options};
use rel9::inventory::document;
use rel9::rules::{Care, RuleSet};

#[test]
fn rules_without_checks_give_the_verdicts_of_checked_ones() {
    let files = document::files_in(&project("fixtures/demo")).expect("the demo");
    let [checked, trusted] = [Care::Checked, Care::Trusted].map(|care| {
        let rules = RuleSet::built_in(care).expect("the rules");
        let options = Options { as_of: Some("2026-11-22T07:00:00Z".parse().expect("a time")), ..Options::default() };
        audit::run(&Input::Files(files.clone()), &rules, &Policy::default(), &options).expect("an audit")
    });
    assert!(checked.findings.len() > 300);
    assert_eq!(checked, trusted);
}
