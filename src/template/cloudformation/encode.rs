//! The arithmetic of `Fn::Base64` and `Fn::Cidr`.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Base64 with padding (RFC 4648).
pub fn base64(bytes: &[u8]) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for chunk in bytes.chunks(3) {
        let bits = chunk.iter().fold(0_u32, |bits, byte| (bits << 8) | u32::from(*byte)) << (8 * (3 - chunk.len()));
        for index in 0..4 {
            let six = (bits >> (18 - 6 * index)) & 63;
            text.push(if index <= chunk.len() { char::from(ALPHABET[six as usize]) } else { '=' });
        }
    }
    text
}

/// The first `count` subnets of a CIDR block; `bits` is the number of host bits (default: 8 for IPv4, 64 for IPv6). `None` if the block
/// is too small or is not valid.
pub fn cidr(block: &str, count: u32, bits: Option<u32>) -> Option<Vec<String>> {
    let (address, length) = block.trim().split_once('/')?;
    let (address, length): (IpAddr, u32) = (address.parse().ok()?, length.parse().ok()?);
    let (start, width) = match address {
        IpAddr::V4(address) => (u128::from(u32::from(address)), 32_u32),
        IpAddr::V6(address) => (u128::from(address), 128),
    };
    let bits = bits.unwrap_or(if width == 32 { 8 } else { 64 });
    let sub = width.checked_sub(bits)?;
    if !(1..=256).contains(&count) || bits == 0 || length == 0 || length > sub || (sub - length < 9 && count > 1 << (sub - length)) {
        return None;
    }
    let start = start & !((1_u128 << (width - length)) - 1);
    let block = |index: u32| {
        let address = start + (u128::from(index) << bits);
        let address = if width == 32 { IpAddr::V4(Ipv4Addr::from(address as u32)) } else { IpAddr::V6(Ipv6Addr::from(address)) };
        format!("{address}/{sub}")
    };
    Some((0..count).map(block).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_as_in_the_rfc() {
        for (plain, encoded) in [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="), ("foobar", "Zm9vYmFy")] {
            assert_eq!(base64(plain.as_bytes()), encoded);
        }
    }

    #[test]
    fn blocks() {
        assert_eq!(cidr("10.0.0.0/16", 2, None).unwrap(), ["10.0.0.0/24", "10.0.1.0/24"]);
        assert_eq!(cidr("192.168.0.9/24", 6, Some(5)).unwrap()[5], "192.168.0.160/27");
        assert_eq!(cidr("2001:db8::/56", 2, Some(64)).unwrap()[1], "2001:db8:0:1::/64");
        for (block, count, bits) in [
            ("10.0.0.0/24", 2, None),
            ("10.0.0.0/16", 0, None),
            ("10.0.0.0/16", 300, None),
            ("x/1", 1, None),
            ("10.0.0.0/16", 1, Some(40)),
            ("::/1", 1, Some(128)),
        ] {
            assert_eq!(cidr(block, count, bits), None, "{block}");
        }
    }
}
