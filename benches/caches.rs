//! What each cache and shortcut brings, beside the plain way, in one run.
//!
//!     cargo bench --no-default-features --bench caches [-- --copies N]
//!
//! The inventory is the demo organisation, copied under other account ids. Every figure is the fastest of several runs.
//! That the cached verdicts are the plain ones, `tests/laws/unread.rs` shows; that trusted rules give the verdicts of checked ones,
//! `tests/rules/trusted.rs`; that a deduplicated document is the same document, the tests of `src/audit/dedup.rs`.

use rel9::audit::findings::{Finding, Findings};
use rel9::audit::policy::Policy;
use rel9::audit::{self, Input, Options};
use rel9::inventory::types;
use rel9::inventory::{Resource, Shard, document};
use rel9::protection::{self, Owed, Summaries, summarise};
use rel9::rules::answers::Answers;
use rel9::rules::engine::Subject;
use rel9::rules::objective::{ALL_MECHANISMS, Objective};
use rel9::rules::value::ANYTHING_ELSE;
use rel9::rules::{Care, Rule, RuleSet};
use serde::Deserialize;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use std::hint::black_box;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::time::{Duration, Instant};

const RUNS: usize = 5;
const AS_OF: &str = "2026-11-22T07:00:00Z";
const ACCOUNTS: [&str; 3] = ["111122223333", "444455556666", "777788889999"];

/// A document that is read without sharing anything.
#[derive(Deserialize)]
struct Plain {
    #[expect(clippy::vec_box, reason = "as the document has them")]
    findings: Vec<Box<Finding>>,
}

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    if let [_, how, file] = &arguments[..]
        && ["plain", "shared"].contains(&how.as_str())
    {
        return read_alone(how, file);
    }
    let copies =
        arguments.iter().skip_while(|argument| *argument != "--copies").nth(1).map_or(10, |count| count.parse().expect("a number"));
    let shards = inventory(copies);
    println!("{copies} copies of the demo, {} resources", shards.iter().map(|shard| shard.resources.len()).sum::<usize>());
    println!("{:52} {:>10} {:>10} {:>8}", "", "without", "with", "saved");

    let load = |care| fastest(|| drop(black_box(RuleSet::built_in(care).expect("the rules"))));
    line("built-in rules unchecked: loading them", load(Care::Checked), load(Care::Trusted));

    let rules = RuleSet::built_in(Care::Trusted).expect("the rules");
    verdicts(&shards, &rules);

    let options = Options { as_of: Some(AS_OF.parse().expect("a time")), ..Options::default() };
    let findings = audit::run(&Input::Memory(shards), &rules, &Policy::default(), &options).expect("an audit");
    reading(&serde_json::to_vec(&findings).expect("JSON"));
}

/// The demo under other account ids.
fn inventory(copies: u64) -> Vec<Shard> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/demo");
    let files = document::files_in(&folder).expect("the demo");
    let texts: Vec<String> = files.iter().map(|file| std::fs::read_to_string(file).expect("a file of the demo")).collect();
    let copy = |text: &String, number: u64| {
        let mut text = text.clone();
        for account in ACCOUNTS {
            let other = account.parse::<u64>().expect("a number") + number * 1_000_003;
            text = text.replace(account, &other.to_string());
        }
        document::read(text.as_bytes(), Path::new("copy.ndjson")).expect("an inventory")
    };
    (0..copies).flat_map(|number| texts.iter().flat_map(|text| copy(text, number)).collect::<Vec<_>>()).collect()
}

/// Every resource, ready to be judged, by type.
fn subjects(shards: &[Shard]) -> BTreeMap<&'static str, Vec<Subject>> {
    let as_of = AS_OF.parse().expect("a time");
    let summaries: Summaries = shards.iter().map(summarise).collect();
    let mut subjects: BTreeMap<&'static str, Vec<Subject>> = BTreeMap::new();
    for shard in shards {
        let all = Owed {
            mechanisms: ALL_MECHANISMS.to_vec(),
            rpo_seconds: None,
            named: Ok(false),
            restore_automation: Ok(Vec::new()),
            reproducible: false,
            doubt: None,
            considered: 10,
        };
        let joined = protection::join(shard, &summaries, as_of, &vec![all; shard.resources.len()], &[]);
        for (resource, joined) in shard.resources.iter().zip(joined) {
            let Some(info) = types::find(&resource.type_name) else { continue };
            let reasons = BTreeMap::from([(ANYTHING_ELSE.to_owned(), vec!["not read".to_owned()])]);
            let mut subject = Subject::new(info.name, fields(resource), reasons.into_iter().collect(), as_of);
            subject.owes(Arc::new(Objective::default().to_json()), Default::default());
            let unread = joined.reasons();
            let fact = |name: &&'static str| Some(((*name).to_owned(), serde_json::to_value(joined.field(name)?).expect("JSON")));
            let facts: Map<String, Value> = joined.names().iter().filter_map(fact).collect();
            subject.protected(info.name, facts, unread);
            subjects.entry(info.name).or_default().push(subject);
        }
    }
    subjects
}

