//! The grammar of the tables in [`super::types`]: what a table can say of how templates declare one inventory type.
//! It names no type.

use super::convert::{Built, Outcome, Scope};
use super::declaration::{Declaration, Language, Node, Position};
use super::encryption::Encryption;
use super::stack::{Entry, Stack, Text};
use super::takes::Takes;
use super::types::kms::KEY_PROPERTIES;
use crate::inventory::{Reasons, Resource};

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
    /// Makes a declaration of each resource that is written inside of one of this type.
    pub inner: Option<fn(&Declaration) -> Vec<Declaration>>,
    /// Fills what needs the other resources of the stack as well.
    pub finish: Option<fn(&Stack, &mut [Resource])>,
    pub evidence: Evidence,
    /// For types whose resources in the account count beside a template's (`--assume-plans`): the service whose calls list them.
    pub assumed_from: Option<&'static str>,
    pub ends: Ends,
}

/// Whether a resource protects others, which it does only if it exists.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Evidence {
    No,
    /// It does, and AWS makes nothing of it when it refuses one of its values.
    Whole,
    /// It does, and it exists even when AWS refuses one of its values: the provider sets those by calls of their own.
    InParts,
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
    /// CloudFormation's attributes beside `Arn` that are the ARN.
    pub arns: &'static [&'static str],
    /// Selections: the ARN of the plan, behind which theirs is.
    pub parent: Option<fn(&Stack, &Entry) -> Text>,
    pub aliases: Option<Aliases>,
    pub split_off: Option<SplitOff>,
    /// Terraform's data sources that look such a resource up and are kept as declarations, each with the argument that names the resource.
    pub looked_up_by: &'static [(&'static str, &'static str)],
}

/// Resources that give another a second name.
pub struct Aliases {
    pub types: &'static [&'static str],
    /// Where the second name is written.
    pub name: &'static str,
    /// Where the other resource is named.
    pub target: &'static str,
}

/// Resources that the provider splits off another: their `id` is the other's name.
pub struct SplitOff {
    /// How their types begin.
    pub prefix: &'static str,
    /// The argument that names the other.
    pub argument: &'static str,
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
    /// What the part leaves in the other when it is destroyed, as an argument of the part; nothing by default.
    pub leaves: Option<fn(Position) -> (&'static str, Node)>,
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
    By(fn(&Scope, &Node) -> Outcome),
    /// A function of the value and the property's path that leaves out parts which are not known, with the reasons by the parts' paths.
    Parts(PartsOf),
    /// As `Parts`, of what may be blocks.
    Blocks(PartsOf),
}

/// See [`As::Parts`].
pub type PartsOf = fn(&Scope, &Node, &str, &mut Reasons) -> Outcome;

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
    By(fn(&Scope) -> Outcome),
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

/// A part that the state of the other does not show.
pub const fn part(types: &'static [&'static str], parent: &'static str, key: &'static str) -> Part {
    Part { types, parent, key, inline: "", leaves: None }
}

impl Part {
    /// A part that the state of the other shows in an attribute.
    pub const fn inline(self, inline: &'static str) -> Part {
        Part { inline, ..self }
    }
}

impl Identity {
    /// A type whose ARN has the name.
    pub const fn named(name: Paths, arn: &'static str) -> Identity {
        Identity { named: true, ..Identity::numbered(name, arn) }
    }

    /// A type to which AWS gives an id.
    pub const fn numbered(name: Paths, arn: &'static str) -> Identity {
        Identity {
            name,
            named: false,
            arn,
            ref_is_arn: false,
            named_by_arn: false,
            ids: &[],
            arns: &[],
            parent: None,
            aliases: None,
            split_off: None,
            looked_up_by: &[],
        }
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

    /// The properties that the table can fill.
    pub fn properties(&self) -> impl Iterator<Item = &'static str> {
        let key = self.encryption.is_some().then_some(KEY_PROPERTIES);
        let flag = self.encryption.as_ref().and_then(|encryption| encryption.flag.as_ref()).map(|_| "encrypted");
        let more = self.more.as_ref().map(|more| more.properties).unwrap_or_default();
        self.rows.iter().map(|row| row.property).chain(key.into_iter().flatten()).chain(flag).chain(more.iter().copied())
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
    inner: None,
    finish: None,
    evidence: Evidence::No,
    assumed_from: None,
    ends: Ends::PLAIN,
};

/// The one of two values, `[CloudFormation, Terraform]`, that is for the language.
pub fn pick<T: Copy>([cloudformation, terraform]: &[T; 2], language: Language) -> T {
    match language {
        Language::CloudFormation | Language::CloudControl => *cloudformation,
        Language::Terraform => *terraform,
    }
}
