//! Waivers in comments: `# rel9:ignore rule-id reason`, on the line of a resource block or a module call, on the comment lines directly
//! above it, or inside it. `expires=2027-01-31` may precede the reason. A waiver of a module call applies to all resources of the module.

use std::ops::Range;

use hcl_edit::Span;
use hcl_edit::expr::Expression;
use hcl_edit::visit::Visit;

use super::modules::Resource;
use super::syntax;
use super::text::Source;
use crate::template::declaration::{Ignore, TemplateError};

/// A waiver and the byte offset of its mark.
#[derive(Debug)]
pub(super) struct Waiver {
    pub(super) offset: usize,
    pub(super) ignore: Ignore,
}

/// The waivers of an HCL file.
pub(super) fn read(source: &Source) -> Result<Vec<Waiver>, TemplateError> {
    // The offsets stay the same; a mark in capitals is reported as a mistake.
    let lower = source.text.to_ascii_lowercase();
    if !lower.contains(NAME) {
        return Ok(Vec::new());
    }
    let texts = texts_of(source);
    let mut waivers = Vec::new();
    for (offset, _) in lower.match_indices(NAME) {
        if texts.iter().any(|span| span.contains(&offset)) {
            continue;
        }
        let line = source.text.get(offset..).and_then(|rest| rest.lines().next()).unwrap_or_default();
        if begins_line_within_comment(&source.text, offset) {
            match Ignore::in_comment(line, source.position(offset)) {
                Ok(None) => continue,
                _ => {
                    return Err(source.error(offset, "a waiver is a comment of one line: write `# rel9:ignore rule-id reason`".to_string()));
                }
            }
        }
        if !begins_comment(&source.text, offset) {
            continue;
        }
        let is_closed = source.text.get(..offset).is_some_and(|before| before.trim_end().ends_with("/*"));
        let line = if is_closed { line.split("*/").next().unwrap_or_default() } else { line };
        let ignore = Ignore::in_comment(line, source.position(offset)).map_err(|what| source.error(offset, what))?;
        waivers.extend(ignore.map(|ignore| Waiver { offset, ignore }));
    }
    Ok(waivers)
}

/// How every waiver starts, correct or misspelt.
const NAME: &str = "rel9";

/// The waivers that belong to the block between two offsets.
pub(super) fn of_lines(source: &Source, waivers: &[Waiver], (start, end): (usize, usize)) -> Vec<Ignore> {
    if waivers.is_empty() {
        return Vec::new();
    }
    let lines = lines_of(source, (start, end));
    waivers.iter().filter(|waiver| lines.contains(&waiver.offset)).map(|waiver| waiver.ignore.clone()).collect()
}

/// The lines of a block between two offsets, with those of the comments directly above it.
pub(super) fn lines_of(source: &Source, (start, end): (usize, usize)) -> Range<usize> {
    let mut from = line_start(&source.text, start);
    while from > 0 {
        let above = line_start(&source.text, from - 1);
        let line = source.text.get(above..from).unwrap_or_default().trim();
        if !(line.starts_with('#') || line.starts_with("//") || (line.starts_with("/*") && line.ends_with("*/"))) {
            break;
        }
        from = above;
    }
    let to = source.text.get(end..).and_then(|rest| rest.find('\n')).map_or(source.text.len(), |newline| end + newline);
    from..to
}

/// The waivers of a module call for the resources of the module, after those of the calls above it.
pub(super) fn handed_down(call: &Resource, above: Option<&[Ignore]>) -> Vec<Ignore> {
    let own = call.ignores.iter().map(|ignore| Ignore { file: Some(call.block.source.name.clone()), ..ignore.clone() });
    above.unwrap_or_default().iter().cloned().chain(own).collect()
}

fn line_start(text: &str, offset: usize) -> usize {
    text.get(..offset).and_then(|before| before.rfind('\n')).map_or(0, |newline| newline + 1)
}

/// A comment that starts with the mark and is not inside another comment.
pub(super) fn begins_comment(text: &str, offset: usize) -> bool {
    let before = text.get(line_start(text, offset)..offset).unwrap_or_default().trim_end();
    let code = before.strip_suffix("/*").or_else(|| {
        let mark = if before.ends_with('#') { '#' } else { '/' };
        Some(before.trim_end_matches(mark)).filter(|code| before.len() - code.len() > usize::from(mark == '/'))
    });
    code.is_some_and(|code| !code.trim_start().starts_with(['#', '/']))
}

/// Whether a line of a multi-line comment starts with the mark.
fn begins_line_within_comment(text: &str, offset: usize) -> bool {
    let start = line_start(text, offset);
    let begins =
        text.get(start..offset).unwrap_or_default().trim_matches(|letter: char| letter.is_whitespace() || letter == '*').is_empty();
    let before = text.get(..start).unwrap_or_default();
    begins && before.rfind("/*").is_some_and(|open| !before[open..].contains("*/"))
}

