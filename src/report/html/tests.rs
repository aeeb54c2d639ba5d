//! The page as text: its structure, its policy, its data. `tests/reports/html.rs` looks at it in a browser.

use super::*;
use serde_json::{Value, json};

fn finding(changes: Value) -> Value {
    let mut finding = json!({
        "id": format!("{:032x}", 1), "rule": "data-protected", "best_practice": "REL09-BP01", "title": "Data has a backup", "severity": "critical",
        "status": "fail", "message": "unprotected",
        "resource": {"arn": "arn:aws:s3:::b", "type": "AWS::S3::Bucket", "id": "b", "account": "111122223333", "region": "eu-west-1"}
    });
    if let (Some(finding), Value::Object(changes)) = (finding.as_object_mut(), changes) {
        finding.extend(changes);
    }
    finding
}

fn document(findings: Vec<Value>) -> Findings {
    serde_json::from_value(json!({
        "schema": "rel9.findings/1",
        "audit": {"id": "a", "rel9_version": "0.1.0", "as_of": "2026-11-22T07:00:00Z", "source": "aws", "accounts": ["111122223333"],
                  "regions": ["eu-west-1"], "rules_digest": "sha256:0", "complete": true},
        "summary": {"resources": 0, "by_status": {}, "by_severity": {}, "best_practices": [],
                    "coverage": {"data_resources": 0, "protected": 0, "on_schedule": 0, "restorable_only": 0, "stale": 0, "selected_not_protected": 0, "opt_in_blocked": 0,
                                 "unprotected": 0, "reproducible": 0, "unknown": 0, "percent": 0.0}},
        "findings": findings,
        "collection": []
    }))
    .expect("a document")
}

fn page(findings: &Findings) -> String {
    let mut out = Vec::new();
    write(findings, &Target::PLAIN, &mut out).expect("written");
    String::from_utf8(out).expect("UTF-8")
}

/// The text of the only element that starts so.
fn inside<'a>(page: &'a str, start: &str, end: &str) -> &'a str {
    let (_, rest) = page.split_once(start).unwrap_or_else(|| panic!("the page has {start}"));
    rest.split_once(end).unwrap_or_else(|| panic!("{start} ends")).0
}

#[test]
fn nothing_to_show_is_said() {
    let page = page(&document(Vec::new()));
    assert_eq!(page.matches("there is nothing to draw").count(), 3, "coverage, heat map, restores");
    assert_eq!(page.matches("There is nothing to draw").count(), 2, "RPO, RTO");
    assert!(page.contains("The document has no log of what was read."));
    assert!(page.contains("No data is declared or known to be reproducible"));
    assert!(!page.contains("{{") && page.ends_with("</html>\n"));
}

#[test]
fn the_policy_allows_this_style_and_this_script_only() {
    let page = page(&document(vec![finding(json!({}))]));
    let policy = inside(&page, "http-equiv=\"Content-Security-Policy\" content=\"", "\"");
    assert!(policy.starts_with("default-src 'none'; "), "{policy}");
    assert!(!policy.contains("unsafe"), "{policy}");
    for (element, directive) in [("style", "style-src"), ("script", "script-src")] {
        let text = inside(&page, &format!("<{element}>"), &format!("</{element}>"));
        assert!(policy.contains(&format!("{directive} 'sha256-{}'", base64(&Sha256::digest(text)))), "{directive}: {policy}");
    }
    assert_eq!(page.matches("<script").count(), 3, "two of data, one that runs");
    assert!(!page.contains("style=\""), "the policy forbids styles in attributes");
    assert!(!SCRIPT.contains("innerHTML") && !SCRIPT.contains("insertAdjacent") && !SCRIPT.contains("document.write"));
}

#[test]
fn it_loads_nothing() {
    let page = page(&document(vec![finding(json!({"message": "see http://example.com/x.js"}))]));
    for (attribute, allowed) in [(" src=\"", None), (" href=\"", Some(["#", "data:,"]))] {
        for (place, _) in page.match_indices(attribute) {
            let address = &page[place + attribute.len()..];
            assert!(
                allowed.is_some_and(|starts| starts.iter().any(|start| address.starts_with(start))),
                "{}",
                crate::report::escape::cut(address, 60)
            );
        }
    }
    assert!(!STYLE.contains("url(") && !STYLE.contains("@import") && !SCRIPT.contains("fetch(") && !SCRIPT.contains("import("));
}

