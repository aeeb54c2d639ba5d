//! Amazon Aurora DSQL clusters.

use crate::inventory::DEPLOYED;
use crate::inventory::types::KeyManager;
use crate::template::convert::{Outcome, Scope};
use crate::template::encryption::{Encryption, Flag, Switch, switch_wins};
use crate::template::policy_text;
use crate::template::table::{Absent, As, BLANK, Identity, Paths, Table, row};

const KEY: Paths = ["KmsEncryptionKey", "kms_encryption_key"];

/// A cluster.
pub static CLUSTER: Table = Table {
    type_name: "AWS::DSQL::Cluster",
    cloudformation: &["AWS::DSQL::Cluster"],
    terraform: &["aws_dsql_cluster"],
    identity: Identity {
        ids: &["Identifier", "identifier"],
        arns: &["ResourceArn"],
        ..Identity::numbered(["", ""], "arn:{partition}:dsql:{region}:{account}:cluster/{id}")
    },
    encryption: Some(Encryption {
        flag: Some(Flag { at: ["", ""], absent: by_key, copied_from: ["", ""], source_wins: switch_wins }),
        off: None,
        // Without a key, a key that AWS owns (Aurora DSQL user guide, "Data encryption").
        on: KeyManager::AwsOwned,
        key: KEY,
    }),
    rows: &[
        // False in the provider. The API does not name its default; the console and the CLI create clusters without protection unless asked.
        row(
            "deletion_protection",
            ["DeletionProtectionEnabled", "deletion_protection_enabled"],
            As::Bool,
            Absent::Unknown("the default of DeletionProtectionEnabled is not documented"),
        )
        .terraform(Absent::False),
        // The provider has no argument for it.
        row("policy", ["PolicyDocument", ""], As::Parts(policy_text::read), Absent::Null).terraform(Absent::Unknown(DEPLOYED)),
    ],
    ..BLANK
};

/// Every cluster is encrypted; the word `AWS_OWNED_KMS_KEY` in place of a key means a key that AWS owns.
fn by_key(scope: &Scope) -> Outcome<Switch> {
    let Some(node) = scope.find(KEY) else { return Ok(Switch::On) };
    Ok(if scope.text(node).is_ok_and(|key| key.text == "AWS_OWNED_KMS_KEY") { Switch::Owned } else { Switch::On })
}
