//! Functions that read files. They read only files of the configuration: those at or below the folder of the module or of the root
//! module, also through links. Everything else is unknown, because templates are untrusted input.

use std::io::Read as _;
use std::path::{Component, Path, PathBuf};

use super::{Arguments, Fault, Outcome, encoding, hashes, refuse};
use crate::template::declaration::{Node, Position, Value};
use crate::template::terraform::engine::Stop;
use crate::template::terraform::modules::FILE_BYTES;
use crate::template::terraform::scope::{Frame, Scope};
use crate::template::terraform::strings::{self, Form};
use crate::template::terraform::syntax;
use crate::template::terraform::value::{quoted, text};

/// Maximum number of files below a folder.
const FILES: usize = 100_000;

pub(super) fn apply(name: &str, arguments: &Arguments<'_>, scope: &Scope<'_>) -> Outcome {
    if name == "templatestring" {
        return rendered(&arguments.scalar(0)?, arguments, scope);
    }
    let path = arguments.scalar(0)?;
    let files = Files { name, scope, here: arguments.here };
    match name {
        "file" => files.text(&path).map(text),
        "filebase64" => files.bytes(&path).map(|bytes| text(encoding::base64(&bytes))),
        "fileexists" => match files.find(&path)? {
            Some(found) if found.is_file() => Ok(Value::Bool(true)),
            Some(_) => refuse(format!("{path} is not a file")),
            None => Ok(Value::Bool(false)),
        },
        "fileset" => files.set(&path, &arguments.scalar(1)?, arguments),
        "templatefile" => {
            let working = format!("templatefile({})", quoted(&path));
            if scope.engine.is_working_on(&working) {
                return refuse(format!("{path} renders itself"));
            }
            let template = files.text(&path)?;
            let work = || match rendered(&template, arguments, scope) {
                Ok(value) => Ok(Ok(value)),
                Err(Fault::Stopped(stop)) => Err(stop),
                Err(fault) => Ok(Err(fault)),
            };
            scope.engine.working_on(working, scope.source, arguments.here, work).map_err(Fault::Stopped)?
        }
        _ => match hashes::digest(name.trim_start_matches("file"), &files.bytes(&path)?) {
            Some(digest) => Ok(text(digest)),
            None => Err(Fault::NotEvaluated),
        },
    }
}

/// Path functions that do not access the file system. They use `/`, as on the systems on which Terraform mostly runs.
pub(super) fn path(name: &str, arguments: &Arguments<'_>) -> Outcome {
    let of = arguments.scalar(0)?;
    let trimmed = of.trim_end_matches('/');
    match name {
        // Go's `filepath.Base` and `filepath.Dir`.
        "basename" if of.is_empty() => Ok(text(".")),
        "basename" if trimmed.is_empty() => Ok(text("/")),
        "basename" => Ok(text(trimmed.rsplit('/').next().unwrap_or_default())),
        "dirname" => {
            let folder = of.rsplit_once('/').map_or("", |(folder, _)| folder);
            Ok(text(clean(folder, of.starts_with('/'))))
        }
        _ if of.starts_with('~') => Err(Fault::Unknown("the home folder is that of the user who runs Terraform".to_string())),
        _ => Ok(text(of)),
    }
}

/// Go's `path.Clean`.
fn clean(path: &str, absolute: bool) -> String {
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." if parts.last().is_some_and(|last| *last != "..") => drop(parts.pop()),
            ".." if absolute => {}
            part => parts.push(part),
        }
    }
    match (absolute, parts.is_empty()) {
        (true, _) => format!("/{}", parts.join("/")),
        (false, true) => ".".to_string(),
        (false, false) => parts.join("/"),
    }
}

/// The text of a template, evaluated with the variables of the second argument.
fn rendered(template: &str, arguments: &Arguments<'_>, scope: &Scope<'_>) -> Outcome {
    let given = arguments.map(1)?;
    let parsed = match syntax::template(template) {
        Ok(parsed) => parsed,
        Err(why) => return refuse(format!("not a valid template: {why}")),
    };
    within(given, None, &mut |frame| {
        let inner = Scope { frame, each: None, fixed: Some(arguments.here), ..*scope };
        strings::template(&parsed, Form::Bare { indent: 0 }, &inner, arguments.here)
    })
    .map_err(Fault::Stopped)
}

/// Calls `work` with a frame for each of the names.
fn within(
    given: &[(String, Node)],
    outer: Option<&Frame<'_>>,
    work: &mut dyn FnMut(Option<&Frame<'_>>) -> Result<Value, Stop>,
) -> Result<Value, Stop> {
    match given.split_first() {
        Some(((name, node), rest)) => within(rest, Some(&Frame { name, node: node.clone(), outer }), work),
        None => work(outer),
    }
}

struct Files<'a> {
    name: &'a str,
    scope: &'a Scope<'a>,
    here: Position,
}

