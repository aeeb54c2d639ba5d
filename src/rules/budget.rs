//! Limits the cost of an evaluation: the steps of its loops, and the values that it makes and reads. An expression that doubles a text forty
//! times, or loops over the result of a loop, fails with an error before it exhausts the memory.
//!
//! [`super::rewrite`] wraps the parts of an expression whose cost can exceed their length in these functions.

use super::extensions::cel_with_extensions;
use cel::common::ast::{CallExpr, Expr, IdedExpr};
use cel::common::types::{CelBytes, CelInt, CelList, CelMap, CelString, DYN_TYPE};
use cel::common::value::{CowVal, Val};
use cel::{Context, DeclarationError, Env, ExecutionError, Value};
use std::cell::Cell;
use std::sync::{Arc, LazyLock};

/// Maximum steps of one evaluation. The built-in rules need a few thousand for a resource with many backups.
const MOST_STEPS: u64 = 1_000_000;

/// Bytes of text that cost as much as one list element.
const TEXT_STEP: u64 = 8;

/// Maximum digits after the decimal point: `format` pads to as many as the expression asks for.
const MOST_DIGITS: u64 = 100;

/// Wraps the range of a loop: charges for its rounds, each weighted by the size of the loop body.
pub const COUNTED: &str = "@counted";

/// Wraps a value that is made, or read in a loop: charges for its elements and its text.
pub const WEIGHED: &str = "@weighed";

/// Replaces a function whose result or run time can far exceed its input: charges before the call.
pub const PRICED: &str = "@priced";

/// The functions that [`PRICED`] calls: member functions of a text or list, and `range` of `lists`.
pub const TO_PRICE: [&str; 8] = ["replace", "join", "split", "distinct", "indexOf", "lastIndexOf", "format", "range"];

/// The environment in which [`PRICED`] calls them: all are functions of CEL's extensions. A test shows that the extensions do not conflict.
static PRICED_ENVIRONMENT: LazyLock<Arc<Env>> = LazyLock::new(|| Arc::new(cel_with_extensions().unwrap_or_else(|_| Env::stdlib())));

/// Maximum arguments of [`PRICED`]: the function's name, and at most four of its own.
const MOST_ARGUMENTS: usize = 5;

thread_local! {
    static STEPS: Cell<u64> = const { Cell::new(0) };
}

/// Resets the count for a new evaluation.
pub fn begin() {
    STEPS.set(0);
}

/// Why the evaluation costs too much, if it does.
pub fn overrun() -> Option<String> {
    (STEPS.get() > MOST_STEPS)
        .then(|| format!("takes more than {MOST_STEPS} steps, counting the rounds of its loops and the texts and lists that it makes"))
}

fn charge(steps: u64) -> Result<(), ExecutionError> {
    STEPS.set(STEPS.get().saturating_add(steps));
    overrun().map_or(Ok(()), |why| Err(ExecutionError::function_error("budget", format!("the expression {why}"))))
}

/// Declares the functions.
///
/// # Errors
/// A name that is declared already.
pub fn register(env: &mut Env) -> Result<(), DeclarationError> {
    env.add_overload(COUNTED, COUNTED, vec![DYN_TYPE, DYN_TYPE], counted)?;
    env.add_overload(WEIGHED, WEIGHED, vec![DYN_TYPE], weighed)?;
    for arguments in 2..=MOST_ARGUMENTS {
        env.add_overload(PRICED, &format!("{PRICED}{arguments}"), (0..arguments).map(|_| DYN_TYPE).collect(), priced)?;
    }
    Ok(())
}

fn nothing(function: &str) -> ExecutionError {
    ExecutionError::function_error(function, "no argument")
}

fn counted<'b, 'v>(args: Vec<CowVal<'b, 'v>>) -> Result<CowVal<'b, 'v>, ExecutionError> {
    let mut args = args.into_iter();
    let (range, weight) = (args.next().ok_or_else(|| nothing(COUNTED))?, args.next());
    let weight = weight.map_or(1, |weight| integer(weight.as_ref()));
    charge(length(range.as_ref()).saturating_mul(weight))?;
    Ok(range)
}

fn weighed<'b, 'v>(mut args: Vec<CowVal<'b, 'v>>) -> Result<CowVal<'b, 'v>, ExecutionError> {
    let value = args.pop().ok_or_else(|| nothing(WEIGHED))?;
    let left = MOST_STEPS.saturating_sub(STEPS.get()).saturating_add(1);
    charge(weight_of(value.as_ref(), left))?;
    Ok(value)
}

