//! Tags as parts of a policy file. Their characters are those that someone else chose.

/// A text of CEL in double quotes. Only letters, digits and ASCII signs stand for themselves.
pub fn cel(text: &str) -> String {
    let mut quoted = String::from('"');
    for character in text.chars() {
        match character {
            '"' | '\\' => quoted.extend(['\\', character]),
            ' '..='~' => quoted.push(character),
            _ if character.is_alphanumeric() => quoted.push(character),
            _ => quoted.push_str(&format!("\\U{:08x}", u32::from(character))),
        }
    }
    quoted.push('"');
    quoted
}

/// A text of YAML in single quotes, of printable characters on one line.
pub fn yaml(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

/// The condition that a tag has a value.
pub fn has_tag(key: &str, value: &str) -> String {
    yaml(&format!("resource.tags[{}] == {}", cel(key), cel(value)))
}

/// A text for a comment or a name: on one line, without signs that hide or turn the text around it.
pub fn shown(text: &str, characters: usize) -> String {
    let plain = |character: char| if character.is_alphanumeric() || (' '..='~').contains(&character) { character } else { '\u{b7}' };
    let mut shown: String = text.chars().take(characters).map(plain).collect();
    if text.chars().count() > characters {
        shown.push('…');
    }
    shown
}
