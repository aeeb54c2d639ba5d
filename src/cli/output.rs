//! `--format`: writes each report to stdout, or atomically to a file.

use super::inputs::{Identity, Inputs};
use super::streams;
use super::view::{self, Colours, Place, View};
use crate::audit::findings::Findings;
use crate::inventory::atomic_file::{folder_of, put_in_place};
use crate::report::{self, Report, Target};
use std::collections::BTreeSet;
use std::fs::{self, OpenOptions};
use std::io::{self, BufWriter, IsTerminal, Write};
use std::path::{Path, PathBuf};
use tempfile::NamedTempFile;

/// Columns if the width is unknown.
const PLAIN_WIDTH: usize = 100;

/// The format for people, and the default.
const TABLE: &str = "table";

/// Bytes that are written at a time.
const BUFFER: usize = 1 << 18;

#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Reports")]
pub struct Output {
    #[arg(long, value_name = "F[=PATH]", help = formats())]
    format: Vec<String>,
    #[command(flatten)]
    view: View,
}

/// The help text of `--format`.
fn formats() -> String {
    let names: Vec<&str> = report::ALL.iter().map(|report| report.name).collect();
    format!("Format of the report, to stdout or to a file; repeatable [default: table] [formats: {}]", names.join(", "))
}

/// One report with its place.
pub struct Prepared {
    report: &'static Report,
    path: Option<PathBuf>,
    view: View,
}

impl Output {
    /// Checks formats and paths, all of them, before anything is read or written.
    ///
    /// # Errors
    /// An unknown format, two reports for stdout or for one file, a report over an input, a folder that does not exist or takes no file.
    pub fn prepare(&self, inputs: &Inputs) -> Result<Vec<Prepared>, String> {
        let texts = if self.format.is_empty() { vec![TABLE.to_owned()] } else { self.format.clone() };
        let prepared: Vec<Prepared> = texts.iter().map(|text| self.one(text)).collect::<Result<_, _>>()?;
        self.view.check(prepared.iter().any(|prepared| prepared.report.name == TABLE))?;
        if prepared.iter().filter(|prepared| prepared.path.is_none()).count() > 1 {
            return Err(
                "only one report can go to standard output: write the others to files, as in --format json=findings.json".to_owned()
            );
        }
        let (mut files, mut identities) = (BTreeSet::new(), BTreeSet::new());
        for path in prepared.iter().filter_map(|prepared| prepared.path.as_deref()) {
            let Some(file) = file_of(path) else { continue };
            let is_second = Identity::from_path(&file).is_some_and(|identity| !identities.insert(identity)) || !files.insert(file.clone());
            if is_second {
                return Err(format!("{}: two reports would be written to it: give each its own file", file.display()));
            }
            if let Some(refusal) = inputs.refuses(&file) {
                return Err(refusal);
            }
        }
        Ok(prepared)
    }

    fn one(&self, text: &str) -> Result<Prepared, String> {
        let (name, path) = match text.split_once('=') {
            // Opening it again would overwrite what other programs have written to it.
            Some((name, "-" | "/dev/stdout")) => (name, None),
            Some((name, path)) => (name, Some(PathBuf::from(path))),
            None => (text, None),
        };
        let report = report::find(name).ok_or_else(|| {
            let names: Vec<&str> = report::ALL.iter().map(|report| report.name).collect();
            format!("there is no format `{name}`; the formats are {}", names.join(", "))
        })?;
        if let Some(path) = &path {
            let folder = folder_of(path);
            if path.as_os_str().is_empty() {
                return Err(format!("--format {text} names no file"));
            }
            if path.is_dir() {
                return Err(format!("{}: is a folder, a report needs a file", path.display()));
            }
            if !folder.is_dir() {
                return Err(format!("{}: the folder {} does not exist", path.display(), folder.display()));
            }
            check_writable(path).map_err(|error| cannot_be_written(path, &error))?;
        }
        Ok(Prepared { report, path, view: self.view.clone() })
    }
}

