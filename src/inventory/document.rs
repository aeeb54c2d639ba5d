//! The inventory document: NDJSON, with a header line, and then resources and coverage entries in any order; also compressed (`.gz`, `.zst`).

use super::encoding::decode;
use super::newer_properties::NewerProperties;
use super::{CoverageEntry, Resource, Shard, atomic_file, duplicates, is_writable};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt;
use std::fs::File;
use std::io::{self, BufRead, BufReader, BufWriter, Read, Write};
use std::path::{Path, PathBuf};

/// The schema that this version reads and writes.
pub const SCHEMA: &str = "rel9.inventory/1";

/// Maximum length of a line. The longest lines of real inventories are policies of 20 KB.
const LONGEST_LINE: u64 = 4 << 20;

/// Bytes that each line counts in addition to its own, because empty lines take time too.
const A_LINE: u64 = 64;

/// Maximum content of a document: a compressed file may expand so far that it exhausts memory or time.
#[derive(Clone, Copy)]
struct Bounds {
    bytes: u64,
    /// Elements and fields: each takes more memory than the two bytes that it may have in the file.
    values: u64,
}

impl Bounds {
    const NONE: Bounds = Bounds { bytes: u64::MAX, values: u64::MAX };

    /// Inventories compress to a tenth or a fiftieth of their size. A resource with thirty properties takes more than twenty compressed bytes, because
    /// ids and times hardly repeat. Small files may consist of repetition only.
    fn of_packed(size: u64) -> Bounds {
        Bounds { bytes: (16 << 20) + size.saturating_mul(200), values: 100_000 + size.saturating_mul(3) }
    }
}

/// The largest window of a compressed file, and so the memory to decompress it: 32 MiB. zstd needs 8 MiB up to its level 19.
/// <https://github.com/facebook/zstd/blob/dev/lib/compress/clevels.h>
const WINDOW_LOG: u32 = 25;

/// The kind of a line.
#[derive(Clone, Copy, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
enum Kind {
    Header,
    Resource,
    Coverage,
}

/// Reads the kind of a line before its other content.
#[derive(Deserialize)]
struct OfKind {
    kind: Kind,
}

/// A line for writing.
#[derive(Serialize)]
struct Line<T> {
    kind: Kind,
    #[serde(flatten)]
    content: T,
}

/// The first line.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Header {
    schema: String,
    captured_at: DateTime<Utc>,
    source: String,
    /// How many lines of each kind follow, so that a document that is truncated after a whole line does not count as complete.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    resources: Option<usize>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    coverage: Option<usize>,
}

/// Why a document cannot be read or written.
#[derive(Debug)]
pub struct DocumentError {
    pub path: PathBuf,
    /// Counted from 1; 0 means the whole file.
    pub line: usize,
    pub what: String,
}

impl fmt::Display for DocumentError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = self.path.display();
        if self.line == 0 { write!(f, "{path}: {}", self.what) } else { write!(f, "{path}:{}: {}", self.line, self.what) }
    }
}

impl std::error::Error for DocumentError {}

/// Reads a document from a file.
///
/// # Errors
/// A file that cannot be opened, is not an inventory, has another version, or has a wrong line.
pub fn read_file(path: &Path) -> Result<Vec<Shard>, DocumentError> {
    let fail = |what: String| DocumentError { path: path.to_owned(), line: 0, what };
    // A pipe or a device may never end.
    if path.metadata().is_ok_and(|found| !found.is_file()) {
        return Err(fail("is not a regular file".to_owned()));
    }
    let file = File::open(path).map_err(|error| fail(format!("cannot be opened: {error}")))?;
    let size = file.metadata().map_err(|error| fail(format!("cannot be read: {error}")))?.len();
    let packed = |reader: Box<dyn Read>| read_within(BufReader::new(reader), path, Bounds::of_packed(size));
    match path.extension().and_then(|extension| extension.to_str()) {
        Some("gz") => packed(Box::new(flate2::read::MultiGzDecoder::new(file))),
        Some("zst") => {
            let mut decoder = zstd::Decoder::new(file).map_err(|error| fail(format!("cannot be decompressed: {error}")))?;
            decoder.window_log_max(WINDOW_LOG).map_err(|error| fail(format!("cannot be decompressed: {error}")))?;
            packed(Box::new(decoder))
        }
        _ => read(BufReader::new(file), path),
    }
}

