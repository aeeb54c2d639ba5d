//! Policies as users write them, and what rel9 must not infer from them.

use super::*;
use crate::inventory::symbol_path;
use proptest::prelude::*;
use serde_json::{Value, json};

mod grants;
mod symbols;
mod trust;

const DELETE: &str = "backup:DeleteRecoveryPoint";

fn policy(statements: Value) -> Policy {
    Policy::parse(&json!({"Version": "2012-10-17", "Statement": statements}).to_string(), &Symbols::default()).unwrap()
}

fn surely(statements: &[&str]) -> Opening {
    Opening { statements: statements.iter().map(|label| label.to_string()).collect(), more: false }
}

/// Whether an Allow to everyone with this condition is open.
fn is_open(condition: Value) -> bool {
    let statement = json!({"Sid": "S", "Effect": "Allow", "Principal": "*", "Action": "backup:CopyIntoBackupVault",
        "Resource": "*", "Condition": condition});
    policy(statement).open_statements() == surely(&["S"])
}

/// How a Deny of deletion to everyone with this condition counts.
fn denial(condition: Value) -> Denial {
    policy(json!({"Effect": "Deny", "Principal": "*", "Action": DELETE, "Resource": "*", "Condition": condition})).denied(DELETE)
}

fn everyone_but(exempt: &[&str]) -> Denial {
    Denial { everyone: true, exempt_principals: exempt.iter().map(|name| name.to_string()).collect(), more: false }
}

#[test]
fn open_by_principal() {
    let with = |key: &str, principal: Value| {
        policy(json!({"Effect": "Allow", key: principal, "Action": "s3:GetObject", "Resource": "*"})).open_statements()
    };
    for principal in [json!("*"), json!({"AWS": "*"}), json!({"AWS": ["arn:aws:iam::111122223333:root", "*"]})] {
        assert_eq!(with("Principal", principal), surely(&["1"]));
    }
    assert_eq!(with("NotPrincipal", json!({"AWS": "arn:aws:iam::111122223333:root"})), surely(&["1"]));
    for principal in [json!({"AWS": "111122223333"}), json!({"Service": "backup.amazonaws.com"})] {
        assert_eq!(with("Principal", principal), surely(&[]));
    }
    let both = json!([
        {"Sid": "No", "Effect": "Deny", "Principal": "*", "Action": "*", "Resource": "*"},
        {"Sid": "Yes", "Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"},
    ]);
    assert_eq!(policy(both).open_statements(), surely(&["Yes"]));
}

#[test]
fn conditions_that_confine() {
    for condition in [
        json!({"StringEquals": {"aws:PrincipalOrgID": "o-a1b2c3d4e5"}}),
        json!({"stringequals": {"AWS:principalorgid": ["o-a1b2c3d4e5", "o-f6"]}}),
        json!({"ForAnyValue:StringLike": {"aws:PrincipalOrgPaths": "o-a1b2c3d4e5/*/ou-ab12-*"}}),
        json!({"StringEquals": {"aws:PrincipalAccount": "111122223333"}}),
        json!({"StringEquals": {"aws:SourceAccount": 111122223333i64}}),
        json!({"StringEquals": {"aws:PrincipalAccount": "${aws:ResourceAccount}"}}),
        json!({"StringLike": {"aws:userid": "AROAEXAMPLEID:*"}}),
        json!({"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::111122223333:role/*"}}),
        json!({"ArnLike": {"aws:SourceArn": "arn:aws:*:*:111122223333:*"}}),
        json!({"StringLike": {"aws:PrincipalArn": "arn:aws:iam::111122223333:role/*"}}),
        json!({"ArnEquals": {"aws:SourceArn": "arn:aws:s3:::logs"}}),
        json!({"StringEquals": {"aws:SourceVpce": "vpce-1a2b3c4d"}}),
        // An exact operator treats `*` as a plain character, and no organisation, account or ARN contains it.
        json!({"StringEquals": {"aws:PrincipalOrgID": "*"}}),
        json!({"StringEqualsIgnoreCase": {"aws:PrincipalArn": "arn:aws:iam::*:root"}}),
        json!({"StringEquals": {"aws:PrincipalServiceName": "backup.amazonaws.com"}}),
        json!({"StringEquals": {"kms:CallerAccount": "111122223333"}}),
        // A condition that lets requests without the key pass confines if another condition requires the key.
        json!({"StringEqualsIfExists": {"aws:PrincipalOrgID": "o-a1b2c3d4e5"}, "Null": {"aws:PrincipalOrgID": "false"}}),
        json!({"ForAllValues:StringLike": {"aws:PrincipalOrgPaths": "o-a1b2c3d4e5/*"}, "Null": {"aws:PrincipalOrgPaths": [false]}}),
        json!({"Bool": {"elasticfilesystem:AccessedViaMountTarget": true}}),
        json!({"Bool": {"aws:SecureTransport": "true"}, "StringEquals": {"aws:SourceVpc": "vpc-1"}}),
    ] {
        assert!(!is_open(condition.clone()), "{condition}");
    }
}

