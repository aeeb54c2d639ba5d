//! What templates can declare, from the tables of [`super::types`].

use super::declaration::Language;
use super::inventory::language_name;
use super::types;
use crate::inventory::declarable::Declarables;

/// What templates in each language can declare, by the inventory's type names.
pub fn declarables() -> Declarables {
    let mut declarables = Declarables::new();
    for table in types::all() {
        let declarable = declarables.entry(table.type_name).or_default();
        declarable.properties.extend(table.properties());
        for language in [Language::CloudFormation, Language::Terraform] {
            if !table.types_of(language).is_empty() {
                declarable.languages.insert(language_name(language));
            }
            for type_name in table.types_of(language) {
                let written = declarable.written.entry(language_name(language)).or_default();
                written.entry(type_name).or_default().extend(table.paths(language));
            }
        }
    }
    declarables
}