/// Whether a file that is given by name is meant as an inventory: by its extension, or by its first bytes.
pub fn is_inventory(path: &Path) -> bool {
    let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    if [".ndjson", ".gz", ".zst"].iter().any(|suffix| name.ends_with(suffix)) {
        return true;
    }
    if !path.is_file() {
        return false;
    }
    let mut start = [0; 64];
    let read = File::open(path).and_then(|mut file| file.read(&mut start)).unwrap_or(0);
    let text = decode(start.get(..read).unwrap_or_default().to_vec()).unwrap_or_else(|error| error.lossy);
    text.trim_start().starts_with(r#"{"kind":"#)
}

/// Reads a document: a shard for each account and Region in it, sorted.
///
/// # Errors
/// The first wrong line.
pub fn read(reader: impl BufRead, path: &Path) -> Result<Vec<Shard>, DocumentError> {
    read_within(reader, path, Bounds::NONE)
}

fn read_within(mut reader: impl BufRead, path: &Path, mut left: Bounds) -> Result<Vec<Shard>, DocumentError> {
    let mut shards: BTreeMap<(String, String), Shard> = BTreeMap::new();
    let mut header: Option<Header> = None;
    let mut newer = NewerProperties::default();
    let mut text = Vec::new();
    for number in 1.. {
        let fail = |what: String| DocumentError { path: path.to_owned(), line: number, what };
        text.clear();
        let length =
            reader.by_ref().take(LONGEST_LINE).read_until(b'\n', &mut text).map_err(|error| fail(format!("cannot be read: {error}")))?;
        if length == 0 {
            break;
        }
        if number == 1 {
            if text.starts_with(b"\xff\xfe") || text.starts_with(b"\xfe\xff") {
                return Err(fail("is UTF-16, as PowerShell's `>` writes it: save it as UTF-8".to_owned()));
            }
            let mark = if text.starts_with(b"\xef\xbb\xbf") { 3 } else { 0 };
            text.drain(..mark);
        }
        let ended = text.ends_with(b"\n");
        if length as u64 == LONGEST_LINE && !ended {
            return Err(fail(format!("the line is longer than {} MiB", LONGEST_LINE >> 20)));
        }
        let values = text.iter().filter(|byte| matches!(byte, b',' | b'[' | b'{')).count() as u64;
        let (Some(bytes), Some(values)) = (left.bytes.checked_sub(length as u64 + A_LINE), left.values.checked_sub(values)) else {
            return Err(fail(
                "expands to far more than its size, unlike any inventory; if it is an inventory, decompress it first".to_owned(),
            ));
        };
        left = Bounds { bytes, values };
        if text.iter().all(u8::is_ascii_whitespace) {
            continue;
        }
        let wrong = |error: serde_json::Error| {
            let cut = if !ended && error.is_eof() { "; the file seems to be truncated" } else { "" };
            let first = if number == 1 { "not a rel9 inventory, which starts with a header line: " } else { "" };
            fail(format!("{first}{error}{cut}"))
        };
        let OfKind { kind } = serde_json::from_slice(&text).map_err(wrong)?;
        match (kind, &header) {
            (Kind::Header, None) => {
                let found: Header = serde_json::from_slice(&text).map_err(wrong)?;
                if found.schema != SCHEMA {
                    return Err(fail(format!(
                        "schema is `{}`, this version reads `{SCHEMA}`: collect it again with this version",
                        found.schema
                    )));
                }
                if !is_writable(&found.captured_at) {
                    return Err(fail(format!("captured_at is {}, which RFC 3339 cannot write", found.captured_at)));
                }
                header = Some(found);
            }
            (Kind::Header, Some(_)) => return Err(fail("a second header".to_owned())),
            (_, None) => return Err(fail("not a rel9 inventory, which starts with a header line".to_owned())),
            (Kind::Resource, Some(header)) => {
                let (resource, not_known) = Resource::parse(&text).map_err(fail)?;
                check_times(&resource, &text).map_err(fail)?;
                let shard = shard(&mut shards, &resource.account, &resource.region, header);
                newer.add(&resource, not_known);
                shard.resources.push(resource);
            }
            (Kind::Coverage, Some(header)) => {
                let entry: CoverageEntry = serde_json::from_slice(&text).map_err(wrong)?;
                let shard = shard(&mut shards, &entry.account, &entry.region, header);
                shard.coverage.entries.push(entry);
            }
        }
    }
    let fail = |what: String| DocumentError { path: path.to_owned(), line: 0, what };
    let header = header.ok_or_else(|| fail("the file is empty".to_owned()))?;
    let resources: usize = shards.values().map(|shard| shard.resources.len()).sum();
    let coverage: usize = shards.values().map(|shard| shard.coverage.entries.len()).sum();
    for (kind, told, found) in [("resource", header.resources, resources), ("coverage", header.coverage, coverage)] {
        if told.is_some_and(|told| told != found) {
            let told = told.unwrap_or_default();
            return Err(fail(format!(
                "has {found} {kind} lines, but its header says {told}: the file was truncated or changed; collect it again"
            )));
        }
    }
    let mut shards: Vec<Shard> = shards.into_values().collect();
    shards.iter_mut().for_each(|shard| newer.log(shard));
    shards.iter_mut().try_for_each(duplicates::merge).map_err(fail)?;
    Ok(shards)
}

fn shard<'s>(shards: &'s mut BTreeMap<(String, String), Shard>, account: &str, region: &str, header: &Header) -> &'s mut Shard {
    shards.entry((account.to_owned(), region.to_owned())).or_insert_with(|| Shard {
        account: account.to_owned(),
        region: region.to_owned(),
        captured_at: Some(header.captured_at),
        source: Some(header.source.clone()),
        ..Shard::default()
    })
}

