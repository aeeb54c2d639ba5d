//! Whether a backup selection selects a resource, and how. May not know plans, opt-in or rules.
//!
//! Sources: `BackupSelection` and `Conditions` in the AWS Backup API reference, "Assign resources with AWS CLI" in the AWS Backup
//! developer guide. In short: `NotResources` excludes; candidates match an entry of `Resources` or of `ListOfTags`; a candidate must meet
//! all `Conditions`. Everything is case sensitive. AWS Backup refuses a selection with neither: "Invalid backup selection. Either
//! 'ListOfTags' or 'Resources' section must be non-empty" (terraform-provider-aws, issue 24235 and pull request 25436).
//!
//! A resource without the tag meets `StringNotEquals` and `StringNotLike`, and does not meet `StringEquals` and `StringLike`.

use crate::inventory::types::backup::{BackupSelection, Conditions, TagCondition};
use crate::inventory::{Declared, Fact, KnownTags, more_path};
use std::collections::{BTreeSet, HashSet};
use wildmatch::WildMatchPattern;

mod symbols;
pub mod tag_change;
#[cfg(test)]
mod tests;
mod words;

/// `*` is the only wildcard. The matcher requires a second one: a code point that is not a character.
type Wildcard = WildMatchPattern<'*', '\u{10FFFF}'>;

/// How a selection reaches a resource, the weakest way first. Only [`Reach::Explicit`] can override an opt-in that is off.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Reach {
    /// By an entry of `ListOfTags`.
    Tag,
    /// By a pattern without a service, such as `*`.
    Everything,
    /// By a pattern that names only the service, such as `arn:aws:ec2:*`.
    Service,
    /// By its ARN, or by a pattern that names its type, such as `arn:aws:ec2:*:*:volume/*`.
    Explicit,
}

/// An unknown fact that the answer depends on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Unread {
    Selection,
    /// AWS returned the selection without `Resources` and `ListOfTags`, which AWS does not accept.
    Nothing,
    Tags,
    /// The answer depends on a symbol of a template.
    Symbol,
}

/// Whether a selection selects a resource.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Match {
    /// Selected; the strongest way, if there are several.
    Selected(Reach),
    NotSelected,
    /// The answer depends on unknown facts: which, and which tags of the resource.
    Unknown {
        why: String,
        tags: Vec<String>,
    },
}

