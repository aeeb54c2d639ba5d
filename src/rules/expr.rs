//! CEL: compiles, checks and evaluates expressions.

use super::budget;
use super::fact_paths::{self, Path};
use super::functions::{self, environment};
use super::literals::{self, Compared};
use super::rewrite::{self, null};
use super::schema_shape::Shape;
use super::typecheck;
use super::value::{self, Fields, Reasons, UNREAD, last_unread};
use cel::common::ast::IdedExpr;
use cel::common::types::{CelBool, CelNull, CelTimestamp};
use cel::common::value::Val;
use cel::{Context, ExecutionError, Value as CelValue};
use chrono::{DateTime, Utc};
use std::sync::{Arc, OnceLock};

/// How a text shows a value that was not read.
pub const UNKNOWN: &str = "unknown";

/// The variables that expressions may use.
pub const VARIABLES: [&str; 5] = ["resource", "protection", "objective", "params", "now"];

/// An expression.
#[derive(Debug)]
pub struct Expression {
    source: String,
    /// Compiled on first use.
    ast: OnceLock<IdedExpr>,
    paths: OnceLock<Vec<Path>>,
    /// It belongs to a built-in rule.
    trusted: bool,
    /// Why the first evaluation over the limit cost too much.
    overrun: OnceLock<String>,
}

/// How an evaluation ended.
#[derive(Clone, Debug, PartialEq)]
pub enum Outcome<T> {
    Known(T),
    /// It depends on something that was not read; has the reason.
    Unknown(String),
    /// It reads a tag or a property that the resource does not have: the key is missing, or its value is null.
    Absent(String),
    /// The expression does not fit this resource: a bug of the rule or policy.
    Broken(String),
}

impl Expression {
    /// Compiles `source`.
    ///
    /// # Errors
    /// The parser's message, on one line.
    pub fn compile(source: &str) -> Result<Self, String> {
        Ok(Expression::new(source, OnceLock::from(parse(source)?)))
    }

    /// An expression of a built-in rule. A test compiles and checks them all, so an audit does not have to: parsing takes longer than judging
    /// a small account, and most rules of a run have no resource to judge.
    pub fn trusted(source: &str) -> Self {
        Expression { trusted: true, ..Expression::new(source, OnceLock::new()) }
    }

    fn ast(&self) -> &IdedExpr {
        self.ast.get_or_init(|| parse(&self.source).unwrap_or_else(|_| null()))
    }

    /// Stands in for an expression that could not be compiled, so that the rest of a file can be checked.
    pub fn never() -> Self {
        Expression::new("", OnceLock::from(null()))
    }

    fn new(source: &str, ast: OnceLock<IdedExpr>) -> Self {
        Expression { source: source.to_owned(), ast, paths: OnceLock::new(), trusted: false, overrun: OnceLock::new() }
    }

    /// Why it cost too much for a resource, if it did: its results are then unusable. Built-in rules are exempt: there the resource is
    /// extreme, not the expression.
    pub fn overrun(&self) -> Option<&str> {
        self.overrun.get().map(String::as_str)
    }

    /// Its text.
    pub fn source(&self) -> &str {
        &self.source
    }

    /// The paths that the expression reads, such as `resource.encrypted` or `protection.plans[].rule`.
    pub fn paths(&self) -> &[Path] {
        self.paths.get_or_init(|| fact_paths::paths_read(self.ast()))
    }

    /// The texts that it compares facts with.
    pub fn compared(&self) -> Vec<Compared> {
        literals::compared(self.ast())
    }

