//! Policies in templates: what their symbols leave open.

use super::*;

/// A policy in a template, in which these symbols may have any value.
fn declared(statements: Value, open: &[&str]) -> Policy {
    let unknown = open.iter().map(|symbol| (symbol_path("policy", symbol), vec!["why".to_owned()])).collect();
    Policy::parse(&json!({ "Statement": statements }).to_string(), &Symbols::declared("policy", &unknown)).unwrap()
}

const OPEN: Opening = Opening { statements: Vec::new(), more: true };

#[test]
fn what_a_symbol_stands_for_decides_only_where_it_stands() {
    let allow = |condition: Value| {
        let statement = json!({"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*", "Condition": condition});
        declared(statement, &["${Any}"]).open_statements()
    };
    for condition in [
        json!({"StringEquals": {"aws:PrincipalOrgID": "${Any}"}}),
        json!({"StringEquals": {"aws:PrincipalOrgID": "${Any}"}, "Bool": {"aws:SecureTransport": "${Any}"}}),
        json!({"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::${AWS::AccountId}:role/${Any}"}}),
        json!({"ArnEquals": {"aws:PrincipalArn": "${Role.Arn}"}}),
        json!({"StringLike": {"aws:PrincipalOrgPaths": "o-a1b2c3d4e5/${Any}/*"}}),
    ] {
        assert_eq!(allow(condition.clone()), surely(&[]), "{condition}");
    }
    for condition in [
        json!({"StringLike": {"aws:PrincipalOrgID": "${Any}"}}),
        json!({"StringLike": {"aws:PrincipalOrgID": ["o-a1b2c3d4e5", "${Any}"]}}),
        json!({"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::${Any}:role/backup"}}),
        json!({"${Any}": {"aws:PrincipalOrgID": "o-a1b2c3d4e5"}}),
        json!({"StringEquals": {"${Any}": "o-a1b2c3d4e5"}}),
        json!({"StringEquals": "${Any}"}),
        json!("${Any}"),
    ] {
        assert_eq!(allow(condition.clone()), OPEN, "{condition}");
    }
    for condition in [
        json!({"StringLike": {"aws:PrincipalOrgID": ["*", "${Any}"]}}),
        json!({"StringEqualsIfExists": {"aws:PrincipalOrgID": "${Any}"}}),
        json!({"StringEquals": {"aws:PrincipalTag/team": "${Any}"}}),
        json!({"StringEquals": {"aws:PrincipalArn": "${aws:PrincipalArn}"}}),
    ] {
        assert_eq!(allow(condition.clone()), surely(&["1"]), "{condition}");
    }
    let principal = |principal: Value, open: &[&str]| {
        declared(json!({"Effect": "Allow", "Principal": principal, "Action": "*", "Resource": "*"}), open).open_statements()
    };
    assert_eq!(principal(json!({"AWS": "${Any}"}), &["${Any}"]), OPEN);
    assert_eq!(principal(json!("${Any}"), &["${Any}"]), OPEN);
    assert_eq!(principal(json!({"AWS": ["*", "${Any}"]}), &["${Any}"]), surely(&["1"]));
    assert_eq!(principal(json!({"AWS": "arn:aws:iam::${Any}:root"}), &["${Any}"]), surely(&[]), "a part of an ARN is no wildcard");
    assert_eq!(principal(json!({"AWS": "${Role.Arn}"}), &[]), surely(&[]), "one of the template's own");
    let whole = declared(json!(["${Any}", {"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}]), &["${Any}"]);
    assert_eq!(whole.open_statements(), Opening { more: true, ..surely(&["2"]) });
    assert_eq!(whole.reasons(), ["why"]);
}

#[test]
fn an_allow_denies_nothing_whatever_its_symbols_stand_for() {
    let denied = |statement: Value| declared(statement, &["${Any}"]).denied(DELETE);
    let nothing = Denial::default();
    let open = Denial { more: true, ..Denial::default() };
    let allow = json!({"Effect": "Allow", "Principal": "${Any}", "Action": "${Any}", "Resource": "${Any}", "Condition": "${Any}"});
    assert_eq!(denied(allow.clone()), nothing);
    let deny = |key: &str, value: Value| {
        let mut statement = json!({"Effect": "Deny", "Principal": "*", "Action": DELETE, "Resource": "*"});
        statement[key] = value;
        statement
    };
    for (key, value) in [
        ("Effect", json!("${Any}")),
        ("Action", json!("${Any}")),
        ("Action", json!(["backup:${Any}"])),
        ("Principal", json!({"AWS": "${Any}"})),
        ("Resource", json!("${Any}")),
        ("Condition", json!({"ArnNotLike": {"aws:PrincipalArn": "${Any}"}})),
        ("Condition", json!("${Any}")),
    ] {
        assert_eq!(denied(deny(key, value.clone())), open, "{key}: {value}");
    }
    for (key, value) in [
        ("Action", json!("s3:${Any}")),
        ("Resource", json!("arn:aws:ec2:eu-west-1::snapshot/${Any}")),
        ("Condition", json!({"Bool": {"aws:SecureTransport": "${Any}"}})),
    ] {
        assert_eq!(denied(deny(key, value.clone())), nothing, "{key}: {value}");
    }
    assert_eq!(denied(json!(["${Any}", deny("Sid", json!("S"))])), everyone_but(&[]), "more than everyone is nobody");
    let exempt = deny("Condition", json!({"ArnNotLike": {"aws:PrincipalArn": "a"}}));
    assert_eq!(denied(json!(["${Any}", exempt])), Denial { more: true, ..everyone_but(&["a"]) });
}

#[test]
fn a_bucket_is_named_by_its_symbol() {
    let bucket = "arn:aws:s3:::${Data}";
    let refused = |resource: &str, open: &[&str]| {
        let statement = json!({"Effect": "Deny", "Principal": "*", "Action": "s3:PutObject", "Resource": resource});
        declared(statement, open).refused_encryption_types(None, bucket)
    };
    for resource in ["arn:aws:s3:::${Data}/*", "arn:aws:s3:::${Data}*", "arn:aws:s3:::${aws_s3_bucket.b[\"a/b\"].id}/*"] {
        assert_eq!(refused(resource, &[]).surely.len(), 4, "{resource}");
    }
    // A parameter that is the bucket's name always matches the bucket, whatever its value.
    assert_eq!(refused("arn:aws:s3:::${Data}/*", &["${Data}"]).surely.len(), 4);
    for resource in ["arn:aws:s3:::${Data}", "arn:aws:s3:::${Data}/in/*", "arn:aws:s3:::${Data}/${aws:userid}/*"] {
        assert_eq!(refused(resource, &[]), Refused::default(), "{resource}");
    }
    // Another parameter may be a bucket with a part of its objects.
    for resource in ["arn:aws:s3:::${Any}/*", "${Any}/*", "${Any}"] {
        assert_eq!((refused(resource, &["${Any}"]).surely.len(), refused(resource, &["${Any}"]).perhaps.len()), (0, 4), "{resource}");
    }
    assert_eq!(refused("arn:aws:s3:::${Data}/${Any}", &["${Any}"]).perhaps.len(), 4);
    assert_eq!(refused("arn:aws:s3:::${Data}/in/${Any}", &["${Any}"]), Refused::default());
}

#[test]
fn values_of_a_parameter_may_refuse_uploads() {
    let refused = |values: Value| {
        let statement = json!({"Effect": "Deny", "Principal": "*", "Action": "s3:PutObject", "Resource": "*",
            "Condition": {"StringNotEquals": {"s3:x-amz-server-side-encryption": values}}});
        declared(statement, &["${Any}"]).refused_encryption_types(None, "arn:aws:s3:::b")
    };
    // SSE-C uploads do not have this header, so no value equals it.
    assert_eq!(refused(json!("${Any}")), Refused { surely: vec!["SSE-C"], perhaps: vec!["SSE-S3", "SSE-KMS", "DSSE-KMS"] });
    assert_eq!(refused(json!(["aws:kms", "${Any}"])), Refused { surely: vec!["SSE-C"], perhaps: vec!["SSE-S3", "DSSE-KMS"] });
}