/// The weight of a value with all its elements; stops counting at `enough`.
fn weight_of(value: &dyn Val, enough: u64) -> u64 {
    if let Some(text) = value.downcast_ref::<CelString>() {
        return text_weight(text.inner().len() as u64);
    }
    if let Some(bytes) = value.downcast_ref::<CelBytes>() {
        return text_weight(bytes.inner().len() as u64);
    }
    let mut weight: u64 = 1;
    if let Some(list) = value.downcast_ref::<CelList>() {
        for item in list.inner() {
            if weight > enough {
                break;
            }
            weight = weight.saturating_add(weight_of(item.as_ref(), enough - weight));
        }
    } else if let Some(map) = value.downcast_ref::<CelMap>() {
        for (key, item) in map.inner() {
            if weight > enough {
                break;
            }
            weight = weight.saturating_add(weight_of(key.inner(), enough - weight));
            weight = weight.saturating_add(weight_of(item.as_ref(), enough.saturating_sub(weight)));
        }
    }
    weight
}

fn text_weight(bytes: u64) -> u64 {
    1 + bytes / TEXT_STEP
}

/// Elements of a list or map, bytes of a text.
fn length(value: &dyn Val) -> u64 {
    match value.downcast_ref::<CelString>() {
        Some(text) => text.inner().len() as u64,
        None => value.as_sizer().map_or(0, |sizer| u64::try_from(*sizer.size().inner()).unwrap_or(0)),
    }
}

fn integer(value: &dyn Val) -> u64 {
    value.downcast_ref::<CelInt>().and_then(|number| u64::try_from(*number.inner()).ok()).unwrap_or(0)
}

/// Charges for the call of a function, then calls it. Arguments: the function's name, its target, and its own arguments.
fn priced<'b, 'v>(args: Vec<CowVal<'b, 'v>>) -> Result<CowVal<'b, 'v>, ExecutionError> {
    let mut args = args.into_iter();
    let name = args.next().ok_or_else(|| nothing(PRICED))?;
    let name = name.downcast_ref::<CelString>().map(|name| name.inner().to_owned()).ok_or_else(|| nothing(PRICED))?;
    let values: Vec<CowVal<'b, 'v>> = args.collect();
    charge(price(&name, &values)?)?;
    let mut context = Context::with_env(Arc::clone(&PRICED_ENVIRONMENT));
    let mut names = Vec::with_capacity(values.len());
    for (at, value) in values.into_iter().enumerate() {
        let variable = format!("@{at}");
        context.add_variable_as_val(&variable, value.into_owned());
        names.push(ident(variable));
    }
    let target = if name == "range" { ident("lists".to_owned()) } else { names.remove(0) };
    let call = CallExpr { func_name: name, target: Some(Box::new(target)), args: names };
    let result = Value::resolve_val(&IdedExpr { id: 0, expr: Expr::Call(call) }, &context)?.into_owned();
    Ok(CowVal::Owned(result))
}

fn ident(name: String) -> IdedExpr {
    IdedExpr { id: 0, expr: Expr::Ident(name) }
}

/// The cost of a call. The function itself rejects values of the wrong type.
fn price(name: &str, values: &[CowVal]) -> Result<u64, ExecutionError> {
    let value = |at: usize| values.get(at).map(|value| value.as_ref());
    let size = |at: usize| value(at).map_or(0, length);
    let weight = |at: usize| value(at).map_or(0, |value| weight_of(value, MOST_STEPS));
    Ok(match name {
        // With an empty search text, it inserts the replacement between all characters.
        "replace" => {
            let places = size(0).checked_div(size(1)).unwrap_or_else(|| size(0) + 1);
            text_weight(size(0).saturating_add(places.saturating_mul(size(2))))
        }
        "split" => text_weight(size(0)) + size(0).checked_div(size(1)).unwrap_or_else(|| size(0)),
        "join" => weight(0).saturating_add(text_weight(size(0).saturating_mul(size(1)))),
        // It compares each element with each one before.
        "distinct" => weight(0).saturating_add(size(0).saturating_mul(size(0)) / 16),
        "indexOf" | "lastIndexOf" => text_weight(size(0)).saturating_add(size(0).saturating_mul(size(1)) / 64),
        "range" => value(0).map_or(0, integer),
        "format" => {
            let text = value(0).and_then(|text| text.downcast_ref::<CelString>());
            let digits = text.map_or(0, |text| most_digits(text.inner()));
            if digits > MOST_DIGITS {
                let what = format!("asks for {digits} digits; the maximum is {MOST_DIGITS}");
                return Err(ExecutionError::function_error("format", what));
            }
            text_weight(size(0)).saturating_add(weight(1).saturating_mul(4))
        }
        _ => 0,
    })
}

/// The largest number in a text.
fn most_digits(text: &str) -> u64 {
    let numbers = text.split(|character: char| !character.is_ascii_digit()).filter(|number| !number.is_empty());
    numbers.map(|number| number.parse().unwrap_or(u64::MAX)).max().unwrap_or(0)
}
