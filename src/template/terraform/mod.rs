//! Terraform and OpenTofu as [`Declaration`]s: plans and states (JSON), and folders of `.tf` files. Joins no resources and judges nothing:
//! what a split resource such as `aws_s3_bucket_versioning` belongs to is a [`Value::Reference`](super::declaration::Value::Reference) here.
//!
//! What `.tf` files cannot say stays unknown. Decisions that readers of declarations rely on:
//!
//! - A resource whose `count` or `for_each` is not known, or that is in such a module, is one declaration at the address without an index,
//!   with the setting [`PRESENCE`], an unknown value that says why.
//! - Where a `dynamic` block's `for_each` is not known, the block kind is an unknown value; beside blocks that are known, it is an unknown
//!   item of their list.
//! - An attribute of another resource of AWS is a reference, also when that resource sets it to a text. If it sets it to anything else
//!   (`storage_encrypted`, `tags`), it is that value.
//! - Values that come from variables, locals and modules have the place of the argument in the resource that they end up in.
//! - The account of a resource is told where its provider's may be another than that of the root module's default provider, or is known; see
//!   [`location`].
//! - `default_tags` of the provider and `tags` together are `tags_all`, as in plans; it is there only if the provider has default tags.
//! - In a plan, an attribute that is known after apply is a reference if its expression refers to one attribute of one resource. Plans do
//!   not contain expressions: `"${aws_s3_bucket.data.id}-logs"` cannot be told from `aws_s3_bucket.data.id`.

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

use std::path::{Path, PathBuf};

use crate::template::boundary::Boundary;
use crate::template::cloud_control::language_and_type;
use crate::template::declaration::{Declaration, PRESENCE, PREVENT_DESTROY, PROVIDER_ACCOUNT, PROVIDER_REGION, TemplateError};

/// Reads a folder with `.tf` or `.tf.json` files (`.tofu` too) as a root module, and the local modules that it calls. `name` is how the folder
/// is shown, `variables` are definition files that go before those that Terraform reads by itself.
///
/// # Errors
///
/// Files that are no HCL or JSON, what is declared twice, cycles, waivers without a reason, values beyond any bound.
pub fn read_folder(folder: &Path, name: &str, variables: &[PathBuf]) -> Result<Vec<Declaration>, TemplateError> {
    let declarations = read_folder_within(&Boundary::around(folder), folder, name, variables)?;
    declarations.iter().find_map(Declaration::unread_file).map_or(Ok(declarations), Err)
}

/// As [`read_folder`], where modules may lie anywhere inside the boundary, and where a declaration stands for each file that cannot be read
/// ([`Declaration::unread_file`]) beside those of the others.
///
/// # Errors
///
/// Cycles, values beyond any bound, a file of `variables` that cannot be read.
pub fn read_folder_within(
    boundary: &Boundary,
    folder: &Path,
    name: &str,
    variables: &[PathBuf],
) -> Result<Vec<Declaration>, TemplateError> {
    with_room(name, || folder::read(boundary, folder, name, variables))
}

/// Reads a definition file, to see that it can be read.
///
/// # Errors
///
/// Why it cannot.
pub fn check_variables(file: &Path) -> Result<(), TemplateError> {
    with_room(&file.to_string_lossy(), || folder::check(file))
}

/// Whether a resource is of one of the providers of AWS.
fn is_of_aws(type_name: &str) -> bool {
    type_name.starts_with("aws_") || is_cloud_control(type_name)
}

/// Whether a resource is of the AWS Cloud Control provider.
fn is_cloud_control(type_name: &str) -> bool {
    type_name.starts_with("awscc_")
}

/// Expressions, blocks and modules nest up to fixed bounds, and this is enough for them in a build without optimisations too.
const STACK: usize = 256 * 1024 * 1024;

fn with_room<T: Send>(name: &str, work: impl FnOnce() -> Result<T, TemplateError> + Send) -> Result<T, TemplateError> {
    let failed = |what: &str| Err(text::error(name, None, what));
    std::thread::scope(|threads| match std::thread::Builder::new().stack_size(STACK).spawn_scoped(threads, work) {
        Ok(thread) => thread.join().unwrap_or_else(|_| failed("rel9 cannot read it: please report this")),
        Err(cause) => failed(&format!("there is no thread for reading it: {cause}")),
    })
}

/// Whether a text is meant as a plan or a state: JSON with `format_version`, or a state file. Reads no further than its keys' names.
#[must_use]
pub fn claims_to_be_plan(text: &str) -> bool {
    plan::claims(text)
}

/// Reads a plan (`terraform show -json tfplan`) or a state (`terraform show -json`, or a state file of version 4). `path_name` is its path as it
/// is shown, `-` for standard input. Where `.tf` files are beside it, places are those of the resource blocks there.
///
/// # Errors
///
/// What is no JSON, another major version of the format, a plan that Terraform did not finish, an address that is there twice.
pub fn read_plan(path_name: &str, text: &str) -> Result<Vec<Declaration>, TemplateError> {
    read_plan_within(&Boundary::around(Path::new(path_name)), path_name, text)
}

/// As [`read_plan`], where the files beside it may lead anywhere inside the boundary.
///
/// # Errors
///
/// As [`read_plan`].
pub fn read_plan_within(boundary: &Boundary, path_name: &str, text: &str) -> Result<Vec<Declaration>, TemplateError> {
    with_room(path_name, || plan::read(boundary, path_name, text))
}
