//! What readers tell of a template that they take all the same, such as a key that is written twice. The command line prints it.

use std::collections::BTreeSet;
use std::fmt::Display;
use std::sync::{Mutex, PoisonError};

/// The most that are kept: a file can be made that has millions.
const MOST: usize = 1_000;

static TOLD: Mutex<BTreeSet<String>> = Mutex::new(BTreeSet::new());

/// Keeps a warning, each once: a nested template is read by its parent and alone.
pub(super) fn tell(warning: &dyn Display) {
    let mut told = TOLD.lock().unwrap_or_else(PoisonError::into_inner);
    if told.len() < MOST {
        told.insert(warning.to_string());
    }
}

/// What was told since the last call, in the order of the files.
pub fn take() -> Vec<String> {
    std::mem::take(&mut *TOLD.lock().unwrap_or_else(PoisonError::into_inner)).into_iter().collect()
}
