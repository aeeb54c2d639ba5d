//! Conditions, with three outcomes: a condition that depends on an unknown value is unknown.

use crate::template::declaration::{TemplateError, Unknown, Value};

use super::evaluation::{Evaluation, Resource};
use super::tree::{Data, Raw, short};
use super::values::{doubt, equal, scalar, uncalled};

/// The value of a condition.
#[derive(Clone, Debug, PartialEq)]
pub enum Truth {
    True,
    False,
    Unknown(Unknown),
}

impl<'t> Evaluation<'t> {
    /// Evaluates all conditions, so that a broken one is reported even if nothing uses it.
    pub fn check_conditions(&self) -> Result<(), TemplateError> {
        for name in self.conditions.keys() {
            if !name.starts_with("Fn::") {
                self.condition(name)?;
            }
        }
        Ok(())
    }

    /// A condition by its name.
    pub fn condition(&self, name: &str) -> Result<Truth, TemplateError> {
        let Some((name, entry)) = self.conditions.get_key_value(name) else {
            // Macros and loops can create conditions.
            if self.transforms.other.is_some() || self.conditions.keys().any(|key| key.starts_with("Fn::")) {
                let reason = format!("a macro or a loop creates the condition {} at deployment", short(name));
                return Ok(unknown(reason, format!("${{{}Condition {name}}}", self.source.prefix)));
            }
            let reason = format!("the condition {} is not declared in this template", short(name));
            return Ok(unknown(reason, format!("${{{}Condition {name}}}", self.source.prefix)));
        };
        let known = self.truths.borrow().get(name).cloned();
        match known {
            Some(Some(truth)) => return Ok(truth),
            Some(None) => {
                let asked = self.asked.borrow();
                let cycle = asked.iter().skip_while(|other| *other != name).chain([name]);
                let names: Vec<_> = cycle.map(|name| short(name)).collect();
                return Err(self.fault(entry.at, format!("conditions refer to each other in a cycle: {}", names.join(" → "))));
            }
            None => {}
        }
        self.truths.borrow_mut().insert(name, None);
        self.asked.borrow_mut().push(name);
        let truth = self.evaluate(&entry.value)?;
        self.asked.borrow_mut().pop();
        self.truths.borrow_mut().insert(name, Some(truth.clone()));
        Ok(truth)
    }

    /// Whether a resource is created, with the name of its condition.
    pub fn created(&self, resource: &Resource<'_>) -> Result<(Truth, Option<String>), TemplateError> {
        let Some(raw) = resource.entry.value.get("Condition") else { return Ok((Truth::True, None)) };
        match raw.as_text() {
            Some(name) => Ok((self.condition(name)?, Some(name.to_owned()))),
            None => Err(self.fault(raw.at, format!("Condition must be the name of a condition, not {}", raw.kind()))),
        }
    }

    /// `And`, `Or`, `Not`, `Equals`, `Condition`; anything else must be `true` or `false`.
    pub fn evaluate(&self, raw: &Raw) -> Result<Truth, TemplateError> {
        let _level = self.deeper(raw.at)?;
        if let [entry] = raw.entries() {
            match entry.key.as_str() {
                "Condition" => {
                    return match entry.value.as_text() {
                        Some(name) => self.condition(name),
                        None => Err(self.fault(entry.value.at, format!("Condition takes a name, not {}", entry.value.kind()))),
                    };
                }
                "Fn::And" => return self.any(&entry.value, Truth::False, Truth::True),
                "Fn::Or" => return self.any(&entry.value, Truth::True, Truth::False),
                "Fn::Not" => {
                    return Ok(match self.evaluate(self.arguments(entry, 1..=1)?.first().unwrap_or(raw))? {
                        Truth::True => Truth::False,
                        Truth::False => Truth::True,
                        Truth::Unknown(Unknown { reason, symbol, .. }) => unknown(reason, format!("!{symbol}")),
                    });
                }
                "Fn::Equals" => {
                    let [a, b] = self.arguments(entry, 2..=2)? else { return Err(self.fault(raw.at, "Fn::Equals takes two values")) };
                    let (a, b) = (self.resolve(a)?.value, self.resolve(b)?.value);
                    return Ok(match equal(&a, &b) {
                        Some(true) => Truth::True,
                        Some(false) => Truth::False,
                        None => {
                            let reason = doubt(&a).or_else(|| doubt(&b)).unwrap_or_else(|| "not known".into());
                            truth_of(&uncalled("Fn::Equals", &[&a, &b], reason)).unwrap_or(Truth::False)
                        }
                    });
                }
                _ => {}
            }
        }
        let value = self.resolve(raw)?.value;
        truth_of(&value).ok_or_else(|| self.fault(raw.at, format!("a condition must be true or false, not {}", raw.kind())))
    }

    /// `decisive` if one of the conditions has that value, else `otherwise`, unless one is unknown.
    fn any(&self, raw: &Raw, decisive: Truth, otherwise: Truth) -> Result<Truth, TemplateError> {
        let Data::List(items) = &raw.data else {
            return Err(self.fault(raw.at, format!("takes a list of conditions, not {}", raw.kind())));
        };
        // Evaluates all of them, so that a broken one is reported.
        let truths = items.iter().map(|item| self.evaluate(item)).collect::<Result<Vec<_>, _>>()?;
        if truths.contains(&decisive) {
            return Ok(decisive);
        }
        let unknowns = truths.iter().filter_map(|truth| if let Truth::Unknown(unknown) = truth { Some(unknown) } else { None });
        let symbols: Vec<_> = unknowns.clone().map(|unknown| Value::Unknown(unknown.clone())).collect();
        let Some(Unknown { reason, .. }) = unknowns.clone().next() else { return Ok(otherwise) };
        let function = if decisive == Truth::False { "Fn::And" } else { "Fn::Or" };
        Ok(truth_of(&uncalled(function, &symbols.iter().collect::<Vec<_>>(), reason.clone())).unwrap_or(otherwise))
    }
}

fn unknown(reason: impl Into<std::sync::Arc<str>>, symbol: impl Into<std::sync::Arc<str>>) -> Truth {
    Truth::Unknown(Unknown::new(reason, symbol))
}

/// A value as a condition.
fn truth_of(value: &Value) -> Option<Truth> {
    if let Value::Unknown(unknown) = value {
        return Some(Truth::Unknown(unknown.clone()));
    }
    if let Some(reason) = doubt(value) {
        return truth_of(&uncalled("Fn::Equals", &[value], reason));
    }
    match scalar(value)?.as_str() {
        "true" => Some(Truth::True),
        "false" => Some(Truth::False),
        _ => None,
    }
}
