//! Symbols: placeholders in names, ARNs and policies of a template for values that are known only after deployment, such as `${AWS::Region}`.

/// Whether a name, an ARN, an account or a Region contains a symbol.
pub fn is_symbolic(text: &str) -> bool {
    text.contains("${")
}

/// The path of the reason why a symbol in a policy is unknown ([`super::Declared::unknown`]).
pub fn symbol_path(property: &str, symbol: &str) -> String {
    format!("{property}.{symbol}")
}

/// Whether `${…}` around it is a policy variable: a condition key, or one of the three escapes of special characters ("IAM policy elements:
/// Variables and tags" in the IAM user guide).
pub fn is_policy_variable(inside: &str) -> bool {
    let key = inside.split_once(':').is_some_and(|(service, name)| {
        let is_service = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
        !service.is_empty() && service.bytes().all(is_service) && name.starts_with(|first: char| first.is_ascii_alphabetic())
    });
    key || matches!(inside, "*" | "?" | "$")
}

/// The path of the reasons why a list may have further elements ([`super::Declared::unknown`]).
pub fn more_path(list: &str) -> String {
    format!("{list}[]")
}
