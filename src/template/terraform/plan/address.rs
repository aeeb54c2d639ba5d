//! Addresses in plans: `module.a["x"].aws_s3_bucket.b[0].arn`. Parses them without looking anything up.

/// The address of a module: the names of the calls with their indexes (`[0]`, `["x"]` or empty).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Module {
    pub(super) calls: Vec<(String, String)>,
}

impl Module {
    pub(super) fn parse(address: &str) -> Self {
        let steps = steps(address);
        let mut calls = Vec::new();
        let mut rest = steps.iter().peekable();
        while let (Some(Step::Name("module")), Some(Step::Name(call))) = (rest.next(), rest.next()) {
            let index = match rest.peek() {
                Some(Step::Index(index)) => {
                    rest.next();
                    (*index).to_string()
                }
                _ => String::new(),
            };
            calls.push(((*call).to_string(), index));
        }
        Module { calls }
    }

    /// `module.a[0].`; empty for the root module.
    pub(super) fn prefix(&self) -> String {
        self.calls.iter().map(|(call, index)| format!("module.{call}{index}.")).collect()
    }

    /// The caller, and the name and index of the call.
    pub(super) fn parent(&self) -> Option<(Module, &str, &str)> {
        let (last, rest) = self.calls.split_last()?;
        Some((Module { calls: rest.to_vec() }, &last.0, &last.1))
    }

    pub(super) fn child(&self, call: &str, index: &str) -> Module {
        let calls = self.calls.iter().cloned().chain([(call.to_string(), index.to_string())]);
        Module { calls: calls.collect() }
    }
}

/// A part of an address or a reference.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step<'a> {
    Name(&'a str),
    /// With its brackets.
    Index(&'a str),
}

/// The parts of an address. A text that is not an address gives parts that name nothing.
pub(super) fn steps(address: &str) -> Vec<Step<'_>> {
    let mut steps = Vec::new();
    let mut rest = address;
    while !rest.is_empty() {
        if rest.starts_with('[') {
            let end = index_end(rest);
            let (index, after) = rest.split_at(end);
            steps.push(Step::Index(index));
            rest = after;
            continue;
        }
        let rest_after_dot = rest.strip_prefix('.').unwrap_or(rest);
        let end = rest_after_dot.find(['.', '[']).unwrap_or(rest_after_dot.len());
        let (name, after) = rest_after_dot.split_at(end);
        if !name.is_empty() {
            steps.push(Step::Name(name));
        } else if after.len() == rest.len() {
            break;
        }
        rest = after;
    }
    steps
}

/// The offset after the closing bracket; quoted keys may contain brackets.
fn index_end(rest: &str) -> usize {
    let mut within = false;
    let mut escaped = false;
    for (at, letter) in rest.char_indices() {
        match letter {
            _ if escaped => escaped = false,
            '\\' if within => escaped = true,
            '"' => within = !within,
            ']' if !within => return at + 1,
            _ => {}
        }
    }
    rest.len()
}

/// The parts as text.
pub(super) fn written(steps: &[Step<'_>]) -> String {
    let mut written = String::new();
    for step in steps {
        match step {
            Step::Name(name) if written.is_empty() => written.push_str(name),
            Step::Name(name) => {
                written.push('.');
                written.push_str(name);
            }
            Step::Index(index) => written.push_str(index),
        }
    }
    written
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_may_contain_anything() {
        let address = "module.a[\"x].y\\\"\"].module.b.aws_s3_bucket.c[0].website[0].endpoint";
        assert_eq!(written(&steps(address)), address);
        let module = Module::parse(address);
        assert_eq!(module.prefix(), "module.a[\"x].y\\\"\"].module.b.");
        assert_eq!(module.parent().unwrap().0.prefix(), "module.a[\"x].y\\\"\"].");
        assert_eq!(steps("..[").len(), 1);
        assert_eq!(steps("a.").len(), 1);
    }
}
