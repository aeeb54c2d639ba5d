//! Limits for reading a template and the files that it leads to: values, depth, nested stacks. Templates are untrusted input.

use std::cell::{Cell, RefCell};

use crate::template::Options;
use crate::template::boundary::Boundary;
use crate::template::declaration::TemplateError;

/// Maximum number of values after references, loops and nested stacks are resolved.
const MAX_COST: u64 = 6_000_000;
/// Bytes of text that count as one value.
const BYTES_PER_COST: usize = 16;
/// Maximum recursion depth of the resolver: values in values, conditions of conditions, stacks in stacks.
const MAX_LEVEL: u32 = 200;
/// Maximum number of nested stacks of a template.
const MAX_STACKS: u32 = 500;
/// Maximum number of resources of a template with its nested stacks. CloudFormation takes 500 a template, and 2,500 in one operation on
/// nested stacks (user guide, "Understand CloudFormation quotas").
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
    /// A limit was reached.
    spent: Cell<bool>,
}

/// One level of recursion, until it is dropped.
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

    /// Whether a limit was reached. Then every further request fails, wherever it comes from.
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

    /// Charges values and bytes of text to the limit.
    pub fn pay(&self, values: usize, bytes: usize) -> Result<(), &'static str> {
        let cost = self.cost.get().saturating_add(values as u64).saturating_add((bytes / BYTES_PER_COST) as u64);
        self.cost.set(cost);
        if cost > MAX_COST {
            self.spent.set(true);
            return Err("this template grows too large when it is resolved");
        }
        Ok(())
    }

    /// Counts more resources.
    pub fn resources(&self, more: usize) -> Result<(), String> {
        self.resources.set(self.resources.get().saturating_add(more));
        match self.resources.get() > MAX_RESOURCES {
            true => Err(format!("has more than {MAX_RESOURCES} resources; CloudFormation takes 500 a template")),
            false => Ok(()),
        }
    }

    /// Counts a nested stack.
    pub fn count_stack(&self) -> Result<(), &'static str> {
        self.stacks.set(self.stacks.get() + 1);
        if self.stacks.get() > MAX_STACKS {
            self.spent.set(true);
            return Err("this template has too many nested stacks");
        }
        Ok(())
    }
}
