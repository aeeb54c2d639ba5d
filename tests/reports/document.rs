//! Findings documents for the tests of reports.

use chrono::{DateTime, NaiveDate, Utc};
use rel9::audit::findings::{
    AuditInfo, BestPracticeSummary, CoverageSummary, Edit, Finding, Findings, Location, Remediation, ReproducibleData, ResourceRef, SCHEMA,
    Status, Summary, WaiverRef,
};
use rel9::inventory::{CoverageEntry, CoverageStatus, Place};
use rel9::rules::objective::Reproducible;
use rel9::rules::{BestPractice, Severity};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use std::num::NonZeroU32;
use std::sync::Arc;

/// Hostile texts that names, tags, messages and errors could contain.
pub const HOSTILE: &[&str] = &[
    "\u{1b}[31mred\u{1b}[0m \u{7}\u{8}\u{0}\u{7f}",
    "one line\r\nanother\tcolumn\u{b}\u{c}",
    "C1 \u{80}\u{85}\u{9b}31m\u{9f}",
    "right to left \u{202e}txt.exe\u{202c} \u{2066}isolate\u{2069} \u{200f}mark\u{61c}",
    "zero\u{200b}width\u{feff} line\u{2028}paragraph\u{2029} tag\u{e0041} non\u{fffe}\u{ffff}",
    "</script><script>alert(1)</script><img src=x onerror=alert(1)>",
    "]]> <!-- --> <![CDATA[ &lt; &#x202e; &unknown; <?xml?>",
    "</summary></details>\n\n<details open><summary>",
    "=cmd|' /C calc'!A1",
    "+1+1",
    "-2+3",
    "@SUM(1+1)*cmd|' /C calc'!A0",
    " =1+1",
    "\t=1+1",
    "＝1+1",
    "quotes \" ' ` `` ``` \\ \\\" \\n",
    "a,b;c\",\"d",
    "| pipes | in | tables |",
    "[link](https://example.com) ![image](https://example.com/x.png) <https://example.com> [ref]: https://example.com",
    "https://example.com www.example.com mail@example.com ask @octocat, @org/team, #12, GH-12, !7, org/repo#9",
    "# heading",
    "- item",
    "1. item",
    "> quote",
    "---",
    "===",
    "```\nfence\n~~~",
    "*bold* _emphasis_ ~~gone~~ $x$ :tada: <b>html</b> [^1]",
    "{0} {} {{0}} %s ${x}",
    "../../etc/passwd",
    "",
    " ",
    "größe 日本語 🗄️ Ω",
];

pub fn at() -> DateTime<Utc> {
    "2026-11-22T07:00:00Z".parse().expect("a time")
}

/// One finding with ordinary texts.
pub fn finding(number: usize, status: Status, severity: Severity) -> Finding {
    let id = format!("vol-{number:017x}");
    Finding {
        id: (number as u128).into(),
        rule: "ebs-volume-encrypted".into(),
        best_practice: BestPractice::ALL[number % 4],
        title: "EBS volumes are encrypted".into(),
        fail_title: (status == Status::Fail).then(|| "The EBS volume is not encrypted".into()),
        severity,
        status,
        message: "is not encrypted".into(),
        resource: Arc::new(ResourceRef {
            arn: format!("arn:aws:ec2:eu-central-1:111122223333:volume/{id}"),
            type_name: "AWS::EC2::Volume".to_owned(),
            id,
            name: Some("logs".to_owned()),
            account: "111122223333".to_owned(),
            region: "eu-central-1".to_owned(),
            tags: BTreeMap::from([("Name".to_owned(), "logs".to_owned())]),
            unread_tags: Vec::new(),
        }),
        evidence: Map::from_iter([("resource.encrypted".to_owned(), json!(false))]).into(),
        unknown_because: match status {
            Status::Unknown => ["ec2:DescribeVolumes denied in 111122223333/eu-central-1".to_owned()].into(),
            _ => Arc::default(),
        },
        waiver: (status == Status::Waived).then(|| {
            Box::new(WaiverRef {
                reason: "moves in January".to_owned(),
                approved_by: "Head of Platform".to_owned(),
                expires: NaiveDate::from_ymd_opt(2027, 1, 31),
            })
        }),
        remediation: (status != Status::Pass).then(|| {
            Arc::new(Remediation {
                summary: "Encrypt the volume".into(),
                steps: ["Copy its snapshot encrypted".to_owned(), "Attach the copy".to_owned()].into(),
                cli: vec!["aws ec2 copy-snapshot --encrypted --source-region eu-central-1 --source-snapshot-id SNAPSHOT_ID".to_owned()],
                docs: ["https://docs.aws.amazon.com/ebs/latest/userguide/ebs-encryption.html".to_owned()].into(),
                ..Remediation::default()
            })
        }),
        references: Arc::new(BTreeMap::from([("nist_800_53_r5".to_owned(), vec!["SC-28".to_owned(), "CP-9(8)".to_owned()])])),
        location: None,
        baseline: None,
    }
}

