//! Walks through a CBOR value (RFC 8949), so that the same visitor checks the members of answers in JSON and in CBOR. Keeps no value.

use serde::de::{self, DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde::forward_to_deserialize_any;
use std::fmt;

/// The deepest nesting, as in `serde_json`.
const DEPTH: u8 = 128;

/// The length of items that end with [`BREAK`] (section 3.2).
const INDEFINITE: u8 = 31;
const BREAK: u8 = 0xff;

/// Why a value cannot be read.
#[derive(Debug, PartialEq, Eq)]
pub enum Problem {
    Cut,
    Garbled,
    /// The visitor refuses it.
    Refused,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self:?}")
    }
}

impl std::error::Error for Problem {}

impl de::Error for Problem {
    fn custom<T: fmt::Display>(_: T) -> Problem {
        Problem::Refused
    }
}

/// The bytes that are not read yet.
pub struct Reader<'b> {
    left: &'b [u8],
    depth: u8,
}

impl<'b> Reader<'b> {
    pub fn new(body: &'b [u8]) -> Reader<'b> {
        Reader { left: body, depth: DEPTH }
    }

    pub fn is_at_end(&self) -> bool {
        self.left.is_empty()
    }

    fn take(&mut self, count: u64) -> Result<&'b [u8], Problem> {
        let count = usize::try_from(count).map_err(|_| Problem::Cut)?;
        let (taken, left) = self.left.split_at_checked(count).ok_or(Problem::Cut)?;
        self.left = left;
        Ok(taken)
    }

    fn byte(&mut self) -> Result<u8, Problem> {
        self.take(1)?.first().copied().ok_or(Problem::Cut)
    }

    /// Whether the items of an indefinite length end here.
    fn ends(&mut self) -> Result<bool, Problem> {
        let ends = *self.left.first().ok_or(Problem::Cut)? == BREAK;
        if ends {
            self.byte()?;
        }
        Ok(ends)
    }

    /// The kind of an item and the argument of its first byte (section 3).
    fn head(&mut self) -> Result<(u8, u8), Problem> {
        let first = self.byte()?;
        Ok((first >> 5, first & 0x1f))
    }

    /// The number that an argument stands for; `None` for an indefinite length.
    fn number(&mut self, argument: u8) -> Result<Option<u64>, Problem> {
        let bytes = match argument {
            0..=23 => return Ok(Some(argument.into())),
            24..=27 => self.take(1 << (argument - 24))?,
            INDEFINITE => return Ok(None),
            _ => return Err(Problem::Garbled),
        };
        Ok(Some(bytes.iter().fold(0, |number, byte| number << 8 | u64::from(*byte))))
    }

    /// A string of bytes or of text, perhaps in chunks.
    fn string(&mut self, kind: u8, argument: u8) -> Result<Vec<u8>, Problem> {
        if let Some(length) = self.number(argument)? {
            return Ok(self.take(length)?.to_vec());
        }
        let mut whole = Vec::new();
        while !self.ends()? {
            let (of_chunk, argument) = self.head()?;
            let length = self.number(argument)?.filter(|_| of_chunk == kind).ok_or(Problem::Garbled)?;
            whole.extend_from_slice(self.take(length)?);
        }
        Ok(whole)
    }

    /// Reads what is inside a list, a map or a tag.
    fn inside<T>(&mut self, read: impl FnOnce(&mut Self) -> Result<T, Problem>) -> Result<T, Problem> {
        self.depth = self.depth.checked_sub(1).ok_or(Problem::Garbled)?;
        let value = read(self)?;
        self.depth += 1;
        Ok(value)
    }
}

impl<'de> Deserializer<'de> for &mut Reader<'_> {
    type Error = Problem;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Problem> {
        let (kind, argument) = self.head()?;
        match (kind, argument) {
            // A number below zero is told from others by nothing that a check needs.
            (0 | 1, _) => visitor.visit_u64(self.number(argument)?.ok_or(Problem::Garbled)?),
            (2, _) => visitor.visit_bytes(&self.string(kind, argument)?),
            (3, _) => visitor.visit_str(std::str::from_utf8(&self.string(kind, argument)?).map_err(|_| Problem::Garbled)?),
            (4 | 5, _) => {
                let left = self.number(argument)?;
                self.inside(|reader| {
                    let mut items = Items { left, reader };
                    let value = if kind == 4 { visitor.visit_seq(&mut items)? } else { visitor.visit_map(&mut items)? };
                    if items.next()? { Err(Problem::Refused) } else { Ok(value) }
                })
            }
            // A time is a number with a tag.
            (6, _) => {
                self.number(argument)?.ok_or(Problem::Garbled)?;
                self.inside(|reader| reader.deserialize_any(visitor))
            }
            (7, 20 | 21) => visitor.visit_bool(argument == 21),
            (7, 22 | 23) => visitor.visit_unit(),
            (7, 25..=27) => {
                self.number(argument)?;
                visitor.visit_f64(0.0)
            }
            _ => Err(Problem::Garbled),
        }
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 u8 u16 u32 u64 f32 f64 char str string bytes byte_buf option unit unit_struct newtype_struct seq tuple
        tuple_struct map struct enum identifier ignored_any
    }
}

/// The items of a list, or the pairs of a map, that are not read yet; `None` if a break ends them.
struct Items<'r, 'b> {
    left: Option<u64>,
    reader: &'r mut Reader<'b>,
}

impl Items<'_, '_> {
    /// Whether there is another one. After the end of an indefinite length, `left` is zero.
    fn next(&mut self) -> Result<bool, Problem> {
        match &mut self.left {
            Some(0) => Ok(false),
            Some(left) => {
                *left -= 1;
                Ok(true)
            }
            None => {
                let ends = self.reader.ends()?;
                if ends {
                    self.left = Some(0);
                }
                Ok(!ends)
            }
        }
    }
}

impl<'de> SeqAccess<'de> for &mut Items<'_, '_> {
    type Error = Problem;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, Problem> {
        if self.next()? { seed.deserialize(&mut *self.reader).map(Some) } else { Ok(None) }
    }
}

impl<'de> MapAccess<'de> for &mut Items<'_, '_> {
    type Error = Problem;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Problem> {
        if self.next()? { seed.deserialize(&mut *self.reader).map(Some) } else { Ok(None) }
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Problem> {
        seed.deserialize(&mut *self.reader)
    }
}
