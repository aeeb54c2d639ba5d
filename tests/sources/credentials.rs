//! Profiles without usable credentials: the error names the cause, and never quotes the output of a credential process.

use crate::support::{Emulator, Rel9};
use std::fs;
use std::os::unix::fs::PermissionsExt;

const CONFIG: &str = "[profile keys]
region = us-east-1
aws_access_key_id = AKIAIOSFODNN7EXAMPLE
aws_secret_access_key = not-a-secret
[profile role]
region = us-east-1
role_arn = arn:aws:iam::222233334444:role/audit
source_profile = keys
[profile rootless]
region = us-east-1
role_arn = arn:aws:iam::222233334444:role/audit
source_profile = nowhere
[profile half]
region = us-east-1
aws_access_key_id = AKIAIOSFODNN7EXAMPLE
[profile bare]
region = us-east-1
[profile process]
region = us-east-1
credential_process = HOME/process
[profile sso]
region = us-east-1
sso_session = corporate
sso_account_id = 123456789012
sso_role_name = audit
[sso-session corporate]
sso_start_url = https://example.awsapps.com/start
sso_region = us-east-1
";

/// The program with these profiles, and without keys in the environment.
fn with_profiles(emulator: &Emulator, process: &str) -> Rel9 {
    let rel9 =
        emulator.rel9().without("AWS_ACCESS_KEY_ID").without("AWS_SECRET_ACCESS_KEY").without("AWS_REGION").env("PATH", "/usr/bin:/bin");
    fs::create_dir(rel9.home().join(".aws")).expect("a folder");
    let home = rel9.home().display().to_string();
    fs::write(rel9.home().join(".aws/config"), CONFIG.replace("HOME", &home)).expect("a file");
    let path = rel9.home().join("process");
    fs::write(&path, format!("#!/bin/sh\n{process}\n")).expect("a file");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).expect("a mode");
    rel9
}

#[test]
fn what_is_wrong_with_a_profile_is_said() {
    let emulator = Emulator::start();
    emulator.fault("sts:AssumeRole", Some("deny"));
    let mut rel9 = with_profiles(&emulator, "echo secret-of-the-process >&2; exit 1");
    for (profile, words) in [
        ("role", "AWS gave no credentials for the profile's role"),
        ("rootless", "have no profile \"nowhere\", which profile \"rootless\" names as its source"),
        ("half", "the profile's keys or role are incomplete"),
        ("bare", "(no credentials)"),
        ("process", "the profile's credential_process failed"),
        ("sso", "there is no valid SSO session"),
        ("absent", "have no profile \"absent\""),
    ] {
        let run = rel9.run(&["audit", "--profile", profile]);
        run.ended(2).said(words);
        assert!(!run.stderr.contains("secret"), "{run}");
        rel9 = rel9.env("AWS_PROFILE", profile);
        let run = rel9.run(&["audit"]);
        run.ended(2).said(words);
        assert!(!run.stderr.contains("secret"), "{run}");
        rel9 = rel9.without("AWS_PROFILE");
    }
}

/// The output of a credential process may be a secret: no message quotes it, even with `-v`.
#[test]
fn what_a_credential_process_writes_is_never_shown() {
    let emulator = Emulator::start();
    let secrets = ["ERRMARKER", "OUTMARKER"];
    for process in [
        "echo ERRMARKER >&2; echo OUTMARKER; exit 1",
        "echo ERRMARKER >&2; echo '{OUTMARKER'",
        "echo ERRMARKER >&2; echo '{\"Version\": \"OUTMARKER\"}'",
        "echo ERRMARKER >&2; echo '{\"Version\": 1, \"AccessKeyId\": \"OUTMARKER\"}'",
        "echo ERRMARKER >&2; echo '{\"Version\": 1, \"AccessKeyId\": \"A\", \"SecretAccessKey\": \"B\", \"Expiration\": \"OUTMARKER\"}'",
    ] {
        let rel9 = with_profiles(&emulator, process).env("RUST_LOG", "trace");
        for arguments in [
            &["audit", "-v", "--profile", "process"][..],
            &["audit", "--profile", "process"],
            &["collect", "-v", "-o", "kept", "--profile", "process"],
        ] {
            let run = rel9.run(arguments);
            run.ended(2).said("the profile's credential_process failed");
            assert!(!secrets.iter().any(|secret| run.stderr.contains(secret) || run.stdout.contains(secret)), "{process}: {run}");
        }
    }
}

/// An endpoint's password is not shown, and one without TLS on a network is warned about, with what crosses the network unencrypted.
#[test]
fn endpoints_are_told_without_their_passwords() {
    let emulator = Emulator::start();
    let mistyped = emulator.rel9().env("AWS_ENDPOINT_URL", "https://user:hunter2@host:99999");
    for arguments in [&["audit"][..], &["audit", "-v"]] {
        let run = mistyped.run(arguments);
        run.ended(2).said("AWS_ENDPOINT_URL is \"…@host:99999\", which is not a URL");
        assert!(!run.stderr.contains("hunter2"), "{run}");
    }
    // This machine, by an address that is not a loopback address.
    let port = emulator.endpoint.rsplit(':').next().expect("a port");
    let clear = emulator.rel9().env("AWS_ENDPOINT_URL", format!("http://user:hunter2@0.0.0.0:{port}"));
    let run = clear.run(&["audit", "-v", "--regions", "us-east-1", "--fail-on", "never", "--allow-incomplete"]);
    run.said("warning: AWS_ENDPOINT_URL is http://…@0.0.0.0:").said("session tokens and all answers of AWS");
    assert_eq!(run.stderr.matches("warning:").count(), 1, "{run}");
    assert!(!run.stderr.contains("hunter2"), "{run}");
    let run = emulator.rel9().run(&["audit", "--regions", "us-east-1", "--fail-on", "never"]);
    assert!(!run.stderr.contains("warning"), "{run}");
}

#[test]
fn roles_and_processes_give_credentials() {
    let emulator = Emulator::start();
    let keys = r#"echo '{"Version": 1, "AccessKeyId": "AKIAIOSFODNN7EXAMPLE", "SecretAccessKey": "not-a-secret"}'"#;
    let mut rel9 = with_profiles(&emulator, keys);
    for (profile, account) in [("keys", "123456789012"), ("process", "123456789012"), ("role", "222233334444")] {
        let (_, document) = rel9.audit(&["--profile", profile, "--regions", "us-east-1"]);
        assert_eq!(document.0["audit"]["accounts"][0], account, "{profile}");
        rel9 = rel9.env("AWS_PROFILE", profile);
        let (_, document) = rel9.audit(&["--regions", "us-east-1"]);
        assert_eq!(document.0["audit"]["accounts"][0], account, "{profile}");
        rel9 = rel9.without("AWS_PROFILE");
    }
}
