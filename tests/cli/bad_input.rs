//! Errors before, during and after reading: the exit codes (2: the user must correct something, 3: something could not be read), the messages, and
//! never a panic ([`crate::support::Rel9::run`] checks every run for one).

use crate::support::{ACCOUNT, Emulator, Rel9, Run, operation_of, text, wait};
use serde_json::{Value, json};
use std::fmt::Write as _;
use std::fs;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::Stdio;
use std::sync::OnceLock;
use std::thread;

const HEADER: &str = r#"{"kind":"header","schema":"rel9.inventory/1","captured_at":"2026-11-22T07:00:00Z","source":"aws"}"#;

/// An emulator with one empty Region, for tests without faults.
fn empty_account() -> &'static Emulator {
    static EMPTY: OnceLock<Emulator> = OnceLock::new();
    EMPTY.get_or_init(|| {
        let emulator = Emulator::start();
        emulator.seed("ec2", "enabled_regions", "us-east-1", &json!({"RegionNames": ["us-east-1", "eu-west-1"]}));
        emulator
    })
}

// Credentials, Regions, endpoints

#[test]
fn no_credentials() {
    let run = Rel9::new().env("AWS_REGION", "us-east-1").run(&["audit"]);
    run.ended(2).said("AWS credentials are missing").said("--profile NAME").said("rel9 audit --demo");
    assert_eq!(run.stdout, "");
}

#[test]
fn an_expired_token() {
    let emulator = Emulator::start();
    emulator.fault("*", Some("expired"));
    let run = emulator.rel9().env("AWS_SESSION_TOKEN", "old").env("AWS_MAX_ATTEMPTS", "1").run(&["audit"]);
    run.ended(2).said("expired").said("aws sts get-caller-identity");
    assert_eq!(run.stdout, "");
}

#[test]
fn a_token_that_expires_half_way() {
    let emulator = Emulator::start();
    emulator.fault("ec2:DescribeVolumes", Some("expired"));
    let (run, document) = emulator.rel9().env("AWS_MAX_ATTEMPTS", "1").audit(&["--regions", "us-east-1", "--fail-on", "critical"]);
    run.ended(3);
    assert_eq!(document.0["audit"]["complete"], false);
}

/// A shard whose credentials ended does not count as read: the next run reads it again.
#[test]
fn a_token_that_expires_while_collecting() {
    let emulator = Emulator::start();
    emulator.seed("ec2", "enabled_regions", "us-east-1", &json!({"RegionNames": ["us-east-1", "eu-west-1"]}));
    let rel9 = emulator.rel9().env("AWS_MAX_ATTEMPTS", "1");
    for operation in ["ec2:DescribeVolumes", "rds:DescribeDBInstances", "dynamodb:ListTables", "elasticfilesystem:DescribeFileSystems"] {
        emulator.fault_in("eu-west-1", operation, "expired");
        let run = rel9.run(&["collect", "-o", "kept"]);
        run.ended(2).said("the credentials expired while eu-west-1 was read (").said("run the same command to continue");
        assert!(!rel9.home().join("kept/123456789012.eu-west-1.ndjson.zst").exists(), "{operation}");
        rel9.run(&["audit", "kept"]).ended(2).said("its collection did not finish (missing: ");
        emulator.fault(operation, None);
    }
    rel9.run(&["collect", "-o", "kept"]).ended(0).said("3 shards");
    assert_eq!(rel9.run(&["audit", "kept", "--fail-on", "never"]).code, 0);
}

#[test]
fn an_unknown_region() {
    let rel9 = empty_account().rel9();
    rel9.run(&["audit", "--regions", "us-eats-1"]).ended(2).said("no enabled Region \"us-eats-1\"").said("Did you mean us-east-1?");
    // A Region that exists, but is not enabled.
    rel9.run(&["audit", "--regions", "ap-east-1"]).ended(2).said("Enabled are: eu-west-1, us-east-1.");
    rel9.run(&["collect", "-o", "kept", "--regions", "us-eats-1"]).ended(2).said("Did you mean us-east-1?");
}

#[test]
fn an_unknown_service() {
    empty_account()
        .rel9()
        .run(&["audit", "--services", "ec3"])
        .ended(2)
        .said("rel9 does not read the service \"ec3\"")
        .said("Did you mean ec2");
}

#[test]
fn an_unknown_profile() {
    let rel9 = empty_account().rel9().without("AWS_ACCESS_KEY_ID").without("AWS_SECRET_ACCESS_KEY");
    fs::create_dir(rel9.home().join(".aws")).expect("a folder");
    let profile = "[profile known]\nregion = us-east-1\naws_access_key_id = AKIAIOSFODNN7EXAMPLE\naws_secret_access_key = not-a-secret\n";
    fs::write(rel9.home().join(".aws/config"), profile).expect("a file");
    rel9.run(&["audit", "--profile", "unknown"]).ended(2).said("have no profile \"unknown\"").said("aws configure list-profiles");
    let rel9 = rel9.env("AWS_PROFILE", "unknown");
    rel9.run(&["audit"]).ended(2).said("have no profile \"unknown\"");
    let (_, document) = rel9.without("AWS_PROFILE").audit(&["--profile", "known", "--regions", "us-east-1"]);
    assert_eq!(document.0["audit"]["accounts"], json!([ACCOUNT]));
}