impl Files<'_> {
    /// The file or folder at a path that starts in the root module. `None` if it does not exist.
    fn find(&self, path: &str) -> Result<Option<PathBuf>, Fault> {
        let root = &self.scope.engine.root;
        if root.as_os_str().is_empty() {
            return refuse("files are not read here");
        }
        let outside = || Err(Fault::Unknown(format!("{}() outside the module: {path}", self.name)));
        let full = root.join(path);
        let allowed = |found: &Path| [root, &self.scope.instance.module.folder].iter().any(|folder| found.starts_with(folder));
        match full.canonicalize() {
            _ if path.starts_with('~') => outside(),
            Ok(found) if allowed(&found) => Ok(Some(found)),
            Err(_) if allowed(&lexical(&full)) => Ok(None),
            _ => outside(),
        }
    }

    fn bytes(&self, path: &str) -> Result<Vec<u8>, Fault> {
        let Some(found) = self.find(path)? else { return refuse(format!("there is no file {path}")) };
        let failed = |why: &str| Err(Fault::Unknown(format!("{path} {why}")));
        match found.metadata() {
            Ok(metadata) if !metadata.is_file() => return failed("is not a file"),
            Ok(metadata) if metadata.len() > FILE_BYTES => return failed("is too large to be a part of a module"),
            Ok(_) => {}
            Err(cause) => return failed(&format!("cannot be read: {cause}")),
        }
        let mut bytes = Vec::new();
        match std::fs::File::open(&found).and_then(|file| file.take(FILE_BYTES).read_to_end(&mut bytes)) {
            Ok(length) => self.spend(length / 64).map(|()| bytes),
            Err(cause) => failed(&format!("cannot be read: {cause}")),
        }
    }

    /// Reading counts towards the limit like creating a value of that size.
    fn spend(&self, parts: usize) -> Result<(), Fault> {
        self.scope.engine.spend(self.scope.source, self.here, 1 + parts).map_err(|error| Fault::Stopped(Stop::Fatal(error)))
    }

    fn text(&self, path: &str) -> Result<String, Fault> {
        String::from_utf8(self.bytes(path)?).or_else(|_| refuse(format!("{path} is not UTF-8")))
    }

    /// The files below a folder that match a pattern, by their paths below it.
    fn set(&self, path: &str, pattern: &str, arguments: &Arguments<'_>) -> Outcome {
        let Some(pattern) = glob(pattern) else { return Err(Fault::NotEvaluated) };
        let mut found = Vec::new();
        if let Some(folder) = self.find(path)? {
            self.walk(&folder, "", &mut found)?;
            self.spend(found.len())?;
        }
        found.retain(|name| pattern.is_match(name));
        found.sort();
        Ok(arguments.texts(found))
    }

    fn walk(&self, folder: &Path, below: &str, found: &mut Vec<String>) -> Result<(), Fault> {
        let failed = |why: String| Fault::Unknown(format!("{}(): {why}", self.name));
        let entries = std::fs::read_dir(folder).map_err(|cause| failed(format!("{below} cannot be read: {cause}")))?;
        for entry in entries {
            let entry = entry.map_err(|cause| failed(format!("{below} cannot be read: {cause}")))?;
            let Ok(name) = entry.file_name().into_string() else { return Err(failed(format!("a name below {below} is not valid UTF-8"))) };
            let name = if below.is_empty() { name } else { format!("{below}/{name}") };
            let kind = entry.file_type().map_err(|cause| failed(format!("{name} cannot be read: {cause}")))?;
            match entry.path().metadata() {
                Ok(metadata) if metadata.is_dir() && kind.is_symlink() => return Err(failed(format!("{name} is a link to a folder"))),
                Ok(metadata) if metadata.is_dir() => self.walk(&entry.path(), &name, found)?,
                Ok(metadata) if metadata.is_file() => found.push(name),
                _ => {}
            }
            if found.len() > FILES {
                return Err(failed(format!("there are more than {FILES} files")));
            }
        }
        Ok(())
    }
}

/// A path without `.` and `..`, for a file that does not exist.
fn lexical(path: &Path) -> PathBuf {
    let mut made = PathBuf::new();
    for part in path.components() {
        match part {
            Component::ParentDir => drop(made.pop()),
            Component::CurDir => {}
            part => made.push(part),
        }
    }
    made
}

/// A pattern of paths as a regular expression: `*`, `**`, `?`, `[a-z]`, `{a,b}`.
/// <https://developer.hashicorp.com/terraform/language/functions/fileset>
fn glob(pattern: &str) -> Option<regex::Regex> {
    let mut made = String::from("^");
    let mut rest = pattern.strip_prefix("./").unwrap_or(pattern);
    let mut braces = 0_usize;
    while let Some(letter) = rest.chars().next() {
        let after = rest.get(letter.len_utf8()..)?;
        let (piece, behind) = match letter {
            '*' => match (after.strip_prefix("*/"), after.strip_prefix('*')) {
                (Some(behind), _) => ("(?:[^/]+/)*".to_string(), behind),
                (None, Some(behind)) => (".*".to_string(), behind),
                (None, None) => ("[^/]*".to_string(), after),
            },
            '?' => ("[^/]".to_string(), after),
            '[' => {
                let (class, behind) = after.split_once(']')?;
                let (not, class) = class.strip_prefix(['!', '^']).map_or(("", class), |class| ("^/", class));
                if class.is_empty() || class.contains(['[', '\\', '&', '~']) {
                    return None;
                }
                (format!("[{not}{class}]"), behind)
            }
            '{' => {
                braces += 1;
                ("(?:".to_string(), after)
            }
            '}' if braces > 0 => {
                braces -= 1;
                (")".to_string(), after)
            }
            ',' if braces > 0 => ("|".to_string(), after),
            '\\' => {
                let escaped = after.chars().next()?;
                (regex::escape(&escaped.to_string()), after.get(escaped.len_utf8()..)?)
            }
            letter => (regex::escape(&letter.to_string()), after),
        };
        made.push_str(&piece);
        rest = behind;
    }
    regex::Regex::new(&format!("{made}$")).ok()
}