/// Checks that RFC 3339 can write every time.
fn check_times(resource: &Resource, line: &[u8]) -> Result<(), String> {
    let created_at = resource.created_at.filter(|time| !is_writable(time)).map(|time| time.to_rfc3339());
    // Few texts begin with a sign, so few lines are read again.
    let may_be_strange = || line.windows(2).any(|pair| matches!(pair, b"\"+" | b"\"-"));
    let strange = || serde_json::to_value(&resource.properties).ok().and_then(|properties| strange_time("", &properties));
    match created_at.or_else(|| may_be_strange().then(strange).flatten()) {
        Some(time) => Err(format!("{} {}: {time} is not an RFC 3339 time", resource.type_name, resource.id)),
        None => Ok(()),
    }
}

/// A time that `chrono` accepts and RFC 3339 does not: years of more than four digits begin with a sign.
fn strange_time(name: &str, value: &serde_json::Value) -> Option<String> {
    match value {
        serde_json::Value::String(text) if (name == "at" || name.ends_with("_at")) && text.starts_with(['+', '-']) => Some(text.clone()),
        serde_json::Value::Array(items) => items.iter().find_map(|item| strange_time(name, item)),
        serde_json::Value::Object(fields) => fields.iter().find_map(|(name, field)| strange_time(name, field)),
        _ => None,
    }
}

