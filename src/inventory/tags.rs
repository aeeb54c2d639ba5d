//! The tags of a resource as far as they are known. In a template, the value of a tag may be unknown, and so may be whether there are others.

use super::{Declared, Fact, Reasons};
use std::collections::BTreeMap;

/// Tags by key, including the `aws:` tags that AWS sets.
pub type Tags = BTreeMap<String, String>;

/// The path of the reasons why a resource may have further tags ([`super::Declared::unknown`]).
pub const TAGS: &str = "tags";

/// Stands for every other key of a tag. (Only Amazon EC2 allows a tag of this name, and to take it for unknown is on the safe side.)
pub const ANY_TAG: &str = "*";

/// The path of the reasons why the value of one tag is unknown.
pub fn tag_path(key: &str) -> String {
    format!("{TAGS}.{key}")
}

/// The key of the tag that a path marks as unknown.
fn key_of(path: &str) -> Option<&str> {
    path.strip_prefix(TAGS)?.strip_prefix('.')
}

/// Tags, and their unknown parts.
#[derive(Clone, Copy, Debug)]
pub struct KnownTags<'r> {
    read: Option<&'r Tags>,
    unknown: Option<&'r Reasons>,
}

impl<'r> KnownTags<'r> {
    /// Unread tags.
    #[cfg(test)]
    pub const UNREAD: KnownTags<'static> = KnownTags { read: None, unknown: None };

    /// Tags that were read, and what a template leaves open of them.
    pub fn new(tags: &'r Fact<Tags>, declared: Option<&'r Declared>) -> Self {
        KnownTags { read: tags.read(), unknown: declared.map(|declared| &declared.unknown) }
    }

    #[cfg(test)]
    pub fn with_unknown(self, unknown: &'r Reasons) -> Self {
        KnownTags { unknown: Some(unknown), ..self }
    }

    /// The value of a tag; `None` if the resource does not have the tag.
    pub fn get(&self, key: &str) -> Fact<Option<&'r str>> {
        match self.read.map(|tags| tags.get(key)) {
            Some(Some(value)) => Fact::Read(Some(value)),
            Some(None) if !self.is_open(key) => Fact::Read(None),
            _ => Fact::Unread,
        }
    }

    /// Whether the resource has one of these tags with its value; `None` if this depends on unknown tags or an unknown value.
    pub fn has_one<'w>(&self, wanted: impl IntoIterator<Item = (&'w str, Option<&'w str>)>) -> Option<bool> {
        self.place_of_one(wanted).map(|place| place.is_some())
    }

    /// The place of the first of these tags that the resource has with its value; `None` if this depends on unknown tags or an unknown value.
    pub fn place_of_one<'w>(&self, wanted: impl IntoIterator<Item = (&'w str, Option<&'w str>)>) -> Option<Option<usize>> {
        let mut found = Some(None);
        for (place, (key, value)) in wanted.into_iter().enumerate() {
            match (self.get(key).read(), value) {
                (Some(Some(own)), Some(value)) if *own == value => return Some(Some(place)),
                (Some(None), _) | (Some(Some(_)), Some(_)) => {}
                (Some(Some(_)), None) | (None, _) => found = None,
            }
        }
        found
    }

    /// Whether nothing is known about the tags.
    pub fn are_unread(&self) -> bool {
        self.read.is_none()
    }

    /// The keys of tags whose values are unknown, and [`ANY_TAG`] if there may be others.
    pub fn unread(&self) -> Vec<String> {
        if self.are_unread() {
            return vec![ANY_TAG.to_owned()];
        }
        let open = self.unknown.into_iter().flatten().map(|(path, _)| path.as_str());
        open.filter_map(|path| if path == TAGS { Some(ANY_TAG) } else { key_of(path) }).map(str::to_owned).collect()
    }

    fn is_open(&self, key: &str) -> bool {
        self.unknown.into_iter().flatten().any(|(path, _)| path == TAGS || key_of(path) == Some(key))
    }
}

#[cfg(test)]
impl<'r> From<&'r Tags> for KnownTags<'r> {
    fn from(all: &'r Tags) -> Self {
        KnownTags { read: Some(all), unknown: None }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::inventory::Resource;

    fn resource(tags: Fact<Tags>, unknown: &[&str]) -> Resource {
        let reasons = unknown.iter().map(|path| (path.to_string(), vec!["why".to_owned()])).collect();
        let declared = Declared {
            uid: String::new(),
            file: "t".into(),
            at: Default::default(),
            construct: None,
            given: Vec::new(),
            places: BTreeMap::new(),
            unknown: reasons,
            template: Default::default(),
            written: Default::default(),
            ignores: Vec::new(),
            suppressed: Vec::new(),
        };
        let json = serde_json::json!({ "type": "AWS::EC2::Volume", "arn": "", "account": "", "region": "", "id": "" });
        Resource { tags, declared: Some(Box::new(declared)), ..serde_json::from_value(json).unwrap() }
    }

    #[test]
    fn tags_are_known_one_by_one() {
        let read = Fact::Read(Tags::from([("backup".to_owned(), "daily".to_owned())]));
        let one = resource(read.clone(), &["tags.tier", "tags_of_snapshots"]);
        let tags = one.tags();
        assert_eq!(tags.get("backup"), Fact::Read(Some("daily")));
        assert_eq!(tags.get("tier"), Fact::Unread);
        assert_eq!(tags.get("other"), Fact::Read(None));
        assert_eq!(tags.has_one([("tier", Some("gold")), ("backup", Some("daily"))]), Some(true));
        assert_eq!(tags.has_one([("tier", Some("gold")), ("backup", Some("weekly"))]), None);
        assert_eq!(tags.has_one([("other", Some("x")), ("backup", Some("weekly"))]), Some(false));
        assert_eq!(tags.has_one([("other", None)]), Some(false), "an unknown value does not match a missing tag");
        assert_eq!(tags.has_one([("backup", None)]), None);
        assert!(!tags.are_unread());
        assert_eq!(tags.unread(), ["tier"]);

        let more = resource(read, &["tags"]);
        let tags = more.tags();
        assert_eq!((tags.get("backup"), tags.get("other")), (Fact::Read(Some("daily")), Fact::Unread));

        let unread = resource(Fact::Unread, &["tags"]);
        assert_eq!(unread.tags().get("backup"), Fact::Unread);
        assert_eq!((unread.tags().unread(), more.tags().unread()), (vec![ANY_TAG.to_owned()], vec![ANY_TAG.to_owned()]));
    }
}