/// The spans of all strings of a file; a `#` inside them does not start a comment.
pub(super) fn texts_of(source: &Source) -> Vec<Range<usize>> {
    let mut texts = Texts::default();
    if let Ok(body) = syntax::body(source) {
        texts.visit_body(&body);
    }
    texts.0
}

#[derive(Default)]
struct Texts(Vec<Range<usize>>);

impl Visit for Texts {
    fn visit_expr(&mut self, expression: &Expression) {
        match expression {
            Expression::String(_) | Expression::StringTemplate(_) | Expression::HeredocTemplate(_) => self.0.extend(expression.span()),
            other => hcl_edit::visit::visit_expr(self, other),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::NaiveDate;

    fn rules(text: &str, block: &str) -> Vec<String> {
        let source = Source::new("main.tf", text);
        let start = text.find(block).unwrap();
        let end = start + text[start..].find("\n}").unwrap() + 2;
        of_lines(&source, &read(&source).unwrap(), (start, end)).into_iter().map(|ignore| ignore.rule).collect()
    }

    #[test]
    fn above_on_and_inside_but_not_elsewhere() {
        let text = "# rel9:ignore far x\n\n# rel9:ignore above why not\n# more\nresource \"a\" \"b\" { # rel9:ignore on because\n\
                    x = \"# rel9:ignore text y\"\n  // rel9:ignore inside it is\n # # rel9:ignore nested z\n} # rel9:ignore end e\n\
                    resource \"a\" \"c\" {\n}\n";
        assert_eq!(rules(text, "resource \"a\" \"b\""), ["above", "on", "inside", "end"]);
        assert!(rules(text, "resource \"a\" \"c\"").is_empty());
    }

    #[test]
    fn comments_of_one_line_have_three_forms() {
        let text = "/* rel9:ignore above it is */\nresource \"a\" \"b\" {\n  x = 1 /* rel9:ignore inside because */\n}\n";
        assert_eq!(rules(text, "resource \"a\" \"b\""), ["above", "inside"]);
        assert_eq!(read(&Source::new("main.tf", text)).unwrap()[0].ignore.reason, "it is");
        assert!(read(&Source::new("main.tf", "/* rel9:ignore rule */\n")).is_err());
    }

    #[test]
    fn what_is_spelt_nearly_right_is_told() {
        let read = |text: &str| read(&Source::new("main.tf", text)).map(|waivers| waivers.len());
        for wrong in [
            "# rel9:ignor s3-bucket-versioning scratch",
            "# rel9-ignore s3-bucket-versioning scratch",
            "// rel9_ignore: s3-bucket-versioning scratch",
            "# rel9: ignore s3-bucket-versioning scratch",
            "# rel9 : ignore it, please",
            "# REL9:IGNORE s3-bucket-versioning scratch",
            "# Rel9 ignore s3-bucket-versioning scratch",
            "#rel9ignore s3-bucket-versioning",
            "/* rel9:skip=s3-bucket-versioning */",
            "# rel9:ignore:s3-bucket-versioning scratch",
            "# rel9:ignores s3-bucket-versioning scratch",
            "# rel9.suppress s3-bucket-versioning scratch",
            "/*\n * rel9:ignore s3-bucket-versioning scratch\n */",
        ] {
            let error = read(&format!("x = 1\n{wrong}\n")).expect_err(wrong).to_string();
            let line = if wrong.starts_with("/*\n") { 3 } else { 2 };
            assert!(error.starts_with(&format!("main.tf:{line}:")) && error.contains("`# rel9:ignore rule-id reason`"), "{wrong}: {error}");
        }
        for prose in [
            "# rel9 ignores this bucket",
            "# see rel9.yaml",
            "# rel9: no",
            "# rel9 judges it as ignored",
            "x = \"# rel9-ignore a-b\"",
            "# a # rel9-ignore x",
        ] {
            assert_eq!(read(prose).ok(), Some(0), "{prose}");
        }
        assert_eq!(read("## rel9:ignore s3-bucket-versioning scratch\n").ok(), Some(1));
    }

    #[test]
    fn a_reason_is_required_and_a_date_is_a_date() {
        let read = |text: &str| read(&Source::new("main.tf", text));
        let error = read("\n  # rel9:ignore some-rule\n").unwrap_err();
        assert_eq!(error.to_string(), "main.tf:2:5: the waiver of some-rule has no reason: write `# rel9:ignore rule-id reason`");
        assert!(read("# rel9:ignore r expires=never x").is_err());
        assert!(read("# rel9:ignore").is_err());
        let waivers = read("# rel9:ignore r expires=2027-01-31 the reason").unwrap();
        assert_eq!(waivers[0].ignore.expires, NaiveDate::from_ymd_opt(2027, 1, 31));
        assert_eq!(waivers[0].ignore.reason, "the reason");
    }
}
