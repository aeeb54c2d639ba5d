//! The texts that an expression compares facts with, such as the type names and tag values of a `match`.

use super::fact_paths::{Path, unwrapped};
use super::rewrite::children;
use cel::common::ast::{Expr, IdedExpr, LiteralValue, operators};

/// How a text is compared with a fact.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum How {
    /// `==`, or one of a list.
    Equal,
    /// `!=`
    Different,
    /// `startsWith`
    Start,
    /// A key of a map: an index, `has`, `in`.
    Key,
}

/// A comparison.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Compared {
    /// The fact, such as `resource`, `tags`, `tier`; for a key, the map.
    pub path: Path,
    pub text: String,
    pub how: How,
}

/// Every text that an expression compares a fact with, in the order of writing.
pub fn compared(expression: &IdedExpr) -> Vec<Compared> {
    let mut found = Vec::new();
    walk(expression, &mut found);
    found
}

fn walk(node: &IdedExpr, found: &mut Vec<Compared>) {
    let node = unwrapped(node);
    let mut add = |path: Option<Path>, text: Option<&str>, how: How| {
        if let (Some(path), Some(text)) = (path, text) {
            let compared = Compared { path, text: text.to_owned(), how };
            if !found.contains(&compared) {
                found.push(compared);
            }
        }
    };
    match &node.expr {
        Expr::Call(call) => match (call.func_name.as_str(), call.target.as_deref(), call.args.as_slice()) {
            (operators::EQUALS | operators::NOT_EQUALS, None, [left, right]) => {
                let how = if call.func_name == operators::EQUALS { How::Equal } else { How::Different };
                add(path(left), literal(right), how);
                add(path(right), literal(left), how);
            }
            (operators::IN, None, [item, list]) => match &unwrapped(list).expr {
                Expr::List(texts) => texts.elements.iter().for_each(|text| add(path(item), literal(text), How::Equal)),
                _ => add(path(list), literal(item), How::Key),
            },
            (operators::INDEX, None, [map, key]) => add(path(map), literal(key), How::Key),
            ("startsWith", Some(target), [start]) => add(path(target), literal(start), How::Start),
            _ => {}
        },
        Expr::Select(select) => add(path(&select.operand), Some(&select.field), How::Key),
        _ => {}
    }
    children(node).into_iter().for_each(|child| walk(child, found));
}

fn literal(node: &IdedExpr) -> Option<&str> {
    match &unwrapped(node).expr {
        Expr::Literal(LiteralValue::String(text)) => Some(text.inner()),
        _ => None,
    }
}

/// The fact that a chain of fields and keys names.
fn path(node: &IdedExpr) -> Option<Path> {
    match &unwrapped(node).expr {
        Expr::Ident(name) => Some(vec![name.clone()]),
        Expr::Select(select) => {
            let mut path = path(&select.operand)?;
            path.push(select.field.clone());
            Some(path)
        }
        Expr::Call(call) if call.func_name == operators::INDEX => {
            let mut found = path(call.args.first()?)?;
            found.push(literal(call.args.get(1)?)?.to_owned());
            Some(found)
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::expr::Expression;

    fn told(source: &str) -> Vec<String> {
        let expression = Expression::compile(source).expect("an expression");
        let texts = expression.compared();
        texts.iter().map(|compared| format!("{} {:?} {}", compared.path.join("."), compared.how, compared.text)).collect()
    }

    #[test]
    fn comparisons_with_texts() {
        assert_eq!(
            told("resource.type in [\"A\", \"B\"] && (resource.tags[\"tier\"] == \"gold\" || \"C\" != resource.type)"),
            [
                "resource.type Equal A",
                "resource.type Equal B",
                "resource Key type",
                "resource.tags.tier Equal gold",
                "resource.tags Key tier",
                "resource Key tags",
                "resource.type Different C",
            ]
        );
        let keys = told("\"a\" in resource.tags && has(resource.tags.b) && resource.tags.c.startsWith(\"x\")");
        for told in ["resource.tags Key a", "resource.tags Key b", "resource.tags.c Start x"] {
            assert!(keys.contains(&told.to_owned()), "{told}: {keys:?}");
        }
        assert!(told("resource.tags.exists(key, key.matches(\"x\"))").iter().all(|told| !told.contains(" x")));
    }
}