#[test]
fn what_others_wrote_is_no_markup() {
    let hostile = "\"'></script><script>alert(1)</script><!--&\u{202e}{{script}}";
    let page = page(&document(vec![finding(json!({
        "title": hostile, "message": hostile, "unknown_because": [hostile], "evidence": {hostile: {hostile: hostile}},
        "resource": {"arn": hostile, "type": hostile, "id": hostile, "name": hostile, "account": hostile, "region": hostile, "tags": {hostile: hostile}},
        "remediation": {"summary": hostile, "steps": [hostile], "cli": [hostile], "cloudformation": hostile, "docs": [hostile]},
        "references": {hostile: [hostile]}, "location": {"file": hostile, "line": 1},
        "waiver": {"reason": hostile, "approved_by": hostile, "expires": "2027-01-01"}
    }))]));
    assert!(!page.contains("<script>alert") && !page.contains('\u{202e}'));
    assert_eq!(page.matches("<script").count(), 3);
    assert_eq!(page.matches("</script").count(), 3);
    let index: Value = serde_json::from_str(inside(&page, "id=\"index-data\">", "</script>")).expect("JSON");
    let shown = hostile.replace('\u{202e}', "\u{fffd}");
    assert!(index["texts"].as_array().expect("texts").contains(&json!(shown)));
}

#[test]
fn data_is_written_once() {
    let fix = json!({"summary": "Back it up", "cli": ["aws backup"], "docs": ["https://docs.aws.amazon.com/"]});
    let two = |rule: &str| finding(json!({"rule": rule, "remediation": fix, "evidence": {"protection.state": "unprotected"}}));
    let page = page(&document(vec![two("a"), two("a"), two("b")]));
    for text in ["arn:aws:s3:::b", "Back it up", "https://docs.aws.amazon.com/", "protection.state"] {
        assert_eq!(page.matches(text).count(), 1, "{text}");
    }
    let index: Value = serde_json::from_str(inside(&page, "id=\"index-data\">", "</script>")).expect("JSON");
    assert_eq!(index["findings"]["rule"], json!([0, 0, 1]));
    assert_eq!(index["findings"]["resource"], json!([0, 0, 0]));
}

#[test]
fn charts_draw_the_evidence() {
    let rpo = |id: &str, status: &str, achieved: Value| {
        finding(json!({
            "rule": "data-rpo-meets-objective", "status": status,
            "resource": {"arn": id, "type": "AWS::S3::Bucket", "id": id, "account": "1", "region": "r"},
            "evidence": {"protection.rpo_seconds": achieved, "objective.rpo_seconds": 86_400}
        }))
    };
    let page = page(&document(vec![
        rpo("near", "pass", json!(80_000)),
        rpo("far", "pass", json!(60)),
        rpo("late", "fail", json!(90_000)),
        rpo("never", "fail", Value::Null),
        rpo("unread", "unknown", Value::Null),
    ]));
    let rows: Vec<&str> = ["never", "late", "unread", "near", "far"].to_vec();
    let places: Vec<usize> = rows.iter().map(|row| page.find(&format!(">{row}</a>")).unwrap_or_else(|| panic!("{row}"))).collect();
    assert!(places.is_sorted(), "failing first, then by how near: {places:?}");
    assert!(page.contains("<b class=\"big\">2</b> <span>of 5 resources meet their RPO: 2 fail, 1 unknown</span>"));
    assert_eq!(page.matches("<td>nothing to restore</td>").count(), 1);
    assert_eq!(page.matches("<td>unknown</td>").count(), 1, "what was not read is not nothing");
    assert_eq!(page.matches("<circle").count(), 3);
}

#[test]
fn the_heat_map_folds_when_there_are_many_places() {
    let of = |account: usize, status: &str| {
        finding(json!({"status": status,
            "resource": {"arn": account.to_string(), "type": "AWS::S3::Bucket", "id": "b", "account": format!("{account:012}"), "region": "r"}}))
    };
    let few = page(&document((0..3).map(|account| of(account, "pass")).collect()));
    assert_eq!(few.matches("<table class=\"heat\">").count(), 1);
    let many = page(&document((0..300).map(|account| of(account, if account == 299 { "fail" } else { "pass" })).collect()));
    assert_eq!(many.matches("<table class=\"heat\">").count(), 2, "by account and by Region");
    assert!(many.contains("of 300 rows are shown") && many.contains("000000000299"), "the worst is among those shown");
    assert!(many.contains(">299<span aria-hidden=\"true\">/</span><span class=\"unseen\"> of </span>300</a>"), "the sum is of all");
}

#[test]
fn the_same_document_gives_the_same_bytes() {
    let findings = document((0..50).map(|id| finding(json!({"id": format!("{id:032x}"), "evidence": {"a": id}}))).collect());
    assert_eq!(page(&findings), page(&findings.clone()));
}

#[test]
fn base64_is_base64() {
    assert_eq!(["", "f", "fo", "foo", "foob"].map(|text| base64(text.as_bytes())), ["", "Zg==", "Zm8=", "Zm9v", "Zm9vYg=="]);
}
