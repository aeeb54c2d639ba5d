//! Deduplicates the findings of a stored document: equal parts are shared, as in the findings of an audit. `benches/caches.rs` measures it.

#![expect(clippy::vec_box, reason = "as in the document: a large audit sorts and merges a million findings")]

use super::findings::Finding;
use serde::Deserializer;
use serde::de::{SeqAccess, Visitor};
use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

/// Reads the findings of a document, and shares their equal parts.
///
/// # Errors
/// Errors of the deserializer.
pub fn findings<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Box<Finding>>, D::Error> {
    deserializer.deserialize_seq(Sharing)
}

struct Sharing;

impl<'de> Visitor<'de> for Sharing {
    type Value = Vec<Box<Finding>>;

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("a list of findings")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
        let mut findings: Vec<Box<Finding>> = Vec::new();
        // The last finding of each rule, and the last that has a remediation.
        let mut of_rule: HashMap<Arc<str>, usize> = HashMap::new();
        let mut remedied: HashMap<Arc<str>, usize> = HashMap::new();
        while let Some(mut finding) = list.next_element::<Box<Finding>>()? {
            // Findings of a resource are adjacent.
            if let Some(last) = findings.last() {
                share(&mut finding.resource, &last.resource);
            }
            if let Some(same) = of_rule.get(&finding.rule).and_then(|place| findings.get(*place)) {
                finding.rule = Arc::clone(&same.rule);
                share(&mut finding.title, &same.title);
                if finding.fail_title == same.fail_title {
                    finding.fail_title.clone_from(&same.fail_title);
                }
                share(&mut finding.references, &same.references);
            }
            of_rule.insert(Arc::clone(&finding.rule), findings.len());
            if let Some(remediation) = &mut finding.remediation {
                let same = remedied.insert(Arc::clone(&finding.rule), findings.len()).and_then(|place| findings.get(place));
                if let Some(same) = same.and_then(|same| same.remediation.as_ref()) {
                    share(remediation, same);
                    if !Arc::ptr_eq(remediation, same) {
                        let own = Arc::make_mut(remediation);
                        share(&mut own.summary, &same.summary);
                        share(&mut own.steps, &same.steps);
                        share(&mut own.docs, &same.docs);
                        for (own, same) in [(&mut own.cloudformation, &same.cloudformation), (&mut own.terraform, &same.terraform)] {
                            if own == same {
                                own.clone_from(same);
                            }
                        }
                    }
                }
            }
            findings.push(finding);
        }
        Ok(findings)
    }
}

fn share<T: PartialEq + ?Sized>(own: &mut Arc<T>, same: &Arc<T>) {
    if own == same {
        *own = Arc::clone(same);
    }
}

#[cfg(test)]
mod tests {
    use super::findings;
    use serde_json::json;
    use std::sync::Arc;

    #[test]
    fn what_is_the_same_is_kept_once() {
        let finding = |id: u32, command: &str| {
            json!({
                "id": format!("{id:032x}"), "rule": "r", "best_practice": "REL09-BP01", "title": "t", "severity": "high", "status": "fail", "message": "m",
                "resource": {"arn": "a", "type": "AWS::EC2::Volume", "id": "i"}, "references": {"nist": ["CP-9"]},
                "remediation": {"summary": "s", "steps": ["one"], "cli": [command], "terraform": "tf"}
            })
        };
        let document = json!([finding(1, "x"), finding(2, "x"), finding(3, "y")]);
        let read = findings(&document).expect("findings");
        let fix = |at: usize| read[at].remediation.as_ref().expect("a remediation");
        assert!(Arc::ptr_eq(&read[0].resource, &read[2].resource));
        assert!(Arc::ptr_eq(&read[0].references, &read[2].references));
        assert!(Arc::ptr_eq(fix(0), fix(1)));
        assert_eq!((fix(1).cli.as_slice(), fix(2).cli.as_slice()), (&["x".to_owned()][..], &["y".to_owned()][..]));
        assert!(Arc::ptr_eq(&fix(1).steps, &fix(2).steps));
        let texts = [1, 2].map(|at| fix(at).terraform.as_ref().expect("a text"));
        assert!(Arc::ptr_eq(texts[0], texts[1]));
        assert_eq!(serde_json::to_value(&read).expect("JSON"), document);
    }
}
