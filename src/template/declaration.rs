//! What a template declares, in one form for both languages: resources with positions, references kept, unknown values kept with their
//! reason. The readers of the languages make it, the tables of [`super::types`] turn it into inventory resources.

use std::sync::Arc;

/// The setting that says why it is not known whether a resource exists: an unknown value.
pub const PRESENCE: &str = "presence";
/// The setting that keeps Terraform from deleting a resource: `prevent_destroy` of `lifecycle`.
pub const PREVENT_DESTROY: &str = "prevent_destroy";
/// The setting of a resource that a Terraform plan destroys and that holds a part of another: true. The body is that of the state.
pub const DESTROYED: &str = "destroyed";
/// The setting with what other tools are told to leave out of the resource: a list of texts such as `checkov CKV_AWS_18`.
pub const SUPPRESSED: &str = "suppressed";
/// The type of the declaration that stands for a part which cannot be read, such as a module or a nested stack; its setting [`PRESENCE`] says
/// why. One whose id is its file stands for the whole file.
pub const UNREAD_MODULE: &str = "module";
/// The setting with the Region of the resource's provider. An argument `region` of the resource itself (provider 6) goes before it.
pub const PROVIDER_REGION: &str = "provider_region";
/// The setting with the account of the resource's provider: there if it is known, or may be another than the stack's own.
pub const PROVIDER_ACCOUNT: &str = "provider_account";

/// The setting of what is there already, as a state or a plan tells: what its attributes say is what AWS says. True where the plan leaves it
/// as it is.
pub const EXISTS: &str = "exists";

/// A place in a file, both counted from 1.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    pub line: u32,
    pub column: u32,
}

/// The language of a declaration; defaults differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Language {
    CloudFormation,
    Terraform,
    /// Resources of Terraform's AWS Cloud Control provider (`awscc_…`): CloudFormation's types, properties and defaults, with the names of the
    /// properties in snake case (hashicorp/terraform-provider-awscc, `contributing/docs/resource-behavior.md`).
    CloudControl,
}

/// A value with the place where it is written (of the key's value; of the key itself where the value has no place of its own).
#[derive(Clone, Debug, PartialEq)]
pub struct Node {
    pub at: Position,
    pub value: Value,
}

/// A value after everything was resolved that can be.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// Nothing: `null`, `AWS::NoValue`, an attribute that is not set.
    Null,
    Bool(bool),
    Number(serde_json::Number),
    Text(String),
    List(Vec<Node>),
    /// In the order of writing; keys are unique.
    Map(Vec<(String, Node)>),
    /// An attribute of another resource of the same template: `Ref` (CloudFormation), `id`, `arn`, `Arn`, `BackupVaultArn` …
    Reference {
        id: Arc<str>,
        attribute: Arc<str>,
    },
    /// A text of parts of which at least one is a [`Value::Reference`] or [`Value::Unknown`].
    Concat(Vec<Node>),
    /// Cannot be known before it is deployed.
    Unknown(Unknown),
}

/// Why a value is not known.
#[derive(Clone, Debug, PartialEq)]
pub struct Unknown {
    /// For people: `parameter Retention has no default (give it with --parameters)`, `known after apply`.
    pub reason: Arc<str>,
    /// What stands for it inside names and ARNs: `${Retention}`. The same symbol is the same value.
    pub symbol: Arc<str>,
    /// Nothing sets this attribute of a new resource, as far as a Terraform plan tells: the provider takes it over from the service, whose
    /// default it will be. Whether a `dynamic` block sets it is not in plans, so it says nothing of blocks.
    pub unset: bool,
    /// The value of what the template marks as sensitive. Conditions may compare it and functions may take it; nothing may show it.
    pub hidden: Option<Arc<Value>>,
}

impl Unknown {
    /// An unknown value.
    pub fn new(reason: impl Into<Arc<str>>, symbol: impl Into<Arc<str>>) -> Unknown {
        Unknown { reason: reason.into(), symbol: symbol.into(), unset: false, hidden: None }
    }
}

impl Value {
    /// The value as a sensitive one: unknown to everything that shows, judges or joins it. `name` says which it is (`parameter Pw`); the symbol
    /// `${Pw (sensitive)}` of `inside` stands for it inside names. Nothing and an empty text are no secret, and what AWS makes is not known anyway.
    pub fn sensitive(self, name: &str, inside: &str) -> Value {
        match self {
            Value::Null | Value::Reference { .. } | Value::Unknown(_) => self,
            Value::Text(text) if text.is_empty() => Value::Text(text),
            _ => {
                let unknown = Unknown::new(format!("{name} is sensitive"), format!("${{{inside} (sensitive)}}"));
                Value::Unknown(Unknown { hidden: Some(Arc::new(self)), ..unknown })
            }
        }
    }

    /// What a sensitive value is; any other as it is. For comparisons and functions, whose result must be sensitive again.
    pub fn revealed(&self) -> &Value {
        match self {
            Value::Unknown(Unknown { hidden: Some(hidden), .. }) => hidden,
            _ => self,
        }
    }

