//! How templates declare the inventory's types: one table a type, one small file a service.
//!
//! To add a type: copy a table, name it in [`all`]. A row says where the two languages write a property, how its value is read, and what
//! AWS (CloudFormation) or the provider (Terraform) takes when it is not written, with the source of that default in a comment.
//! Where no other source is named, CloudFormation's defaults are those of the AWS CloudFormation template reference page of the type and of
//! the API call behind it; Terraform's are those of the provider's page of the resource (hashicorp/aws, `website/docs/r`).

mod audit_manager;
mod backup_plan;
mod backup_selection;
mod backup_vault;
mod block_devices;
mod cloud_control;
mod clusters;
mod dlm;
mod dynamodb;
mod dynamodb_replicas;
mod ebs;
mod efs;
mod encryption;
pub(super) mod kms;
mod policy_text;
mod rds;
mod region;
mod restore_testing;
mod s3;
mod snapshots;
mod takes;
#[cfg(test)]
mod tests;

pub use cloud_control::{is_property, of_terraform, unread_data};
pub use dynamodb_replicas::of_blocks as replicas_in_blocks;
pub use encryption::{Encryption, Flag, fill as encryption_of};
pub use takes::{REFUSES, Takes};

use super::convert::{Built, Outcome, Scope};
use super::declaration::{Declaration, Language, Node};
use super::inventory::Draft;
use super::stack::{Entry, Stack, Text};

/// How one inventory type is declared.
pub struct Table {
    /// The inventory's name of the type.
    pub type_name: &'static str,
    pub cloudformation: &'static [&'static str],
    pub terraform: &'static [&'static str],
    pub identity: Identity,
    /// Where the tags are.
    pub tags: Paths,
    /// The part of the body that `tags` are in, where that is not the whole.
    pub tagged: Option<Tagged>,
    pub encryption: Option<Encryption>,
    pub rows: &'static [Row],
    /// Resources that hold parts of this one.
    pub parts: &'static [Part],
    /// What rows cannot say: the properties, and the function that fills them.
    pub more: Option<More>,
    pub ends: Ends,
}

/// Finds the part of a resource's body that has its tags; none where there is no such part.
pub type Tagged = for<'s> fn(&Scope<'s, '_>) -> Outcome<Option<&'s Node>>;

/// A path in each language: `[CloudFormation, Terraform]`. `a.b|c`: the first that is written; empty: the language cannot say it.
pub type Paths = [&'static str; 2];

/// Properties that a function fills.
pub struct More {
    pub properties: &'static [&'static str],
    pub fill: fn(&Scope, &mut Built),
}

/// What a resource is called.
pub struct Identity {
    pub name: Paths,
    /// Whether ARN and `Ref` have the name; else AWS chooses an id.
    pub named: bool,
    /// `{partition}`, `{region}`, `{account}` and `{id}` stand for themselves.
    pub arn: &'static str,
    /// Whether CloudFormation's `Ref` is the ARN.
    pub ref_is_arn: bool,
    /// Whether what is written is the ARN of another resource, of which this one has the name.
    pub named_by_arn: bool,
    /// Attributes beside `Ref`, `id` and the name that are the id.
    pub ids: &'static [&'static str],
    /// Selections: the ARN of the plan, behind which theirs is.
    pub parent: Option<fn(&Stack, &Entry) -> Text>,
}

/// A resource that holds a part of another.
pub struct Part {
    pub types: &'static [&'static str],
    /// The attribute that names the other; paths of both languages.
    pub parent: &'static str,
    /// Where paths of the other find the bodies of such parts, as a list; by convention with `+` first.
    pub key: &'static str,
    /// The attribute in which the provider's state of the other shows the part; empty where it does not.
    pub inline: &'static str,
}

/// What becomes of the data with the template.
pub struct Ends {
    /// CloudFormation's default of `DeletionPolicy`.
    pub deletion_policy: fn(&Scope) -> Outcome<&'static str>,
    /// The Terraform arguments, where the type has them.
    pub force_destroy: Option<&'static str>,
    pub skip_final_snapshot: Option<&'static str>,
    pub final_snapshot_name: Option<&'static str>,
    pub delete_automated_backups: Option<&'static str>,
}

/// One property.
pub struct Row {
    pub property: &'static str,
    pub from: Paths,
    pub to: As,
    /// What it is when it is not written, in each language.
    pub absent: [Absent; 2],
    /// The values that AWS takes where it is written.
    pub takes: Takes,
}

