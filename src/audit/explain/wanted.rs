//! Which resource a person means: by ARN, id, name, Terraform address, logical id or CDK construct path.

use crate::audit::findings::ResourceRef;
use crate::inventory::{Resource, arn};
use std::collections::BTreeSet;

/// How many of the nearest names an answer lists.
const NEAREST: usize = 5;

/// The resource that a person asks for.
#[derive(Clone, Debug)]
pub struct Wanted(String);

/// A resource that has the name, or one near to it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Named {
    pub arn: String,
    pub type_name: String,
    /// `111122223333/eu-west-1`; empty if a template leaves it open.
    pub place: String,
    /// What it is called, as far as that differs from its ARN.
    pub name: String,
}

impl Wanted {
    /// What a person wrote.
    pub fn new(text: &str) -> Self {
        Wanted(text.trim().to_owned())
    }

    /// Whether this is the resource, by one of its names.
    pub fn is(&self, resource: &Resource) -> bool {
        names(resource).any(|name| name == self.0)
    }

    /// Whether this is the ARN that was asked for.
    pub fn is_arn(&self, arn: &str) -> bool {
        arn == self.0
    }

    /// Account and Region, if an ARN was asked for that has both.
    pub fn place(&self) -> Option<(String, String)> {
        let (account, region) = (arn::account(&self.0), arn::region(&self.0));
        (self.0.starts_with("arn:") && !account.is_empty() && !region.is_empty()).then(|| (account.to_owned(), region.to_owned()))
    }

    /// Whether this is the resource of findings.
    pub fn is_reference(&self, resource: &ResourceRef) -> bool {
        names_of_reference(resource).any(|name| name == self.0)
    }
}

fn names(resource: &Resource) -> impl Iterator<Item = &str> {
    let declared = resource.declared.as_ref();
    let construct = declared.and_then(|declared| declared.construct.as_deref());
    let tag = resource.tags.read().and_then(|tags| tags.get("Name")).map(String::as_str);
    [resource.uid(), &resource.arn, &resource.id, arn::id(&resource.arn), arn::resource(&resource.arn)]
        .into_iter()
        .chain(resource.name.as_deref())
        .chain(construct)
        .chain(tag)
        .filter(|name| !name.is_empty())
}

fn names_of_reference(resource: &ResourceRef) -> impl Iterator<Item = &str> {
    let tag = resource.tags.get("Name").map(String::as_str);
    [resource.arn.as_str(), &resource.id, arn::id(&resource.arn), arn::resource(&resource.arn)]
        .into_iter()
        .chain(resource.name.as_deref())
        .chain(tag)
        .filter(|name| !name.is_empty())
}

/// The names nearest to one that nothing has.
#[derive(Debug, Default)]
pub struct Nearest(BTreeSet<(usize, Named)>);

impl Nearest {
    /// Considers a resource.
    pub fn add(&mut self, wanted: &Wanted, resource: &Resource) {
        let place = format!("{}/{}", resource.account, resource.region);
        self.consider(wanted, names(resource), resource.uid(), &resource.type_name, &place);
    }

    /// Considers the resource of findings.
    pub fn add_reference(&mut self, wanted: &Wanted, resource: &ResourceRef) {
        let place = format!("{}/{}", resource.account, resource.region);
        self.consider(wanted, names_of_reference(resource), &resource.arn, &resource.type_name, &place);
    }

    fn consider<'n>(&mut self, wanted: &Wanted, names: impl Iterator<Item = &'n str>, arn: &str, type_name: &str, place: &str) {
        let Some((distance, name)) = names.filter_map(|name| Some((distance(&wanted.0, name)?, name))).min() else { return };
        let named = Named { arn: arn.to_owned(), type_name: type_name.to_owned(), place: place.to_owned(), name: name.to_owned() };
        self.insert(distance, named);
    }

    fn insert(&mut self, distance: usize, named: Named) {
        self.0.insert((distance, named));
        if self.0.len() > NEAREST {
            self.0.pop_last();
        }
    }

    /// Considers those of another part.
    pub fn add_all(&mut self, other: Nearest) {
        other.0.into_iter().for_each(|(distance, named)| self.insert(distance, named));
    }

    /// The nearest first, without those that are far from the name compared with it.
    pub fn found(self) -> Vec<Named> {
        let most = self.0.first().map_or(0, |(distance, _)| distance + distance / 4 + 1);
        self.0.into_iter().filter(|(distance, _)| *distance <= most).map(|(_, named)| named).collect()
    }
}

/// How far a name is from what was asked; `None` if it is another name altogether.
fn distance(wanted: &str, name: &str) -> Option<usize> {
    let (wanted, name) = (wanted.to_lowercase(), name.to_lowercase());
    if wanted == name {
        return Some(0);
    }
    // An address of Terraform without the keys of `count` and `for_each`, or without the modules around it.
    let bare = without_keys(&name);
    if bare == wanted || bare.strip_suffix(wanted.as_str()).is_some_and(|modules| modules.ends_with('.')) {
        return Some(1);
    }
    let (long, short) = if wanted.len() > name.len() { (&wanted, &name) } else { (&name, &wanted) };
    // A part of a name, such as `orders` of `prod-orders`: near, but behind every misspelling of one or two letters.
    let part = (short.len() >= 3 && long.contains(short.as_str())).then(|| 2 + (long.len() - short.len()).min(64));
    // A word of the name, such as `nordwind` of `nordwind-assets`.
    let words = name.split(['-', '_', '.', '/', ':']).filter(|word| word.len() >= 3 && word.len() < name.len());
    let word = words
        .filter_map(|word| misspelt(&wanted, word))
        .filter(|by| *by <= 1 + wanted.len() / 8)
        .min()
        .map(|by| 2 + by + (name.len() - wanted.len().min(name.len())).min(64));
    part.into_iter().chain(word).chain(misspelt(&wanted, &name)).min()
}

/// `module.a.aws_db_instance.b` of `module.a["x"].aws_db_instance.b[0]`
fn without_keys(address: &str) -> String {
    let parts = address.split('[').enumerate();
    parts.map(|(place, part)| if place == 0 { part } else { part.split_once(']').map_or("", |(_, rest)| rest) }).collect()
}

/// How many letters differ; `None` if too many do.
fn misspelt(wanted: &str, name: &str) -> Option<usize> {
    let limit = 1 + wanted.len().min(name.len()) / 3;
    (wanted.len().abs_diff(name.len()) <= limit).then(|| strsim::damerau_levenshtein(wanted, name)).filter(|by| *by <= limit)
}

impl From<&Resource> for Named {
    fn from(resource: &Resource) -> Self {
        let name = resource.name.clone().unwrap_or_else(|| resource.id.clone());
        let place = format!("{}/{}", resource.account, resource.region);
        Named { arn: resource.uid().to_owned(), type_name: resource.type_name.clone(), place, name }
    }
}

impl From<&ResourceRef> for Named {
    fn from(resource: &ResourceRef) -> Self {
        let name = resource.name.clone().unwrap_or_else(|| resource.id.clone());
        let place = format!("{}/{}", resource.account, resource.region);
        Named { arn: resource.arn.clone(), type_name: resource.type_name.clone(), place, name }
    }
}
