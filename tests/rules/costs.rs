//! An expression of any depth, width or cost is evaluated or refused with its line, quickly, and without harm to the program.

use crate::support::Rel9;
use proptest::prelude::*;
use rel9::rules::engine::Subject;
use rel9::rules::expr::{Expression, Outcome};
use serde_json::{Map, json};
use std::time::{Duration, Instant};

fn subject() -> Subject {
    let values = json!({"id": "vol-1", "tags": {"tier": "gold"}, "encrypted": true, "size_bytes": 1});
    let resource: Map<_, _> = values.as_object().expect("an object").clone();
    Subject::new("AWS::EC2::Volume", resource, Default::default(), "2026-11-22T07:00:00Z".parse().expect("a time"))
}

/// The result of an expression on a thread with the smallest stack in use (2 MiB): `Err` if it is refused.
fn evaluate(source: &str) -> Result<Outcome<bool>, String> {
    let started = Instant::now();
    let here = || Expression::compile(source).map(|expression| expression.truth(subject().scope()));
    let result = std::thread::scope(|scope| {
        std::thread::Builder::new().stack_size(2 << 20).spawn_scoped(scope, here).expect("a thread").join().expect("no panic")
    });
    let shown: String = source.chars().take(100).collect();
    assert!(started.elapsed() < Duration::from_secs(20), "{shown} took {:?}", started.elapsed());
    result
}

#[test]
fn what_a_person_writes_is_evaluated() {
    let accounts: Vec<String> = (0..500).map(|at| format!("resource.id == 'vol-{at}'")).collect();
    let ids: Vec<String> = (0..1_500).map(|at| format!("'vol-{at}'")).collect();
    for source in [
        accounts.join(" || "),
        format!("resource.id in [{}]", ids.join(", ")),
        format!("{}1{} == 1", "(".repeat(40), ")".repeat(40)),
        format!("{} == 100", vec!["1"; 100].join(" + ")),
        "lists.range(1000).filter(a, a % 2 == 0).map(a, a * a).size() == 500".to_owned(),
        "'a,b,c'.split(',').map(part, part.replace('a', 'aa')).join('-').indexOf('b') == 3".to_owned(),
        "['b', 'a', 'b'].distinct().sort() == ['a', 'b'] && '%.2f'.format([1.0]) == '1.00'".to_owned(),
        "lists.range(300).all(a, lists.range(300).exists(b, a == b))".to_owned(),
    ] {
        assert_eq!(evaluate(&source), Ok(Outcome::Known(true)), "{source}");
    }
}

/// Short expressions with huge results or run times.
const GREEDY: [(&str, &str, usize, &str); 15] = [
    ("['xxxxxxxxxxxxxxxx']", ".map(a, a + a)", 40, ".size() > 0"),
    ("[1]", ".map(a, [a, a])", 40, ".size() > 0"),
    ("[[1]]", ".map(a, a + a)", 40, ".size() > 0"),
    ("[{'a': 1}]", ".map(a, {'a': a, 'b': a})", 40, ".size() > 0"),
    ("'aa'", ".replace('a', 'aaaaaaaaaa')", 20, ".size() > 0"),
    ("'aa'", ".replace('', 'aaaaaaaaaa')", 20, ".size() > 0"),
    ("[lists.range(900000)]", ".map(a, a + a)", 5, ".size() > 0"),
    ("lists.range(40000)", ".distinct()", 1, ".size() > 0"),
    ("lists.range(3000)", ".map(a, lists.range(3000).map(b, a * b))", 1, ".size() > 0"),
    ("lists.range(900000)", ".exists(a, [1].exists(b, [1].exists(c, a + b + c < 0)))", 1, ""),
    ("lists.range(900)", ".exists(a, lists.range(90000).exists(b, a == -b - 1))", 1, ""),
    ("lists.range(3000)", ".exists(a, [lists.range(3000)].exists(b, -a - 1 in b))", 1, ""),
    ("[['ab']]", ".map(a, [a.join('ab'), a.join('ab')])", 60, ".size() > 0"),
    ("lists.range(1000)", ".exists(a, string(a).matches('(([a-z]{50}){50}){2}'))", 1, ""),
    ("'%.999999999f'", ".format([1.0])", 1, ".size() > 0"),
];

