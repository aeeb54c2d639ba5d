//! What a template declares, in one form for all languages: resources with their positions, references and unknown values, which have a
//! reason. The parsers create declarations; the tables of [`super::types`] convert them to inventory resources.

use std::sync::Arc;

/// The setting of a resource that may not exist: an unknown value with the reason.
pub const PRESENCE: &str = "presence";
/// The setting that keeps Terraform from deleting a resource: `prevent_destroy` of `lifecycle`.
pub const PREVENT_DESTROY: &str = "prevent_destroy";
/// The setting of a resource that a Terraform plan destroys, if it holds a part of another or protects others: true. Its body is that of the
/// state.
pub const DESTROYED: &str = "destroyed";
/// The setting with the checks that other tools suppress for the resource: a list of texts such as `checkov CKV_AWS_18`.
pub const SUPPRESSED: &str = "suppressed";
/// The type of a declaration that stands for a part of the template that cannot be read, such as a module or a nested stack; its setting
/// [`PRESENCE`] has the reason. If its id is its file, it stands for the whole file.
pub const UNREAD_MODULE: &str = "module";
/// The setting with the Region of the resource's provider. An argument `region` of the resource itself (provider 6) takes precedence.
pub const PROVIDER_REGION: &str = "provider_region";
/// The setting with the account of the resource's provider. Present if it is known, or if it may differ from the stack's own.
pub const PROVIDER_ACCOUNT: &str = "provider_account";

/// The setting of a resource that exists, according to a state or a plan: its attributes are those that AWS reports. True if the plan
/// leaves the resource unchanged.
pub const EXISTS: &str = "exists";

/// The setting of a CloudFormation resource that is written in JSON: true.
pub const IN_JSON: &str = "in_json";
/// The setting with the type that the template writes, if a transform makes another of it: a text.
pub const WRITTEN_TYPE: &str = "written_type";

/// A place in a file; line and column start at 1.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    pub line: u32,
    pub column: u32,
}

/// The language of a declaration. Languages have different defaults.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Language {
    CloudFormation,
    Terraform,
    /// Resources of Terraform's AWS Cloud Control provider (`awscc_…`): CloudFormation's types, properties and defaults, with the names of the
    /// properties in snake case (hashicorp/terraform-provider-awscc, `contributing/docs/resource-behavior.md`).
    CloudControl,
}

/// A value with its place in the file: that of the value, or that of its key if the value has none.
#[derive(Clone, Debug, PartialEq)]
pub struct Node {
    pub at: Position,
    pub value: Value,
}

/// A value after everything that can be resolved was resolved.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// Nothing: `null`, `AWS::NoValue`, an attribute that is not set.
    Null,
    Bool(bool),
    Number(serde_json::Number),
    Text(String),
    List(Vec<Node>),
    /// In the order of the template; keys are unique.
    Map(Vec<(String, Node)>),
    /// An attribute of another resource of the same template: `Ref` (CloudFormation), `id`, `arn`, `Arn`, `BackupVaultArn` …
    Reference {
        id: Arc<str>,
        attribute: Arc<str>,
    },
    /// A text from parts, at least one of which is a [`Value::Reference`] or [`Value::Unknown`].
    Concat(Vec<Node>),
    /// Cannot be known before deployment.
    Unknown(Unknown),
}

/// Why a value is not known.
#[derive(Clone, Debug, PartialEq)]
pub struct Unknown {
    /// The reason in messages: `parameter Retention has no default (give it with --parameters)`, `known after apply`.
    pub reason: Arc<str>,
    /// The symbol that stands for the value in names and ARNs: `${Retention}`. Values with the same symbol are equal.
    pub symbol: Arc<str>,
    /// According to a Terraform plan, nothing sets this attribute of a new resource: it will have the service's default. Plans do not
    /// show whether a `dynamic` block sets it, so this says nothing about blocks.
    pub unset: bool,
    /// A value that the template marks as sensitive. Conditions may compare it and functions may take it; no output may show it.
    pub hidden: Option<Arc<Value>>,
}

impl Unknown {
    /// An unknown value.
    pub fn new(reason: impl Into<Arc<str>>, symbol: impl Into<Arc<str>>) -> Unknown {
        Unknown { reason: reason.into(), symbol: symbol.into(), unset: false, hidden: None }
    }
}

impl Value {
    /// The value as a sensitive one, which is unknown to everything that shows, judges or joins it. `name` identifies it in messages
    /// (`parameter Pw`); in names, the symbol `${Pw (sensitive)}` with `inside` stands for it. Null, an empty text and values known after
    /// deployment are not secret.
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

    /// The hidden value of a sensitive value; any other value unchanged. For comparisons and functions, whose result must be sensitive
    /// again.
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

/// A text for display: `d-(sensitive)` for `d-${var.pw (sensitive)}`. Not for comparison: two different sensitive values look the same.
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
    /// `AWS::EC2::Volume`, `aws_ebs_volume`; for the Cloud Control provider, CloudFormation's name if a table has the type.
    pub type_name: String,
    /// The logical id, or the Terraform address with module and index.
    pub id: String,
    /// The path relative to where rel9 was started, with `/`; `-` for standard input.
    pub file: Arc<str>,
    /// The file within which ids are unique, if that is not `file`: several root modules may call the module that contains `file`.
    pub root: Option<Arc<str>>,
    /// Where the resource starts: its logical id, or its block.
    pub at: Position,
    /// The CDK construct path of its metadata.
    pub construct: Option<String>,
    /// `Properties`, or the arguments of the block; a [`Value::Map`], or a [`Value::Unknown`] when a macro may add any property.
    pub body: Node,
    /// Settings outside of the body: `DeletionPolicy`, `UpdateReplacePolicy` (CloudFormation); `prevent_destroy` of `lifecycle`
    /// (Terraform); [`PRESENCE`], a [`Value::Unknown`], if it is not known whether the resource is created.
    pub settings: Vec<(String, Node)>,
    /// Waivers for this resource in the template.
    pub ignores: Vec<Ignore>,
}

