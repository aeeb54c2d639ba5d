//! CEL: compiling, checking and evaluating expressions. The only module that knows the `cel` crate's parser and evaluator, so
//! that either can be replaced.

use super::functions;
use super::kinds;
use super::paths::{self, Path};
use super::shape::Shape;
use super::value::{self, Reasons, UNREAD, last_unread};
use cel::common::ast::{CallExpr, EntryExpr, Expr, IdedExpr, LiteralValue, operators};
use cel::common::types::{CelBool, CelNull, CelTimestamp};
use cel::common::value::Val;
use cel::{Context, Env, ExecutionError, Value as CelValue};
use chrono::{DateTime, Utc};
use std::sync::{Arc, OnceLock};

/// How a text shows what was not read.
pub const UNKNOWN: &str = "unknown";

/// The variables that expressions may name.
pub const VARIABLES: [&str; 5] = ["resource", "protection", "objective", "params", "now"];

/// An expression.
#[derive(Debug)]
pub struct Expression {
    source: String,
    /// Compiled when it is first asked for.
    ast: OnceLock<IdedExpr>,
    paths: OnceLock<Vec<Path>>,
}

/// How an evaluation ended.
#[derive(Clone, Debug, PartialEq)]
pub enum Outcome<T> {
    Known(T),
    /// It depends on something that was not read: why.
    Unknown(String),
    /// It asks for a tag or a property that the resource does not have: there is no such key, or it is null.
    Absent(String),
    /// The expression itself is wrong for this resource: a bug of the rule or policy.
    Broken(String),
}

fn environment() -> &'static Arc<Env> {
    static ENVIRONMENT: OnceLock<Arc<Env>> = OnceLock::new();
    ENVIRONMENT.get_or_init(|| Arc::new(functions::environment()))
}

impl Expression {
    /// Compiles `source`.
    ///
    /// # Errors
    /// The parser's message, on one line.
    pub fn compile(source: &str) -> Result<Self, String> {
        Ok(Expression { source: source.to_owned(), ast: OnceLock::from(parse(source)?), paths: OnceLock::new() })
    }

    /// An expression of a rule of the binary. A test compiles and checks them all, so that an audit need not: parsing takes longer than
    /// judging a small account, and most rules of a run have no resource to judge.
    pub fn trusted(source: &str) -> Self {
        Expression { source: source.to_owned(), ast: OnceLock::new(), paths: OnceLock::new() }
    }

    fn ast(&self) -> &IdedExpr {
        self.ast.get_or_init(|| parse(&self.source).unwrap_or_else(|_| null()))
    }

    /// Stands in for an expression that could not be compiled, so that the rest of a file can be checked.
    pub fn never() -> Self {
        Expression { source: String::new(), ast: OnceLock::from(null()), paths: OnceLock::new() }
    }

    /// Its text.
    pub fn source(&self) -> &str {
        &self.source
    }

    /// The paths that the expression reads, such as `resource.encrypted` or `protection.plans[].rule`.
    pub fn paths(&self) -> &[Path] {
        self.paths.get_or_init(|| paths::of(self.ast()))
    }

    /// The functions it calls that do not exist.
    pub fn unknown_functions(&self) -> Vec<String> {
        let context = Context::with_env(Arc::clone(environment()));
        paths::functions(self.ast())
            .into_iter()
            .filter(|(name, method)| {
                // A call without arguments matches no overload; only a name that nothing declares is `undeclared`.
                let probe = if *method { format!("''.{name}()") } else { format!("{name}()") };
                let Ok(program) = environment().compile(&probe) else { return false };
                matches!(program.execute(&context), Err(ExecutionError::UndeclaredReference(_)))
            })
            .map(|(name, _)| name)
            .collect()
    }

