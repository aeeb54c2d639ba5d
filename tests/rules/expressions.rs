//! Expressions over partly unread facts, compared with a simple reference implementation of three-valued logic.

use proptest::prelude::*;
use rel9::rules::engine::Subject;
use rel9::rules::expr::{Expression, Outcome};
use serde_json::{Map, Value, json};

/// A tree of truth values; `None` is an unread fact.
#[derive(Clone, Debug)]
enum Tree {
    Leaf(Option<bool>),
    Not(Box<Tree>),
    And(Box<Tree>, Box<Tree>),
    Or(Box<Tree>, Box<Tree>),
    If(Box<Tree>, Box<Tree>, Box<Tree>),
}

fn trees() -> impl Strategy<Value = Tree> {
    let leaf = prop_oneof![Just(Some(true)), Just(Some(false)), Just(None)].prop_map(Tree::Leaf);
    leaf.prop_recursive(5, 40, 3, |inner| {
        let boxed = inner.clone().prop_map(Box::new).boxed();
        prop_oneof![
            boxed.clone().prop_map(Tree::Not),
            (boxed.clone(), boxed.clone()).prop_map(|(a, b)| Tree::And(a, b)),
            (boxed.clone(), boxed.clone()).prop_map(|(a, b)| Tree::Or(a, b)),
            (boxed.clone(), boxed.clone(), boxed).prop_map(|(a, b, c)| Tree::If(a, b, c)),
        ]
    })
}

impl Tree {
    fn source(&self) -> String {
        match self {
            // A volume's `encrypted` is read; its `status` is unread, whatever it is compared with.
            Tree::Leaf(Some(true)) => "resource.encrypted".to_owned(),
            Tree::Leaf(Some(false)) => "!resource.encrypted".to_owned(),
            Tree::Leaf(None) => r#"(resource.status == "x")"#.to_owned(),
            Tree::Not(a) => format!("!({})", a.source()),
            Tree::And(a, b) => format!("({} && {})", a.source(), b.source()),
            Tree::Or(a, b) => format!("({} || {})", a.source(), b.source()),
            Tree::If(a, b, c) => format!("({} ? {} : {})", a.source(), b.source(), c.source()),
        }
    }

    fn value(&self) -> Option<bool> {
        match self {
            Tree::Leaf(value) => *value,
            Tree::Not(a) => a.value().map(|a| !a),
            Tree::And(a, b) => match (a.value(), b.value()) {
                (Some(false), _) | (_, Some(false)) => Some(false),
                (Some(true), Some(true)) => Some(true),
                _ => None,
            },
            Tree::Or(a, b) => match (a.value(), b.value()) {
                (Some(true), _) | (_, Some(true)) => Some(true),
                (Some(false), Some(false)) => Some(false),
                _ => None,
            },
            Tree::If(a, b, c) => match a.value()? {
                true => b.value(),
                false => c.value(),
            },
        }
    }
}

fn volume() -> Subject {
    let mut resource = Map::new();
    resource.insert("encrypted".to_owned(), json!(true));
    resource.insert("kms_key_arn".to_owned(), Value::Null);
    resource.insert("tags".to_owned(), json!({"tier": "gold"}));
    let reasons = [("status".to_owned(), vec!["ec2:DescribeVolumes denied".to_owned()])].into();
    Subject::new("AWS::EC2::Volume", resource, reasons, "2026-11-22T07:00:00Z".parse().unwrap())
}

fn evaluate(source: &str) -> Outcome<bool> {
    Expression::compile(source).unwrap().truth(volume().scope())
}

proptest! {
    #[test]
    fn logic_over_unread_facts_is_three_valued(tree in trees()) {
        let expected = match tree.value() {
            Some(value) => Outcome::Known(value),
            None => Outcome::Unknown("ec2:DescribeVolumes denied".to_owned()),
        };
        prop_assert_eq!(evaluate(&tree.source()), expected, "{}", tree.source());
    }

    #[test]
    fn no_text_makes_the_compiler_panic(source in "\\PC{0,60}") {
        let _ = Expression::compile(&source).map(|expression| (expression.paths().to_vec(), expression.unknown_functions(), expression.truth(volume().scope())));
    }
}

