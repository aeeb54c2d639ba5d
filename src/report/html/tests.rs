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

/// A document with something for every section.
fn full() -> Findings {
    let of = |rule: &str, status: &str, evidence: Value| finding(json!({"rule": rule, "status": status, "evidence": evidence}));
    let mut document = document(vec![
        of("data-protected", "fail", json!({"protection.state": "unprotected"})),
        of("data-rpo-meets-objective", "fail", json!({"protection.rpo_seconds": 90_000, "objective.rpo_seconds": 86_400})),
        of("data-recovery-tested", "pass", json!({"protection.restore_tests.last_success_age_seconds": 86_400})),
    ]);
    let mut value = serde_json::to_value(&document).expect("a value");
    let resource = value["findings"][0]["resource"].clone();
    value["reproducible"] = json!([{"resource": resource, "reason": "rebuilt", "expires_at": null, "declared": true}]);
    value["summary"]["coverage"] = json!({"data_resources": 2, "protected": 0, "on_schedule": 0, "restorable_only": 0, "stale": 0, "selected_not_protected": 0,
        "opt_in_blocked": 0, "unprotected": 1, "reproducible": 1, "unknown": 0, "percent": 0.0});
    value["summary"]["by_status"] = json!({"fail": 2, "pass": 1});
    value["summary"]["by_severity"] = json!({"critical": 2});
    value["summary"]["worst"] = json!([{"resource": resource, "known_as": "b", "score": 2_000, "failing": {"critical": 2}, "rule": "data-protected",
        "headline": "Data has no backup", "message": "unprotected"}]);
    value["summary"]["best_practices"] = json!([{"id": "REL09-BP01", "risk": "high", "fail": 2, "pass": 1, "unknown": 0, "waived": 0}]);
    value["summary"]["baseline"] = json!({"known": 1, "new": 1, "fixed": 3,
        "earlier": {"as_of": "2026-10-01T00:00:00Z", "coverage_percent": 12.5, "by_severity": {"critical": 4}}});
    value["audit"]["policy"] = json!({"path": "rel9.yaml", "no_objective": 4,
        "objectives": [{"name": "gold", "line": 3, "match": "true", "state": "used", "resources": 2, "reproducible": 1},
                       {"name": "archive", "line": 9, "match": "false", "state": "unused", "resources": 0}],
        "waivers": [{"rules": ["kms-*"], "line": 12, "match": "true", "expires": "2026-01-31", "state": "ended", "findings": 3, "why": "ended on 2026-01-31"},
                    {"rules": ["data-protected"], "line": 14, "match": "true", "expires": "2027-01-31", "state": "used", "findings": 1}]});
    value["gate"] = json!({"fail_on": "high", "verdict": "failed", "failing": 1, "known": 1, "unknown": 0, "exit_code": 1,
        "text": "gate failed: 1 new finding at or above high (--fail-on high)"});
    document = serde_json::from_value(value).expect("a document");
    document
}

const SECTIONS: [&str; 10] = ["answer", "worst", "policy", "trend", "coverage", "objectives", "restores", "findings", "unread", "exempt"];

/// The sections of a page, in their order, by the ids of their elements.
fn sections_of(page: &str) -> Vec<&str> {
    page.match_indices("<section id=\"").filter_map(|(place, start)| page[place + start.len()..].split('"').next()).collect()
}

/// The addresses of a page's links.
fn links_of(page: &str) -> Vec<&str> {
    page.match_indices(" href=\"").filter_map(|(place, start)| page[place + start.len()..].split('"').next()).collect()
}

#[test]
fn a_section_with_nothing_to_show_is_left_out() {
    assert_eq!(sections_of(&page(&full())), SECTIONS);
    let page = page(&document(Vec::new()));
    assert_eq!(sections_of(&page), ["answer", "policy", "findings", "unread"]);
    assert!(page.contains("The document has no log of what was read."));
    assert!(!page.contains("{{") && page.ends_with("</html>\n"));
}

#[test]
fn a_page_of_templates_has_no_panel_about_what_only_deployment_shows() {
    let mut document = full();
    document.audit.source = "terraform".to_owned();
    document.audit.accounts.clear();
    document.findings.retain(|finding| !finding.rule.starts_with("data-r") && *finding.rule != *"data-protected");
    document.reproducible.clear();
    assert_eq!(sections_of(&page(&document)), ["answer", "worst", "policy", "trend", "findings", "unread"]);
}

/// rel9 did not always record the worst resources.
#[test]
fn a_document_of_an_earlier_version_shows_its_worst_resources() {
    let mut old = full();
    old.summary.worst.clear();
    assert_eq!(sections_of(&page(&old)), SECTIONS);
}

