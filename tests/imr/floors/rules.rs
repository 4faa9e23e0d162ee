//! The rules: floors, passports, no cycles, and the form of files.

use std::collections::{BTreeMap, BTreeSet};

use super::tree::{Crate, Module, Resolved, Tree};

/// What modules may name.
pub struct Rules<'a> {
    /// The library's top-level modules, floor by floor from the ground.
    pub floors: &'a [&'a [&'a str]],
    /// The binary's top-level modules, floor by floor above those of the library.
    pub binary: &'a [&'a [&'a str]],
    /// Outside crates, and parts of the standard library, with the top-level modules that may name them. `main` is
    /// `src/main.rs`. Of the standard library, what is not listed is free.
    pub passports: &'a [(&'a str, &'a [&'a str])],
}

/// The name of the package's library.
const LIBRARY: &str = "imr";

/// The longest file, in lines.
const LINES: usize = 600;

/// Crates that come with the compiler.
const STANDARD: [&str; 3] = ["std", "core", "alloc"];

/// Everything in sources (by their path in `src`) and in a manifest that breaks a rule.
pub fn violations(sources: &BTreeMap<String, String>, manifest: &str, rules: &Rules) -> Vec<String> {
    let tree = Tree::read(sources, LIBRARY, &rules.binary.concat());
    let dependencies = dependencies(manifest);
    let mut found = BTreeSet::new();
    for (file, source) in sources {
        found.extend(form(file, source));
    }
    for (name, _) in rules.passports {
        if !name.contains("::") && !dependencies.contains(*name) {
            found.insert(format!("Cargo.toml: `{name}` has a passport but is no dependency"));
        }
    }
    for name in &dependencies {
        if !rules.passports.iter().any(|(known, _)| known == name) {
            found.insert(format!("Cargo.toml: `{name}` has no passport"));
        }
    }
    let mut siblings: BTreeMap<(Crate, Vec<String>), BTreeSet<String>> = BTreeMap::new();
    for (place, module) in tree.modules.iter().enumerate() {
        found.extend(membership(&tree, module, rules));
        found.extend(calls(module));
        for named in &module.names {
            let resolved = tree.resolve(place, named);
            let written = named.segments.join("::");
            let at = format!("src/{}:{}: `{written}`", module.file, named.line);
            let broken = floors(&tree, module, &resolved, rules).into_iter();
            found.extend(broken.chain(passports(module, &resolved, &dependencies, rules)).map(|b| format!("{at} {b}")));
            for &other in &resolved.modules {
                let (from, to) = (file_path(module), file_path(&tree.modules[other]));
                let common = from.iter().zip(&to).take_while(|(a, b)| a == b).count();
                let within = module.home == tree.modules[other].home && common > 0;
                if within && common < from.len() && common < to.len() {
                    siblings.entry((module.home, from[..=common].to_vec())).or_default().insert(to[common].clone());
                }
            }
        }
    }
    found.extend(cycles(&siblings));
    found.into_iter().collect()
}

/// How a file must look.
fn form(file: &str, source: &str) -> Vec<String> {
    let mut found = Vec::new();
    if !source.starts_with("//! ") {
        found.push(format!("src/{file}:1: the file does not open with a `//!` line"));
    }
    let lines = source.lines().count();
    if lines > LINES {
        found.push(format!("src/{file}: {lines} lines are more than {LINES}"));
    }
    found
}

/// Whether the module is known and declared, and whether it hides what it names.
fn membership(tree: &Tree, module: &Module, rules: &Rules) -> Vec<String> {
    let mut found: Vec<_> = module
        .hidden
        .iter()
        .map(|(what, line)| format!("src/{}:{line}: `{what}` hides where code lies or what it names", module.file))
        .collect();
    let Some((name, parent)) = module.path.split_last() else {
        if module.home == Crate::Binary {
            let foreign = module.declared.iter().filter(|name| !rules.binary.concat().contains(&name.as_str()));
            found.extend(foreign.map(|name| format!("src/main.rs: `{name}` is no module of the binary")));
        }
        return found;
    };
    if parent.is_empty() && floor(module, rules).is_none() {
        found.push(format!("src/{}: the top-level module `{name}` stands on no floor", module.file));
    }
    let declared = tree.place(module.home, parent).is_some_and(|p| tree.modules[p].declared.contains(name));
    if !declared {
        found.push(format!("src/{}: no module declares `{name}`", module.file));
    }
    found
}

/// The library never prints, and nothing is left that prints for debugging.
fn calls(module: &Module) -> Vec<String> {
    const PRINTS: [&str; 4] = ["print", "println", "eprint", "eprintln"];
    const STREAMS: [&str; 3] = ["stdin", "stdout", "stderr"];
    let library = module.home == Crate::Library;
    let forbidden = |name: &str, mark| match mark {
        '!' => name == "dbg" || library && PRINTS.contains(&name),
        _ => library && STREAMS.contains(&name),
    };
    let calls = module.calls.iter().filter(|(name, mark, _)| forbidden(name, *mark));
    calls
        .map(|(name, mark, line)| format!("src/{}:{line}: `{name}{mark}` uses the standard streams", module.file))
        .collect()
}

