//! Expressions: literals, operators, conditions, `for`. Unknown values stay unknown, and so does everything that depends on them.

use std::cmp::Ordering;

use hcl_edit::Span;
use hcl_edit::expr::{BinaryOp, BinaryOperator, Conditional, Expression, ForExpr, FuncCall, Object, ObjectKey, UnaryOp, UnaryOperator};

use super::engine::{Stop, invalid};
use super::scope::{Frame, Scope};
use super::strings::Form;
use super::syntax::Expr;
use super::value::{self, as_bool, as_number, reason_in, render, scalar_text, unknown};
use super::{functions, strings, traversal};
use crate::template::declaration::{Node, Position, Value};

/// Evaluates an expression; `at` is the place of expressions without one.
pub(super) fn evaluate(expr: &Expr, scope: &Scope<'_>, at: Position) -> Result<Node, Stop> {
    let here = scope.fixed.or_else(|| expr.at(scope.source)).unwrap_or(at);
    scope.engine.deeper(scope.source, here, || {
        let value = match expr {
            Expr::Hcl(expression) => return hcl(expression, scope, at),
            Expr::Template(at, template) => {
                strings::template(template, Form::Bare { indent: 0 }, &Scope { fixed: Some(*at), ..*scope }, here)?
            }
            Expr::Null(_) => Value::Null,
            Expr::Bool(_, value) => Value::Bool(*value),
            Expr::Number(_, number) => Value::Number(number.clone()),
            Expr::List(_, items) => Value::List(items.iter().map(|item| evaluate(item, scope, here)).collect::<Result<_, _>>()?),
            Expr::Map(_, entries) => {
                let mut made = Map::default();
                for (key, item) in entries {
                    let key = evaluate(key, scope, here)?;
                    made.insert(&key, evaluate(item, scope, here)?)?;
                }
                made.finish()
            }
        };
        scope.engine.spend(scope.source, here, 1)?;
        Ok(Node::new(here, value))
    })
}

/// Evaluates an expression of an HCL file.
pub(super) fn hcl(expression: &Expression, scope: &Scope<'_>, at: Position) -> Result<Node, Stop> {
    let here = scope.fixed.unwrap_or_else(|| expression.span().map_or(at, |span| scope.source.position(span.start)));
    scope.engine.deeper(scope.source, here, || {
        let value = match expression {
            Expression::Null(_) => Value::Null,
            Expression::Bool(value) => Value::Bool(*value.value()),
            Expression::Number(number) => match number.value().to_string().parse() {
                Ok(number) => Value::Number(number),
                Err(_) => return invalid("a number that cannot be read"),
            },
            Expression::String(text) => value::text(text.value()),
            Expression::Array(items) => Value::List(items.iter().map(|item| hcl(item, scope, here)).collect::<Result<_, _>>()?),
            Expression::Object(object) => map(object, scope, here)?,
            Expression::StringTemplate(template) => strings::template(template, Form::Quoted, scope, here)?,
            Expression::HeredocTemplate(heredoc) => {
                let form = Form::Bare { indent: heredoc.indent().unwrap_or_default() };
                strings::template(&heredoc.template, form, scope, here)?
            }
            Expression::Parenthesis(inner) => return hcl(inner.inner(), scope, here),
            Expression::Variable(name) => match scope.framed(name.value()) {
                Some(node) => {
                    let node = node.clone();
                    scope.engine.spend(scope.source, here, value::size(&node.value))?;
                    value::moved(node.value, here).value
                }
                None => unknown(&format!("{} is not declared", name.value().as_str()), name.value().as_str()),
            },
            Expression::Conditional(conditional) => return condition(conditional, scope, here),
            Expression::FuncCall(call) => function(call, scope, here)?,
            Expression::Traversal(traversal) => return traversal::traverse(traversal, scope, here),
            Expression::UnaryOp(operation) => unary(operation, scope, here)?,
            Expression::BinaryOp(operation) => binary(operation, scope, here)?,
            Expression::ForExpr(expression) => each(expression, scope, here)?,
        };
        scope.engine.spend(scope.source, here, 1)?;
        Ok(Node::new(here, value))
    })
}

