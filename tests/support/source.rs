//! The program's own source text, for the laws about it: without comments and without test modules.

use std::path::{Path, PathBuf};

/// One file of `src/`.
pub struct Source {
    /// Its path below `src/`, such as `rules/engine.rs`.
    pub file: String,
    /// Its text. What is left out stands as spaces, so that every line keeps its number.
    pub text: String,
    /// The same without the contents of string literals.
    pub code: String,
}

impl Source {
    /// The line of a place in the text, counted from 1.
    pub fn line(&self, place: usize) -> usize {
        self.code[..place].matches('\n').count() + 1
    }

    /// The path of its module, such as `rules`, `engine`.
    pub fn module(&self) -> Vec<String> {
        let path = self.file.trim_end_matches(".rs").trim_end_matches("/mod");
        path.split('/').map(str::to_owned).collect()
    }
}

/// Every file of `src/` that is not a test, sorted.
pub fn sources() -> Vec<Source> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    list(&root, &mut files);
    files.sort();
    let is_test = |file: &str| file.split('/').any(|part| part == "tests" || part == "tests.rs");
    let read = |path: &PathBuf| {
        let file = path.strip_prefix(&root).expect("below src").to_string_lossy().replace('\\', "/");
        (!is_test(&file)).then(|| {
            let (text, code) = strip(&std::fs::read_to_string(path).expect("a source file"));
            Source { file, text, code }
        })
    };
    files.iter().filter_map(read).collect()
}

fn list(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).expect("a folder of src") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            list(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
}

/// The text without comments and tests, with string literals and without their contents. Both have the length of the original.
fn strip(source: &str) -> (String, String) {
    let (mut text, mut code) = (source.as_bytes().to_vec(), source.as_bytes().to_vec());
    let bytes = source.as_bytes();
    let blank = |bytes: &mut [u8]| bytes.iter_mut().filter(|byte| **byte != b'\n').for_each(|byte| *byte = b' ');
    let mut at = 0;
    while at < bytes.len() {
        let rest = &bytes[at..];
        let end = if rest.starts_with(b"//") {
            let end = at + rest.iter().position(|byte| *byte == b'\n').unwrap_or(rest.len());
            blank(&mut text[at..end]);
            blank(&mut code[at..end]);
            end
        } else if let Some(length) = literal(&source[at..]) {
            blank(&mut code[at..at + length]);
            at + length
        } else {
            at + 1
        };
        at = end;
    }
    let as_text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("UTF-8");
    let (mut text, mut code) = (as_text(text), as_text(code));
    while let Some(start) = code.find("#[cfg(test)]") {
        let end = start + item_length(&code[start..]);
        for stripped in [&mut text, &mut code] {
            let blanked: String = stripped[start..end].bytes().map(|byte| if byte == b'\n' { '\n' } else { ' ' }).collect();
            stripped.replace_range(start..end, &blanked);
        }
    }
    (text, code)
}

/// The length of a literal of text or of one character that begins here.
fn literal(source: &str) -> Option<usize> {
    let hashes = source.strip_prefix('r').map(|rest| rest.len() - rest.trim_start_matches('#').len());
    if let Some(hashes) = hashes.filter(|hashes| source[1 + hashes..].starts_with('"')) {
        let end = format!("\"{}", "#".repeat(hashes));
        let start = hashes + 2;
        return Some(source[start..].find(&end).map_or(source.len(), |place| start + place + end.len()));
    }
    let quote = source.chars().next().filter(|first| ['"', '\''].contains(first))?;
    // A lifetime has no closing quote after its first character.
    if quote == '\'' && !source[1..].starts_with('\\') && source[1..].chars().nth(1) != Some('\'') {
        return None;
    }
    let mut escaped = false;
    let end = source.char_indices().skip(1).find(|(_, character)| {
        let closes = *character == quote && !escaped;
        escaped = *character == '\\' && !escaped;
        closes
    });
    Some(end.map_or(source.len(), |(place, _)| place + 1))
}

/// The length of the item that begins with an attribute: to its semicolon or its closing brace.
fn item_length(code: &str) -> usize {
    let mut depth = 0;
    for (place, character) in code.char_indices() {
        match character {
            '{' => depth += 1,
            '}' if depth == 1 => return place + 1,
            '}' => depth -= 1,
            ';' if depth == 0 => return place + 1,
            _ => {}
        }
    }
    code.len()
}
