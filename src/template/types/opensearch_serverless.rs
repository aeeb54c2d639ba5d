//! Amazon OpenSearch Serverless collections.

use crate::inventory::DEPLOYED;
use crate::template::table::{Absent, As, BLANK, Identity, Table, row};

/// A collection. The provider has no argument for deletion protection. Its key is that of the encryption policy that matches its name, or its own; which one is known after deployment.
pub static COLLECTION: Table = Table {
    type_name: "AWS::OpenSearchServerless::Collection",
    cloudformation: &["AWS::OpenSearchServerless::Collection"],
    terraform: &["aws_opensearchserverless_collection"],
    identity: Identity { ids: &["Id"], ..Identity::numbered(["Name", "name"], "arn:{partition}:aoss:{region}:{account}:collection/{id}") },
    rows: &[row(
        "deletion_protection",
        ["DeletionProtection", ""],
        As::OneOf(&["ENABLED"]),
        Absent::Unknown("the default of DeletionProtection is not documented"),
    )
    .terraform(Absent::Unknown(DEPLOYED))],
    ..BLANK
};