    /// The functions it calls that do not exist.
    pub fn unknown_functions(&self) -> Vec<String> {
        let context = Context::with_env(Arc::clone(environment()));
        fact_paths::functions_called(self.ast())
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
        let typecheck::Checked { mut mistakes, constants } = typecheck::check(self.ast(), variables, condition);
        let nowhere = Scope::at(DateTime::UNIX_EPOCH);
        for (text, call) in &constants {
            if let Err(error) = CelValue::resolve_val(call, &nowhere.context) {
                mistakes.push(format!("`{text}`: {}", one_line(&error)));
            }
        }
        if condition && mistakes.is_empty() && self.paths().is_empty() {
            // It reads no variable, so its value is always the same.
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

    /// Evaluates to text for people: `none` for null; `None` for what was not read.
    pub fn text(&self, scope: &Scope) -> Option<String> {
        match self.evaluate(scope, |value| Some(functions::display(value))) {
            Outcome::Known(text) => Some(text),
            Outcome::Unknown(_) => None,
            Outcome::Absent(error) | Outcome::Broken(error) => Some(format!("({error})")),
        }
    }

    fn evaluate<T>(&self, scope: &Scope, read: impl Fn(&dyn Val) -> Option<T>) -> Outcome<T> {
        if let Some(why) = self.overrun() {
            return Outcome::Broken(why.to_owned());
        }
        budget::begin();
        let outcome = self.evaluate_counted(scope, read);
        match budget::overrun() {
            // This holds for any result, as in `too_much || true`.
            Some(why) => {
                let why = format!("`{}` {why}", shortened(&self.source));
                Outcome::Broken(if self.trusted { why } else { self.overrun.get_or_init(|| why).clone() })
            }
            None => outcome,
        }
    }

    fn evaluate_counted<T>(&self, scope: &Scope, read: impl Fn(&dyn Val) -> Option<T>) -> Outcome<T> {
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
        // CEL keeps one of two errors in an `||`: the other one, an unread fact, may still be what decided.
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

/// The beginning of a text that may be very long.
fn shortened(source: &str) -> String {
    match source.char_indices().nth(80) {
        Some((end, _)) => format!("{}…", &source[..end]),
        None => source.to_owned(),
    }
}

/// The evaluator's message on one line. (Messages about patterns span several.)
fn one_line(error: &ExecutionError) -> String {
    let text = match error {
        ExecutionError::FunctionError { message, .. } => message.clone(),
        error => error.to_string(),
    };
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Maximum bytes of an expression. Lists of several hundred accounts or ARNs are shorter.
const LONGEST: usize = 64 << 10;

/// Maximum depth of an expression, so that every recursive walk fits the stack of any thread: `a + b + …` is as deep as it has operators.
const DEEPEST: usize = 150;

/// The parser recurses as deep as an expression has parts. Up to this length, the stack of any thread is enough.
const SHORT: usize = 256;

/// Bytes of stack that the parser gets for each byte of an expression.
const STACK_A_BYTE: usize = 8 << 10;

fn parse(source: &str) -> Result<IdedExpr, String> {
    if source.len() > LONGEST {
        return Err(format!("the expression is longer than {} KiB", LONGEST >> 10));
    }
    if source.len() <= SHORT {
        return parse_here(source);
    }
    let size = (4 << 20) + source.len() * STACK_A_BYTE;
    std::thread::scope(|scope| {
        let parser = std::thread::Builder::new().stack_size(size).spawn_scoped(scope, || parse_here(source));
        let parsed = parser
            .map_err(|error| error.to_string())
            .and_then(|parser| parser.join().map_err(|_| "the parser stopped unexpectedly".to_owned()));
        parsed.unwrap_or_else(|error| Err(format!("cannot read the expression: {error}")))
    })
}

fn parse_here(source: &str) -> Result<IdedExpr, String> {
    let program = environment().compile(source).map_err(|errors| {
        let text = errors.to_string();
        let first = text.lines().find(|line| line.contains("ERROR")).unwrap_or(&text);
        // Errors of macros are wrapped in the debug form of the parser's error.
        let said = first.split_once("msg: \"").and_then(|(_, rest)| rest.split('"').next()).unwrap_or(first);
        format!("cannot read the expression: {}", said.trim())
    })?;
    let depth = rewrite::depth(program.expression());
    if depth > DEEPEST {
        return Err(format!(
            "the expression is {depth} levels deep; the maximum is {DEEPEST}: a chain such as `a + b + c` is as deep as it is long"
        ));
    }
    let mut ast = program.expression().clone();
    rewrite::rewrite(&mut ast, false);
    Ok(ast)
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
    pub fn bind(&mut self, name: &str, json: &serde_json::Value, shape: &'static Shape, reasons: &Arc<Reasons>) {
        self.context.add_variable_as_val(name, value::to_cel(json, shape, reasons));
    }

    /// Binds a variable to fields, which are read when they are asked for.
    pub fn bind_fields(&mut self, name: &str, fields: &Arc<dyn Fields>, shape: &'static Shape, reasons: &Arc<Reasons>) {
        match shape {
            Shape::Record(declared) => self.context.add_variable_as_val(name, value::record(fields, declared, reasons)),
            _ => debug_assert!(false, "{name} has no fields"),
        }
    }

    /// A scope within this one.
    pub fn inner(&self) -> Scope<'_> {
        Scope { context: self.context.new_inner_scope() }
    }
}