/// A map during its construction; an unknown key makes the whole map unknown.
#[derive(Default)]
struct Map {
    entries: Vec<(String, Node)>,
    places: std::collections::BTreeMap<String, usize>,
    unknown: Option<Value>,
}

impl Map {
    fn insert(&mut self, key: &Node, node: Node) -> Result<(), Stop> {
        let Some(name) = scalar_text(&key.value) else {
            let Some(reason) = reason_in(&key.value) else { return invalid("a key of a map is not a string") };
            self.unknown.get_or_insert_with(|| unknown(&reason, &format!("{{{} = {}}}", render(&key.value), render(&node.value))));
            return Ok(());
        };
        match self.places.get(&name).and_then(|place| self.entries.get_mut(*place)) {
            Some(entry) => entry.1 = node,
            None => {
                self.places.insert(name.clone(), self.entries.len());
                self.entries.push((name, node));
            }
        }
        Ok(())
    }

    fn finish(self) -> Value {
        self.unknown.unwrap_or(Value::Map(self.entries))
    }
}

fn map(object: &Object, scope: &Scope<'_>, here: Position) -> Result<Value, Stop> {
    let mut made = Map::default();
    for (key, item) in object {
        let key = match key {
            ObjectKey::Ident(name) => Node::new(here, value::text(name.value().as_str())),
            ObjectKey::Expression(expression) => hcl(expression, scope, here)?,
        };
        made.insert(&key, hcl(item.expr(), scope, here)?)?;
    }
    Ok(made.finish())
}

/// An unknown value that follows from others.
pub(super) fn derived(parts: &[&Value], inside: &str) -> Value {
    let reason = parts.iter().find_map(|part| reason_in(part));
    unknown(reason.as_deref().unwrap_or(value::NOT_KNOWN), inside)
}

fn condition(conditional: &Conditional, scope: &Scope<'_>, here: Position) -> Result<Node, Stop> {
    let condition = hcl(&conditional.cond_expr, scope, here)?;
    match as_bool(condition.value.revealed()) {
        Some(true) => hcl(&conditional.true_expr, scope, here),
        Some(false) => hcl(&conditional.false_expr, scope, here),
        None if value::is_known(&condition.value) => invalid("a condition is neither true nor false"),
        None => {
            let branch = |expression| match hcl(expression, scope, here) {
                Err(Stop::Invalid(why)) => Ok(Node::new(here, unknown(&why, &scope.place(here)))),
                other => other,
            };
            let (yes, no) = (branch(&conditional.true_expr)?, branch(&conditional.false_expr)?);
            if value::same(&yes.value, &no.value) {
                return Ok(yes);
            }
            let inside = format!("{} ? {} : {}", render(&condition.value), render(&yes.value), render(&no.value));
            Ok(Node::new(here, derived(&[&condition.value], &inside)))
        }
    }
}

fn unary(operation: &UnaryOp, scope: &Scope<'_>, here: Position) -> Result<Value, Stop> {
    let operand = hcl(&operation.expr, scope, here)?.value;
    let (result, sign) = match operation.operator.value() {
        UnaryOperator::Not => (as_bool(&operand).map(|operand| Value::Bool(!operand)), "!"),
        UnaryOperator::Neg => (as_number(&operand).and_then(|operand| value::number(-operand)), "-"),
    };
    match result {
        Some(value) => Ok(value),
        None if value::is_known(&operand) => invalid(format!("{sign} does not go with this operand")),
        None => Ok(derived(&[&operand], &format!("{sign}{}", render(&operand)))),
    }
}

