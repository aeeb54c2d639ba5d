//! A collection can be killed at every step: what it leaves is gone on with or refused, and never judged as whole.

use super::*;
use crate::inventory::Shard;
use std::fs;
use tempfile::TempDir;

const ACCOUNT: &str = "111122223333";
const SHARDS: [&str; 3] = ["global", "eu-west-1", "us-east-1"];

fn asked() -> State {
    State {
        account: ACCOUNT.to_owned(),
        regions: SHARDS.map(str::to_owned).to_vec(),
        asked_regions: None,
        services: Vec::new(),
        profile: None,
        done: BTreeMap::new(),
        outdated: BTreeSet::new(),
        incomplete: BTreeSet::new(),
        finished: false,
    }
}

fn write_shard(state: &mut State, shard: &str, folder: &Path) {
    let name = state.file_name(shard);
    let content = Shard { account: ACCOUNT.to_owned(), region: shard.to_owned(), ..Shard::default() };
    let at = "2026-11-22T07:00:00Z".parse().expect("a time");
    document::write_file(&content, at, "aws", &folder.join(&name)).expect("written");
    state.done.insert(shard.to_owned(), name);
}

/// A whole collection; `stop` ends it after so many steps, as a kill would.
fn collect(folder: &Path, stop: usize) -> Option<State> {
    let mut steps = 0..stop;
    let mut step = || steps.next();
    step()?;
    let mut state = asked().begin(folder).unwrap_or_else(|failure| panic!("{}", failure.message));
    for shard in SHARDS {
        if state.done.contains_key(shard) {
            continue;
        }
        step()?;
        let mut next = state.clone();
        write_shard(&mut next, shard, folder);
        step()?;
        state = next;
        state.write(folder).ok()?;
    }
    step()?;
    state.finished = true;
    state.write(folder).ok()?;
    Some(state)
}

fn refusal(input: &Path) -> Option<String> {
    check_finished(input).err().map(|failure| failure.message)
}

fn files(folder: &Path) -> usize {
    document::files_in(folder).expect("a folder").len()
}

#[test]
fn a_kill_at_any_step_leaves_what_is_refused_and_gone_on_with() {
    for again in [false, true] {
        for stop in 1..8 {
            let folder = TempDir::new().expect("a folder");
            if again {
                collect(folder.path(), 99).expect("a whole collection");
            }
            assert_eq!(collect(folder.path(), stop), None, "{stop}");
            let said = refusal(folder.path()).unwrap_or_else(|| panic!("{stop} ({again}): judged as whole"));
            assert!(said.contains("did not finish"), "{said}");
            collect(folder.path(), 99).expect("it goes on");
            assert_eq!((refusal(folder.path()), files(folder.path())), (None, SHARDS.len()), "{stop}");
        }
    }
}

/// Killed while it removes the files of the collection before: the state on disk knows already what it removes.
#[test]
fn a_kill_among_the_removals_is_no_whole_collection() {
    let folder = TempDir::new().expect("a folder");
    let whole = collect(folder.path(), 99).expect("a whole collection");
    let outdated: BTreeSet<String> = whole.done.values().cloned().collect();
    State { outdated: outdated.clone(), ..asked() }.write(folder.path()).ok().expect("written");
    for name in outdated {
        assert!(refusal(folder.path()).is_some());
        fs::remove_file(folder.path().join(name)).expect("removed");
    }
    assert!(refusal(folder.path()).is_some());
    collect(folder.path(), 99).expect("it starts anew");
    assert_eq!(refusal(folder.path()), None);
}

#[test]
fn lost_cut_and_unreadable_parts_are_named() {
    let folder = TempDir::new().expect("a folder");
    let whole = collect(folder.path(), 99).expect("a whole collection");
    let (state, lost) = (folder.path().join(STATE), folder.path().join(&whole.done["eu-west-1"]));
    let kept = folder.path().join(&whole.done["us-east-1"]);
    let text = fs::read_to_string(&state).expect("text");

    fs::remove_file(&lost).expect("removed");
    let said = refusal(folder.path()).expect("refused");
    assert!(said.contains("files of the collection are missing: eu-west-1 (111122223333.eu-west-1.ndjson.zst)"), "{said}");
    assert_eq!(refusal(&kept), None, "a file that is there, given by name");

    // A collection that says it is finished, of fewer Regions than it set out to read.
    let mut fewer = whole.clone();
    fewer.done.remove("eu-west-1");
    fewer.write(folder.path()).ok().expect("written");
    assert!(refusal(folder.path()).is_some_and(|said| said.contains("eu-west-1")));

    for length in [0, 1, text.len() / 2, text.len() - 1] {
        fs::write(&state, &text[..length]).expect("written");
        for input in [folder.path(), &kept] {
            let said = refusal(input).unwrap_or_else(|| panic!("{length}: judged as whole"));
            assert!(said.contains(STATE), "{said}");
        }
        assert!(asked().begin(folder.path()).is_err(), "nor is anything removed by it");
    }
    fs::write(&state, text.replace("111122223333.us-east-1.ndjson.zst", "../precious")).expect("written");
    assert!(asked().begin(folder.path()).is_err_and(|failure| failure.message.contains("not a file in this folder")));
}

#[test]
fn two_scopes_do_not_share_a_folder() {
    let folder = TempDir::new().expect("a folder");
    collect(folder.path(), 99).expect("a whole collection");
    let before = fs::read(folder.path().join(STATE)).expect("a state");
    let others = [
        ("account 444455556666", State { account: "444455556666".to_owned(), ..asked() }),
        ("Regions: all; now: us-east-1", State { asked_regions: Some(vec!["us-east-1".to_owned()]), ..asked() }),
        ("services: all; now: rds", State { services: vec!["rds".to_owned()], ..asked() }),
        ("profile: none; now: prod", State { profile: Some("prod".to_owned()), ..asked() }),
    ];
    for (differs, other) in others {
        let said = other.begin(folder.path()).err().unwrap_or_else(|| panic!("{differs}")).message;
        assert!(said.contains(differs) && said.contains("its own folder"), "{said}");
    }
    assert_eq!((fs::read(folder.path().join(STATE)).expect("a state"), files(folder.path())), (before, SHARDS.len()));

    fs::remove_file(folder.path().join(STATE)).expect("removed");
    let said = asked().begin(folder.path()).expect_err("files of nobody knows what").message;
    assert!(said.contains("collect into an empty folder"), "{said}");
}

#[test]
fn one_collection_at_a_time_writes_to_a_folder() {
    let folder = TempDir::new().expect("a folder");
    let first = lock(folder.path()).unwrap_or_else(|failure| panic!("{}", failure.message));
    assert!(lock(folder.path()).is_err_and(|failure| failure.message.contains("another `rel9 collect` is writing to it")));
    drop(first);
    assert!(lock(folder.path()).is_ok());
}
