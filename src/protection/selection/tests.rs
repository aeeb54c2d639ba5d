use super::tag_change::TagChanges;
use super::*;
use crate::inventory::{Declared, Fact, Reasons, Tags};
use proptest::prelude::*;

const VOLUME: &str = "arn:aws:ec2:eu-west-1:111122223333:volume/vol-1";
const INSTANCE: &str = "arn:aws:ec2:eu-west-1:111122223333:instance/i-1";
const BUCKET: &str = "arn:aws:s3:::data";

fn tag(key: &str, value: &str) -> TagCondition {
    TagCondition { key: key.to_string(), value: value.to_string().into() }
}

fn tags(pairs: &[(&str, &str)]) -> Tags {
    pairs.iter().map(|(key, value)| (key.to_string(), value.to_string())).collect()
}

fn texts(list: &[&str]) -> Vec<String> {
    list.iter().map(|text| text.to_string()).collect()
}

fn facts(resources: &[&str], not_resources: &[&str], list_of_tags: Vec<TagCondition>, conditions: Conditions) -> BackupSelection {
    BackupSelection {
        resources: Fact::Read(texts(resources)),
        not_resources: Fact::Read(texts(not_resources)),
        list_of_tags: Fact::Read(list_of_tags),
        conditions: Fact::Read(conditions),
        ..BackupSelection::default()
    }
}

fn by_arn(resources: &[&str], not_resources: &[&str]) -> Selection {
    Selection::new(&facts(resources, not_resources, vec![], Conditions::default()), None)
}

fn reach(pattern: &str, arn: &str) -> Match {
    by_arn(&[pattern], &[]).matches(arn, UNREAD)
}

const UNREAD: KnownTags = KnownTags::UNREAD;

fn known(tags: &Tags) -> KnownTags<'_> {
    KnownTags::from(tags)
}

fn no_tags(arn: &str, asked: &[&str]) -> Match {
    Match::Unknown { why: format!("the tags of {arn} were not read"), tags: texts(asked) }
}

fn no_selection() -> Match {
    Match::Unknown { why: "a backup selection of a backup plan is not known whole".to_string(), tags: Vec::new() }
}

#[test]
fn tag_union() {
    let union = facts(&[INSTANCE], &[], vec![tag("backup", "daily"), tag("aws:ResourceTag/tier", "gold")], Conditions::default());
    let selection = Selection::new(&union, None);
    let answer = |pairs| selection.matches(VOLUME, known(&tags(pairs)));
    assert_eq!(answer(&[("backup", "daily")]), Match::Selected(Reach::Tag));
    assert_eq!(answer(&[("tier", "gold")]), Match::Selected(Reach::Tag));
    assert_eq!(answer(&[("tier", "Gold"), ("Backup", "daily")]), Match::NotSelected);
    assert_eq!(answer(&[]), Match::NotSelected);
    // The ARN needs no tag, and is the stronger of the two ways.
    assert_eq!(selection.matches(INSTANCE, known(&tags(&[]))), Match::Selected(Reach::Explicit));
    assert_eq!(selection.matches(INSTANCE, UNREAD), Match::Selected(Reach::Explicit));
    assert_eq!(selection.matches(VOLUME, UNREAD), no_tags(VOLUME, &["backup", "tier"]));
}

#[test]
fn conditions_must_all_hold() {
    let conditions = Conditions {
        string_equals: vec![tag("aws:ResourceTag/backup", "yes")],
        string_not_equals: vec![tag("aws:ResourceTag/stage", "test")],
        string_like: vec![tag("aws:ResourceTag/team", "*-data*")],
        string_not_like: vec![tag("owner", "tmp*")],
    };
    let selection = Selection::new(&facts(&["*"], &[], vec![], conditions), None);
    let answer = |pairs| selection.matches(VOLUME, known(&tags(pairs)));
    let all = Match::Selected(Reach::Everything);
    assert_eq!(answer(&[("backup", "yes"), ("team", "eu-data-1")]), all);
    assert_eq!(answer(&[("backup", "yes"), ("team", "-data"), ("stage", "prod"), ("owner", "ann")]), all);
    assert_eq!(answer(&[("backup", "yes")]), Match::NotSelected);
    assert_eq!(answer(&[("team", "eu-data-1")]), Match::NotSelected);
    assert_eq!(answer(&[("backup", "yes"), ("team", "eu-data-1"), ("stage", "test")]), Match::NotSelected);
    assert_eq!(answer(&[("backup", "yes"), ("team", "eu-data-1"), ("owner", "tmp-1")]), Match::NotSelected);
    assert_eq!(selection.matches(VOLUME, UNREAD), no_tags(VOLUME, &["backup", "owner", "stage", "team"]));
}

