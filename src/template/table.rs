//! The grammar of the tables in [`super::types`]: how templates declare an inventory type.
//! Names no type.

use super::convert::{Built, Outcome, Scope};
use super::declaration::{Declaration, Language, Node, Position};
use super::encryption::Encryption;
use super::inventory::Draft;
use super::stack::{Entry, Stack, Text, find};
use super::takes::Takes;
use super::types::kms::KEY_PROPERTIES;
use crate::inventory::Reasons;

/// How one inventory type is declared.
pub struct Table {
    /// The inventory's name of the type.
    pub type_name: &'static str,
    pub cloudformation: &'static [&'static str],
    pub terraform: &'static [&'static str],
    /// Which declarations of these types it reads; `None` for all of them.
    pub only: Option<fn(&Declaration) -> bool>,
    pub identity: Identity,
    /// Where the tags are.
    pub tags: Paths,
    /// The part of the body that contains `tags`, if that is not the whole body.
    pub tagged: Option<Tagged>,
    pub encryption: Option<Encryption>,
    pub rows: &'static [Row],
    /// Paths that functions read, in addition to those of the rows.
    pub also: &'static [Paths],
    /// Resources that hold parts of this one.
    pub parts: &'static [Part],
    /// Properties that rows cannot express, with the function that fills them.
    pub more: Option<More>,
    /// Creates a declaration for each resource that is written inside a resource of this type.
    pub inner: Option<fn(&Declaration) -> Vec<Declaration>>,
    /// Fills properties that depend on other resources of the stack.
    pub finish: Option<fn(&Stack, &mut [Draft])>,
    pub evidence: Evidence,
    /// For types whose existing resources count with `--assume-plans`: the service whose calls list them.
    pub assumed_from: Option<&'static str>,
    pub ends: Ends,
}

/// Whether a resource protects other resources, which it does only if it exists.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Evidence {
    No,
    /// It does. AWS creates nothing if it refuses one of its values.
    Whole,
    /// It does. It exists even if AWS refuses one of its values, because the provider sets those in separate calls.
    InParts,
}

/// Finds the part of a resource's body that contains its tags.
pub type Tagged = for<'s> fn(&Scope<'s, '_>) -> Outcome<Option<&'s Node>>;

/// A path in each language: `[CloudFormation, Terraform]`. `a.b|c` means the first one that is set; an empty path, that the language
/// cannot set it.
pub type Paths = [&'static str; 2];

/// Properties that a function fills.
pub struct More {
    pub properties: &'static [&'static str],
    pub fill: fn(&Scope, &mut Built),
}

/// The name, id and ARN of a resource.
pub struct Identity {
    pub name: Paths,
    /// Whether the ARN and `Ref` contain the name; otherwise AWS chooses an id.
    pub named: bool,
    /// The pattern of the ARN, with `{partition}`, `{region}`, `{account}` and `{id}`.
    pub arn: &'static str,
    /// Whether CloudFormation's `Ref` is the ARN.
    pub ref_is_arn: bool,
    /// Whether `name` is the path of another resource's ARN, whose name this resource shares.
    pub named_by_arn: bool,
    /// Attributes that are the id, in addition to `Ref`, `id` and the name.
    pub ids: &'static [&'static str],
    /// CloudFormation's attributes that are the ARN, in addition to `Arn`.
    pub arns: &'static [&'static str],
    /// The one of them that fixes use, if the ARN cannot be written with the id alone.
    pub arn_attribute: Option<&'static str>,
    /// For selections: the ARN of the plan, which is the prefix of theirs.
    pub parent: Option<fn(&Stack, &Entry) -> Text>,
    pub aliases: Option<Aliases>,
    pub split_off: Option<SplitOff>,
    /// Terraform data sources that look up such a resource and are kept as declarations, with the argument that names it.
    pub looked_up_by: &'static [(&'static str, &'static str)],
}

/// Resources that are aliases of another.
pub struct Aliases {
    pub types: &'static [&'static str],
    /// The path of the alias's name.
    pub name: &'static str,
    /// The path of the reference to the other resource.
    pub target: &'static str,
}

/// Resources that the provider splits off another resource: their `id` is the other's name.
pub struct SplitOff {
    /// The prefix of their types.
    pub prefix: &'static str,
    /// The argument that names the other.
    pub argument: &'static str,
}

/// A resource that holds a part of another.
pub struct Part {
    pub types: &'static [&'static str],
    /// The attribute that refers to the owner; paths of both languages.
    pub parent: &'static str,
    /// Finds the values that refer to owners, for parts that name several owners deeper inside the attributes of `parent`.
    pub inside: Option<for<'n> fn(&'n Node) -> Vec<&'n Node>>,
    /// What stands before the owner's name there, as in `table/NAME` and `table/NAME/index/INDEX`; empty if nothing does.
    pub prefix: &'static str,
    /// The key under which paths find the parts in the owner's body, as a list; starts with `+` by convention.
    pub key: &'static str,
    /// The attribute of the owner in which the provider's state shows the part; empty if there is none.
    pub inline: &'static str,
    /// What a destroyed part leaves behind, as an argument of the part; nothing by default.
    pub leaves: Option<Leaves>,
}

