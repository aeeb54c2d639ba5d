//! Amazon Glacier vaults. CloudFormation has no such type.

use crate::template::policy_text;
use crate::template::table::{Absent, As, BLANK, Identity, Table, row};

/// A vault.
pub static VAULT: Table = Table {
    type_name: "AWS::Glacier::Vault",
    terraform: &["aws_glacier_vault"],
    identity: Identity::named(["", "name"], "arn:{partition}:glacier:{region}:{account}:vaults/{id}"),
    rows: &[row("policy", ["", "access_policy"], As::Parts(policy_text::read), Absent::Null)],
    ..BLANK
};