/// What a selection decides about a resource, and what decides it. [`Decision::words`] says it in a sentence.
#[derive(Clone, Debug)]
pub enum Decision<'s> {
    Selects(Reach, By<'s>),
    Misses(Miss<'s>),
    /// The answer depends on unknown facts: which, and which tags of the resource.
    Unknown {
        why: String,
        tags: Vec<String>,
    },
}

/// The strongest entry that makes a resource a candidate.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum By<'s> {
    /// An entry of `Resources`.
    Arn(&'s str),
    /// An entry of `ListOfTags`.
    Tag(&'s TagCondition),
}

/// Everything known that keeps a resource out of a selection.
#[derive(Clone, Debug, Default)]
pub struct Miss<'s> {
    /// The entry of `NotResources` that excludes it.
    excluded_by: Option<&'s str>,
    /// Neither `Resources` nor `ListOfTags` has an entry for it.
    is_no_candidate: bool,
    /// The entries of `Conditions` that do not hold.
    unmet: Vec<&'s Condition>,
}

/// A selection, prepared for matching against many resources.
#[derive(Clone, Debug)]
pub struct Selection {
    plan_arn: Option<String>,
    resources: Listed<Arns>,
    not_resources: Listed<Arns>,
    list_of_tags: Listed<Vec<TagCondition>>,
    conditions: Listed<Vec<Condition>>,
    /// Whether a template declares the selection.
    is_declared: bool,
}

/// The known part of a list: the list may have more entries.
#[derive(Clone, Debug)]
struct Listed<T> {
    known: T,
    more: bool,
}

/// A text with wildcards.
#[derive(Clone, Debug)]
struct Pattern {
    text: String,
    matcher: Wildcard,
}

/// A list of ARNs and patterns.
#[derive(Clone, Debug, Default)]
struct Arns {
    exact: HashSet<String>,
    patterns: Vec<Pattern>,
}

/// One entry of `Conditions`.
#[derive(Clone, Debug)]
struct Condition {
    key: String,
    /// Whether the operator is one of `StringNotEquals` and `StringNotLike`.
    negated: bool,
    /// `None` if it is unknown.
    value: Option<Value>,
}

#[derive(Clone, Debug)]
enum Value {
    Exact(String),
    Like(Pattern),
}

impl Selection {
    /// Compiles a selection, with the unknown parts of its declaration.
    pub fn new(facts: &BackupSelection, declared: Option<&Declared>) -> Selection {
        let more = |list: &str| declared.is_some_and(|declared| declared.unknown.contains_key(&more_path(list)));
        let arns = |fact: &Fact<Vec<String>>, name: &str| Listed {
            known: fact.read().map(|list| Arns::new(list)).unwrap_or_default(),
            more: fact.is_unread() || more(name),
        };
        let operators = ["string_equals", "string_not_equals", "string_like", "string_not_like"];
        Selection {
            plan_arn: facts.plan_arn.read().cloned(),
            resources: arns(&facts.resources, "resources"),
            not_resources: arns(&facts.not_resources, "not_resources"),
            list_of_tags: Listed {
                known: facts.list_of_tags.read().into_iter().flatten().map(plain).collect(),
                more: facts.list_of_tags.is_unread() || more("list_of_tags"),
            },
            conditions: Listed {
                known: facts.conditions.read().map(compile).unwrap_or_default(),
                more: facts.conditions.is_unread() || operators.iter().any(|operator| more(&format!("conditions.{operator}"))),
            },
            is_declared: declared.is_some(),
        }
    }

    /// Whether the selection names neither resources nor tags, as far as it is known: AWS Backup refuses such a selection.
    pub fn names_nothing(&self) -> Option<bool> {
        if !self.resources.known.is_empty() || !self.list_of_tags.known.is_empty() {
            return Some(false);
        }
        (!self.resources.more && !self.list_of_tags.more).then_some(true)
    }

    /// Whether the selection selects a resource of a type that AWS Backup supports. Unknown tags make the answer [`Match::Unknown`] only if
    /// it depends on them.
    pub fn matches(&self, arn: &str, tags: KnownTags) -> Match {
        self.decide(arn, tags).into()
    }

    /// Whether the selection selects a resource, and what decides it.
    pub fn decide(&self, arn: &str, tags: KnownTags) -> Decision<'_> {
        let (why, tags) = match self.weigh(arn, tags) {
            Ok(decision) => return decision,
            Err(Unread::Tags) => {
                let open = self.open_tags(tags);
                let why = match open.as_slice() {
                    _ if tags.are_unread() => format!("the tags of {arn} were not read"),
                    [one] => format!("the tag {one} of {arn} is not known"),
                    some => format!("the tags {} of {arn} are not known", some.join(", ")),
                };
                (why, open)
            }
            Err(Unread::Symbol) => (format!("whether a selection names {arn} depends on what its symbols will stand for"), Vec::new()),
            Err(unread @ (Unread::Selection | Unread::Nothing)) => {
                let plan = self.plan_arn.as_deref().unwrap_or("a backup plan");
                let what = match unread {
                    Unread::Nothing => "names neither resources nor tags, which AWS Backup refuses: what it selects is not known",
                    _ => "is not known whole",
                };
                (format!("a backup selection of {plan} {what}"), Vec::new())
            }
        };
        Decision::Unknown { why, tags }
    }

    /// The unknown tag keys that the selection needs.
    fn open_tags(&self, tags: KnownTags) -> Vec<String> {
        let listed = self.list_of_tags.known.iter().map(|tag| &tag.key);
        let all = listed.chain(self.conditions.known.iter().map(|condition| &condition.key));
        let open: BTreeSet<&String> = all.filter(|key| tags.get(key).is_unread()).collect();
        open.into_iter().cloned().collect()
    }

    fn weigh(&self, arn: &str, tags: KnownTags) -> Result<Decision<'_>, Unread> {
        let excluded = match self.not_resources.known.reach(arn) {
            Ok(None) if self.not_resources.more => Err(Unread::Selection),
            reach => reach.map(|reach| reach.map(|(_, entry)| entry)),
        };
        let candidate = self.candidate(arn, tags);
        let (unmet, narrowed) = self.meets_conditions(tags);
        let excluded_by = excluded.unwrap_or(None);
        // A definite no decides, whatever else is unknown; unknown parts of the selection are named before the tags.
        if excluded_by.is_some() || candidate == Ok(None) || !unmet.is_empty() {
            return Ok(Decision::Misses(Miss { excluded_by, is_no_candidate: candidate == Ok(None), unmet }));
        }
        excluded?;
        match (candidate, narrowed) {
            (Err(unread @ (Unread::Selection | Unread::Nothing)), _) | (_, Err(unread @ Unread::Selection)) => Err(unread),
            (Err(unread), _) | (_, Err(unread)) => Err(unread),
            (Ok(Some((reach, by))), Ok(())) => Ok(Decision::Selects(reach, by)),
            (Ok(None), Ok(())) => Ok(Decision::Misses(Miss { is_no_candidate: true, ..Miss::default() })),
        }
    }

    /// How the resource is a candidate, before exclusion and conditions. The unknown parts of the two lists can only add resources.
    fn candidate(&self, arn: &str, tags: KnownTags) -> Result<Option<(Reach, By<'_>)>, Unread> {
        if self.names_nothing() == Some(true) {
            return if self.is_declared { Ok(None) } else { Err(Unread::Nothing) };
        }
        let by_arn = self.resources.known.reach(arn).map(|reach| reach.map(|(reach, entry)| (reach, By::Arn(entry))));
        if matches!(by_arn, Ok(Some(_))) {
            return by_arn;
        }
        let listed = &self.list_of_tags.known;
        match tags.place_of_one(pairs(listed)) {
            Some(Some(place)) => Ok(listed.get(place).map(|tag| (Reach::Tag, By::Tag(tag)))),
            _ if self.resources.more || self.list_of_tags.more => Err(Unread::Selection),
            Some(None) => by_arn,
            // The tags may be known, but not the value that the selection asks for.
            None if self.open_tags(tags).is_empty() => Err(Unread::Selection),
            None => Err(Unread::Tags),
        }
    }

    /// The conditions that fail, and whether all others hold.
    fn meets_conditions(&self, tags: KnownTags) -> (Vec<&Condition>, Result<(), Unread>) {
        let held = || self.conditions.known.iter().map(|condition| (condition, condition.holds(tags)));
        // One condition that fails is enough, whatever the others are.
        let unmet = held().filter(|(_, held)| *held == Some(false)).map(|(condition, _)| condition).collect();
        let mut of_tags = held().filter(|(_, held)| held.is_none()).map(|(condition, _)| tags.get(&condition.key).is_unread());
        let others = match of_tags.next() {
            _ if self.conditions.more => Err(Unread::Selection),
            None => Ok(()),
            Some(first) if first || of_tags.any(|is_unread| is_unread) => Err(Unread::Tags),
            Some(_) => Err(Unread::Selection),
        };
        (unmet, others)
    }
}

