//! Reads live AWS: for `audit` into memory, for `collect` into files, from which a later run can continue.

use super::collection::{self, State};
use super::exit::{Exit, Failure};
use super::progress::progress;
use super::scope::Scope;
use super::streams::{self, Verbosity};
use crate::aws::{self, ConnectError, Session};
use crate::inventory::document;
use crate::inventory::figures::{DURATION, parse_duration};
use crate::inventory::{CoverageStatus, Shard};
use futures::StreamExt;
use std::collections::{BTreeMap, BTreeSet};
use std::num::NonZeroU32;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Shards that are read in parallel, under one rate limit.
const SHARDS_AT_ONCE: usize = 8;

#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Live AWS")]
pub struct LiveArgs {
    /// Profile of the AWS configuration files
    #[arg(long, value_name = "NAME")]
    profile: Option<String>,
    #[command(flatten)]
    pub scope: Scope,
    /// Maximum calls per second, over all Regions [default: 200]
    #[arg(long, value_name = "N")]
    max_rps: Option<NonZeroU32>,
    /// Time limit for reading the account (90s, 60m, 2h); facts not read by then are unknown [default: 60m]
    #[arg(long, value_name = "DURATION", value_parser = deadline)]
    deadline: Option<Duration>,
}

fn deadline(text: &str) -> Result<Duration, String> {
    let seconds = parse_duration(text).and_then(|seconds| u64::try_from(seconds).ok()).filter(|seconds| *seconds > 0);
    seconds.map(Duration::from_secs).ok_or_else(|| format!("write {DURATION}, such as 60m"))
}

impl LiveArgs {
    /// Refuses the flags that only reading AWS needs, where an input is given, rather than to ignore them.
    ///
    /// # Errors
    /// The flags that were given.
    pub fn refuse(&self, input: &str) -> Result<(), Failure> {
        refuse(&self.given(), input)
    }

    /// Refuses every flag about live AWS, for commands that do not choose among what an input has.
    ///
    /// # Errors
    /// The flags that were given.
    pub fn refuse_all(&self, input: &str) -> Result<(), Failure> {
        let given: Vec<&str> = self.given().into_iter().chain(self.scope.given()).collect();
        refuse(&given, input)
    }

    fn given(&self) -> Vec<&'static str> {
        let flags = [("--profile", self.profile.is_some()), ("--max-rps", self.max_rps.is_some()), ("--deadline", self.deadline.is_some())];
        flags.into_iter().filter(|(_, given)| *given).map(|(flag, _)| flag).collect()
    }

    fn options(&self, verbosity: Verbosity) -> aws::Options {
        aws::Options {
            profile: self.profile.clone(),
            regions: self.scope.asked_regions(),
            services: (!self.scope.services.is_empty()).then(|| self.scope.services.clone()),
            max_rps: self.max_rps.unwrap_or(aws::DEFAULT_MAX_RPS),
            deadline: self.deadline.unwrap_or(aws::DEFAULT_DEADLINE),
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

fn refuse(given: &[&str], input: &str) -> Result<(), Failure> {
    let (verb, them) = match given.len() {
        0 => return Ok(()),
        1 => ("is", "it"),
        _ => ("are", "them"),
    };
    Err(format!("{} {verb} for reading live AWS; {input} is read without it: leave {them} out", given.join(", ")).into())
}

/// Reads all shards into memory.
///
/// # Errors
/// When AWS cannot be called at all.
pub fn collect(args: &LiveArgs, verbosity: Verbosity) -> Result<Vec<Shard>, Failure> {
    runtime()?.block_on(async {
        let session = aws::connect(&args.options(verbosity)).await?;
        let names = session.shards();
        let shards = futures::stream::iter(names.iter().map(|region| aws::collect_shard(&session, region)));
        Ok(shards.buffer_unordered(SHARDS_AT_ONCE).collect().await)
    })
}

pub(super) fn runtime() -> Result<tokio::runtime::Runtime, Failure> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    runtime.map_err(|error| Failure::from(format!("cannot start: {error}")))
}

#[derive(Debug, clap::Args)]
pub struct CollectArgs {
    /// Folder for the inventory files; created if missing
    #[arg(short, long, value_name = "DIR")]
    out: PathBuf,
    #[command(flatten)]
    live: LiveArgs,
}

/// `rel9 collect`.
pub fn run(args: CollectArgs, verbosity: Verbosity) -> Result<Exit, Failure> {
    let folder = args.out.clone();
    std::fs::create_dir_all(&folder).map_err(|error| format!("{}: cannot be created: {error}", folder.display()))?;
    let _lock = collection::lock(&folder)?;
    runtime()?.block_on(async {
        let session = aws::connect(&args.live.options(verbosity)).await?;
        let sorted = |names: &[String]| names.iter().cloned().collect::<BTreeSet<_>>().into_iter().collect::<Vec<_>>();
        let state = State {
            account: session.account.clone(),
            regions: session.shards(),
            asked_regions: args.live.scope.asked_regions().as_deref().map(sorted),
            services: sorted(&args.live.scope.services),
            profile: args.live.profile.clone(),
            done: BTreeMap::new(),
            outdated: BTreeSet::new(),
            incomplete: BTreeSet::new(),
            finished: false,
        }
        .begin(&folder)?;
        tokio::select! {
            result = into_files(&session, state, &folder, verbosity) => result,
            _ = tokio::signal::ctrl_c() => {
                let message = format!("interrupted: the results so far are in {}; run the same command to continue", folder.display());
                Err(Failure { exit: Exit::Unusable, message })
            }
        }
    })
}

async fn into_files(session: &Session, mut state: State, folder: &Path, verbosity: Verbosity) -> Result<Exit, Failure> {
    let missing: Vec<String> = state.regions.iter().filter(|region| !state.done.contains_key(*region)).cloned().collect();
    if missing.len() < state.regions.len() && verbosity != Verbosity::Quiet {
        streams::tell(format_args!(
            "continuing: {} of {} Regions are already done",
            state.regions.len() - missing.len(),
            state.regions.len()
        ));
    }
    let mut shards =
        futures::stream::iter(missing.iter().map(|region| aws::collect_shard(session, region))).buffer_unordered(SHARDS_AT_ONCE);
    while let Some(shard) = shards.next().await {
        if let Some(why) = aws::end_of_credentials(&shard) {
            // The shard is not done, and the remaining ones would fail as well.
            let message = format!(
                "the credentials expired while {} was read ({why}).\nRenew them and run the same command to continue; the results so far are in {}",
                shard.region,
                folder.display()
            );
            return Err(Failure { exit: Exit::Unusable, message });
        }
        let name = state.file_name(&shard.region);
        let captured_at = shard.captured_at.unwrap_or_else(chrono::Utc::now);
        document::write_file(&shard, captured_at, "aws", &folder.join(&name))?;
        if shard.coverage.entries.iter().any(|entry| matches!(entry.status, CoverageStatus::Denied | CoverageStatus::Failed)) {
            state.incomplete.insert(shard.region.clone());
        }
        state.done.insert(shard.region, name);
        state.write(folder)?;
    }
    let complete = state.incomplete.is_empty();
    state.finished = true;
    state.write(folder)?;
    if verbosity != Verbosity::Quiet {
        streams::tell(format_args!("{} shards of account {} are in {}", state.done.len(), state.account, folder.display()));
        if !complete {
            streams::tell(format_args!("some calls were denied or failed: `rel9 audit {}` names them", folder.display()));
        }
    }
    Ok(if complete { Exit::Passed } else { Exit::Incomplete })
}
