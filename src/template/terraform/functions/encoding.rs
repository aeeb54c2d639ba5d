//! Encodings of texts: base64, percent encoding, CSV, YAML.

use super::{Arguments, Fault, Outcome, refuse};
use crate::template::declaration::{Node, Value};
use crate::template::terraform::value::text;

pub(super) fn apply(name: &str, arguments: &Arguments<'_>) -> Outcome {
    let of = arguments.scalar(0)?;
    match name {
        "base64encode" => Ok(text(base64(of.as_bytes()))),
        "base64decode" => match String::from_utf8(decoded(&of)?) {
            Ok(plain) => Ok(text(plain)),
            Err(_) => refuse("it does not decode to valid UTF-8"),
        },
        "textencodebase64" => Ok(text(base64(&encode_text(&of, &arguments.scalar(1)?)?))),
        "textdecodebase64" => Ok(text(decode_text(&decoded(&of)?, &arguments.scalar(1)?)?)),
        "urlencode" => Ok(text(percent_encoded(&of))),
        "urldecode" => percent_decoded(&of),
        _ => csv(&of, arguments),
    }
}

/// Base64 with padding, as `Fn::Base64` writes it.
pub(super) fn base64(bytes: &[u8]) -> String {
    crate::template::cloudformation::base64(bytes)
}

/// RFC 4648, section 4; ignores line breaks, as Go does.
fn decoded(of: &str) -> Result<Vec<u8>, Fault> {
    let digits: Vec<u8> = of.bytes().filter(|byte| !matches!(byte, b'\n' | b'\r')).collect();
    let whole = digits.len().is_multiple_of(4);
    let unpadded = digits.strip_suffix(b"==").or_else(|| digits.strip_suffix(b"=")).unwrap_or(&digits);
    let mut bytes = Vec::with_capacity(digits.len() / 4 * 3);
    for chunk in unpadded.chunks(4) {
        let mut bits = 0_u32;
        for digit in chunk {
            let six = match digit {
                b'A'..=b'Z' => digit - b'A',
                b'a'..=b'z' => digit - b'a' + 26,
                b'0'..=b'9' => digit - b'0' + 52,
                b'+' => 62,
                b'/' => 63,
                _ => return refuse("it is not base64"),
            };
            bits = (bits << 6) | u32::from(six);
        }
        let bits = bits << (6 * (4 - chunk.len()));
        bytes.extend(bits.to_be_bytes().iter().skip(1).take(chunk.len() * 6 / 8));
    }
    if whole { Ok(bytes) } else { refuse("it is not base64") }
}

/// The IANA encodings that Rust supports without tables; others are not evaluated.
fn encode_text(of: &str, encoding: &str) -> Result<Vec<u8>, Fault> {
    let narrow = |limit: u32| {
        let byte = |letter: char| u8::try_from(u32::from(letter)).ok().filter(|_| u32::from(letter) < limit);
        of.chars().map(byte).collect::<Option<Vec<u8>>>().map_or_else(|| refuse("the encoding lacks a character of the text"), Ok)
    };
    match encoding.to_ascii_uppercase().as_str() {
        "UTF-8" => Ok(of.as_bytes().to_vec()),
        "UTF-16LE" => Ok(of.encode_utf16().flat_map(u16::to_le_bytes).collect()),
        "UTF-16BE" => Ok(of.encode_utf16().flat_map(u16::to_be_bytes).collect()),
        "US-ASCII" => narrow(0x80),
        "ISO-8859-1" => narrow(0x100),
        _ => Err(Fault::NotEvaluated),
    }
}

fn decode_text(bytes: &[u8], encoding: &str) -> Result<String, Fault> {
    let wide = |of: fn([u8; 2]) -> u16| {
        let units = bytes.chunks(2).map(|pair| <[u8; 2]>::try_from(pair).ok().map(of)).collect::<Option<Vec<u16>>>();
        units.and_then(|units| String::from_utf16(&units).ok())
    };
    let made = match encoding.to_ascii_uppercase().as_str() {
        "UTF-8" => String::from_utf8(bytes.to_vec()).ok(),
        "UTF-16LE" => wide(u16::from_le_bytes),
        "UTF-16BE" => wide(u16::from_be_bytes),
        "US-ASCII" => bytes.is_ascii().then(|| bytes.iter().copied().map(char::from).collect()),
        "ISO-8859-1" => Some(bytes.iter().copied().map(char::from).collect()),
        _ => return Err(Fault::NotEvaluated),
    };
    made.map_or_else(|| refuse("the bytes are not valid in this encoding"), Ok)
}

/// Go's `url.QueryEscape`: a blank becomes `+`.
fn percent_encoded(of: &str) -> String {
    let one = |byte: u8| match byte {
        b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => char::from(byte).to_string(),
        b' ' => "+".to_string(),
        _ => format!("%{byte:02X}"),
    };
    of.bytes().map(one).collect()
}

fn percent_decoded(of: &str) -> Outcome {
    let mut bytes = Vec::with_capacity(of.len());
    let mut rest = of.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'+' => b' ',
            b'%' => {
                let digit =
                    |byte: Option<u8>| byte.and_then(|byte| char::from(byte).to_digit(16)).and_then(|digit| u8::try_from(digit).ok());
                let (Some(high), Some(low)) = (digit(rest.next()), digit(rest.next())) else { return refuse("a % without two digits") };
                high << 4 | low
            }
            other => other,
        });
    }
    String::from_utf8(bytes).map_or_else(|_| refuse("it does not decode to valid UTF-8"), |plain| Ok(text(plain)))
}

/// A map of strings for each row below the header.
fn csv(of: &str, arguments: &Arguments<'_>) -> Outcome {
    let mut reader = csv::Reader::from_reader(of.as_bytes());
    let Ok(header) = reader.headers().cloned() else { return refuse("it is not CSV") };
    let mut rows = Vec::new();
    for record in reader.records() {
        let Ok(record) = record else { return refuse("a row is not CSV, or its number of fields differs from the header") };
        let entry = |(name, field): (&str, &str)| (name.to_string(), arguments.at(text(field)));
        rows.push(Node::new(arguments.here, Value::Map(header.iter().zip(record.iter()).map(entry).collect())));
    }
    Ok(Value::List(rows))
}