#[test]
fn a_tag_that_is_not_known_leaves_open_what_depends_on_it() {
    let reasons = Reasons::from([("tags.stage".to_owned(), vec!["why".to_owned()])]);
    let own = tags(&[("backup", "yes"), ("team", "data")]);
    let tags = known(&own).with_unknown(&reasons);
    let answer = |list_of_tags: Vec<TagCondition>, conditions| {
        let everything = if list_of_tags.is_empty() { ["*"].as_slice() } else { &[] };
        Selection::new(&facts(everything, &[], list_of_tags, conditions), None).matches(VOLUME, tags)
    };
    let stage = || Match::Unknown { why: format!("the tag stage of {VOLUME} is not known"), tags: texts(&["stage"]) };
    let none = Conditions::default;
    assert_eq!(answer(vec![tag("backup", "yes")], none()), Match::Selected(Reach::Tag));
    assert_eq!(answer(vec![tag("stage", "prod"), tag("backup", "yes")], none()), Match::Selected(Reach::Tag));
    assert_eq!(answer(vec![tag("stage", "prod"), tag("backup", "no")], none()), stage());
    assert_eq!(answer(vec![tag("backup", "no")], none()), Match::NotSelected);
    for open in [
        Conditions { string_equals: vec![tag("stage", "prod")], ..none() },
        Conditions { string_not_equals: vec![tag("stage", "prod")], ..none() },
        Conditions { string_like: vec![tag("stage", "*")], ..none() },
        Conditions { string_not_like: vec![tag("stage", "*")], ..none() },
    ] {
        assert_eq!(answer(vec![], open.clone()), stage());
        // Another condition that fails is enough.
        let fails = Conditions { string_like: vec![tag("team", "web*")], ..open.clone() };
        if open.string_like.is_empty() {
            assert_eq!(answer(vec![], fails), Match::NotSelected);
        }
    }
    assert_eq!(answer(vec![], Conditions { string_not_equals: vec![tag("team", "web")], ..none() }), Match::Selected(Reach::Everything));
}

#[test]
fn conditions_narrow_resources_and_tags() {
    let conditions = Conditions { string_equals: vec![tag("stage", "prod")], ..Conditions::default() };
    let selection = Selection::new(&facts(&["arn:aws:ec2:*:*:volume/*"], &[], vec![tag("backup", "yes")], conditions), None);
    assert_eq!(selection.matches(VOLUME, known(&tags(&[("stage", "prod")]))), Match::Selected(Reach::Explicit));
    assert_eq!(selection.matches(VOLUME, known(&tags(&[("backup", "yes")]))), Match::NotSelected);
    let both = tags(&[("backup", "yes"), ("stage", "prod")]);
    assert_eq!(selection.matches(BUCKET, known(&both)), Match::Selected(Reach::Tag));
}

#[test]
fn exclusion_wins() {
    let selection = by_arn(&["*"], &["arn:aws:ec2:*:*:volume/*"]);
    assert_eq!(selection.matches(VOLUME, UNREAD), Match::NotSelected);
    assert_eq!(selection.matches(INSTANCE, UNREAD), Match::Selected(Reach::Everything));
    assert_eq!(by_arn(&[VOLUME], &[VOLUME]).matches(VOLUME, UNREAD), Match::NotSelected);
    let tagged = Selection::new(&facts(&[], &[VOLUME], vec![tag("a", "b")], Conditions::default()), None);
    assert_eq!(tagged.matches(VOLUME, UNREAD), Match::NotSelected);
}

