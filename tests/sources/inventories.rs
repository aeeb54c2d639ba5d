//! Inventory files: decompression bombs are refused quickly and in little memory, an incomplete collection is not judged, and a resource that appears
//! several times counts once.

use crate::support::Rel9;
use serde_json::{Value, json};
use std::fs;
use std::io::Write;
use std::time::{Duration, Instant};

const HEADER: &str = r#"{"kind":"header","schema":"rel9.inventory/1","captured_at":"2026-11-22T07:00:00Z","source":"aws"}"#;

fn volume(id: &str, encrypted: bool) -> Value {
    json!({
        "kind": "resource", "type": "AWS::EC2::Volume", "arn": format!("arn:aws:ec2:us-east-1:111122223333:volume/{id}"),
        "account": "111122223333", "region": "us-east-1", "id": id, "created_at": "2026-01-01T07:00:00Z", "tags": {},
        "properties": {"encrypted": encrypted}
    })
}

/// A zstd frame of a text and then `blocks` run-length blocks of 128 KiB, each a repeated byte
/// (<https://github.com/facebook/zstd/blob/dev/doc/zstd_compression_format.md#blocks>).
fn repeated(start: &str, byte: u8, blocks: usize) -> Vec<u8> {
    let block = |kind: u32, size: usize, last: bool| ((size as u32) << 3 | kind << 1 | u32::from(last)).to_le_bytes()[..3].to_vec();
    let mut frame = vec![0x28, 0xb5, 0x2f, 0xfd, 0x00, 0x58]; // no checksum, no size, a window of 2 MiB
    frame.extend(block(0, start.len(), false));
    frame.extend(start.as_bytes());
    for at in 1..=blocks {
        frame.extend(block(1, 128 << 10, at == blocks));
        frame.push(byte);
    }
    frame
}

/// Judges a bomb. Returns the program's peak memory, if the system shows it (`VmHWM` of proc(5)).
fn refused(name: &str, content: &[u8]) {
    let rel9 = Rel9::new();
    fs::write(rel9.home().join(name), content).expect("a file");
    let start = Instant::now();
    let errors = fs::File::create(rel9.home().join("errors")).expect("a file");
    let mut child = rel9.command(&["audit", name]).stdout(std::process::Stdio::null()).stderr(errors).spawn().expect("rel9 runs");
    let mut most = 0;
    let status = loop {
        let told = fs::read_to_string(format!("/proc/{}/status", child.id())).unwrap_or_default();
        let peak = told.lines().find_map(|line| line.strip_prefix("VmHWM:")).and_then(|line| line.trim().strip_suffix("kB"));
        most = peak.and_then(|peak| peak.trim().parse::<u64>().ok()).unwrap_or(0).max(most);
        if let Some(status) = child.try_wait().expect("a process") {
            break status;
        }
        assert!(start.elapsed() < Duration::from_secs(60), "{name} does not end");
        std::thread::sleep(Duration::from_millis(2));
    };
    let said = fs::read_to_string(rel9.home().join("errors")).expect("text");
    assert_eq!(status.code(), Some(2), "{name}: {said}");
    assert!(said.starts_with(&format!("error: {name}")), "{said}");
    assert!(most < 200 << 10, "{name}: {most} KiB");
}

#[test]
fn bombs_are_refused_in_little_memory() {
    let head = format!("{HEADER}\n");
    refused("empty-lines.ndjson.zst", &repeated(&head, b'\n', 65_536)); // 8 GiB
    refused("endless-line.ndjson.zst", &repeated(&head, b'x', 65_536));
    refused("lists.ndjson.zst", &repeated(&format!("{head}{{\"kind\":\"resource\",\"properties\":{{\"a\":["), b'[', 65_536));
    refused("headless.ndjson.zst", &repeated("\n", b'\n', 65_536));

    // Valid lines that expand too far.
    let full = format!(
        "{{\"kind\":\"resource\",\"type\":\"AWS::EC2::Volume\",\"arn\":\"a\",\"account\":\"1\",\"region\":\"r\",\"id\":\"v\",\"properties\":{{\"x\":[{}0]}}}}\n",
        "0,".repeat(1_000_000)
    );
    let values = head.clone() + &full.repeat(20);
    refused("values.ndjson.zst", &zstd::encode_all(values.as_bytes(), 3).expect("zstd"));
    let mut gz = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    gz.write_all(values.as_bytes()).expect("packed");
    refused("values.ndjson.gz", &gz.finish().expect("packed"));

    // A frame that needs 1 GiB of memory to decompress (window descriptor, same page).
    let mut window = repeated(&head, b'\n', 1);
    window[5] = 20 << 3;
    refused("window.ndjson.zst", &window);
}

