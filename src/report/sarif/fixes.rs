//! Fixes of templates in SARIF: as code in the message, and as changes of the file.

use super::text::{DESCRIPTION, file_uri, message_text};
use crate::audit::findings::Finding;
use crate::report::escape::{cut, terminal};
use crate::report::markdown::escape;
use crate::report::words;
use serde_json::{Value, json};

/// The lines of a fix.
pub fn lines(fix: &words::Fix) -> Vec<String> {
    fix.code.lines().map(terminal).collect()
}

/// The message with the fix as code. Braces are placeholders here too.
pub fn markdown(finding: &Finding, message: &str) -> Option<String> {
    let fix = words::fix(finding)?;
    let text = escape::text(&cut(&terminal(message), DESCRIPTION));
    Some(format!("{text}\n\n{}", escape::block(fix.language, &lines(&fix))).replace('{', "{{").replace('}', "}}"))
}

/// The change of a file that fixes the finding (3.55 to 3.57): without deleted text, it inserts.
pub fn changes(finding: &Finding) -> Vec<Value> {
    let remediation = finding.remediation.as_deref();
    let edit = remediation.and_then(|remediation| Some((remediation, remediation.edit.as_ref()?)));
    let fix = edit.map(|(remediation, edit)| {
        let region = json!({
            "startLine": edit.start.line,
            "startColumn": edit.start.column,
            "endLine": edit.end.line,
            "endColumn": edit.end.column,
        });
        json!({
            "description": {"text": message_text(&remediation.summary)},
            "artifactChanges": [{
                "artifactLocation": {"uri": file_uri(&edit.file)},
                "replacements": [{"deletedRegion": region, "insertedContent": {"text": edit.text}}],
            }],
        })
    });
    fix.into_iter().collect()
}