#[test]
fn wildcard_runs_over_colons_and_slashes() {
    assert_eq!(reach("arn:aws:ec2:*:volume/*", VOLUME), Match::Selected(Reach::Explicit));
    assert_eq!(reach("*volume/*", VOLUME), Match::Selected(Reach::Explicit));
    assert_eq!(reach("arn:aws:ec2:*/vol-1", VOLUME), Match::Selected(Reach::Service));
    assert_eq!(reach("arn:aws:EC2:*", VOLUME), Match::NotSelected);
    assert_eq!(reach("arn:aws:ec2:eu-west-1:111122223333:volume/vol-?", VOLUME), Match::NotSelected);
    assert_eq!(reach("arn:aws:ec2:*:*:volume/vol", VOLUME), Match::NotSelected);
}

#[test]
fn reach_by_what_the_pattern_names() {
    let table = "arn:aws:dynamodb:eu-west-1:111122223333:table/orders";
    let cluster = "arn:aws:rds:eu-west-1:111122223333:cluster:orders";
    let database = "arn:aws:rds:eu-west-1:111122223333:db:orders";
    for (pattern, arn, expected) in [
        ("*", VOLUME, Reach::Everything),
        ("arn:*", VOLUME, Reach::Everything),
        ("arn:aws:*", VOLUME, Reach::Everything),
        ("*:vol*", VOLUME, Reach::Everything),
        ("arn:aws:ec2:*", VOLUME, Reach::Service),
        ("arn:aws:ec2:*:*:*", VOLUME, Reach::Service),
        ("arn:aws:ec2:*:*:vol*", VOLUME, Reach::Service),
        ("arn:aws:dynamodb:*", table, Reach::Service),
        ("arn:aws:s3:*", BUCKET, Reach::Service),
        (VOLUME, VOLUME, Reach::Explicit),
        ("arn:aws:ec2:*:*:volume/*", VOLUME, Reach::Explicit),
        ("arn:aws:dynamodb:*:*:table/*", table, Reach::Explicit),
        ("arn:aws:rds:*:*:db:*", database, Reach::Explicit),
        ("arn:aws:s3:::*", BUCKET, Reach::Explicit),
        ("arn:aws:s3:::da*", BUCKET, Reach::Explicit),
        (BUCKET, BUCKET, Reach::Explicit),
        ("arn:aws:rds:*", cluster, Reach::Service),
        ("arn:aws:rds:*:*:cluster:*", cluster, Reach::Explicit),
        (cluster, cluster, Reach::Explicit),
    ] {
        assert_eq!(reach(pattern, arn), Match::Selected(expected), "{pattern}");
    }
    assert_eq!(by_arn(&["*", "arn:aws:ec2:*", "arn:aws:ec2:*:*:volume/*"], &[]).matches(VOLUME, UNREAD), Match::Selected(Reach::Explicit));
}

/// The declaration of a selection, with the lists that have unknown parts.
fn declared(unknown: &[&str]) -> Declared {
    Declared {
        uid: String::new(),
        file: "t".into(),
        at: Default::default(),
        construct: None,
        given: Vec::new(),
        places: Default::default(),
        unknown: unknown.iter().map(|path| (path.to_string(), vec!["why".to_owned()])).collect(),
        template: Default::default(),
        written: Default::default(),
        ignores: Vec::new(),
        suppressed: Vec::new(),
    }
}

#[test]
fn aws_refuses_a_selection_that_names_nothing() {
    let conditions = Conditions { string_equals: vec![tag("a", "b")], ..Conditions::default() };
    for facts in [facts(&[], &[], vec![], Conditions::default()), facts(&[], &[], vec![], conditions)] {
        let template = declared(&[]);
        let refused = Selection::new(&facts, Some(&template));
        assert_eq!(refused.names_nothing(), Some(true));
        assert_eq!(refused.matches(VOLUME, known(&tags(&[("a", "b")]))), Match::NotSelected);
        // AWS cannot have returned a selection that it does not accept.
        let read = Selection::new(&facts, None).matches(VOLUME, known(&tags(&[("a", "b")])));
        assert!(matches!(&read, Match::Unknown { why, .. } if why.contains("which AWS Backup refuses")), "{read:?}");
    }
    assert_eq!(by_arn(&[], &["arn:aws:s3:*"]).matches(BUCKET, UNREAD), Match::NotSelected, "excluded for certain");
    // A selection with tags that match nothing is not empty.
    let tagged = Selection::new(&facts(&[], &[], vec![tag("a", "b")], Conditions::default()), None);
    assert_eq!(tagged.matches(VOLUME, known(&tags(&[]))), Match::NotSelected);
}