/// A document of findings, with their counts.
pub fn document(findings: Vec<Finding>) -> Findings {
    let mut summary = Summary { resources: findings.len() as u64, ..Summary::default() };
    summary.coverage = CoverageSummary {
        data_resources: 4,
        protected: 2,
        on_schedule: 1,
        restorable_only: 1,
        unprotected: 1,
        reproducible: 1,
        percent: 66.6,
        ..Default::default()
    };
    for id in BestPractice::ALL {
        let count = |status| findings.iter().filter(|finding| finding.best_practice == id && finding.status == status).count() as u64;
        let [pass, fail, unknown, waived] = [Status::Pass, Status::Fail, Status::Unknown, Status::Waived].map(count);
        let risk = if fail > 0 { id.risk() } else { "none" }.to_owned();
        summary.best_practices.push(BestPracticeSummary { id, risk, pass, fail, unknown, waived });
    }
    for finding in &findings {
        *summary.by_status.entry(finding.status).or_default() += 1;
        *summary.by_severity.entry(finding.severity).or_default() += u64::from(finding.status == Status::Fail);
    }
    let audit = AuditInfo {
        id: "a".repeat(32),
        rel9_version: "0.1.0".to_owned(),
        as_of: at(),
        source: "aws".to_owned(),
        accounts: vec!["111122223333".to_owned()],
        regions: vec!["eu-central-1".to_owned()],
        policy_digest: None,
        policy: None,
        rules_digest: "sha256:00".to_owned(),
        partial: Vec::new(),
        complete: true,
        ledger_head: None,
        read: Vec::new(),
    };
    Findings {
        schema: SCHEMA.to_owned(),
        audit,
        summary,
        gate: None,
        findings: findings.into_iter().map(Box::new).collect(),
        reproducible: Vec::new(),
        collection: Vec::new(),
    }
}

/// A document with every status and ordinary texts.
pub fn small() -> Findings {
    let mut located = finding(4, Status::Fail, Severity::Critical);
    located.location = Some(Location { file: "stacks/data volumes.yaml".into(), line: 12, column: NonZeroU32::new(3) });
    let mut achieved = finding(5, Status::Pass, Severity::High);
    achieved.rule = "data-rpo-meets-objective".into();
    achieved.evidence =
        Map::from_iter([("protection.rpo_seconds".to_owned(), json!(7200)), ("objective.rpo_seconds".to_owned(), json!(86400))]).into();
    let statuses = [
        (Status::Fail, Severity::Low),
        (Status::Pass, Severity::High),
        (Status::Unknown, Severity::High),
        (Status::Waived, Severity::Medium),
    ];
    let mut findings: Vec<Finding> =
        statuses.iter().enumerate().map(|(number, (status, severity))| finding(number, *status, *severity)).collect();
    findings.extend([located, achieved]);
    let mut document = document(findings);
    document.audit.complete = false;
    document.collection = vec![entry("ec2", CoverageStatus::Ok), entry("backup", CoverageStatus::Denied)];
    document.reproducible = vec![reproducible("rebuilt from the event stream")];
    document
}