#[test]
fn a_profile_asked_for_comes_before_keys_in_the_environment() {
    // Keys in the environment must not override the named profile: rel9 would judge the wrong account.
    let rel9 = empty_account().rel9();
    rel9.run(&["audit", "--profile", "unknown"]).ended(2).said("unknown");
}

#[test]
fn no_permission_at_all() {
    let emulator = Emulator::start();
    emulator.fault("*", Some("deny"));
    emulator.rel9().run(&["audit"]).ended(3).said("sts:GetCallerIdentity").said("rel9 permissions");

    // GetCallerIdentity is always allowed; all other calls are denied.
    emulator.fault("*", None);
    for service in ["ec2", "backup", "rds", "dynamodb", "elasticfilesystem", "s3", "kms", "dlm", "cloudtrail"] {
        emulator.fault(&format!("{service}:*"), Some("deny"));
    }
    let rel9 = emulator.rel9();
    let (run, document) = rel9.audit(&["--fail-on", "never"]);
    run.ended(3);
    assert_eq!(document.0["audit"]["complete"], false);
    let passes: Vec<&Value> = document.findings().iter().filter(|finding| finding["status"] == "pass").collect();
    assert!(passes.is_empty(), "{passes:?}");
    let denied: Vec<String> = document.collection().iter().filter(|entry| entry["status"] == "denied").map(operation_of).collect();
    for operation in ["ec2:DescribeRegions", "ec2:DescribeVolumes", "backup:ListBackupPlans", "s3:ListBuckets", "rds:DescribeDBInstances"] {
        assert!(denied.iter().any(|name| name == operation), "{operation} is not in {denied:?}");
    }
    assert_eq!(document.0["summary"]["coverage"]["percent"], 0.0);
    let table = rel9.run(&["audit", "--format", "table"]);
    assert!(table.stdout.contains("NOT READ (") && table.stdout.contains("ec2:DescribeVolumes denied"), "{table}");
    rel9.run(&["collect", "-o", "kept"]).ended(3).said("some calls were denied or failed");
    rel9.run(&["audit", "kept"]).ended(3);
    assert_eq!(rel9.run(&["audit", "kept", "--allow-incomplete"]).code, 0);
}

#[test]
fn an_endpoint_that_is_not_there() {
    let rel9 = Rel9::new()
        .env("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE")
        .env("AWS_SECRET_ACCESS_KEY", "not-a-secret")
        .env("AWS_REGION", "us-east-1")
        .env("AWS_MAX_ATTEMPTS", "1");
    rel9.run(&["audit"]).ended(3).said("sts:GetCallerIdentity").said("AWS_ENDPOINT_URL");
    let rel9 = rel9.env("AWS_ENDPOINT_URL", "http://nowhere.invalid");
    rel9.run(&["audit"]).ended(3).said("AWS_ENDPOINT_URL");
    // The SDK would ignore it, and call AWS itself.
    let rel9 = rel9.env("AWS_ENDPOINT_URL", "localhost:4566");
    rel9.run(&["audit"]).ended(2).said("AWS_ENDPOINT_URL is \"localhost:4566\", which is not a URL");
    for setting in ["AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_S3"] {
        let rel9 = empty_account().rel9().env(setting, "");
        rel9.run(&["audit"]).ended(2).said(&format!("{setting} is set but empty"));
        rel9.run(&["collect", "-o", "kept"]).ended(2).said(setting);
    }
}

#[test]
fn an_endpoint_of_a_profile_that_is_no_url() {
    let keys = "region = us-east-1\naws_access_key_id = AKIAIOSFODNN7EXAMPLE\naws_secret_access_key = not-a-secret\n";
    let config = format!(
        "[default]\n{keys}endpoint_url =\n[profile host]\n{keys}endpoint_url = localhost:4566\n[profile one]\n{keys}services = own\n[services own]\ns3 =\n  endpoint_url =\n"
    );
    let rel9 = empty_account().rel9().without("AWS_ENDPOINT_URL").without("AWS_ACCESS_KEY_ID").without("AWS_SECRET_ACCESS_KEY");
    fs::create_dir(rel9.home().join(".aws")).expect("a folder");
    fs::write(rel9.home().join(".aws/config"), &config).expect("a file");
    let told = |profile: &str| format!(".aws/config: endpoint_url of profile {profile:?} (or of its services)");
    rel9.run(&["audit"]).ended(2).said(&format!("{} is set but empty", told("default")));
    rel9.run(&["collect", "-o", "kept", "--profile", "host"]).ended(2).said(&format!("{} is \"localhost:4566\"", told("host")));
    rel9.run(&["audit", "--profile", "one"]).ended(2).said(&told("one"));
    fs::rename(rel9.home().join(".aws/config"), rel9.home().join("elsewhere")).expect("a file");
    let place = rel9.home().join("elsewhere").display().to_string();
    let rel9 = rel9.env("AWS_CONFIG_FILE", &place).env("AWS_PROFILE", "one");
    rel9.run(&["audit"]).ended(2).said(&format!("{place}: endpoint_url of profile \"one\""));
}

