//! Trust policies: which let AWS Backup assume the role.

use super::*;

const BACKUP: &str = "backup.amazonaws.com";
const ACCOUNT: &str = "111122223333";

fn trust(statements: Value, open: &[&str]) -> Option<bool> {
    let unknown = open.iter().map(|symbol| (symbol_path("policy", symbol), vec!["why".to_owned()])).collect();
    let symbols = if open.is_empty() { Symbols::default() } else { Symbols::declared("policy", &unknown) };
    Policy::parse_trust(&json!({ "Statement": statements }).to_string(), &symbols).unwrap().lets_assume(BACKUP, ACCOUNT)
}

fn allow(principal: Value) -> Value {
    json!({ "Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole" })
}

fn on_condition(effect: &str, condition: Value) -> Value {
    json!({ "Effect": effect, "Principal": { "Service": BACKUP }, "Action": "sts:*", "Condition": condition })
}

#[test]
fn the_principal_decides() {
    for principal in [json!({ "Service": BACKUP }), json!({ "Service": ["dlm.amazonaws.com", BACKUP] }), json!("*"), json!({ "AWS": "*" })]
    {
        assert_eq!(trust(allow(principal.clone()), &[]), Some(true), "{principal}");
    }
    for principal in [json!({ "Service": "dlm.amazonaws.com" }), json!({ "AWS": BACKUP }), json!({ "AWS": "111122223333" })] {
        assert_eq!(trust(allow(principal.clone()), &[]), Some(false), "{principal}");
    }
    assert_eq!(trust(json!([]), &[]), Some(false));
    let other_action = json!({ "Effect": "Allow", "Principal": { "Service": BACKUP }, "Action": "sts:TagSession" });
    assert_eq!(trust(other_action, &[]), Some(false));
}

#[test]
fn a_deny_counts() {
    let deny = json!({ "Effect": "Deny", "Principal": "*", "Action": "sts:AssumeRole" });
    assert_eq!(trust(json!([allow(json!({ "Service": BACKUP })), deny]), &[]), Some(false));
    let of_another = json!({ "Effect": "Deny", "Principal": { "Service": "dlm.amazonaws.com" }, "Action": "*" });
    assert_eq!(trust(json!([allow(json!({ "Service": BACKUP })), of_another]), &[]), Some(true));
    let all_but = json!({ "Effect": "Deny", "NotPrincipal": { "Service": BACKUP }, "Action": "*" });
    assert_eq!(trust(json!([allow(json!({ "Service": BACKUP })), all_but]), &[]), Some(true));
    let sometimes = on_condition("Deny", json!({ "StringEquals": { "aws:SourceAccount": ACCOUNT } }));
    assert_eq!(trust(json!([allow(json!({ "Service": BACKUP })), sometimes]), &[]), None);
}

#[test]
fn conditions_on_the_own_account_are_met() {
    for condition in [
        json!({ "StringEquals": { "aws:SourceAccount": ACCOUNT } }),
        json!({ "ArnLike": { "aws:SourceArn": format!("arn:aws:backup:*:{ACCOUNT}:*") } }),
    ] {
        assert_eq!(trust(on_condition("Allow", condition.clone()), &[]), Some(true), "{condition}");
    }
    for condition in [
        json!({ "StringEquals": { "aws:SourceAccount": "444455556666" } }),
        json!({ "StringNotEquals": { "aws:SourceAccount": ACCOUNT } }),
        json!({ "StringEquals": { "sts:ExternalId": "secret" } }),
    ] {
        assert_eq!(trust(on_condition("Allow", condition.clone()), &[]), None, "{condition}");
    }
}

#[test]
fn what_a_template_leaves_open_is_unknown() {
    for principal in [json!("${Any}"), json!({ "Service": "${Any}" }), json!({ "Service": "backup.${Suffix}" })] {
        assert_eq!(trust(allow(principal.clone()), &["${Any}", "${Suffix}"]), None, "{principal}");
    }
    assert_eq!(trust(json!("${Any}"), &["${Any}"]), None);
    assert_eq!(trust(allow(json!({ "Service": "dlm.${Suffix}" })), &["${Suffix}"]), Some(false));
}
