//! What people call a resource.

use crate::inventory::Resource;

/// What people call a resource.
pub fn title(resource: &Resource) -> String {
    resource.name.clone().unwrap_or_else(|| resource.id.clone())
}