#[test]
fn what_the_sdk_stops_at() {
    let rel9 = empty_account().rel9().env("SSL_CERT_FILE", "/nowhere").env("AWS_ENDPOINT_URL", "https://127.0.0.1:9");
    let rel9 = rel9.env("AWS_MAX_ATTEMPTS", "1");
    rel9.run(&["audit"]).ended(2).said("rel9 cannot call AWS: there are no root certificates");
    let rel9 = empty_account().rel9().env("AWS_ACCESS_KEY_ID", "AKIA\nEXAMPLE");
    rel9.run(&["audit"]).ended(2).said("rel9 cannot call AWS: the access key id has an invalid character");
    let rel9 = empty_account().rel9();
    fs::write(rel9.home().join("config"), "[default\nregion = eu-west-1\n").expect("a file");
    let place = rel9.home().join("config").display().to_string();
    let rel9 = rel9.env("AWS_CONFIG_FILE", &place);
    rel9.run(&["audit"])
        .ended(2)
        .said(&format!("The AWS configuration files cannot be used (could not parse profile file: error parsing {place} on line 1"));
}

/// A server that accepts every connection and lets `answer` write to it.
fn server(answer: impl Fn(TcpStream) + Send + 'static) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("an address");
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            answer(stream);
        }
    });
    format!("http://{address}")
}

#[test]
fn an_endpoint_that_is_not_aws() {
    let page = "<html><body>Please log in</body></html>";
    let login = server(move |mut stream| {
        let _ = stream.read(&mut [0; 4096]);
        let _ = write!(
            stream,
            "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{page}",
            page.len()
        );
    });
    let rel9 = empty_account().rel9().env("AWS_ENDPOINT_URL", login).env("AWS_MAX_ATTEMPTS", "1");
    rel9.run(&["audit"]).ended(3).said("sts:GetCallerIdentity").said("AWS_ENDPOINT_URL");
    // A blocking proxy has the same effect.
    let blocks = server(move |mut stream| {
        let _ = stream.read(&mut [0; 4096]);
        let _ = write!(stream, "HTTP/1.1 403 Forbidden\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{page}", page.len());
    });
    let rel9 = rel9.env("AWS_ENDPOINT_URL", blocks);
    rel9.run(&["audit"]).ended(3).said("the answer did not come from AWS STS").said("HTTPS_PROXY");
    let hangs_up = server(drop);
    let rel9 = rel9.env("AWS_ENDPOINT_URL", hangs_up);
    rel9.run(&["audit"]).ended(3).said("sts:GetCallerIdentity");
}

/// rel9 waits until the read times out (30 s), and then says so.
#[test]
#[ignore = "takes half a minute"]
fn an_endpoint_that_does_not_answer() {
    let silent = server(std::mem::forget);
    let rel9 = empty_account().rel9().env("AWS_ENDPOINT_URL", silent).env("AWS_MAX_ATTEMPTS", "1");
    rel9.run(&["audit"]).ended(3).said("no answer in time");
}

// Inventory files

/// Audits one inventory file.
fn file(name: &str, content: impl AsRef<[u8]>) -> Run {
    let rel9 = Rel9::new();
    fs::write(rel9.home().join(name), content).expect("a file");
    rel9.run(&["audit", name, "--format", "json"])
}

fn volume(properties: &Value) -> Value {
    json!({"kind": "resource", "type": "AWS::EC2::Volume", "arn": format!("arn:aws:ec2:us-east-1:{ACCOUNT}:volume/vol-1"), "account": ACCOUNT,
           "region": "us-east-1", "id": "vol-1", "tags": {}, "properties": properties})
}

