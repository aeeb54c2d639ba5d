//! To whom the Allow statements grant something, outside the accounts 111122223333 and 444455556666.

use super::*;

fn grants(policy: &Policy) -> Grants {
    policy.grants_outside(|account| ["111122223333", "444455556666"].contains(&account))
}

fn allow(principal: Value, condition: Value) -> Policy {
    policy(json!({"Sid": "S", "Effect": "Allow", "Principal": principal, "Action": "*", "Resource": "*", "Condition": condition}))
}

/// `*` for everyone, and the accounts; `?` before the name of a principal without an account.
fn outside(policy: &Policy) -> Vec<String> {
    let found = grants(policy);
    assert!(!found.more);
    let name = |grant: Grant| match grant.to {
        Grantee::Everyone => "*".to_owned(),
        Grantee::Principal { account: Some(account), .. } => account,
        Grantee::Principal { name, account: None } => format!("?{name}"),
    };
    found.found.into_iter().map(name).collect()
}

#[test]
fn principals_are_inside_by_their_account() {
    let of = |principal: Value| outside(&allow(principal, json!({})));
    for inside in [
        json!({"AWS": "111122223333"}),
        json!({"AWS": ["arn:aws:iam::111122223333:root", "arn:aws:iam::444455556666:role/backup"]}),
        json!({"AWS": "arn:aws:sts::111122223333:assumed-role/backup/session"}),
        json!({"Service": "logging.s3.amazonaws.com"}),
        json!({"Service": ["backup.amazonaws.com", "delivery.logs.amazonaws.com"], "AWS": "111122223333"}),
        // A role that was deleted after the policy was saved.
        json!({"AWS": "AROAEXAMPLEEXAMPLE123"}),
    ] {
        assert_eq!(of(inside.clone()), [""; 0], "{inside}");
    }
    assert_eq!(of(json!("*")), ["*"]);
    assert_eq!(of(json!({"AWS": ["999999999999", "*"]})), ["*"]);
    assert_eq!(
        of(json!({"AWS": ["arn:aws:iam::999999999999:user/x", "arn:aws:iam::111122223333:root", "888888888888"]})),
        ["999999999999", "888888888888"]
    );
    let identity = "arn:aws:iam::cloudfront:user/CloudFront Origin Access Identity E1";
    assert_eq!(of(json!({"AWS": identity})), [format!("?{identity}")]);
    assert_eq!(of(json!({"CanonicalUser": "79a59df900b949e5"})), ["?79a59df900b949e5"]);
    let but = json!({"Effect": "Allow", "NotPrincipal": {"AWS": "999999999999"}, "Action": "*", "Resource": "*"});
    assert_eq!(outside(&policy(but)), ["*"]);
    let deny = json!({"Effect": "Deny", "Principal": "*", "Action": "*", "Resource": "*"});
    assert_eq!(outside(&policy(deny)), [""; 0]);
}