    /// Whether it is a sensitive value.
    pub fn is_sensitive(&self) -> bool {
        matches!(self, Value::Unknown(Unknown { hidden: Some(_), .. }))
    }
}

/// A text for people: `d-(sensitive)` for `d-${var.pw (sensitive)}`. Only for what joins nothing, as two sensitive values then look the same.
pub fn without_sensitive_symbols(text: &str) -> String {
    let mut shown = String::new();
    let mut rest = text;
    while let Some((before, symbol)) = rest.split_once("${") {
        let mut depth = 1;
        let end = symbol.char_indices().find(|(_, letter)| {
            depth += i32::from(*letter == '{') - i32::from(*letter == '}');
            depth == 0
        });
        let Some((end, _)) = end else { break };
        let (inside, after) = symbol.split_at(end);
        shown.push_str(before);
        if inside.ends_with("(sensitive)") {
            shown.push_str("(sensitive)");
        } else {
            shown.push_str(&format!("${{{inside}}}"));
        }
        rest = after.strip_prefix('}').unwrap_or(after);
    }
    shown + rest
}

/// One resource as a template declares it.
#[derive(Clone, Debug, PartialEq)]
pub struct Declaration {
    pub language: Language,
    /// `AWS::EC2::Volume`, `aws_ebs_volume`; of the Cloud Control provider CloudFormation's name, where a table has the type.
    pub type_name: String,
    /// The logical id, or the Terraform address with module and index.
    pub id: String,
    /// The path relative to where rel9 was started, with `/`; `-` for standard input.
    pub file: Arc<str>,
    /// The file whose ids are unique, where that is another: many root modules may call the module that `file` is of.
    pub root: Option<Arc<str>>,
    /// Where the resource begins: its logical id, its block.
    pub at: Position,
    /// The CDK construct path of its metadata.
    pub construct: Option<String>,
    /// `Properties`, or the arguments of the block; a [`Value::Map`], or a [`Value::Unknown`] when a macro may add any property.
    pub body: Node,
    /// What stands beside the body: `DeletionPolicy`, `UpdateReplacePolicy` (CloudFormation); `prevent_destroy` of `lifecycle` (Terraform).
    /// `Condition` is a [`Value::Unknown`], and there only if it is not known whether the resource is created (CloudFormation).
    pub settings: Vec<(String, Node)>,
    /// Waivers in the file that name this resource.
    pub ignores: Vec<Ignore>,
}

/// A waiver in a template: `# rel9:ignore rule-id reason`, or `Metadata: rel9: ignore:`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ignore {
    pub rule: String,
    pub reason: String,
    pub expires: Option<chrono::NaiveDate>,
    /// The file, where that is another than the resource's: a module call waives for the module.
    pub file: Option<Arc<str>>,
    pub at: Position,
}

/// How a waiver in a comment is written.
const USAGE: &str = "write `# rel9:ignore rule-id reason`";

impl Ignore {
    /// What begins a waiver in a comment.
    pub const MARK: &str = "rel9:ignore";

    /// Reads the text of a comment; `None` where it is no waiver.
    ///
    /// # Errors
    /// What is missing or misspelt.
    pub fn in_comment(text: &str, at: Position) -> Result<Option<Self>, String> {
        let text = text.trim_start();
        match text.strip_prefix(Self::MARK) {
            Some(rest) => Self::after_mark(rest, at).map(Some),
            None => match misspelt(text) {
                Some(mark) => Err(format!("`{}` waives nothing: {USAGE}", short(mark))),
                None => Ok(None),
            },
        }
    }

    /// What follows the mark: a rule, `expires=2027-01-31` where it ends, a reason.
    fn after_mark(rest: &str, at: Position) -> Result<Self, String> {
        let mut words = rest.split_whitespace().peekable();
        let rule = words.next().filter(|_| rest.starts_with(char::is_whitespace));
        let rule = rule.ok_or_else(|| format!("a waiver without a rule: {USAGE}"))?;
        let expires = words.next_if(|word| word.starts_with("expires="));
        let expires = expires.map(|word| Self::date(word.trim_start_matches("expires="))).transpose()?;
        let reason = words.collect::<Vec<_>>().join(" ");
        if reason.is_empty() {
            return Err(format!("the waiver of {} has no reason: {USAGE}", short(rule)));
        }
        Ok(Ignore { rule: rule.to_owned(), reason, expires, file: None, at })
    }

    /// The last day of a waiver.
    ///
    /// # Errors
    /// That it is no date.
    pub fn date(text: &str) -> Result<chrono::NaiveDate, String> {
        text.parse().map_err(|_| format!("{} is no date; write it as 2027-01-31", short(text)))
    }
}

/// Words for a waiver, as this and other tools write them (`checkov:skip=`, `tfsec:ignore:`, `cfn_nag` `rules_to_suppress`).
const WAIVES: [&str; 7] = ["ignore", "skip", "waive", "waiver", "suppress", "disable", "exclude"];

