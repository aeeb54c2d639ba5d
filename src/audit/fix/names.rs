//! What a fix calls the resource of a finding, and the resources that it adds.

use crate::inventory::address::Address;
use crate::inventory::{Declared, Resource, Syntax};
use crate::rules::fix::{ARN, Further, OWN};

/// The prefix of the types of Terraform's Cloud Control provider.
pub const CLOUD_CONTROL: &str = "awscc_";

/// What a reference is in CloudFormation.
#[derive(Debug, PartialEq, Eq)]
pub enum Intrinsic {
    Ref(String),
    GetAtt(String, String),
    /// A text for `Fn::Sub`.
    Sub(String),
}

/// The names in one fix.
pub struct Names<'a> {
    resource: &'a Resource,
    declared: &'a Declared,
    /// Of Terraform.
    address: Option<Address<'a>>,
    further: &'a [Further<String>],
}

/// The name of the resource's block: its logical id, or its name in Terraform.
pub fn own_name(resource: &Resource, declared: &Declared) -> Option<String> {
    Names::new(resource, declared, &[]).map(|names| names.own_block().1)
}

impl<'a> Names<'a> {
    /// The names for a resource; `None` for one of Terraform without an address.
    pub fn new(resource: &'a Resource, declared: &'a Declared, further: &'a [Further<String>]) -> Option<Self> {
        let of_terraform = matches!(declared.written.syntax, Syntax::Hcl | Syntax::TerraformJson);
        let address = Address::parse(&resource.id).filter(|_| of_terraform);
        (!of_terraform || address.is_some()).then_some(Names { resource, declared, address, further })
    }

    /// The address, of Terraform.
    pub fn address(&self) -> Option<Address<'a>> {
        self.address.clone()
    }

    /// The resource's address or logical id, with module and stack.
    pub fn id(&self) -> &'a str {
        &self.resource.id
    }

    /// Whether the resource belongs to Terraform's Cloud Control provider, which has attributes and no blocks.
    pub fn of_cloud_control(&self) -> bool {
        self.declared.written.type_name.starts_with(CLOUD_CONTROL)
    }

    /// A property in the language: the rules' CloudFormation names in the Cloud Control provider's snake case.
    pub fn property(&self, name: &str) -> String {
        if self.of_cloud_control() { snake_case(name) } else { name.to_owned() }
    }

    /// The type and the name of the resource itself.
    pub fn own_block(&self) -> (String, String) {
        match &self.address {
            Some(address) => (address.type_name.to_owned(), address.name.to_owned()),
            None => (self.declared.written.type_name.clone(), self.logical_id().to_owned()),
        }
    }

    /// The type and the name of a further resource: of the one that the template has, or a new name.
    pub fn block_of(&self, further: &Further<String>) -> (String, String) {
        let type_name = match self.of_cloud_control() {
            true => cloud_control_type(&further.type_name).unwrap_or_else(|| further.type_name.clone()),
            false => further.type_name.clone(),
        };
        let there = self.declared.written.parts.get(&further.type_name).filter(|_| further.label.is_none());
        let name = match (&self.address, there) {
            (Some(_), Some(there)) if let Some(there) = Address::parse(there) => there.name.to_owned(),
            (Some(own), _) => further.label.iter().fold(own.name.to_owned(), |name, label| format!("{name}_{label}")),
            (None, Some(there)) => last_step(there).to_owned(),
            (None, None) => {
                let kind = further.type_name.rsplit("::").next().unwrap_or_default();
                format!("{}{}", self.logical_id(), further.label.as_deref().unwrap_or(kind))
            }
        };
        (type_name, name)
    }

    /// The expression of a reference in Terraform.
    pub fn expression(&self, to: &str) -> String {
        let own = self.address.as_ref().map(Address::reference).unwrap_or_default();
        let attribute = |attribute: Option<&str>| self.property(attribute.unwrap_or("id"));
        if to == ARN {
            return format!("{own}.{}", attribute(Some(self.declared.written.arn_attribute.as_deref().unwrap_or("arn"))));
        }
        if let Some(path) = path_of(to, OWN) {
            return format!("{own}.{}", attribute(path));
        }
        if let Some((further, path)) = self.further_named(to) {
            let (type_name, name) = self.block_of(further);
            return format!("{type_name}.{name}.{}", attribute(path));
        }
        match to {
            "AWS::Region" => "data.aws_region.current.region".to_owned(),
            "AWS::AccountId" => "data.aws_caller_identity.current.account_id".to_owned(),
            "AWS::Partition" => "data.aws_partition.current.partition".to_owned(),
            _ => to.to_owned(),
        }
    }

    /// What a reference is in CloudFormation.
    pub fn intrinsic(&self, to: &str) -> Intrinsic {
        let of = |logical_id: String, attribute: Option<&str>| match attribute {
            None => Intrinsic::Ref(logical_id),
            Some(attribute) => Intrinsic::GetAtt(logical_id, attribute.to_owned()),
        };
        if to == ARN {
            return match &self.declared.written.arn_attribute {
                Some(attribute) => of(self.logical_id().to_owned(), Some(attribute)),
                None => Intrinsic::Sub(self.arn()),
            };
        }
        if let Some(path) = path_of(to, OWN) {
            return of(self.logical_id().to_owned(), path);
        }
        match self.further_named(to) {
            Some((further, path)) => of(self.block_of(further).1, path),
            None => Intrinsic::Ref(to.to_owned()),
        }
    }

    /// The ARN of the resource as a text for `Fn::Sub`: not every type has an attribute for it.
    fn arn(&self) -> String {
        // The names of these symbols have colons.
        let arn = self.resource.arn.replace("${AWS::Region}", "region").replace("${AWS::AccountId}", "account");
        let parts: Vec<&str> = arn.splitn(6, ':').collect();
        let [_, _, service, region, account, path] = parts.as_slice() else { return arn };
        let given = |part: &str, symbol: &str| if part.is_empty() { String::new() } else { symbol.to_owned() };
        // What precedes the id, which may be a symbol or contain one: `volume/`, `db:`, nothing for buckets.
        let literal = path.split("${").next().unwrap_or_default();
        let kind = literal.rfind(['/', ':']).map_or("", |at| &literal[..=at]);
        let (region, account) = (given(region, "${AWS::Region}"), given(account, "${AWS::AccountId}"));
        format!("arn:${{AWS::Partition}}:{service}:{region}:{account}:{kind}${{{}}}", self.logical_id())
    }

    /// The logical id in its own stack.
    fn logical_id(&self) -> &'a str {
        last_step(&self.resource.id)
    }

    /// The further resource that a reference names, and the attribute.
    fn further_named<'r>(&self, to: &'r str) -> Option<(&'a Further<String>, Option<&'r str>)> {
        let named = self.further.iter().filter_map(|further| {
            let name = further.label.as_ref().map_or(further.type_name.clone(), |label| format!("{}.{label}", further.type_name));
            Some((further, path_of(to, &name)?))
        });
        // A label may look like an attribute of the resource without one.
        named.min_by_key(|(_, path)| path.map_or(0, str::len))
    }
}

