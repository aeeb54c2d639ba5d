//! What a script may do with the commands of a finding: run them, run them after a review, or only show them.
//!
//! Only commands that are known to be harmless run. Everything else, and everything that a value could turn into more than one command, is
//! for a person to read.

use crate::audit::findings::{Finding, ResourceRef};

/// What the script does with a command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Class {
    /// It runs: it deletes nothing, interrupts nothing and costs nothing.
    Runs,
    /// It runs if a person has accepted the costs.
    Costs(&'static str),
    /// It only reads; nothing depends on it.
    Reads,
    /// A person has to decide: the reason.
    Review(String),
}

/// A command of a finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Command {
    pub text: String,
    pub class: Class,
}

/// The commands of a finding, in their order. After a command that does not run, none runs: it may depend on it.
pub fn commands(finding: &Finding) -> Vec<Command> {
    let all = finding.remediation.as_ref().map(|remediation| remediation.cli.as_slice()).unwrap_or_default();
    let mut stopped = false;
    let command = |text: &String| {
        let class = match class(text, &finding.resource) {
            Class::Runs | Class::Costs(_) if stopped => Class::Review("comes after a command that a person has to run".to_owned()),
            class => class,
        };
        stopped |= matches!(class, Class::Review(_));
        Command { text: text.clone(), class }
    };
    all.iter().map(command).collect()
}

/// Commands that change nothing but the setting that they name, without a cost: the words after `aws`, and the only options that they may
/// have.
const HARMLESS: &[(&str, &[&str])] = &[
    ("backup create-backup-vault", &["--backup-vault-name", "--region"]),
    ("ec2 enable-ebs-encryption-by-default", &["--region"]),
    ("rds modify-db-instance", &["--db-instance-identifier", "--deletion-protection", "--region"]),
    ("rds modify-db-cluster", &["--db-cluster-identifier", "--deletion-protection", "--region"]),
    ("docdb modify-db-cluster", &["--db-cluster-identifier", "--deletion-protection", "--region"]),
    ("neptune modify-db-cluster", &["--db-cluster-identifier", "--deletion-protection", "--region"]),
    ("dynamodb update-table", &["--table-name", "--deletion-protection-enabled", "--region"]),
];

/// Commands that only add something, which costs money.
const COSTLY: &[(&str, &str)] = &[
    ("backup start-backup-job", "makes a backup, which costs storage"),
    ("backup start-copy-job", "copies a backup, which costs storage and transfer"),
    ("backup update-region-settings", "lets every plan back up the types that it names, which costs storage"),
    ("dynamodb update-continuous-backups", "point-in-time recovery costs storage"),
    ("ec2 create-snapshot", "makes a snapshot, which costs storage"),
    ("ec2 wait", "waits for what comes before it"),
    ("efs put-backup-policy", "daily backups cost storage"),
    ("rds create-db-snapshot", "makes a snapshot, which costs storage"),
    ("rds create-db-cluster-snapshot", "makes a snapshot, which costs storage"),
    ("rds wait", "waits for what comes before it"),
    ("docdb create-db-cluster-snapshot", "makes a snapshot, which costs storage"),
    ("neptune create-db-cluster-snapshot", "makes a snapshot, which costs storage"),
    ("s3api put-bucket-versioning", "keeps deleted and overwritten objects, which costs storage until a lifecycle rule expires them"),
    ("kms enable-key-rotation", "the first two rotations of a key cost money"),
];

