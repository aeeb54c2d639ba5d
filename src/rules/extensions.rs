//! CEL without rel9's own functions: the language with the extensions that rules and policies may use.

use cel::{DeclarationError, Env};

/// CEL with its extensions for strings, lists and math. Optional syntax (`a.?b`) stays off: it would turn what was not read into nothing.
///
/// # Errors
/// A name that two extensions declare.
pub fn cel_with_extensions() -> Result<Env, DeclarationError> {
    let mut env = Env::stdlib().with_optional_support(false);
    env.add_extension(cel::extensions::strings)?;
    env.add_extension(cel::extensions::lists)?;
    env.add_extension(cel::extensions::math)?;
    Ok(env)
}
