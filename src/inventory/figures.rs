//! Durations and sizes: their form in sentences (the same in findings, explanations and reports), and how users write durations.

/// A duration in words: its two largest units.
pub fn human_duration(seconds: i64) -> String {
    let sign = if seconds < 0 { "-" } else { "" };
    let seconds = seconds.unsigned_abs();
    let units = [("d", 86_400), ("h", 3_600), ("min", 60), ("s", 1)];
    let mut rest = seconds;
    let mut parts = Vec::new();
    for (name, size) in units {
        let count = rest / size;
        rest %= size;
        if count > 0 {
            parts.push(format!("{count} {name}"));
        } else if !parts.is_empty() {
            break;
        }
        if parts.len() == 2 {
            break;
        }
    }
    if parts.is_empty() { "0 s".to_owned() } else { format!("{sign}{}", parts.join(" ")) }
}

/// How users write durations, for error messages.
pub const DURATION: &str = "a whole number and a unit: s, m (minutes), h, d, w, mo (30 days) or y (365 days)";

/// The seconds of a duration as policy files and flags write it: `90m`, `4h`, `35d`, `6mo`, `1y`. Months and years have a fixed number of days,
/// because AWS counts retention in days.
pub fn parse_duration(text: &str) -> Option<i64> {
    let text = text.trim();
    let digits = text.find(|character: char| !character.is_ascii_digit())?;
    let (count, unit) = text.split_at(digits);
    let seconds = match unit.trim_start() {
        "s" => 1,
        "m" => 60,
        "h" => 3_600,
        "d" => 86_400,
        "w" => 7 * 86_400,
        "mo" => 30 * 86_400,
        "y" => 365 * 86_400,
        _ => return None,
    };
    count.parse::<i64>().ok()?.checked_mul(seconds)
}

/// A size in binary units, as AWS counts storage.
pub fn human_size(bytes: i64) -> String {
    let units = ["B", "KiB", "MiB", "GiB", "TiB", "PiB"];
    let mut size = bytes as f64;
    let mut unit = 0;
    while size.abs() >= 1024.0 && unit + 1 < units.len() {
        size /= 1024.0;
        unit += 1;
    }
    if unit == 0 { format!("{bytes} B") } else { format!("{size:.1} {}", units[unit]) }
}

#[cfg(test)]
mod tests {
    use super::{human_duration, human_size};

    #[test]
    fn durations_read_as_people_say_them() {
        assert_eq!(human_duration(0), "0 s");
        assert_eq!(human_duration(59), "59 s");
        assert_eq!(human_duration(3_600), "1 h");
        assert_eq!(human_duration(93_600), "1 d 2 h");
        assert_eq!(human_duration(86_405), "1 d");
        assert_eq!(human_duration(-7_200), "-2 h");
    }

    #[test]
    fn sizes_have_one_decimal() {
        assert_eq!(human_size(512), "512 B");
        assert_eq!(human_size(8 << 30), "8.0 GiB");
    }
}
