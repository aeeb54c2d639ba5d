//! Reports: every format with hostile texts, with no findings and with very many, and each format as its own tools read it
//! (`tests/reports/formats/check.py`).

use super::document::{HOSTILE, document, finding, hostile, small};
use crate::support::{project, python, text};
use pulldown_cmark::{Event, LinkType, Options, Parser, Tag, TagEnd};
use rel9::audit::findings::{Finding, Findings, NotJudged, Status};
use rel9::report::{self, Target};
use rel9::rules::Severity;
use serde_json::{Value, json};
use std::io::{self, Write};
use std::process::Command;
use std::sync::Arc;

const SOME: Target = Target::PLAIN;
const ALL: Target = Target { all: true, ..Target::PLAIN };

/// Every format that accepts any document: ASFF refuses findings without an account and a Region (`tests/reports/siem.rs`).
fn formats() -> impl Iterator<Item = &'static report::Report> {
    report::ALL.iter().filter(|report| report.name != "asff")
}

fn render(format: &str, findings: &Findings, target: &Target) -> String {
    let mut out = Vec::new();
    (report::find(format).expect("a format").write)(findings, target, &mut out).expect("written");
    String::from_utf8(out).unwrap_or_else(|error| panic!("{format}: {error}"))
}

fn render_json(format: &str, findings: &Findings, target: &Target) -> Value {
    serde_json::from_str(&render(format, findings, target)).expect("JSON")
}

/// The results of the format's own tools for reports of these documents, in the same order.
fn checked(format: &str, documents: &[(&Findings, &Target)]) -> Vec<Value> {
    let folder = tempfile::TempDir::new().expect("a folder");
    let mut paths = Vec::new();
    for (number, (findings, target)) in documents.iter().enumerate() {
        let path = folder.path().join(format!("{number}.{format}"));
        std::fs::write(&path, render(format, findings, target)).expect("written");
        paths.push(path);
    }
    let python = python::with("reports", "tests/reports/formats/requirements.txt");
    let mut command = Command::new(python);
    let output = command
        .arg(project("tests/reports/formats/check.py"))
        .arg(project("tests/reports/formats/schemas"))
        .args(&paths)
        .output()
        .expect("Python runs");
    assert!(output.status.success(), "{format}:\n{}", String::from_utf8_lossy(&output.stderr));
    let mut read: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    paths.iter().map(|path| read[text(&json!(path))].take()).collect()
}

/// Test documents by name.
fn documents() -> Vec<(&'static str, Findings)> {
    let mut long = finding(0, Status::Fail, Severity::High);
    let text = "=@|`<\u{9b} ".repeat(150_000); // more than 1 MB
    let resource = Arc::make_mut(&mut long.resource);
    resource.tags.insert("notes".to_owned(), text.clone());
    (long.message, Arc::make_mut(&mut long.resource).name) = (text.as_str().into(), Some(text));
    vec![("nothing", document(Vec::new())), ("small", small()), ("hostile", hostile()), ("long", document(vec![long]))]
}

// Every format