#[test]
fn inventory_files_that_are_none() {
    let version = HEADER.replace("inventory/1", "inventory/2");
    let good = volume(&json!({"encrypted": true}));
    let wrong = volume(&json!({"encrypted": "perhaps"}));
    // Arithmetic with such a time would overflow.
    let mut late = good.clone();
    late["created_at"] = json!("+262142-12-31T23:59:59Z");
    let later =
        volume(&json!({"attachments": [{"instance_id": "i-1", "delete_on_termination": true, "attached_at": "+262142-12-31T23:59:59Z"}]}));
    let cut = format!("{HEADER}\n{good}");
    let cut = &cut[..cut.len() - 9];
    for (name, content, said) in [
        ("empty.ndjson", String::new(), "empty.ndjson: the file is empty"),
        ("blank.ndjson", "\n\n".to_owned(), "blank.ndjson: the file is empty"),
        ("foreign.ndjson", "{\"Resources\":{}}\n".to_owned(), "foreign.ndjson:1: not a rel9 inventory"),
        ("array.ndjson", "[1, 2]\n".to_owned(), "array.ndjson:1: not a rel9 inventory"),
        ("text.ndjson", "Hello\n".to_owned(), "text.ndjson:1: not a rel9 inventory"),
        ("version.ndjson", version, "version.ndjson:1: schema is `rel9.inventory/2`, this version reads `rel9.inventory/1`"),
        ("cut.ndjson", cut.to_owned(), "cut.ndjson:2: "),
        ("headless.ndjson", format!("{good}\n"), "headless.ndjson:1: not a rel9 inventory"),
        ("twice.ndjson", format!("{HEADER}\n{HEADER}\n"), "twice.ndjson:2: a second header"),
        ("wrong.ndjson", format!("{HEADER}\n\n{wrong}\n"), "wrong.ndjson:3: AWS::EC2::Volume vol-1: "),
        ("kind.ndjson", format!("{HEADER}\n{{\"kind\":\"surprise\"}}\n"), "kind.ndjson:2: "),
        ("late.ndjson", format!("{HEADER}\n{late}\n"), "late.ndjson:2: AWS::EC2::Volume vol-1: +262142-12-31T23:59:59"),
        (
            "later.ndjson",
            format!("{HEADER}\n{later}\n"),
            "later.ndjson:2: AWS::EC2::Volume vol-1: +262142-12-31T23:59:59Z is not an RFC 3339 time",
        ),
        ("end.ndjson", HEADER.replace("2026-11", "+262142-11"), "end.ndjson:1: captured_at is "),
        ("null.ndjson", format!("{HEADER}\n{good}\0\n"), "null.ndjson:2: "),
        ("deep.ndjson", format!("{HEADER}\n{}", "[".repeat(200_000)), "deep.ndjson:2: "),
    ] {
        let run = file(name, content);
        run.ended(2).said(said);
        assert_eq!(run.stdout, "", "{name}");
    }
    file("cut.ndjson", cut).said("the file seems to be truncated");
    file("bytes.ndjson", [0xff, 0xfe, 0x00, 0x9f]).ended(2).said("bytes.ndjson:1: ");
}

#[test]
fn packed_files_that_are_broken() {
    let whole = format!("{HEADER}\n{}\n", volume(&json!({"encrypted": true})));
    let packed = zstd::encode_all(whole.as_bytes(), 3).expect("zstd");
    file("not.ndjson.zst", &whole).ended(2).said("not.ndjson.zst:1: ");
    file("not.ndjson.gz", &whole).ended(2).said("not.ndjson.gz:1: ");
    file("cut.ndjson.zst", &packed[..packed.len() / 2]).ended(2).said("cut.ndjson.zst:");
    file("none.ndjson.zst", "").ended(2).said("none.ndjson.zst");
    assert!(!file("whole.ndjson.zst", &packed).document().findings().is_empty());
}

#[test]
fn places_that_are_not_there() {
    let rel9 = Rel9::new();
    rel9.run(&["audit", "missing.ndjson"]).ended(2).said("missing.ndjson: cannot be opened");
    rel9.run(&["audit", "missing"]).ended(2).said("missing: is not here");
    fs::create_dir(rel9.home().join("empty")).expect("a folder");
    rel9.run(&["audit", "empty"]).ended(2).said("empty: contains neither an inventory nor a template");
    fs::write(rel9.home().join("file"), "").expect("a file");
    rel9.run(&["collect", "-o", "file/below"]).ended(2).said("file/below: cannot be created");
}

#[test]
fn one_shard_in_two_files() {
    let rel9 = Rel9::new();
    let whole = format!("{HEADER}\n{}\n", volume(&json!({"encrypted": true})));
    fs::write(rel9.home().join("a.ndjson"), &whole).expect("a file");
    fs::write(rel9.home().join("b.ndjson"), &whole).expect("a file");
    rel9.run(&["audit", "a.ndjson", "b.ndjson"]).ended(2).said("123456789012/us-east-1 is in two of the inventory files");
}

