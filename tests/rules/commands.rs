//! The commands in findings: the AWS CLI itself accepts them, they do what they promise (`proofs`), and they do no harm.

#[cfg(all(feature = "live", unix))]
mod proofs;

use crate::support::{Document, Rel9, project, python, text};
use rel9::rules::{Care, RuleSet, selftest};
use std::collections::BTreeSet;
use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

/// Commands, each with the id of its rule.
type Commands = BTreeSet<(String, String)>;

/// The errors of `commands/check.py` for commands.
fn mistakes(commands: &Commands, options: &[&str]) -> String {
    let python = python::with("commands", "tests/rules/commands/requirements.txt");
    let mut check = Command::new(python);
    check.arg(project("tests/rules/commands/check.py")).args(options).stdin(Stdio::piped()).stderr(Stdio::piped());
    let mut check = check.spawn().expect("Python runs");
    let mut stdin = check.stdin.take().expect("a pipe");
    stdin.write_all(&serde_json::to_vec(commands).expect("JSON")).expect("it reads");
    drop(stdin);
    let output = check.wait_with_output().expect("it ends");
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.success(), said.is_empty(), "{said}");
    said
}

/// A placeholder for an unread fact.
fn is_whole(command: &str) -> bool {
    !command.contains("UNKNOWN")
}

/// The commands of all rules, rendered for their own tests, and those of the demo's findings.
fn all() -> Commands {
    let rules = RuleSet::built_in(Care::Checked).expect("the built-in rules");
    let mut commands = Commands::new();
    for rule in rules.iter() {
        for (number, rendered) in selftest::commands(rule).into_iter().enumerate() {
            assert!(!rendered.is_empty(), "{}: no test that fails has command {}", rule.id, number + 1);
            // If no test lists every fact in a command, the known part of the command is checked.
            let any_whole = rendered.iter().any(|command| is_whole(command));
            let checked = rendered.into_iter().filter(|command| !any_whole || is_whole(command));
            commands.extend(checked.map(|command| (rule.id.to_string(), command)));
        }
    }
    let demo = Rel9::new().run(&["audit", "--demo", "--format", "json", "--fail-on", "never", "--allow-incomplete"]);
    for finding in Document(serde_json::from_str(&demo.stdout).expect("a findings document")).findings() {
        let told = finding["remediation"]["cli"].as_array().into_iter().flatten().map(text).filter(|command| is_whole(command));
        commands.extend(told.map(|command| (text(&finding["rule"]).to_owned(), command.to_owned())));
    }
    commands
}

#[test]
fn the_aws_cli_takes_every_command_and_none_does_harm() {
    let commands = all();
    assert!(commands.len() > 300, "{}", commands.len());
    assert_eq!(mistakes(&commands, &["--all"]), "");
}

/// What a reader must fill in is in capitals, and docs/commands.md says what it is. Other words in capitals are values of AWS.
#[test]
fn docs_name_every_placeholder() {
    let docs = fs::read_to_string(project("docs/commands.md")).expect("the page");
    let documented: BTreeSet<&str> =
        docs.lines().filter_map(|line| line.strip_prefix("| `")?.split_once("` |")).map(|(name, _)| name).collect();
    let is_capital = |word: &&str| {
        word.len() > 1 && word.starts_with(|c: char| c.is_ascii_uppercase()) && !word.contains(|c: char| c.is_ascii_lowercase())
    };
    let mut unknown = BTreeSet::new();
    for (rule, command) in &all() {
        let words = command.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').filter(is_capital);
        unknown.extend(words.filter(|word| !documented.contains(word) && !VALUES.contains(word)).map(|word| format!("{rule}: {word}")));
    }
    assert!(unknown.is_empty(), "neither in docs/commands.md nor a value of AWS: {unknown:#?}");
    let sources = walk(&project("rules"));
    let unused: Vec<&&str> = documented.iter().filter(|name| !sources.contains(**name)).collect();
    assert!(unused.is_empty(), "no rule has {unused:?} any more");
}

/// The text of all files in a folder.
fn walk(folder: &Path) -> String {
    let entries = fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path());
    entries.map(|path| if path.is_dir() { walk(&path) } else { fs::read_to_string(path).expect("a rule") }).collect()
}

