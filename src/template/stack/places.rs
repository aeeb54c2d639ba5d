//! The Regions and accounts of a stack's resources.

use super::{Entry, Stack, Text, find};
use crate::inventory::is_symbolic;
use crate::template::declaration::{Declaration, Language, Node, PROVIDER_ACCOUNT, PROVIDER_REGION, Value};
use std::collections::BTreeMap;

impl Stack<'_> {
    /// The stack's own account, or its symbol: the account of resources that name no other.
    pub fn account(&self) -> &str {
        self.options.account.as_deref().unwrap_or("${AWS::AccountId}")
    }

    /// The account of most resources.
    pub fn main_account(&self) -> &str {
        self.provider_account.unwrap_or(self.account())
    }

    /// The stack's own Region, or its symbol.
    pub fn region(&self) -> &str {
        self.options.region.as_deref().unwrap_or("${AWS::Region}")
    }

    /// The Region of most resources.
    pub fn main_region(&self) -> &str {
        self.options.region.as_deref().or(self.provider_region).unwrap_or("${AWS::Region}")
    }

    /// The Region of a resource: its argument `region` (Terraform's provider 6), or the Region of its provider configuration.
    pub fn region_of(&self, entry: &Entry) -> Text {
        self.region_of_declaration(entry.declaration)
    }

    /// The account of a resource, from its provider configuration.
    pub fn account_of(&self, entry: &Entry) -> Text {
        self.account_of_declaration(entry.declaration)
    }

    /// Whether two resources are in the same Region and account; `None` if that is not known.
    pub fn together(&self, one: &Declaration, other: &Declaration) -> Option<bool> {
        let place = |declaration| [self.region_of_declaration(declaration).text, self.account_of_declaration(declaration).text];
        let (one, other) = (place(one), place(other));
        let known = |(one, other): (&String, &String)| one != other && !is_symbolic(one) && !is_symbolic(other);
        if one == other { Some(true) } else { one.iter().zip(&other).any(known).then_some(false) }
    }

    fn region_of_declaration(&self, declaration: &Declaration) -> Text {
        let argument = declaration.body.get("region").filter(|_| declaration.language == Language::Terraform);
        // A plan shows an argument that is not set as "known after apply".
        let argument = argument.filter(|node| !matches!(&node.value, Value::Unknown(unknown) if unknown.unset));
        let written = argument.or_else(|| declaration.setting(PROVIDER_REGION)).and_then(|node| self.text(node));
        let given = || self.part_of_arn(declaration, ARN_REGION);
        written.or_else(given).unwrap_or_else(|| self.own(self.region(), self.options.region.is_some(), "Region"))
    }

    fn account_of_declaration(&self, declaration: &Declaration) -> Text {
        let written = declaration.setting(PROVIDER_ACCOUNT).and_then(|node| self.text(node));
        let given = || self.part_of_arn(declaration, ARN_ACCOUNT);
        written.or_else(given).unwrap_or_else(|| self.own(self.account(), self.options.account.is_some(), "account"))
    }

    /// If a state has resources of several Regions or accounts, the ARN shows which: the resource's own, or that of the plan of a
    /// selection.
    fn part_of_arn(&self, declaration: &Declaration, part: usize) -> Option<Text> {
        let [regions, accounts] = self.given_differ;
        if !(if part == ARN_REGION { regions } else { accounts }) {
            return None;
        }
        let plan_arn_of = || {
            let plan =
                self.named(find(&declaration.body, "plan_id|restore_testing_plan_name")?, |table| table.identity.parent.is_none())?;
            part_of_given_arn(self.entries.get(plan)?.declaration, part)
        };
        part_of_given_arn(declaration, part).or_else(plan_arn_of).map(Text::from)
    }

    pub(super) fn own(&self, text: &str, known: bool, what: &str) -> Text {
        let unknown = if known { Vec::new() } else { vec![format!("the {what} that the template is for is not given")] };
        Text { text: text.to_owned(), unknown }
    }
}

/// The most frequent Region, or account, of the declarations' providers.
pub(super) fn most_common<'d>(declarations: &'d [Declaration], setting: &str) -> Option<&'d str> {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for declaration in declarations {
        if let Some(Node { value: Value::Text(place), .. }) = declaration.setting(setting) {
            *counts.entry(place).or_default() += 1;
        }
    }
    counts.into_iter().max_by_key(|(_, count)| *count).map(|(place, _)| place)
}

/// The positions of Region and account in an ARN.
pub(super) const ARN_REGION: usize = 3;
pub(super) const ARN_ACCOUNT: usize = 4;

/// A part of the ARN that a plan or a state shows for an existing resource.
pub(super) fn part_of_given_arn(declaration: &Declaration, part: usize) -> Option<&str> {
    match &declaration.body.get("arn").filter(|_| declaration.language != Language::CloudFormation)?.value {
        Value::Text(arn) => part_of_text(arn, part),
        _ => None,
    }
}

fn part_of_text(arn: &str, part: usize) -> Option<&str> {
    arn.split(':').nth(part).filter(|text| !text.is_empty() && arn.starts_with("arn:"))
}
