//! Compares an audit with an earlier one: failures that the earlier audit knows do not fail the gate.

use super::finding_id::FindingId;
use super::findings::{BaselineEarlier, BaselineMark, BaselineSummary, Finding, Findings, Status};
use crate::rules::Severity;
use std::collections::HashMap;

/// Marks every failure as known or new, and counts them, before the document has its id.
///
/// A failure is known if it failed in the baseline with at least its present severity. It is fixed if it failed there and passes now; failures
/// that are now gone, waived or unknown do not count as fixed.
pub fn mark(findings: &mut Findings, baseline: &Findings) {
    let failed = failures(&baseline.findings);
    let mut counts = BaselineSummary {
        earlier: Some(BaselineEarlier {
            as_of: baseline.audit.as_of,
            coverage_percent: baseline.summary.coverage.percent,
            by_severity: baseline.summary.by_severity.clone(),
        }),
        ..BaselineSummary::default()
    };
    for finding in &mut findings.findings {
        let then = failed.get(&finding.id);
        match finding.status {
            Status::Fail if then.is_some_and(|severity| *severity >= finding.severity) => {
                counts.known += 1;
                finding.baseline = Some(BaselineMark::Known);
            }
            Status::Fail => {
                counts.new += 1;
                finding.baseline = Some(BaselineMark::New);
            }
            Status::Pass if then.is_some() => counts.fixed += 1,
            _ => {}
        }
    }
    findings.summary.baseline = Some(counts);
}

fn failures(findings: &[Box<Finding>]) -> HashMap<FindingId, Severity> {
    findings.iter().filter(|finding| finding.status == Status::Fail).map(|finding| (finding.id, finding.severity)).collect()
}
