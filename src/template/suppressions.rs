//! Checks that a template suppresses in other tools. They waive nothing in rel9; findings for the resource mention them.

/// The marks of such comments, with the tool: checkov ("Suppressing and skipping policies"), tfsec and Trivy ("Ignoring findings" by
/// comments).
const MARKS: [(&str, &str); 3] = [("checkov:skip=", "checkov"), ("tfsec:ignore:", "tfsec"), ("trivy:ignore:", "trivy")];

/// The checks that a comment names, with their tool: `checkov CKV_AWS_18`. `text` is what follows the `#`.
pub fn checks_in_comment(text: &str) -> Vec<String> {
    let named = |word: &str| {
        let (rest, tool) = MARKS.iter().find_map(|(mark, tool)| Some((word.strip_prefix(mark)?, tool)))?;
        let id = rest.split([':', '[', ',']).next().filter(|id| !id.is_empty())?;
        Some(format!("{tool} {}", super::declaration::short(id)))
    };
    let mut words = text.split_whitespace();
    let Some(first) = words.next().and_then(named) else { return Vec::new() };
    std::iter::once(first).chain(words.filter_map(named)).collect()
}

/// The offsets of marks in a text.
pub fn marks(text: &str) -> impl Iterator<Item = usize> {
    MARKS.iter().flat_map(move |(mark, _)| text.match_indices(mark).map(|(offset, _)| offset))
}

#[cfg(test)]
mod tests {
    use super::checks_in_comment;

    #[test]
    fn comments_of_three_tools() {
        assert_eq!(checks_in_comment("checkov:skip=CKV_AWS_18:no logs of logs: never"), ["checkov CKV_AWS_18"]);
        assert_eq!(checks_in_comment(" checkov:skip=CKV2_AWS_6"), ["checkov CKV2_AWS_6"]);
        assert_eq!(checks_in_comment("tfsec:ignore:aws-s3-a tfsec:ignore:aws-s3-b:exp:2027-01-01"), ["tfsec aws-s3-a", "tfsec aws-s3-b"]);
        assert_eq!(checks_in_comment(" trivy:ignore:AVD-AWS-0089 as the logs are elsewhere"), ["trivy AVD-AWS-0089"]);
        assert!(checks_in_comment("see checkov:skip=CKV_AWS_18 above").is_empty());
        assert!(checks_in_comment("checkov:skip=").is_empty());
    }
}
