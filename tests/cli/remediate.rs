//! `rel9 remediate`: what it writes for the demo, judged again, does what it claims; nothing in it runs that a person has to decide; and it
//! never replaces what somebody else wrote.

use crate::support::{Rel9, demo, python, text};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The fixes for the demo, in the folder `fixes`.
fn fixes() -> Rel9 {
    let rel9 = Rel9::new();
    rel9.run(&["audit", "--demo", "--format", "json=findings.json", "--fail-on", "never", "--allow-incomplete"]).ended(0);
    rel9.run(&["remediate", "findings.json", "-o", "fixes"]).ended(0);
    rel9
}

/// The folders of the sets: path, account, Region.
fn sets(rel9: &Rel9) -> Vec<(PathBuf, String, String)> {
    let folders = fs::read_dir(rel9.home().join("fixes")).expect("the fixes").map(|entry| entry.expect("an entry").path());
    let mut sets: Vec<_> = folders
        .filter(|path| path.is_dir())
        .map(|path| {
            let name = path.file_name().expect("a name").to_string_lossy().into_owned();
            let (account, region) = name.split_once('-').expect("account and Region");
            (path.clone(), account.to_owned(), region.to_owned())
        })
        .collect();
    sets.sort();
    sets
}

fn read(path: impl AsRef<Path>) -> String {
    fs::read_to_string(path.as_ref()).unwrap_or_else(|error| panic!("{}: {error}", path.as_ref().display()))
}

/// The tags that the script sets, by ARN: read from its lines, as a shell would take them.
fn tags(script: &str) -> BTreeMap<String, Vec<(String, String)>> {
    let joined = script.replace("\\\n", " ");
    let mut found: BTreeMap<String, Vec<(String, String)>> = BTreeMap::new();
    for line in joined.lines().filter(|line| line.starts_with("  tag ")) {
        let words: Vec<&str> = line.split_whitespace().collect();
        let (key, value) = words[2].split_once('=').expect("a tag");
        for arn in &words[3..] {
            found.entry((*arn).to_owned()).or_default().push((key.to_owned(), value.to_owned()));
        }
    }
    found
}

#[test]
fn what_it_writes_passes_its_own_rules_in_both_languages() {
    let rel9 = fixes();
    let sets = sets(&rel9);
    assert!(sets.len() > 3, "{sets:?}");
    for (folder, account, region) in &sets {
        let judged = ["backup.yaml", "backup.tf"].map(|file| {
            let path = folder.join(file).display().to_string();
            let document = rel9.judge(&[&path, "--account", account, "--region", region]);
            let mut said: Vec<String> = Vec::new();
            for finding in document.findings() {
                let severe = ["high", "critical"].contains(&text(&finding["severity"]));
                assert!(finding["status"] != "fail" || !severe, "{path}: {finding}");
                said.push(format!("{} {} {}", text(&finding["rule"]), text(&finding["resource"]["type"]), text(&finding["status"])));
            }
            assert!(said.len() > 2, "{path}: {said:?}");
            said.sort();
            said
        });
        // A deliberate choice each: governance mode, a policy that can still be changed, copies only where the objective asks for them.
        let failing: BTreeSet<&str> =
            judged[0].iter().filter(|said| said.ends_with(" fail")).filter_map(|said| said.split(' ').next()).collect();
        let chosen = [
            "backup-plan-cross-account-copy",
            "backup-plan-cross-region-copy",
            "backup-vault-denies-deletion",
            "backup-vault-lock-compliance-mode",
        ];
        assert!(failing.iter().all(|rule| chosen.contains(rule)), "{failing:?}");
        assert_eq!(judged[0], judged[1], "both languages say the same");
    }
}

