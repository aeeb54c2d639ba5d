//! `junit`: one suite per best practice, one test case per rule × resource, for CI systems that show test results.
//!
//! The form is what two schemas in use have in common: Windy Road's of Ant's JUnit task, which is strict about order and required attributes, and
//! that of Jenkins. Unknown findings are skipped tests, because JUnit has no status for "not judged"; the exit code
//! distinguishes them from passes.

use super::escape::{cut, terminal};
use super::{Report, Target, unread, words};
use crate::audit::findings::{BestPracticeSummary, Finding, Findings, Status};
use crate::rules::BestPractice;
use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesText, Event};
use std::io::{self, Write};

pub const REPORT: Report = Report { name: "junit", about: "test cases for CI systems", write };

/// Maximum characters of one text: libxml2 and others reject XML with very long texts (10 million bytes).
const TEXT: usize = 32_768;

fn write(findings: &Findings, _: &Target, out: &mut dyn Write) -> io::Result<()> {
    let mut xml = Writer::new_with_indent(out, b' ', 1);
    xml.write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?;
    let unread = unread::as_findings(findings);
    xml.create_element("testsuites").write_inner_content(|xml| {
        BestPractice::ALL.iter().enumerate().try_for_each(|(number, practice)| suite(xml, findings, &unread, number, *practice))
    })?;
    xml.get_mut().write_all(b"\n")
}

type Xml<'a> = Writer<&'a mut dyn Write>;

fn suite(xml: &mut Xml, findings: &Findings, unread: &[Finding], number: usize, practice: BestPractice) -> io::Result<()> {
    let all = || findings.findings.iter().map(Box::as_ref).chain(unread);
    let cases = || all().filter(|finding| finding.best_practice == practice);
    let count = |wanted: &[Status]| cases().filter(|finding| wanted.contains(&finding.status)).count().to_string();
    let number = number.to_string();
    let name = format!("{} {}", practice.id(), practice.title());
    let timestamp = findings.audit.as_of.format("%Y-%m-%dT%H:%M:%S").to_string();
    let (tests, failures) = (cases().count().to_string(), count(&[Status::Fail]));
    let skipped = count(&[Status::Unknown, Status::Waived]);
    xml.create_element("testsuite")
        .with_attributes([
            ("package", "rel9"),
            ("id", &number),
            ("name", &name),
            ("timestamp", &timestamp),
            ("hostname", "localhost"),
            ("tests", &tests),
            ("failures", &failures),
            ("errors", "0"),
            ("skipped", &skipped),
            ("time", "0"),
        ])
        .write_inner_content(|xml| {
            properties(xml, findings, practice)?;
            cases().try_for_each(|finding| case(xml, finding))?;
            xml.create_element("system-out").write_text_content(BytesText::new(&words::scope(&findings.audit)))?;
            let unread = words::not_read(findings).join("\n");
            xml.create_element("system-err").write_text_content(BytesText::new(&unread))?;
            Ok(())
        })?;
    Ok(())
}

fn properties(xml: &mut Xml, findings: &Findings, practice: BestPractice) -> io::Result<()> {
    let audit = &findings.audit;
    let is_it = |summary: &&BestPracticeSummary| summary.id == practice;
    let risk = findings.summary.best_practices.iter().find(is_it).map_or("unknown", |summary| summary.risk.as_str());
    let gate = words::gate(findings);
    let not_judged = words::not_judged(findings).join(", ");
    let properties = [
        ("audit", audit.id.as_str()),
        ("rel9_version", &audit.rel9_version),
        ("complete", if audit.complete { "true" } else { "false" }),
        ("risk", risk),
        ("coverage", &words::coverage(findings)),
    ];
    let not_judged = Some(("not_judged", not_judged.as_str())).filter(|(_, types)| !types.is_empty());
    let properties = properties.into_iter().chain(gate.as_deref().map(|gate| ("gate", gate))).chain(not_judged);
    xml.create_element("properties").write_inner_content(|xml| {
        for (name, value) in properties {
            xml.create_element("property").with_attributes([("name", name), ("value", &text(value))]).write_empty()?;
        }
        Ok(())
    })?;
    Ok(())
}

fn case(xml: &mut Xml, finding: &Finding) -> io::Result<()> {
    // The ARN, because CI systems track a test by its class and name from run to run.
    let resource = &finding.resource;
    let name = match words::name_of(resource) {
        Some(name) => format!("{} ({name})", resource.arn),
        None => resource.arn.clone(),
    };
    let (classname, name) = (text(&finding.rule), text(&name));
    let case = xml.create_element("testcase").with_attributes([("classname", classname.as_str()), ("name", &name), ("time", "0")]);
    if finding.status == Status::Pass {
        case.write_empty()?;
        return Ok(());
    }
    case.write_inner_content(|xml| {
        match finding.status {
            Status::Fail => xml
                .create_element("failure")
                .with_attributes([("type", finding.severity.as_str()), ("message", &text(&message(finding)))])
                .write_text_content(BytesText::new(&failure(finding)))?,
            _ => {
                let waived = finding.waiver.as_ref().filter(|_| finding.status == Status::Waived);
                let reason = waived.map_or(String::new(), |waiver| format!(" [{}]", words::waiver(waiver)));
                let message = text(&format!("{}: {}{reason}", finding.status.as_str(), finding.message));
                xml.create_element("skipped").with_attribute(("message", message.as_str())).write_empty()?
            }
        };
        Ok(())
    })?;
    Ok(())
}

/// What was found, and whether the baseline knows it: such a failure does not fail the gate.
fn message(finding: &Finding) -> String {
    format!("{}{}", finding.message, if words::is_known(finding) { " [known]" } else { "" })
}

/// What fails and what to do, on lines.
fn failure(finding: &Finding) -> String {
    let mut lines = vec![
        format!("{} ({})", finding.headline(), finding.severity.as_str()),
        format!("{}: {}", words::resource(finding), message(finding)),
    ];
    if let Some(location) = &finding.location {
        lines.push(format!("{}:{}", location.file, location.line));
    }
    if let Some(remediation) = &finding.remediation {
        lines.push(format!("Fix: {}", remediation.summary));
        lines.extend(remediation.steps.iter().map(|step| format!("- {step}")));
        lines.extend(remediation.cli.iter().map(|command| format!("$ {command}")));
        lines.extend(words::fix(finding).iter().flat_map(|fix| fix.code.lines()).map(str::to_owned));
        lines.extend(remediation.docs.iter().cloned());
    }
    let lines: Vec<String> = lines.iter().map(|line| text(line)).collect();
    lines.join("\n")
}

/// A text that XML 1.0 can hold. `quick-xml` escapes the rest.
fn text(text: &str) -> String {
    terminal(&cut(text, TEXT))
}
