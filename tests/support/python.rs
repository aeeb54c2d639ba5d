//! Python for tests: virtual environments with the packages of a `requirements.txt`, created by the first test that needs them.

use super::project;
use sha2::{Digest, Sha256};
use std::fs::{self, File};
use std::path::PathBuf;
use std::process::Command;

/// The Python of a virtual environment. Each version of the requirements has one; other test processes wait while one creates it.
pub fn with(name: &str, requirements: &str) -> PathBuf {
    environment(name, requirements).join(if cfg!(windows) { "Scripts/python.exe" } else { "bin/python" })
}

fn environment(name: &str, requirements: &str) -> PathBuf {
    let requirements = project(requirements);
    let digest = Sha256::digest(fs::read(&requirements).expect("a requirements.txt"));
    let hash: String = digest.iter().take(6).map(|byte| format!("{byte:02x}")).collect();
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("{name}-venv-{hash}"));
    let complete = folder.join("complete"); // a file that exists once everything else does
    if complete.exists() {
        return folder;
    }
    let lock = File::create(folder.with_extension("lock")).expect("the target folder can be written");
    lock.lock().expect("a lock");
    if !complete.exists() {
        // Created in place, because the scripts of a virtual environment contain its path.
        let _ = fs::remove_dir_all(&folder);
        run(Command::new(new_enough()).args(["-m", "venv"]).arg(&folder));
        let python = folder.join(if cfg!(windows) { "Scripts/python.exe" } else { "bin/python" });
        run(Command::new(python).args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r"]).arg(&requirements));
        File::create(&complete).expect("the target folder can be written");
    }
    folder
}

fn run(command: &mut Command) {
    let output = command.output().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    assert!(output.status.success(), "{command:?}:\n{}", String::from_utf8_lossy(&output.stderr));
}

/// A Python of version 3.11 or later.
fn new_enough() -> &'static str {
    let check = "import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))";
    let fits = |name: &&&str| Command::new(name).args(["-c", check]).output().is_ok_and(|output| output.status.success());
    let names = ["python3", "python3.11", "python3.12", "python3.13", "python3.14", "python"];
    names.iter().find(fits).unwrap_or_else(|| {
        panic!(
            "the end-to-end tests run against an emulator of AWS, and check reports with the readers that others use; both need Python 3.11 or \
             later with its venv module: none of {names:?} is one. Install it (Debian and Ubuntu: apt install python3 python3-venv), or leave \
             these tests out: cargo test --lib"
        )
    })
}
