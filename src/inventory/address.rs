//! Terraform addresses of resources: `module.storage["a"].aws_s3_bucket.logs[0]`.

/// An address in its parts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Address<'a> {
    /// The path of modules, without a dot at its end; empty in the root module.
    pub module: &'a str,
    pub type_name: &'a str,
    pub name: &'a str,
    /// The key of `count` or `for_each` with its brackets; empty if there is none.
    pub index: &'a str,
    /// A block inside the resource that counts as a resource of its own, and its key: `replica` and `["eu-west-1"]`.
    pub block: Option<(&'a str, &'a str)>,
}

impl<'a> Address<'a> {
    /// Reads an address; `None` if it is not that of a managed resource.
    pub fn parse(address: &'a str) -> Option<Self> {
        let mut rest = address;
        while rest.starts_with("module.") {
            let (_, after) = step(rest)?;
            let (_, after) = step(after)?;
            rest = after;
        }
        let module = address.strip_suffix(rest)?.trim_end_matches('.');
        let (type_name, after) = step(rest)?;
        let (name, after) = step(after)?;
        let (name, index) = keyed(name);
        let block = if after.is_empty() { None } else { Some(keyed(after)) };
        (type_name != "data" && !name.is_empty()).then_some(Address { module, type_name, name, index, block })
    }

    /// The address inside its module, by which other resources of the module refer to it.
    pub fn reference(&self) -> String {
        format!("{}.{}{}", self.type_name, self.name, self.index)
    }
}

/// The first step of an address, with its key, and what follows its dot.
fn step(address: &str) -> Option<(&str, &str)> {
    let (mut quoted, mut escaped, mut depth) = (false, false, 0_u32);
    for (at, letter) in address.char_indices() {
        match letter {
            _ if escaped => escaped = false,
            '\\' => escaped = quoted,
            '"' => quoted = !quoted,
            '[' if !quoted => depth += 1,
            ']' if !quoted => depth = depth.saturating_sub(1),
            '.' if !quoted && depth == 0 => return Some((&address[..at], &address[at + 1..])),
            _ => {}
        }
    }
    (!address.is_empty()).then_some((address, ""))
}

/// A step without its key, and the key with its brackets.
fn keyed(step: &str) -> (&str, &str) {
    step.find('[').map_or((step, ""), |at| step.split_at(at))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_read_with_its_modules_and_keys() {
        let address = Address::parse(r#"module.a["x.y]\"."].module.b.aws_s3_bucket.logs["k.[1]"]"#).expect("an address");
        assert_eq!(address.module, r#"module.a["x.y]\"."].module.b"#);
        assert_eq!((address.type_name, address.name, address.index), ("aws_s3_bucket", "logs", r#"["k.[1]"]"#));
        assert_eq!(address.reference(), r#"aws_s3_bucket.logs["k.[1]"]"#);
        let replica = Address::parse(r#"aws_dynamodb_table.t[0].replica["eu-west-1"]"#).expect("an address");
        assert_eq!((replica.name, replica.index, replica.block), ("t", "[0]", Some(("replica", r#"["eu-west-1"]"#))));
        for not_managed in ["", "module.a", "data.aws_kms_key.k", "module.a.data.aws_kms_key.k", "Logical"] {
            assert_eq!(Address::parse(not_managed), None, "{not_managed}");
        }
    }
}
