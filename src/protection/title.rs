//! The display name of a resource.

use crate::inventory::Resource;

/// The display name of a resource.
pub fn title(resource: &Resource) -> String {
    resource.name.clone().unwrap_or_else(|| resource.id.clone())
}
