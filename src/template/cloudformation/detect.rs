//! Detects CloudFormation templates by their shape alone: the text may be invalid, or 50 MB long.

/// Whether a text looks like a CloudFormation template: it says so (`AWSTemplateFormatVersion`, `Transform` with `Resources`), or its
/// `Resources` have a `Type`. Other YAML and JSON (Kubernetes, workflows, Terraform plans, CodeDeploy's AppSpec files, whose `Resources` are a
/// list) gives `false`.
pub fn claims_to_be(text: &str) -> bool {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    match text.trim_ascii_start().as_bytes().first() {
        Some(b'{') => json(text.as_bytes()),
        // XML and HTML, such as a report that quotes a template as a fix.
        Some(b'<') => false,
        _ => yaml(text),
    }
}

#[derive(Default)]
struct Sections {
    resources: bool,
    transform: bool,
}

impl Sections {
    /// Whether the top-level key decides it.
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
    // Whether the next line is the first one below `Resources`, which shows whether that is a list.
    let mut begins = false;
    for line in text.lines() {
        let content = line.trim_start();
        if begins && !content.is_empty() && !content.starts_with('#') {
            in_resources = !content.starts_with('-');
            begins = false;
        }
        let Some((key, value)) = line.split_once(':') else { continue };
        let key = key.trim_end().trim_matches(['"', '\'']);
        if !line.starts_with([' ', '\t', '#', '-']) {
            in_resources = key == "Resources" && !value.trim_start().starts_with('[');
            begins = in_resources && value.split('#').next().is_none_or(|value| value.trim().is_empty());
            if sections.settled_by(key) || (in_resources && has_type(value)) {
                return true;
            }
        } else if in_resources && has_type(line) {
            return true;
        }
    }
    false
}

/// Whether a line has the type of a resource: `Type: AWS::S3::Bucket`, `Data: { Type: AWS::S3::Bucket }`.
fn has_type(line: &str) -> bool {
    line.match_indices("Type").any(|(start, found)| {
        let quote = ['"', '\''];
        let before = line[..start].trim_end_matches(quote);
        let after = line[start + found.len()..].trim_start_matches(quote);
        (before.is_empty() || before.ends_with([' ', '{', ',']))
            && after.strip_prefix(':').is_some_and(|value| is_type(value.split([',', '}']).next().unwrap_or_default()))
    })
}

/// `AWS::S3::Bucket`, `Custom::Thing`.
fn is_type(value: &str) -> bool {
    let vendor = value.trim().trim_matches(['"', '\'']).split_once("::").map(|(vendor, _)| vendor);
    vendor.is_some_and(|vendor| !vendor.is_empty() && vendor.chars().all(|c| c.is_ascii_alphanumeric()))
}

fn json(text: &[u8]) -> bool {
    let mut sections = Sections::default();
    let (mut depth, mut in_resources, mut at) = (0_usize, false, 0);
    // The last key, while its value is expected.
    let mut key: Option<&[u8]> = None;
    while let Some(byte) = text.get(at) {
        match byte {
            b'{' => depth += 1,
            b'[' => {
                in_resources &= depth != 1 || key != Some(b"Resources");
                depth += 1;
            }
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

#[cfg(test)]
mod tests {
    use super::*;

    /// The name documents the test case; a template may have any name.
    fn claims(_: &str, text: &str) -> bool {
        claims_to_be(text)
    }

    #[test]
    fn templates() {
        assert!(claims("a.yaml", "AWSTemplateFormatVersion: 2010-09-09\nResources: ["));
        assert!(claims("a.yml", "\u{feff}---\r\n\"Resources\":\r\n  A:\r\n    Type: 'AWS::S3::Bucket'\r\n"));
        assert!(claims("a.template", "Resources:\n  A: {Type: Custom::Thing}\n"));
        assert!(claims("a.yaml", "Resources: {A: {Type: AWS::S3::Bucket}}\n"));
        assert!(claims("-", "Transform: x\nResources:\n  Fn::ForEach::A: []\n"));
        assert!(claims("a.json", "{\t\"Resources\" : {\"A\": {\"Properties\": {}, \"Type\": \"AWS::S3::Bucket\"}}}"));
        assert!(claims("a.json", "{\"Description\": \"a \\\" b\", \"AWSTemplateFormatVersion\": \"2010-09-09\", broken"));
        // A custom macro may take a list.
        assert!(claims("a.template", "Transform: Mine\nResources:\n  - \"a bucket\"\n"));
    }

    #[test]
    fn other_files() {
        for (name, text) in [
            ("deployment.yaml", "apiVersion: v1\nkind: ConfigMap\ndata:\n  t.yaml: |\n    AWSTemplateFormatVersion: '2010-09-09'\n"),
            ("ci.yml", "on: push\njobs:\n  a:\n    steps: [{ uses: x }]\n"),
            ("docker-compose.yml", "services:\n  db:\n    image: postgres\n"),
            ("serverless.yml", "service: a\nresources:\n  Resources:\n    A:\n      Type: AWS::S3::Bucket\n"),
            ("values.yaml", "Resources:\n  limits: { cpu: 1 }\n"),
            ("plan.json", "{\"format_version\": \"1.2\", \"resource_changes\": [{\"Type\": \"AWS::S3::Bucket\"}]}"),
            ("deep.json", "{\"x\": {\"Resources\": {\"A\": {\"Type\": \"AWS::S3::Bucket\"}}}}"),
            ("manifest.json", "{\"Resources\": {\"A\": {\"Type\": \"aws\"}}, \"k\": \"\\\""),
            ("appspec.yaml", "version: 0.0\nResources:\n  - TargetService:\n      Type: AWS::ECS::Service\n"),
            ("appspec.yml", "version: 0.0\nResources: # what is deployed\n\n- F:\n    Type: AWS::Lambda::Function\nHooks:\n- X: y\n"),
            ("appspec.yaml", "Resources: [{F: {Type: AWS::Lambda::Function}}]\n"),
            ("appspec.json", "{\"version\": 0.0, \"Resources\": [{\"Type\": \"AWS::Lambda::Function\"}]}"),
            ("empty.yaml", ""),
        ] {
            assert!(!claims(name, text), "{name}");
        }
    }
}