#[test]
fn what_is_not_known_of_a_list_takes_nothing_from_what_is() {
    let open = declared(&["resources[]"]);
    let selection = Selection::new(&facts(&[VOLUME], &[], vec![], Conditions::default()), Some(&open));
    assert_eq!(selection.matches(VOLUME, UNREAD), Match::Selected(Reach::Explicit));
    assert_eq!(selection.matches(INSTANCE, UNREAD), no_selection());
    let by_tag = Selection::new(&facts(&[], &[], vec![tag("a", "b")], Conditions::default()), Some(&open));
    assert_eq!(by_tag.matches(VOLUME, known(&tags(&[("a", "b")]))), Match::Selected(Reach::Tag));
    assert_eq!(by_tag.matches(VOLUME, known(&tags(&[]))), no_selection());
    // A list that is entirely unknown is not empty either.
    let mut unread = facts(&[], &[], vec![tag("a", "b")], Conditions::default());
    unread.resources = Fact::Unread;
    let unread = Selection::new(&unread, Some(&open));
    assert_eq!(unread.matches(VOLUME, known(&tags(&[("a", "b")]))), Match::Selected(Reach::Tag));
    assert_eq!(unread.names_nothing(), Some(false));
    let open = declared(&["list_of_tags[]"]);
    let selection = Selection::new(&facts(&[VOLUME], &[], vec![], Conditions::default()), Some(&open));
    assert_eq!(selection.matches(VOLUME, UNREAD), Match::Selected(Reach::Explicit));
    assert_eq!(selection.matches(BUCKET, UNREAD), no_selection());
}

#[test]
fn what_is_not_known_of_exclusions_and_conditions_may_take_anything() {
    let open = declared(&["not_resources[]"]);
    let selection = Selection::new(&facts(&["*"], &[VOLUME], vec![], Conditions::default()), Some(&open));
    assert_eq!(selection.matches(VOLUME, UNREAD), Match::NotSelected);
    assert_eq!(selection.matches(BUCKET, UNREAD), no_selection());
    let open = declared(&["conditions.string_not_like[]"]);
    let conditions = Conditions { string_equals: vec![tag("a", "b")], ..Conditions::default() };
    let selection = Selection::new(&facts(&["*"], &[], vec![], conditions), Some(&open));
    assert_eq!(selection.matches(VOLUME, known(&tags(&[]))), Match::NotSelected);
    assert_eq!(selection.matches(VOLUME, known(&tags(&[("a", "b")]))), no_selection());
}

#[test]
fn a_value_that_is_not_known_asks_for_the_tag_all_the_same() {
    let open = || TagCondition { key: "a".to_owned(), value: Fact::Unread };
    let by_tag = Selection::new(&facts(&[], &[], vec![open()], Conditions::default()), Some(&declared(&[])));
    assert_eq!(by_tag.matches(VOLUME, known(&tags(&[]))), Match::NotSelected);
    assert_eq!(by_tag.matches(VOLUME, known(&tags(&[("a", "b")]))), no_selection());
    let narrowed = |conditions| Selection::new(&facts(&["*"], &[], vec![], conditions), Some(&declared(&[])));
    let equals = narrowed(Conditions { string_equals: vec![open()], ..Conditions::default() });
    assert_eq!(equals.matches(VOLUME, known(&tags(&[]))), Match::NotSelected);
    assert_eq!(equals.matches(VOLUME, known(&tags(&[("a", "b")]))), no_selection());
    let differs = narrowed(Conditions { string_not_equals: vec![open()], ..Conditions::default() });
    assert_eq!(differs.matches(VOLUME, known(&tags(&[]))), Match::Selected(Reach::Everything));
}

#[test]
fn unread_selections_are_unknown_unless_what_was_read_decides() {
    let unread = Selection::new(&BackupSelection::default(), None);
    assert_eq!(unread.matches(VOLUME, known(&tags(&[]))), no_selection());
    let mut partly = facts(&[VOLUME], &[VOLUME], vec![], Conditions::default());
    partly.conditions = Fact::Unread;
    assert_eq!(Selection::new(&partly, None).matches(VOLUME, UNREAD), Match::NotSelected);
    assert_eq!(Selection::new(&partly, None).matches(BUCKET, UNREAD), Match::NotSelected);
    partly.not_resources = Fact::Unread;
    assert_eq!(Selection::new(&partly, None).matches(VOLUME, UNREAD), no_selection());
}