#[test]
fn with_its_tags_the_plans_cover_exactly_what_it_claims() {
    let rel9 = fixes();
    let script = read(rel9.home().join("fixes/fix.sh"));
    let tags = tags(&script);
    assert!(tags.len() > 10);
    // The inventory after the tags, and after the opt-in that the guide asks for first.
    let inventory = rel9.home().join("inventory");
    let mut opted_in = 0;
    demo::variant(&inventory, |line| {
        for (key, value) in line["arn"].as_str().and_then(|arn| tags.get(arn)).into_iter().flatten() {
            line["tags"][key] = Value::from(value.clone());
        }
        if line["type"] == "AWS::Region" && line["properties"]["opt_in"]["EFS"] == false {
            line["properties"]["opt_in"]["EFS"] = Value::from(true);
            opted_in += 1;
        }
        true
    });
    assert_eq!(opted_in, 1);
    assert!(read(rel9.home().join("fixes/README.md")).contains("opt the Region in to EFS"));
    let policy = demo::policy();
    let mut covered = BTreeSet::new();
    for (folder, account, region) in sets(&rel9) {
        let answers = ["backup.yaml", "backup.tf"].map(|file| {
            let plan = folder.join(file).display().to_string();
            let arguments = [
                "what-if",
                "inventory",
                "--plan",
                &plan,
                "--account",
                &account,
                "--region",
                &region,
                "--policy",
                &policy,
                "--format",
                "json",
            ];
            let run = rel9.run(&arguments);
            run.ended(0);
            let document: Value = serde_json::from_str(&run.stdout).expect("JSON");
            let reached: BTreeMap<String, Vec<String>> = ["gained", "moved"]
                .iter()
                .flat_map(|group| document[*group].as_array().expect("a list"))
                .map(|changed| {
                    let gains = changed["gains"].as_array().expect("ways").iter().map(|way| text(&way["name"]).to_owned());
                    (text(&changed["resource"]["arn"]).to_owned(), gains.collect())
                })
                .collect();
            let worse: Vec<String> = document["findings"]
                .as_array()
                .expect("a list")
                .iter()
                .filter(|change| change["worse"] == true)
                .map(|change| format!("{} {}", change["rule"], change["resource"]["id"]))
                .collect();
            let tested = document["findings"].as_array().expect("a list").iter();
            let tested: BTreeSet<String> = tested
                .filter(|change| change["rule"] == "data-recovery-test-planned" && change["after"]["status"] == "pass")
                .map(|change| text(&change["resource"]["arn"]).to_owned())
                .collect();
            (reached, worse, tested)
        });
        assert_eq!(answers[0], answers[1], "both languages do the same");
        let (reached, _, tested) = &answers[0];
        for (arn, plans) in reached {
            let tag = tags.get(arn).into_iter().flatten().find(|(key, _)| key == "rel9-backup");
            let slug = tag.map(|(_, value)| format!("rel9-{value}"));
            assert_eq!(Some(plans.as_slice()), slug.as_ref().map(std::slice::from_ref), "{arn}");
            covered.insert(arn.clone());
        }
        for (arn, _) in tags.iter().filter(|(_, tags)| tags.iter().any(|(key, _)| key == "rel9-restore-test")) {
            let here = arn.contains(&account) && arn.contains(&region);
            // What has no backup yet is not judged by its tests.
            assert!(!here || tested.contains(arn) || tags[arn].len() > 1, "{arn} is tested: {tested:?}");
        }
    }
    let claimed: BTreeSet<String> =
        tags.iter().filter(|(_, tags)| tags.iter().any(|(key, _)| key == "rel9-backup")).map(|(arn, _)| arn.clone()).collect();
    assert_eq!(covered, claimed);
    // What has no backup at all is claimed, or the guide says why not.
    let guide = read(rel9.home().join("fixes/README.md"));
    let document: Value = serde_json::from_str(&read(rel9.home().join("findings.json"))).expect("JSON");
    for finding in document["findings"].as_array().expect("findings") {
        if finding["rule"] == "data-protected" && finding["status"] == "fail" {
            let (arn, id) = (text(&finding["resource"]["arn"]), text(&finding["resource"]["id"]));
            assert!(claimed.contains(arn) || guide.split("What this does not fix").nth(1).is_some_and(|left| left.contains(id)), "{arn}");
        }
    }
}

/// Lines that a shell runs: no comments, no empty lines.
fn executed(script: &str) -> Vec<String> {
    script
        .replace("\\\n", " ")
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
        .map(str::to_owned)
        .collect()
}

