//! Untrusted text in the files of `rel9 remediate`: names of resources, policies and vaults are data there, whatever they hold.

use crate::report::escape::terminal;
pub use crate::rules::text::shell_word as shell;

/// A comment of a shell, of HCL and of YAML: one line, whatever the text holds.
pub fn comment(indent: usize, text: &str) -> String {
    format!("{}# {}\n", " ".repeat(indent), terminal(text))
}

/// A string of HCL, without templates.
pub fn hcl(text: &str) -> String {
    let mut quoted = String::from("\"");
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            '"' | '\\' => quoted.extend(['\\', character]),
            '\n' => quoted.push_str("\\n"),
            '\r' => quoted.push_str("\\r"),
            '\t' => quoted.push_str("\\t"),
            '$' | '%' if characters.peek() == Some(&'{') => quoted.extend([character, character]),
            character if character.is_control() => quoted.push_str(&format!("\\u{:04x}", u32::from(character))),
            character => quoted.push(character),
        }
    }
    quoted.push('"');
    quoted
}

/// A string of YAML: that of JSON is one.
pub fn yaml(text: &str) -> String {
    let mut quoted = String::from("\"");
    for character in text.chars() {
        match character {
            '"' | '\\' => quoted.extend(['\\', character]),
            // YAML's own line separators are escaped, too.
            character if character.is_control() || matches!(character, '\u{85}' | '\u{2028}' | '\u{2029}' | '\u{feff}') => {
                quoted.push_str(&format!("\\u{:04x}", u32::from(character)));
            }
            character => quoted.push(character),
        }
    }
    quoted.push('"');
    quoted
}

#[cfg(test)]
mod tests {
    use super::{comment, hcl, shell, yaml};

    #[test]
    fn hostile_text_stays_text() {
        let hostile = "it's ${evil} %{ if } \"q\" \\ $(id)\n- x: y\r# z\u{2028}";
        assert_eq!(serde_json::from_str::<String>(&yaml(hostile)).expect("JSON"), hostile);
        let body: hcl_edit::structure::Body = format!("a = {}\n", hcl(hostile)).parse().expect("HCL");
        let value = body.get_attribute("a").and_then(|attribute| attribute.value.as_str().map(str::to_owned));
        assert_eq!(value.as_deref(), Some(hostile));
        assert_eq!(comment(0, hostile).lines().count(), 1);
        #[cfg(unix)]
        {
            let script = format!("printf %s {}", shell(hostile));
            let output = std::process::Command::new("sh").args(["-c", &script]).output().expect("a shell");
            assert_eq!(String::from_utf8_lossy(&output.stdout), hostile);
        }
    }
}