fn class(text: &str, resource: &ResourceRef) -> Class {
    // `LOOK || MAKE` makes what is missing. A quoted `||` leaves two parts with open quotes, which are no commands.
    if let Some((look, make)) = text.split_once(" || ")
        && (class(look, resource), class(make, resource)) == (Class::Reads, Class::Runs)
    {
        return Class::Runs;
    }
    let Some(words) = words(text) else { return Class::Review("is more than one simple command".to_owned()) };
    if text.chars().any(char::is_control) {
        return Class::Review("a value holds control characters".to_owned());
    }
    let [aws, service, operation, arguments @ ..] = words.as_slice() else { return Class::Review("is no command of AWS".to_owned()) };
    if aws != "aws" {
        return Class::Review("is no command of AWS".to_owned());
    }
    if arguments.iter().any(|word| ELSEWHERE.iter().any(|option| word.starts_with(option)) || word.contains("file://")) {
        return Class::Review("says where to send it, or takes a file".to_owned());
    }
    let name = format!("{service} {operation}");
    let placeholders = placeholders(arguments, resource);
    if !placeholders.is_empty() {
        return Class::Review(format!("fill in {}", placeholders.join(", ")));
    }
    if ["list-", "describe-", "get-"].iter().any(|verb| operation.starts_with(verb)) {
        return Class::Reads;
    }
    let options = || arguments.iter().filter(|word| word.starts_with("--"));
    if let Some((_, allowed)) = HARMLESS.iter().find(|(known, _)| *known == name)
        && options().all(|option| allowed.contains(&option.as_str()))
    {
        return Class::Runs;
    }
    match COSTLY.iter().find(|(known, _)| *known == name) {
        Some(_) if switches_off(arguments) => Class::Review("switches something off".to_owned()),
        Some((_, why)) => Class::Costs(why),
        None => Class::Review("changes something that a person has to decide".to_owned()),
    }
}

/// Options that change where a command goes or whose it is.
const ELSEWHERE: [&str; 6] = ["--endpoint", "--profile", "--no-verify", "--no-sign", "--ca-bundle", "--cli-"];

/// Whether a command that costs something when it switches on would switch off.
fn switches_off(arguments: &[String]) -> bool {
    let off = ["false", "disabled", "suspended"];
    arguments.iter().any(|word| {
        let word = word.to_ascii_lowercase();
        off.iter().any(|off| word.contains(off))
    })
}

/// The words in capitals that stand for what a person has to fill in: `KEY_ARN`, `UNKNOWN`. Those of the resource's own name are none.
fn placeholders(arguments: &[String], resource: &ResourceRef) -> Vec<String> {
    let own = [Some(resource.arn.as_str()), Some(resource.id.as_str()), resource.name.as_deref()];
    // JSON and enumerations of AWS, which are values.
    let known = [
        "ENABLED",
        "COMPLETED",
        "SUCCESSFUL",
        "CONTINUOUS",
        "SNAPSHOT",
        "GOVERNANCE",
        "STRINGEQUALS",
        "LATEST_WITHIN_WINDOW",
        "CSV",
        "ID",
        "BACKUP_JOB_COMPLETED",
        "COPY_JOB_FAILED",
        "RESTORE_JOB_COMPLETED",
        "BACKUP_JOB_REPORT",
        "BACKUP_RECOVERY_POINT_ENCRYPTED",
        "BACKUP_PLAN_MIN_FREQUENCY_AND_MIN_RETENTION_CHECK",
        "KMS",
        "EBS",
        "EFS",
        "RDS",
        "EC2",
        "FSX",
        "DSQL",
        "EKS",
        "SAP",
        "HANA",
        "S3",
        "AWS",
        "JSON",
        "SSE",
    ];
    let mut found: Vec<String> = Vec::new();
    for word in arguments {
        // The name of the resource may be in capitals: what is left without it is the command's own.
        let rest = own.iter().flatten().filter(|own| !own.is_empty()).fold(word.clone(), |rest, own| rest.replace(own, " "));
        for part in rest.split(|character: char| !character.is_ascii_alphanumeric() && character != '_') {
            let capitals = part.chars().filter(char::is_ascii_uppercase).count();
            let is_one = capitals > 1 && !part.chars().any(|character| character.is_ascii_lowercase());
            if is_one && !known.contains(&part) && !found.iter().any(|known| known == part) {
                found.push(part.to_owned());
            }
        }
    }
    found
}

/// The words of one simple command as a POSIX shell finds them; `None` for anything that a shell would expand, redirect or split into several
/// commands.
fn words(text: &str) -> Option<Vec<String>> {
    let (mut words, mut word, mut quote) = (Vec::new(), None::<String>, None::<char>);
    let mut characters = text.chars();
    while let Some(character) = characters.next() {
        match (quote, character) {
            (Some('\''), '\'') | (Some('"'), '"') => quote = None,
            (Some('"'), '$' | '`') => return None,
            (None | Some('"'), '\\') => word.get_or_insert_default().push(characters.next()?),
            (Some(_), character) => word.get_or_insert_default().push(character),
            (None, '\'' | '"') => {
                word.get_or_insert_default();
                quote = Some(character);
            }
            (None, ' ') => words.extend(word.take()),
            (
                None,
                '&' | '|' | ';' | '<' | '>' | '(' | ')' | '$' | '`' | '\n' | '\r' | '#' | '*' | '?' | '[' | ']' | '{' | '}' | '~' | '!',
            ) => {
                return None;
            }
            (None, character) => word.get_or_insert_default().push(character),
        }
    }
    words.extend(word);
    quote.is_none().then_some(words)
}

