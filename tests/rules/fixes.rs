//! The fixes of rules for templates: each one, made in a template that fails the rule, lets the rule pass.

mod edits;
mod merge;
mod yaml;

use rel9::audit::findings::{Edit, Finding, Findings, Status};
use rel9::audit::policy::Policy;
use rel9::audit::{self, Templates};
use rel9::report::{self, Target};
use rel9::rules::RuleSet;
use rel9::template::declarable::declarables;
use rel9::template::edits::Files;
use rel9::template::sources;
use rel9::template::{Options, declaration::TemplateError};
use serde_json::Value;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;
use tempfile::TempDir;

static RULES: LazyLock<RuleSet> = LazyLock::new(|| RuleSet::built_in(rel9::rules::Care::Trusted).expect("rules"));

/// What the fixes leave for people to fill in, with a value for the test. (The emergency role is one that the policy file must name too.)
const PLACEHOLDERS: [(&str, &str); 8] = [
    ("<REGION>", "eu-central-1"),
    ("<ACCOUNT_ID>", "444455556666"),
    ("<VAULT>", "copies"),
    ("<SNAPSHOT_COPY_GRANT>", "warehouse-copies"),
    ("<KEY_ID>", "11111111-2222-3333-4444-555555555555"),
    ("<ORGANIZATION_ID>", "o-exampleorgid"),
    ("<BUCKET_IN_ANOTHER_REGION>", "elsewhere"),
    ("<ARN_OF_AN_EMERGENCY_ROLE>", "arn:aws:iam::111122223333:role/emergency"),
];

/// Fixes after which the finding is not one that passes, with the reason.
const NOT_SEEN_TO_PASS: [(&str, &str, &str); 5] = [
    ("backup-vault-lock-compliance-mode", "", "whether the cooling-off period has ended is known after the deployment"),
    ("s3-bucket-mfa-delete", "", "Object Lock takes its place, and then the rule does not apply"),
    ("s3-bucket-cross-region-replication", "cloudformation", "a stack has one Region: the destination is in another stack"),
    ("s3-bucket-replicates-kms-objects", "cloudformation", "a stack has one Region: the destination is in another stack"),
    ("s3-bucket-cross-region-replication", "cloud_control.tf", "its fix is that of CloudFormation"),
];

/// The findings of the template at a path.
fn judge(path: &Path) -> Vec<Finding> {
    document(path).findings.into_iter().map(|finding| *finding).collect()
}

/// Rules with a fix that no fixture needs, with the reason.
const NOT_NEEDED: &[(&str, &str)] = &[
    ("backup-plan-target-vault-exists", "whether a vault exists that the template only names shows with --assume-plans"),
    ("backup-selection-no-dangling-arns", "whether an ARN outside of the template exists shows with --assume-plans"),
    ("dlm-policy-healthy", "which volumes of the account a policy reaches is not known before the deployment"),
    ("efs-replication", "when it last replicated is known after the deployment"),
    ("rds-cluster-snapshot-encrypted", "a copy of a declared snapshot has the encryption of its source, which another template declares"),
    ("rds-snapshot-encrypted", "a copy of a declared snapshot has the encryption of its source, which another template declares"),
    ("s3-bucket-encrypted", "S3 encrypts every bucket"),
];

/// The role that may delete backups is one that the policy file must name.
const POLICY: &str = "version: 1\nrules:\n  backup-vault-denies-deletion: { params: { allowed_principals: ['arn:aws:iam::111122223333:role/emergency'] } }\n";

fn document(path: &Path) -> Findings {
    document_with(path, POLICY)
}

