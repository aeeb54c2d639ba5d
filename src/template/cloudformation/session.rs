//! What bounds the reading of a template and all that it leads to: values, depth, nested stacks. Templates can be made by anyone.

use std::cell::{Cell, RefCell};

use crate::template::Options;
use crate::template::boundary::Boundary;
use crate::template::declaration::TemplateError;

/// The most values that may come of a template when references, loops and nested stacks are followed.
const MAX_COST: u64 = 6_000_000;
/// Bytes of text that count as one value.
const BYTES_PER_COST: usize = 16;
/// How deep the resolver may call itself: values in values, conditions of conditions, stacks in stacks.
const MAX_LEVEL: u32 = 200;
/// The most nested stacks of a template.
const MAX_STACKS: u32 = 500;
/// The most resources of a template with its nested stacks. CloudFormation takes 500 a template, and 2,500 in one operation on nested
/// stacks (user guide, "Understand CloudFormation quotas").
const MAX_RESOURCES: usize = 5_000;

/// One reading of one template with its nested stacks.
pub struct Session<'o> {
    pub options: &'o Options,
    pub boundary: &'o Boundary,
    /// What is wrong with the templates and does not keep them from being read.
    pub warnings: RefCell<Vec<TemplateError>>,
    cost: Cell<u64>,
    level: Cell<u32>,
    stacks: Cell<u32>,
    resources: Cell<usize>,
    /// A bound was reached.
    spent: Cell<bool>,
}

/// That the resolver is one level deeper, until it is dropped.
pub struct Level<'s>(&'s Cell<u32>);

impl Drop for Level<'_> {
    fn drop(&mut self) {
        self.0.set(self.0.get().saturating_sub(1));
    }
}

impl<'o> Session<'o> {
    pub fn new(options: &'o Options, boundary: &'o Boundary) -> Self {
        Session {
            options,
            boundary,
            warnings: RefCell::default(),
            cost: Cell::new(0),
            level: Cell::new(0),
            stacks: Cell::new(0),
            resources: Cell::new(0),
            spent: Cell::new(false),
        }
    }

    /// Whether a bound was reached, which ends the reading: what asks for more is refused wherever it stands.
    pub fn is_spent(&self) -> bool {
        self.spent.get()
    }

    /// One level deeper.
    pub fn deeper(&self) -> Result<Level<'_>, &'static str> {
        if self.level.get() >= MAX_LEVEL {
            self.spent.set(true);
            return Err("nested too deep");
        }
        self.level.set(self.level.get() + 1);
        Ok(Level(&self.level))
    }

    /// Pays for values and bytes of text.
    pub fn pay(&self, values: usize, bytes: usize) -> Result<(), &'static str> {
        let cost = self.cost.get().saturating_add(values as u64).saturating_add((bytes / BYTES_PER_COST) as u64);
        self.cost.set(cost);
        if cost > MAX_COST {
            self.spent.set(true);
            return Err("this template grows too large when it is resolved");
        }
        Ok(())
    }

    /// So many resources more.
    pub fn resources(&self, more: usize) -> Result<(), String> {
        self.resources.set(self.resources.get().saturating_add(more));
        match self.resources.get() > MAX_RESOURCES {
            true => Err(format!("has more than {MAX_RESOURCES} resources; CloudFormation takes 500 a template")),
            false => Ok(()),
        }
    }

    /// One nested stack more.
    pub fn count_stack(&self) -> Result<(), &'static str> {
        self.stacks.set(self.stacks.get() + 1);
        if self.stacks.get() > MAX_STACKS {
            self.spent.set(true);
            return Err("this template has too many nested stacks");
        }
        Ok(())
    }
}
