//! Whom resource policies let in from outside the audited accounts, whether one account is audited or several.

use crate::support::world::*;
use serde_json::{Value, json};

const BUCKET: &str = "arn:aws:s3:::data";
const OTHER: &str = "444455556666";

/// A world with a bucket whose policy lets in this principal.
fn lets_in(principal: &Value) -> World {
    let statement = json!({"Sid": "Let", "Effect": "Allow", "Principal": principal, "Action": "s3:GetObject", "Resource": "*"});
    let policy = json!({"Version": "2012-10-17", "Statement": [statement]}).to_string();
    World::new().with(resource("AWS::S3::Bucket", BUCKET, "data", json!({"versioning": "never", "policy": policy})))
}

/// The accounts that the bucket's policy lets in; `*` for everyone.
fn outside(world: &World) -> Option<Vec<String>> {
    let facts = world.protection(BUCKET);
    let found = facts.outside_access.read()?.as_ref()?;
    Some(found.iter().map(|access| access.account.present().cloned().unwrap_or("*".to_owned())).collect())
}

/// The world with a resource of another account, which is then audited too.
fn with_account(world: World, account: &str) -> World {
    world.vault("copies", REGION, account, false)
}

#[test]
fn an_account_is_inside_when_it_is_audited_too() {
    let of_other = json!({"AWS": format!("arn:aws:iam::{OTHER}:root")});
    assert_eq!(outside(&lets_in(&of_other)), Some(vec![OTHER.to_owned()]));
    assert_eq!(outside(&with_account(lets_in(&of_other), OTHER)), Some(Vec::new()));
    assert_eq!(outside(&with_account(lets_in(&of_other), "777788889999")), Some(vec![OTHER.to_owned()]));
    assert_eq!(outside(&lets_in(&json!({"AWS": ACCOUNT}))), Some(Vec::new()));
    assert_eq!(outside(&with_account(lets_in(&json!("*")), OTHER)), Some(vec!["*".to_owned()]));
}

#[test]
fn a_policy_that_cannot_be_read_lets_in_nobody_knows_whom() {
    let broken = lets_in(&json!("*")).changed("data", |bucket| bucket["properties"]["policy"] = json!("{"));
    assert_eq!(outside(&broken), None);
    let unread =
        lets_in(&json!("*")).changed("data", |bucket| drop(bucket["properties"].as_object_mut().map(|bucket| bucket.remove("policy"))));
    let facts = unread.denied("s3:GetBucketPolicy").protection(BUCKET);
    assert_eq!(facts.outside_access.reasons(), ["s3:GetBucketPolicy denied in 111122223333/us-east-1"]);
    let none = lets_in(&json!("*")).changed("data", |bucket| bucket["properties"]["policy"] = Value::Null);
    assert_eq!(outside(&none), Some(Vec::new()));
    assert_eq!(World::new().volume("vol-1").protection(&volume_arn("vol-1")).outside_access.read(), Some(&None), "volumes have no policy");
}