/// A document of hostile texts: each finding has one of them in all its fields.
pub fn hostile() -> Findings {
    let statuses = [Status::Fail, Status::Unknown, Status::Waived, Status::Pass];
    let mut findings = Vec::new();
    for (number, text) in HOSTILE.iter().enumerate() {
        for status in statuses {
            findings.push(poisoned(findings.len(), status, Severity::ALL[number % 5], text));
        }
    }
    let mut document = document(findings);
    let texts = || HOSTILE.iter().map(|text| (*text).to_owned());
    document.audit.accounts = vec![HOSTILE[0].to_owned()];
    document.audit.regions = vec![HOSTILE[3].to_owned()];
    document.audit.source = HOSTILE[15].to_owned();
    document.audit.policy_digest = Some(HOSTILE[1].to_owned());
    document.audit.rel9_version = HOSTILE[5].to_owned();
    document.audit.id = HOSTILE[6].to_owned();
    document.audit.complete = false;
    for (practice, text) in document.summary.best_practices.iter_mut().zip(texts()) {
        practice.risk = text;
    }
    document.reproducible = texts().map(|text| reproducible(&text)).collect();
    document.collection = texts().map(|text| entry(&text, CoverageStatus::Denied)).collect();
    document
}

/// A finding with the same text in every field.
pub fn poisoned(number: usize, status: Status, severity: Severity, text: &str) -> Finding {
    let own = || text.to_owned();
    let mut finding = finding(number, status, severity);
    (finding.rule, finding.title, finding.message) = (text.into(), text.into(), text.into());
    finding.fail_title = finding.fail_title.map(|_| text.into());
    finding.resource = Arc::new(ResourceRef {
        // A separate ARN, because each resource has one.
        arn: format!("{text}{number}"),
        type_name: own(),
        id: own(),
        name: Some(format!("{text}.")),
        account: own(),
        region: own(),
        tags: BTreeMap::from([(own(), own())]),
        unread_tags: vec![own()],
    });
    finding.evidence = Map::from_iter([(own(), Value::from(text)), ("protection.rpo_seconds".to_owned(), Value::from(text))]).into();
    finding.unknown_because = if status == Status::Unknown { [own()].into() } else { Arc::default() };
    if let Some(waiver) = &mut finding.waiver {
        (waiver.reason, waiver.approved_by) = (own(), own());
    }
    if let Some(remediation) = &mut finding.remediation {
        *remediation = Arc::new(Remediation {
            summary: text.into(),
            steps: [own(), own()].into(),
            cli: vec![own(), own()],
            cloudformation: Some(text.into()),
            terraform: Some(text.into()),
            edit: Some(Box::new(Edit {
                file: text.into(),
                start: Place { line: 3, column: 1 },
                end: Place { line: 3, column: 7 },
                text: "true".to_owned(),
            })),
            docs: [own(), format!("https://docs.aws.amazon.com/{text}")].into(),
        });
    }
    finding.references = Arc::new(BTreeMap::from([("nist_800_53_r5".to_owned(), vec![own(); 30]), (own(), vec![own()])]));
    finding.location = number.is_multiple_of(2).then(|| Location { file: text.into(), line: 0, column: None });
    finding
}

fn entry(text: &str, status: CoverageStatus) -> CoverageEntry {
    let (own, operation) = (|| text.to_owned(), format!("Describe{text}"));
    CoverageEntry {
        account: "111122223333".to_owned(),
        region: "eu-central-1".to_owned(),
        service: own(),
        operation,
        status,
        items: 1,
        error: Some(own()),
        location: None,
    }
}

fn reproducible(text: &str) -> ReproducibleData {
    let mut resource = finding(7, Status::Pass, Severity::Low).resource;
    Arc::make_mut(&mut resource).id = text.to_owned();
    ReproducibleData { resource, why: Reproducible { reason: Some(text.to_owned()), expires_at: None, declared: true } }
}
