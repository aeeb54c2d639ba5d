//! The emulator of AWS (`tests/emulator`): its virtual environment, its process, and its control calls.

use super::{ACCOUNT, Rel9, project, python};
use serde_json::{Value, json};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;

/// A running emulator with its own state. It ends when this value is dropped, and in any case with the test's process.
pub struct Emulator {
    pub endpoint: String,
    server: Child,
}

impl Emulator {
    /// Starts an emulator on a free port.
    pub fn start() -> Emulator {
        Emulator::started(&[])
    }

    /// Starts unchanged moto that counts calls, without the emulator's additions.
    pub fn plain() -> Emulator {
        Emulator::started(&["--plain"])
    }

    fn started(options: &[&str]) -> Emulator {
        let mut server = Command::new(python())
            .args([project("tests/emulator/server.py").as_os_str(), "--port".as_ref(), "0".as_ref()])
            .args(options)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the emulator starts");
        let mut line = String::new();
        BufReader::new(server.stdout.take().expect("a pipe")).read_line(&mut line).expect("the emulator tells its endpoint");
        let told: Value = serde_json::from_str(&line).expect("the emulator tells its endpoint");
        Emulator { endpoint: told["endpoint"].as_str().expect("an endpoint").to_owned(), server }
    }

    /// Starts an emulator and fills it with one of `tests/emulator/scenarios`; the second value is the scenario's output about what it created.
    pub fn with(scenario: &str) -> (Emulator, Value) {
        let emulator = Emulator::start();
        let told = emulator.scenario(scenario);
        (emulator, told)
    }

    /// Runs a scenario.
    pub fn scenario(&self, name: &str) -> Value {
        self.python(&format!("tests/emulator/scenarios/{name}.py"))
    }

    /// Runs a Python script that fills the emulator, and returns its JSON output.
    pub fn python(&self, script: &str) -> Value {
        let output = Command::new(python()).arg(project(script)).args(["--endpoint", &self.endpoint]).output().expect("Python runs");
        assert!(output.status.success(), "{script}:\n{}", String::from_utf8_lossy(&output.stderr));
        serde_json::from_slice(&output.stdout).expect("JSON")
    }

    /// The program, set to call this emulator instead of AWS.
    pub fn rel9(&self) -> Rel9 {
        Rel9::new()
            .env("AWS_ENDPOINT_URL", &self.endpoint)
            .env("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE")
            .env("AWS_SECRET_ACCESS_KEY", "not-a-secret")
            .env("AWS_REGION", "us-east-1")
    }

    /// Answers calls of `operation` with a fault from now on; without a mode, clears the fault.
    pub fn fault(&self, operation: &str, mode: Option<&str>) {
        self.post("fault", &json!({"operation": operation, "mode": mode}));
    }

    /// Answers calls of `operation` in one Region with a fault from now on.
    pub fn fault_in(&self, region: &str, operation: &str, mode: &str) {
        self.post("fault", &json!({"operation": operation, "mode": mode, "region": region}));
    }

    /// Sets a fault with all its details; see the emulator's README.
    pub fn fault_of(&self, fault: &Value) {
        self.post("fault", fault);
    }

    /// Caps the pages of every list.
    pub fn page_size(&self, size: Option<u32>) {
        self.post("page_size", &json!({"n": size}));
    }

    /// Creates state that otherwise arises only over time.
    pub fn seed(&self, service: &str, kind: &str, region: &str, values: &Value) -> Value {
        self.post("seed", &json!({"account": ACCOUNT, "region": region, "service": service, "kind": kind, "values": values}))
    }

    /// The calls since the start or the last reset.
    pub fn calls(&self) -> Value {
        self.control("GET", "calls", "")
    }

    /// The number of calls of an operation, in all Regions together.
    pub fn count(&self, operation: &str) -> u64 {
        self.calls()["calls"][operation].as_object().map_or(0, |regions| regions.values().filter_map(Value::as_u64).sum())
    }

    /// Resets the counts of calls.
    pub fn reset_calls(&self) {
        self.post("reset_calls", &json!({}));
    }

    fn post(&self, name: &str, body: &Value) -> Value {
        self.control("POST", name, &body.to_string())
    }

    fn control(&self, method: &str, name: &str, body: &str) -> Value {
        let address = self.endpoint.trim_start_matches("http://");
        let mut stream = TcpStream::connect(address).expect("the emulator answers");
        let length = body.len();
        write!(stream, "{method} /rel9/{name} HTTP/1.0\r\nHost: {address}\r\nContent-Length: {length}\r\n\r\n{body}").expect("sent");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("an answer");
        let (head, body) = answer.split_once("\r\n\r\n").expect("an HTTP answer");
        assert!(head.lines().next().is_some_and(|line| line.contains(" 200 ")), "{method} /rel9/{name}: {answer}");
        serde_json::from_str(body).expect("JSON")
    }
}

impl Drop for Emulator {
    fn drop(&mut self) {
        drop(self.server.stdin.take()); // ends the server
        let _ = self.server.wait();
    }
}

/// The Python of the emulator's virtual environment.
fn python() -> &'static Path {
    static PYTHON: OnceLock<PathBuf> = OnceLock::new();
    PYTHON.get_or_init(|| python::with("emulator", "tests/emulator/requirements.txt"))
}