/// Resources of every type without any property: unread facts neither pass nor fail.
#[test]
fn resources_without_properties() {
    let mut lines = format!("{HEADER}\n");
    for info in rel9::inventory::types::all() {
        let arn = format!("arn:aws:x:us-east-1:{ACCOUNT}:thing/{}", info.name);
        let bare = json!({"kind": "resource", "type": info.name, "arn": arn, "account": ACCOUNT, "region": "us-east-1", "id": info.name, "properties": {}});
        writeln!(lines, "{bare}").expect("a text");
    }
    let run = file("bare.ndjson", lines);
    let document = run.document();
    assert!([1, 3].contains(&run.code), "{run}");
    let unknown = document.findings().iter().filter(|finding| finding["status"] == "unknown").count();
    assert!(unknown > 100, "{unknown}");
    for finding in document.findings() {
        // Rules that need no call may judge: the policy's objectives, an instance without volumes.
        let rule = text(&finding["rule"]);
        let from_policy = ["data-objective-assigned", "data-reproducible-reviewed"].contains(&rule);
        assert!(finding["status"] == "unknown" || from_policy, "{finding}");
        if finding["status"] == "unknown" {
            assert!(finding["unknown_because"].as_array().is_some_and(|reasons| !reasons.is_empty()), "{finding}");
        }
    }
    run.ended(3);
}

#[test]
fn unknown_types_are_left_alone() {
    let strange = r#"{"kind":"resource","type":"AWS::Quantum::Box","arn":"arn:aws:quantum:us-east-1:123456789012:box/1","account":"123456789012","region":"us-east-1","id":"1","properties":{"state":[true,null,{"a":1.5}]}}"#;
    let run = file("strange.ndjson", format!("{HEADER}\n{strange}\n"));
    assert!(run.document().findings().is_empty());
    assert!([0, 3].contains(&run.code), "{run}");
    // An unknown property of a known type.
    let newer = volume(&json!({"encrypted": true, "holographic": true}));
    let run = file("newer.ndjson", format!("{HEADER}\n{newer}\n"));
    assert!([1, 2, 3].contains(&run.code), "{run}");
}

/// Names, tags and messages from outside reach a terminal without control characters.
#[test]
fn hostile_names_and_tags() {
    let evil = "\u{1b}]0;owned\u{7}\u{1b}[31m\r\nINJECTED\u{202e}\u{0}\u{9b}2J";
    let tags: serde_json::Map<String, Value> =
        (0..10_000).map(|number| (format!("{evil}{number}"), json!(format!("{evil}\t{}", "x".repeat(200))))).collect();
    let mut hostile = volume(&json!({"encrypted": false, "status": evil}));
    hostile["tags"] = Value::Object(tags);
    hostile["name"] = json!(evil);
    hostile["id"] = json!(evil);
    let coverage = json!({"kind": "coverage", "account": ACCOUNT, "region": "us-east-1", "service": "ec2", "operation": evil,
                          "status": "denied", "items": 1, "error": evil});
    let rel9 = Rel9::new();
    fs::write(rel9.home().join("evil.ndjson"), format!("{HEADER}\n{hostile}\n{coverage}\n")).expect("a file");
    for columns in ["80", "160"] {
        let rel9 = Rel9::new().env("COLUMNS", columns);
        fs::write(rel9.home().join("evil.ndjson"), format!("{HEADER}\n{hostile}\n{coverage}\n")).expect("a file");
        let run = rel9.run(&["audit", "evil.ndjson", "--all"]);
        run.ended(1);
        let bad: Vec<char> = run.stdout.chars().filter(|c| (c.is_control() && *c != '\n') || *c == '\u{202e}').collect();
        assert!(bad.is_empty(), "{bad:?}");
        assert!(!run.stdout.lines().any(|line| line.starts_with("INJECTED")), "a name starts no line");
        assert!(run.stdout.contains("INJECTED"), "what is left of it is shown");
    }
    let run = rel9.run(&["audit", "evil.ndjson", "--format", "json"]);
    let finding = &run.document().0["findings"][0];
    assert_eq!(finding["resource"]["tags"].as_object().map(serde_json::Map::len), Some(10_000));
    assert!(!run.stdout.chars().any(|c| c < ' ' && c != '\n'), "JSON escapes them");
    let lines = rel9.run(&["audit", "evil.ndjson", "--format", "ndjson"]);
    assert!(lines.stdout.lines().all(|line| serde_json::from_str::<Value>(line).is_ok()));
}

// The command line, policy and rules