/// C0 controls (except line ends and tabs), DEL, C1 controls, and direction marks.
fn is_obeyed(character: char) -> bool {
    let control = character.is_control() && !matches!(character, '\n' | '\t');
    control || matches!(character, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[test]
fn no_format_writes_what_a_viewer_obeys() {
    for (name, findings) in documents() {
        for report in formats() {
            for target in [SOME, ALL] {
                let written = render(report.name, &findings, &target);
                // The line end of RFC 4180.
                let written = if report.name == "csv" { written.replace("\r\n", "\n") } else { written };
                if let Some(at) = written.find(is_obeyed) {
                    let around: String = written[at..].chars().take(20).collect();
                    panic!("{} of {name}: {around:?}", report.name);
                }
            }
        }
    }
}

#[test]
fn every_format_ends_with_a_line_end_and_is_the_same_each_time() {
    let findings = small();
    for report in formats() {
        let written = render(report.name, &findings, &SOME);
        assert!(written.ends_with('\n'), "{}", report.name);
        assert_eq!(written, render(report.name, &findings, &SOME), "{}", report.name);
    }
}

#[test]
fn people_are_not_shown_a_megabyte() {
    let (_, long) = documents().pop().expect("the long one");
    assert!(long.findings[0].message.len() > 1_000_000);
    for format in ["table", "markdown"] {
        let written = render(format, &long, &ALL);
        assert!(written.len() < 20_000 && written.contains('…'), "{format}: {}", written.len());
    }
}

/// A red line that reads "EBS volumes are encrypted" misleads: a failure is headed by what is wrong.
#[test]
fn failures_are_headed_by_what_is_wrong() {
    let failing = document(vec![finding(1, Status::Fail, Severity::Critical)]);
    let passing = document(vec![finding(1, Status::Pass, Severity::Critical)]);
    for format in formats().map(|format| format.name).filter(|name| !["wa", "openmetrics"].contains(name)) {
        let wrong = "The EBS volume is not encrypted";
        assert!(render(format, &failing, &ALL).contains(wrong), "{format}");
        assert!(!render(format, &passing, &ALL).contains(wrong), "{format}");
    }
    for format in ["table", "markdown", "junit", "csv"] {
        assert!(!render(format, &failing, &ALL).contains("EBS volumes are encrypted"), "{format}");
    }
}

#[test]
fn formats_that_list_findings_say_their_messages() {
    let mut one = finding(0, Status::Fail, Severity::Critical);
    one.message = "newest restorable moment is 73 h old".into();
    one.rule = "data-rpo-meets-objective".into();
    let findings = document(vec![one]);
    for format in ["table", "json", "ndjson", "sarif", "junit", "csv", "markdown"] {
        let words: Vec<String> = render(format, &findings, &SOME).split_whitespace().map(str::to_owned).collect();
        assert!(words.join(" ").contains("73 h old"), "{format}");
    }
}

/// An output that accepts a few bytes, then closes.
struct Closing(usize);

impl Write for Closing {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.0 < bytes.len() {
            return Err(io::ErrorKind::BrokenPipe.into());
        }
        self.0 -= bytes.len();
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn every_format_tells_a_closed_pipe_from_other_errors() {
    for report in formats() {
        let length = render(report.name, &hostile(), &SOME).len();
        // It may close anywhere, also within evidence, which other code writes.
        for at in (0..length).step_by(length / 200 + 1) {
            let written = (report.write)(&hostile(), &SOME, &mut Closing(at));
            assert_eq!(written.map_err(|error| error.kind()), Err(io::ErrorKind::BrokenPipe), "{} at {at} of {length}", report.name);
        }
    }
}

/// No step is quadratic in the number of findings, which would take hours; `benches/reports.py` measures the time.
#[test]
fn a_hundred_thousand_findings() {
    let count = if cfg!(debug_assertions) { 5_000 } else { 100_000 };
    let severities = Severity::ALL;
    let findings = document((0..count).map(|number| finding(number, Status::Fail, severities[number % 5])).collect());
    for report in formats() {
        (report.write)(&findings, &SOME, &mut io::sink()).expect("written");
    }
}

#[test]
fn json_and_ndjson_come_back_as_they_were() {
    let findings = hostile();
    let read: Findings = serde_json::from_str(&render("json", &findings, &SOME)).expect("the document");
    assert!(read == findings);
    let lines = render("ndjson", &findings, &SOME);
    let read: Vec<Box<Finding>> = lines.lines().map(|line| serde_json::from_str(line).expect("a finding")).collect();
    assert!(read == findings.findings);
}

// Each format with its own tools

#[test]
fn sarif_meets_its_schema() {
    let documents = documents();
    let all: Vec<_> = documents.iter().map(|(_, findings)| (findings, &ALL)).collect();
    let some: Vec<_> = documents.iter().map(|(_, findings)| (findings, &SOME)).collect();
    let count = |findings: &Findings, passes| findings.findings.iter().filter(|finding| passes || finding.status != Status::Pass).count();
    let counts = |passes| documents.iter().map(|(_, findings)| json!(count(findings, passes))).collect::<Vec<_>>();
    assert_eq!(checked("sarif", &all), counts(true));
    assert_eq!(checked("sarif", &some), counts(false));
}

#[test]
fn sarif_says_what_is_known() {
    let sarif = render_json("sarif", &small(), &ALL);
    let run = &sarif["runs"][0];
    let result = |status: &str| {
        let results = run["results"].as_array().expect("results");
        results.iter().find(|result| result["properties"]["status"] == status).unwrap_or_else(|| panic!("{status}"))
    };
    let says = |status: &str| (text(&result(status)["kind"]).to_owned(), text(&result(status)["level"]).to_owned());
    assert_eq!(says("fail"), ("fail".to_owned(), "error".to_owned()));
    assert_eq!(says("unknown"), ("open".to_owned(), "none".to_owned()));
    assert_eq!(says("waived"), ("fail".to_owned(), "warning".to_owned()));
    assert_eq!(says("pass"), ("pass".to_owned(), "none".to_owned()));
    assert_eq!(result("fail")["suppressions"], json!([]));
    assert_eq!(result("waived")["suppressions"][0]["status"], "accepted");
    // The worst finding comes first, with its line.
    let place = &run["results"][0]["locations"][0]["physicalLocation"];
    assert_eq!((&place["artifactLocation"]["uri"], &place["region"]["startLine"]), (&json!("stacks/data%20volumes.yaml"), &json!(12)));
    let warning = text(&run["invocations"][0]["toolExecutionNotifications"][0]["message"]["text"]);
    assert_eq!(warning, "could not be read: backup:Describebackup denied in 111122223333/eu-central-1");
    for result in run["results"].as_array().expect("results") {
        let rule = result["ruleIndex"].as_u64().expect("a rule") as usize;
        assert_eq!(run["tool"]["driver"]["rules"][rule]["id"], result["ruleId"]);
    }
}

#[test]
fn sarif_places_are_relative_addresses_without_steps_upwards() {
    let sarif = render_json("sarif", &hostile(), &ALL);
    for result in sarif["runs"][0]["results"].as_array().expect("results") {
        let uri = text(&result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]);
        assert!(!uri.is_empty() && uri.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._~%/".contains(&byte)), "{uri}");
        let file = uri.starts_with("..") && result["message"]["text"].to_string().contains("etc/passwd");
        assert!(file || !uri.split('/').any(|part| matches!(part, "" | "." | "..")), "{uri}");
        assert!(!text(&result["message"]["text"]).contains("]("), "{result}");
        assert!(result["locations"][0]["physicalLocation"]["region"]["startLine"].as_u64() >= Some(1));
    }
}

#[test]
fn sarif_has_room_for_the_worst_and_tells_the_rest() {
    let mut findings: Vec<_> = (0..25_010).map(|number| finding(number, Status::Fail, Severity::Low)).collect();
    findings.push(finding(30_000, Status::Fail, Severity::Critical));
    let sarif = render_json("sarif", &document(findings), &SOME);
    let run = &sarif["runs"][0];
    assert_eq!(run["results"].as_array().map(Vec::len), Some(25_000));
    assert_eq!(run["results"][0]["properties"]["severity"], "critical");
    let told = text(&run["invocations"][0]["toolExecutionNotifications"][0]["message"]["text"]);
    assert!(told.starts_with("11 results are omitted"), "{told}");
    for rule in run["tool"]["driver"]["rules"].as_array().expect("rules") {
        assert!(rule["properties"]["tags"].as_array().is_some_and(|tags| tags.len() <= 20));
    }
}

#[test]
fn junit_is_read_as_it_was_meant() {
    let documents = documents();
    let read = checked("junit", &documents.iter().map(|(_, findings)| (findings, &SOME)).collect::<Vec<_>>());
    for ((name, findings), cases) in documents.iter().zip(&read) {
        let cases = cases.as_array().expect("cases");
        assert_eq!(cases.len(), findings.findings.len(), "{name}");
        for (status, outcome) in [(Status::Fail, "failure"), (Status::Pass, "passed")] {
            let count = findings.findings.iter().filter(|finding| finding.status == status).count();
            assert_eq!(cases.iter().filter(|case| case["outcome"] == outcome).count(), count, "{name}: {outcome}");
        }
    }
    let skipped: Vec<&str> =
        read[1].as_array().expect("cases").iter().filter(|case| case["outcome"] == "skipped").map(|case| text(&case["message"])).collect();
    assert_eq!(
        skipped,
        ["unknown: is not encrypted", "waived: is not encrypted [waived until 2027-01-31 by Head of Platform: moves in January]"]
    );
}

#[test]
fn csv_is_read_as_it_was_meant() {
    let documents = documents();
    let read = checked("csv", &documents.iter().map(|(_, findings)| (findings, &SOME)).collect::<Vec<_>>());
    for ((name, findings), rows) in documents.iter().zip(&read) {
        let rows = rows.as_array().expect("rows");
        assert_eq!(rows.len(), findings.findings.len(), "{name}");
        for (row, finding) in rows.iter().zip(&findings.findings) {
            assert_eq!(row["id"], finding.id.to_string(), "{name}");
            assert_eq!(row["status"], finding.status.as_str(), "{name}");
            for (column, value) in row.as_object().expect("a row") {
                let value = value.as_str().unwrap_or_else(|| panic!("{name}: {column}: {value}"));
                let first = value.trim_start().chars().next();
                assert!(!first.is_some_and(|first| "=+-@＝＋－＠\t\r\n".contains(first)), "{name}: {column}: {value}");
            }
        }
    }
    // A fix keeps its lines; the other cells are on one line.
    let several_lines =
        |column: &str| read.iter().flat_map(|rows| rows.as_array().expect("rows")).any(|row| text(&row[column]).contains('\n'));
    assert!(several_lines("fix") && !several_lines("message") && !several_lines("title"));
    for (finding, row) in documents[1].1.findings.iter().zip(read[1].as_array().expect("rows")) {
        let remediation = finding.remediation.as_ref();
        let commands = remediation.map_or(String::new(), |remediation| remediation.cli.join("\n"));
        let code = remediation.filter(|_| finding.location.is_some());
        let code = code.and_then(|code| code.cloudformation.clone().or_else(|| code.terraform.clone()));
        assert_eq!(row["fix"], code.as_deref().unwrap_or(&commands).trim_end(), "{}", finding.rule);
    }
    // Text that is not a formula is unchanged, and the tags can be parsed.
    let rows = read[2].as_array().expect("rows");
    let row = rows.iter().find(|row| row["title"] == "a,b;c\",\"d").expect("a row");
    assert_eq!(serde_json::from_str::<Value>(text(&row["tags"])).expect("JSON"), json!({"a,b;c\",\"d": "a,b;c\",\"d"}));
}

#[test]
fn openmetrics_is_read_as_it_was_meant() {
    let documents = documents();
    let read = checked("openmetrics", &documents.iter().map(|(_, findings)| (findings, &SOME)).collect::<Vec<_>>());
    for ((name, findings), samples) in documents.iter().zip(&read) {
        let of = |metric: &str| samples.as_array().into_iter().flatten().filter(|sample| sample[0] == metric).collect::<Vec<_>>();
        let sum: f64 = of("rel9_findings").iter().filter_map(|sample| sample[2].as_f64()).sum();
        assert_eq!(sum, findings.findings.len() as f64, "{name}");
        assert_eq!(of("rel9_audit_complete")[0][2].as_f64(), Some(f64::from(u8::from(findings.audit.complete))), "{name}");
        assert_eq!(of("rel9_audit_timestamp_seconds")[0][2].as_f64(), Some(1_795_330_800.0), "{name}");
    }
    let seconds: Vec<&Value> = read[1].as_array().expect("samples").iter().filter(|sample| sample[0] == "rel9_rpo_seconds").collect();
    assert_eq!(seconds.len(), 1);
    assert_eq!(seconds[0][2].as_f64(), Some(7200.0));
}

// Markdown

/// The parsed Markdown of a document (CommonMark with extensions).
fn events(markdown: &str) -> Vec<Event<'_>> {
    Parser::new_ext(markdown, Options::all().difference(Options::ENABLE_SMART_PUNCTUATION)).collect()
}

#[test]
fn hostile_texts_are_texts_in_markdown() {
    for (name, findings) in documents() {
        let markdown = render("markdown", &findings, &ALL);
        let (mut paragraph, mut linked) = (String::new(), false);
        for event in events(&markdown) {
            match event {
                Event::Html(line) => {
                    let inner = line.trim_end();
                    let summary = inner.strip_prefix("<summary><b>").and_then(|line| line.strip_suffix("</code></summary>"));
                    let plain =
                        summary.is_some_and(|line| line.replacen("</b>", "", 1).replacen("<code>", "", 1).find(['<', '>']).is_none());
                    assert!(plain || matches!(inner, "<details>" | "</details>"), "{name}: {line}");
                    assert!(!mentions(&inner.replace("&#39;", "'").replace("&#8288;", "\u{2060}")), "{name}: {line}");
                }
                Event::Start(Tag::Link { link_type, dest_url, .. }) => {
                    assert!(link_type == LinkType::Autolink && dest_url.starts_with("https://docs.aws.amazon.com/"), "{name}: {dest_url}");
                    linked = true;
                }
                Event::End(TagEnd::Link) => linked = false,
                Event::Text(_) if linked => {}
                Event::Text(text) => paragraph.push_str(&text),
                Event::Start(Tag::Paragraph | Tag::Item | Tag::Heading { .. } | Tag::TableCell | Tag::CodeBlock(_)) => paragraph.clear(),
                Event::End(TagEnd::CodeBlock) => paragraph.clear(),
                Event::Code(_) => paragraph.push(' '),
                Event::End(_) => assert!(!mentions(&paragraph), "{name}: {paragraph}"),
                Event::Start(Tag::HtmlBlock | Tag::Strong | Tag::List(_) | Tag::Table(_) | Tag::TableHead | Tag::TableRow) => {}
                other => panic!("{name}: {other:?}"),
            }
        }
    }
}

/// Whether GitHub would notify someone, refer to an issue or create a link.
fn mentions(text: &str) -> bool {
    let named = |mark: char| text.split(mark).skip(1).any(|rest| rest.starts_with(|next: char| next.is_ascii_alphanumeric()));
    named('@') || named('#') || text.contains("://") || text.to_lowercase().contains("www.")
}

#[test]
fn markdown_has_all_its_headings_and_folds() {
    let markdown = render("markdown", &hostile(), &ALL);
    let details = |tag: &str| events(&markdown).iter().filter(|event| matches!(event, Event::Html(html) if html.trim() == tag)).count();
    assert_eq!(details("<details>"), details("</details>"));
    assert!(details("<details>") > HOSTILE.len());
}

#[test]
fn markdown_fits_and_counts_what_it_leaves_out() {
    let mut findings: Vec<_> = (0..20_000).map(|number| finding(number, Status::Fail, Severity::Low)).collect();
    for (number, finding) in findings.iter_mut().enumerate() {
        finding.rule = format!("rule-{}", number / 20).into();
    }
    findings.push(finding(20_000, Status::Fail, Severity::Critical));
    findings.push(finding(20_001, Status::Unknown, Severity::High));
    let findings = document(findings);
    for (target, limit) in [(SOME, 65_536), (ALL, 1 << 20)] {
        let markdown = render("markdown", &findings, &target);
        assert!(limit / 2 < markdown.len() && markdown.len() < limit, "{}", markdown.len());
        assert!(markdown.contains("### Critical (1)") && markdown.contains("### Unknown (1)"));
        // Listed findings, findings counted below a rule, and findings left out add up to all.
        let number = |line: &str| line.split_whitespace().find_map(|word| word.parse::<usize>().ok()).unwrap_or(0);
        let listed = markdown.lines().filter(|line| line.starts_with("- `vol-")).count();
        let more: usize = markdown.lines().filter(|line| line.starts_with("- … and ")).map(number).sum();
        let left_out: usize = markdown.lines().filter(|line| line.starts_with("**Omitted for lack")).map(number).sum();
        assert_eq!(listed + more + left_out, 20_002);
    }
}

// How the formats look

#[test]
fn sarif() {
    insta::assert_snapshot!(render("sarif", &small(), &SOME));
}

#[test]
fn junit() {
    insta::assert_snapshot!(render("junit", &small(), &SOME));
}

#[test]
fn csv() {
    insta::assert_snapshot!(render("csv", &small(), &SOME));
}

#[test]
fn markdown() {
    insta::assert_snapshot!(render("markdown", &small(), &ALL));
}

#[test]
fn openmetrics() {
    insta::assert_snapshot!(render("openmetrics", &small(), &SOME));
}

/// Formats that have findings only, and no summary.
const FINDINGS_ONLY: [&str; 4] = ["asff", "csv", "ndjson", "ocsf"];

#[test]
fn data_that_no_rule_judges_is_named() {
    let mut document = small();
    document.audit.complete = true;
    let type_name = "AWS::S3Tables::TableBucket".to_owned();
    document.summary.not_judged = vec![NotJudged { type_name: type_name.clone(), resources: 3 }];
    for format in formats().filter(|format| !FINDINGS_ONLY.contains(&format.name)) {
        let (with, without) = (render(format.name, &document, &SOME), render(format.name, &small(), &SOME));
        assert!(with.contains(&type_name) && !without.contains(&type_name), "{}: {with}", format.name);
    }
    let table = render("table", &document, &SOME);
    assert!(table.contains("Not judged 3 resources of AWS::S3Tables::TableBucket: rel9 does not read these types"), "{table}");
    assert!(render("wa", &document, &SOME).contains("there is data of types that rel9 does not read"), "no choice is selected");
}