fn binary(operation: &BinaryOp, scope: &Scope<'_>, here: Position) -> Result<Value, Stop> {
    let operator = *operation.operator.value();
    let left = hcl(&operation.lhs_expr, scope, here)?.value;
    // Terraform evaluates both sides, but one side can be enough to know the result.
    match (operator, as_bool(&left)) {
        (BinaryOperator::And, Some(false)) => return Ok(Value::Bool(false)),
        (BinaryOperator::Or, Some(true)) => return Ok(Value::Bool(true)),
        _ => {}
    }
    let right = hcl(&operation.rhs_expr, scope, here)?.value;
    if let Some(result) = operate(operator, &left, &right) {
        return Ok(result);
    }
    if value::is_known(&left) && value::is_known(&right) {
        return invalid(format!("{} does not go with these operands", operator.as_str()));
    }
    Ok(derived(&[&left, &right], &format!("{} {} {}", render(&left), operator.as_str(), render(&right))))
}

fn operate(operator: BinaryOperator, left: &Value, right: &Value) -> Option<Value> {
    let numbers = || Some((as_number(left)?, as_number(right)?));
    let compared = |wanted: fn(Ordering) -> bool| {
        let (left, right) = numbers()?;
        Some(Value::Bool(wanted(left.partial_cmp(&right)?)))
    };
    match operator {
        BinaryOperator::Eq => value::equal(left, right).map(Value::Bool),
        BinaryOperator::NotEq => value::equal(left, right).map(|equal| Value::Bool(!equal)),
        BinaryOperator::Less => compared(Ordering::is_lt),
        BinaryOperator::LessEq => compared(Ordering::is_le),
        BinaryOperator::Greater => compared(Ordering::is_gt),
        BinaryOperator::GreaterEq => compared(Ordering::is_ge),
        BinaryOperator::And => match (as_bool(left), as_bool(right)) {
            (_, Some(false)) => Some(Value::Bool(false)),
            (left, right) => Some(Value::Bool(left? && right?)),
        },
        BinaryOperator::Or => match (as_bool(left), as_bool(right)) {
            (_, Some(true)) => Some(Value::Bool(true)),
            (left, right) => Some(Value::Bool(left? || right?)),
        },
        BinaryOperator::Plus => numbers().and_then(|(left, right)| value::number(left + right)),
        BinaryOperator::Minus => numbers().and_then(|(left, right)| value::number(left - right)),
        BinaryOperator::Mul => numbers().and_then(|(left, right)| value::number(left * right)),
        BinaryOperator::Div => numbers().filter(|(_, right)| *right != 0.0).and_then(|(left, right)| value::number(left / right)),
        BinaryOperator::Mod => numbers().filter(|(_, right)| *right != 0.0).and_then(|(left, right)| value::number(left % right)),
    }
}

/// The keys and values over which a `for`, the `for_each` of a `dynamic` block or a splat iterates; maps in the order of their keys.
/// `None` if they are unknown.
pub(super) fn entries(of: &Node) -> Result<Option<Vec<(Node, Node)>>, Stop> {
    let node = |value| Node::new(of.at, value);
    match &of.value {
        Value::List(items) => {
            let keyed = items.iter().enumerate().map(|(index, item)| (node(Value::Number((index as u64).into())), item.clone()));
            Ok(Some(keyed.collect()))
        }
        Value::Map(entries) => {
            let mut entries: Vec<_> = entries.iter().map(|(key, item)| (key.clone(), item.clone())).collect();
            entries.sort_by(|(left, _), (right, _)| left.cmp(right));
            Ok(Some(entries.into_iter().map(|(key, item)| (node(value::text(key)), item)).collect()))
        }
        other if reason_in(other).is_some() => Ok(None),
        _ => invalid("not a list, a set or a map"),
    }
}