    /// What is wrong with the kinds of its values, by what its variables look like; as a `condition` it must be true or false.
    pub fn mistakes<'s>(&self, variables: &'s dyn Fn(&str) -> Option<&'s Shape>, condition: bool) -> Vec<String> {
        let kinds::Findings { mut mistakes, constants } = kinds::look(self.ast(), variables, condition);
        let nowhere = Scope::at(DateTime::UNIX_EPOCH);
        for (text, call) in &constants {
            if let Err(error) = CelValue::resolve_val(call, &nowhere.context) {
                mistakes.push(format!("`{text}`: {}", one_line(&error)));
            }
        }
        if condition && mistakes.is_empty() && self.paths().is_empty() {
            // It asks for nothing: it is now what it will always be.
            match self.truth(&nowhere) {
                Outcome::Known(_) => {}
                Outcome::Unknown(what) | Outcome::Absent(what) | Outcome::Broken(what) => mistakes.push(what),
            }
        }
        mistakes
    }

    /// Evaluates to a truth value.
    pub fn truth(&self, scope: &Scope) -> Outcome<bool> {
        self.evaluate(scope, |value| value.downcast_ref::<CelBool>().map(|truth| *truth.inner()))
    }

    /// Evaluates to commands and their words (see [`functions::words`]); `None` for what is null or was not read.
    pub fn words(&self, scope: &Scope) -> Option<Vec<Vec<String>>> {
        match self.evaluate(scope, functions::words) {
            Outcome::Known(words) => Some(words),
            Outcome::Unknown(_) | Outcome::Absent(_) | Outcome::Broken(_) => None,
        }
    }

    /// Evaluates to text for people: `unknown` for what was not read, `none` for null.
    pub fn text(&self, scope: &Scope) -> String {
        match self.evaluate(scope, |value| Some(functions::display(value))) {
            Outcome::Known(text) => text,
            Outcome::Unknown(_) => UNKNOWN.to_owned(),
            Outcome::Absent(error) | Outcome::Broken(error) => format!("({error})"),
        }
    }

    fn evaluate<T>(&self, scope: &Scope, read: impl Fn(&dyn Val) -> Option<T>) -> Outcome<T> {
        functions::begin_steps();
        last_unread::forget();
        let error = match CelValue::resolve_val(self.ast(), &scope.context) {
            Ok(value) => match read(value.as_ref()) {
                Some(result) => return Outcome::Known(result),
                None if value.downcast_ref::<CelNull>().is_some() => {
                    return Outcome::Absent(format!("`{}` is null, and neither true nor false", self.source));
                }
                None => return Outcome::Broken(format!("`{}` is neither true nor false", self.source)),
            },
            Err(ExecutionError::FunctionError { function, message }) if function == UNREAD => return Outcome::Unknown(message),
            Err(error) => error,
        };
        // Of two errors in an `||`, CEL keeps one; what was not read may have decided it all the same.
        if let Some(reason) = last_unread::take() {
            return Outcome::Unknown(reason);
        }
        let what = format!("`{}`: {}", self.source, one_line(&error));
        let null = <CelNull as Val>::cel_type().name();
        match error {
            ExecutionError::NoSuchKey(_) | ExecutionError::IndexOutOfBounds(_) => Outcome::Absent(what),
            ExecutionError::NoSuchOverload(error) if error.argument_types().iter().any(|name| name == null) => Outcome::Absent(what),
            _ => Outcome::Broken(what),
        }
    }
}