/// Wildcards by definition: `*` is any text.
fn slow_like(pattern: &[char], text: &[char]) -> bool {
    match pattern.split_first() {
        None => text.is_empty(),
        Some(('*', rest)) => (0..=text.len()).any(|skip| slow_like(rest, &text[skip..])),
        Some((first, rest)) => text.split_first().is_some_and(|(head, tail)| head == first && slow_like(rest, tail)),
    }
}

fn like(pattern: &str, text: &str) -> bool {
    slow_like(&pattern.chars().collect::<Vec<_>>(), &text.chars().collect::<Vec<_>>())
}

/// The documented rules, one sentence per line.
fn slow_selects(facts: &BackupSelection, arn: &str, tags: &Tags) -> bool {
    let (resources, not_resources) = (facts.resources.read().unwrap(), facts.not_resources.read().unwrap());
    let (list, conditions) = (facts.list_of_tags.read().unwrap(), facts.conditions.read().unwrap());
    let tag = |entry: &TagCondition| tags.get(&entry.key.replace("aws:ResourceTag/", "")).cloned();
    let excluded = not_resources.iter().any(|pattern| like(pattern, arn));
    let by_arn = resources.iter().any(|pattern| like(pattern, arn));
    let wanted = |entry: &TagCondition| entry.value.read().cloned().unwrap();
    let by_tag = list.iter().any(|entry| tag(entry) == Some(wanted(entry)));
    let equals = |entry: &TagCondition| tag(entry).is_some_and(|value| value == wanted(entry));
    let likes = |entry: &TagCondition| tag(entry).is_some_and(|value| like(&wanted(entry), &value));
    !excluded
        && (by_arn || by_tag)
        && conditions.string_equals.iter().all(equals)
        && !conditions.string_not_equals.iter().any(equals)
        && conditions.string_like.iter().all(likes)
        && !conditions.string_not_like.iter().any(likes)
}

/// The selection without what the miss names: the excluding entries, the unmet conditions, and the missing candidate.
fn repaired(facts: &BackupSelection, miss: &Miss, arn: &str) -> BackupSelection {
    let mut facts = facts.clone();
    if miss.excluded_by.is_some() {
        facts.not_resources = Fact::Read(facts.not_resources.read().unwrap().iter().filter(|entry| !like(entry, arn)).cloned().collect());
    }
    if miss.is_no_candidate {
        facts.resources = Fact::Read(vec![arn.to_owned()]);
    }
    if !miss.unmet.is_empty() {
        let named = |entry: &TagCondition, negated: bool, like: bool| {
            miss.unmet.iter().any(|unmet| {
                let value = match &unmet.value {
                    Some(Value::Exact(value)) if !like => Some(value),
                    Some(Value::Like(pattern)) if like => Some(&pattern.text),
                    _ => None,
                };
                (unmet.key.as_str(), unmet.negated, value) == (plain(entry).key.as_str(), negated, entry.value.read())
            })
        };
        let mut conditions = facts.conditions.read().unwrap().clone();
        conditions.string_equals.retain(|entry| !named(entry, false, false));
        conditions.string_not_equals.retain(|entry| !named(entry, true, false));
        conditions.string_like.retain(|entry| !named(entry, false, true));
        conditions.string_not_like.retain(|entry| !named(entry, true, true));
        facts.conditions = Fact::Read(conditions);
    }
    facts
}

