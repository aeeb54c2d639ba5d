//! Reading live AWS: for `audit` into memory, for `collect` into files that a later run goes on from.

use super::{Exit, Failure, Verbosity};
use crate::aws::{self, ConnectError, Operation, Progress, Session};
use crate::inventory::document::{self, DocumentError};
use crate::inventory::{CoverageStatus, Shard};
use futures::StreamExt;
use indicatif::{MultiProgress, ProgressBar, ProgressStyle};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::io::IsTerminal;
use std::num::NonZeroU32;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

/// How many shards are read side by side; the rate limit holds over all of them.
const SHARDS_AT_ONCE: usize = 8;

/// Keeps how far a collection came, in the folder it writes to.
const STATE: &str = "rel9-collect.json";

#[derive(Debug, clap::Args)]
pub struct LiveArgs {
    /// Profile of the AWS configuration files
    #[arg(long, value_name = "NAME")]
    profile: Option<String>,
    /// Regions to read, separated by commas, or all that are enabled
    #[arg(long, value_name = "REGIONS", value_delimiter = ',', default_value = "all")]
    regions: Vec<String>,
    /// Services to read [default: all]; what others would show is unknown then
    #[arg(long, value_name = "SERVICES", value_delimiter = ',')]
    services: Vec<String>,
    /// Calls a second at most, in all Regions together
    #[arg(long, value_name = "N", default_value_t = aws::DEFAULT_MAX_RPS)]
    max_rps: NonZeroU32,
}

impl LiveArgs {
    fn options(&self, verbosity: Verbosity) -> aws::Options {
        let all = self.regions.iter().any(|region| region == "all");
        aws::Options {
            profile: self.profile.clone(),
            regions: (!all).then(|| self.regions.clone()),
            services: (!self.services.is_empty()).then(|| self.services.clone()),
            max_rps: self.max_rps,
            progress: progress(verbosity),
            ..aws::Options::default()
        }
    }
}

impl From<ConnectError> for Failure {
    fn from(error: ConnectError) -> Self {
        let exit = if error.exit_code() == 3 { Exit::Incomplete } else { Exit::Unusable };
        Failure { exit, message: error.to_string() }
    }
}

impl From<DocumentError> for Failure {
    fn from(error: DocumentError) -> Self {
        Failure::from(error.to_string())
    }
}

/// Reads all shards into memory.
///
/// # Errors
/// When nobody can be asked at all.
pub fn collect(args: &LiveArgs, verbosity: Verbosity) -> Result<Vec<Shard>, Failure> {
    runtime()?.block_on(async {
        let session = aws::connect(&args.options(verbosity)).await?;
        let names = session.shards();
        let shards = futures::stream::iter(names.iter().map(|region| aws::collect_shard(&session, region)));
        Ok(shards.buffer_unordered(SHARDS_AT_ONCE).collect().await)
    })
}

fn runtime() -> Result<tokio::runtime::Runtime, Failure> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    runtime.map_err(|error| Failure::from(format!("cannot start: {error}")))
}

#[derive(Debug, clap::Args)]
pub struct CollectArgs {
    /// Folder for the inventory files, made when it is not there
    #[arg(short, long, value_name = "DIR")]
    out: PathBuf,
    #[command(flatten)]
    live: LiveArgs,
}

/// What a collection set out to do and how far it came.
#[derive(Serialize, Deserialize, PartialEq)]
struct State {
    account: String,
    regions: Vec<String>,
    services: Vec<String>,
    /// Shard to its file, for those that are done.
    done: BTreeMap<String, String>,
    finished: bool,
}

impl State {
    fn read(folder: &Path) -> Option<State> {
        serde_json::from_slice(&std::fs::read(folder.join(STATE)).ok()?).ok()
    }

    fn write(&self, folder: &Path) -> Result<(), Failure> {
        let fail = |error: std::io::Error| Failure::from(format!("{}: cannot be written: {error}", folder.join(STATE).display()));
        let file = tempfile::NamedTempFile::new_in(folder).map_err(fail)?;
        serde_json::to_writer_pretty(&file, self).map_err(|error| fail(error.into()))?;
        file.persist(folder.join(STATE)).map_err(|error| fail(error.error))?;
        Ok(())
    }

    /// Goes on from an earlier run that set out to do the same and did not finish; else starts anew, without its files.
    fn resume(self, folder: &Path) -> Result<State, Failure> {
        let earlier = State::read(folder);
        if let Some(earlier) = earlier.as_ref().filter(|earlier| earlier.account != self.account) {
            let message = format!(
                "{}: holds the inventory of account {}: give account {} a folder of its own",
                folder.display(),
                earlier.account,
                self.account
            );
            return Err(Failure::from(message));
        }
        Ok(match earlier {
            Some(earlier)
                if !earlier.finished
                    && (&earlier.account, &earlier.regions, &earlier.services) == (&self.account, &self.regions, &self.services) =>
            {
                let there = |name: &String| document::read_file(&folder.join(name)).is_ok();
                State { done: earlier.done.into_iter().filter(|(_, name)| there(name)).collect(), ..self }
            }
            Some(earlier) => {
                for name in earlier.done.values() {
                    let _ = std::fs::remove_file(folder.join(name));
                }
                self
            }
            None => self,
        })
    }
}

