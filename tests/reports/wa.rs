//! `wa`: the answer to REL 9 for the AWS Well-Architected Tool, and `rel9 wa push`, which writes it there.

use crate::support::{project, python};
use rel9::audit::findings::{Findings, Status};
use rel9::inventory::CoverageStatus;
use rel9::report::{self, Target};
use rel9::rules::{BestPractice, Severity};
use serde_json::{Value, json};
use std::io::Write;
use std::process::{Command, Stdio};

const AWS: &str = "tests/emulator/requirements.txt";
const CHOICES: [&str; 4] = [
    "rel_backing_up_data_identified_backups_data",
    "rel_backing_up_data_secured_backups_data",
    "rel_backing_up_data_automated_backups_data",
    "rel_backing_up_data_periodic_recovery_testing_data",
];

/// Findings of the demo, one for each best practice, with these four risks.
fn findings(risks: [&str; 4], complete: bool) -> Findings {
    let sample = std::fs::read(project("reports/samples/demo.json")).expect("the sample");
    let mut findings: Findings = serde_json::from_slice(&sample).expect("a findings document");
    findings.audit.partial.clear(); // the sample has one best practice only
    findings.collection.retain(|entry| !complete || entry.status == CoverageStatus::Ok);
    if complete {
        findings.summary.not_judged.clear();
    }
    findings.findings.truncate(4);
    for ((finding, practice), risk) in findings.findings.iter_mut().zip(BestPractice::ALL).zip(risks) {
        finding.best_practice = practice;
        finding.severity = Severity::High;
        finding.waiver = None;
        finding.status = match risk {
            "none" => Status::Pass,
            "unknown" => Status::Unknown,
            _ => Status::Fail,
        };
    }
    findings.seal();
    findings
}

fn rendered(findings: &Findings) -> String {
    let mut out = Vec::new();
    let target = Target::PLAIN;
    (report::find("wa").expect("a format").write)(findings, &target, &mut out).expect("written");
    String::from_utf8(out).expect("UTF-8")
}

/// The answer, after a check with botocore's model of UpdateAnswer.
fn answer(findings: &Findings) -> Value {
    let text = rendered(findings);
    let mut check = Command::new(python::with("emulator", AWS))
        .arg(project("tests/reports/wa/answer.py"))
        .stdin(Stdio::piped())
        .spawn()
        .expect("Python runs");
    check.stdin.take().expect("a pipe").write_all(text.as_bytes()).expect("it reads");
    assert!(check.wait().expect("it ends").success(), "{text}");
    serde_json::from_str(&text).expect("JSON")
}

#[test]
fn the_demo() {
    let mut findings = findings(["high", "none", "unknown", "medium"], false);
    findings.audit.id = "0123456789abcdef0123456789abcdef".to_owned();
    insta::assert_snapshot!(rendered(&findings));
}

#[test]
fn only_what_is_without_risk_is_selected() {
    let some = answer(&findings(["none", "high", "unknown", "none"], true));
    assert_eq!(some["SelectedChoices"], json!([CHOICES[0], CHOICES[3]]));
    let status: Vec<&Value> = CHOICES.iter().map(|id| &some["ChoiceUpdates"][id]["Status"]).collect();
    assert_eq!(status, ["SELECTED", "UNSELECTED", "UNSELECTED", "SELECTED"]);
    assert_eq!(answer(&findings(["none"; 4], true))["SelectedChoices"], json!(CHOICES));
    let unread = answer(&findings(["none"; 4], false));
    assert_eq!(unread["SelectedChoices"], json!([]), "what was not read may be at risk");
    assert!(
        unread["ChoiceUpdates"][CHOICES[0]]["Notes"]
            .as_str()
            .unwrap()
            .ends_with("Not selected, because not everything in scope could be read.")
    );
}

/// A waiver accepts a failure, while a selected choice states that there is none.
#[test]
fn what_is_accepted_is_not_selected() {
    let waived = |severity| {
        let mut findings = findings(["none"; 4], true);
        findings.findings[0].status = Status::Waived;
        findings.findings[0].severity = severity;
        findings.seal();
        answer(&findings)
    };
    let answered = waived(Severity::Medium);
    assert_eq!(answered["SelectedChoices"], json!(CHOICES[1..]));
    let notes = &answered["ChoiceUpdates"][CHOICES[0]]["Notes"];
    assert!(
        notes.as_str().unwrap().ends_with("Not selected, because 1 of the waived are of at least medium severity: accepted, not fixed."),
        "{notes}"
    );
    assert!(answered["Notes"].as_str().unwrap().contains("Of the waived, 1 are of at least medium severity"), "{answered}");
    assert_eq!(waived(Severity::Low)["SelectedChoices"], json!(CHOICES), "a failure of low severity is no risk either");
}