fn some_facts() -> impl Strategy<Value = BackupSelection> {
    let pattern = prop_oneof![
        "[ab*]{1,4}",
        "arn:aws:(ec2|s3|\\*):[*ab:/]{0,6}",
        Just("arn:aws:ec2:r:a:volume/a".to_string()),
        "arn:aws:ec2:\\*:\\*:(volume|instance|\\*)/[ab*]{1,2}",
        Just("*".to_string()),
    ];
    let arns = prop::collection::vec(pattern, 0..3);
    let entry = |value: &'static str| ("(aws:ResourceTag/)?[ab]", value).prop_map(|(key, value)| TagCondition { key, value: value.into() });
    let entries = move |value| prop::collection::vec(entry(value), 0..2);
    let conditions = (entries("[xy]{0,2}"), entries("[xy]{0,2}"), entries("[xy*?]{0,3}"), entries("[xy*?]{0,3}"));
    (arns.clone(), arns, entries("[xy]{0,2}"), conditions).prop_map(|(resources, not_resources, list, conditions)| BackupSelection {
        resources: Fact::Read(resources),
        not_resources: Fact::Read(not_resources),
        list_of_tags: Fact::Read(list),
        conditions: Fact::Read(Conditions {
            string_equals: conditions.0,
            string_not_equals: conditions.1,
            string_like: conditions.2,
            string_not_like: conditions.3,
        }),
        ..BackupSelection::default()
    })
}