#[test]
fn the_script_runs_nothing_that_a_person_has_to_decide() {
    let rel9 = fixes();
    let script = read(rel9.home().join("fixes/fix.sh"));
    assert!(script.starts_with("#!/usr/bin/env bash\n") && script.contains("\nset -euo pipefail\n"));
    let lines = executed(&script);
    let commands: Vec<&String> = lines.iter().filter(|line| line.starts_with("aws ") || line.starts_with("costs aws ")).collect();
    assert!(commands.len() > 20);
    // Two accounts may need the same command.
    for block in script.split("\nif in_account ") {
        let commands = executed(block).into_iter().filter(|line| line.starts_with("aws ") || line.starts_with("costs aws "));
        let mut once = BTreeSet::new();
        commands.for_each(|line| assert!(once.insert(line.clone()), "runs twice: {line}"));
    }
    for line in &commands {
        // The one command of two parts: it makes a vault that is missing.
        let line = match line.strip_prefix("aws backup describe-backup-vault ") {
            Some(_) => line.replacen(" || aws backup create-backup-vault ", " ", 1),
            None => (*line).clone(),
        };
        for word in [
            "delete",
            "detach",
            "restore-",
            "remove",
            "disable",
            "put-backup-vault-lock",
            "update-backup-plan",
            "SNAPSHOT_ID",
            "_ARN",
            "UNKNOWN",
            "VAULT",
            "file://",
            ">",
            "&&",
            "|",
        ] {
            assert!(
                !line.contains(word) || word == "delete" && !line.contains(" delete-") && line.contains("--deletion-protection"),
                "{word}: {line}"
            );
        }
    }
    let costly = ["start-backup-job", "create-snapshot", "put-bucket-versioning", "update-continuous-backups", "update-region-settings"];
    for operation in costly {
        assert!(commands.iter().any(|line| line.contains(operation)), "{operation}");
        assert!(!commands.iter().any(|line| line.starts_with("aws ") && line.contains(operation)), "{operation} has no guard");
    }
    // Each command follows its finding.
    let document: Value = serde_json::from_str(&read(rel9.home().join("findings.json"))).expect("JSON");
    for finding in document["findings"].as_array().expect("findings").iter().filter(|finding| finding["status"] == "fail") {
        if finding["remediation"]["cli"].as_array().is_some_and(|commands| !commands.is_empty()) {
            let heading = finding.get("fail_title").unwrap_or(&finding["title"]);
            assert!(
                script.contains(&format!("# {}: {} ({})", text(&finding["severity"]), text(heading), text(&finding["rule"]))),
                "{finding}"
            );
        }
    }
    // At most 20 ARNs a call.
    for line in lines.iter().filter(|line| line.starts_with("tag ")) {
        assert!((4..=23).contains(&line.split_whitespace().count()), "{line}");
    }
    let bash = Command::new("bash").arg("-n").arg(rel9.home().join("fixes/fix.sh")).output().expect("bash");
    assert!(bash.status.success(), "{}", String::from_utf8_lossy(&bash.stderr));
}

#[cfg(unix)]
#[test]
fn the_script_acts_in_its_own_account_only() {
    let rel9 = fixes();
    let aws = "#!/bin/sh\nif [ \"$1 $2\" = 'sts get-caller-identity' ]; then echo 444455556666; exit; fi\nprintf '%s\\n' \"$*\" >> \"$HOME/calls\"\n[ \"$1\" != resourcegroupstaggingapi ] || echo '{}'\n";
    let bin = rel9.home().join("bin");
    fs::create_dir(&bin).expect("a folder");
    fs::write(bin.join("aws"), aws).expect("a file");
    fs::set_permissions(bin.join("aws"), std::os::unix::fs::PermissionsExt::from_mode(0o755)).expect("permissions");
    let run = |costs: &str| {
        let _ = fs::remove_file(rel9.home().join("calls"));
        let path = format!("{}:{}", bin.display(), std::env::var("PATH").expect("a PATH"));
        let mut bash = Command::new("bash");
        let output =
            bash.arg(rel9.home().join("fixes/fix.sh")).env("PATH", path).env("HOME", rel9.home()).env("COSTS_REVIEWED", costs).output();
        let output = output.expect("bash");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        read(rel9.home().join("calls"))
    };
    let calls = run("no");
    assert!(calls.contains("resourcegroupstaggingapi tag-resources"));
    assert!(!calls.contains("111122223333") && calls.contains("444455556666"), "{calls}");
    assert!(
        !calls.contains("start-backup-job") && !calls.contains("create-snapshot") && !calls.contains("put-bucket-versioning"),
        "{calls}"
    );
    let calls = run("yes");
    assert!(calls.contains("start-backup-job") && calls.contains("create-snapshot") && !calls.contains("111122223333"), "{calls}");
}