/// What begins a comment that is meant as a waiver and is none: `rel9:ignor`, `rel9-ignore`, `rel9: ignore`, `REL9 skip rule-id`.
fn misspelt(text: &str) -> Option<&str> {
    let behind = text.get(..4).filter(|name| name.eq_ignore_ascii_case("rel9")).and_then(|_| text.get(4..))?;
    let rest = behind.trim_start_matches(|letter: char| letter.is_whitespace() || ":;-_./=@".contains(letter));
    let separator = behind.strip_suffix(rest).unwrap_or_default();
    let word = rest.split(|letter: char| !letter.is_ascii_alphabetic()).next().unwrap_or_default();
    let lower = word.to_ascii_lowercase();
    if !WAIVES.iter().any(|waives| is_nearly(&lower, waives)) {
        return None;
    }
    // "rel9 ignores this bucket" is prose: a word set apart by a blank needs something like a rule's id behind it.
    let next = rest.get(word.len()..).unwrap_or_default().split_whitespace().next().unwrap_or_default();
    let is_meant =
        !separator.contains(char::is_whitespace) || (separator.contains(':') && lower == "ignore") || next.trim_matches('-').contains('-');
    is_meant.then(|| text.get(..4 + separator.len() + word.len()).unwrap_or(text))
}

/// Whether a word is another with at most two letters too many, too few, wrong or swapped; of a short word one.
fn is_nearly(word: &str, other: &str) -> bool {
    strsim::damerau_levenshtein(word, other) <= if other.len() > 5 { 2 } else { 1 }
}

/// A name of the template for an error, cut where it is too long to read.
pub fn short(name: &str) -> String {
    match name.char_indices().nth(100) {
        None => name.to_owned(),
        Some((end, _)) => format!("{}…", &name[..end]),
    }
}

/// Whether an address of Terraform, in whatever module, is that of a data source or of something in it.
pub fn names_data_source(address: &str) -> bool {
    let mut rest = address;
    while let Some((_, after)) = rest.strip_prefix("module.").and_then(|call| call.split_once('.')) {
        rest = after;
    }
    rest.starts_with("data.")
}

/// A file that claims to be a template and is none.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct TemplateError {
    pub file: String,
    /// Where, when it is known.
    pub at: Option<Position>,
    pub what: String,
}

impl std::fmt::Display for TemplateError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.at {
            Some(at) => write!(f, "{}:{}:{}: {}", self.file, at.line, at.column, self.what),
            None => write!(f, "{}: {}", self.file, self.what),
        }
    }
}

impl std::error::Error for TemplateError {}

impl Node {
    /// A node.
    pub fn new(at: Position, value: Value) -> Self {
        Node { at, value }
    }

    /// The value of a key of a map that is not null.
    pub fn get(&self, key: &str) -> Option<&Node> {
        match &self.value {
            Value::Map(entries) => {
                entries.iter().find(|(name, _)| name == key).map(|(_, node)| node).filter(|node| node.value != Value::Null)
            }
            _ => None,
        }
    }
}

impl Declaration {
    /// Keeps what other tools are told to leave out.
    pub fn suppress(&mut self, checks: Vec<String>) {
        if !checks.is_empty() {
            let checks = checks.into_iter().map(|check| Node::new(self.at, Value::Text(check))).collect();
            self.settings.push((SUPPRESSED.to_owned(), Node::new(self.at, Value::List(checks))));
        }
    }

    /// What other tools are told to leave out.
    pub fn suppressed(&self) -> Vec<String> {
        let Some(Node { value: Value::List(checks), .. }) = self.setting(SUPPRESSED) else { return Vec::new() };
        checks.iter().filter_map(|check| if let Value::Text(check) = &check.value { Some(check.clone()) } else { None }).collect()
    }

    /// Stands for a file of the template that cannot be read, with why.
    pub fn standing_for_file(error: &TemplateError, language: Language) -> Self {
        let at = error.at.unwrap_or_default();
        let unknown = Unknown::new(error.what.as_str(), format!("${{{}}}", error.file));
        Declaration {
            language,
            type_name: UNREAD_MODULE.to_owned(),
            id: error.file.clone(),
            file: error.file.as_str().into(),
            root: None,
            at,
            construct: None,
            body: Node::new(at, Value::Null),
            settings: vec![(PRESENCE.to_owned(), Node::new(at, Value::Unknown(unknown)))],
            ignores: Vec::new(),
        }
    }

    /// Why the file that this stands for cannot be read; `None` for what stands for anything else.
    pub fn unread_file(&self) -> Option<TemplateError> {
        let why = self.setting(PRESENCE).filter(|_| self.type_name == UNREAD_MODULE && *self.id == *self.file)?;
        let Value::Unknown(unknown) = &why.value else { return None };
        let at = Some(self.at).filter(|at| *at != Position::default());
        Some(TemplateError { file: self.id.clone(), at, what: unknown.reason.to_string() })
    }

    /// What stands beside the body under `name`.
    pub fn setting(&self, name: &str) -> Option<&Node> {
        self.settings.iter().find(|(key, _)| key == name).map(|(_, node)| node)
    }
}