/// Judges the template at a path.
fn document_with(path: &Path, policy: &str) -> Findings {
    let options = Options { account: Some("111122223333".to_owned()), region: Some("us-east-1".to_owned()), ..Options::default() };
    let (declarables, slots) = (declarables(), Files::default());
    let templates = Templates { declarables: &declarables, slots: &slots };
    let as_of = Some("2026-11-22T07:00:00Z".parse().expect("a time"));
    let policy = Policy::parse("rel9.yaml", policy, &RULES).expect("a policy");
    let read = |judge: &audit::JudgeShard| {
        let found = sources::read(path, &options, &|shard| judge(&shard))?;
        assert!(found.unread.is_empty() && !found.stacks.is_empty(), "{}", path.display());
        Ok::<_, TemplateError>(found.stacks)
    };
    let options = audit::Options { as_of, ..audit::Options::default() };
    let (findings, _) = audit::run_templates(read, templates, &RULES, &policy, &options).expect("findings");
    findings
}

/// A fixture in a folder of its own.
struct Template {
    folder: TempDir,
    name: String,
    text: String,
}

impl Template {
    fn new(name: &str, text: String) -> Template {
        let folder = TempDir::new().expect("a folder");
        std::fs::write(folder.path().join(name), &text).expect("a file");
        Template { folder, name: name.to_owned(), text }
    }

    fn path(&self) -> PathBuf {
        self.folder.path().join(&self.name)
    }

    fn with(&self, text: &str) -> Template {
        Template::new(&self.name, text.to_owned())
    }
}

/// The fixtures of a language.
fn fixtures(language: &str) -> Vec<(String, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/rules/fixes").join(language);
    let files = std::fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path());
    let mut files: Vec<PathBuf> = files.collect();
    files.sort();
    let read = |path: &PathBuf| {
        let name = path.file_name().expect("a name").to_string_lossy().into_owned();
        (name, std::fs::read_to_string(path).expect("a text"))
    };
    files.iter().map(read).collect()
}

fn snippet(finding: &Finding) -> Option<&str> {
    let remediation = finding.remediation.as_deref().filter(|_| finding.status == Status::Fail)?;
    remediation.terraform.as_deref().or(remediation.cloudformation.as_deref())
}

/// The text after an edit.
fn edited(text: &str, edit: &Edit) -> String {
    let at = |line: u32, column: u32| {
        let start: usize = text.split_inclusive('\n').take(line as usize - 1).map(str::len).sum();
        start + text[start..].chars().take(column as usize - 1).map(char::len_utf8).sum::<usize>()
    };
    let (start, end) = (at(edit.start.line, edit.start.column), at(edit.end.line, edit.end.column));
    format!("{}{}{}", &text[..start], edit.text, &text[end..])
}

fn filled_in(text: &str) -> String {
    PLACEHOLDERS.iter().fold(text.to_owned(), |text, (placeholder, value)| text.replace(placeholder, value))
}

/// What a template says of a finding that failed in another.
fn verdict(template: &Template, failed: &Finding) -> String {
    let same = |finding: &&Finding| finding.rule == failed.rule && finding.resource.id == failed.resource.id;
    match judge(&template.path()).iter().find(same) {
        None => "gone".to_owned(),
        Some(finding) => format!("{} ({})", finding.status.as_str(), finding.message),
    }
}

/// Makes every fix of a language's fixtures, as an edit and as code, and returns what does not pass, and the rules whose fix was seen.
fn check(language: &str, fixtures: Vec<(String, String)>, merge: &dyn Fn(&str, &str) -> String) -> (Vec<String>, Seen) {
    let (mut wrong, mut seen) = (Vec::new(), Seen::default());
    for (name, text) in fixtures {
        let template = Template::new(&name, text);
        for finding in judge(&template.path()).iter().filter(|finding| finding.status == Status::Fail) {
            let Some(snippet) = snippet(finding) else { continue };
            let what = |how: &str, verdict: &str| format!("{name}: {} of {} by {how}: {verdict}", finding.rule, finding.resource.id);
            let fixed = template.with(&merge(&template.text, &filled_in(snippet)));
            let (rule, verdict_of_code) = (finding.rule.to_string(), verdict(&fixed, finding));
            let expected =
                NOT_SEEN_TO_PASS.iter().any(|(known, of, _)| *known == rule && (of.is_empty() || *of == language || *of == name));
            if !verdict_of_code.starts_with("pass") && !expected {
                wrong.push(format!("{}\n{snippet}\n---\n{}", what("code", &verdict_of_code), fixed.text));
            }
            seen.code.insert(rule.clone());
            if expected {
                continue;
            }
            if let Some(edit) = finding.remediation.as_ref().and_then(|remediation| remediation.edit.as_ref()) {
                let fixed = template.with(&edited(&template.text, edit));
                let verdict = verdict(&fixed, finding);
                if !verdict.starts_with("pass") {
                    wrong.push(format!("{}\n{edit:?}\n---\n{}", what("edit", &verdict), fixed.text));
                }
                seen.edits.insert(rule);
            }
        }
    }
    (wrong, seen)
}

