//! Makes texts of other people's making safe for where they land.

/// A text for a terminal: control characters, and those that turn the direction of writing, are shown instead of obeyed.
pub fn terminal(text: &str) -> String {
    text.chars()
        .map(|character| match character {
            '\n' | '\t' | '\r' => ' ',
            character if character.is_control() || is_invisible(character) => '\u{fffd}',
            character => character,
        })
        .collect()
}

/// Marks that change how the text around them is shown (Unicode, bidirectional formatting and zero-width characters).
fn is_invisible(character: char) -> bool {
    matches!(character, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::terminal;

    #[test]
    fn a_terminal_obeys_nothing() {
        assert_eq!(terminal("a\x1b[31mred\x07\nb\u{202e}c\u{9b}x"), "a\u{fffd}[31mred\u{fffd} b\u{fffd}c\u{fffd}x");
        assert_eq!(terminal("größe 7 →"), "größe 7 →");
    }
}
