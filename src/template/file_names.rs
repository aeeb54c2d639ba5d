//! What the names of files say: their language, whether they may be templates, and how messages show them.

use super::declaration::Language;
use std::path::{Component, Path};

/// Whether a file is one of a Terraform or OpenTofu module.
pub fn is_terraform(path: &Path) -> bool {
    let ends = [".tf", ".tf.json", ".tofu", ".tofu.json"];
    path.file_name().is_some_and(|name| ends.iter().any(|end| name.as_encoded_bytes().ends_with(end.as_bytes())))
}

/// Whether a file of a folder may be a template, by its extension.
pub fn may_be_template(path: &Path) -> bool {
    let extensions = ["yaml", "yml", "json", "template", "cfn", "tfstate"];
    path.extension().is_some_and(|extension| extensions.iter().any(|known| extension.eq_ignore_ascii_case(known)))
}

/// Whether the name of a file is that of a template, a policy or a part of one. Reports never have such a name.
pub fn is_named_as_source(path: &Path) -> bool {
    let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default().to_ascii_lowercase();
    is_terraform(path)
        || [".yaml", ".yml", ".template", ".tfstate", ".tfvars", ".tfvars.json", ".hcl"].iter().any(|end| name.ends_with(end))
}

/// The language of a file that cannot be read, by its name.
pub fn language_of(path: &Path) -> Language {
    let of_terraform = is_terraform(path) || path.extension().is_some_and(|extension| extension == "tfvars" || extension == "tfstate");
    if of_terraform { Language::Terraform } else { Language::CloudFormation }
}

/// The path in findings: relative to the current directory, with `/`.
pub fn display_name(path: &Path) -> String {
    let shown = std::env::current_dir().ok().and_then(|here| path.strip_prefix(here).ok().map(Path::to_owned)).unwrap_or(path.to_owned());
    let parts: Vec<String> = shown
        .components()
        .filter(|part| *part != Component::CurDir)
        .map(|part| part.as_os_str().to_string_lossy().replace('\\', "/"))
        .collect();
    if parts.is_empty() { ".".to_owned() } else { parts.join("/").replacen("//", "/", 1) }
}
