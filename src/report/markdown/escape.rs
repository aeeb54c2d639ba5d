//! Escapes untrusted text for Markdown: readers see it as it is, and it cannot produce formatting, HTML, links or images, nor, on GitHub and
//! GitLab, mentions of people or references to issues.

use crate::report::escape::terminal;

/// An invisible mark (word joiner) that breaks what a forge would read as a name or an address. As an entity, so that it is visible in the file.
const BREAK: &str = "&#8288;";

/// A text in a sentence.
pub fn text(text: &str) -> String {
    let text = terminal(text);
    let mut escaped = String::with_capacity(text.len() + 16);
    let mut rest = text.trim();
    // Characters that begin a list, or underline a heading.
    let digits = rest.len() - rest.trim_start_matches(|character: char| character.is_ascii_digit()).len();
    if digits > 0 && rest[digits..].starts_with(['.', ')']) {
        escaped.push_str(&rest[..digits]);
        escaped.push('\\');
        rest = &rest[digits..];
    } else if rest.starts_with(['-', '+', '=']) {
        escaped.push('\\');
    }
    for (at, character) in rest.char_indices() {
        if matches!(character, '\\' | '`' | '*' | '_' | '{' | '}' | '[' | ']' | '<' | '>' | '|' | '~' | '&' | '#' | '@' | '!' | '$' | '^') {
            escaped.push('\\');
        }
        escaped.push(character);
        if breaks(&rest[..at], character, &rest[at + character.len_utf8()..]) {
            escaped.push_str(BREAK);
        }
    }
    escaped
}

/// A text within a line of HTML.
pub fn html(text: &str) -> String {
    let text = terminal(text);
    let mut escaped = String::with_capacity(text.len() + 16);
    for (at, character) in text.char_indices() {
        match character {
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '&' => escaped.push_str("&amp;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            other => escaped.push(other),
        }
        if breaks(&text[..at], character, &text[at + character.len_utf8()..]) {
            escaped.push_str(BREAK);
        }
    }
    escaped
}

/// Whether a forge would read a name (`@user`, `#12`, `!12`, `~label`, `%milestone`, `$snippet`, `&epic`) or an address from here on.
fn breaks(before: &str, character: char, after: &str) -> bool {
    match character {
        '@' | '#' | '!' | '~' | '%' | '$' | '&' => {
            after.starts_with(|next: char| next.is_alphanumeric() || matches!(next, '"' | '_' | '-'))
        }
        ':' => after.starts_with("//"),
        'w' | 'W' => after.starts_with('.') && before.ends_with(['w', 'W']),
        _ => false,
    }
}

/// A name, an id or a command, as code: nothing in it is interpreted, and it is copied as it is.
pub fn code(text: &str) -> String {
    let text = terminal(text);
    if text.trim().is_empty() {
        return "` `".to_owned();
    }
    let fence = "`".repeat(longest_run(&text) + 1);
    let space = if text.starts_with(['`', ' ']) || text.ends_with(['`', ' ']) { " " } else { "" };
    format!("{fence}{space}{text}{space}{fence}")
}

/// Lines of code of one language.
pub fn block(language: &str, lines: &[String]) -> String {
    let lines: Vec<String> = lines.iter().map(|line| terminal(line)).collect();
    let longest = lines.iter().map(|line| longest_run(line)).max().unwrap_or(0);
    let fence = "`".repeat(longest.max(2) + 1);
    format!("{fence}{language}\n{}\n{fence}\n", lines.join("\n"))
}

/// A link that shows its address; anything but a plain HTTPS address becomes code.
pub fn link(url: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~/#?=%:+,&;@".contains(&byte);
    if url.len() <= 300 && url.starts_with("https://") && url.bytes().all(plain) { format!("<{url}>") } else { code(url) }
}

/// The longest run of backticks.
fn longest_run(text: &str) -> usize {
    text.split(|character| character != '`').map(str::len).max().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::{block, code, html, link, text};

    #[test]
    fn sentences() {
        assert_eq!(text("a | b `c` [d](e) <f>"), "a \\| b \\`c\\` \\[d\\](e) \\<f\\>");
        assert_eq!(text("ask @octocat, #12"), "ask \\@&#8288;octocat, \\#&#8288;12");
        assert_eq!(text("https://example.com www.example.com"), "https:&#8288;//example.com www&#8288;.example.com");
        assert_eq!(text("- item"), "\\- item");
        assert_eq!(text("12. item"), "12\\. item");
        assert_eq!(text("80.9 % of 3"), "80\\.9 % of 3");
    }

    #[test]
    fn within_html() {
        assert_eq!(html("<b title=\"x\">@octocat</b>"), "&lt;b title=&quot;x&quot;&gt;@&#8288;octocat&lt;/b&gt;");
    }

    #[test]
    fn code_ends_where_it_should() {
        assert_eq!(code("vol-1"), "`vol-1`");
        assert_eq!(code("a``b"), "```a``b```");
        assert_eq!(code("`a"), "`` `a ``");
        assert_eq!(code("\n"), "` `");
        assert_eq!(block("sh", &["a ```` b".to_owned()]), "`````sh\na ```` b\n`````\n");
    }

    #[test]
    fn only_plain_addresses_are_links() {
        assert_eq!(link("https://docs.aws.amazon.com/a.html#b"), "<https://docs.aws.amazon.com/a.html#b>");
        assert_eq!(link("javascript:alert(1)"), "`javascript:alert(1)`");
        assert_eq!(link("https://a> <img src=x>"), "`https://a> <img src=x>`");
    }
}
