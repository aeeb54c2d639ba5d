//! `--format`: where each report goes, and how it is written: to stdout, or to a file whole or not at all.

use crate::audit::findings::Findings;
use crate::report::{self, Report, Target};
use std::io::{self, BufWriter, IsTerminal, Write};
use std::path::{Path, PathBuf};

/// Columns where nobody tells how many there are.
const PLAIN_WIDTH: usize = 100;

/// Bytes that are written at a time.
const BUFFER: usize = 1 << 18;

#[derive(Debug, clap::Args)]
pub struct Output {
    #[arg(long, value_name = "F[=PATH]", help = formats())]
    format: Vec<String>,
    /// Show passing findings, and every resource, in the table, in markdown and in sarif
    #[arg(long)]
    all: bool,
}

/// What `--help` says of `--format`.
fn formats() -> String {
    let names: Vec<&str> = report::ALL.iter().map(|report| report.name).collect();
    format!("Format of the report, to stdout or to a file; repeatable. By default table; there are {}", names.join(", "))
}

/// One report with its place.
pub struct Prepared {
    report: &'static Report,
    path: Option<PathBuf>,
    all: bool,
}

impl Output {
    /// Checks formats and paths before anything is read.
    ///
    /// # Errors
    /// An unknown format, two reports for stdout, a folder that does not exist.
    pub fn prepare(&self) -> Result<Vec<Prepared>, String> {
        let texts = if self.format.is_empty() { vec!["table".to_owned()] } else { self.format.clone() };
        let prepared: Vec<Prepared> = texts.iter().map(|text| self.one(text)).collect::<Result<_, _>>()?;
        if prepared.iter().filter(|prepared| prepared.path.is_none()).count() > 1 {
            return Err("only one report can go to standard output: give the others a file, as in --format json=findings.json".to_owned());
        }
        Ok(prepared)
    }

    fn one(&self, text: &str) -> Result<Prepared, String> {
        let (name, path) = match text.split_once('=') {
            Some((name, path)) => (name, Some(PathBuf::from(path))),
            None => (text, None),
        };
        let report = report::find(name).ok_or_else(|| {
            let names: Vec<&str> = report::ALL.iter().map(|report| report.name).collect();
            format!("there is no format `{name}`; there are {}", names.join(", "))
        })?;
        if let Some(path) = &path {
            let folder = folder_of(path);
            if path.is_dir() {
                return Err(format!("{}: is a folder, a report needs a file", path.display()));
            }
            if !folder.is_dir() {
                return Err(format!("{}: the folder {} does not exist", path.display(), folder.display()));
            }
        }
        Ok(Prepared { report, path, all: self.all })
    }
}

/// The folder that a file is in, or would be.
pub fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// Writes all reports.
///
/// # Errors
/// A place that does not take them. A pipe that was closed is a quiet end.
pub fn write(outputs: &[Prepared], findings: &Findings) -> Result<(), String> {
    for output in outputs {
        let result = match &output.path {
            Some(path) => to_file(output, path, findings).map_err(|error| format!("{}: cannot be written: {error}", path.display())),
            None => match to_stdout(output, findings) {
                Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
                other => other.map_err(|error| format!("cannot write to standard output: {error}")),
            },
        };
        result?;
    }
    Ok(())
}

fn to_file(output: &Prepared, path: &Path, findings: &Findings) -> io::Result<()> {
    let target = Target { width: PLAIN_WIDTH, colour: false, all: output.all };
    let mut file = temporary_file(folder_of(path))?;
    {
        let mut writer = BufWriter::with_capacity(BUFFER, &mut file);
        (output.report.write)(findings, &target, &mut writer)?;
        writer.flush()?;
    }
    file.as_file().sync_all()?;
    file.persist(path).map_err(|error| error.error)?;
    Ok(())
}

/// A file that others may read as the umask has it: a report is made to be passed on.
pub fn temporary_file(folder: &Path) -> io::Result<tempfile::NamedTempFile> {
    #[allow(unused_mut, reason = "changed only where files have modes")]
    let mut builder = tempfile::Builder::new();
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    builder.tempfile_in(folder)
}

fn to_stdout(output: &Prepared, findings: &Findings) -> io::Result<()> {
    let stdout = io::stdout();
    let terminal = stdout.is_terminal();
    let columns = std::env::var("COLUMNS").ok().and_then(|columns| columns.parse().ok());
    let width = if terminal { console::Term::stdout().size().1.into() } else { columns.unwrap_or(PLAIN_WIDTH) };
    let colour = terminal
        && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
        && std::env::var_os("TERM").is_none_or(|term| term != "dumb");
    let target = Target { width: width.clamp(60, 160), colour, all: output.all };
    let mut writer = BufWriter::with_capacity(BUFFER, stdout.lock());
    (output.report.write)(findings, &target, &mut writer)?;
    writer.flush()
}