/// How a value is read.
#[derive(Clone, Copy)]
pub enum As {
    Bool,
    Int,
    /// A text of which every part is known.
    Text,
    /// A name or an ARN: symbols may stand for parts that are not known yet.
    Name,
    Texts,
    /// True: that it is written is what it says.
    Given,
    /// The ARN of a resource of this type, as it is written or as its declaration gets it.
    Arn(&'static str),
    /// Whether the text is one of these.
    OneOf(&'static [&'static str]),
    /// How many elements the list has.
    Count,
    /// The ARN of the resource of this type that the value names in any way.
    ArnOf(&'static str),
    /// Objects with these properties.
    List(&'static [Row]),
    /// As `List`, without the elements of which nothing is known: there may be more than are told.
    Some(&'static [Row]),
    /// An object with these properties.
    Object(&'static [Row]),
    /// A function of the value.
    By(fn(&Scope, &super::declaration::Node) -> Result<serde_json::Value, Vec<String>>),
    /// A function of the value and the property's path that leaves out parts which are not known, with the reasons by the parts' paths.
    Parts(PartsOf),
    /// As `Parts`, of what may be blocks.
    Blocks(PartsOf),
}

/// See [`As::Parts`].
pub type PartsOf = fn(&Scope, &Node, &str, &mut crate::inventory::Reasons) -> Outcome;

/// What a property is that is not written.
#[derive(Clone, Copy)]
pub enum Absent {
    Null,
    False,
    True,
    Int(i64),
    Text(&'static str),
    Empty,
    /// Not known, for this reason.
    Unknown(&'static str),
    /// It depends.
    By(fn(&Scope) -> Result<serde_json::Value, Vec<String>>),
}

/// A row whose default is the same in both languages.
pub const fn row(property: &'static str, from: Paths, to: As, absent: Absent) -> Row {
    Row { property, from, to, absent: [absent, absent], takes: Takes::Anything }
}

impl Row {
    /// Another default for Terraform.
    pub const fn terraform(self, absent: Absent) -> Row {
        Row { absent: [self.absent[0], absent], ..self }
    }

    /// The values that AWS takes.
    pub const fn takes(self, takes: Takes) -> Row {
        Row { takes, ..self }
    }
}

impl Identity {
    /// A type whose ARN has the name.
    pub const fn named(name: Paths, arn: &'static str) -> Identity {
        Identity { name, named: true, arn, ref_is_arn: false, named_by_arn: false, ids: &[], parent: None }
    }

    /// A type to which AWS gives an id.
    pub const fn numbered(name: Paths, arn: &'static str) -> Identity {
        Identity { name, named: false, arn, ref_is_arn: false, named_by_arn: false, ids: &[], parent: None }
    }

    /// Where a language writes the name.
    pub fn name_of(&self, language: Language) -> &'static str {
        pick(&self.name, language)
    }
}

impl Ends {
    /// A type that goes with its template, and nothing else is said.
    pub const PLAIN: Ends = Ends {
        deletion_policy: |_| Ok("Delete"),
        force_destroy: None,
        skip_final_snapshot: None,
        final_snapshot_name: None,
        delete_automated_backups: None,
    };
}

/// Two tables are the same when they read the same types of both languages. Never compared by address: a constant has none of its own.
impl PartialEq for Table {
    fn eq(&self, other: &Table) -> bool {
        (self.type_name, self.cloudformation, self.terraform) == (other.type_name, other.cloudformation, other.terraform)
    }
}

impl Table {
    /// The language's own names of the type.
    pub fn types_of(&self, language: Language) -> &'static [&'static str] {
        match language {
            Language::CloudFormation | Language::CloudControl => self.cloudformation,
            Language::Terraform => self.terraform,
        }
    }
}

/// Nothing more than its type and ARN; tables begin from it.
pub const BLANK: Table = Table {
    type_name: "",
    cloudformation: &[],
    terraform: &[],
    identity: Identity::numbered(["", ""], ""),
    tags: ["Tags", "tags_all|tags"],
    tagged: None,
    encryption: None,
    rows: &[],
    parts: &[],
    more: None,
    ends: Ends::PLAIN,
};

/// That of the two values which is for the language.
pub fn pick<T>(of: &[T; 2], language: Language) -> T
where
    T: Copy,
{
    match language {
        Language::CloudFormation | Language::CloudControl => of[0],
        Language::Terraform => of[1],
    }
}

/// Every table.
pub fn all() -> impl Iterator<Item = &'static Table> {
    static ALL: &[&Table] = &[
        &audit_manager::FRAMEWORK,
        &audit_manager::REPORT_PLAN,
        &backup_plan::PLAN,
        &backup_selection::SELECTION,
        &backup_vault::VAULT,
        &backup_vault::AIR_GAPPED_VAULT,
        &block_devices::INSTANCE,
        &block_devices::LAUNCH_CONFIGURATION,
        &block_devices::LAUNCH_TEMPLATE,
        &block_devices::SPOT_FLEET,
        &clusters::AURORA,
        &clusters::DOCDB,
        &clusters::NEPTUNE,
        &dlm::POLICY,
        &dynamodb::TABLE,
        &dynamodb::GLOBAL_TABLE,
        &dynamodb_replicas::REPLICA,
        &ebs::VOLUME,
        &efs::FILE_SYSTEM,
        &kms::KEY,
        &rds::INSTANCE,
        &rds::MEMBER,
        &region::SETTINGS,
        &restore_testing::PLAN,
        &restore_testing::SELECTION,
        &s3::BUCKET,
        &snapshots::DB,
        &snapshots::DB_CLUSTER,
        &snapshots::DOCDB,
        &snapshots::EBS,
        &snapshots::IMAGE,
        &snapshots::NEPTUNE,
    ];
    ALL.iter().copied()
}

/// The table of a declaration.
pub fn table_of(declaration: &Declaration) -> Option<&'static Table> {
    all().find(|table| table.types_of(declaration.language).contains(&declaration.type_name.as_str()))
}

/// The tables that a type holds parts of.
pub fn parts_of(type_name: &str) -> impl Iterator<Item = (&'static Table, &'static Part)> {
    all().flat_map(|table| table.parts.iter().map(move |part| (table, part))).filter(move |(_, part)| part.types.contains(&type_name))
}

/// What needs all resources of a stack.
pub fn finish(stack: &Stack, drafts: &mut [Draft]) {
    rds::inherit_from_clusters(stack, drafts);
}
