//! A bar of proportional parts.

use std::io::{self, Write};

/// A bar of parts, as wide as its container. Screen readers skip it, because the figures are next to it.
pub fn bar(parts: &[(&str, u64)], out: &mut dyn Write) -> io::Result<()> {
    let total: u64 = parts.iter().map(|(_, count)| count).sum();
    out.write_all(b"<svg class=\"bar\" aria-hidden=\"true\" width=\"100%\" height=\"8\">")?;
    let mut before = 0;
    for (class, count) in parts.iter().filter(|(_, count)| *count > 0) {
        let share = |count: u64| count as f64 * 100.0 / total as f64;
        write!(out, "<rect class=\"{class}\" x=\"{:.2}%\" width=\"{:.2}%\" height=\"8\"/>", share(before), share(*count))?;
        before += count;
    }
    out.write_all(b"</svg>")
}
