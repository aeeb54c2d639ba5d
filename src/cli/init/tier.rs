//! Which tag tells what data is worth, and which of its values asks for more.

use crate::audit::survey::Tags;

/// Keys that tell what data is worth, the most telling first. Compared in lower case, without `-`, `_`, `:`, `/` and spaces.
const KEYS: [&str; 24] = [
    "tier",
    "backuptier",
    "criticality",
    "datacriticality",
    "businesscriticality",
    "importance",
    "servicetier",
    "sla",
    "backup",
    "backuppolicy",
    "backupplan",
    "rpo",
    "dataclass",
    "dataclassification",
    "classification",
    "confidentiality",
    "env",
    "environment",
    "stage",
    "application",
    "app",
    "service",
    "team",
    "owner",
];

/// A tag is proposed last if fewer than one in so many resources have it.
const LACKING: u64 = 4;

/// Objectives that are proposed. A tag with more values tells something else, such as a name.
const MOST_VALUES: usize = 8;

/// Values that ask for much, and for little; what is in neither list is in between.
const STRICT: [&str; 20] = [
    "gold",
    "platinum",
    "diamond",
    "critical",
    "missioncritical",
    "businesscritical",
    "vital",
    "high",
    "highest",
    "tier0",
    "tier1",
    "0",
    "1",
    "prod",
    "production",
    "live",
    "restricted",
    "confidential",
    "hourly",
    "p1",
];
const LOOSE: [&str; 22] = [
    "bronze",
    "low",
    "lowest",
    "tier3",
    "tier4",
    "3",
    "4",
    "dev",
    "develop",
    "development",
    "test",
    "testing",
    "sandbox",
    "nonprod",
    "lab",
    "demo",
    "public",
    "none",
    "no",
    "weekly",
    "p3",
    "p4",
];

/// Values of data that can probably be rebuilt.
const REBUILT: [&str; 12] =
    ["cache", "tmp", "temp", "temporary", "scratch", "sandbox", "ephemeral", "drill", "disposable", "derived", "rebuildable", "throwaway"];

/// How much a value asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Worth {
    Strict,
    Middle,
    Loose,
}

/// The values of the tag that objectives are proposed for: the strictest first, with the resources of each.
#[derive(Debug, PartialEq)]
pub struct Tier<'t> {
    pub key: &'t str,
    pub values: Vec<(&'t str, u64, Worth)>,
}

/// The tag that best tells what data is worth.
pub fn best(tags: &Tags) -> Option<Tier<'_>> {
    let rank = |key: &str| KEYS.iter().position(|known| *known == plain(key));
    let fits =
        tags.keys.iter().filter(|(_, values)| (1..=MOST_VALUES).contains(&values.keys().filter(|value| !value.trim().is_empty()).count()));
    // A tag that most data lacks tells little. Of two spellings of a key, the one that more data has.
    let order = |key: &str, count: u64| Some((count.saturating_mul(LACKING) < tags.resources, rank(key)?, std::cmp::Reverse(count)));
    let ordered = fits.filter_map(|(key, values)| Some((order(key, values.values().sum())?, key, values)));
    let (_, key, values) = ordered.min()?;
    let mut values: Vec<_> =
        values.iter().filter(|(value, _)| !value.trim().is_empty()).map(|(value, count)| (value.as_str(), *count, worth(value))).collect();
    values.sort_by_key(|(value, count, worth)| (*worth, std::cmp::Reverse(*count), *value));
    Some(Tier { key, values })
}

/// A tag whose data can probably be rebuilt.
pub fn rebuilt(tags: &Tags) -> Option<(&str, &str, u64)> {
    let all = tags.keys.iter().flat_map(|(key, values)| values.iter().map(move |(value, count)| (key.as_str(), value.as_str(), *count)));
    let mut found: Vec<_> = all.filter(|(_, value, _)| REBUILT.contains(&plain(value).as_str())).collect();
    found.sort_by_key(|(key, value, count)| (std::cmp::Reverse(*count), *key, *value));
    found.first().copied()
}

fn worth(value: &str) -> Worth {
    let value = plain(value);
    if STRICT.contains(&value.as_str()) {
        Worth::Strict
    } else if LOOSE.contains(&value.as_str()) {
        Worth::Loose
    } else {
        Worth::Middle
    }
}

fn plain(text: &str) -> String {
    text.chars().filter(|character| !"-_:/ ".contains(*character)).flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::{Tier, Worth, best, rebuilt};
    use crate::audit::survey::Tags;

    fn tags(tags: &[(&str, &str, u64)]) -> Tags {
        let mut found = Tags::default();
        for (key, value, count) in tags {
            found.keys.entry((*key).to_owned()).or_default().insert((*value).to_owned(), *count);
        }
        found
    }

    #[test]
    fn the_tag_that_tells_most_and_its_values_in_order() {
        let found = tags(&[
            ("env", "prod", 90),
            ("Tier", "silver", 9),
            ("Tier", "gold", 1),
            ("Tier", "bronze", 5),
            ("Tier", "", 3),
            ("Name", "a", 1),
        ]);
        let values = vec![("gold", 1, Worth::Strict), ("silver", 9, Worth::Middle), ("bronze", 5, Worth::Loose)];
        assert_eq!(best(&found), Some(Tier { key: "Tier", values }));
        assert_eq!(best(&tags(&[("Data-Criticality", "x", 1), ("env", "prod", 9)])).map(|tier| tier.key), Some("Data-Criticality"));
        assert_eq!(best(&tags(&[("Name", "a", 1), ("aws:x", "tier", 4)])), None);
        // Of two spellings, the one that more data has; a key of very many values is no tier.
        assert_eq!(best(&tags(&[("tier", "a", 1), ("Tier", "a", 2)])).map(|tier| tier.key), Some("Tier"));
        let many: Vec<String> = (0..9).map(|number| format!("value {number}")).collect();
        let many: Vec<(&str, &str, u64)> = many.iter().map(|value| ("tier", value.as_str(), 1)).chain([("env", "prod", 1)]).collect();
        assert_eq!(best(&tags(&many)).map(|tier| tier.key), Some("env"));
        assert_eq!(best(&tags(&[("tier", " ", 1)])), None);
        // A tag that few have says little, if there is another.
        let few = |of: u64| Tags { resources: of, ..tags(&[("backup", "daily", 1), ("environment", "production", of)]) };
        assert_eq!(best(&few(9)).map(|tier| tier.key), Some("environment"));
        assert_eq!(best(&few(4)).map(|tier| tier.key), Some("backup"));
        assert_eq!(best(&Tags { resources: 9, ..tags(&[("backup", "daily", 1)]) }).map(|tier| tier.key), Some("backup"));
    }

    #[test]
    fn data_that_can_probably_be_rebuilt() {
        assert_eq!(rebuilt(&tags(&[("data", "cache", 2), ("env", "Sandbox", 7), ("env", "prod", 9)])), Some(("env", "Sandbox", 7)));
        assert_eq!(rebuilt(&tags(&[("env", "prod", 9)])), None);
    }
}