/// The argument and its value that a part, destroyed at this place, leaves behind.
pub type Leaves = fn(Position) -> (&'static str, Node);

/// What happens to the data when the resource leaves the template.
pub struct Ends {
    /// CloudFormation's default of `DeletionPolicy`.
    pub deletion_policy: fn(&Scope) -> Outcome<&'static str>,
    /// The Terraform arguments, if the type has them.
    pub force_destroy: Option<&'static str>,
    pub skip_final_snapshot: Option<&'static str>,
    /// Whether the provider takes no final snapshot unless the argument is false.
    pub skips_by_default: bool,
    pub final_snapshot_name: Option<&'static str>,
    pub delete_automated_backups: Option<&'static str>,
}

/// One property.
pub struct Row {
    pub property: &'static str,
    pub from: Paths,
    pub to: As,
    /// The default in each language.
    pub absent: [Absent; 2],
    /// The values that AWS accepts.
    pub takes: Takes,
}

/// How a value is read.
#[derive(Clone, Copy)]
pub enum As {
    Bool,
    Int,
    /// A text without unknown parts.
    Text,
    /// A name or an ARN, in which symbols may stand for unknown parts.
    Name,
    Texts,
    /// True if it is set.
    Given,
    /// The ARN of a resource of this type: the literal one, or that of its declaration.
    Arn(&'static str),
    /// Whether the text is one of these.
    OneOf(&'static [&'static str]),
    /// How many elements the list has.
    Count,
    /// The ARN of the resource of this type to which the value refers in any way.
    ArnOf(&'static str),
    /// Objects with these properties.
    List(&'static [Row]),
    /// Like `List`, without the elements that are completely unknown: there may be more.
    Some(&'static [Row]),
    /// An object with these properties.
    Object(&'static [Row]),
    /// A function of the value.
    By(fn(&Scope, &Node) -> Outcome),
    /// A function of the value and the property's path that leaves out unknown parts; it adds their reasons by path.
    Parts(PartsOf),
    /// Like `Parts`, for values that may be blocks.
    Blocks(PartsOf),
}

/// See [`As::Parts`].
pub type PartsOf = fn(&Scope, &Node, &str, &mut Reasons) -> Outcome;

/// The value of a property that the template does not set.
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
    Part { types, parent, inside: None, prefix: "", key, inline: "", leaves: None }
}

impl Part {
    /// The values in the body of a part that refer to owners.
    pub fn names_of_owners<'n>(&self, body: &'n Node) -> Vec<&'n Node> {
        match self.inside {
            Some(inside) => inside(body),
            None => find(body, self.parent).into_iter().collect(),
        }
    }

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
            arn_attribute: None,
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
    /// A type whose resources CloudFormation deletes with the stack, without further settings.
    pub const PLAIN: Ends = Ends {
        deletion_policy: |_| Ok("Delete"),
        force_destroy: None,
        skip_final_snapshot: None,
        skips_by_default: false,
        final_snapshot_name: None,
        delete_automated_backups: None,
    };
}

/// Two tables are equal if they read the same types of both languages. Never compared by address: a constant has none.
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

    /// The paths that the table reads in a language. Those of parts begin with the part's key.
    pub fn paths(&self, language: Language) -> Vec<String> {
        let Ends { force_destroy, skip_final_snapshot, final_snapshot_name, delete_automated_backups, .. } = &self.ends;
        let ends = [force_destroy, skip_final_snapshot, final_snapshot_name, delete_automated_backups].into_iter().flatten();
        let ends = ends.filter(|_| language == Language::Terraform).copied();
        let encryption = self.encryption.iter().flat_map(|of| of.flag.iter().map(|flag| flag.at).chain([of.key]));
        let plain = encryption.chain(self.also.iter().copied()).chain([self.tags, self.identity.name]);
        let plain = plain.flat_map(|paths| pick(&paths, language).split('|')).chain(ends).filter(|path| !path.is_empty());
        plain.map(str::to_owned).chain(self.rows.iter().flat_map(|row| row.paths(language))).collect()
    }

    /// The properties that the table can fill.
    pub fn properties(&self) -> impl Iterator<Item = &'static str> {
        let key = self.encryption.is_some().then_some(KEY_PROPERTIES);
        let flag = self.encryption.as_ref().and_then(|encryption| encryption.flag.as_ref()).map(|_| "encrypted");
        let more = self.more.as_ref().map(|more| more.properties).unwrap_or_default();
        self.rows.iter().map(|row| row.property).chain(key.into_iter().flatten()).chain(flag).chain(more.iter().copied())
    }
}

impl Row {
    /// The paths of the property and of what is inside it, in a language; relative to the row's object.
    fn paths(&self, language: Language) -> Vec<String> {
        let own = pick(&self.from, language).split('|').filter(|path| !path.is_empty());
        let inner = match self.to {
            As::List(rows) | As::Some(rows) | As::Object(rows) => rows,
            _ => &[],
        };
        let inner: Vec<String> = inner.iter().flat_map(|row| row.paths(language)).collect();
        own.flat_map(|own| inner.iter().map(move |inner| format!("{own}.{inner}")).chain([own.to_owned()])).collect()
    }
}

/// A table without rows; the tables of [`super::types`] start from it.
pub const BLANK: Table = Table {
    type_name: "",
    cloudformation: &[],
    terraform: &[],
    only: None,
    identity: Identity::numbered(["", ""], ""),
    tags: ["Tags", "tags_all|tags"],
    tagged: None,
    encryption: None,
    rows: &[],
    also: &[],
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