/// A waiver in a template: `# rel9:ignore rule-id reason`, or `Metadata: rel9: ignore:`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ignore {
    pub rule: String,
    pub reason: String,
    pub expires: Option<chrono::NaiveDate>,
    /// The file of the waiver, if that is not the resource's: the call of a module waives for the module's resources.
    pub file: Option<Arc<str>>,
    pub at: Position,
}

/// How a waiver in a comment is written.
const USAGE: &str = "write `# rel9:ignore rule-id reason`";

impl Ignore {
    /// The mark with which a waiver in a comment begins.
    pub const MARK: &str = "rel9:ignore";

    /// Reads the text of a comment; `None` if it is not a waiver.
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

    /// Reads what follows the mark: a rule, an optional `expires=2027-01-31`, a reason.
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
    /// That it is not a date.
    pub fn date(text: &str) -> Result<chrono::NaiveDate, String> {
        text.parse().map_err(|_| format!("{} is not a date; write it as 2027-01-31", short(text)))
    }
}

/// Words for a waiver that this and other tools use (`checkov:skip=`, `tfsec:ignore:`, `cfn_nag` `rules_to_suppress`).
const WAIVES: [&str; 7] = ["ignore", "skip", "waive", "waiver", "suppress", "disable", "exclude"];

/// The start of a comment that looks like a misspelt waiver: `rel9:ignor`, `rel9-ignore`, `rel9: ignore`, `REL9 skip rule-id`.
fn misspelt(text: &str) -> Option<&str> {
    let behind = text.get(..4).filter(|name| name.eq_ignore_ascii_case("rel9")).and_then(|_| text.get(4..))?;
    let rest = behind.trim_start_matches(|letter: char| letter.is_whitespace() || ":;-_./=@".contains(letter));
    let separator = behind.strip_suffix(rest).unwrap_or_default();
    let word = rest.split(|letter: char| !letter.is_ascii_alphabetic()).next().unwrap_or_default();
    let lower = word.to_ascii_lowercase();
    if !WAIVES.iter().any(|waives| is_nearly(&lower, waives)) {
        return None;
    }
    // "rel9 ignores this bucket" is prose: after a blank, the word counts only if something like a rule id follows.
    let next = rest.get(word.len()..).unwrap_or_default().split_whitespace().next().unwrap_or_default();
    let is_meant =
        !separator.contains(char::is_whitespace) || (separator.contains(':') && lower == "ignore") || next.trim_matches('-').contains('-');
    is_meant.then(|| text.get(..4 + separator.len() + word.len()).unwrap_or(text))
}

/// Whether two words differ by at most two letters (added, missing, wrong or swapped); short words by at most one.
fn is_nearly(word: &str, other: &str) -> bool {
    strsim::damerau_levenshtein(word, other) <= if other.len() > 5 { 2 } else { 1 }
}

/// A name from the template for a message, truncated if it is long.
pub fn short(name: &str) -> String {
    match name.char_indices().nth(100) {
        None => name.to_owned(),
        Some((end, _)) => format!("{}…", &name[..end]),
    }
}

/// Whether a Terraform address, in any module, is that of a data source or of one of its attributes.
pub fn names_data_source(address: &str) -> bool {
    let mut rest = address;
    while let Some((_, after)) = rest.strip_prefix("module.").and_then(|call| call.split_once('.')) {
        rest = after;
    }
    rest.starts_with("data.")
}

/// The result of a parser.
pub struct Parsed {
    pub declarations: Vec<Declaration>,
    /// Problems that do not keep the template from being read, such as duplicate keys.
    pub warnings: Vec<TemplateError>,
}

/// What is wrong with a template, and where.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct TemplateError {
    pub file: String,
    /// The place, if it is known.
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
    /// `template:<file>#<id>`: the name of the resource in findings.
    pub fn uid(&self) -> String {
        format!("template:{}#{}", self.root.as_ref().unwrap_or(&self.file), self.id)
    }

    /// Adds the checks that other tools suppress.
    pub fn suppress(&mut self, checks: Vec<String>) {
        if !checks.is_empty() {
            let checks = checks.into_iter().map(|check| Node::new(self.at, Value::Text(check))).collect();
            self.settings.push((SUPPRESSED.to_owned(), Node::new(self.at, Value::List(checks))));
        }
    }

    /// The checks that other tools suppress.
    pub fn suppressed(&self) -> Vec<String> {
        let Some(Node { value: Value::List(checks), .. }) = self.setting(SUPPRESSED) else { return Vec::new() };
        checks.iter().filter_map(|check| if let Value::Text(check) = &check.value { Some(check.clone()) } else { None }).collect()
    }

    /// A declaration that stands for a file that cannot be read, with the reason.
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

    /// The error of the file that this declaration stands for; `None` for any other declaration.
    pub fn unread_file(&self) -> Option<TemplateError> {
        let why = self.setting(PRESENCE).filter(|_| self.type_name == UNREAD_MODULE && *self.id == *self.file)?;
        let Value::Unknown(unknown) = &why.value else { return None };
        let at = Some(self.at).filter(|at| *at != Position::default());
        Some(TemplateError { file: self.id.clone(), at, what: unknown.reason.to_string() })
    }

    /// The setting with this name.
    pub fn setting(&self, name: &str) -> Option<&Node> {
        self.settings.iter().find(|(key, _)| key == name).map(|(_, node)| node)
    }
}