#[cfg(unix)]
#[test]
fn hostile_names_stay_data() {
    let rel9 = Rel9::new();
    let hostile = "x'; touch pwned; $(touch pwned) `touch pwned` \"${evil}\" \\ #\n\ntouch pwned\n";
    let inventory = rel9.home().join("inventory");
    demo::variant(&inventory, |line| {
        for property in ["name"] {
            if line["type"] == "AWS::DynamoDB::Table" || line["type"] == "AWS::EC2::Volume" {
                line[property] = Value::from(hostile);
            }
        }
        if line["id"] == "sessions" && line["type"] == "AWS::DynamoDB::Table" {
            line["id"] = Value::from(hostile);
            line["arn"] = Value::from(format!("arn:aws:dynamodb:eu-central-1:111122223333:table/{hostile}"));
        }
        true
    });
    let policy = read(demo::policy()).replace("name: everything-else", &format!("name: {}", Value::from(hostile)));
    fs::write(rel9.home().join("rel9.yaml"), policy).expect("a file");
    rel9.run(&["audit", "inventory", "--format", "json=findings.json", "--fail-on", "never", "--allow-incomplete"]).ended(0);
    rel9.run(&["remediate", "findings.json", "-o", "fixes"]).ended(0);
    let bin = rel9.home().join("bin");
    fs::create_dir(&bin).expect("a folder");
    fs::write(bin.join("aws"), "#!/bin/sh\n[ \"$1\" != sts ] || echo 111122223333\n").expect("a file");
    fs::set_permissions(bin.join("aws"), std::os::unix::fs::PermissionsExt::from_mode(0o755)).expect("permissions");
    let path = format!("{}:{}", bin.display(), std::env::var("PATH").expect("a PATH"));
    let output = Command::new("bash")
        .arg("fixes/fix.sh")
        .current_dir(rel9.home())
        .env("PATH", path)
        .env("COSTS_REVIEWED", "yes")
        .output()
        .expect("bash");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(!rel9.home().join("pwned").exists());
    for (folder, account, region) in sets(&rel9) {
        for file in ["backup.yaml", "backup.tf"] {
            let path = folder.join(file).display().to_string();
            assert!(!rel9.judge(&[&path, "--account", &account, "--region", &region]).findings().is_empty());
        }
    }
}

#[test]
fn no_name_of_a_place_leads_out_of_the_folder() {
    for (name, hostile) in [("111122223333", "../../evil"), ("eu-central-1", "/../../evil"), ("444455556666", "a\nb")] {
        let rel9 = Rel9::new();
        let hostile_json = Value::from(hostile).to_string();
        demo::variant(&rel9.home().join("inventory"), |line| {
            *line = serde_json::from_str(&line.to_string().replace(name, hostile_json.trim_matches('"'))).expect("JSON");
            true
        });
        rel9.run(&["audit", "inventory", "--format", "json=findings.json", "--fail-on", "never", "--allow-incomplete"]).ended(0);
        rel9.run(&["remediate", "findings.json", "-o", "fixes"]).ended(0);
        assert!(read(rel9.home().join("fixes/README.md")).contains("no name that AWS gives"), "{hostile}");
        let mut written: Vec<String> = sets(&rel9).into_iter().map(|(folder, _, _)| folder.display().to_string()).collect();
        let beside = fs::read_dir(rel9.home()).expect("a folder").map(|entry| entry.expect("an entry").path().display().to_string());
        written.extend(beside);
        assert!(!written.iter().any(|path| path.contains("evil") || path.contains('\n')), "{written:?}");
        for (folder, _, _) in sets(&rel9) {
            assert!(!read(folder.join("backup.yaml")).contains("evil"), "{hostile}");
        }
    }
}

