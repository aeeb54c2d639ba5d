//! Blocks of IP addresses: `cidrhost`, `cidrnetmask`, `cidrsubnet`, `cidrsubnets`, and OpenTofu's `cidrcontains`.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::{Arguments, Fault, Outcome, refuse};
use crate::template::declaration::Value;
use crate::template::terraform::value::text;

/// A CIDR block: its first address, its prefix length, and the number of bits of an address.
#[derive(Clone, Copy)]
struct Block {
    first: u128,
    prefix: u32,
    bits: u32,
}

pub(super) fn apply(name: &str, arguments: &Arguments<'_>) -> Outcome {
    let block = block(&arguments.scalar(0)?)?;
    match name {
        "cidrhost" => host(block, arguments.number(1)?),
        "cidrnetmask" if block.bits == 128 => refuse("IPv6 has no netmasks"),
        "cidrnetmask" => Ok(text(address(mask(block), block.bits))),
        "cidrsubnet" => Ok(text(subnet(block, arguments.count(1)?, arguments.count(2)?)?.written())),
        "cidrcontains" => {
            let other = arguments.scalar(1)?;
            let inner = if other.contains('/') { self::block(&other)? } else { self::block(&format!("{other}/{}", block.bits))? };
            if inner.bits != block.bits {
                return refuse("one is IPv4, the other IPv6");
            }
            Ok(Value::Bool(inner.prefix >= block.prefix && inner.first & mask(block) == block.first))
        }
        _ => subnets(block, arguments),
    }
}

fn block(of: &str) -> Result<Block, Fault> {
    let parsed = of.split_once('/').and_then(|(address, prefix)| Some((address.parse().ok()?, prefix.parse().ok()?)));
    let Some((address, prefix)) = parsed else { return refuse(format!("{of} is not a block of addresses")) };
    let (number, bits) = match address {
        IpAddr::V4(address) => (u128::from(u32::from(address)), 32),
        IpAddr::V6(address) => (u128::from(address), 128),
    };
    if prefix > bits {
        return refuse(format!("{of} is not a block of addresses"));
    }
    let block = Block { first: number, prefix, bits };
    Ok(Block { first: number & mask(block), ..block })
}

/// The number of addresses of a block, minus one.
fn last_of(bits: u32) -> u128 {
    1_u128.checked_shl(bits).map_or(u128::MAX, |count| count - 1)
}

fn mask(block: Block) -> u128 {
    last_of(block.bits) & !last_of(block.bits - block.prefix)
}

fn address(number: u128, bits: u32) -> String {
    match (bits, u32::try_from(number)) {
        (32, Ok(number)) => Ipv4Addr::from(number).to_string(),
        _ => Ipv6Addr::from(number).to_string(),
    }
}

impl Block {
    fn written(self) -> String {
        format!("{}/{}", address(self.first, self.bits), self.prefix)
    }
}

/// A negative number counts from the end of the block.
fn host(block: Block, number: f64) -> Outcome {
    let last = last_of(block.bits - block.prefix);
    if number.fract() != 0.0 || number.abs() > 9e15 {
        return refuse("an argument is not a whole number");
    }
    let offset = if number < 0.0 { (last + 1).checked_sub(-number as u128) } else { Some(number as u128) };
    match offset.filter(|offset| *offset <= last) {
        Some(offset) => Ok(text(address(block.first + offset, block.bits))),
        None => refuse(format!("{} has no such address", block.written())),
    }
}

fn subnet(block: Block, new_bits: usize, number: usize) -> Result<Block, Fault> {
    let prefix = u32::try_from(new_bits).ok().and_then(|new| block.prefix.checked_add(new)).filter(|prefix| *prefix <= block.bits);
    let Some(prefix) = prefix else { return refuse("too few bits are left") };
    if number as u128 > last_of(prefix - block.prefix) {
        return refuse("there is no such subnet");
    }
    let offset = (number as u128).checked_shl(block.bits - prefix).unwrap_or(0);
    Ok(Block { first: block.first + offset, prefix, ..block })
}

/// Consecutive blocks, each at the first possible address.
fn subnets(block: Block, arguments: &Arguments<'_>) -> Outcome {
    let mut next = Some(block.first);
    let end = block.first + last_of(block.bits - block.prefix);
    let mut made = Vec::new();
    for index in 1..arguments.given.len() {
        let Block { prefix, bits, .. } = subnet(block, arguments.count(index)?, 0)?;
        let size = last_of(bits - prefix);
        let first = next.and_then(|next| next.checked_add(size)).map(|first| first & !size);
        let last = first.and_then(|first| first.checked_add(size)).filter(|last| *last <= end);
        let (Some(first), Some(last)) = (first, last) else { return refuse("there is no room for all of them") };
        made.push(Block { first, prefix, bits }.written());
        next = last.checked_add(1);
    }
    Ok(arguments.texts(made))
}
