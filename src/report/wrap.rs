//! Wraps texts and commands to the width of a terminal. Widths are columns: a Chinese character or an emoji takes two.

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// Minimum width: narrower lines are unreadable.
const NARROWEST: usize = 20;

/// The columns that a text takes.
pub fn columns(text: &str) -> usize {
    text.width()
}

/// A text in exactly so many columns: filled up with spaces, or cut in its middle, because names differ at their ends.
pub fn fitted(text: &str, width: usize) -> String {
    let text = shortened(text, width);
    let fill = width.saturating_sub(columns(&text));
    format!("{text}{}", " ".repeat(fill))
}

/// A text in at most so many columns, cut in its middle.
pub fn shortened(text: &str, width: usize) -> String {
    if columns(text) <= width {
        return text.to_owned();
    }
    let room = width.saturating_sub(1);
    let start = start_of(text.chars(), room.div_ceil(2));
    let end: String = start_of(text.chars().rev(), room - room.div_ceil(2)).chars().rev().collect();
    // A mark that combines with a character that was cut off would stand on the dots.
    let end = end.trim_start_matches(|character| width_of(character) == 0);
    if width == 0 { String::new() } else { format!("{start}…{end}") }
}

/// A text in at most so many columns, cut at its end.
pub fn cut_short(text: &str, width: usize) -> String {
    if columns(text) <= width {
        return text.to_owned();
    }
    format!("{}…", start_of(text.chars(), width.saturating_sub(1)).trim_end())
}

/// The columns of a character. The selector of emoji presentation (U+FE0F) can widen the character before it.
fn width_of(character: char) -> usize {
    if character == '\u{fe0f}' { 1 } else { character.width().unwrap_or(0) }
}

fn start_of(characters: impl Iterator<Item = char>, width: usize) -> String {
    let mut used = 0;
    characters
        .take_while(|character| {
            used += width_of(*character);
            used <= width
        })
        .collect()
}

/// A text wrapped at spaces; a word longer than a line is split at the end of the line.
pub fn text(text: &str, width: usize) -> Vec<String> {
    let width = width.max(NARROWEST);
    let (mut lines, mut line, mut used) = (Vec::new(), String::new(), 0);
    for word in text.split(' ') {
        if used > 0 && used + 1 + columns(word) > width {
            lines.push(std::mem::take(&mut line));
            used = 0;
        }
        if used > 0 {
            line.push(' ');
            used += 1;
        }
        for character in word.chars() {
            let more = width_of(character);
            if used + more > width {
                lines.push(std::mem::take(&mut line));
                used = 0;
            }
            line.push(character);
            used += more;
        }
    }
    if !line.is_empty() || lines.is_empty() {
        lines.push(line);
    }
    lines
}

/// A command behind `$`, broken with backslashes so that a shell joins it again: between its words, or, where a word is longer than a line,
/// within it. What follows a break within a word has to begin at the line's begin, as spaces there would be part of the command.
pub fn command(command: &str, indent: usize, width: usize) -> Vec<String> {
    let width = width.max(NARROWEST + indent);
    let (first, next) = (format!("{}$ ", " ".repeat(indent)), " ".repeat(indent + 2));
    let Some(words) = words_of(command).filter(|_| columns(&first) + columns(command) > width) else {
        return vec![format!("{first}{command}")];
    };
    let (mut lines, mut line, mut empty) = (Vec::new(), first, true);
    for (number, word) in words.iter().enumerate() {
        // The last word needs no space for a backslash after it.
        let backslash = if number + 1 < words.len() { 2 } else { 0 };
        if !empty && columns(&line) + 1 + columns(word) + backslash > width {
            lines.push(format!("{line} \\"));
            (line, empty) = (next.clone(), true);
        }
        if !empty {
            line.push(' ');
        }
        empty = false;
        if columns(&line) + columns(word) + backslash <= width {
            line.push_str(word);
        } else {
            broken(word, &mut line, &mut lines, width);
        }
    }
    lines.push(line);
    lines
}

/// Adds a word that does not fit on a line. Single quotes, in which a backslash is literal, are closed before a break and opened again after it.
/// The break comes after a separator if one is near the end of the line, so that names stay whole.
fn broken(word: &str, line: &mut String, lines: &mut Vec<String>, width: usize) {
    let (mut quote, mut escaped, mut separator) = (None, false, None);
    for character in word.chars() {
        let more = width_of(character);
        if !escaped && columns(line) + more + 2 > width {
            let (at, within) = separator.take().unwrap_or((line.len(), quote));
            let (rest, quoted) = (line.split_off(at), if within == Some('\'') { "'" } else { "" });
            lines.push(format!("{line}{quoted}\\"));
            *line = format!("{quoted}{rest}");
        }
        line.push(character);
        step(character, &mut quote, &mut escaped);
        if matches!(character, ',' | ':' | '/') && !escaped && columns(line) > width / 2 {
            separator = Some((line.len(), quote));
        }
    }
}