/// Words in capitals that AWS defines, and the sign of an unread value.
#[rustfmt::skip]
const VALUES: &[&str] = &[
    "AES256", "API_AND_CONFIG_MAP", "AWS", "BACKUP_JOB_COMPLETED", "BACKUP_JOB_REPORT", "BACKUP_PLAN_MIN_FREQUENCY_AND_MIN_RETENTION_CHECK", "BACKUP_POLICY",
    "BACKUP_RECOVERY_POINT_ENCRYPTED", "COMPLETED", "COMPLIANCE", "CONTINUOUS", "COPY_JOB_FAILED", "CSV", "CUSTOMER_MANAGED_KMS_KEY", "DSQL", "EBS", "EC2", "EFS", "EKS", "ENABLED", "EXPIRED", "GOVERNANCE", "ID", "INCREASE_DATA_RETENTION", "KMS",
    "LATEST_WITHIN_WINDOW", "NONE", "OFF", "PAY_PER_REQUEST", "RDS", "RESTORE_JOB_COMPLETED", "S3", "SNAPSHOT", "SSE", "STRINGEQUALS", "SUCCESSFUL", "UNKNOWN",
];

#[test]
fn the_check_sees_what_is_wrong() {
    let cases = [
        ("aws bakcup list-backup-vaults", "Invalid choice: 'bakcup'"),
        ("aws backup list-backup-valuts", "Invalid choice: 'list-backup-valuts'"),
        ("aws backup describe-backup-vault --backup-vault-nam x", "backup-vault-name"),
        ("aws backup describe-backup-vault --region us-east-1", "backup-vault-name"),
        ("aws efs put-backup-policy --file-system-id fs-1 --backup-policy Status=ON --region us-east-1", "'ON'"),
        ("aws efs put-backup-policy --file-system-id fs-1 --backup-policy Stauts=ENABLED --region us-east-1", "Stauts"),
        ("aws backup list-backup-vaults --query 'BackupVaultList[?Closed].BackupVaultName' --region us-east-1", "has no Closed"),
        ("aws ec2 delete-snapshot --snapshot-id snap-1 --region us-east-1", "takes something away"),
        ("aws ec2 terminate-instances --instance-ids i-1 --region us-east-1", "takes something away"),
        (
            "aws backup put-backup-vault-lock-configuration --backup-vault-name VAULT --region us-east-1 ; aws backup delete-backup-vault --backup-vault-name VAULT --region us-east-1",
            "takes something away",
        ),
        (
            "aws rds modify-db-instance --db-instance-identifier a --no-deletion-protection --region us-east-1",
            "sets DeletionProtection to False",
        ),
        (
            "aws rds modify-db-instance --db-instance-identifier a --backup-retention-period 0 --region us-east-1",
            "sets BackupRetentionPeriod to 0",
        ),
        (
            "aws s3api put-bucket-versioning --bucket a --versioning-configuration Status=Suspended --region us-east-1",
            "sets Status to Suspended",
        ),
        (
            "aws backup update-region-settings --resource-type-opt-in-preference EBS=false --region us-east-1",
            "turns ResourceTypeOptInPreference off",
        ),
        (
            "aws rds modify-db-snapshot-attribute --db-snapshot-identifier a --attribute-name restore --values-to-add all --region us-east-1",
            "shares it with others",
        ),
        (
            "aws ec2 modify-image-attribute --image-id ami-1 --launch-permission 'Add=[{Group=all}]' --region us-east-1",
            "shares it with others",
        ),
        (
            r#"aws backup put-backup-vault-access-policy --backup-vault-name a --policy '{"Statement":[{"Effect":"Allow","Principal":"*","Action":"backup:CopyIntoBackupVault","Resource":"*"}]}' --region us-east-1"#,
            "lets everyone in",
        ),
        (
            "aws efs put-lifecycle-configuration --file-system-id fs-1 --lifecycle-policies '[]' && aws efs delete-file-system --file-system-id fs-1",
            "does harm when the example",
        ),
        ("rm -rf x", "no command that everyone has"),
    ];
    let commands = cases.iter().map(|(command, _)| ("a-rule".to_owned(), (*command).to_owned())).collect();
    let found = mistakes(&commands, &["--all"]);
    for (command, said) in cases {
        let heading = format!("{command}\n    ");
        let mut of_it = found.split(&heading).skip(1).map(|rest| rest.lines().next().unwrap_or_default());
        assert!(of_it.any(|what| what.contains(said)), "{command}: {said} is not said: {found}");
    }
    assert!(found.contains("no command needs the exception for kms-key-usable kms:CancelKeyDeletion any more"), "{found}");
}
