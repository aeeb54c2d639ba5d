//! CBOR (RFC 8949) as JSON values, so that the same visitor checks the members of answers in both forms.

use minicbor::data::Type;
use minicbor::decode::{Decoder, Error};
use serde_json::{Map, Value};

/// The deepest nesting, as in `serde_json`.
const DEPTH: u8 = 128;

/// The value that `body` holds, and nothing after it. Keeps lists, maps and null; every other value, which a check only needs to be there,
/// is `true`.
pub fn value(body: &[u8]) -> Result<Value, Error> {
    let mut decoder = Decoder::new(body);
    let value = next(&mut decoder, DEPTH)?;
    if decoder.position() < body.len() { Err(Error::message("more than one value")) } else { Ok(value) }
}

fn next(decoder: &mut Decoder, depth: u8) -> Result<Value, Error> {
    let inside = depth.checked_sub(1).ok_or_else(|| Error::message("nested too deep"));
    match decoder.datatype()? {
        Type::Map | Type::MapIndef => {
            let (mut left, inside) = (decoder.map()?, inside?);
            let mut members = Map::new();
            while has_next(decoder, &mut left)? {
                members.insert(text(decoder)?, next(decoder, inside)?);
            }
            Ok(Value::Object(members))
        }
        Type::Array | Type::ArrayIndef => {
            let (mut left, inside) = (decoder.array()?, inside?);
            let mut elements = Vec::new();
            while has_next(decoder, &mut left)? {
                elements.push(next(decoder, inside)?);
            }
            Ok(Value::Array(elements))
        }
        // A time is a number with a tag.
        Type::Tag => {
            decoder.tag()?;
            next(decoder, inside?)
        }
        Type::Null | Type::Undefined => decoder.skip().map(|()| Value::Null),
        Type::Break | Type::Unknown(_) => Err(Error::message("no value")),
        _ => decoder.skip().map(|()| Value::Bool(true)),
    }
}

/// Whether a list or a map has another element. `left` has how many; `None` if a break ends it.
fn has_next(decoder: &mut Decoder, left: &mut Option<u64>) -> Result<bool, Error> {
    match left {
        Some(0) => Ok(false),
        Some(left) => {
            *left -= 1;
            Ok(true)
        }
        None if decoder.datatype()? == Type::Break => decoder.skip().map(|()| false),
        None => Ok(true),
    }
}

fn text(decoder: &mut Decoder) -> Result<String, Error> {
    decoder.str_iter()?.collect()
}
