//! Names with symbols: `${Environment}-orders` in a template may become the name that a selection contains.

use crate::inventory::is_symbolic;

#[derive(Clone, Copy, PartialEq)]
enum Token<'t> {
    Literal(char),
    /// `*` of a pattern: any text.
    Any,
    /// `${…}`: some text, the same wherever the symbol is the same.
    Symbol(&'t str),
}

/// Whether `pattern` may match `arn` once the symbols of both have their values. Different symbols count as different values: the generated
/// names of two resources are never the same.
pub fn may_match(pattern: &str, arn: &str) -> bool {
    if !is_symbolic(pattern) && !is_symbolic(arn) {
        return false;
    }
    // Most pairs in a template are like this: two generated names.
    if let (Some(one), Some(other)) = (last_symbol(pattern), last_symbol(arn))
        && one != other
    {
        return false;
    }
    // The literal text before the first wildcard or symbol decides most other pairs.
    let (one, other) = (spelt_out(pattern), spelt_out(arn));
    if !one.starts_with(other) && !other.starts_with(one) {
        return false;
    }
    let (pattern, arn) = (tokens(pattern, true), tokens(arn, false));
    // reachable[j]: the pattern up to here may match the first j tokens of the ARN.
    let mut reachable = vec![false; arn.len() + 1];
    reachable[0] = true;
    for j in 0..arn.len() {
        reachable[j + 1] = reachable[j] && matches!(arn[j], Token::Symbol(_));
    }
    for step in &pattern {
        let mut next = vec![false; arn.len() + 1];
        next[0] = reachable[0] && matches!(step, Token::Any | Token::Symbol(_));
        for j in 0..arn.len() {
            next[j + 1] = match (step, arn[j]) {
                (Token::Any, _) => reachable[j + 1] || next[j],
                (Token::Symbol(one), Token::Symbol(other)) => one == &other && reachable[j],
                // A symbol matches the literal text of the other side.
                (Token::Symbol(_), Token::Literal(spelt)) => reachable[j + 1] || (is_of_name(spelt) && (next[j] || reachable[j])),
                (Token::Literal(spelt), Token::Symbol(_)) => next[j] || (is_of_name(*spelt) && (reachable[j] || reachable[j + 1])),
                (Token::Literal(one), Token::Literal(other)) => *one == other && reachable[j],
                (Token::Literal(_) | Token::Symbol(_), Token::Any) => false,
            };
        }
        reachable = next;
    }
    reachable[arn.len()]
}

/// The text before the first wildcard or symbol.
fn spelt_out(text: &str) -> &str {
    text.find(['*', '$']).map_or(text, |end| &text[..end])
}

/// The symbol that is the whole last part of an ARN.
fn last_symbol(text: &str) -> Option<&str> {
    let (before, symbol) = text.split_at(text.rfind("${")?);
    (before.ends_with([':', '/']) && symbol.find('}')? + 1 == symbol.len()).then_some(symbol)
}

/// Symbols stand for names, ids, accounts and Regions. The separators of an ARN end them.
fn is_of_name(character: char) -> bool {
    !matches!(character, ':' | '/')
}

fn tokens(text: &str, pattern: bool) -> Vec<Token<'_>> {
    let mut found = Vec::new();
    let mut rest = text;
    while let Some(character) = rest.chars().next() {
        if let Some(end) = rest.starts_with("${").then(|| rest.find('}')).flatten() {
            found.push(Token::Symbol(&rest[..=end]));
            rest = &rest[end + 1..];
            continue;
        }
        found.push(if character == '*' && pattern { Token::Any } else { Token::Literal(character) });
        rest = &rest[character.len_utf8()..];
    }
    found
}

#[cfg(test)]
mod tests {
    use super::may_match;

    const TABLE: &str = "arn:aws:dynamodb:${AWS::Region}:${AWS::AccountId}:table/${Orders}";

    #[test]
    fn symbols_may_stand_for_what_is_spelt_out() {
        for pattern in [
            "arn:aws:dynamodb:eu-west-1:111122223333:table/orders",
            "arn:aws:dynamodb:*:*:table/orders-*",
            "arn:aws:dynamodb:${AWS::Region}:111122223333:table/*",
            "arn:aws:dynamodb:*:table/${Prefix}*",
        ] {
            assert!(may_match(pattern, TABLE), "{pattern}");
        }
        assert!(may_match("arn:aws:s3:::prod-data", "arn:aws:s3:::${Environment}-data"));
        assert!(may_match("arn:aws:s3:::prod-*", "arn:aws:s3:::${Environment}-data"));
    }

    #[test]
    fn what_differs_in_plain_text_or_in_its_symbol_does_not_match() {
        for pattern in
            ["arn:aws:rds:*:*:db:*", "arn:aws:dynamodb:${AWS::Region}:${AWS::AccountId}:table/${Invoices}", "arn:aws:dynamodb:*:*:backup/*"]
        {
            assert!(!may_match(pattern, TABLE), "{pattern}");
        }
        assert!(!may_match("arn:aws:s3:::logs", "arn:aws:s3:::${Environment}-data"));
        assert!(!may_match("arn:aws:s3:::data", "arn:aws:s3:::other"), "without symbols nothing is open");
    }
}