/// The rules whose fixes were made.
#[derive(Default)]
struct Seen {
    code: BTreeSet<String>,
    edits: BTreeSet<String>,
}

/// The rules that have a fix in a language.
fn rules_with_fix(language: &str) -> BTreeSet<String> {
    let of_language = |name: &str| match language {
        "cloudformation" => name == language || name.starts_with("AWS::"),
        _ => name == language || name.starts_with("aws"),
    };
    let has = |rule: &&rel9::rules::Rule| {
        rule.remediation.template.as_ref().is_some_and(|template| template.fix.iter().any(|(name, _)| of_language(name)))
    };
    RULES.iter().filter(has).map(|rule| rule.id.clone()).collect()
}

fn assert_all(language: &str, wrong: &[String], seen: &Seen, never_fails: &[(&str, &str)]) {
    assert!(wrong.is_empty(), "{} fixes do not help:\n{}", wrong.len(), wrong.join("\n\n"));
    let with_fix = rules_with_fix(language);
    let unseen: Vec<String> = with_fix.difference(&seen.code).cloned().collect();
    let listed: Vec<&str> =
        never_fails.iter().map(|(rule, _)| *rule).filter(|rule| with_fix.contains(*rule) && !seen.code.contains(*rule)).collect();
    assert_eq!(unseen, listed, "rules whose {language} fix no fixture needs");
    println!("{language}: the fixes of {} rules pass as code, those of {} as edits", seen.code.len(), seen.edits.len());
}

#[test]
fn what_terraform_is_told_to_change_passes() {
    let (wrong, seen) = check("terraform", fixtures("terraform"), &merge::terraform);
    assert_all("terraform", &wrong, &seen, NOT_NEEDED);
}

#[test]
fn what_cloudformation_is_told_to_change_passes() {
    let (wrong, seen) = check("cloudformation", fixtures("cloudformation"), &merge::cloudformation);
    assert_all("cloudformation", &wrong, &seen, NOT_NEEDED);
}

#[test]
fn what_cloudformation_in_yaml_is_told_to_change_passes() {
    let in_yaml = |(name, text): (String, String)| {
        let template = serde_json::from_str(&text).expect("JSON");
        (name.replace(".json", ".yaml"), yaml::written(&template))
    };
    let fixtures = fixtures("cloudformation").into_iter().map(in_yaml).collect();
    let (wrong, seen) = check("cloudformation", fixtures, &merge::cloudformation_yaml);
    assert_all("cloudformation", &wrong, &seen, NOT_NEEDED);
}

/// What a report shows of a template.
fn report(name: &str, template: &Template) -> String {
    let mut out = Vec::new();
    (report::find(name).expect("a format").write)(&document(&template.path()), &Target::PLAIN, &mut out).expect("written");
    String::from_utf8(out).expect("UTF-8")
}