/// The evaluator's words. (Those about patterns draw a picture.)
fn one_line(error: &ExecutionError) -> String {
    let text = match error {
        ExecutionError::FunctionError { message, .. } => message.clone(),
        error => error.to_string(),
    };
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn parse(source: &str) -> Result<IdedExpr, String> {
    let program = environment().compile(source).map_err(|errors| {
        let text = errors.to_string();
        let first = text.lines().find(|line| line.contains("ERROR")).unwrap_or(&text);
        // What its macros say is wrapped in the debug form of the parser's error.
        let said = first.split_once("msg: \"").and_then(|(_, rest)| rest.split('"').next()).unwrap_or(first);
        format!("cannot read the expression: {}", said.trim())
    })?;
    let mut ast = program.expression().clone();
    rewrite(&mut ast, false);
    Ok(ast)
}

fn null() -> IdedExpr {
    IdedExpr { id: 0, expr: Expr::Literal(LiteralValue::Null) }
}

/// Makes the two shorthands of the rule format plain CEL: `has(record.field)` is `record.field != null`, so that an unread field stays
/// unknown, and `age(time)` is `age(time, now)`. Loops within loops count their steps. Maps that are asked for as a whole have to be known
/// whole.
fn rewrite(node: &mut IdedExpr, in_loop: bool) {
    match &mut node.expr {
        Expr::Select(select) => {
            rewrite(&mut select.operand, in_loop);
            unwrap_whole(&mut select.operand);
            if select.test && !is_map(&select.operand.expr) {
                select.test = false;
                let id = node.id;
                let tested = std::mem::take(&mut node.expr);
                node.expr = Expr::Call(CallExpr {
                    func_name: operators::NOT_EQUALS.to_owned(),
                    target: None,
                    args: vec![IdedExpr { id, expr: tested }, IdedExpr { id, expr: Expr::Literal(LiteralValue::Null) }],
                });
            }
        }
        Expr::Call(call) => {
            if let Some(target) = &mut call.target {
                rewrite(target, in_loop);
            }
            call.args.iter_mut().for_each(|argument| rewrite(argument, in_loop));
            // These ask for one key.
            let of_key = match call.func_name.as_str() {
                operators::INDEX => call.args.first_mut(),
                operators::IN => call.args.get_mut(1),
                _ => None,
            };
            of_key.into_iter().for_each(unwrap_whole);
            if call.func_name == "age" && call.target.is_none() && call.args.len() == 1 {
                call.args.push(IdedExpr { id: node.id, expr: Expr::Ident("now".to_owned()) });
            }
        }
        Expr::Comprehension(comprehension) => {
            rewrite(&mut comprehension.iter_range, in_loop);
            rewrite(&mut comprehension.accu_init, in_loop);
            for part in [&mut comprehension.loop_cond, &mut comprehension.loop_step, &mut comprehension.result] {
                rewrite(part, true);
            }
            if in_loop {
                let id = comprehension.iter_range.id;
                let range = std::mem::replace(&mut comprehension.iter_range, null());
                let call = CallExpr { func_name: paths::COUNTED.to_owned(), target: None, args: vec![range] };
                comprehension.iter_range = IdedExpr { id, expr: Expr::Call(call) };
            }
        }
        Expr::List(list) => list.elements.iter_mut().for_each(|element| rewrite(element, in_loop)),
        Expr::Map(map) => {
            for entry in &mut map.entries {
                if let EntryExpr::MapEntry(entry) = &mut entry.expr {
                    rewrite(&mut entry.key, in_loop);
                    rewrite(&mut entry.value, in_loop);
                }
            }
        }
        Expr::Struct(_) | Expr::Ident(_) | Expr::Literal(_) | Expr::Unspecified => {}
    }
    if is_map(&node.expr) {
        let id = node.id;
        let map = IdedExpr { id, expr: std::mem::take(&mut node.expr) };
        node.expr = Expr::Call(CallExpr { func_name: paths::WHOLE.to_owned(), target: None, args: vec![map] });
    }
}

fn unwrap_whole(node: &mut IdedExpr) {
    if let Expr::Call(call) = &mut node.expr
        && call.func_name == paths::WHOLE
        && let Some(map) = call.args.pop()
    {
        *node = map;
    }
}

/// Tags and the Region's settings are maps: there `has` asks for a key.
fn is_map(operand: &Expr) -> bool {
    matches!(operand, Expr::Select(select) if ["tags", "opt_in", "full_management"].contains(&select.field.as_str()))
}

/// The values that an expression is evaluated against.
pub struct Scope<'p> {
    context: Context<'p, 'static>,
}

impl Scope<'static> {
    /// A scope that knows only the time.
    pub fn at(now: DateTime<Utc>) -> Self {
        let mut context = Context::with_env(Arc::clone(environment()));
        context.add_variable_as_val("now", Box::new(CelTimestamp::from(now.fixed_offset())));
        Scope { context }
    }
}

impl Scope<'_> {
    /// Binds a variable.
    pub fn bind(&mut self, name: &str, json: &Arc<serde_json::Value>, shape: &'static Shape, reasons: &Arc<Reasons>) {
        self.context.add_variable_as_val(name, value::to_cel(json, shape, reasons));
    }

    /// A scope within this one.
    pub fn inner(&self) -> Scope<'_> {
        Scope { context: self.context.new_inner_scope() }
    }
}