/// Writes shards as one document.
///
/// # Errors
/// The errors of `writer`.
pub fn write(shards: &[Shard], captured_at: DateTime<Utc>, source: &str, writer: &mut dyn Write) -> io::Result<()> {
    let header = Header {
        schema: SCHEMA.to_owned(),
        captured_at,
        source: source.to_owned(),
        resources: Some(shards.iter().map(|shard| shard.resources.len()).sum()),
        coverage: Some(shards.iter().map(|shard| shard.coverage.entries.len()).sum()),
    };
    write_line(writer, Kind::Header, header)?;
    for shard in shards {
        shard.resources.iter().try_for_each(|resource| write_line(writer, Kind::Resource, resource))?;
        shard.coverage.entries.iter().try_for_each(|entry| write_line(writer, Kind::Coverage, entry))?;
    }
    Ok(())
}

fn write_line(writer: &mut dyn Write, kind: Kind, content: impl Serialize) -> io::Result<()> {
    serde_json::to_writer(&mut *writer, &Line { kind, content })?;
    writer.write_all(b"\n")
}

/// Writes a document to a file, whole or not at all: to a temporary file, which then replaces it.
///
/// # Errors
/// A failed write.
pub fn write_file(shard: &Shard, captured_at: DateTime<Utc>, source: &str, path: &Path) -> Result<(), DocumentError> {
    let fail = |error: io::Error| DocumentError { path: path.to_owned(), line: 0, what: format!("cannot be written: {error}") };
    let mut file = atomic_file::beside(path).map_err(fail)?;
    {
        let mut writer = BufWriter::new(file.as_file_mut());
        if path.extension().is_some_and(|extension| extension == "zst") {
            let mut encoder = zstd::Encoder::new(&mut writer, 3).map_err(fail)?;
            write(std::slice::from_ref(shard), captured_at, source, &mut encoder).map_err(fail)?;
            encoder.finish().map_err(fail)?;
        } else {
            write(std::slice::from_ref(shard), captured_at, source, &mut writer).map_err(fail)?;
        }
        writer.flush().map_err(fail)?;
    }
    atomic_file::put_in_place(file, path).map_err(fail)
}

