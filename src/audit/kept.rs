//! What many findings have in common, kept once.

use std::collections::HashSet;
use std::hash::Hash;
use std::sync::{Arc, Mutex, PoisonError};

/// Values that are equal are one.
#[derive(Debug)]
pub struct Kept<T>(Mutex<HashSet<Arc<T>>>);

impl<T> Default for Kept<T> {
    fn default() -> Self {
        Kept(Mutex::default())
    }
}

impl<T: Clone + Eq + Hash> Kept<T> {
    /// The value, shared with whoever had the same one before.
    pub fn keep(&self, value: &T) -> Arc<T> {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(same) = known.get(value) {
            return Arc::clone(same);
        }
        let value = Arc::new(value.clone());
        known.insert(Arc::clone(&value));
        value
    }
}

#[cfg(test)]
mod tests {
    use super::Kept;
    use std::sync::Arc;

    #[test]
    fn equal_values_are_one() {
        let kept = Kept::default();
        let (one, other, same) = (kept.keep(&"one"), kept.keep(&"other"), kept.keep(&"one"));
        assert!(Arc::ptr_eq(&one, &same));
        assert_eq!((*one, *other), ("one", "other"));
    }
}