#[test]
fn an_unread_fact_is_neither_absent_nor_empty() {
    for source in [
        "has(resource.status)",
        "!has(resource.status)",
        "size(resource.attachments) == 0",
        "resource.attachments.exists(a, true)",
        "resource.attachments.all(a, a.delete_on_termination)",
        "resource.status in ['x']",
        "resource.status == null",
    ] {
        assert!(matches!(evaluate(source), Outcome::Unknown(_)), "{source}: {:?}", evaluate(source));
    }
    assert_eq!(evaluate("has(resource.kms_key_arn)"), Outcome::Known(false), "read, and empty");
    assert_eq!(evaluate("has(resource.tags.tier) && !has(resource.tags.team)"), Outcome::Known(true));
    assert!(matches!(evaluate("resource.tags['team'] == 'x'"), Outcome::Absent(_)), "a tag that is not there is no unread fact");
}

#[test]
fn what_a_resource_does_not_have_is_no_mistake_of_the_expression() {
    for source in
        ["resource.tags['team'] == 'x'", "resource.kms_key_arn.contains('x')", "resource.kms_key_arn > 'x'", "resource.kms_key_arn"]
    {
        assert!(matches!(evaluate(source), Outcome::Absent(_)), "{source}: {:?}", evaluate(source));
    }
    for source in ["resource.tags['tier']", "int(resource.tags['tier']) > 1", "1 / 0 > 1"] {
        assert!(matches!(evaluate(source), Outcome::Broken(_)), "{source}: {:?}", evaluate(source));
    }
    // In either order, because a known status might have decided.
    for source in ["resource.status == 'x' || resource.tags['team'] == 'x'", "resource.tags['team'] == 'x' || resource.status == 'x'"] {
        assert!(matches!(evaluate(source), Outcome::Unknown(_)), "{source}: {:?}", evaluate(source));
    }
}

/// In a template, some tags are known and others are not.
#[test]
fn tags_are_unknown_one_by_one() {
    let with = |paths: &[&str]| {
        let resource = Map::from_iter([("tags".to_owned(), json!({"tier": "gold"}))]);
        let reasons = paths.iter().map(|path| (path.to_string(), vec![format!("{path} is open")])).collect();
        Subject::new("AWS::EC2::Volume", resource, reasons, "2026-11-22T07:00:00Z".parse().unwrap())
    };
    let one = with(&["tags.team"]);
    let evaluate = |source: &str, of: &Subject| Expression::compile(source).unwrap().truth(of.scope());
    for (source, expected) in [
        ("resource.tags['tier'] == 'gold'", true),
        ("resource.tags.tier == 'gold' && 'tier' in resource.tags && has(resource.tags.tier)", true),
        ("has(resource.tags.other) || 'other' in resource.tags", false),
        ("has(resource.tags)", true),
    ] {
        assert_eq!(evaluate(source, &one), Outcome::Known(expected), "{source}");
    }
    assert!(matches!(evaluate("resource.tags['other'] == 'x'", &one), Outcome::Absent(_)), "not there");
    for source in [
        "resource.tags['team'] == 'x'",
        "resource.tags.team == 'x'",
        "has(resource.tags.team)",
        "'team' in resource.tags",
        "size(resource.tags) == 1",
        "resource.tags.size() == 1",
        "resource.tags.exists(key, key == 'x')",
        "resource.tags.all(key, resource.tags[key] != 'x')",
        "['a'].exists(a, resource.tags.exists(key, key == a))",
        "resource.tags == {'tier': 'gold'}",
        "resource.tags != {}",
        "{'t': resource.tags}['t']['team'] == 'x'",
    ] {
        assert_eq!(evaluate(source, &one), Outcome::Unknown("tags.team is open".to_owned()), "{source}");
    }
    assert_eq!(evaluate("resource.tags['team'] == 'x' || resource.tags['tier'] == 'gold'", &one), Outcome::Known(true));

    let more = with(&["tags"]);
    assert_eq!(evaluate("resource.tags['tier'] == 'gold'", &more), Outcome::Known(true));
    assert_eq!(evaluate("has(resource.tags.other)", &more), Outcome::Unknown("tags is open".to_owned()));
}

/// CEL's optional syntax would turn an unread value into an absent one.
#[test]
fn optional_syntax_is_refused() {
    for source in ["resource.?status.orValue('x') == 'x'", "resource[?'status'].hasValue()"] {
        assert!(Expression::compile(source).is_err(), "{source}");
    }
}
