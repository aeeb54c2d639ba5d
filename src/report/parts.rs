//! Renders findings one by one, on all cores, and writes them in their order.

use crate::audit::findings::Finding;
use rayon::prelude::*;
use std::io;

/// Findings that are rendered before they are written: enough to keep all cores busy, few enough to take little memory.
const PART: usize = 512;

/// Renders each finding, and passes the texts to `write` in the order of the findings.
pub fn each<'f, T: Send>(
    findings: &'f [Box<Finding>],
    render: impl Fn(&'f Finding) -> io::Result<T> + Sync,
    mut write: impl FnMut(T) -> io::Result<()>,
) -> io::Result<()> {
    for part in findings.chunks(PART) {
        let texts: Vec<io::Result<T>> = part.par_iter().map(|finding| render(finding)).collect();
        texts.into_iter().try_for_each(|text| write(text?))?;
    }
    Ok(())
}