/// The inventory files of a folder, sorted; other files are ignored.
///
/// # Errors
/// A folder that cannot be read.
pub fn files_in(folder: &Path) -> Result<Vec<PathBuf>, DocumentError> {
    let fail = |error: io::Error| DocumentError { path: folder.to_owned(), line: 0, what: format!("cannot be read: {error}") };
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(fail)? {
        let path = entry.map_err(fail)?.path();
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        if path.is_file() && [".ndjson", ".ndjson.gz", ".ndjson.zst"].iter().any(|suffix| name.ends_with(suffix)) {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

#[cfg(test)]
mod tests {
    use super::super::{Coverage, CoverageStatus};
    use super::*;

    fn parse(text: &str) -> Result<Vec<Shard>, String> {
        read(text.as_bytes(), Path::new("i.ndjson")).map_err(|error| error.to_string())
    }

    const HEADER: &str = r#"{"kind":"header","schema":"rel9.inventory/1","captured_at":"2026-11-22T07:00:00Z","source":"aws"}"#;

    #[test]
    fn a_document_comes_back_as_it_was_written() {
        let volume = r#"{"kind":"resource","type":"AWS::EC2::Volume","arn":"arn:aws:ec2:us-east-1:111122223333:volume/vol-1","account":"111122223333","region":"us-east-1","id":"vol-1","tags":{"a":"b"},"properties":{"encrypted":true,"kms_key_arn":null}}"#;
        let coverage = r#"{"kind":"coverage","account":"111122223333","region":"us-east-1","service":"ec2","operation":"DescribeVolumes","status":"ok","items":1,"error":null}"#;
        let shards = parse(&format!("{HEADER}\n{coverage}\n{volume}\n")).expect("valid");
        assert_eq!(shards.len(), 1);
        let mut out = Vec::new();
        write(&shards, "2026-11-22T07:00:00Z".parse().expect("time"), "aws", &mut out).expect("written");
        assert_eq!(parse(&String::from_utf8(out).expect("UTF-8")).expect("valid"), shards);
    }

    #[test]
    fn bad_documents_are_refused_with_their_line() {
        for (text, expected) in [
            ("", "i.ndjson: the file is empty"),
            ("{\"Resources\":{}}\n", "i.ndjson:1: not a rel9 inventory"),
            (
                "{\"kind\":\"header\",\"schema\":\"rel9.inventory/9\",\"captured_at\":\"2026-11-22T07:00:00Z\",\"source\":\"aws\"}\n",
                "i.ndjson:1: schema is `rel9.inventory/9`",
            ),
            (&format!("{HEADER}\n{{\"kind\":\"resource\",\"type\":\"AWS::EC2"), "i.ndjson:2: "),
            (&format!("{HEADER}\n{HEADER}\n"), "i.ndjson:2: a second header"),
            (
                &format!(
                    "{HEADER}\n{{\"kind\":\"resource\",\"type\":\"AWS::EC2::Volume\",\"arn\":\"a\",\"account\":\"1\",\"region\":\"r\",\"id\":\"v\",\"properties\":{{\"encrypted\":\"yes\"}}}}\n"
                ),
                "i.ndjson:2: AWS::EC2::Volume v: invalid type: string \"yes\", expected a boolean",
            ),
        ] {
            let error = parse(text).expect_err(text);
            assert!(error.starts_with(expected), "{error}");
        }
    }

    #[test]
    fn a_document_that_ends_after_a_whole_line_is_refused() {
        let shard = Shard {
            account: "111122223333".to_owned(),
            region: "us-east-1".to_owned(),
            coverage: Coverage { entries: ["DescribeVolumes", "DescribeSnapshots"].map(entry).into(), ..Coverage::default() },
            ..Shard::default()
        };
        let mut out = Vec::new();
        write(&[shard], "2026-11-22T07:00:00Z".parse().expect("time"), "aws", &mut out).expect("written");
        let text = String::from_utf8(out).expect("UTF-8");
        assert_eq!(parse(&text).expect("whole").len(), 1);
        let cut: String = text.split_inclusive('\n').take(2).collect();
        let error = parse(&cut).expect_err("cut off");
        assert!(error.contains("has 1 coverage lines, but its header says 2"), "{error}");
    }

    fn entry(operation: &str) -> CoverageEntry {
        CoverageEntry {
            account: "111122223333".to_owned(),
            region: "us-east-1".to_owned(),
            service: "ec2".to_owned(),
            operation: operation.to_owned(),
            status: CoverageStatus::Ok,
            items: 0,
            error: None,
            location: None,
        }
    }

    #[test]
    fn properties_of_a_newer_version_are_logged() {
        let volume = |id: &str, properties: &str| {
            format!(
                "{{\"kind\":\"resource\",\"type\":\"AWS::EC2::Volume\",\"arn\":\"{id}\",\"account\":\"1\",\"region\":\"r\",\"id\":\"{id}\",\"properties\":{properties}}}\n"
            )
        };
        let attached = r#"{"encrypted":true,"attachments":[{"instance_id":"i","device":null,"delete_on_termination":true,"card":0}]}"#;
        let text = format!("{HEADER}\n{}{}", volume("a", attached), volume("b", r#"{"tier":"x","encrypted":false}"#));
        let shards = parse(&text).expect("valid");
        let logged: Vec<&str> = super::super::Coverage::reading_notes(&shards[0].coverage.entries).collect();
        assert_eq!(
            logged,
            [
                "this version of rel9 does not know these properties of AWS::EC2::Volume, and does not judge them: attachments[].card, tier (in 2 resources)"
            ]
        );
    }

    #[test]
    fn unknown_types_are_kept() {
        let text = format!(
            "{HEADER}\n{{\"kind\":\"resource\",\"type\":\"AWS::New::Thing\",\"arn\":\"a\",\"account\":\"1\",\"region\":\"r\",\"id\":\"x\",\"properties\":{{\"y\":1}}}}\n"
        );
        assert_eq!(parse(&text).expect("valid")[0].resources[0].type_name, "AWS::New::Thing");
    }
}