impl From<Decision<'_>> for Match {
    fn from(decision: Decision) -> Match {
        match decision {
            Decision::Selects(reach, _) => Match::Selected(reach),
            Decision::Misses(_) => Match::NotSelected,
            Decision::Unknown { why, tags } => Match::Unknown { why, tags },
        }
    }
}

/// The keys and values of conditions, as [`KnownTags::has_one`] takes them.
pub fn pairs(conditions: &[TagCondition]) -> impl Iterator<Item = (&str, Option<&str>)> {
    conditions.iter().map(|condition| (condition.key.as_str(), condition.value.read().map(String::as_str)))
}

impl Arns {
    fn new(list: &[String]) -> Arns {
        let (patterns, exact): (Vec<&String>, Vec<&String>) = list.iter().partition(|text| text.contains('*'));
        Arns { exact: exact.into_iter().cloned().collect(), patterns: patterns.into_iter().map(|text| Pattern::new(text)).collect() }
    }

    fn is_empty(&self) -> bool {
        self.exact.is_empty() && self.patterns.is_empty()
    }

    fn entries(&self) -> impl Iterator<Item = &String> {
        self.exact.iter().chain(self.patterns.iter().map(|pattern| &pattern.text))
    }

    /// The strongest way in which the list reaches a resource, with its entry.
    fn reach(&self, arn: &str) -> Result<Option<(Reach, &str)>, Unread> {
        if let Some(exact) = self.exact.get(arn) {
            return Ok(Some((strength(arn, arn), exact)));
        }
        let matching = self.patterns.iter().filter(|pattern| pattern.matcher.matches(arn));
        let strongest = matching.map(|pattern| (strength(&pattern.text, arn), pattern.text.as_str())).max();
        if strongest.is_none() && self.entries().any(|entry| symbols::may_match(entry, arn)) {
            return Err(Unread::Symbol);
        }
        Ok(strongest)
    }
}

