//! One direction: no room of `src/` uses a room above it, and inside a room files do not use each other in circles.

use crate::support::source::{Source, sources};
use std::collections::{BTreeMap, BTreeSet};

/// Each room with the rooms that it may use.
const ROOMS: [(&str, &[&str]); 8] = [
    ("inventory", &[]),
    ("aws", &["inventory"]),
    ("template", &["inventory"]),
    ("protection", &["inventory"]),
    ("rules", &["inventory", "protection"]),
    ("audit", &["inventory", "protection", "rules"]),
    ("report", &["inventory", "protection", "rules", "audit"]),
    ("cli", &["inventory", "aws", "template", "protection", "rules", "audit", "report"]),
];

/// Where files may use each other in circles, with the reason.
const CIRCLES: &[(&str, &str)] = &[
    ("aws/", "a service's roof has what its files fill; calls and keys, and connecting and its errors, are still to be untangled"),
    ("template/cloudformation/", "conditions, parameters and stacks call each other because CloudFormation lets them"),
    ("template/terraform/", "expressions, functions, data sources and modules evaluate each other because Terraform lets them"),
    ("template/", "tables have functions of a scope, a scope has its stack, and the resources of a stack have their tables"),
];

/// The module files by module path, and what they re-export from other modules.
struct Modules<'s> {
    files: BTreeMap<Vec<String>, &'s Source>,
    /// By module and name: the path that the name stands for.
    exports: BTreeMap<(Vec<String>, String), Vec<String>>,
}

impl<'s> Modules<'s> {
    fn new(sources: &'s [Source]) -> Self {
        let files = sources.iter().map(|source| (source.module(), source)).collect();
        let mut modules = Modules { files, exports: BTreeMap::new() };
        for source in sources {
            for (place, _) in source.code.match_indices(" use ").chain(source.code.match_indices(")use ")) {
                let line = source.code[..place].rfind('\n').map_or(0, |end| end + 1);
                if !source.code[line..place].trim_start().starts_with("pub") {
                    continue;
                }
                for path in tree(&source.code[place + " use ".len()..]) {
                    if let (Some(name), Some(target)) = (path.last().cloned(), modules.absolute(&source.module(), &path)) {
                        modules.exports.insert((source.module(), name), target);
                    }
                }
            }
        }
        modules
    }

    /// A path from the crate's root; `None` for a path outside the crate.
    fn absolute(&self, module: &[String], path: &[String]) -> Option<Vec<String>> {
        let mut base = module.to_vec();
        let mut rest = path;
        match path.first()?.as_str() {
            "crate" => (base, rest) = (Vec::new(), &path[1..]),
            "self" => rest = &path[1..],
            "super" => {
                while rest.first().is_some_and(|step| step == "super") {
                    base.pop();
                    rest = &rest[1..];
                }
            }
            first => {
                let child = [module, &[first.to_owned()]].concat();
                self.files.get(&child)?;
            }
        }
        base.extend(rest.iter().filter(|step| *step != "self").cloned());
        Some(base)
    }

    /// The file that defines the item at an absolute path. If a module only re-exports the item, another file defines it.
    fn file(&self, path: &[String]) -> Option<&'s Source> {
        let length = (1..=path.len()).rev().find(|length| self.files.contains_key(&path[..*length]))?;
        let (module, rest) = path.split_at(length);
        let target = rest.first().and_then(|name| self.exports.get(&(module.to_vec(), name.clone())));
        match target.filter(|target| target[..] != *path) {
            Some(target) => self.file(target),
            None => self.files.get(module).copied(),
        }
    }

    /// What a file uses from the crate: the line, and the absolute path.
    fn uses(&self, source: &Source) -> Vec<(usize, Vec<String>)> {
        let module = source.module();
        let mut uses = Vec::new();
        let code = &source.code;
        let mut end = 0;
        for (separator, _) in code.match_indices("::") {
            let start = code[..separator].rfind(|character: char| !is_of_name(character)).map_or(0, |place| place + 1);
            // Later segments belong to the path that was read from its first segment.
            if start < end || start == separator || code[..start].ends_with(':') {
                continue;
            }
            let paths = tree(&code[start..]);
            if code[..start].ends_with("use ") {
                end = start + code[start..].find(';').unwrap_or_default();
            }
            let absolute = paths.iter().filter_map(|path| self.absolute(&module, path));
            uses.extend(absolute.map(|path| (source.line(start), path)));
        }
        uses
    }
}

fn is_of_name(character: char) -> bool {
    character.is_alphanumeric() || character == '_'
}

/// The paths of a use tree, or the one path of an expression.
fn tree(code: &str) -> Vec<Vec<String>> {
    let mut paths = Vec::new();
    branches(code, &[], &mut paths);
    paths
}