/// The file that a report replaces or creates, after all links; `None` if the path is a device, a pipe or an open file of the process
/// (`/dev/fd/3`): those are written to directly.
fn file_of(path: &Path) -> Option<PathBuf> {
    if is_of_the_system(path) {
        return None;
    }
    match fs::metadata(path) {
        Ok(found) if !found.is_file() => None,
        Ok(_) => Some(fs::canonicalize(path).unwrap_or_else(|_| path.to_owned())),
        Err(_) => {
            let end = end_of_links(path);
            Some(fs::canonicalize(folder_of(&end)).unwrap_or_default().join(end.file_name()?))
        }
    }
}

/// The target of links to a file that does not exist yet; a cycle of links ends anywhere.
fn end_of_links(path: &Path) -> PathBuf {
    let mut end = path.to_owned();
    for _ in 0..40 {
        match fs::read_link(&end) {
            Ok(target) => end = folder_of(&end).join(target),
            Err(_) => break,
        }
    }
    end
}

/// Whether a path is below `/dev` or `/proc`, whose files cannot be replaced.
fn is_of_the_system(path: &Path) -> bool {
    let path =
        fs::canonicalize(folder_of(path)).map_or_else(|_| path.to_owned(), |folder| folder.join(path.file_name().unwrap_or_default()));
    cfg!(unix) && (path.starts_with("/proc") || path.starts_with("/dev") && !path.starts_with("/dev/shm"))
}

/// Checks early that a report can be written. A device or pipe is not opened: its reader would take that for the report.
fn check_writable(path: &Path) -> io::Result<()> {
    match file_of(path) {
        Some(file) => {
            if file.is_file() {
                OpenOptions::new().append(true).open(&file)?; // a write-protected file is not replaced
            }
            temporary_file(folder_of(&file)).map(drop)
        }
        None => {
            let found = fs::metadata(path)?;
            #[cfg(unix)]
            if std::os::unix::fs::FileTypeExt::is_block_device(&found.file_type()) {
                return Err(io::Error::other("is a disk"));
            }
            let _ = found;
            Ok(())
        }
    }
}

fn cannot_be_written(path: &Path, error: &io::Error) -> String {
    format!("{}: cannot be written: {error}", path.display())
}

/// Whether a report would be written to a file.
pub fn takes(outputs: &[Prepared], file: &Path) -> bool {
    let paths = || outputs.iter().filter_map(|output| output.path.as_deref().and_then(file_of));
    let identity = Identity::from_path(file);
    file_of(file).is_some_and(|file| paths().any(|path| path == file || identity.is_some() && Identity::from_path(&path) == identity))
}

/// Writes all reports: first to temporary files next to their targets, so that a full disk leaves all targets unchanged, then to standard
/// output and pipes.
///
/// # Errors
/// A target that cannot be written. A closed pipe is not an error.
pub fn write(outputs: &[Prepared], findings: &Findings) -> Result<(), String> {
    let mut written: Vec<(NamedTempFile, PathBuf, &Path)> = Vec::new();
    for output in outputs {
        let Some(path) = output.path.as_deref() else { continue };
        if let Some(place) = file_of(path) {
            let file = beside(output, &place, findings).map_err(|error| cannot_be_written(path, &error))?;
            written.push((file, place, path));
        }
    }
    for (file, place, path) in written {
        put_in_place(file, &place).map_err(|error| cannot_be_written(path, &error))?;
    }
    for output in outputs {
        let result = match output.path.as_deref() {
            None => to_stdout(output, findings).map_err(|error| (error.kind(), format!("cannot write to standard output: {error}"))),
            Some(path) if file_of(path).is_none() => {
                into(output, path, findings).map_err(|error| (error.kind(), cannot_be_written(path, &error)))
            }
            Some(_) => Ok(()),
        };
        match result {
            Err((kind, message)) if kind != io::ErrorKind::BrokenPipe => return Err(message),
            _ => {}
        }
    }
    Ok(())
}

