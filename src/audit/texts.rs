//! Texts that many findings have in common, kept once: the same rule says the same of a thousand resources.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};

/// The texts of one rule's findings.
#[derive(Debug, Default)]
pub struct Texts(Mutex<HashSet<Arc<str>>>);

impl Texts {
    /// The text, shared with whoever had the same one before.
    pub fn keep(&self, text: &str) -> Arc<str> {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(same) = known.get(text) {
            return Arc::clone(same);
        }
        let text = Arc::from(text);
        known.insert(Arc::clone(&text));
        text
    }
}

#[cfg(test)]
mod tests {
    use super::Texts;
    use std::sync::Arc;

    #[test]
    fn equal_texts_are_one() {
        let texts = Texts::default();
        let (one, other, same) = (texts.keep("one"), texts.keep("other"), texts.keep("one"));
        assert!(Arc::ptr_eq(&one, &same));
        assert_eq!((&*one, &*other), ("one", "other"));
    }
}