/// The words of a command as a shell finds them, with their quotes; `None` when a quote does not end.
fn words_of(command: &str) -> Option<Vec<&str>> {
    let (mut words, mut begin, mut quote, mut escaped) = (Vec::new(), 0, None, false);
    for (at, character) in command.char_indices() {
        if character == ' ' && quote.is_none() && !escaped {
            words.push(&command[begin..at]);
            begin = at + 1;
        }
        step(character, &mut quote, &mut escaped);
    }
    words.push(&command[begin..]);
    (quote.is_none() && !escaped).then_some(words)
}

/// Where a shell is after a character: within which quotes, and whether the next character is taken as it is.
fn step(character: char, quote: &mut Option<char>, escaped: &mut bool) {
    match (*quote, character) {
        _ if *escaped => *escaped = false,
        (None | Some('"'), '\\') => *escaped = true,
        (None, '\'' | '"') => *quote = Some(character),
        (Some(open), _) if open == character => *quote = None,
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::{columns, command, cut_short, fitted, shortened, text};

    #[test]
    fn a_line_is_as_wide_as_it_looks() {
        assert_eq!(text("売上データベース 本番 の バックアップ", 20), ["売上データベース", "本番 の バックアップ"]);
        assert_eq!(text("売上データベース本番用", 20), ["売上データベース本番", "用"]);
        assert_eq!(text("🗄️ backups of größe", 20), ["🗄️ backups of größe"]);
        assert_eq!(text(&"🗄️".repeat(11), 20), ["🗄️".repeat(10), "🗄️".to_owned()]);
        assert_eq!(columns("🗄️ x"), 4);
        assert_eq!(text("", 20), [""]);
    }

    #[test]
    fn a_text_is_cut_by_columns() {
        assert_eq!(["vol-0ae0001-a", "short"].map(|text| shortened(text, 9)), ["vol-…01-a", "short"]);
        assert_eq!((shortened("売上データ", 6), fitted("売上データ", 6)), ("売…タ".to_owned(), "売…タ ".to_owned()));
        assert_eq!((cut_short("A key that cannot", 7), cut_short("🗄️🗄️🗄️", 5)), ("A key…".to_owned(), "🗄️🗄️…".to_owned()));
        assert_eq!([0, 1, 2].map(|width| shortened("abc", width)), ["", "…", "a…"]);
        assert_eq!(shortened(&"e\u{301}".repeat(9), 5), "e\u{301}e\u{301}…e\u{301}e\u{301}");
    }

    #[test]
    fn a_command_is_broken_between_its_words() {
        let lines = command("aws ec2 copy --description \"copy of vol-1\" --query 'a b' --x it\\'s --last", 4, 40);
        assert_eq!(lines, ["    $ aws ec2 copy --description \\", "      \"copy of vol-1\" --query 'a b' \\", "      --x it\\'s --last"]);
        assert_eq!(command("aws x and a quote that does not end \" here", 4, 30), ["    $ aws x and a quote that does not end \" here"]);
    }

    #[test]
    fn a_word_longer_than_a_line_is_broken_within() {
        let lines = command("aws kms enable-key --key-id arn:aws:kms:eu-central-1:111122223333:key/1 --region x", 2, 32);
        assert_eq!(
            lines,
            ["  $ aws kms enable-key \\", "    --key-id \\", "    arn:aws:kms:eu-central-1:\\", "111122223333:key/1 --region x"]
        );
        assert_eq!(
            command("aws x --json '{\"a\":\"b c\",\"d\":\"efghijklmn\"}'", 2, 24),
            ["  $ aws x --json \\", "    '{\"a\":\"b c\",\"d\":'\\", "'\"efghijklmn\"}'"]
        );
    }

    /// The shell makes of a broken command what it makes of the whole one.
    #[cfg(unix)]
    #[test]
    fn a_shell_joins_what_was_broken() {
        let words = |script: &str| {
            let output = std::process::Command::new("sh").args(["-c", script]).output().expect("a shell runs");
            assert!(output.status.success() && output.stderr.is_empty(), "{script}");
            output.stdout
        };
        for arguments in [
            "'{\"BackupPlanName\":\"daily\",\"Rules\":[{\"RuleName\":\"it is'\\''s\",\"Schedule\":\"cron(0 5 ? * * *)\"}]}' --region eu-west-1",
            "\"a long \\\"text\\\" in double quotes with \\\\ and \\$HOME in it\" it\\'s\\ a\\ word\\ with\\ escaped\\ spaces\\ in\\ it end",
            "'' \"\" '売上データベース本番用のバックアップ、毎日' arn:aws:kms:eu-central-1:111122223333:key/11112222-0012-4b1d-9c55-0a1b2c3ddead",
        ] {
            let whole = format!("printf '<%s>\\n' {arguments}");
            for width in 24..140 {
                let lines = command(&whole, 4, width);
                let pasted = lines.join("\n").replacen("    $ ", "", 1);
                assert_eq!(words(&pasted), words(&whole), "{width}:\n{pasted}");
                assert!(lines.iter().all(|line| columns(line) <= width), "{width}: {lines:#?}");
            }
        }
    }
}
