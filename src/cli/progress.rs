//! Progress on a terminal, one line per Region; warnings on any standard error.

use super::streams::{self, Verbosity};
use crate::aws::{self, Operation, Progress};
use crate::inventory::CoverageStatus;
use crate::report::escape::terminal;
use indicatif::{MultiProgress, ProgressBar, ProgressStyle};
use std::collections::BTreeMap;
use std::io::IsTerminal;
use std::sync::{Arc, Mutex, PoisonError};

/// Bars on a terminal and warnings, unless quiet.
pub fn progress(verbosity: Verbosity) -> Arc<dyn Progress> {
    match verbosity {
        Verbosity::Quiet => Arc::new(aws::Silent),
        Verbosity::Normal if std::io::stderr().is_terminal() => Arc::new(Bars::default()),
        _ => Arc::new(Warnings),
    }
}

fn warn(warning: &str) {
    streams::tell(format_args!("warning: {}", terminal(warning)));
}

/// Shows warnings only.
struct Warnings;

impl Progress for Warnings {
    fn warned(&self, warning: &str) {
        warn(warning);
    }
}

/// One line per Region on a terminal, removed when the Region is read.
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
    /// Before there are bars.
    fn warned(&self, warning: &str) {
        warn(warning);
    }

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