impl Pattern {
    fn new(text: &str) -> Pattern {
        Pattern { text: text.to_owned(), matcher: Wildcard::new(text) }
    }
}

/// How specifically a pattern names an ARN that it matches.
fn strength(pattern: &str, arn: &str) -> Reach {
    let parts: Vec<&str> = crate::inventory::arn::parts(arn).collect();
    let (service, resource) = match parts[..] {
        [_, _, service, _, _, resource] => (service, resource),
        _ => ("", ""),
    };
    // The resource type with the separator after it, such as `volume/` or `db:`.
    let kind = resource.find([':', '/']).map_or("", |end| &resource[..=end]);
    let names_type = match kind {
        _ if pattern == arn => true,
        // S3 buckets: the ARN has no type, but a pattern such as `arn:aws:s3:::*` is more specific than the service.
        "" => !service.is_empty() && pattern.contains(&format!(":{service}:::")),
        _ => pattern.contains(&format!(":{kind}")) || pattern.contains(&format!("*{kind}")),
    };
    let names_service = crate::inventory::arn::service(pattern) == service;
    match (names_type, names_service) {
        (true, _) => Reach::Explicit,
        (false, true) => Reach::Service,
        (false, false) => Reach::Everything,
    }
}

/// The condition with its tag key without `aws:ResourceTag/`.
pub fn plain(condition: &TagCondition) -> TagCondition {
    let key = condition.key.strip_prefix("aws:ResourceTag/");
    TagCondition { key: key.unwrap_or(&condition.key).to_string(), value: condition.value.clone() }
}

fn compile(conditions: &Conditions) -> Vec<Condition> {
    let operators = [
        (&conditions.string_equals, false, false),
        (&conditions.string_not_equals, true, false),
        (&conditions.string_like, false, true),
        (&conditions.string_not_like, true, true),
    ];
    operators
        .into_iter()
        .flat_map(|(entries, negated, like)| {
            entries.iter().map(plain).map(move |entry| Condition {
                key: entry.key,
                negated,
                value: entry.value.read().map(|value| if like { Value::Like(Pattern::new(value)) } else { Value::Exact(value.clone()) }),
            })
        })
        .collect()
}

impl Condition {
    /// Whether the condition holds; `None` if the tag or its value is unknown.
    fn holds(&self, tags: KnownTags) -> Option<bool> {
        let tag = tags.get(&self.key);
        let equal = match (*tag.read()?, &self.value) {
            (None, _) => false,
            (Some(_), None) => return None,
            (Some(tag), Some(Value::Exact(value))) => value == tag,
            (Some(tag), Some(Value::Like(pattern))) => pattern.matcher.matches(tag),
        };
        Some(equal != self.negated)
    }
}
