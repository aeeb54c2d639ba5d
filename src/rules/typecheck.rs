//! Type-checks expressions before there is a resource: a condition must be a boolean, and compared values must be able to be equal. CEL finds
//! neither: a text in place of a boolean is an error of each evaluation, and `==` of a text with a number is simply false.

use super::budget::PRICED;
use super::fact_paths;
use super::schema_shape::Shape;
use cel::common::ast::{CallExpr, ComprehensionExpr, EntryExpr, Expr, IdedExpr, LiteralValue, operators};
use std::borrow::Cow;

/// The kind of a value; [`Shape::Any`] when it is unknown.
type Kind<'s> = Cow<'s, Shape>;

const ANY: Kind<'static> = Cow::Owned(Shape::Any);

/// The result of checking an expression.
#[derive(Default)]
pub struct Checked {
    /// Type errors.
    pub mistakes: Vec<String>,
    /// Calls whose result does not depend on the resource, and their text: the caller evaluates them to see whether they fail.
    pub constants: Vec<(String, IdedExpr)>,
}

/// Checks an expression with variables of these shapes; a `condition` must be true or false.
pub fn check<'s>(expression: &IdedExpr, variables: &'s dyn Fn(&str) -> Option<&'s Shape>, condition: bool) -> Checked {
    let mut walker = Walker { variables, scope: Vec::new(), found: Checked::default() };
    let kind = walker.walk(expression);
    if condition {
        walker.truth(expression, &kind);
    }
    walker.found
}

struct Walker<'s> {
    variables: &'s dyn Fn(&str) -> Option<&'s Shape>,
    /// The variables of the enclosing comprehensions, innermost last.
    scope: Vec<(String, Kind<'s>)>,
    found: Checked,
}