#[test]
fn conditions_that_do_not_confine() {
    for condition in [
        json!({}),
        json!({"Bool": {"aws:SecureTransport": "true"}}),
        json!({"IpAddress": {"aws:SourceIp": "203.0.113.0/24"}}),
        json!({"StringLike": {"aws:PrincipalOrgID": "*"}}),
        json!({"StringLike": {"aws:PrincipalOrgID": "o-*"}}),
        json!({"StringLike": {"aws:PrincipalOrgID": ["o-a1b2c3d4e5", "*"]}}),
        json!({"StringLike": {"aws:PrincipalAccount": "1111*"}}),
        json!({"StringEquals": {"aws:PrincipalOrgID": []}}),
        json!({"StringNotEquals": {"aws:PrincipalOrgID": "o-a1b2c3d4e5"}}),
        json!({"StringEqualsIfExists": {"aws:PrincipalOrgID": "o-a1b2c3d4e5"}}),
        json!({"ForAllValues:StringLike": {"aws:PrincipalOrgPaths": "o-a1b2c3d4e5/*"}}),
        json!({"ForAnyValue:StringLike": {"aws:PrincipalOrgPaths": "*/ou-ab12/*"}}),
        json!({"StringEquals": {"aws:PrincipalArn": "${aws:PrincipalArn}"}}),
        json!({"StringEquals": {"aws:username": "backup"}}),
        json!({"StringEquals": {"aws:PrincipalTag/team": "backup"}}),
        json!({"StringLike": {"aws:userid": "*:backup"}}),
        json!({"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/backup"}}),
        json!({"ArnLike": {"aws:SourceArn": "arn:aws:s3:::logs-*"}}),
        // The `*` may also match the log group's own account: arn:aws:logs:eu-west-1:999999999999:log-group:111122223333:x.
        json!({"StringLike": {"aws:SourceArn": "arn:aws:logs:*:111122223333:*"}}),
        json!({"Null": {"aws:PrincipalOrgID": "false"}}),
        json!({"StringEqualsIfExists": {"aws:PrincipalOrgID": "o-a1b2c3d4e5"}, "Null": {"aws:PrincipalOrgID": "true"}}),
        json!({"StringEqualsIfExists": {"aws:PrincipalOrgID": "o-a1b2c3d4e5"}, "Null": {"aws:PrincipalAccount": "false"}}),
        json!({"ForAnyValue:StringEqualsIfExists": {"aws:PrincipalOrgPaths": "o-a1b2c3d4e5/r/"}}),
        json!({"Bool": {"elasticfilesystem:AccessedViaMountTarget": "false"}}),
    ] {
        assert!(is_open(condition.clone()), "{condition}");
    }
}

#[test]
fn denied_to_everyone() {
    let deny = |principal: Value, action: Value, resource: Value| {
        policy(json!({"Effect": "Deny", "Principal": principal, "Action": action, "Resource": resource})).denied(DELETE).everyone
    };
    assert!(deny(json!("*"), json!(DELETE), json!("*")));
    assert!(deny(json!({"AWS": "*"}), json!(["backup:Update*", "BACKUP:deleterecoverypoint"]), json!(["*"])));
    assert!(deny(json!({"AWS": ["*"]}), json!("backup:Delete*"), json!("*")));
    assert!(deny(json!("*"), json!("*"), json!("*")));
    assert!(!deny(json!("*"), json!("backup:DeleteBackupVault"), json!("*")));
    assert!(!deny(json!({"AWS": "arn:aws:iam::111122223333:root"}), json!(DELETE), json!("*")));
    assert!(!deny(json!({"Service": "*"}), json!(DELETE), json!("*")));
    assert!(!deny(json!("*"), json!(DELETE), json!("arn:aws:ec2:eu-west-1::snapshot/*")));
    let not_action = json!({"Effect": "Deny", "Principal": "*", "NotAction": "backup:Describe*", "Resource": "*"});
    assert_eq!(policy(not_action.clone()).denied(DELETE), everyone_but(&[]));
    assert!(!policy(not_action).denied("backup:DescribeBackupVault").everyone);
    assert!(!policy(json!({"Effect": "Deny", "Principal": "*", "Action": DELETE, "NotResource": "arn:aws:ec2:*"})).denied(DELETE).everyone);
    assert!(!policy(json!({"Effect": "Allow", "Principal": "*", "Action": DELETE, "Resource": "*"})).denied(DELETE).everyone);
    assert!(!policy(json!([])).denied(DELETE).everyone);
}