/// A folder whose collection was interrupted holds less than the account: it is not judged as if it were all.
///
/// # Errors
/// When the folder's collection did not finish.
pub fn check_finished(folder: &Path) -> Result<(), Failure> {
    match State::read(folder) {
        Some(state) if !state.finished => {
            let missing = state.regions.len().saturating_sub(state.done.len());
            Err(Failure::from(format!(
                "{}: its collection did not finish ({missing} Regions are missing); run the same `rel9 collect` again to go on",
                folder.display()
            )))
        }
        _ => Ok(()),
    }
}

/// `rel9 collect`.
pub fn run(args: CollectArgs, verbosity: Verbosity) -> Result<Exit, Failure> {
    let folder = args.out.clone();
    std::fs::create_dir_all(&folder).map_err(|error| format!("{}: cannot be made: {error}", folder.display()))?;
    runtime()?.block_on(async {
        let session = aws::connect(&args.live.options(verbosity)).await?;
        let state = State {
            account: session.account.clone(),
            regions: session.shards(),
            services: args.live.services.clone(),
            done: BTreeMap::new(),
            finished: false,
        }
        .resume(&folder)?;
        tokio::select! {
            result = into_files(&session, state, &folder, verbosity) => result,
            _ = tokio::signal::ctrl_c() => {
                let message = format!("interrupted: what was read is in {}; the same command goes on from there", folder.display());
                Err(Failure { exit: Exit::Unusable, message })
            }
        }
    })
}

async fn into_files(session: &Session, mut state: State, folder: &Path, verbosity: Verbosity) -> Result<Exit, Failure> {
    state.write(folder)?;
    let missing: Vec<String> = state.regions.iter().filter(|region| !state.done.contains_key(*region)).cloned().collect();
    if missing.len() < state.regions.len() && verbosity != Verbosity::Quiet {
        eprintln!("going on: {} of {} Regions are there already", state.regions.len() - missing.len(), state.regions.len());
    }
    let mut complete = true;
    let mut shards =
        futures::stream::iter(missing.iter().map(|region| aws::collect_shard(session, region))).buffer_unordered(SHARDS_AT_ONCE);
    while let Some(shard) = shards.next().await {
        let name = format!("{}.{}.ndjson.zst", shard.account, shard.region);
        let captured_at = shard.captured_at.unwrap_or_else(chrono::Utc::now);
        document::write_file(&shard, captured_at, "aws", &folder.join(&name))?;
        complete &= !shard.coverage.entries.iter().any(|entry| matches!(entry.status, CoverageStatus::Denied | CoverageStatus::Failed));
        state.done.insert(shard.region, name);
        state.write(folder)?;
    }
    state.finished = true;
    state.write(folder)?;
    if verbosity != Verbosity::Quiet {
        eprintln!("{} shards of account {} are in {}", state.done.len(), state.account, folder.display());
        if !complete {
            eprintln!("some calls were denied or failed: `rel9 audit {}` names them", folder.display());
        }
    }
    Ok(if complete { Exit::Passed } else { Exit::Incomplete })
}

fn progress(verbosity: Verbosity) -> Arc<dyn Progress> {
    if verbosity == Verbosity::Normal && std::io::stderr().is_terminal() { Arc::new(Bars::default()) } else { Arc::new(aws::Silent) }
}

/// A line a Region on a terminal, gone when the Region is read.
#[derive(Default)]
struct Bars {
    lines: MultiProgress,
    by_region: Mutex<BTreeMap<String, ProgressBar>>,
}

impl Bars {
    fn with(&self, region: &str, what: impl FnOnce(&ProgressBar)) {
        let bars = self.by_region.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(bar) = bars.get(region) {
            what(bar);
        }
    }
}

impl Progress for Bars {
    fn started(&self, region: &str) {
        let bar = self.lines.add(ProgressBar::new_spinner());
        if let Ok(style) = ProgressStyle::with_template("{spinner} {prefix:16} {pos:>5} calls  {msg}") {
            bar.set_style(style);
        }
        bar.set_prefix(region.to_owned());
        bar.enable_steady_tick(std::time::Duration::from_millis(120));
        self.by_region.lock().unwrap_or_else(PoisonError::into_inner).insert(region.to_owned(), bar);
    }

    fn called(&self, region: &str, operation: &Operation, _: CoverageStatus) {
        self.with(region, |bar| {
            bar.inc(1);
            bar.set_message(operation.to_string());
        });
    }

    fn finished(&self, region: &str, _: usize) {
        self.with(region, ProgressBar::finish_and_clear);
    }
}
