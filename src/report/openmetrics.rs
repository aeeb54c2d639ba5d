//! `openmetrics`: gauges for Prometheus. The text is OpenMetrics 1.0; as it has only gauges and no timestamps, it is also Prometheus' own text
//! format, which node_exporter's textfile collector reads (there `# UNIT` and `# EOF` are comments).
//!
//! `rel9_findings` has no samples of zero: where the last failing finding of a rule is gone, its sample is gone.

use super::escape::terminal;
use super::{Report, Target};
use crate::audit::findings::{Findings, Status};
use std::collections::BTreeMap;
use std::io::{self, Write};

pub const REPORT: Report = Report { name: "openmetrics", about: "gauges for Prometheus", write };

/// Gauges of achieved values and objectives: gauge, rule, evidence, help text.
const ACHIEVED: [(&str, &str, &str, &str); 4] = [
    ("rel9_rpo_seconds", "data-rpo-meets-objective", "protection.rpo_seconds", "Age of the newest moment that can be restored."),
    ("rel9_rpo_objective_seconds", "data-rpo-meets-objective", "objective.rpo_seconds", "RPO that the policy file requires."),
    ("rel9_rto_seconds", "data-rto-meets-objective", "protection.rto_seconds", "Duration of the last successful restore."),
    ("rel9_rto_objective_seconds", "data-rto-meets-objective", "objective.rto_seconds", "RTO that the policy file requires."),
];

/// What a rule's risk can be.
const RISKS: [&str; 4] = ["high", "medium", "none", "unknown"];

fn write(findings: &Findings, _: &Target, out: &mut dyn Write) -> io::Result<()> {
    let mut page = Page { out };
    audit(findings, &mut page)?;
    summary(findings, &mut page)?;
    counts(findings, &mut page)?;
    achieved(findings, &mut page)?;
    page.out.write_all(b"# EOF\n")
}

fn audit(findings: &Findings, page: &mut Page) -> io::Result<()> {
    let audit = &findings.audit;
    page.head("rel9_audit_timestamp_seconds", "Time as of which everything was judged, as Unix time.")?;
    page.sample("rel9_audit_timestamp_seconds", &[], &audit.as_of.timestamp())?;
    page.head("rel9_audit_complete", "1 when every call answered.")?;
    page.sample("rel9_audit_complete", &[], &u8::from(audit.complete))?;
    page.head("rel9_audit_info", "What judged: always 1.")?;
    let policy = audit.policy_digest.as_deref().unwrap_or_default();
    let labels = [
        ("version", audit.rel9_version.as_str()),
        ("source", &audit.source),
        ("rules_digest", &audit.rules_digest),
        ("policy_digest", policy),
    ];
    page.sample("rel9_audit_info", &labels, &1)
}

fn summary(findings: &Findings, page: &mut Page) -> io::Result<()> {
    let summary = &findings.summary;
    page.head("rel9_resources", "Resources with at least one finding.")?;
    page.sample("rel9_resources", &[], &summary.resources)?;
    if !summary.not_judged.is_empty() {
        page.head("rel9_not_judged", "Resources of types that hold data and that rel9 does not read.")?;
    }
    for found in &summary.not_judged {
        page.sample("rel9_not_judged", &[("type", found.type_name.as_str())], &found.resources)?;
    }
    let coverage = &summary.coverage;
    let states = [
        ("protected", coverage.protected),
        ("stale", coverage.stale),
        ("selected_not_protected", coverage.selected_not_protected),
        ("opt_in_blocked", coverage.opt_in_blocked),
        ("unprotected", coverage.unprotected),
        ("reproducible", coverage.reproducible),
        ("unknown", coverage.unknown),
    ];
    page.head("rel9_data_resources", "Data resources by protection state.")?;
    states.iter().try_for_each(|(state, count)| page.sample("rel9_data_resources", &[("state", state)], count))?;
    let protected = [("on_schedule", coverage.on_schedule), ("restorable_only", coverage.restorable_only)];
    page.head("rel9_data_protected", "Protected data resources, by whether a schedule renews their backups.")?;
    protected.iter().try_for_each(|(by, count)| page.sample("rel9_data_protected", &[("by", by)], count))?;
    page.head("rel9_data_protected_ratio", "Protected ones among the data resources that are not reproducible.")?;
    // The document rounds to a tenth of a percent.
    page.sample("rel9_data_protected_ratio", &[], &format_args!("{:.3}", coverage.percent / 100.0))?;
    page.head("rel9_best_practice_risk", "1 for the risk that a best practice of REL 9 has, 0 for the others.")?;
    for practice in &summary.best_practices {
        for risk in RISKS {
            let labels = [("best_practice", practice.id.id()), ("risk", risk)];
            page.sample("rel9_best_practice_risk", &labels, &u8::from(practice.risk == risk))?;
        }
    }
    page.head("rel9_best_practice_findings", "Findings by best practice and status.")?;
    for practice in &summary.best_practices {
        let counts = [
            (Status::Pass, practice.pass),
            (Status::Fail, practice.fail),
            (Status::Unknown, practice.unknown),
            (Status::Waived, practice.waived),
        ];
        for (status, count) in counts {
            page.sample("rel9_best_practice_findings", &[("best_practice", practice.id.id()), ("status", status.as_str())], &count)?;
        }
    }
    if let Some(baseline) = &summary.baseline {
        page.head("rel9_baseline_findings", "Failures that the baseline knows, those that are new, and those of it that pass now.")?;
        let counts = [("known", baseline.known), ("new", baseline.new), ("fixed", baseline.fixed)];
        counts.iter().try_for_each(|(mark, count)| page.sample("rel9_baseline_findings", &[("baseline", mark)], count))?;
    }
    Ok(())
}

