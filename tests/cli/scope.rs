//! Flags about what is read or judged: they do what they say for every kind of input, or are refused.

use crate::support::{Rel9, demo, project};

#[test]
fn regions_of_an_inventory() {
    let rel9 = Rel9::new();
    demo::variant(&rel9.home().join("inventory"), |_| true);
    let whole = rel9.judge(&["inventory"]);
    let one = rel9.judge(&["inventory", "--regions", "eu-central-1"]);
    let two = rel9.judge(&["inventory", "--regions", "eu-central-1,us-east-1"]);
    let count = |document: &crate::support::Document, region: &str| {
        document.findings().iter().filter(|finding| finding["resource"]["region"] == region).count()
    };
    assert_eq!(one.0["audit"]["regions"], serde_json::json!(["eu-central-1"]));
    for region in ["eu-central-1", "global"] {
        assert_eq!(count(&one, region), count(&whole, region), "{region}");
    }
    assert!(count(&one, "eu-central-1") > 0);
    assert_eq!((count(&one, "us-east-1"), count(&one, "eu-west-1")), (0, 0));
    assert_eq!(count(&two, "us-east-1"), count(&whole, "us-east-1"));
    // The other Regions are evidence: what is judged, is judged as before.
    for finding in one.findings() {
        let before = whole.findings().iter().find(|other| other["id"] == finding["id"]).expect("the same finding");
        assert_eq!(before, finding);
    }
    assert!(one.collection().iter().all(|entry| entry["region"] == "eu-central-1" || entry["region"] == "global"));
    // In memory, too; and `all` is all.
    let policy = demo::policy();
    let same = [["inventory", "--regions", "eu-central-1"], ["--demo", "--regions", "eu-central-1"]];
    let [files, memory] = same.map(|input| rel9.judge(&[&input[..], &["--policy", &policy]].concat()));
    assert_eq!(files.findings(), memory.findings());
    assert_eq!(rel9.judge(&["inventory", "--regions", "all"]).findings().len(), whole.findings().len());
    rel9.run(&["audit", "inventory", "--regions", "eu-centra-1"]).ended(2).said(
        "--regions: the inventory has no Region \"eu-centra-1\", only eu-central-1, eu-west-1, us-east-1; did you mean eu-central-1?",
    );
}

#[test]
fn what_is_not_known_of_other_regions_is_not_claimed() {
    let policy = "version: 1\nobjectives:\n  - { name: there, match: 'resource.region == \"us-east-1\"' }\n";
    let rel9 = Rel9::new().with_files(&[("p.yaml", policy)]);
    let state = |arguments: &[&str]| {
        let document = rel9.judge(&[&["--demo", "--policy", "p.yaml"], arguments].concat());
        document.0["audit"]["policy"]["objectives"][0]["state"].as_str().expect("a state").to_owned()
    };
    assert_eq!((state(&[]), state(&["--regions", "eu-west-1"])), ("used".to_owned(), "not_reached".to_owned()));
}

#[test]
fn flags_that_would_be_ignored_are_refused() {
    let rel9 = Rel9::new();
    demo::variant(&rel9.home().join("inventory"), |_| true);
    let template = project("fixtures/cloudformation/backup.yaml").display().to_string();
    let refused = |arguments: &[&str], words: &str| {
        rel9.run(&[&["audit"], arguments].concat()).ended(2).said(words);
    };
    for input in ["inventory", "--demo"] {
        refused(&[input, "--services", "ec2"], "--services chooses what is read from live AWS");
        refused(&[input, "--region", "eu-west-1"], "--regions chooses the Regions of live AWS or of an inventory");
        refused(&[input, "--account", "111122223333"], "--account names the account that templates are deployed to");
        rel9.run(&["init", "-o", "-", input, "--region", "eu-west-1"])
            .ended(2)
            .said("--region names the Region that templates are deployed to");
    }
    refused(&[&template, "--regions", "eu-west-1"], "--region names the Region that a template is deployed to");
    refused(&[&template, "--services", "ec2"], "--services is for live AWS");
}

#[cfg(feature = "live")]
#[test]
fn flags_of_live_aws_are_refused_beside_an_input() {
    let rel9 = Rel9::new();
    let template = project("fixtures/cloudformation/backup.yaml").display().to_string();
    for (input, name) in [("--demo", "the demo"), (template.as_str(), "a template")] {
        rel9.run(&["audit", input, "--profile", "x"])
            .ended(2)
            .said(&format!("--profile is for reading live AWS; {name} is read without it: leave it out"));
        rel9.run(&["explain", "x", input, "--regions", "eu-west-1"]).ended(2).said("--regions is for reading live AWS");
        rel9.run(&["audit", input, "--max-rps", "5", "--deadline", "1h"]).ended(2).said("--max-rps, --deadline are for reading live AWS");
    }
}
