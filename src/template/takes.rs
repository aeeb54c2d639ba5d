//! The values that AWS accepts for a property. A property with any other value is unknown; its reason says that AWS refuses the value,
//! and what it accepts.

use super::convert::{Outcome, Scope};
use super::declaration::{EXISTS, Node, Value};
use super::table::{Paths, pick};
use crate::inventory::schedule::Schedule;

/// How each such reason begins.
pub const REFUSES: &str = "AWS refuses";

/// The values that AWS accepts.
#[derive(Clone, Copy)]
pub enum Takes {
    /// Nothing is checked.
    Anything,
    /// Whole numbers in a range, inclusive.
    Whole(i64, i64),
    /// Only these whole numbers.
    Numbers(&'static [i64]),
    /// Only these words.
    Words(&'static [&'static str]),
    /// A schedule of AWS Backup or Amazon DLM: see [`Schedule`].
    Schedule,
    /// A name of the IANA time zone database.
    TimeZone,
}

impl Takes {
    /// Checks that AWS accepts the value. Unknown values and values of the wrong kind are left to the reader of the property.
    ///
    /// # Errors
    /// That AWS refuses it.
    pub fn check(self, scope: &Scope, node: &Node, paths: Paths) -> Outcome<()> {
        // AWS accepted the values of an existing resource.
        let exists = scope.entry.declaration.setting(EXISTS);
        let is_there = matches!(exists, Some(Node { value: Value::Bool(true), .. }));
        let Ok(text) = scope.known_text(node) else { return Ok(()) };
        if is_there || text.is_empty() {
            return Ok(());
        }
        let number = scope.int(node).ok();
        // The provider's state shows a number that is not set as 0.
        let unset = number == Some(0) && exists.is_some();
        let why = match self {
            Takes::Anything => None,
            Takes::Whole(from, to) => number.filter(|number| !unset && !(from..=to).contains(number)).map(|_| range(from, to)),
            Takes::Numbers(numbers) => {
                let listed = || numbers.iter().map(i64::to_string).collect::<Vec<_>>().join(", ");
                number.filter(|number| !unset && !numbers.contains(number)).map(|_| format!("it takes {}", listed()))
            }
            Takes::Words(words) => (!words.contains(&text.as_str())).then(|| format!("it takes {}", words.join(", "))),
            Takes::Schedule => Schedule::parse(Some(&text), None).err().map(|error| error.to_string()),
            Takes::TimeZone => Schedule::parse(None, Some(&text)).err().map(|error| error.to_string()),
        };
        why.map_or(Ok(()), |why| Err(refused(&format!("{} {text}", name_of(scope, paths)), &why)))
    }
}

/// A range in words.
fn range(from: i64, to: i64) -> String {
    if to == i64::MAX { format!("it takes {from} or more") } else { format!("it takes {from} to {to}") }
}

/// The reason that AWS refuses something.
pub fn refused(what: &str, why: &str) -> Vec<String> {
    vec![format!("{REFUSES} {what}: {why}")]
}

/// The language's name of the property at a path.
pub fn name_of(scope: &Scope, paths: Paths) -> &'static str {
    let path = pick(&paths, scope.language());
    let first = path.split('|').next().unwrap_or(path);
    first.rsplit('.').next().unwrap_or(first)
}