#[test]
fn a_condition_confines_everyone_to_its_accounts() {
    let of = |condition: Value| outside(&allow(json!("*"), condition));
    for confined in [
        json!({"StringEquals": {"aws:PrincipalOrgID": "o-a1b2c3d4e5"}}),
        json!({"ForAnyValue:StringLike": {"aws:PrincipalOrgPaths": "o-a1b2c3d4e5/*"}}),
        json!({"StringEquals": {"aws:PrincipalAccount": ["111122223333", "444455556666"]}}),
        json!({"StringEquals": {"aws:SourceAccount": "111122223333"}}),
        json!({"StringEquals": {"aws:PrincipalAccount": "${aws:ResourceAccount}"}}),
        json!({"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::111122223333:role/*"}}),
        json!({"StringEquals": {"s3:DataAccessPointAccount": "111122223333"}}),
        json!({"StringEquals": {"aws:SourceVpce": "vpce-1"}}),
        json!({"Bool": {"elasticfilesystem:AccessedViaMountTarget": "true"}}),
    ] {
        assert_eq!(of(confined.clone()), [""; 0], "{confined}");
    }
    for open in [
        json!({}),
        json!({"Bool": {"aws:SecureTransport": "true"}}),
        json!({"IpAddress": {"aws:SourceIp": "203.0.113.0/24"}}),
        json!({"StringEqualsIfExists": {"aws:PrincipalAccount": "111122223333"}}),
        json!({"Bool": {"elasticfilesystem:AccessedViaMountTarget": "false"}}),
    ] {
        assert_eq!(of(open.clone()), ["*"], "{open}");
    }
    assert_eq!(of(json!({"StringEquals": {"aws:PrincipalAccount": ["111122223333", "999999999999"]}})), ["999999999999"]);
    assert_eq!(of(json!({"ArnEquals": {"aws:SourceArn": "arn:aws:s3:::theirs"}})), ["?arn:aws:s3:::theirs"]);
    let both = json!({"StringEquals": {"aws:PrincipalAccount": "999999999999"}, "ArnLike": {"aws:PrincipalArn": "arn:aws:iam::111122223333:role/*"}});
    assert_eq!(of(both), [""; 0], "both must hold");
    let foreign = |condition: Value| outside(&allow(json!({"AWS": "999999999999"}), condition));
    assert_eq!(foreign(json!({"StringEquals": {"aws:PrincipalOrgID": "o-a1b2c3d4e5"}})), [""; 0]);
    assert_eq!(foreign(json!({"Bool": {"aws:SecureTransport": "true"}})), ["999999999999"]);
    assert_eq!(
        foreign(json!({"StringEquals": {"aws:PrincipalAccount": ["888888888888", "777777777777"]}})),
        ["999999999999"],
        "the narrower side"
    );
}

#[test]
fn symbols_of_a_template() {
    let of = |principal: Value, condition: Value| {
        let statement = json!({"Effect": "Allow", "Principal": principal, "Action": "*", "Resource": "*", "Condition": condition});
        let unknown = [(symbol_path("policy", "${Any}"), vec!["why".to_owned()])].into();
        grants(&Policy::parse(&json!({ "Statement": statement }).to_string(), &Symbols::declared("policy", &unknown)).unwrap())
    };
    let none = json!({});
    for inside in
        [json!({"AWS": "${Role.Arn}"}), json!({"AWS": "arn:aws:iam::${AWS::AccountId}:root"}), json!({"AWS": "${AWS::AccountId}"})]
    {
        assert_eq!(of(inside.clone(), none.clone()), Grants::default(), "{inside}");
    }
    let unknown = Grants { more: true, ..Grants::default() };
    for perhaps in [json!({"AWS": "${Any}"}), json!({"AWS": "arn:aws:iam::${Any}:root"}), json!("${Any}")] {
        assert_eq!(of(perhaps.clone(), none.clone()), unknown, "{perhaps}");
    }
    assert_eq!(of(json!("*"), json!("${Any}")), unknown, "the symbol may be a condition that confines it");
    assert_eq!(of(json!("*"), json!({"StringEquals": {"aws:PrincipalAccount": "${Any}"}})), unknown);
    assert_eq!(of(json!("*"), json!({"StringEquals": {"aws:PrincipalOrgID": "${Any}"}})), Grants::default());
    assert_eq!(of(json!({"AWS": "${Role.Arn}"}), json!("${Any}")), Grants::default(), "whatever the condition is");
    let account = |name: &str| Grant {
        statement: "1".to_owned(),
        to: Grantee::Principal { name: name.to_owned(), account: Some("999999999999".to_owned()) },
    };
    let role = "arn:aws:iam::999999999999:role/${Any}";
    assert_eq!(of(json!({"AWS": role}), none.clone()).found, [account(role)], "the name of the role does not matter");
    let some = of(json!({"AWS": ["999999999999", "${Any}"]}), none.clone());
    assert_eq!((some.found, some.more), (vec![account("999999999999")], true));
    // The id of an account that the template creates is not its own.
    for created in ["${aws_organizations_account.other.id}", "arn:aws:iam::${Member.AccountId}:root"] {
        let found = of(json!({"AWS": created}), none.clone()).found;
        assert_eq!(
            found.into_iter().map(|grant| grant.to).collect::<Vec<_>>(),
            [Grantee::Principal { name: created.to_owned(), account: None }]
        );
    }
    let gone = of(json!({"AWS": "AROAEXAMPLEEXAMPLE123"}), none);
    assert_eq!(gone.found.len(), 1, "in a template, an id may be that of an existing role");
}
