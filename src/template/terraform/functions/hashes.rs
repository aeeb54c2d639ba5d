//! Digests of texts and files, and `uuidv5`, which is one.

use md5::Md5;
use sha1::Sha1;
use sha2::digest::Digest;
use sha2::{Sha256, Sha512};

use super::encoding::base64;
use super::{Arguments, Outcome, refuse};
use crate::template::terraform::value::text;

/// A digest by the name of its function without the prefix `file`.
pub(super) fn digest(name: &str, bytes: &[u8]) -> Option<String> {
    Some(match name {
        "md5" => hexadecimal(&Md5::digest(bytes)),
        "sha1" => hexadecimal(&Sha1::digest(bytes)),
        "sha256" => hexadecimal(&Sha256::digest(bytes)),
        "sha512" => hexadecimal(&Sha512::digest(bytes)),
        "base64sha256" => base64(&Sha256::digest(bytes)),
        "base64sha512" => base64(&Sha512::digest(bytes)),
        _ => return None,
    })
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// `uuidv5(namespace, name)`: RFC 9562, section 5.5; the namespaces with names are those of its section 6.6.
pub(super) fn uuidv5(arguments: &Arguments<'_>) -> Outcome {
    let namespace = arguments.scalar(0)?;
    let known = |digit: u8| format!("6ba7b81{digit}9dad11d180b400c04fd430c8");
    let namespace = match namespace.as_str() {
        "dns" => known(0),
        "url" => known(1),
        "oid" => known(2),
        "x500" => known(4),
        other => other.replace('-', ""),
    };
    let Ok(number) = u128::from_str_radix(&namespace, 16) else { return refuse("the namespace is not a UUID") };
    if namespace.len() != 32 {
        return refuse("the namespace is not a UUID");
    }
    let digest = Sha1::digest([&number.to_be_bytes(), arguments.scalar(1)?.as_bytes()].concat());
    let first = digest.iter().take(16).fold(0_u128, |all, byte| (all << 8) | u128::from(*byte));
    let made = (first & !(0xF << 76) & !(0b11 << 62)) | (5 << 76) | (0b10 << 62);
    let digits = format!("{made:032x}");
    let group = |from: usize, to: usize| digits.get(from..to).unwrap_or_default();
    Ok(text(format!("{}-{}-{}-{}-{}", group(0, 8), group(8, 12), group(12, 16), group(16, 20), group(20, 32))))
}