#[test]
fn packed_files_are_read_to_their_end() {
    let lines: Vec<String> = (0..2_000).map(|at| format!("{}\n", volume(&format!("vol-{at:08x}"), at % 2 == 0))).collect();
    let (first, second) = lines.split_at(1_000);
    let parts = [format!("{HEADER}\n{}", first.concat()), second.concat()];
    let zst = parts.each_ref().map(|part| zstd::encode_all(part.as_bytes(), 19).expect("zstd")).concat();
    let gz = parts.each_ref().map(|part| {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
        encoder.write_all(part.as_bytes()).expect("packed");
        encoder.finish().expect("packed")
    });
    for (name, bytes) in [("two.ndjson.zst", zst), ("two.ndjson.gz", gz.concat())] {
        let rel9 = Rel9::new();
        fs::write(rel9.home().join(name), &bytes).expect("a file");
        let judged = rel9.judge(&[name, "--rule", "ebs-volume-encrypted"]);
        assert_eq!(judged.findings().len(), 2_000, "{name}: every frame and member");
        for cut in [bytes.len() - 1, bytes.len() - 5, bytes.len() / 2, 3] {
            fs::write(rel9.home().join(name), &bytes[..cut]).expect("a file");
            rel9.run(&["audit", name]).ended(2).said(name);
        }
        fs::write(rel9.home().join(name), [&bytes[..], b"more"].concat()).expect("a file");
        rel9.run(&["audit", name]).ended(2).said(name);
    }
}

#[test]
fn a_resource_that_is_there_often_is_one() {
    let rel9 = Rel9::new();
    let same = format!("{}\n", volume("vol-1", false)).repeat(5_000);
    let rel9 = rel9.with_files(&[("same.ndjson", &format!("{HEADER}\n{same}{}\n", volume("vol-2", true)))]);
    let arguments = ["audit", "same.ndjson", "--rule", "ebs-volume-encrypted", "--format", "json", "--ledger", "l.ndjson"];
    let run = rel9.run(&arguments);
    run.ended(1).said("arn:aws:ec2:us-east-1:111122223333:volume/vol-1 appears 5000 times: judged once");
    assert_eq!(run.document().findings().len(), 2);
    run.document().expect("ebs-volume-encrypted", &[("vol-1", "fail"), ("vol-2", "pass")]);

    // Properties that differ between its copies are unknown, whichever comes first.
    for (name, copies) in [("a.ndjson", [true, false]), ("b.ndjson", [false, true])] {
        let lines = copies.map(|encrypted| volume("vol-1", encrypted).to_string()).join("\n");
        fs::write(rel9.home().join(name), format!("{HEADER}\n{lines}\n")).expect("a file");
        let run = rel9.run(&["audit", name, "--rule", "ebs-volume-encrypted", "--format", "json"]);
        run.ended(3).said("appears 2 times: its copies differ, so this is unknown: encrypted");
        run.document().expect("ebs-volume-encrypted", &[("vol-1", "unknown")]);
    }
    let mut other = volume("vol-1", true);
    other["created_at"] = json!("2026-02-02T07:00:00Z");
    fs::write(rel9.home().join("c.ndjson"), format!("{HEADER}\n{}\n{other}\n", volume("vol-1", true))).expect("a file");
    rel9.run(&["audit", "c.ndjson"]).ended(2).said("the inventory does not show which one exists");
}

#[test]
fn a_collection_that_is_not_whole_is_not_judged() {
    let shard = |region: &str| {
        let text = format!("{HEADER}\n{}\n", volume("vol-1", false)).replace("us-east-1", region);
        (format!("kept/111122223333.{region}.ndjson"), text)
    };
    let state = |finished: bool| {
        json!({
            "account": "111122223333", "regions": ["us-east-1", "eu-west-1"], "services": [], "incomplete": [], "finished": finished,
            "done": {"us-east-1": "111122223333.us-east-1.ndjson", "eu-west-1": "111122223333.eu-west-1.ndjson"}
        })
        .to_string()
    };
    let (here, lost) = (shard("us-east-1"), shard("eu-west-1"));
    let with = |state: String| Rel9::new().with_files(&[(&here.0, &here.1), (&lost.0, &lost.1), ("kept/rel9-collect.json", &state)]);
    let rel9 = with(state(true));
    rel9.run(&["audit", "kept"]).ended(1);
    fs::remove_file(rel9.home().join(&lost.0)).expect("removed");
    rel9.run(&["audit", "kept"]).ended(2).said("files of the collection are missing: eu-west-1 (111122223333.eu-west-1.ndjson)");
    rel9.run(&["audit", &here.0]).ended(1);
    with(state(false)).run(&["audit", "kept"]).ended(2).said("its collection did not finish");
    for unreadable in [String::new(), "\n".to_owned(), state(true)[..40].to_owned(), "[]".to_owned()] {
        with(unreadable).run(&["audit", "kept"]).ended(2).said("kept/rel9-collect.json: ");
    }
}