#[test]
fn wrong_usage() {
    let rel9 = Rel9::new();
    for (arguments, said) in [
        (&["audit", "--demo", "--format", "jsn"][..], "there is no format `jsn`; the formats are table, json, ndjson"),
        (&["audit", "--demo", "--rule", "data-protectd"], "did you mean `data-protected`?"),
        (&["audit", "--demo", "--skip-rule", "data-protectd"], "did you mean `data-protected`?"),
        (&["audit", "--demo", "--as-of", "yesterday"], "--as-of"),
        (&["audit", "--demo", "--as-of", "+262142-12-31T23:59:59Z"], "--as-of"),
        (&["audit", "--demo", "--fail-on", "worst"], "--fail-on"),
        (&["audit", "--demo", "--tag", "no-equals-sign"], "KEY=VALUE"),
        (&["audit", "--demo", "--best-practice", "REL09-BP05"], "REL09-BP04"),
        (&["audit", "--demo", "kept"], "--demo"),
        (&["audit", "--max-rps", "0"], "--max-rps"),
        (&["audit", "--demo", "--format", "json", "--format", "ndjson"], "only one report can go to standard output"),
        (&["audti"], "audit"),
        (&["collect"], "--out"),
        (&["rules", "show", "data-protectd"], "did you mean `data-protected`?"),
        (&["schema", "planets"], "planets"),
    ] {
        let run = rel9.run(arguments);
        run.ended(2).said(said);
        assert_eq!(run.stdout, "", "{arguments:?}");
    }
    rel9.run(&["--help"]).ended(0);
    rel9.run(&["--version"]).ended(0);
}

#[test]
fn reports_that_cannot_be_written() {
    let rel9 = Rel9::new();
    rel9.run(&["audit", "--demo", "--format", "json=no/such/folder.json"]).ended(2).said("the folder no/such does not exist");
    fs::create_dir(rel9.home().join("taken")).expect("a folder");
    let run = rel9.run(&["audit", "--demo", "--format", "json=taken"]);
    run.ended(2).said("taken: is a folder, a report needs a file");
    let left: Vec<_> = fs::read_dir(rel9.home()).expect("a folder").map(|entry| entry.expect("an entry").file_name()).collect();
    assert!(left.iter().all(|name| [".stdout", ".stderr", "taken"].iter().any(|known| name == known)), "nothing half-written: {left:?}");
    rel9.run(&["audit", "--demo", "--format", "json=whole.json", "--format", "table"]).ended(1);
    let whole = fs::read_to_string(rel9.home().join("whole.json")).expect("the report");
    assert!(serde_json::from_str::<Value>(&whole).is_ok());
}

/// A full device is an error, and the report does not count as written.
#[cfg(target_os = "linux")]
#[test]
fn a_full_disk() {
    let full = fs::OpenOptions::new().write(true).open("/dev/full").expect("a device");
    let rel9 = Rel9::new();
    let mut child = rel9.command(&["audit", "--demo", "--format", "json"]).stdout(full).stderr(Stdio::piped()).spawn().expect("rel9 runs");
    let code = wait(&mut child, &["audit"]);
    let mut words = String::new();
    child.stderr.take().expect("a pipe").read_to_string(&mut words).expect("UTF-8");
    assert_eq!(code, 2, "{words}");
    assert!(words.contains("cannot write to standard output") && !words.contains("panicked"), "{words}");
}

