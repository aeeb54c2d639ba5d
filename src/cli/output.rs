//! `--format`: where each report goes, and how it is written: to stdout, or to a file whole or not at all.

use crate::audit::findings::Findings;
use crate::report::{self, Report, Target};
use std::collections::BTreeSet;
use std::fs::{self, OpenOptions};
use std::io::{self, BufWriter, IsTerminal, Write};
use std::path::{Path, PathBuf};

/// Columns where nobody tells how many there are.
const PLAIN_WIDTH: usize = 100;

/// Bytes that are written at a time.
const BUFFER: usize = 1 << 18;

#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Reports")]
pub struct Output {
    #[arg(long, value_name = "F[=PATH]", help = formats())]
    format: Vec<String>,
    /// Passing findings too, and every resource of a rule, in table, markdown and sarif, which else leave them out
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
    /// An unknown format, two reports for stdout or for one file, a folder that does not exist or takes no file.
    pub fn prepare(&self) -> Result<Vec<Prepared>, String> {
        let texts = if self.format.is_empty() { vec!["table".to_owned()] } else { self.format.clone() };
        let prepared: Vec<Prepared> = texts.iter().map(|text| self.one(text)).collect::<Result<_, _>>()?;
        if prepared.iter().filter(|prepared| prepared.path.is_none()).count() > 1 {
            return Err("only one report can go to standard output: give the others a file, as in --format json=findings.json".to_owned());
        }
        let mut files = BTreeSet::new();
        let paths = prepared.iter().filter_map(|prepared| prepared.path.as_deref());
        match paths.filter_map(file_of).find(|file| !files.insert(file.clone())) {
            Some(file) => Err(format!("{}: two reports would be written into it: give each a file of its own", file.display())),
            None => Ok(prepared),
        }
    }

    fn one(&self, text: &str) -> Result<Prepared, String> {
        let (name, path) = match text.split_once('=') {
            // Opening it anew would write over what others have put there already.
            Some((name, "-" | "/dev/stdout")) => (name, None),
            Some((name, path)) => (name, Some(PathBuf::from(path))),
            None => (text, None),
        };
        let report = report::find(name).ok_or_else(|| {
            let names: Vec<&str> = report::ALL.iter().map(|report| report.name).collect();
            format!("there is no format `{name}`; there are {}", names.join(", "))
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
            if let Some(file) = file_of(path) {
                temporary_file(folder_of(&file)).map_err(|error| cannot_be_written(path, &error))?;
            }
        }
        Ok(Prepared { report, path, all: self.all })
    }
}

/// The folder that a file is in, or would be.
pub fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// The file that a report replaces or makes, at the end of all links; none where the path is a device or a pipe, which is written into.
fn file_of(path: &Path) -> Option<PathBuf> {
    match fs::metadata(path) {
        Ok(found) if !found.is_file() => None,
        Ok(_) => Some(fs::canonicalize(path).unwrap_or_else(|_| path.to_owned())),
        Err(_) => Some(fs::canonicalize(folder_of(path)).unwrap_or_default().join(path.file_name()?)),
    }
}

fn cannot_be_written(path: &Path, error: &io::Error) -> String {
    format!("{}: cannot be written: {error}", path.display())
}

/// Whether a report would be written into a file.
pub fn takes(outputs: &[Prepared], file: &Path) -> bool {
    file_of(file).is_some_and(|file| outputs.iter().filter_map(|output| output.path.as_deref().and_then(file_of)).any(|path| path == file))
}

/// Writes all reports.
///
/// # Errors
/// A place that does not take them. A pipe that was closed is a quiet end.
pub fn write(outputs: &[Prepared], findings: &Findings) -> Result<(), String> {
    for output in outputs {
        let written = match &output.path {
            Some(path) => to_file(output, path, findings).map_err(|error| (error.kind(), cannot_be_written(path, &error))),
            None => to_stdout(output, findings).map_err(|error| (error.kind(), format!("cannot write to standard output: {error}"))),
        };
        match written {
            Err((kind, message)) if kind != io::ErrorKind::BrokenPipe => return Err(message),
            _ => {}
        }
    }
    Ok(())
}

fn to_file(output: &Prepared, path: &Path, findings: &Findings) -> io::Result<()> {
    let target = Target { width: PLAIN_WIDTH, colour: false, all: output.all };
    let render = |file: &mut dyn Write| {
        let mut writer = BufWriter::with_capacity(BUFFER, file);
        (output.report.write)(findings, &target, &mut writer)?;
        writer.flush()
    };
    let Some(path) = file_of(path) else {
        return render(&mut OpenOptions::new().write(true).open(path)?);
    };
    let mut file = temporary_file(folder_of(&path))?;
    render(&mut file)?;
    if let Ok(before) = fs::metadata(&path) {
        file.as_file().set_permissions(before.permissions())?; // who could not read the report before cannot now
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

/// The columns of standard output.
pub fn width() -> usize {
    let columns = std::env::var("COLUMNS").ok().and_then(|columns| columns.parse().ok());
    let width = if io::stdout().is_terminal() { console::Term::stdout().size().1.into() } else { columns.unwrap_or(PLAIN_WIDTH) };
    width.clamp(60, 160)
}

fn to_stdout(output: &Prepared, findings: &Findings) -> io::Result<()> {
    let stdout = io::stdout();
    let colour = stdout.is_terminal()
        && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
        && std::env::var_os("TERM").is_none_or(|term| term != "dumb");
    let target = Target { width: width(), colour, all: output.all };
    let mut writer = BufWriter::with_capacity(BUFFER, stdout.lock());
    (output.report.write)(findings, &target, &mut writer)?;
    writer.flush()
}