#[test]
fn a_folder_of_somebody_else_is_never_replaced() {
    let rel9 = fixes();
    let again = || rel9.run(&["remediate", "findings.json", "-o", "fixes"]);
    again().ended(0);
    let script = rel9.home().join("fixes/fix.sh");
    let written = read(&script);
    fs::write(&script, format!("{written}# reviewed\n")).expect("a file");
    again().ended(2).said("fix.sh was changed or added");
    assert!(read(&script).ends_with("# reviewed\n"));
    fs::write(&script, written).expect("a file");
    again().ended(0);
    fs::write(rel9.home().join("fixes/terraform.tfstate"), "{}").expect("a file");
    again().ended(2).said("terraform.tfstate");
    let other = rel9.with_files(&[("other/notes.txt", "mine")]);
    other.run(&["remediate", "findings.json", "-o", "other"]).ended(2).said("rel9 did not write it");
    other.run(&["remediate", "findings.json", "-o", "no/such/folder"]).ended(2).said("does not exist");
    fs::create_dir(other.home().join("empty")).expect("a folder");
    other.run(&["remediate", "findings.json", "-o", "empty"]).ended(0);
    let leftovers = fs::read_dir(other.home())
        .expect("a folder")
        .filter(|entry| entry.as_ref().is_ok_and(|entry| entry.file_name().to_string_lossy().starts_with(".rel9-remediate")));
    assert_eq!(leftovers.count(), 0);
}

#[test]
fn documents_that_show_no_deployed_data_are_refused() {
    let template = "Resources:\n  Table:\n    Type: AWS::DynamoDB::Table\n";
    let rel9 = Rel9::new().with_files(&[("table.yaml", template)]);
    rel9.run(&["audit", "table.yaml", "--format", "json=template.json", "--fail-on", "never", "--allow-incomplete"]).ended(0);
    rel9.run(&["remediate", "template.json", "-o", "fixes"]).ended(2).said("findings of templates");
    rel9.run(&["audit", "--demo", "--rule", "s3-bucket-versioning", "--format", "json=part.json", "--fail-on", "never"]).ended(0);
    rel9.run(&["remediate", "part.json", "-o", "fixes"]).ended(2).said("data-protected");
    assert!(!rel9.home().join("fixes").exists());
}

#[test]
fn what_exists_is_not_made_again() {
    let rel9 = fixes();
    let inventory = rel9.home().join("inventory");
    demo::variant(&inventory, |line| {
        if line["type"] == "AWS::Backup::BackupVault" && line["id"] == "archive" {
            line["id"] = Value::from("rel9-backups");
            line["name"] = Value::from("rel9-backups");
            line["arn"] = Value::from("arn:aws:backup:eu-central-1:111122223333:backup-vault:rel9-backups");
        }
        if line["type"] == "AWS::Backup::BackupPlan" && line["id"] == "old-crm" {
            line["name"] = Value::from("rel9-gold");
        }
        true
    });
    let policy = demo::policy();
    rel9.run(&["audit", "inventory", "--policy", &policy, "--format", "json=again.json", "--fail-on", "never", "--allow-incomplete"])
        .ended(0);
    rel9.run(&["remediate", "again.json", "--policy", &policy, "-o", "again"]).ended(0);
    let set = read(rel9.home().join("again/111122223333-eu-central-1/backup.yaml"));
    assert!(!set.contains("AWS::Backup::BackupVault") && set.contains("TargetBackupVault: \"rel9-backups\""), "{set}");
    assert!(!set.contains("BackupPlanName: rel9-gold") && set.contains("BackupPlanName: rel9-silver"));
    assert!(read(rel9.home().join("again/fix.sh")).contains("rel9-backup=gold"), "its tags are still missing");
}

/// The linters of others: cfn-lint for CloudFormation, shellcheck for the script.
#[test]
fn linters_find_nothing() {
    let rel9 = fixes();
    let python = python::with("remediate", "tests/cli/remediate/requirements.txt");
    let lint = |linter: &str, files: &[PathBuf]| {
        let output = Command::new(python.with_file_name(linter)).args(files).output().expect("a linter");
        let said = [output.stdout, output.stderr].map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).concat();
        assert!(output.status.success(), "{said}");
    };
    let templates: Vec<PathBuf> = sets(&rel9).into_iter().map(|(folder, _, _)| folder.join("backup.yaml")).collect();
    lint("cfn-lint", &templates);
    lint("shellcheck", &[rel9.home().join("fixes/fix.sh")]);
    for (folder, _, _) in sets(&rel9) {
        let configuration = read(folder.join("backup.tf"));
        assert!(configuration.parse::<hcl_edit::structure::Body>().is_ok());
        // As `terraform fmt` leaves it: a value on several lines is not aligned with its neighbours.
        let open = |line: &&str| line.contains("  = ") && line.ends_with(['[', '{', '(']);
        assert_eq!(configuration.lines().find(open), None, "{}", folder.display());
    }
}
