//! Terraform and OpenTofu as [`Declaration`]s: plans and states (JSON), and folders of `.tf` files. Joins no resources and judges
//! nothing: the owner of a split resource such as `aws_s3_bucket_versioning` is a
//! [`Value::Reference`](super::declaration::Value::Reference).
//!
//! Values that `.tf` files do not determine stay unknown. Readers of declarations rely on these decisions:
//!
//! - A resource with an unknown `count` or `for_each`, or in such a module, is one declaration at the address without an index, with the
//!   setting [`PRESENCE`].
//! - If the `for_each` of a `dynamic` block is unknown, the block kind is an unknown value; if there are other blocks of that kind, it is
//!   an unknown item of their list.
//! - An attribute of another AWS resource is a reference, even if that resource sets it to a text. If the resource sets it to anything
//!   else (`storage_encrypted`, `tags`), it is that value.
//! - Values from variables, locals and modules have the place of the argument that uses them.
//! - A resource has an account if it is known, or if it may differ from that of the root module's default provider; see [`location`].
//! - `tags_all` has the provider's `default_tags` and `tags`, as in plans. It exists only if the provider has default tags.
//! - In a plan, an attribute that is known after apply is a reference if its expression refers to one attribute of one resource. Plans
//!   contain no expressions: `"${aws_s3_bucket.data.id}-logs"` looks like `aws_s3_bucket.data.id`.

mod convert;
mod data;
mod declare;
mod engine;
mod expression;
mod folder;
mod functions;
mod json;
mod layout;
mod literal;
mod location;
mod modules;
mod outline;
mod plan;
mod policy_document;
mod providers;
mod scope;
mod strings;
mod suppressions;
mod syntax;
mod text;
mod traversal;
mod value;
mod waivers;

pub(in crate::template) use modules::has_overrides;
pub(in crate::template) use outline::resources as outline;

use std::path::{Path, PathBuf};

use crate::template::boundary::Boundary;
use crate::template::cloud_control::language_and_type;
use crate::template::declaration::{Declaration, PRESENCE, PREVENT_DESTROY, PROVIDER_ACCOUNT, PROVIDER_REGION, TemplateError};

/// Reads a folder with `.tf` or `.tf.json` files (or `.tofu`) as a root module, with the local modules that it calls. `name` is the
/// folder's display name; `variables` are variable files that override those that Terraform reads automatically.
///
/// # Errors
///
/// Files that are not valid HCL or JSON, duplicate declarations, cycles, waivers without a reason, values beyond a limit.
pub fn read_folder(folder: &Path, name: &str, variables: &[PathBuf]) -> Result<Vec<Declaration>, TemplateError> {
    let declarations = read_folder_within(&Boundary::around(folder), folder, name, variables)?;
    declarations.iter().find_map(Declaration::unread_file).map_or(Ok(declarations), Err)
}

/// Like [`read_folder`], but modules may lie anywhere inside the boundary, and a declaration stands for each file that cannot be read
/// ([`Declaration::unread_file`]).
///
/// # Errors
///
/// Cycles, values beyond a limit, a file of `variables` that cannot be read.
pub fn read_folder_within(
    boundary: &Boundary,
    folder: &Path,
    name: &str,
    variables: &[PathBuf],
) -> Result<Vec<Declaration>, TemplateError> {
    with_room(name, || folder::read(boundary, folder, name, variables))
}

/// Checks that a variable file can be read.
///
/// # Errors
///
/// Why it cannot be read.
pub fn check_variables(file: &Path) -> Result<(), TemplateError> {
    with_room(&file.to_string_lossy(), || folder::check(file))
}

/// Whether a resource belongs to one of the AWS providers.
fn is_of_aws(type_name: &str) -> bool {
    type_name.starts_with("aws_") || is_cloud_control(type_name)
}

/// Whether a resource belongs to the AWS Cloud Control provider.
fn is_cloud_control(type_name: &str) -> bool {
    type_name.starts_with("awscc_")
}

/// The size of the call stack: enough for the maximum depth of expressions, blocks and modules, even without optimisation.
const STACK: usize = 256 * 1024 * 1024;

fn with_room<T: Send>(name: &str, work: impl FnOnce() -> Result<T, TemplateError> + Send) -> Result<T, TemplateError> {
    let failed = |what: &str| Err(text::error(name, None, what));
    std::thread::scope(|threads| match std::thread::Builder::new().stack_size(STACK).spawn_scoped(threads, work) {
        Ok(thread) => thread.join().unwrap_or_else(|_| failed("rel9 cannot read it: please report this")),
        Err(cause) => failed(&format!("cannot start a thread to read it: {cause}")),
    })
}

/// Whether a text claims to be a plan or a state: JSON with `format_version`, or a state file. Looks only at its keys.
#[must_use]
pub fn claims_to_be_plan(text: &str) -> bool {
    plan::claims(text)
}

/// Reads a plan (`terraform show -json tfplan`) or a state (`terraform show -json`, or a state file of version 4). `path_name` is its
/// display path, `-` for standard input. If the `.tf` files are in the same folder, resources have the places of their blocks there.
///
/// # Errors
///
/// Invalid JSON, an unsupported major version of the format, a plan that Terraform did not complete, a duplicate address.
pub fn read_plan(path_name: &str, text: &str) -> Result<Vec<Declaration>, TemplateError> {
    read_plan_within(&Boundary::around(Path::new(path_name)), path_name, text)
}

/// Like [`read_plan`], but the files in the same folder may lead anywhere inside the boundary.
///
/// # Errors
///
/// As [`read_plan`].
pub fn read_plan_within(boundary: &Boundary, path_name: &str, text: &str) -> Result<Vec<Declaration>, TemplateError> {
    with_room(path_name, || plan::read(boundary, path_name, text))
}