#[test]
fn the_reports_of_a_pull_request_carry_the_fix_of_every_rule() {
    for language in ["terraform", "cloudformation"] {
        let mut carried: BTreeSet<String> = BTreeSet::new();
        for (name, text) in fixtures(language) {
            let template = Template::new(&name, text);
            let failed = judge(&template.path());
            let failed: Vec<&Finding> = failed.iter().filter(|finding| snippet(finding).is_some()).collect();
            let (markdown, junit) = (report("markdown", &template), report("junit", &template));
            let sarif: Value = serde_json::from_str(&report("sarif", &template)).expect("JSON");
            let results = sarif["runs"][0]["results"].as_array().expect("a list");
            for finding in failed {
                let code = snippet(finding).expect("a fix");
                let first = failed_first(&judge(&template.path()), &finding.rule);
                // Markdown shows the fixes of a rule as far as there is room: that of the first resource at least.
                assert!(markdown.contains(first.trim_end()), "{name}: {} in Markdown", finding.rule);
                let line = code.lines().find(|line| line.contains('"')).unwrap_or(code.lines().next().expect("a line"));
                assert!(
                    junit.contains(&line.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;"))
                        || junit.contains(line),
                    "{name}: {line} in JUnit"
                );
                let is_it = |result: &&Value| {
                    result["ruleId"] == *finding.rule
                        && result["locations"][0]["logicalLocations"][0]["name"] == finding.resource.id.as_str()
                };
                let result = results.iter().find(is_it).unwrap_or_else(|| panic!("{name}: {} in SARIF", finding.rule));
                assert_eq!(result["properties"]["fix"], code);
                let edit = finding.remediation.as_ref().and_then(|remediation| remediation.edit.as_ref());
                assert_eq!(result["fixes"].is_array(), edit.is_some(), "{name}: {} in SARIF", finding.rule);
                carried.insert(finding.rule.to_string());
            }
        }
        println!("{language}: Markdown, JUnit and SARIF carry the fixes of {} rules of {}", carried.len(), rules_with_fix(language).len());
    }
}

/// The fix of the first resource that fails a rule.
fn failed_first(findings: &[Finding], rule: &str) -> String {
    findings.iter().find(|finding| &*finding.rule == rule && snippet(finding).is_some()).and_then(snippet).expect("a fix").to_owned()
}

/// Words of work on what runs.
const OF_RUNNING_RESOURCES: [&str; 15] = [
    "aws ",
    "stop ",
    "detach",
    "attach ",
    "take a snapshot",
    "take a manual",
    "snapshot of the",
    "migrate",
    "wait ",
    "restore the",
    "restore a",
    "move the data",
    "copy the data",
    "replicate objects",
    "on-demand",
];

#[test]
fn no_template_is_told_to_change_what_runs() {
    let declarables = declarables();
    for rule in RULES.iter() {
        let judges = sources_of(rule, &declarables);
        let told = rule.remediation.template.as_ref();
        assert_eq!(told.is_some(), judges, "{}: `remediation.template`", rule.id);
        // Code, or the reason why there is none.
        assert!(told.is_none_or(|told| told.fix.is_empty() == told.no_code.is_some()), "{}: neither `fix` nor `no_code`, or both", rule.id);
    }
    for language in ["terraform", "cloudformation"] {
        for (name, text) in fixtures(language) {
            let template = Template::new(&name, text);
            for finding in judge(&template.path()).iter().filter(|finding| finding.status == Status::Fail) {
                let remediation = finding.remediation.as_ref().expect("a remediation");
                assert!(remediation.cli.is_empty(), "{name}: {}", finding.rule);
                for text in remediation.steps.iter().map(String::as_str).chain([&*remediation.summary]) {
                    let told = OF_RUNNING_RESOURCES
                        .iter()
                        .find(|word| if **word == "aws " { text.contains(*word) } else { text.to_lowercase().contains(*word) });
                    assert_eq!(told, None, "{name}: {}: {text}", finding.rule);
                }
            }
        }
    }
}

fn sources_of(rule: &rel9::rules::Rule, declarables: &rel9::inventory::declarable::Declarables) -> bool {
    rel9::rules::sources::source_names(rule, declarables).iter().any(|source| ["cloudformation", "terraform"].contains(source))
}
