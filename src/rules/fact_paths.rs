//! Which facts an expression reads: the paths of its variables, followed through comprehensions.

use super::budget::{COUNTED, WEIGHED};
use cel::common::ast::{ComprehensionExpr, EntryExpr, Expr, IdedExpr, LiteralValue, operators};
use std::collections::HashMap;

/// The steps from a variable to a fact; [`ELEMENT`] for any element of a list.
pub type Path = Vec<String>;

/// The step into the elements of a list (or the values of a map).
pub const ELEMENT: &str = "[]";

/// Wraps a map that an expression uses as a whole, and fails when a part of it is unknown. Expressions cannot call it by name.
pub const WHOLE: &str = "@whole";

/// An expression without the wrappers that only count or check.
pub fn unwrapped(mut node: &IdedExpr) -> &IdedExpr {
    while let Expr::Call(call) = &node.expr
        && [COUNTED, WEIGHED, WHOLE].contains(&call.func_name.as_str())
        && let Some(inner) = call.args.first()
    {
        node = inner;
    }
    node
}

/// Every path that `expression` reads, without repeats, in the order of reading.
pub fn paths_read(expression: &IdedExpr) -> Vec<Path> {
    let mut walker = Walker { found: Vec::new(), scope: HashMap::new() };
    walker.walk(expression);
    walker.found
}

/// The functions that `expression` calls: name, and whether as a method. Operators are left out.
pub fn functions_called(expression: &IdedExpr) -> Vec<(String, bool)> {
    fn walk(node: &IdedExpr, found: &mut Vec<(String, bool)>) {
        match &node.expr {
            Expr::Call(call) => {
                let name = (call.func_name.clone(), call.target.is_some());
                let is_word = call.func_name.starts_with(|first: char| first.is_ascii_alphabetic());
                if is_word && !found.contains(&name) {
                    // `lists.range(n)` parses as a method call on a name, but `lists` is not a variable.
                    match call.target.as_deref().map(|target| &target.expr) {
                        Some(Expr::Ident(namespace)) if NAMESPACES.contains(&namespace.as_str()) => {
                            found.push((format!("{namespace}.{}", call.func_name), false));
                        }
                        _ => found.push(name),
                    }
                }
                call.target.iter().for_each(|target| walk(target, found));
                call.args.iter().for_each(|argument| walk(argument, found));
            }
            Expr::Select(select) => walk(&select.operand, found),
            Expr::List(list) => list.elements.iter().for_each(|element| walk(element, found)),
            Expr::Comprehension(comprehension) => {
                walk(&comprehension.iter_range, found);
                walk(&comprehension.loop_step, found);
                walk(&comprehension.result, found);
            }
            Expr::Map(map) => {
                for entry in &map.entries {
                    if let EntryExpr::MapEntry(entry) = &entry.expr {
                        walk(&entry.key, found);
                        walk(&entry.value, found);
                    }
                }
            }
            Expr::Ident(_) | Expr::Literal(_) | Expr::Struct(_) | Expr::Unspecified => {}
        }
    }
    let mut found = Vec::new();
    walk(expression, &mut found);
    found
}

/// First parts of function names of CEL's extensions.
pub const NAMESPACES: [&str; 3] = ["lists", "math", "strings"];

struct Walker {
    found: Vec<Path>,
    /// Comprehension variables and the path of what they stand for; `None` when that is not a fact.
    scope: HashMap<String, Option<Path>>,
}