/// The floor of a module; `None` where it stands on none. The roots of the crates stand above all.
fn floor(module: &Module, rules: &Rules) -> Option<usize> {
    let Some(top) = module.path.first() else { return Some(usize::MAX) };
    match module.home {
        Crate::Library => rules.floors.iter().position(|names| names.contains(&top.as_str())),
        Crate::Binary => {
            let above = rules.binary.iter().position(|names| names.contains(&top.as_str()));
            above.map(|floor| rules.floors.len() + floor)
        }
    }
}

fn floors(tree: &Tree, module: &Module, resolved: &Resolved, rules: &Rules) -> Vec<String> {
    // The roots may name everything.
    let (Some(top), Some(own)) = (module.path.first(), floor(module, rules)) else { return Vec::new() };
    let mut found = Vec::new();
    for other in resolved.modules.iter().map(|&place| &tree.modules[place]) {
        let Some(other_top) = other.path.first() else { continue };
        let below = other.home == Crate::Library && module.home == Crate::Binary;
        if below || (other.home == module.home && other_top == top) {
            continue;
        }
        match floor(other, rules) {
            Some(floor) if floor < own => {}
            Some(floor) if floor == own => {
                found.push(format!("goes sideways from `{top}` to `{other_top}`, both on floor {own}"));
            }
            Some(floor) => {
                found.push(format!("goes up from `{top}` on floor {own} to `{other_top}` on floor {floor}"));
            }
            None => found.push(format!("goes from `{top}` to `{other_top}`, which stands on no floor")),
        }
    }
    for (_, item) in resolved.root_items.iter().filter(|(home, _)| *home == module.home) {
        found.push(match item.as_str() {
            "" => format!("gives the root of the crate another name in `{top}`"),
            "*" => format!("takes everything of the root into `{top}`"),
            item => format!("goes up from `{top}` to `{item}` in the root of the crate"),
        });
    }
    found
}

fn passports(module: &Module, resolved: &Resolved, dependencies: &BTreeSet<String>, rules: &Rules) -> Vec<String> {
    let top = match (module.home, module.path.first()) {
        (_, Some(top)) => top.as_str(),
        (Crate::Binary, None) => "main",
        (Crate::Library, None) => "lib",
    };
    let mut found = Vec::new();
    for path in &resolved.outside {
        let name = path[0].as_str();
        let standard = STANDARD.contains(&name);
        if !standard && !dependencies.contains(name) {
            continue;
        }
        let second = path.get(1).map_or("", String::as_str);
        // `use std::*` and `use std as s` would hide which part is used.
        if standard && second.is_empty() {
            found.push(format!("hides which part of `{name}` it names in `{top}`"));
        }
        let part = if standard { format!("std::{second}") } else { name.to_owned() };
        let passport = rules.passports.iter().find(|(known, _)| *known == part);
        if passport.is_some_and(|(_, modules)| !modules.contains(&top)) {
            found.push(format!("names `{part}`, for which `{top}` has no passport"));
        }
    }
    found
}

/// The path of the module whose file a module lies in.
fn file_path(module: &Module) -> Vec<String> {
    let mut path: Vec<String> = module.file.trim_end_matches(".rs").split('/').map(str::to_owned).collect();
    if path.last().is_some_and(|name| ["mod", "lib", "main"].contains(&name.as_str())) {
        path.pop();
    }
    path
}

/// Cycles among the modules of one parent. What lies below a module counts as the module.
fn cycles(siblings: &BTreeMap<(Crate, Vec<String>), BTreeSet<String>>) -> Vec<String> {
    let mut found = Vec::new();
    for (home, start) in siblings.keys() {
        // The shortest way from a module back to itself, told once, from the first of its modules.
        let (name, parent) = start.split_last().expect("siblings have a name");
        let mut ways = vec![vec![name.clone()]];
        let mut seen = BTreeSet::new();
        while let Some(way) = (!ways.is_empty()).then(|| ways.remove(0)) {
            let last: Vec<_> = parent.iter().chain(way.last()).cloned().collect();
            for next in siblings.get(&(*home, last)).into_iter().flatten() {
                let mut longer = way.clone();
                longer.push(next.clone());
                if next == name && way.iter().all(|on_way| on_way >= name) {
                    found.push(format!("src/{}: `{}` is a cycle", parent.join("/"), longer.join("` -> `")));
                    ways.clear();
                    break;
                }
                if seen.insert(next.clone()) {
                    ways.push(longer);
                }
            }
        }
    }
    found
}

/// The names of the dependencies of a manifest, as code spells them.
fn dependencies(manifest: &str) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    let mut inside = false;
    for line in manifest.lines().map(str::trim) {
        if let Some(section) = line.strip_prefix('[').and_then(|l| l.strip_suffix(']')) {
            // `[dependencies]`, `[target.'cfg(unix)'.dependencies]`, and `[dependencies.name]`.
            let (table, name) = match section.rsplit_once("dependencies.") {
                Some((before, name)) => (format!("{before}dependencies"), Some(name)),
                None => (section.to_owned(), None),
            };
            let ours = table == "dependencies" || (table.starts_with("target.") && table.ends_with(".dependencies"));
            inside = ours && name.is_none();
            names.extend(name.filter(|_| ours).map(str::to_owned));
        } else if inside && !line.starts_with('#') && !line.is_empty() && line.contains('=') {
            let name = line.split(['=', '.']).next().unwrap_or_default();
            names.insert(name.trim().trim_matches('"').to_owned());
        }
    }
    names.into_iter().map(|name| name.replace('-', "_")).collect()
}