#[test]
fn exemptions_of_a_deny() {
    let admin = "arn:aws:iam::111122223333:role/admin";
    for (operator, key, value) in [
        ("ArnNotEquals", "aws:PrincipalArn", admin),
        ("ArnNotLike", "aws:PrincipalArn", "arn:aws:iam::111122223333:role/*"),
        ("StringNotEquals", "aws:PrincipalOrgID", "o-a1b2c3d4e5"),
        ("StringNotEqualsIfExists", "aws:PrincipalAccount", "111122223333"),
        ("StringNotLike", "aws:userId", "AROAEXAMPLEID:*"),
        ("ForAllValues:StringNotLike", "aws:PrincipalOrgPaths", "o-a1b2c3d4e5/*"),
    ] {
        assert_eq!(denial(json!({operator: {key: value}})), everyone_but(&[value]), "{operator}");
    }
    assert_eq!(
        denial(json!({"ArnNotLike": {"aws:PrincipalArn": [admin, "arn:b"]}, "StringNotEquals": {"aws:userid": "AIDA"}})),
        everyone_but(&["AIDA", admin, "arn:b"])
    );
    let not_principal = json!({"Effect": "Deny", "NotPrincipal": {"AWS": [admin]}, "Action": DELETE, "Resource": "*"});
    assert_eq!(policy(not_principal).denied(DELETE), everyone_but(&[admin]));
}

#[test]
fn compared_exactly_a_star_exempts_nobody() {
    assert_eq!(denial(json!({"StringNotEquals": {"aws:PrincipalArn": ["*", "arn:aws:iam::111122223333:role/*"]}})), everyone_but(&[]));
    assert_eq!(
        denial(json!({"ArnNotEquals": {"aws:PrincipalArn": "arn:aws:iam::111122223333:role/*"}})),
        everyone_but(&["arn:aws:iam::111122223333:role/*"])
    );
}

#[test]
fn a_deny_with_any_other_condition_is_partial() {
    for condition in [
        json!({"StringNotLike": {"aws:userid": "*"}}),
        json!({"ArnNotEquals": {"aws:PrincipalArn": ["arn:a", "*"]}}),
        json!({"StringNotEquals": {"aws:PrincipalArn": []}}),
        json!({"StringEquals": {"aws:PrincipalAccount": "111122223333"}}),
        json!({"ForAnyValue:StringNotLike": {"aws:PrincipalOrgPaths": "o-a1b2c3d4e5/*"}}),
        json!({"StringNotEquals": {"aws:PrincipalTag/role": "admin"}}),
        json!({"Bool": {"aws:MultiFactorAuthPresent": "false"}}),
        json!({"Bool": {"aws:PrincipalIsAWSService": "false"}, "ArnNotEquals": {"aws:PrincipalArn": "arn:a"}}),
        json!({"DateLessThan": {"aws:CurrentTime": "2030-01-01T00:00:00Z"}}),
    ] {
        assert_eq!(denial(condition.clone()), Denial::default(), "{condition}");
    }
}

#[test]
fn of_several_denies_the_strictest_counts() {
    let deny = |exempt: Value| {
        json!({"Effect": "Deny", "Principal": "*", "Action": "backup:*", "Resource": "*",
            "Condition": {"ArnNotLike": {"aws:PrincipalArn": exempt}}})
    };
    assert_eq!(policy(json!([deny(json!(["a", "b"])), deny(json!(["c"]))])).denied(DELETE), everyone_but(&["c"]));
    let total = json!({"Effect": "Deny", "Principal": "*", "Action": DELETE, "Resource": "*"});
    assert_eq!(policy(json!([deny(json!("a")), total])).denied(DELETE), everyone_but(&[]));
}

/// The encryption types that Denies of s3:PutObject under these conditions refuse.
fn refused(default_algorithm: Option<&str>, conditions: &[&Value]) -> Vec<&'static str> {
    let deny = |condition: &&Value| json!({"Effect": "Deny", "Principal": "*", "Action": "s3:PutObject", "Resource": "arn:aws:s3:::b/*", "Condition": condition});
    policy(conditions.iter().map(deny).collect()).refused_encryption_types(default_algorithm, "arn:aws:s3:::b").surely
}