#[test]
fn what_makes_too_much_is_refused_with_its_line() {
    let (mut sources, mut of_resource) = (Vec::new(), Vec::new());
    for (start, step, times, end) in GREEDY {
        let source = format!("{start}{}{end}", step.repeat(times));
        assert!(matches!(evaluate(&source), Err(_) | Ok(Outcome::Broken(_))), "{source}: {:?}", evaluate(&source));
        // The cost is known only with a resource, and the expression's other parts do not matter.
        of_resource.push(format!("resource.id != '' && ({source} || true)"));
        sources.push(source);
    }
    sources.push(format!("1{} == 2001", " + 1".repeat(2_000)));
    sources.push(format!("{}1{} == 1", "(".repeat(3_000), ")".repeat(3_000)));
    sources.push(format!("{}true", "!(".repeat(3_000)));
    sources.push(format!("'{}' == ''", "a".repeat(100_000)));
    let policy = |source: &str| {
        let matches = json!(source).to_string();
        let rel9 = Rel9::new();
        let text = format!("version: 1\nobjectives:\n  - {{name: a, rpo: 1h, match: {matches}}}\n");
        rel9.with_files(&[("rel9.yaml", &text)])
    };
    for source in &sources {
        policy(source).run(&["audit", "--demo", "--policy", "rel9.yaml"]).ended(2).said("rel9.yaml:3: ");
    }
    for source in of_resource.iter().filter(|source| !source.contains("999999999")) {
        let rel9 = policy(source);
        let run = rel9.run(&["audit", "--demo", "--policy", "rel9.yaml", "--format", "json=out.json", "--ledger", "l.ndjson"]);
        run.ended(2).said("rel9.yaml:3: ");
        assert!(!rel9.home().join("out.json").exists() && !rel9.home().join("l.ndjson").exists(), "{run}");
    }
}

#[test]
fn a_rule_that_costs_too_much_is_named_with_its_line() {
    let check = format!("[resource.id]{}.size() > 0", ".map(a, a + a)".repeat(40));
    let rule = format!(
        "id: own-rule\ntitle: Own\nbest_practice: REL09-BP02\nseverity: high\napplies_to: [AWS::EC2::Volume]\ncheck: {}\nmessage: m\nremediation: {{ summary: s, docs: [\"https://docs.aws.amazon.com/\"] }}\nfail_title: Not own\n",
        json!(check)
    );
    let rel9 = Rel9::new().with_files(&[("own/own-rule.yaml", &rule)]);
    rel9.run(&["audit", "--demo", "--rules", "own"]).ended(2).said("own/own-rule.yaml:6: ").said("takes more than 1000000 steps");
}

/// YAML aliases of aliases, and nesting deeper than a stack.
#[test]
fn greedy_yaml_is_refused() {
    let mut laughs = "version: 1\na0: &a0 [x, x]\n".to_owned();
    for at in 1..40 {
        laughs.push_str(&format!("a{at}: &a{at} [*a{0}, *a{0}]\n", at - 1));
    }
    for text in
        [laughs, format!("version: {}1", "[".repeat(100_000)), format!("version: {}1", "{a: ".repeat(100_000)), "- ".repeat(100_000)]
    {
        let rel9 = Rel9::new().with_files(&[("rel9.yaml", &text), ("own/rule.yaml", &text)]);
        rel9.run(&["audit", "--demo", "--policy", "rel9.yaml"]).ended(2).said("rel9.yaml");
        rel9.run(&["audit", "--demo", "--rules", "own"]).ended(2).said("own/rule.yaml");
    }
}

/// Expressions of every form that can be long or deep.
fn forms() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![Just("1"), Just("'ab'"), Just("[1, 2]"), Just("resource.id"), Just("true"), Just("resource.tags"), Just("null")]
        .prop_map(str::to_owned);
    leaf.prop_recursive(6, 64, 3, |inner| {
        let often = prop_oneof![Just(1usize), Just(2), Just(30), Just(400)];
        prop_oneof![
            (inner.clone(), prop::sample::select(vec![" + ", " - ", " && ", " || ", " == ", " in ", " < ", " * "]), often.clone())
                .prop_map(|(part, sign, times)| vec![part; times + 1].join(sign)),
            (
                inner.clone(),
                prop::sample::select(vec![
                    ("(", ")"),
                    ("[", "]"),
                    ("{'a': ", "}"),
                    ("!", ""),
                    ("-", ""),
                    ("size(", ")"),
                    ("true ? 1 : ", "")
                ]),
                often.clone()
            )
                .prop_map(|(part, (open, close), times)| format!("{}{part}{}", open.repeat(times), close.repeat(times))),
            (
                inner.clone(),
                prop::sample::select(vec![
                    ".map(a, a + a)",
                    ".map(a, [a, a])",
                    ".filter(a, true)",
                    ".replace('a', 'aaaa')",
                    ".split('')",
                    ".join()",
                    ".distinct()",
                    ".flatten()",
                    ".reverse()",
                    ".tags",
                    "[0]",
                    ".exists(a, a == a)",
                    ".all(a, [a].exists(b, b == a))",
                    ".sort()",
                    ".lowerAscii()",
                    ".a",
                    ".sortBy(a, a)",
                ]),
                often
            )
                .prop_map(|(part, step, times)| format!("({part}){}", step.repeat(times))),
            (inner.clone(), inner.clone(), inner).prop_map(|(a, b, c)| format!("({a} ? {b} : {c})")),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 192, ..ProptestConfig::default() })]

    #[test]
    fn no_expression_ends_the_program(source in forms()) {
        let _ = evaluate(&source);
    }
}