fn render(output: &Prepared, findings: &Findings, file: &mut dyn Write) -> io::Result<()> {
    let target = output.view.target(PLAIN_WIDTH, Place::File);
    let mut writer = BufWriter::with_capacity(BUFFER, file);
    (output.report.write)(findings, &target, &mut writer)?;
    writer.flush()
}

/// Writes a report to a temporary file next to its target.
fn beside(output: &Prepared, place: &Path, findings: &Findings) -> io::Result<NamedTempFile> {
    let mut file = temporary_file(folder_of(place))?;
    render(output, findings, file.as_file_mut())?;
    if let Ok(before) = fs::metadata(place) {
        file.as_file().set_permissions(before.permissions())?; // keeps the permissions of the replaced report
    }
    Ok(file)
}

/// Appends a report to a device, a pipe or an open file.
fn into(output: &Prepared, path: &Path, findings: &Findings) -> io::Result<()> {
    render(output, findings, &mut OpenOptions::new().append(true).open(path)?)
}

/// A temporary file with the permissions of the umask: a report is meant to be passed on.
pub fn temporary_file(folder: &Path) -> io::Result<NamedTempFile> {
    #[allow(unused_mut, reason = "changed only where files have modes")]
    let mut builder = tempfile::Builder::new();
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    builder.tempfile_in(folder)
}

/// The columns of standard output.
pub fn width() -> usize {
    columns(&console::Term::stdout(), io::stdout().is_terminal())
}

fn columns(terminal: &console::Term, is_terminal: bool) -> usize {
    let columns = std::env::var("COLUMNS").ok().and_then(|columns| columns.parse().ok());
    let width = if is_terminal { terminal.size().1.into() } else { columns.unwrap_or(PLAIN_WIDTH) };
    width.clamp(60, 160)
}

/// How text for people is shown on standard output.
pub fn target(colours: &Colours, all: bool) -> Target<'static> {
    Target { width: width(), colour: colours.on(place_of(&io::stdout())), all, ..Target::PLAIN }
}

/// Whether standard output takes colours, where no flag says so.
pub fn coloured() -> bool {
    view::is_coloured(place_of(&io::stdout()))
}

fn place_of(stream: &impl IsTerminal) -> Place {
    if stream.is_terminal() { Place::Terminal } else { Place::Stream }
}

fn to_stdout(output: &Prepared, findings: &Findings) -> io::Result<()> {
    let stdout = io::stdout();
    let target = output.view.target(width(), place_of(&stdout));
    let mut writer = BufWriter::with_capacity(BUFFER, stdout.lock());
    (output.report.write)(findings, &target, &mut writer)?;
    writer.flush()
}

/// Says on standard error what no table on standard output says: the last block of the table where all reports go to files, so that the log
/// of a pipeline has the reason of a failure, and otherwise the verdict of a gate that did not pass.
pub fn tell_verdict(outputs: &[Prepared], findings: &Findings) {
    let Some(gate) = &findings.gate else { return };
    let to_stdout = outputs.iter().find(|output| output.path.is_none());
    let only_files = outputs.iter().all(|output| output.path.as_deref().and_then(file_of).is_some());
    if only_files {
        let stderr = io::stderr();
        let width = columns(&console::Term::stderr(), stderr.is_terminal());
        let mut block = Vec::new();
        if let Some(target) = outputs.first().map(|output| output.view.target(width, place_of(&stderr)))
            && report::last_block(findings, &target, &mut block).is_ok()
        {
            streams::tell(String::from_utf8_lossy(&block).trim_end());
        }
    } else if gate.exit_code != 0 && to_stdout.is_none_or(|output| output.report.name != TABLE) {
        streams::tell(report::verdict(gate));
    }
}