#[test]
fn words_have_the_deciding_values() {
    let daily = || vec![tag("backup", "daily")];
    let says = |facts: &BackupSelection, pairs: &[(&str, &str)]| {
        let (selection, tags) = (Selection::new(facts, Some(&declared(&[]))), tags(pairs));
        selection.decide(VOLUME, known(&tags)).words(&selection, VOLUME, known(&tags))
    };
    let by_tag = facts(&[], &[], daily(), Conditions::default());
    assert_eq!(says(&by_tag, &[("backup", "daily")]), "tag backup=daily selects it");
    assert_eq!(says(&by_tag, &[("backup", "weekly")]), "tag backup=daily is required, the resource has backup=weekly");
    assert_eq!(says(&by_tag, &[]), "tag backup=daily is required, the resource has no tag backup");
    let conditions = Conditions {
        string_not_equals: vec![tag("aws:ResourceTag/env", "test")],
        string_like: vec![tag("team", "a*")],
        ..Conditions::default()
    };
    let narrow = facts(&["arn:aws:ec2:*:*:volume/*"], &[VOLUME], vec![], conditions.clone());
    assert_eq!(
        says(&narrow, &[("env", "test")]),
        format!(
            "the entry {VOLUME} of NotResources excludes it; condition env != test is not met, the resource has env=test; \
                 condition team like a* is not met, the resource has no tag team"
        )
    );
    let wide = facts(&["arn:aws:ec2:*:*:volume/*"], &[], vec![], conditions);
    assert_eq!(says(&wide, &[("team", "ab")]), "the entry arn:aws:ec2:*:*:volume/* of Resources names it, and it meets every condition");
    let elsewhere = facts(&[BUCKET, INSTANCE, "arn:aws:rds:*", "arn:aws:ecs:*", "arn:aws:eks:*"], &[], daily(), Conditions::default());
    assert_eq!(
        says(&elsewhere, &[]),
        format!(
            "Resources does not name it: {INSTANCE}, arn:aws:ecs:*, arn:aws:eks:* and 2 more; tag backup=daily is required, \
                 the resource has no tag backup"
        )
    );
    let refused = facts(&[], &[], vec![], Conditions::default());
    assert_eq!(says(&refused, &[]), "the selection names neither resources nor tags, which AWS Backup refuses");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn agrees_with_the_reference(
        facts in some_facts(),
        arn in prop_oneof!["arn:aws:ec2:r:a:(volume|instance)/[ab]{1,2}", "arn:aws:s3:::[ab]{1,3}"],
        tags in prop::collection::btree_map("[abc]", "[xy?]{0,3}", 0..3),
    ) {
        let template = declared(&[]);
        let selection = Selection::new(&facts, Some(&template));
        let answer = selection.matches(&arn, known(&tags));
        prop_assert_eq!(matches!(answer, Match::Selected(_)), slow_selects(&facts, &arn, &tags));
        prop_assert!(matches!(answer, Match::Selected(_) | Match::NotSelected));
        // Without tags, the answer is the same or unknown, never a different one.
        match selection.matches(&arn, UNREAD) {
            Match::Unknown { why, .. } => prop_assert_eq!(why, format!("the tags of {arn} were not read")),
            definite => prop_assert_eq!(definite, answer),
        }
    }

    /// What is said to decide decides: without it, the answer is the other one.
    #[test]
    fn the_reason_decides(
        facts in some_facts(),
        arn in prop_oneof!["arn:aws:ec2:r:a:(volume|instance)/[ab]{1,2}", "arn:aws:s3:::[ab]{1,3}"],
        tags in prop::collection::btree_map("[abc]", "[xy?]{0,3}", 0..3),
    ) {
        let selection = Selection::new(&facts, Some(&declared(&[])));
        let decision = selection.decide(&arn, known(&tags));
        let words = decision.words(&selection, &arn, known(&tags));
        match &decision {
            Decision::Selects(_, By::Arn(entry)) => {
                prop_assert!(like(entry, &arn));
                prop_assert!(*entry == arn || words.contains(entry), "{}", words);
            }
            Decision::Selects(_, By::Tag(tag)) => {
                prop_assert_eq!(tags.get(&tag.key), tag.value.read());
                prop_assert!(words.contains(&format!("tag {}={} selects it", tag.key, tags[&tag.key])), "{}", words);
            }
            Decision::Misses(miss) => {
                prop_assert!(slow_selects(&repaired(&facts, miss, &arn), &arn, &tags), "{} is not all that keeps it out", words);
                for unmet in &miss.unmet {
                    prop_assert!(words.contains(&unmet.words()), "{}", words);
                }
                prop_assert!(miss.excluded_by.is_none_or(|entry| like(entry, &arn) && words.contains(entry)), "{}", words);
                // Each part is needed: without the others, it still keeps the resource out.
                for part in [
                    Miss { excluded_by: None, ..miss.clone() },
                    Miss { is_no_candidate: false, ..miss.clone() },
                    Miss { unmet: Vec::new(), ..miss.clone() },
                ] {
                    let is_whole = part.excluded_by == miss.excluded_by
                        && part.is_no_candidate == miss.is_no_candidate
                        && part.unmet.len() == miss.unmet.len();
                    prop_assert!(is_whole || !slow_selects(&repaired(&facts, &part, &arn), &arn, &tags), "{}", words);
                }
            }
            Decision::Unknown { why, .. } => prop_assert!(false, "{}", why),
        }
    }

    /// A proposed change of tags adds what is asked for; the selection decides whether that is enough.
    #[test]
    fn changes_of_tags_change_nothing_else(
        facts in some_facts(),
        arn in prop_oneof!["arn:aws:ec2:r:a:(volume|instance)/[ab]{1,2}", "arn:aws:s3:::[ab]{1,3}"],
        own in prop::collection::btree_map("[abc]", "[xy?]{0,3}", 0..3),
    ) {
        let selection = Selection::new(&facts, Some(&declared(&[])));
        let changes = selection.tag_changes(&own);
        for change in &changes {
            prop_assert!(!change.is_empty());
            let asked = |key: &String| facts.list_of_tags.read().unwrap().iter().any(|tag| plain(tag).key == *key);
            prop_assert!(change.keys().all(|key| asked(key) || !own.contains_key(key)), "{:?} changes another tag", change);
        }
        // Where one added tag of the list is enough, it is among them.
        let by_one = facts.list_of_tags.read().unwrap().iter().map(plain).find(|tag| {
            let mut after = own.clone();
            after.insert(tag.key.clone(), tag.value.read().unwrap().clone());
            !slow_selects(&facts, &arn, &own) && slow_selects(&facts, &arn, &after)
        });
        if let Some(tag) = by_one {
            let wanted = TagChanges::from([(tag.key, tag.value.read().unwrap().clone())]);
            prop_assert!(changes.contains(&wanted), "{:?} is not among {:?}", wanted, changes);
        }
    }

    #[test]
    fn wildcards_agree_with_the_reference(pattern in "[ab*?:]{0,8}", text in "[ab?:]{0,10}") {
        prop_assert_eq!(Wildcard::new(&pattern).matches(&text), like(&pattern, &text));
    }
}

#[test]
fn a_miss_names_each_key_of_the_resource_once() {
    let list = vec![tag("team", "a"), tag("env", "b"), tag("team", "c")];
    let selection = Selection::new(&facts(&[], &[], list, Conditions::default()), None);
    let own = tags(&[("env", "x")]);
    let words = selection.decide(VOLUME, known(&own)).words(&selection, VOLUME, known(&own));
    assert_eq!(words, "one of the tags team=a, env=b, team=c is required, the resource has no tag team, env=x");
}
