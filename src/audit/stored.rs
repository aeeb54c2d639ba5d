//! Reads stored findings documents, and rejects what rel9 did not write: another version, a truncated or a changed document.

use super::finding_id::FindingId;
use super::findings::{BaselineMark, CoverageSummary, Findings, SCHEMA, Status, Summary};
use super::{fingerprint, is_complete};
use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::Value;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::Path;

/// Bytes that are read at a time.
const BUFFER: usize = 1 << 18;

/// Reads a findings document. `name` is its name in errors; `open` returns its bytes from the start.
///
/// # Errors
/// Why it is not a findings document, or was changed: with line and column where they are known.
pub fn read<R: Read>(name: &str, open: impl Fn() -> io::Result<R>) -> Result<Findings, String> {
    let reader = || open().map(|file| BufReader::with_capacity(BUFFER, file)).map_err(|error| format!("{name}: cannot be read: {error}"));
    let findings: Findings = match serde_json::from_reader(reader()?) {
        Err(error) => return Err(why_not(name, reader()?, &error)),
        Ok(findings) => findings,
    };
    if findings.schema != SCHEMA {
        return Err(other_schema(name, &findings.schema));
    }
    match difference(&findings) {
        None => Ok(findings),
        Some(what) => Err(format!("{name}: the document was changed since it was written: {what}")),
    }
}

/// Whether a file begins as a findings document of any version does.
pub fn is_findings(path: &Path) -> bool {
    let mut start = [0; 256];
    let read = File::open(path).and_then(|mut file| file.read(&mut start)).unwrap_or(0);
    let text = String::from_utf8_lossy(start.get(..read).unwrap_or_default());
    let rest = text.trim_start().strip_prefix('{').map(str::trim_start).and_then(|rest| rest.strip_prefix("\"schema\""));
    rest.and_then(|rest| rest.trim_start().strip_prefix(':')).is_some_and(|rest| rest.trim_start().starts_with("\"rel9.findings/"))
}

/// The fields that identify a document.
#[derive(Deserialize)]
struct Head {
    #[serde(default)]
    schema: Value,
    /// A line of `--format ndjson` has it.
    #[serde(default)]
    rule: Option<IgnoredAny>,
}

/// Why an input could not be read as a findings document. What it is instead is more helpful than where it first differs.
fn why_not(name: &str, mut reader: impl BufRead, error: &serde_json::Error) -> String {
    let start = loop {
        match reader.fill_buf() {
            Err(error) => return format!("{name}: cannot be read: {error}"),
            Ok([]) => return format!("{name}: the file is empty"),
            Ok(bytes) => match bytes.iter().position(|byte| !byte.is_ascii_whitespace()) {
                Some(start) => break bytes[start],
                None => {
                    let blank = bytes.len();
                    reader.consume(blank);
                }
            },
        }
    };
    if start != b'{' {
        return format!("{name}:1:1: not a findings document, which is a JSON object");
    }
    let head = match serde_json::Deserializer::from_reader(reader).into_iter::<Head>().next() {
        Some(Ok(head)) => head,
        Some(Err(broken)) if !broken.is_data() => return json_error(name, &broken),
        _ => return json_error(name, error),
    };
    match head.schema {
        Value::String(schema) if schema == SCHEMA => json_error(name, error),
        Value::String(schema) => other_schema(name, &schema),
        _ if head.rule.is_some() => {
            format!("{name}: these are findings alone (ndjson); give it the document that `rel9 audit --format json` writes")
        }
        _ => format!("{name}: not a findings document, which has `\"schema\": \"{SCHEMA}\"`"),
    }
}

fn other_schema(name: &str, schema: &str) -> String {
    format!("{name}: schema is `{schema}`, this version reads `{SCHEMA}`, which `rel9 audit --format json` writes")
}

fn json_error(name: &str, error: &serde_json::Error) -> String {
    let text = error.to_string();
    let place = format!(" at line {} column {}", error.line(), error.column());
    let what = text.strip_suffix(&place).unwrap_or(&text);
    let why = match error.classify() {
        serde_json::error::Category::Eof => "the document is cut off: ",
        serde_json::error::Category::Syntax => "not JSON: ",
        _ => "not a findings document: ",
    };
    format!("{name}:{}:{}: {why}{what}", error.line(), error.column())
}

/// The first part of the document that does not follow from its findings.
fn difference(document: &Findings) -> Option<String> {
    if let Some(finding) = document.findings.iter().find(|finding| finding.id != FindingId::new(&finding.rule, &finding.resource.arn)) {
        return Some(format!("the id of the finding of {} for {} does not match", finding.rule, finding.resource.arn));
    }
    if document.audit.complete != is_complete(&document.collection) {
        return Some("audit.complete does not agree with the collection".to_owned());
    }
    if !is_consistent(&document.summary.coverage) {
        return Some("the counts of summary.coverage do not add up".to_owned());
    }
    if let Some(what) = baseline_difference(document) {
        return Some(what);
    }
    if let Some(what) = first_difference(&document.summary, &document.counted()) {
        return Some(what);
    }
    if document.gate.as_ref().is_some_and(|gate| !gate.agrees_with(document)) {
        return Some("the gate does not agree with the findings".to_owned());
    }
    // The checks above have more precise messages.
    (document.audit.id != fingerprint(document)).then(|| "audit.id does not match the content".to_owned())
}

