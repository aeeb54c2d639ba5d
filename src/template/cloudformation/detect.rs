//! Whether a text is meant to be a CloudFormation template, from its shape alone: it may be broken, and 50 MB.

use std::path::Path;

const EXTENSIONS: [&str; 7] = ["yaml", "yml", "json", "jsn", "template", "cfn", "txt"];

/// Whether a text looks like a CloudFormation template: it says so (`AWSTemplateFormatVersion`, `Transform` with `Resources`), or its
/// `Resources` have a `Type`. Other YAML and JSON (Kubernetes, workflows, Terraform plans) gives `false`.
pub fn claims_to_be(text: &str, path: &Path) -> bool {
    if let Some(extension) = path.extension()
        && !EXTENSIONS.iter().any(|known| extension.eq_ignore_ascii_case(known))
    {
        return false;
    }
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    if text.trim_ascii_start().starts_with('{') { json(text.as_bytes()) } else { yaml(text) }
}

#[derive(Default)]
struct Sections {
    resources: bool,
    transform: bool,
}

impl Sections {
    /// Whether the top-level key settles it.
    fn settled_by(&mut self, key: &str) -> bool {
        match key {
            "AWSTemplateFormatVersion" => return true,
            "Resources" => self.resources = true,
            "Transform" => self.transform = true,
            _ => {}
        }
        self.resources && self.transform
    }
}

fn yaml(text: &str) -> bool {
    let mut sections = Sections::default();
    let mut in_resources = false;
    for line in text.lines() {
        let Some((key, value)) = line.split_once(':') else { continue };
        let key = key.trim_end().trim_matches(['"', '\'']);
        if !line.starts_with([' ', '\t', '#', '-']) {
            in_resources = key == "Resources";
            if sections.settled_by(key) {
                return true;
            }
        } else if in_resources && key.trim_start().trim_matches(['"', '\'']) == "Type" && is_type(value) {
            return true;
        }
    }
    false
}

/// `AWS::S3::Bucket`, `Custom::Thing`.
fn is_type(value: &str) -> bool {
    value
        .trim()
        .trim_matches(['"', '\''])
        .split_once("::")
        .is_some_and(|(vendor, _)| !vendor.is_empty() && vendor.chars().all(|c| c.is_ascii_alphanumeric()))
}

fn json(text: &[u8]) -> bool {
    let mut sections = Sections::default();
    let (mut depth, mut in_resources, mut at) = (0_usize, false, 0);
    // The key that was read last, if a value is to follow.
    let mut key: Option<&[u8]> = None;
    while let Some(byte) = text.get(at) {
        match byte {
            b'{' | b'[' => depth += 1,
            b'}' | b']' => depth = depth.saturating_sub(1),
            b'"' => {
                let start = at + 1;
                at = start;
                while text.get(at).is_some_and(|byte| *byte != b'"') {
                    at += if text[at] == b'\\' { 2 } else { 1 };
                }
                let string = text.get(start..at).unwrap_or_default();
                if text.get(at + 1..).unwrap_or_default().trim_ascii_start().first() == Some(&b':') {
                    key = Some(string);
                    if depth == 1 {
                        in_resources = string == b"Resources";
                        if sections.settled_by(&String::from_utf8_lossy(string)) {
                            return true;
                        }
                    }
                } else if key.take() == Some(b"Type") && in_resources && depth == 3 && is_type(&String::from_utf8_lossy(string)) {
                    return true;
                }
            }
            b',' => key = None,
            _ => {}
        }
        at += 1;
    }
    false
}