#[test]
fn refused_uploads() {
    let not = |values: Value| json!({"StringNotEquals": {"s3:x-amz-server-side-encryption": values}});
    let no_customer_keys = json!({"Null": {"s3:x-amz-server-side-encryption-customer-algorithm": "false"}});
    let none = json!({"Null": {"s3:x-amz-server-side-encryption": "true"}});
    assert_eq!(refused(None, &[&no_customer_keys]), ["SSE-C"]);
    assert_eq!(refused(None, &[&json!({"Null": {"s3:x-amz-server-side-encryption-customer-algorithm": false}})]), ["SSE-C"]);
    // Requests that name no algorithm are denied too, so these types are refused under any default.
    assert_eq!(refused(None, &[&not(json!("aws:kms"))]), ["SSE-S3", "DSSE-KMS", "SSE-C"]);
    assert_eq!(refused(None, &[&not(json!(["aws:kms", "aws:kms:dsse"]))]), ["SSE-S3", "SSE-C"]);
    assert_eq!(refused(None, &[&not(json!("AES256"))]), ["SSE-KMS", "DSSE-KMS", "SSE-C"]);
    // The policy denies requests without algorithm, which include those with customer keys, but allows requests that name an algorithm.
    assert_eq!(refused(None, &[&none]), ["SSE-C"]);
    // Named or absent, like the IfExists of S3's own examples: only a wrong name is denied.
    let wrong_name = json!({"StringNotEqualsIfExists": {"s3:x-amz-server-side-encryption": "aws:kms"}});
    assert_eq!(refused(None, &[&wrong_name]), ["SSE-S3", "DSSE-KMS", "SSE-C"]);
    let no_s3 = json!({"StringEquals": {"s3:x-amz-server-side-encryption": "AES256"}});
    assert_eq!(refused(None, &[&no_s3]), [""; 0]);
    assert_eq!(refused(Some("aws:kms"), &[&no_s3]), ["SSE-S3"]);
    assert_eq!(refused(Some("AES256"), &[&no_s3]), [""; 0]);
    assert_eq!(refused(Some("AES256"), &[&no_s3, &none]), ["SSE-S3", "SSE-C"]);
    let no_kms = json!({"StringLike": {"s3:x-amz-server-side-encryption": "aws:kms*"}});
    assert_eq!(refused(Some("AES256"), &[&no_kms, &no_customer_keys]), ["SSE-KMS", "DSSE-KMS", "SSE-C"]);
    assert_eq!(refused(None, &[&json!({})]), ["SSE-S3", "SSE-KMS", "DSSE-KMS", "SSE-C"]);
}

#[test]
fn uploads_that_are_not_surely_refused() {
    let named = json!({"s3:x-amz-server-side-encryption": "aws:kms"});
    for condition in [
        // Both must hold.
        json!({"StringEquals": {"s3:x-amz-server-side-encryption": "AES256"},
            "Null": {"s3:x-amz-server-side-encryption-customer-algorithm": "false"}}),
        json!({"StringNotEquals": named.clone(), "Bool": {"aws:SecureTransport": "false"}}),
        json!({"StringNotEquals": named.clone(), "ArnNotLike": {"aws:PrincipalArn": "arn:aws:iam::111122223333:role/x"}}),
        json!({"ForAnyValue:StringNotEquals": named}),
        json!({"StringNotEquals": {"s3:x-amz-server-side-encryption": "${aws:PrincipalTag/sse}"}}),
        json!({"Null": {"s3:x-amz-server-side-encryption-customer-algorithm": "true"},
            "StringEquals": {"s3:x-amz-server-side-encryption-aws-kms-key-id": "arn:aws:kms:eu-west-1:111122223333:key/k"}}),
    ] {
        assert_eq!(refused(None, &[&condition]), [""; 0], "{condition}");
    }
    // A wrong KMS key does not cover every KMS upload. Other uploads have no KMS key, so they are not equal either.
    let key = json!({"StringNotEquals": {"s3:x-amz-server-side-encryption-aws-kms-key-id": "arn:aws:kms:eu-west-1:111122223333:key/k"}});
    assert_eq!(refused(None, &[&key]), ["SSE-S3", "SSE-C"]);
}