#[test]
fn every_link_leads_to_something() {
    for document in [full(), document(vec![finding(json!({}))]), document(Vec::new())] {
        let page = page(&document);
        let places: Vec<&str> = links_of(&page).into_iter().filter_map(|address| address.strip_prefix('#')).collect();
        assert!(places.len() > 3);
        for place in places.into_iter().filter(|place| !place.contains('=')) {
            assert_eq!(page.matches(&format!(" id=\"{place}\"")).count(), 1, "#{place}");
        }
    }
}

#[test]
fn every_number_of_the_answer_leads_to_what_it_counts() {
    let page = page(&full());
    let links = links_of(&page);
    for address in [
        "#status=fail",
        "#status=fail&amp;severity=critical",
        "#status=pass",
        "#bp=REL09-BP01&amp;status=fail",
        "#status=fail&amp;severity=critical%2Chigh&amp;mark=new",
        "#resource=arn%3Aaws%3As3%3A%3A%3Ab",
        "#resource=arn%3Aaws%3As3%3A%3A%3Ab&amp;status=fail&amp;severity=critical",
        "#rule=data-protected&amp;status=all&amp;state=unprotected",
        "#status=fail&amp;mark=known",
        "#exempt",
    ] {
        assert!(links.contains(&address), "{address} in {links:?}");
    }
}

#[test]
fn the_verdict_is_on_the_page_and_on_its_cover() {
    let page = page(&full());
    assert_eq!(page.matches("Gate failed: 1 new finding at or above high (--fail-on high) <small>exit 1</small>").count(), 2);
    let cover = inside(&page, "<div class=\"cover\">", "<header>");
    for fact in [
        "REL 9: How do you back up data?",
        "111122223333",
        "eu-west-1",
        "2026-11-22 07:00 UTC",
        "rel9 0.1.0, sha256:0",
        "Not read",
        "rel9.yaml",
    ] {
        assert!(cover.contains(fact), "{fact}: {cover}");
    }
    let mut old = full();
    old.gate = None;
    assert!(!super::tests::page(&old).contains("class=\"gate\""), "a document without the decision");
}

#[test]
fn the_policy_says_what_its_entries_did() {
    let policy = page(&full());
    let policy = inside(&policy, "<section id=\"policy\"", "</section>");
    for told in [
        "<code>rel9.yaml</code>",
        "<li>gold <small>2 resources, 1 exempt</small></li>",
        "<li>archive <small><b class=\"odd\">unused</b></small></li>",
        "4 resources without an objective",
        "1 used · <b class=\"odd\">1 ended</b>",
        "<li>kms-* <small>line 12, ended: ended on 2026-01-31</small></li>",
        "<li>data-protected <small>line 14, 1 finding</small></li>",
    ] {
        assert!(policy.contains(told), "{told}: {policy}");
    }
    assert!(page(&document(Vec::new())).contains("No policy file was given."));
}

#[test]
fn the_trend_compares_with_the_baseline() {
    let trend = page(&full());
    let trend = inside(&trend, "<section id=\"trend\"", "</section>");
    assert!(trend.contains("<th scope=\"col\">2026-10-01</th><th scope=\"col\">2026-11-22</th>"), "{trend}");
    assert!(trend.contains("<td>4</td>") && trend.contains("<td class=\"better\">−2</td>"), "{trend}");
    assert!(trend.contains("<td>12.5 %</td><td>0.0 %</td><td class=\"worse\">−12.5</td>"), "{trend}");
}

#[test]
fn without_a_script_the_failures_are_listed() {
    let page = page(&full());
    let plain = inside(&page, "<noscript>", "</noscript>");
    assert!(
        plain.contains("<span class=\"badge critical\">critical</span> Data has a backup <small>data-protected, 1 finding</small>"),
        "{plain}"
    );
    assert!(plain.contains("<li>b in 111122223333/eu-west-1: unprotected</li>"), "{plain}");
    assert!(!plain.contains("data-recovery-tested"), "what passes is not listed");
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
    let to = |status: &str, text: &str| format!("<a href=\"#rule=data-rpo-meets-objective&amp;status={status}\">{text}</a>");
    let lead = format!(
        "<b class=\"big\">{}</b> <span>of 5 resources meet their RPO: {}, {}</span>",
        to("pass", "2"),
        to("fail", "2 fail"),
        to("unknown", "1 unknown")
    );
    assert!(page.contains(&lead), "{lead}");
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
    let drawn = |findings: Vec<Value>| {
        let mut document = document(findings);
        document.summary.coverage.data_resources = 1;
        page(&document)
    };
    let few = drawn((0..3).map(|account| of(account, "pass")).collect());
    assert_eq!(few.matches("<table class=\"heat\">").count(), 1);
    let many = drawn((0..300).map(|account| of(account, if account == 299 { "fail" } else { "pass" })).collect());
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