fn each(expression: &ForExpr, scope: &Scope<'_>, here: Position) -> Result<Value, Stop> {
    let collection = hcl(&expression.intro.collection_expr, scope, here)?;
    let not_known = |of: &Value| derived(&[of], &format!("for {} in {}", render(of), scope.place(here)));
    let Some(entries) = entries(&collection)? else { return Ok(not_known(&collection.value)) };
    let mut list = Vec::new();
    let mut made = Map::default();
    let mut groups: Vec<(String, Vec<Node>)> = Vec::new();
    for (key, node) in entries {
        let key_name = expression.intro.key_var.as_ref().map_or("", |name| name.value().as_str());
        let outer = Frame { name: key_name, node: key, outer: scope.frame };
        let frame = Frame { name: expression.intro.value_var.value().as_str(), node, outer: Some(&outer) };
        let scope = Scope { frame: Some(&frame), ..*scope };
        if let Some(condition) = &expression.cond {
            let wanted = hcl(&condition.expr, &scope, here)?;
            match as_bool(&wanted.value) {
                Some(true) => {}
                Some(false) => continue,
                None => return Ok(not_known(&wanted.value)),
            }
        }
        let Some(key_expression) = &expression.key_expr else {
            list.push(hcl(&expression.value_expr, &scope, here)?);
            continue;
        };
        let key = hcl(key_expression, &scope, here)?;
        let item = hcl(&expression.value_expr, &scope, here)?;
        if !expression.grouping {
            made.insert(&key, item)?;
            continue;
        }
        let Some(name) = scalar_text(&key.value) else { return Ok(not_known(&key.value)) };
        match groups.iter_mut().find(|(group, _)| *group == name) {
            Some((_, items)) => items.push(item),
            None => groups.push((name, vec![item])),
        }
    }
    Ok(match (&expression.key_expr, expression.grouping) {
        (None, _) => Value::List(list),
        (Some(_), false) => made.finish(),
        (Some(_), true) => Value::Map(groups.into_iter().map(|(key, items)| (key, Node::new(here, Value::List(items)))).collect()),
    })
}

fn function(call: &FuncCall, scope: &Scope<'_>, here: Position) -> Result<Value, Stop> {
    let name = call.name.name.value().as_str();
    if call.name.is_namespaced() {
        let arguments =
            call.args.iter().map(|argument| Ok(render(&hcl(argument, scope, here)?.value))).collect::<Result<Vec<_>, Stop>>()?;
        let names = call.name.namespace.iter().chain([&call.name.name]).map(|name| name.value().as_str());
        let name = names.collect::<Vec<_>>().join("::");
        return Ok(unknown("functions of providers are not evaluated", &format!("{name}({})", arguments.join(", "))));
    }
    if let "try" | "can" = name {
        return attempt(call, name, scope, here);
    }
    let mut arguments = Vec::new();
    for argument in call.args.iter() {
        arguments.push(hcl(argument, scope, here)?);
    }
    if call.args.expand_final() {
        match arguments.pop() {
            Some(Node { value: Value::List(items), .. }) => arguments.extend(items),
            Some(last) if reason_in(&last.value).is_some() => {
                let given: Vec<_> = arguments.iter().chain([&last]).map(|argument| render(&argument.value)).collect();
                return Ok(derived(&[&last.value], &format!("{name}({}...)", given.join(", "))));
            }
            _ => return invalid(format!("{name}: the last argument is not a list")),
        }
    }
    let value = functions::call(name, &arguments, scope, here)?;
    scope.engine.spend(scope.source, here, value::size(&value))?;
    Ok(value)
}

/// `try` and `can`: functions that take expressions instead of values.
fn attempt(call: &FuncCall, name: &str, scope: &Scope<'_>, here: Position) -> Result<Value, Stop> {
    let mut why = "try has no arguments".to_string();
    for argument in call.args.iter() {
        match hcl(argument, scope, here) {
            // The expression may still fail in Terraform.
            Ok(node) if name == "can" => {
                let known = value::is_known(&node.value);
                return Ok(if known { Value::Bool(true) } else { derived(&[&node.value], &format!("can({})", render(&node.value))) });
            }
            Ok(node) => return Ok(node.value),
            Err(Stop::Invalid(reason)) => why = reason,
            Err(fatal) => return Err(fatal),
        }
    }
    if name == "can" { Ok(Value::Bool(false)) } else { invalid(why) }
}