impl<'s> Walker<'s> {
    fn walk(&mut self, node: &IdedExpr) -> Kind<'s> {
        let node = fact_paths::unwrapped(node);
        match &node.expr {
            Expr::Literal(literal) => literal_kind(literal),
            Expr::Ident(name) => match self.scope.iter().rev().find(|(known, _)| known == name) {
                Some((_, kind)) => kind.clone(),
                None => (self.variables)(name).map_or(ANY, Cow::Borrowed),
            },
            Expr::Select(select) => {
                let operand = self.walk(&select.operand);
                if select.test { Cow::Owned(Shape::Truth) } else { field(operand, &select.field) }
            }
            Expr::Call(call) => self.call(call),
            Expr::Comprehension(comprehension) => self.comprehension(comprehension),
            Expr::List(list) => {
                let kinds: Vec<Kind> = list.elements.iter().map(|element| self.walk(element)).collect();
                let first = kinds.first().filter(|first| kinds.iter().all(|kind| kind == *first));
                Cow::Owned(Shape::List(Box::new(first.map_or(Shape::Any, |kind| kind.clone().into_owned()))))
            }
            Expr::Map(map) => {
                for entry in &map.entries {
                    if let EntryExpr::MapEntry(entry) = &entry.expr {
                        self.walk(&entry.key);
                        self.walk(&entry.value);
                    }
                }
                Cow::Owned(Shape::Map(Box::new(Shape::Any)))
            }
            Expr::Struct(_) | Expr::Unspecified => ANY,
        }
    }

    fn call(&mut self, call: &CallExpr) -> Kind<'s> {
        if let Some(target) = &call.target {
            self.walk(target);
        }
        self.found.constants.extend(constant(call));
        let kinds: Vec<Kind> = call.args.iter().map(|argument| self.walk(argument)).collect();
        match (call.func_name.as_str(), call.args.as_slice(), kinds.as_slice()) {
            (operators::LOGICAL_AND | operators::LOGICAL_OR, [left, right], [of_left, of_right]) => {
                self.truth(left, of_left);
                self.truth(right, of_right);
                Cow::Owned(Shape::Truth)
            }
            (operators::LOGICAL_NOT, [operand], [kind]) => {
                self.truth(operand, kind);
                Cow::Owned(Shape::Truth)
            }
            (operators::CONDITIONAL, [condition, ..], [of_condition, yes, no]) => {
                self.truth(condition, of_condition);
                if yes == no { yes.clone() } else { ANY }
            }
            (operators::EQUALS | operators::NOT_EQUALS, [left, right], [of_left, of_right]) => {
                self.same((left, of_left), (right, of_right), "never equal");
                Cow::Owned(Shape::Truth)
            }
            (
                operators::LESS | operators::LESS_EQUALS | operators::GREATER | operators::GREATER_EQUALS,
                [left, right],
                [of_left, of_right],
            ) => {
                self.same((left, of_left), (right, of_right), "not to be compared");
                Cow::Owned(Shape::Truth)
            }
            (operators::IN, [item, _], [of_item, of_list]) => {
                let elements = element(of_list.clone());
                if let (Shape::List(_), Some(of_item), Some(of_elements)) = (of_list.as_ref(), of_item.noun(), elements.noun())
                    && of_item != of_elements
                {
                    let what = spell(item).map_or_else(|| "what is looked for".to_owned(), |text| format!("`{text}`"));
                    self.wrong(format!("{what} is {of_item}, each item of the list {of_elements}: never in it"));
                }
                Cow::Owned(Shape::Truth)
            }
            (operators::INDEX, [_, index], [operand, _]) => match &index.expr {
                Expr::Literal(LiteralValue::String(key)) => field(operand.clone(), key.inner()),
                _ => element(operand.clone()),
            },
            (operators::ADD | operators::SUBSTRACT | operators::MULTIPLY | operators::DIVIDE | operators::MODULO, _, [left, right]) => {
                if left == right && matches!(left.as_ref(), Shape::Number | Shape::Text) {
                    left.clone()
                } else {
                    ANY
                }
            }
            (operators::NEGATE, _, [kind]) => kind.clone(),
            (PRICED, [IdedExpr { expr: Expr::Literal(LiteralValue::String(name)), .. }, ..], _) => Cow::Owned(given_by(name.inner())),
            (name, ..) => Cow::Owned(given_by(name)),
        }
    }

    fn comprehension(&mut self, comprehension: &ComprehensionExpr) -> Kind<'s> {
        let range = self.walk(&comprehension.iter_range);
        let start = self.walk(&comprehension.accu_init);
        let outside = self.scope.len();
        let item = match (range.as_ref(), &comprehension.iter_var2) {
            (Shape::List(_), None) => element(range),
            // Of a map, the loop is over its keys.
            (Shape::Map(_), None) => Cow::Owned(Shape::Text),
            _ => ANY,
        };
        self.scope.push((comprehension.iter_var.clone(), item));
        self.scope.extend(comprehension.iter_var2.iter().map(|name| (name.clone(), ANY)));
        self.scope.push((comprehension.accu_var.clone(), start));
        self.walk(&comprehension.loop_cond);
        self.walk(&comprehension.loop_step);
        let result = self.walk(&comprehension.result);
        self.scope.truncate(outside);
        result
    }

    /// Notes a condition that is neither true nor false.
    fn truth(&mut self, node: &IdedExpr, kind: &Kind) {
        if let Some(noun) = kind.noun().filter(|_| *kind.as_ref() != Shape::Truth) {
            let what = spell(node).map_or_else(|| "the expression".to_owned(), |text| format!("`{text}`"));
            self.wrong(format!("{what} is {noun}, not true or false: compare it with something"));
        }
    }

    /// Notes a comparison of two kinds that are never equal. (Null equals null, for all kinds.)
    fn same(&mut self, left: (&IdedExpr, &Kind), right: (&IdedExpr, &Kind), so: &str) {
        if let (Some(of_left), Some(of_right)) = (left.1.noun(), right.1.noun())
            && of_left != of_right
        {
            let what = |node: &IdedExpr, side: &str| spell(node).map_or_else(|| side.to_owned(), |text| format!("`{text}`"));
            let (what_left, what_right) = (what(left.0, "the left side"), what(right.0, "the right side"));
            self.wrong(format!("{what_left} is {of_left}, {what_right} {of_right}: {so}"));
        }
    }

    fn wrong(&mut self, what: String) {
        if !self.found.mistakes.contains(&what) {
            self.found.mistakes.push(what);
        }
    }
}

