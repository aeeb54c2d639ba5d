//! Functions on numbers.

use super::{Arguments, Fault, Outcome, known, list, refuse};
use crate::template::declaration::Value;
use crate::template::terraform::value::{as_number, number};

pub(super) fn apply(name: &str, arguments: &Arguments<'_>) -> Outcome {
    let result = match name {
        "abs" => arguments.number(0)?.abs(),
        "ceil" => arguments.number(0)?.ceil(),
        "floor" => arguments.number(0)?.floor(),
        "signum" => match arguments.number(0)? {
            of if of > 0.0 => 1.0,
            of if of < 0.0 => -1.0,
            _ => 0.0,
        },
        "log" => arguments.number(0)?.ln() / arguments.number(1)?.ln(),
        "pow" => arguments.number(0)?.powf(arguments.number(1)?),
        "max" => fold(arguments, f64::max)?,
        "min" => fold(arguments, f64::min)?,
        "sum" => {
            let mut sum = 0.0;
            for item in list(arguments.node(0)?)? {
                let Some(item) = as_number(known(&item.value)?) else { return refuse("an item is not a number") };
                sum += item;
            }
            sum
        }
        _ => {
            let base = arguments.count(1)?;
            let digits = arguments.scalar(0)?;
            let parsed = u32::try_from(base).ok().filter(|base| (2..=36).contains(base)).map(|base| i64::from_str_radix(&digits, base));
            return match parsed {
                Some(Ok(parsed)) => Ok(Value::Number(parsed.into())),
                _ => refuse("not a number of this base"),
            };
        }
    };
    number(result).ok_or_else(|| Fault::Invalid("the result is not a number".to_string()))
}

fn fold(arguments: &Arguments<'_>, of: fn(f64, f64) -> f64) -> Result<f64, Fault> {
    let numbers = (0..arguments.given.len()).map(|index| arguments.number(index)).collect::<Result<Vec<_>, _>>()?;
    numbers.into_iter().reduce(of).map_or_else(|| refuse("an argument is missing"), Ok)
}