/// Reads one branch of a use tree and returns what follows it.
fn branches<'c>(code: &'c str, before: &[String], paths: &mut Vec<Vec<String>>) -> &'c str {
    let mut rest = code.trim_start();
    let mut path = before.to_vec();
    loop {
        if let Some(mut inner) = rest.strip_prefix('{') {
            loop {
                inner = inner.trim_start().trim_start_matches(',').trim_start();
                if inner.is_empty() || inner.starts_with('}') {
                    return inner.strip_prefix('}').unwrap_or(inner);
                }
                let after = branches(inner, &path, paths);
                // Text that is not a use tree ends here.
                if after.len() == inner.len() {
                    return after;
                }
                inner = after;
            }
        }
        let length = rest.find(|character: char| !is_of_name(character)).unwrap_or(rest.len());
        if length == 0 {
            // A glob, or the type arguments of an expression.
            paths.push(path);
            return rest.strip_prefix('*').unwrap_or(rest);
        }
        path.push(rest[..length].to_owned());
        rest = &rest[length..];
        match rest.strip_prefix("::") {
            Some(after) => rest = after,
            None => {
                paths.push(path);
                let renamed = rest.strip_prefix(" as ").map(|after| after.trim_start_matches(is_of_name));
                return renamed.unwrap_or(rest);
            }
        }
    }
}

#[test]
fn no_room_uses_a_room_above_it() {
    let sources = sources();
    let modules = Modules::new(&sources);
    let mut wrong = BTreeSet::new();
    for source in &sources {
        let Some((room, allowed)) = ROOMS.iter().find(|(room, _)| source.file.starts_with(&format!("{room}/"))) else { continue };
        for (line, path) in modules.uses(source) {
            let Some(target) = path.first().filter(|target| *target != room && !allowed.contains(&target.as_str())) else { continue };
            let path = path.join("::");
            wrong.insert(format!("src/{}:{line}: {room} uses {target} ({path})", source.file));
        }
    }
    assert!(wrong.is_empty(), "{} arrows run up:\n{}", wrong.len(), Vec::from_iter(wrong).join("\n"));
}

/// The files of each circle: files that reach each other through what they use.
fn circles(uses: &BTreeMap<&str, BTreeSet<&str>>) -> BTreeSet<Vec<String>> {
    let reached = |from: &str| {
        let (mut seen, mut pending) = (BTreeSet::new(), vec![from.to_owned()]);
        while let Some(next) = pending.pop() {
            let targets = uses.get(next.as_str()).into_iter().flatten();
            pending.extend(targets.filter(|target| seen.insert((**target).to_owned())).map(|target| (*target).to_owned()));
        }
        seen
    };
    let reach: BTreeMap<&str, BTreeSet<String>> = uses.keys().map(|file| (*file, reached(file))).collect();
    let of_file = |file: &&str| {
        let own = &reach[file];
        let circle = own.iter().filter(|other| reach.get(other.as_str()).is_some_and(|back| back.contains(*file)));
        circle.cloned().collect::<Vec<String>>()
    };
    uses.keys().map(of_file).filter(|circle| !circle.is_empty()).collect()
}

#[test]
fn files_of_a_room_use_each_other_in_no_circle() {
    let sources = sources();
    let modules = Modules::new(&sources);
    let room = |file: &str| file.split_once('/').map_or_else(String::new, |(room, _)| room.to_owned());
    let mut uses: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for source in &sources {
        let targets = modules.uses(source).into_iter().filter_map(|(_, path)| modules.file(&path)).map(|target| target.file.as_str());
        uses.insert(&source.file, targets.filter(|target| *target != source.file && room(target) == room(&source.file)).collect());
    }
    let found = circles(&uses);
    let place = |circle: &Vec<String>| CIRCLES.iter().find(|(folder, _)| circle.iter().all(|file| file.starts_with(folder)));
    let told = |circle: &Vec<String>| {
        let members = circle.iter().map(|file| {
            let targets: Vec<&str> =
                uses[file.as_str()].iter().copied().filter(|target| circle.iter().any(|other| other == target)).collect();
            format!("  {file} uses {}", targets.join(", "))
        });
        format!("{} files in a circle:\n{}", circle.len(), members.collect::<Vec<_>>().join("\n"))
    };
    let new: Vec<String> = found.iter().filter(|circle| place(circle).is_none()).map(told).collect();
    assert!(new.is_empty(), "{} circles:\n{}", new.len(), new.join("\n"));
    let met: BTreeSet<_> = found.iter().filter_map(place).collect();
    let gone: Vec<_> = CIRCLES.iter().filter(|place| !met.contains(place)).collect();
    assert!(gone.is_empty(), "places of the list without a circle, to be taken out: {gone:?}");
}