#[test]
fn refused_uploads_need_every_object_and_everyone() {
    let with = |principal: Value, action: &str, resource: Value| {
        let statement = json!({"Effect": "Deny", "Principal": principal, "Action": action, "Resource": resource});
        policy(statement).refused_encryption_types(None, "arn:aws:s3:::b").surely.len()
    };
    for resource in ["*", "arn:aws:s3:::b/*", "arn:aws:s3:::b*", "arn:aws-cn:s3:::b/**", "arn:aws:s3:::*/*"] {
        assert_eq!(with(json!("*"), "s3:Put*", json!(["arn:aws:s3:::b", resource])), 4, "{resource}");
    }
    for resource in ["arn:aws:s3:::b", "arn:aws:s3:::b/in/*", "arn:aws:s3:::b/in*", "arn:aws:s3:::b/*.gz", "arn:aws:s3:::b/?*"] {
        assert_eq!(with(json!("*"), "s3:*", json!(resource)), 0, "{resource}");
    }
    assert_eq!(with(json!({"AWS": "111122223333"}), "s3:*", json!("*")), 0);
    assert_eq!(with(json!("*"), "s3:PutObjectAcl", json!("*")), 0);
}

#[test]
fn malformed_policies_are_errors() {
    let valid = json!({"Effect": "Deny", "Principal": "*", "Action": "*", "Resource": "*"});
    let changed = |key: &str, value: Value| {
        let mut statement = valid.clone();
        statement[key] = value;
        json!({ "Statement": statement }).to_string()
    };
    let without = |key: &str| {
        let mut statement = valid.clone();
        statement.as_object_mut().unwrap().shift_remove(key);
        json!({ "Statement": [statement] }).to_string()
    };
    let mut texts: Vec<String> = ["", "{", "[]", "null", "{}", "{\"Statement\": 1}", "{\"Statement\": [null]}"].map(str::to_string).into();
    texts.extend(["Effect", "Principal", "Action", "Resource"].map(without));
    texts.extend([
        changed("Effect", json!("deny")),
        changed("Principal", json!("arn:aws:iam::111122223333:root")),
        changed("Principal", json!({})),
        changed("Principal", json!({"AWS": [1]})),
        changed("NotPrincipal", json!({"AWS": "a"})),
        changed("NotAction", json!("a")),
        changed("Action", json!([])),
        changed("Action", json!(1)),
        changed("Resource", json!({"a": 1})),
        changed("Condition", json!("a")),
        changed("Condition", json!({"Bool": "a"})),
        changed("Condition", json!({"Bool": {"a": {"b": 1}}})),
        "[".repeat(10_000),
    ]);
    for text in texts {
        assert!(Policy::parse(&text, &Symbols::default()).is_err(), "{text}");
        assert!(Policy::parse(&text, &Symbols::default()).is_err(), "{text}");
    }
    assert_eq!(
        Policy::parse(&without("Action"), &Symbols::default()).unwrap_err().to_string(),
        "statement 1: needs one of Action and NotAction"
    );
    assert!(Policy::parse(&json!({ "Statement": valid }).to_string(), &Symbols::default()).is_ok());
}

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        proptest::bool::ANY.prop_map(Value::from),
        "[A-Za-z*:/${}]{0,8}".prop_map(Value::from),
        Just(json!("*"))
    ];
    leaf.prop_recursive(4, 32, 4, |inner| {
        let key = prop::sample::select(vec![
            "Statement",
            "Effect",
            "Principal",
            "AWS",
            "Action",
            "Resource",
            "Condition",
            "StringLike",
            "Null",
            "ArnNotLike",
            "aws:PrincipalArn",
            "aws:SourceArn",
            "aws:userid",
            "s3:x-amz-server-side-encryption",
        ]);
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..3).prop_map(Value::from),
            prop::collection::vec((key, inner), 0..4)
                .prop_map(|pairs| pairs.into_iter().map(|(key, value)| (key.to_string(), value)).collect()),
        ]
    })
}

proptest! {
    /// Whatever value replaces a part of a policy, the parser accepts or refuses the policy, without a panic.
    #[test]
    fn never_panics(principal in any_json(), action in any_json(), condition in any_json(), whole in any_json()) {
        let statement = json!({"Effect": "Allow", "Principal": principal, "Action": action, "Resource": "*", "Condition": condition});
        for value in [json!({ "Statement": statement }), json!({ "Statement": whole.clone() }), whole] {
            let unknown = [(symbol_path("policy", "${}"), Vec::new())].into();
            for symbols in [Symbols::default(), Symbols::declared("policy", &unknown)] {
                if let Ok(policy) = Policy::parse(&value.to_string(), &symbols) {
                    let _ = (policy.open_statements(), policy.denied(DELETE), policy.refused_encryption_types(None, "arn:aws:s3:::b"));
                }
            }
        }
    }
}