#[cfg(test)]
mod tests {
    use super::{Class, class};
    use crate::audit::findings::ResourceRef;

    fn of(text: &str, id: &str) -> Class {
        let resource = ResourceRef {
            arn: format!("arn:aws:rds:eu-west-1:111122223333:db:{id}"),
            type_name: String::new(),
            id: id.to_owned(),
            name: None,
            account: String::new(),
            region: String::new(),
            tags: Default::default(),
            unread_tags: Vec::new(),
        };
        class(text, &resource)
    }

    #[test]
    fn a_vault_is_made_if_it_is_missing() {
        let (look, make) =
            ("aws backup describe-backup-vault --backup-vault-name a", "aws backup create-backup-vault --backup-vault-name a");
        assert_eq!(of(&format!("{look} || {make}"), "db"), Class::Runs);
        for other in [
            format!("{make} || {look}"),
            format!("{look} || rm -rf x"),
            format!("{look} || aws backup delete-backup-vault --backup-vault-name a"),
            format!("{look} '|| {make}'"),
            format!("{look} ' || {make}'"),
            format!("{look} && {make}"),
        ] {
            assert_ne!(of(&other, "db"), Class::Runs, "{other}");
        }
    }

    #[test]
    fn only_what_is_known_to_be_harmless_runs() {
        let protect = "aws rds modify-db-instance --db-instance-identifier shop --deletion-protection --region eu-west-1";
        assert_eq!(of(protect, "shop"), Class::Runs);
        for (text, why) in [
            (format!("{protect} --apply-immediately"), "decide"),
            (format!("{protect} && aws rds delete-db-instance --db-instance-identifier shop"), "more than one"),
            (format!("{protect} > out.json"), "more than one"),
            (format!("{protect}\nrm -rf /"), "more than one"),
            (format!("{protect} --tag '\n'"), "control characters"),
            ("aws rds delete-db-instance --db-instance-identifier shop".to_owned(), "decide"),
            ("rm -rf /".to_owned(), "no command of AWS"),
            ("aws ec2 create-snapshot --volume-id $(id)".to_owned(), "more than one"),
            ("aws ec2 create-snapshot --description \"$HOME\"".to_owned(), "more than one"),
            ("aws ec2 create-snapshot --description 'not closed".to_owned(), "more than one"),
            ("aws s3api put-bucket-versioning --bucket b --versioning-configuration Status=Suspended".to_owned(), "off"),
            ("aws ec2 create-snapshot --volume-id vol-1 --endpoint-url http://localhost".to_owned(), "where to send it"),
            ("aws ec2 create-snapshot --cli-input-json file://x.json".to_owned(), "where to send it"),
        ] {
            assert!(matches!(of(&text, "shop"), Class::Review(reason) if reason.contains(why)), "{text}: {:?}", of(&text, "shop"));
        }
    }

    #[test]
    fn what_a_person_has_to_fill_in_never_runs() {
        let copy = |vault: &str| format!("aws backup start-backup-job --backup-vault-name {vault} --region eu-west-1");
        assert!(matches!(of(&copy("main"), "shop"), Class::Costs(_)));
        for placeholder in ["VAULT", "SNAPSHOT_ID", "UNKNOWN", "arn:aws:iam::111122223333:role/RESTORE_ROLE", "'{\"A\":\"TYPE\"}'"] {
            assert!(matches!(of(&copy(placeholder), "shop"), Class::Review(why) if why.starts_with("fill in")), "{placeholder}");
        }
        assert!(matches!(of(&copy("ORDERS"), "ORDERS"), Class::Costs(_)), "the resource's own name");
        let hostile = "it'\\''s $(touch x) `id`; rm -rf ~ & #";
        assert!(matches!(of(&copy(&format!("'{hostile}'")), "x"), Class::Costs(_)), "quoted, it is one word");
    }
}