/// Whether the states add up to all data resources, and the counts of protected ones and the percentage match.
fn is_consistent(coverage: &CoverageSummary) -> bool {
    let states = [
        coverage.protected,
        coverage.stale,
        coverage.selected_not_protected,
        coverage.opt_in_blocked,
        coverage.unprotected,
        coverage.reproducible,
        coverage.unknown,
    ];
    let sum: u128 = states.into_iter().map(u128::from).sum();
    let restorable = u128::from(coverage.on_schedule) + u128::from(coverage.restorable_only);
    sum == u128::from(coverage.data_resources)
        && restorable == u128::from(coverage.protected)
        && (coverage.clone().with_percent().percent - coverage.percent).abs() < 0.05
}

/// With a baseline, every failure has a mark and the summary counts them; without one, no finding has a mark.
fn baseline_difference(document: &Findings) -> Option<String> {
    let count = |mark: BaselineMark| document.findings.iter().filter(|finding| finding.baseline == Some(mark)).count() as u64;
    let agrees = match &document.summary.baseline {
        Some(counts) => {
            (counts.known, counts.new) == (count(BaselineMark::Known), count(BaselineMark::New))
                && document.findings.iter().all(|finding| finding.baseline.is_some() == (finding.status == Status::Fail))
        }
        None => document.findings.iter().all(|finding| finding.baseline.is_none()),
    };
    (!agrees).then(|| "summary.baseline does not agree with the marks of the findings".to_owned())
}

fn first_difference(written: &Summary, counted: &Summary) -> Option<String> {
    let said = |what: &str, written: Value, counted: Value| {
        (written != counted).then(|| format!("summary.{what} is {written}, its findings give {counted}"))
    };
    let value = |part: serde_json::Result<Value>| part.unwrap_or_default();
    said("resources", written.resources.into(), counted.resources.into())
        .or_else(|| said("by_status", value(serde_json::to_value(&written.by_status)), value(serde_json::to_value(&counted.by_status))))
        .or_else(|| {
            said("by_severity", value(serde_json::to_value(&written.by_severity)), value(serde_json::to_value(&counted.by_severity)))
        })
        .or_else(|| {
            let practices = |summary: &Summary| value(serde_json::to_value(&summary.best_practices));
            said("best_practices", practices(written), practices(counted))
        })
}

#[cfg(test)]
mod tests {
    use super::{Findings, fingerprint, read};
    use serde_json::{Value, json};

    /// A document with one failing finding.
    fn document() -> Findings {
        let rule = "ebs-volume-encrypted";
        let id = super::FindingId::new(rule, "a");
        let resource = json!({ "arn": "a", "type": "AWS::EC2::Volume", "id": "i", "account": "1", "region": "r" });
        let finding = json!({ "id": id, "rule": rule, "best_practice": "REL09-BP02", "title": "t", "severity": "high", "status": "fail", "message": "m", "resource": resource });
        let summary = json!({ "resources": 0, "by_status": {}, "by_severity": {}, "best_practices": [], "coverage": super::CoverageSummary::default() });
        let audit = json!({ "id": "", "rel9_version": "0.1.0", "as_of": "2026-11-22T07:00:00Z", "source": "aws", "accounts": [], "regions": [], "rules_digest": "", "complete": true });
        let whole = json!({ "schema": super::SCHEMA, "audit": audit, "summary": summary, "findings": [finding], "collection": [] });
        let mut document: Findings = serde_json::from_value(whole).expect("a document");
        document.seal();
        document
    }

    fn stored(document: &Findings) -> Result<Findings, String> {
        let text = serde_json::to_vec(document).expect("JSON");
        read("x.json", || Ok(text.as_slice()))
    }

    /// rel9 did not always record the gate and the worst resources.
    #[test]
    fn a_document_of_an_earlier_version_is_read() {
        let mut old = document();
        assert!(stored(&old).is_ok());
        old.summary.worst.clear();
        old.audit.id = fingerprint(&old);
        let text: Value = serde_json::to_value(&old).expect("JSON");
        assert!(text.get("gate").is_none() && text["summary"].get("worst").is_none());
        let read = stored(&old).expect("an old document");
        assert_eq!(read.worst().len(), 1, "computed, as it is not recorded");
    }

    #[test]
    fn a_part_that_was_taken_out_is_noticed() {
        let mut changed = document();
        changed.summary.worst.clear();
        assert!(stored(&changed).is_err_and(|why| why.contains("audit.id does not match")));
    }
}