#[test]
fn what_shows_no_whole_workload_selects_nothing() {
    let mut templates = findings(["none"; 4], true);
    templates.audit.source = "cloudformation".to_owned();
    let mut part = findings(["none"; 4], true);
    part.audit.partial = vec!["--rule".to_owned()];
    for (document, why) in [(templates, "templates show no backups"), (part, "only part of the rules or resources was judged")] {
        let answer = answer(&document);
        assert_eq!(answer["SelectedChoices"], json!([]), "{why}");
        for said in CHOICES.map(|id| &answer["ChoiceUpdates"][id]["Notes"]).into_iter().chain([&answer["Notes"]]) {
            assert!(said.as_str().unwrap().contains(why), "{said}");
        }
    }
    let run = crate::support::Rel9::new().run(&[
        "audit",
        "--demo",
        "--tag",
        "tier=gold",
        "--format",
        "json",
        "--fail-on",
        "never",
        "--allow-incomplete",
    ]);
    let document: Findings = serde_json::from_str(&run.ended(0).stdout).expect("a findings document");
    assert_eq!(document.audit.partial, ["--tag"]);
}

#[test]
fn notes_have_the_length_that_the_tool_takes() {
    let mut many = findings(["none"; 4], false);
    many.audit.accounts = (0..1000).map(|number| format!("{number:012}")).collect();
    many.audit.rel9_version = "😀\"\n\u{202e}".repeat(300);
    let notes = answer(&many)["Notes"].as_str().unwrap().to_owned();
    assert!(notes.ends_with('…') && !notes.contains('\n') && notes.encode_utf16().count() <= 2084);
}

#[cfg(feature = "live")]
mod push {
    use super::*;
    use crate::support::{Rel9, text};
    use std::io::{BufRead, BufReader, Read};
    use std::net::TcpStream;
    use std::process::Child;

    const WORKLOAD: &str = "0123456789abcdef0123456789abcdef";

    /// The tool with one answer.
    struct Tool {
        address: String,
        server: Child,
    }

    impl Tool {
        fn with(answer: &Value) -> Tool {
            let mut server = Command::new(python::with("emulator", AWS))
                .args([project("tests/reports/wa/server.py").as_os_str(), answer.to_string().as_ref()])
                .stdin(Stdio::piped())
                .stdout(Stdio::piped())
                .spawn()
                .expect("Python runs");
            let mut line = String::new();
            BufReader::new(server.stdout.take().expect("a pipe")).read_line(&mut line).expect("it tells its endpoint");
            let told: Value = serde_json::from_str(&line).expect("it tells its endpoint");
            Tool { address: text(&told["endpoint"]).trim_start_matches("http://").to_owned(), server }
        }

        fn state(&self) -> Value {
            let mut stream = TcpStream::connect(&self.address).expect("it answers");
            write!(stream, "GET /test/state HTTP/1.0\r\n\r\n").expect("sent");
            let mut answer = String::new();
            stream.read_to_string(&mut answer).expect("an answer");
            serde_json::from_str(answer.split_once("\r\n\r\n").expect("an HTTP answer").1).expect("JSON")
        }

        /// The program in a folder with `findings.json`.
        fn rel9(&self, findings: &Findings) -> Rel9 {
            let rel9 = Rel9::new()
                .env("AWS_ENDPOINT_URL", format!("http://{}", self.address))
                .env("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE")
                .env("AWS_SECRET_ACCESS_KEY", "not-a-secret")
                .env("AWS_REGION", "eu-west-1");
            let document = serde_json::to_vec(findings).expect("JSON");
            std::fs::write(rel9.home().join("findings.json"), document).expect("a file");
            rel9
        }
    }

    impl Drop for Tool {
        fn drop(&mut self) {
            drop(self.server.stdin.take()); // ends the server
            let _ = self.server.wait();
        }
    }

    const PUSH: [&str; 5] = ["wa", "push", "findings.json", "--workload-id", WORKLOAD];