#[test]
fn a_closed_pipe_is_a_quiet_end() {
    for arguments in [&["audit", "--demo"][..], &["audit", "--demo", "--format", "json"], &["rules", "list"], &["rules", "docs"]] {
        let rel9 = Rel9::new();
        let mut child = rel9.command(arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("rel9 runs");
        drop(child.stdout.take());
        let code = wait(&mut child, arguments);
        let mut words = String::new();
        child.stderr.take().expect("a pipe").read_to_string(&mut words).expect("UTF-8");
        // A report that only programs read leaves the gate's decision to standard error.
        let words: Vec<&str> = words.lines().filter(|line| !(arguments.contains(&"json") && line.starts_with("gate failed: "))).collect();
        assert_eq!(words, Vec::<&str>::new(), "{arguments:?}");
        assert!([0, 1].contains(&code), "{arguments:?}: {code}");
    }
}

#[test]
fn mistakes_in_the_policy() {
    let entry = |list: &str, entry: &str| format!("version: 1\n{list}:\n  - {entry}\n");
    for (policy, said) in [
        ("version: 2\n".to_owned(), "rel9.yaml:1: version is 2; this program reads version 1"),
        ("version: 1\nobjectivs: []\n".to_owned(), "rel9.yaml:2: unknown field `objectivs`"),
        (entry("objectives", "{ name: a, match: 'true', rpo: 5x }"), "rel9.yaml:3: `5x` is not a valid duration"),
        (
            entry("objectives", "{ name: a, match: 'resource.tgs == 1', rpo: 5h }"),
            "rel9.yaml:3: `resource` has no field `tgs`; did you mean `tags`?",
        ),
        (entry("objectives", "{ name: a, match: 'resource.tags[', rpo: 5h }"), "rel9.yaml:3: "),
        (
            entry("objectives", "{ name: a, match: 'resource.tags[\"tier\"]' }"),
            "rel9.yaml:3: `resource.tags[\"tier\"]` is a text, not true or false",
        ),
        (entry("reproducible", "{ match: 1 }"), "rel9.yaml:3: `1` is a number, not true or false"),
        (entry("objectives", "{ name: a, match: }"), "rel9.yaml:3: expected a text"),
        (entry("objectives", "{ name: a, match: 'true', name: b }"), "rel9.yaml:3: duplicate mapping key: name\n"),
        (
            entry("waivers", "{ rule: data-protected, match: 'true', reason: ' ', approved_by: y, expires: 2027-01-01 }"),
            "rel9.yaml:3: reason of the waiver is empty",
        ),
        (
            entry("waivers", "{ rule: data-protected, match: 'true', reason: x, approved_by: y, expires: 2027-13-01 }"),
            "rel9.yaml:3: expected a date, such as 2027-01-31",
        ),
        (
            "version: 1\nrules:\n  rds-instance-retention: { params: { min_days: -7 } }\n".to_owned(),
            "rel9.yaml:3: parameter `min_days` of rule `rds-instance-retention` must not be negative, as -7 is",
        ),
        ("version: one\n".to_owned(), "rel9.yaml:1: expected a whole number"),
        ("version: 1\nassume: { ebs_encryption_by_default: sometimes }\n".to_owned(), "rel9.yaml:2: expected true or false"),
        ("version: 1\n---\nversion: 1\n".to_owned(), "rel9.yaml:3: expected one document"),
        (
            entry("waivers", "{ rule: data-protectd, match: 'true', reason: x, approved_by: y, expires: 2027-01-01 }"),
            "rel9.yaml:3: there is no rule `data-protectd`; did you mean `data-protected`?",
        ),
        (entry("waivers", "{ rule: data-protected, match: 'true', reason: x, approved_by: y, expires: soon }"), "rel9.yaml:3: "),
        (entry("waivers", "{ rule: data-protected, match: 'true' }"), "rel9.yaml:3: "),
        (
            "version: 1\nrules:\n  data-protected: { params: { nope: 1 } }\n".to_owned(),
            "rel9.yaml:3: rule `data-protected` has no parameter `nope`",
        ),
        ("version: 1\nrules:\n  data-protected: { severity: awful }\n".to_owned(), "rel9.yaml:3: "),
        ("version: 1\nfail_on: worst\n".to_owned(), "rel9.yaml:2: "),
        ("version: 1\n\trules: {}\n".to_owned(), "rel9.yaml:2: a tab indents this line"),
        ("- a list\n".to_owned(), "rel9.yaml:1: "),
        (String::new(), "rel9.yaml"),
    ] {
        let rel9 = Rel9::new();
        fs::write(rel9.home().join("rel9.yaml"), &policy).expect("a file");
        let run = rel9.run(&["audit", "--demo", "--policy", "rel9.yaml"]);
        run.ended(2).said(said);
        assert_eq!(run.stdout, "", "{policy}");
        // The default file counts in the same way.
        fs::write(rel9.home().join("i.ndjson"), format!("{HEADER}\n")).expect("a file");
        rel9.run(&["audit", "i.ndjson"]).ended(2).said(said);
    }
    Rel9::new().run(&["audit", "--demo", "--policy", "none.yaml"]).ended(2).said("none.yaml: cannot be read");
}

#[test]
fn mistakes_in_rules() {
    let rule = |changes: &[(&str, &str)]| {
        let mut rule = r#"id: own-rule
title: Volumes are encrypted
best_practice: REL09-BP02
severity: high
applies_to: [AWS::EC2::Volume]
check: resource.encrypted
message: "is {{ resource.encrypted ? '' : 'not ' }}encrypted"
rationale: An unencrypted volume can be read by whoever gets hold of it.
remediation: { summary: Encrypt it, steps: [Copy it], cli: [], docs: ["https://docs.aws.amazon.com/"] }
references: {}
fail_title: The volume is not encrypted
tests:
  - { name: yes, resource: { encrypted: true }, expect: pass }
  - { name: no, resource: { encrypted: false }, expect: fail }
  - { name: unread, resource: {}, expect: unknown }
"#
        .to_owned();
        for (old, new) in changes {
            assert!(rule.contains(old), "{old}");
            rule = rule.replace(old, new);
        }
        rule
    };
    let run = |text: String| {
        let rel9 = Rel9::new();
        fs::create_dir(rel9.home().join("own")).expect("a folder");
        fs::write(rel9.home().join("own/own-rule.yaml"), text).expect("a file");
        rel9.run(&["audit", "--demo", "--rules", "own", "--rule", "own-rule"])
    };
    assert!([0, 1].contains(&run(rule(&[])).code), "{}", run(rule(&[])));
    for (changes, said) in [
        (("check: resource.encrypted", "check: resource.encryptd"), "own-rule.yaml:6: "),
        (("check: resource.encrypted", "check: resource.encrypted &&"), "own-rule.yaml:6: "),
        (("check: resource.encrypted", "check: params.min_days > 1"), "own-rule.yaml:6: "),
        (("check: resource.encrypted", "check: resource.id"), "own-rule.yaml:6: `resource.id` is a text, not true or false"),
        (("check: resource.encrypted", "check: '1'"), "own-rule.yaml:6: `1` is a number, not true or false"),
        (
            ("check: resource.encrypted", "check: resource.encrypted == 'yes'"),
            "own-rule.yaml:6: `resource.encrypted` is true or false, `\"yes\"` a text: never equal",
        ),
        (("check:", "when: resource.tags['env']\ncheck:"), "own-rule.yaml:6: `resource.tags[\"env\"]` is a text, not true or false"),
        (("AWS::EC2::Volume", "AWS::EC2::Volumn"), "own-rule.yaml:5: "),
        (("severity: high", "severity: awful"), "own-rule.yaml:4: "),
        (("REL09-BP02", "REL09-BP07"), "own-rule.yaml:3: "),
        (("title: Volumes are encrypted\n", ""), "missing field `title`"),
        (("fail_title: The volume is not encrypted\n", ""), "missing field `fail_title`"),
        (
            ("fail_title: The", "fail_title: The Amazon Elastic Block Store volume of the instance is not, the"),
            "own-rule.yaml:11: `fail_title` has 8",
        ),
        (
            ("title: Volumes are", "title: Volumes of Amazon Elastic Block Store that instances use are all"),
            "own-rule.yaml:2: `title` has 7",
        ),
        (("title: Volumes are encrypted", "title: ''"), "own-rule.yaml:2: `title` is empty"),
        (("{{ resource.encrypted ?", "{{ resource.encryptd ?"), "own-rule.yaml:7: "),
        (
            ("\nmessage:", "\nevidence: [resource.encrypted, resource.kms_key_anr]\nmessage:"),
            "own-rule.yaml:7: evidence: `resource` has no field `kms_key_anr`; did you mean `kms_key_arn`?",
        ),
        (
            ("\nmessage:", "\nevidence: [encrypted]\nmessage:"),
            "own-rule.yaml:7: evidence: `encrypted` is not a fact: write it with its variable, as `protection.state`",
        ),
        (("check: resource.encrypted", "check: hour(1) > 1"), "own-rule.yaml:6: there is no function `hour`; did you mean `hours`?"),
        (("id: own-rule", "id: own rule"), "own-rule.yaml:1: `own rule` is not a valid rule id"),
        (("https://docs.aws.amazon.com/", "javascript:alert(1)"), "own-rule.yaml:9: `javascript:alert(1)` is not a valid address"),
        (("applies_to: [AWS::EC2::Volume]", "applies_to: AWS::EC2::Volume"), "own-rule.yaml:5: expected a list"),
    ] {
        run(rule(&[changes])).ended(2).said(said);
    }
    // One mistake gives one line: fields of a type that does not exist are not checked.
    let unknown_type = run(rule(&[("AWS::EC2::Volume", "AWS::EC2::Volumn")]));
    assert_eq!(unknown_type.stderr.lines().count(), 1, "{unknown_type}");
    run(rule(&[("resource.encrypted\n", "resource.encryptd\n")])).said("did you mean `encrypted`?");
    run("\u{0}".to_owned()).ended(2).said("own-rule.yaml");
    Rel9::new().run(&["audit", "--demo", "--rules", "nowhere"]).ended(2).said("nowhere: cannot be read");
    let rel9 = Rel9::new();
    fs::create_dir(rel9.home().join("empty")).expect("a folder");
    rel9.run(&["rules", "test", "--rules", "empty"]).ended(2).said("empty: contains no rules");

    // Errors that the rules' own tests find.
    let test = |text: String| {
        let rel9 = Rel9::new();
        fs::create_dir(rel9.home().join("own")).expect("a folder");
        fs::write(rel9.home().join("own/own-rule.yaml"), text).expect("a file");
        rel9.run(&["rules", "test", "--rules", "own"])
    };
    test(rule(&[])).ended(0);
    for (changes, said) in [
        (("check:", "when: resource.encrypted || true\ncheck:"), "own-rule.yaml: no test expects `none`, although the rule has a `when`"),
        (("expect: unknown", "expect: fail"), "own-rule.yaml: no test expects `unknown`"),
        (
            ("summary: Encrypt it", "summary: 'Encrypt {{ resource.encrypted > null }}'"),
            "own-rule.yaml:14: test `no`: the remediation contains an error",
        ),
        (
            (
                "check: resource.encrypted",
                "check: resource.encrypted && lists.range(9999).map(a, lists.range(9999).map(b, a * b)).size() > 0",
            ),
            "takes more than 1000000 steps",
        ),
    ] {
        let run = test(rule(&[changes]));
        run.ended(1);
        assert!(run.stdout.contains(said), "{changes:?}: {run}");
    }
}