impl Walker {
    /// Walks an expression; returns the path of its value, when the value is a fact.
    fn walk(&mut self, node: &IdedExpr) -> Option<Path> {
        let node = unwrapped(node);
        match &node.expr {
            Expr::Ident(_) | Expr::Select(_) => {
                let path = self.resolve(node);
                if let Some(path) = &path {
                    self.note(path.clone());
                }
                path
            }
            Expr::Call(call) => {
                if call.func_name == operators::INDEX
                    && let Some(path) = self.resolve(node)
                {
                    self.note(path.clone());
                    return Some(path);
                }
                if let Some(target) = &call.target {
                    self.walk(target);
                }
                let paths: Vec<_> = call.args.iter().map(|argument| self.walk(argument)).collect();
                // `cond ? a : b` has the shape of its branches.
                (call.func_name == operators::CONDITIONAL).then(|| paths.into_iter().skip(1).flatten().next()).flatten()
            }
            Expr::Comprehension(comprehension) => self.comprehension(comprehension),
            Expr::List(list) => {
                list.elements.iter().for_each(|element| drop(self.walk(element)));
                None
            }
            Expr::Map(map) => {
                for entry in &map.entries {
                    if let EntryExpr::MapEntry(entry) = &entry.expr {
                        self.walk(&entry.key);
                        self.walk(&entry.value);
                    }
                }
                None
            }
            Expr::Literal(_) | Expr::Struct(_) | Expr::Unspecified => None,
        }
    }

    /// The path that a chain of fields spells, from a variable or a comprehension's variable.
    fn resolve(&mut self, node: &IdedExpr) -> Option<Path> {
        let node = unwrapped(node);
        match &node.expr {
            Expr::Ident(name) => match self.scope.get(name) {
                Some(stands_for) => stands_for.clone(),
                None => Some(vec![name.clone()]),
            },
            Expr::Select(select) => {
                let mut path = match &select.operand.expr {
                    Expr::Ident(_) | Expr::Select(_) => self.resolve(&select.operand),
                    _ => self.walk(&select.operand),
                }?;
                path.push(select.field.clone());
                Some(path)
            }
            Expr::Call(call) if call.func_name == operators::INDEX => {
                let mut path = self.resolve(call.args.first()?)?;
                let index = call.args.get(1)?;
                match &index.expr {
                    Expr::Literal(LiteralValue::String(key)) => path.push(key.inner().to_owned()),
                    _ => {
                        self.walk(index);
                        path.push(ELEMENT.to_owned());
                    }
                }
                Some(path)
            }
            Expr::Comprehension(_) => self.walk(node),
            _ => None,
        }
    }

    fn comprehension(&mut self, comprehension: &ComprehensionExpr) -> Option<Path> {
        let range = self.walk(&comprehension.iter_range);
        let element = range.map(|mut path| {
            path.push(ELEMENT.to_owned());
            path
        });
        let mut shadowed = Vec::new();
        let mut names = vec![(comprehension.iter_var.clone(), element), (comprehension.accu_var.clone(), None)];
        if let Some(second) = &comprehension.iter_var2 {
            names.push((second.clone(), None));
        }
        for (name, path) in names {
            shadowed.push((name.clone(), self.scope.insert(name, path)));
        }
        self.walk(&comprehension.accu_init);
        self.walk(&comprehension.loop_cond);
        self.walk(&comprehension.loop_step);
        self.walk(&comprehension.result);
        let appended = self.appended(&comprehension.loop_step);
        for (name, before) in shadowed.into_iter().rev() {
            match before {
                Some(path) => self.scope.insert(name, path),
                None => self.scope.remove(&name),
            };
        }
        appended
    }

    /// For `filter` and `map`: the path of the list whose elements the step appends.
    fn appended(&mut self, step: &IdedExpr) -> Option<Path> {
        let Expr::Call(call) = &step.expr else { return None };
        match call.func_name.as_str() {
            operators::CONDITIONAL => self.appended(call.args.get(1)?),
            operators::ADD => {
                let Expr::List(list) = &call.args.get(1)?.expr else { return None };
                let mut path = self.resolve(list.elements.first()?)?;
                // An element of `P[]` makes a list like `P`; anything else makes a list that is not a fact.
                (path.pop()? == ELEMENT).then_some(path)
            }
            _ => None,
        }
    }

    fn note(&mut self, path: Path) {
        if !self.found.contains(&path) {
            self.found.push(path);
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::expr::Expression;

    fn paths(source: &str) -> Vec<String> {
        let expression = Expression::compile(source).expect("an expression");
        expression.paths().iter().map(|path| path.join(".")).collect()
    }

    #[test]
    fn what_an_index_reads_is_read_too() {
        let all = paths("resource.rules[params.outer][params.inner] == 1");
        assert_eq!(all, ["params.outer", "params.inner", "resource.rules.[].[]"]);
    }
}