    fn pushed(more: &[&'static str]) -> Vec<&'static str> {
        [&PUSH[..], more].concat()
    }

    #[test]
    fn the_answer_is_shown_and_written_once() {
        let tool = Tool::with(&json!({"SelectedChoices": [CHOICES[1]], "Notes": "by hand \u{1b}[31m", "Risk": "HIGH"}));
        let rel9 = tool.rel9(&findings(["none", "high", "unknown", "none"], true));
        let dry = rel9.run(&pushed(&["--dry-run"]));
        dry.ended(0);
        assert!(dry.stdout.starts_with(&format!("REL 9 of workload {WORKLOAD} in eu-west-1, risk now HIGH:\n")), "{dry}");
        assert!(dry.stdout.contains("  REL09-BP01 Identify and back up all data: not selected -> selected\n"), "{dry}");
        assert!(dry.stdout.contains("  REL09-BP02 Secure and encrypt backups: selected -> not selected\n"), "{dry}");
        assert!(dry.stdout.contains("    - by hand \u{fffd}[31m\n"), "{dry}");
        assert_eq!(tool.state()["written"], 0);

        let push = rel9.run(&pushed(&["--yes"]));
        push.ended(0);
        assert!(push.stdout.ends_with("Written. The tool gives it the risk HIGH.\n"), "{push}");
        let state = tool.state();
        assert_eq!((&state["written"], &state["answer"]["SelectedChoices"]), (&json!(1), &json!([CHOICES[0], CHOICES[3]])));
        assert!(text(&state["answer"]["Notes"]).starts_with("Written by rel9 "), "{state}");

        let again = rel9.run(&pushed(&["--yes"]));
        assert_eq!(again.ended(0).stdout, format!("REL 9 of workload {WORKLOAD} in eu-west-1 already has this answer.\n"));
        assert_eq!(tool.state()["written"], 1);
    }

    #[test]
    fn what_somebody_decided_in_the_tool_stays() {
        let decided = json!({"ChoiceId": CHOICES[3], "Status": "NOT_APPLICABLE", "Reason": "OUT_OF_SCOPE", "Notes": "no restores here"});
        let none = "rel_backing_up_data_no";
        let tool = Tool::with(&json!({"SelectedChoices": [none], "ChoiceAnswers": [decided], "Risk": "HIGH"}));
        tool.rel9(&findings(["high", "high", "high", "none"], true)).run(&pushed(&["--yes"])).ended(0);
        let answer = &tool.state()["answer"];
        assert_eq!(answer["SelectedChoices"], json!([none]), "nothing else is selected");
        assert!(answer["ChoiceAnswers"].as_array().unwrap().contains(&decided), "{answer}");
        tool.rel9(&findings(["none", "high", "high", "none"], true)).run(&pushed(&["--yes"])).ended(0);
        assert_eq!(tool.state()["answer"]["SelectedChoices"], json!([CHOICES[0]]), "`None of these` is no longer true");
    }

    #[test]
    fn nothing_is_written_unasked() {
        let tool = Tool::with(&json!({}));
        let run = tool.rel9(&findings(["none"; 4], true)).run(&PUSH);
        run.ended(2).said("--yes writes without asking, --dry-run only shows the changes");
        assert_eq!(tool.state()["written"], 0);
    }

    #[cfg(unix)]
    #[test]
    fn on_a_terminal_it_asks() {
        let tool = Tool::with(&json!({}));
        let rel9 = tool.rel9(&findings(["none"; 4], true));
        let typed = |line: &str| {
            let inner = rel9.command(&PUSH);
            let mut outer = Command::new(python::with("emulator", AWS));
            outer.arg(project("tests/reports/wa/terminal.py")).arg(line).arg(inner.get_program()).args(inner.get_args());
            outer.env_clear().envs(inner.get_envs().filter_map(|(name, value)| Some((name, value?)))).current_dir(rel9.home());
            let output = outer.output().expect("Python runs");
            assert!(output.status.success(), "{output:?}");
            String::from_utf8(output.stdout).expect("UTF-8")
        };
        for line in ["", "n", "yess"] {
            assert!(typed(line).contains("nothing was written"));
        }
        assert_eq!(tool.state()["written"], 0);
        assert!(typed("y").contains("Written. The tool gives it the risk NONE."));
        assert_eq!(tool.state()["written"], 1);
    }

    #[test]
    fn mistakes_say_what_to_do() {
        let tool = Tool::with(&json!({}));
        let rel9 = tool.rel9(&findings(["none"; 4], true));
        let with = |workload: &str| rel9.run(&["wa", "push", "findings.json", "--yes", "--workload-id", workload]);
        with("123").ended(2).said("a workload's id is 32 digits");
        with(&"0".repeat(32)).ended(2).said("wellarchitected:GetAnswer in eu-west-1: ResourceNotFoundException").said("--region");
        with(&"f".repeat(32)).ended(3).said("wellarchitected:UpdateAnswer, which `rel9 permissions` leaves out");
        rel9.run(&["wa", "push", "nothing.json", "--yes", "--workload-id", WORKLOAD]).ended(2).said("nothing.json: cannot be read");
        std::fs::write(rel9.home().join("findings.json"), "{}").expect("a file");
        rel9.run(&pushed(&["--yes"])).ended(2).said("findings.json: not a findings document");
        let mut changed = findings(["high"; 4], true);
        changed.findings[0].message = "all is well".into();
        std::fs::write(rel9.home().join("findings.json"), serde_json::to_vec(&changed).expect("JSON")).expect("a file");
        rel9.run(&pushed(&["--yes"])).ended(2).said("the document was changed since it was written");
        assert_eq!(tool.state()["written"], 0);
    }

    #[test]
    fn another_version_of_the_question_is_left_alone() {
        let tool = Tool::with(&json!({"Choices": [{"ChoiceId": "other", "Title": "other"}]}));
        tool.rel9(&findings(["none"; 4], true)).run(&pushed(&["--yes"])).ended(2).said("has no choice rel_backing_up_data_identified");
        assert_eq!(tool.state()["written"], 0);
    }

    #[test]
    fn the_auditing_role_may_not_write() {
        let run = Rel9::new().run(&["permissions"]);
        assert!(!run.ended(0).stdout.contains("wellarchitected"));
    }
}