/// A call whose arguments are all literals; for `matches`, the pattern against any text.
fn constant(call: &CallExpr) -> Option<(String, IdedExpr)> {
    let mut call = call.clone();
    match (call.func_name.as_str(), &mut call.target) {
        ("timestamp" | "duration", None) => {}
        ("matches", Some(target)) => target.expr = Expr::Literal(LiteralValue::String(String::new().into())),
        _ => return None,
    }
    let literals =
        call.args.iter().map(|argument| Some(argument).filter(|argument| matches!(argument.expr, Expr::Literal(_))).and_then(spell));
    let text = format!("{}({})", call.func_name, literals.collect::<Option<Vec<_>>>()?.join(", "));
    Some((text, IdedExpr { id: 0, expr: Expr::Call(call) }))
}

fn literal_kind(literal: &LiteralValue) -> Kind<'static> {
    Cow::Owned(match literal {
        LiteralValue::Boolean(_) => Shape::Truth,
        LiteralValue::Int(_) | LiteralValue::UInt(_) | LiteralValue::Double(_) => Shape::Number,
        LiteralValue::String(_) => Shape::Text,
        LiteralValue::Null | LiteralValue::Bytes(_) => Shape::Any,
    })
}

/// The kind of a field of a record, or of a value of a map.
fn field<'s>(of: Kind<'s>, name: &str) -> Kind<'s> {
    match of {
        Cow::Borrowed(Shape::Record(fields)) => fields.get(name).map_or(ANY, Cow::Borrowed),
        Cow::Owned(Shape::Record(mut fields)) => fields.swap_remove(name).map_or(ANY, Cow::Owned),
        Cow::Borrowed(Shape::Map(value)) => Cow::Borrowed(value),
        Cow::Owned(Shape::Map(value)) => Cow::Owned(*value),
        _ => ANY,
    }
}

/// The kind of an element of a list, or of a value of a map.
fn element(of: Kind<'_>) -> Kind<'_> {
    match of {
        Cow::Borrowed(Shape::List(item) | Shape::Map(item)) => Cow::Borrowed(item),
        Cow::Owned(Shape::List(item) | Shape::Map(item)) => Cow::Owned(*item),
        _ => ANY,
    }
}

/// The kind that a function returns, for any arguments.
fn given_by(function: &str) -> Shape {
    match function {
        "contains" | "startsWith" | "endsWith" | "matches" | "bool" | "windows_overlap" | operators::NOT_STRICTLY_FALSE => Shape::Truth,
        "size" | "days" | "hours" | "minutes" | "age" | "int" | "uint" | "double" | "indexOf" | "lastIndexOf" | "greatest" | "least" => {
            Shape::Number
        }
        "human" | "human_bytes" | "count" | "string" | "arn_region" | "arn_account" | "join" | "lowerAscii" | "upperAscii" | "trim"
        | "replace" | "substring" | "charAt" => Shape::Text,
        "split" => Shape::List(Box::new(Shape::Text)),
        "timestamp" => Shape::Time,
        _ => Shape::Any,
    }
}

/// A fact or a literal as it was written.
fn spell(node: &IdedExpr) -> Option<String> {
    let node = fact_paths::unwrapped(node);
    match &node.expr {
        Expr::Ident(name) => Some(name.clone()),
        Expr::Select(select) => Some(format!("{}.{}", spell(&select.operand)?, select.field)),
        Expr::Call(call) if call.func_name == operators::INDEX => match call.args.as_slice() {
            [operand, index] => Some(format!("{}[{}]", spell(operand)?, spell(index)?)),
            _ => None,
        },
        Expr::Literal(LiteralValue::String(text)) => Some(format!("{:?}", text.inner())),
        Expr::Literal(LiteralValue::Int(number)) => Some(number.inner().to_string()),
        Expr::Literal(LiteralValue::Double(number)) => Some(number.inner().to_string()),
        Expr::Literal(LiteralValue::Boolean(truth)) => Some(truth.inner().to_string()),
        _ => None,
    }
}