/// One way to judge a resource by a rule with its parameters.
type Judging = dyn Fn(&Answers, &Subject, &Rule, &Arc<Value>);

/// Verdicts of every rule for every resource, cached by the facts that the rule reads, and worked out each time.
fn verdicts(shards: &[Shard], rules: &RuleSet) {
    let each = |judge: &Judging| {
        let run = |_| {
            // A subject keeps the values that a rule has read: each run gets fresh ones, as an audit does.
            let subjects = subjects(shards);
            let start = Instant::now();
            for rule in rules.iter() {
                let params = Arc::new(Value::Object(rule.params.clone()));
                for type_name in &rule.applies_to {
                    let answers = Answers::new(rule, Arc::clone(&params));
                    subjects.get(type_name).into_iter().flatten().for_each(|subject| judge(&answers, subject, rule, &params));
                }
            }
            start.elapsed()
        };
        (0..RUNS).map(run).min().unwrap_or_default()
    };
    let plain = each(&|_, subject, rule, params| drop(black_box(subject.judge(rule, params))));
    let cached = each(&|answers, subject, _, _| drop(black_box(answers.to(subject))));
    line("verdicts cached by facts: all verdicts", plain, cached);
}

/// A resource as rules read it.
fn fields(resource: &Resource) -> Map<String, Value> {
    let mut written = match serde_json::to_value(resource) {
        Ok(Value::Object(written)) => written,
        _ => Map::new(),
    };
    let mut fields = match written.remove("properties") {
        Some(Value::Object(properties)) => properties,
        _ => Map::new(),
    };
    fields.extend(written);
    fields.entry("name").or_insert(Value::Null);
    fields.insert("template".to_owned(), json!(null));
    fields
}

/// Reading a stored document: its time here, its memory in processes of their own.
fn reading(text: &[u8]) {
    let plain = fastest(|| drop(black_box(serde_json::from_slice::<Plain>(text).expect("findings").findings)));
    let shared = fastest(|| drop(black_box(serde_json::from_slice::<Findings>(text).expect("findings"))));
    line("equal parts of stored findings shared: reading them", plain, shared);
    let file = std::env::temp_dir().join(format!("rel9-caches-{}.json", std::process::id()));
    std::fs::write(&file, text).expect("a file");
    let [plain, shared] = ["plain", "shared"].map(|how| {
        let program = std::env::current_exe().expect("this program");
        let output = Command::new(program).arg(how).arg(&file).output().expect("this program runs");
        String::from_utf8_lossy(&output.stdout).trim().parse::<u64>().unwrap_or(0)
    });
    std::fs::remove_file(&file).expect("the file is there");
    let saved = 100.0 - 100.0 * shared as f64 / plain.max(1) as f64;
    println!("{:52} {:>6} MiB {:>6} MiB {saved:>7.1}%", "  their peak memory", plain >> 10, shared >> 10);
}

/// Reads a document and prints the peak memory of the process in KiB, where the system tells it.
fn read_alone(how: &str, file: &str) {
    let text = std::fs::read(file).expect("the document");
    match how {
        "plain" => drop(black_box(serde_json::from_slice::<Plain>(&text).expect("findings"))),
        _ => drop(black_box(serde_json::from_slice::<Findings>(&text).expect("findings"))),
    }
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let peak =
        status.lines().find_map(|line| line.strip_prefix("VmHWM:")).and_then(|rest| rest.split_whitespace().next().map(str::to_owned));
    println!("{}", peak.unwrap_or_default());
}

fn fastest(mut run: impl FnMut()) -> Duration {
    let time = |_| {
        let start = Instant::now();
        run();
        start.elapsed()
    };
    (0..RUNS).map(time).min().unwrap_or_default()
}

fn line(what: &str, without: Duration, with: Duration) {
    let saved = 100.0 - 100.0 * with.as_secs_f64() / without.as_secs_f64();
    println!("{what:52} {:>7.1} ms {:>7.1} ms {saved:>7.1}%", without.as_secs_f64() * 1e3, with.as_secs_f64() * 1e3);
}