fn counts(findings: &Findings, page: &mut Page) -> io::Result<()> {
    let mut counts: BTreeMap<[String; 7], u64> = BTreeMap::new();
    for finding in &findings.findings {
        let resource = &finding.resource;
        let (practice, severity, status) = (finding.best_practice.id(), finding.severity.as_str(), finding.status.as_str());
        let labels = [&resource.account, &resource.region, &resource.type_name, &*finding.rule, practice, severity, status];
        *counts.entry(labels.map(label)).or_default() += 1;
    }
    let names = ["account", "region", "type", "rule", "best_practice", "severity", "status"];
    page.head("rel9_findings", "Findings by account, Region, resource type, rule, severity and status.")?;
    counts.iter().try_for_each(|(labels, count)| page.line("rel9_findings", &names, labels, count))?;

    let mut operations: BTreeMap<[String; 4], u64> = BTreeMap::new();
    for entry in &findings.collection {
        *operations.entry([&entry.account, &entry.region, &entry.service, entry.status.as_str()].map(label)).or_default() += 1;
    }
    page.head("rel9_operations", "AWS API operations by how their calls ended.")?;
    operations
        .iter()
        .try_for_each(|(labels, count)| page.line("rel9_operations", &["account", "region", "service", "status"], labels, count))
}

fn achieved(findings: &Findings, page: &mut Page) -> io::Result<()> {
    for (name, rule, evidence, help) in ACHIEVED {
        let mut samples: BTreeMap<[String; 4], u64> = BTreeMap::new();
        for finding in findings.findings.iter().filter(|finding| *finding.rule == *rule) {
            if let Some(seconds) = finding.evidence.get(evidence).and_then(|seconds| seconds.as_u64()) {
                let resource = &finding.resource;
                samples.insert([&resource.account, &resource.region, &resource.type_name, &resource.arn].map(label), seconds);
            }
        }
        page.head(name, help)?;
        samples.iter().try_for_each(|(labels, seconds)| page.line(name, &["account", "region", "type", "arn"], labels, seconds))?;
    }
    Ok(())
}

struct Page<'a> {
    out: &'a mut dyn Write,
}

impl Page<'_> {
    /// The metadata of a gauge. What ends in `_seconds` or `_ratio` has that unit.
    fn head(&mut self, name: &str, help: &str) -> io::Result<()> {
        writeln!(self.out, "# TYPE {name} gauge")?;
        if let Some(unit) = ["seconds", "ratio"].iter().find(|unit| name.ends_with(*unit)) {
            writeln!(self.out, "# UNIT {name} {unit}")?;
        }
        writeln!(self.out, "# HELP {name} {help}")
    }

    fn sample(&mut self, name: &str, labels: &[(&str, &str)], value: &dyn std::fmt::Display) -> io::Result<()> {
        let (names, values): (Vec<&str>, Vec<String>) = labels.iter().map(|(name, value)| (*name, label(value))).unzip();
        self.line(name, &names, &values, value)
    }

    /// One sample; the labels' values are escaped already.
    fn line(&mut self, name: &str, names: &[&str], values: &[String], value: &dyn std::fmt::Display) -> io::Result<()> {
        self.out.write_all(name.as_bytes())?;
        for (number, (label, text)) in names.iter().zip(values).enumerate() {
            write!(self.out, "{}{label}=\"{text}\"", if number == 0 { '{' } else { ',' })?;
        }
        writeln!(self.out, "{} {value}", if names.is_empty() { "" } else { "}" })
    }
}

/// A label's value, escaped. Without line ends, as node_exporter's users grep these files.
fn label(text: &(impl AsRef<str> + ?Sized)) -> String {
    let text = terminal(text.as_ref());
    if text.contains(['\\', '"']) { text.replace('\\', "\\\\").replace('"', "\\\"") } else { text }
}

#[cfg(test)]
mod tests {
    use super::label;

    #[test]
    fn labels_are_escaped() {
        assert_eq!(label("a\"b\\c\nd"), "a\\\"b\\\\c d");
    }
}
