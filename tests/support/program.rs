//! The program under test, run as a user runs it, but without the user's own AWS settings.

use super::Document;
use std::ffi::{OsStr, OsString};
use std::fs::{self, File};
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// Time limit for a run: a run that takes longer hangs.
const TOO_LONG: Duration = Duration::from_secs(120);

/// Builds a command line of the program. It runs in an empty folder that is also its HOME.
pub struct Rel9 {
    environment: Vec<(OsString, OsString)>,
    home: TempDir,
}

impl Rel9 {
    /// The program without credentials and without a reachable endpoint.
    pub fn new() -> Rel9 {
        Rel9 { environment: Vec::new(), home: TempDir::new().expect("a folder") }
            .env("AWS_EC2_METADATA_DISABLED", "true")
            .env("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    }

    /// Sets an environment variable.
    pub fn env(mut self, name: &str, value: impl AsRef<OsStr>) -> Rel9 {
        self.environment.retain(|(known, _)| known != name);
        self.environment.push((name.into(), value.as_ref().to_owned()));
        self
    }

    /// Removes an environment variable.
    pub fn without(mut self, name: &str) -> Rel9 {
        self.environment.retain(|(known, _)| known != name);
        self
    }

    /// Writes files into the folder in which the program runs.
    pub fn with_files(self, files: &[(&str, &str)]) -> Rel9 {
        for (name, content) in files {
            let path = self.home().join(name);
            fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
            fs::write(path, content).expect("a file");
        }
        self
    }

    /// The folder in which the program runs.
    pub fn home(&self) -> &Path {
        self.home.path()
    }

    /// The command, for callers that run it in another way than [`Rel9::run`].
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(binary());
        command.args(arguments).env_clear().current_dir(self.home.path()).env("HOME", self.home.path());
        // Windows needs it for sockets.
        if let Some(root) = std::env::var_os("SystemRoot") {
            command.env("SystemRoot", root);
        }
        command.envs(self.environment.iter().map(|(name, value)| (name, value))).stdin(Stdio::null());
        command
    }

    /// Runs the program to its end.
    pub fn run(&self, arguments: &[&str]) -> Run {
        let (out, err) = (self.home.path().join(".stdout"), self.home.path().join(".stderr"));
        let file = |path: &Path| File::create(path).expect("a file");
        let mut child = self.command(arguments).stdout(file(&out)).stderr(file(&err)).spawn().expect("rel9 runs");
        let code = wait(&mut child, arguments);
        let run = Run { code, stdout: read(&out), stderr: read(&err), arguments: arguments.join(" ") };
        assert!(!run.stderr.contains("panicked"), "{run}");
        run
    }

    /// Runs `audit --format json` with more arguments, and reads the document that it must write.
    pub fn audit(&self, arguments: &[&str]) -> (Run, Document) {
        let run = self.run(&[&["audit", "--format", "json"], arguments].concat());
        let document = run.document();
        (run, document)
    }

    /// The findings for the inputs in the arguments, with any exit code.
    pub fn judge(&self, arguments: &[&str]) -> Document {
        let all = [&["audit", "--format", "json", "--fail-on", "never", "--allow-incomplete"], arguments].concat();
        self.run(&all).ended(0).document()
    }
}

/// The program under test: the binary that cargo built for the tests, or the one that `REL9_BIN` names.
pub fn binary() -> PathBuf {
    std::env::var_os("REL9_BIN").map_or_else(|| PathBuf::from(env!("CARGO_BIN_EXE_rel9")), PathBuf::from)
}

/// Waits for a process, up to the time limit. Returns its exit code; -1 if a signal ended it.
pub fn wait(child: &mut Child, arguments: &[&str]) -> i32 {
    let end = Instant::now() + TOO_LONG;
    loop {
        if let Some(status) = child.try_wait().expect("a process") {
            return status.code().unwrap_or(-1);
        }
        if Instant::now() > end {
            let _ = child.kill();
            panic!("rel9 {} did not end within {TOO_LONG:?}", arguments.join(" "));
        }
        sleep(Duration::from_millis(5));
    }
}

fn read(path: &Path) -> String {
    let mut bytes = Vec::new();
    File::open(path).and_then(|mut file| file.read_to_end(&mut bytes)).expect("what it wrote");
    String::from_utf8(bytes).expect("UTF-8")
}

/// The result of a run.
pub struct Run {
    pub code: i32,
    pub stdout: String,
    pub stderr: String,
    arguments: String,
}

impl Run {
    /// The findings document on standard output.
    pub fn document(&self) -> Document {
        Document(serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("no findings document ({error}): {self}")))
    }

    /// Asserts the exit code.
    #[track_caller]
    pub fn ended(&self, code: i32) -> &Run {
        assert_eq!(self.code, code, "{self}");
        self
    }

    /// Asserts that standard error contains a text.
    #[track_caller]
    pub fn said(&self, words: &str) -> &Run {
        assert!(self.stderr.contains(words), "{words:?} is not said: {self}");
        self
    }
}

impl std::fmt::Display for Run {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let out: String = self.stdout.chars().take(2_000).collect();
        write!(f, "rel9 {} ended with {}\nstdout: {out}\nstderr: {}", self.arguments, self.code, self.stderr)
    }
}
