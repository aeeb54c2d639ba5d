//! Files and other parts of templates that could not be read, for reports that consist of findings: each becomes an unknown finding, so that the
//! file is not simply missing. The findings document has them in its coverage log.

use crate::audit::finding_id::FindingId;
use crate::audit::findings::{Finding, Findings, ResourceRef, Status};
use crate::inventory::CoverageEntry;
use crate::rules::evidence::Evidence;
use crate::rules::{BestPractice, Severity};

/// The id in place of a rule.
const RULE: &str = "template-unread";
const TITLE: &str = "The template can be read";

/// A finding for each part.
pub fn as_findings(findings: &Findings) -> Vec<Finding> {
    findings.unread_parts().map(as_finding).collect()
}

/// A template may leave it open.
fn known(place: &str) -> String {
    if place.contains("${") { String::new() } else { place.to_owned() }
}

fn as_finding(part: &CoverageEntry) -> Finding {
    let arn = format!("template:{}", part.part());
    let why = part.why_part();
    Finding {
        id: FindingId::new(RULE, &arn),
        rule: RULE.into(),
        best_practice: BestPractice::ALL[0],
        title: TITLE.into(),
        fail_title: None,
        // It may contain anything: the severity at which the gate fails by default.
        severity: Severity::High,
        status: Status::Unknown,
        message: format!("could not be read: {why}").into(),
        resource: ResourceRef {
            arn,
            type_name: "template".to_owned(),
            id: part.part().to_owned(),
            name: None,
            account: known(&part.account),
            region: known(&part.region),
            tags: Default::default(),
            unread_tags: Vec::new(),
        }
        .into(),
        evidence: Evidence::default(),
        unknown_because: [why].into(),
        waiver: None,
        remediation: None,
        references: Default::default(),
        location: part.location.clone(),
        baseline: None,
    }
}