/// What follows `name` in a reference: nothing, or an attribute. `None` if the reference names something else.
fn path_of<'r>(to: &'r str, name: &str) -> Option<Option<&'r str>> {
    match to.strip_prefix(name)? {
        "" => Some(None),
        rest => rest.strip_prefix('.').map(Some),
    }
}

/// A logical id without the nested stacks that lead to it.
fn last_step(id: &str) -> &str {
    id.rsplit('/').next().unwrap_or(id)
}

/// The Cloud Control provider's name of a CloudFormation type (hashicorp/terraform-provider-awscc, `internal/naming`).
pub fn cloud_control_type(type_name: &str) -> Option<String> {
    let mut parts = type_name.strip_prefix("AWS::")?.split("::");
    let (service, kind) = (parts.next()?, parts.next()?);
    Some(format!("{CLOUD_CONTROL}{}_{}", service.to_ascii_lowercase(), snake_case(kind)))
}

/// A property's name in the Cloud Control provider: an underscore before a word, where abbreviations are one word (`SSEAlgorithm` is
/// `sse_algorithm`).
fn snake_case(name: &str) -> String {
    let letters: Vec<char> = name.chars().collect();
    let mut snake = String::new();
    for (at, letter) in letters.iter().enumerate() {
        let before = at.checked_sub(1).and_then(|before| letters.get(before));
        let next = letters.get(at + 1);
        let begins_word = letter.is_ascii_uppercase()
            && before.is_some_and(|before| {
                !before.is_ascii_uppercase() && *before != '_' || before.is_ascii_uppercase() && next.is_some_and(char::is_ascii_lowercase)
            });
        let begins_number = letter.is_ascii_digit() && before.is_some_and(char::is_ascii_lowercase);
        if begins_word || begins_number {
            snake.push('_');
        }
        snake.push(letter.to_ascii_lowercase());
    }
    snake
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_the_cloud_control_provider() {
        let names = [
            ("KMSMasterKeyID", "kms_master_key_id"),
            ("SSESpecification", "sse_specification"),
            ("PointInTimeRecoverySpecification", "point_in_time_recovery_specification"),
            ("SseKmsEncryptedObjects", "sse_kms_encrypted_objects"),
            ("BackupPlanRule", "backup_plan_rule"),
            ("arn", "arn"),
            ("id", "id"),
        ];
        for (property, attribute) in names {
            assert_eq!(snake_case(property), attribute);
        }
        assert_eq!(cloud_control_type("AWS::Backup::BackupVault").as_deref(), Some("awscc_backup_backup_vault"));
        assert_eq!(cloud_control_type("aws_s3_bucket"), None);
    }
}
