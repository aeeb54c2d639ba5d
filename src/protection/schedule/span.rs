//! Time spans from the numbers in documents.

use chrono::Duration;

/// A span of this number of minutes. Documents can contain any number, but AWS accepts no span of a century, and dates have a limit.
pub fn minutes(count: i64) -> Duration {
    const CENTURY: i64 = 100 * 365 * 24 * 60;
    Duration::minutes(count.clamp(-CENTURY, CENTURY))
}

/// Like [`minutes`].
pub fn days(count: i64) -> Duration {
    minutes(count.saturating_mul(24 * 60))
}

/// How old the newest backup may be: the interval plus the time that a run may take, but never so old that a whole run is missing.
pub fn late_after(interval: i64, run: i64) -> i64 {
    interval.saturating_add(run).min(interval.saturating_mul(2).saturating_sub(1))
}

#[cfg(test)]
mod tests {
    use super::late_after;

    #[test]
    fn a_backup_is_late_before_a_whole_run_is_missing() {
        assert_eq!(late_after(86_400, 3_600), 90_000);
        assert_eq!(late_after(86_400, 700_000), 172_799);
        assert_eq!(late_after(i64::MIN, 0), i64::MIN, "an inventory can name any number");
    }
}
