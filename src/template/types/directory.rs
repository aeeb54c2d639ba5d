//! AWS Directory Service: AWS Managed Microsoft AD and Simple AD.

use crate::template::declaration::{Declaration, Language, Value};
use crate::template::stack::find;
use crate::template::table::{BLANK, Identity, Table};

const ARN: &str = "arn:{partition}:ds:{region}:{account}:directory/{id}";

/// A directory of AWS Managed Microsoft AD.
pub static MICROSOFT_AD: Table = Table {
    type_name: "AWS::DirectoryService::MicrosoftAD",
    cloudformation: &["AWS::DirectoryService::MicrosoftAD"],
    terraform: &["aws_directory_service_directory"],
    only: Some(|declaration| is_of_type(declaration, "MicrosoftAD")),
    identity: Identity { ids: &["DirectoryId"], ..Identity::numbered(["Name", "name"], ARN) },
    ..BLANK
};

/// A Simple AD.
pub static SIMPLE_AD: Table = Table {
    type_name: "AWS::DirectoryService::SimpleAD",
    cloudformation: &["AWS::DirectoryService::SimpleAD"],
    terraform: &["aws_directory_service_directory"],
    only: Some(|declaration| is_of_type(declaration, "SimpleAD")),
    identity: Identity { ids: &["DirectoryId"], ..Identity::numbered(["Name", "name"], ARN) },
    ..BLANK
};

/// Terraform has one type for three: `SimpleAD` by default, `MicrosoftAD`, and `ADConnector`, which holds no data (provider, `type`). One whose
/// type is unknown is taken for the kind without automatic snapshots, so that it does not pass by mistake.
fn is_of_type(declaration: &Declaration, wanted: &str) -> bool {
    if declaration.language != Language::Terraform {
        return true;
    }
    match find(&declaration.body, "type").map(|node| &node.value) {
        Some(Value::Text(written)) => written == wanted,
        _ => wanted == "SimpleAD",
    }
}
