//! The modules of a package and every path that they name, resolved through imports and re-exports.

use std::collections::{BTreeMap, BTreeSet};

use super::lex::{Kind, Token, tokens};

/// Which of the package's two crates a module belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Crate {
    Library,
    Binary,
}

/// A module, in a file of its own or inside of one.
#[derive(Debug)]
pub struct Module {
    pub home: Crate,
    /// The path from the crate's root; empty for the root itself.
    pub path: Vec<String>,
    /// The file, relative to `src`.
    pub file: String,
    /// Modules declared here, by `mod name;` or `mod name { .. }`.
    pub declared: BTreeSet<String>,
    /// The macros defined here by `macro_rules!`.
    pub macros: BTreeSet<String>,
    /// Every path that is named here.
    pub names: Vec<Named>,
    /// Code that hides what it names, such as `include!`: what, and the line.
    pub hidden: Vec<(&'static str, usize)>,
    /// Macros that are called and functions that are called by their last name, with the line.
    pub calls: Vec<(String, char, usize)>,
}

/// A path as it is written, and the name that an import binds it to.
#[derive(Debug, Clone)]
pub struct Named {
    pub line: usize,
    /// Whether it starts with `::`.
    pub global: bool,
    pub segments: Vec<String>,
    /// The name that is bound; `None` where the path is no import.
    pub binds: Option<String>,
    /// Whether it ends with `*`.
    pub glob: bool,
}

/// Where a path leads.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Resolved {
    /// The modules on its way, by their place in [`Tree::modules`].
    pub modules: BTreeSet<usize>,
    /// The paths into outside crates, the crate first.
    pub outside: BTreeSet<Vec<String>>,
    /// What it names in the root of a crate that is neither a module nor imported there; empty for the root itself.
    pub root_items: BTreeSet<(Crate, String)>,
}

/// The package.
#[derive(Debug)]
pub struct Tree {
    pub modules: Vec<Module>,
    places: BTreeMap<(Crate, Vec<String>), usize>,
    /// The name by which the binary knows the library.
    library: String,
}

impl Tree {
    /// Reads sources, by their path relative to `src`. The top-level modules in `binary` belong to the binary.
    pub fn read(sources: &BTreeMap<String, String>, library: &str, binary: &[&str]) -> Self {
        let mut modules = Vec::new();
        for (file, source) in sources {
            let mut path: Vec<String> = file.trim_end_matches(".rs").split('/').map(str::to_owned).collect();
            let root = path.len() == 1 && (path[0] == "lib" || path[0] == "main");
            let home = match path[0].as_str() {
                "main" if root => Crate::Binary,
                top if binary.contains(&top) => Crate::Binary,
                _ => Crate::Library,
            };
            if root || path.last().is_some_and(|name| name == "mod") {
                path.pop();
            }
            Reader::new(&tokens(source), home, path, file, &mut modules).read();
        }
        let places = modules.iter().enumerate().map(|(place, m)| ((m.home, m.path.clone()), place)).collect();
        Self { modules, places, library: library.to_owned() }
    }

    /// The module at a path.
    pub fn place(&self, home: Crate, path: &[String]) -> Option<usize> {
        self.places.get(&(home, path.to_vec())).copied()
    }

    /// Where a path leads that is named in a module.
    pub fn resolve(&self, from: usize, named: &Named) -> Resolved {
        let mut resolved = Resolved::default();
        let (segments, glob) = (named.segments.clone(), named.glob);
        self.follow(from, named.global, segments, glob, named.binds.as_ref(), 0, &mut resolved);
        resolved.modules.remove(&from);
        resolved
    }

    #[expect(clippy::too_many_arguments, reason = "the parts of one path, and where to put what it leads to")]
    fn follow(
        &self,
        from: usize,
        global: bool,
        segments: Vec<String>,
        glob: bool,
        binds: Option<&String>,
        depth: usize,
        out: &mut Resolved,
    ) {
        let (module, first) = (&self.modules[from], segments[0].as_str());
        let mut path = module.path.clone();
        match first {
            "crate" if !global => path.clear(),
            "self" if !global => {}
            "super" if !global => {
                path.pop();
            }
            _ => {
                let inside = !global && (module.declared.contains(first) || self.binds(from, first, binds));
                if inside && depth < 32 {
                    return self.walk(from, &segments, glob, depth, out);
                }
                if module.home == Crate::Binary && first == self.library {
                    if let Some(root) = self.place(Crate::Library, &[]) {
                        self.walk(root, &segments[1..], glob, depth, out);
                    }
                    return;
                }
                out.outside.insert(segments);
                return;
            }
        }
        if let Some(place) = self.place(module.home, &path) {
            self.walk(place, &segments[1..], glob, depth, out);
        }
    }

    /// Whether an import of the module binds the name, other than the import that is being resolved.
    fn binds(&self, module: usize, name: &str, not: Option<&String>) -> bool {
        not.is_none_or(|not| not != name) && self.imports(module, name).next().is_some()
    }

    fn imports(&self, module: usize, name: &str) -> impl Iterator<Item = &Named> {
        self.modules[module].names.iter().filter(move |n| n.binds.as_deref() == Some(name))
    }

    /// Goes down from a module along a path.
    fn walk(&self, start: usize, segments: &[String], glob: bool, depth: usize, out: &mut Resolved) {
        let mut place = start;
        for (at, segment) in segments.iter().enumerate() {
            out.modules.insert(place);
            let module = &self.modules[place];
            let mut path = module.path.clone();
            match segment.as_str() {
                "self" => {}
                "super" => {
                    path.pop();
                }
                name => path.push(name.to_owned()),
            }
            if let Some(next) = self.place(module.home, &path) {
                place = next;
                continue;
            }
            let mut imported = false;
            for import in self.imports(place, segment).filter(|_| depth < 32) {
                imported = true;
                let rest = import.segments.iter().chain(&segments[at + 1..]).cloned().collect();
                self.follow(place, import.global, rest, glob, import.binds.as_ref(), depth + 1, out);
            }
            // A macro that is exported belongs to the root, wherever it is defined.
            let defines = |m: &Module| m.home == module.home && m.macros.contains(segment);
            match self.modules.iter().position(defines) {
                Some(definer) if module.path.is_empty() => _ = out.modules.insert(definer),
                _ if module.path.is_empty() && !imported => {
                    out.root_items.insert((module.home, segment.clone()));
                }
                _ => {}
            }
            return;
        }
        out.modules.insert(place);
        if self.modules[place].path.is_empty() {
            let item = if glob { "*" } else { "" };
            out.root_items.insert((self.modules[place].home, item.to_owned()));
        }
    }
}

/// Reads one file's tokens into modules.
struct Reader<'a> {
    tokens: &'a [Token],
    at: usize,
    modules: &'a mut Vec<Module>,
    /// The modules that are open, with the depth of braces at which they end.
    open: Vec<(usize, usize)>,
    depth: usize,
}

impl<'a> Reader<'a> {
    fn new(tokens: &'a [Token], home: Crate, path: Vec<String>, file: &str, modules: &'a mut Vec<Module>) -> Self {
        let mut reader = Self { tokens, at: 0, modules, open: Vec::new(), depth: 0 };
        reader.enter(home, path, file.to_owned());
        reader
    }

    fn enter(&mut self, home: Crate, path: Vec<String>, file: String) {
        self.open.push((self.modules.len(), self.depth));
        let (declared, macros, names, hidden, calls) = Default::default();
        self.modules.push(Module { home, path, file, declared, macros, names, hidden, calls });
    }

    fn module(&mut self) -> &mut Module {
        let place = self.open.last().map_or(0, |open| open.0);
        &mut self.modules[place]
    }

    fn token(&self, ahead: usize) -> Option<&'a Token> {
        self.tokens.get(self.at + ahead)
    }

    fn word(&self, ahead: usize) -> Option<&'a str> {
        self.token(ahead).and_then(Token::word)
    }

    fn is(&self, ahead: usize, mark: char) -> bool {
        self.token(ahead).is_some_and(|t| t.is(mark))
    }

    fn is_separator(&self, ahead: usize) -> bool {
        self.token(ahead).is_some_and(|t| t.kind == Kind::PathSep)
    }

    fn read(mut self) {
        while let Some(token) = self.token(0) {
            let line = token.line;
            match &token.kind {
                Kind::Mark('{') => self.depth += 1,
                Kind::Mark('}') => {
                    self.depth = self.depth.saturating_sub(1);
                    if self.open.len() > 1 && self.open.last().is_some_and(|open| open.1 == self.depth) {
                        self.open.pop();
                    }
                }
                Kind::Mark('#') => self.attribute(line),
                Kind::PathSep => {
                    // `::name`. What goes on after generics, as in `Vec::<u8>::new`, reads the same and names no crate.
                    self.at += 1;
                    if self.word(0).is_some() {
                        self.path(true, false);
                    }
                    continue;
                }
                Kind::Word(word) if self.keyword(word, line) => continue,
                Kind::Word(_) => {
                    let member = self.at > 0 && self.tokens[self.at - 1].is('.');
                    self.path(false, member);
                    continue;
                }
                _ => {}
            }
            self.at += 1;
        }
    }

    /// Looks for a path that an attribute gives to a module.
    fn attribute(&mut self, line: usize) {
        let open = 1 + usize::from(self.is(1, '!'));
        if !self.is(open, '[') || !["path", "cfg_attr"].contains(&self.word(open + 1).unwrap_or_default()) {
            return;
        }
        let inside = (open + 1..).take_while(|&n| self.token(n).is_some() && !self.is(n, ']'));
        if inside.into_iter().any(|n| self.word(n) == Some("path") && self.is(n + 1, '=')) {
            self.module().hidden.push(("#[path]", line));
        }
    }

    /// Reads what starts with a keyword that matters here; false for every other word.
    fn keyword(&mut self, word: &str, line: usize) -> bool {
        match (word, self.word(1)) {
            ("mod", Some(name)) if self.is(2, ';') || self.is(2, '{') => {
                self.module().declared.insert(name.to_owned());
                if self.is(2, '{') {
                    let (home, file) = (self.module().home, self.module().file.clone());
                    let path = self.module().path.iter().cloned().chain([name.to_owned()]).collect();
                    self.enter(home, path, file);
                    self.depth += 1;
                }
                self.at += 3;
                true
            }
            ("extern", Some("crate")) => {
                self.module().hidden.push(("extern crate", line));
                self.at += 2;
                true
            }
            // `impl Trait + use<'a>` imports nothing.
            ("use", _) if !self.is(1, '<') => {
                self.at += 1;
                self.import(false, &[]);
                true
            }
            ("macro_rules", _) if self.is(1, '!') => {
                if let Some(name) = self.word(2) {
                    self.module().macros.insert(name.to_owned());
                }
                self.at += 3;
                true
            }
            _ => false,
        }
    }

    /// Reads a path in code, and a call at its end. A member is neither.
    fn path(&mut self, global: bool, member: bool) {
        let line = self.token(0).map_or(0, |t| t.line);
        let mut segments = Vec::new();
        while let Some(word) = self.word(0) {
            segments.push(word.to_owned());
            self.at += 1;
            if !(self.is_separator(0) && self.word(1).is_some()) {
                break;
            }
            self.at += 1;
        }
        let mark = ['!', '('].into_iter().find(|&mark| self.is(0, mark));
        if let (Some(last), Some(mark), false) = (segments.last().cloned(), mark, member) {
            if mark == '!' && last == "include" {
                self.module().hidden.push(("include!", line));
            }
            self.module().calls.push((last, mark, line));
        }
        if !member && (global || segments.len() > 1) {
            self.module().names.push(Named { line, global, segments, binds: None, glob: false });
        }
    }

    /// Reads one tree of a `use`, up to the mark that ends it.
    fn import(&mut self, global: bool, prefix: &[String]) {
        let mut segments = prefix.to_vec();
        let mut global = global;
        let line = self.token(0).map_or(0, |t| t.line);
        if self.is_separator(0) {
            global |= prefix.is_empty();
            self.at += 1;
        }
        loop {
            if self.is(0, '{') {
                self.at += 1;
                while self.token(0).is_some() && !self.is(0, '}') {
                    self.import(global, &segments);
                    if self.is(0, ',') {
                        self.at += 1;
                    }
                }
                self.at += 1;
                return;
            }
            if self.is(0, '*') {
                self.at += 1;
                // `use *` in a macro's body is a pattern of tokens, not an import.
                if !segments.is_empty() {
                    self.module().names.push(Named { line, global, segments, binds: None, glob: true });
                }
                return;
            }
            let Some(word) = self.word(0) else {
                // No import after all; step over the mark, so that reading goes on.
                self.at += 1;
                return;
            };
            if word != "self" || segments.is_empty() {
                segments.push(word.to_owned());
            }
            self.at += 1;
            if !self.is_separator(0) {
                break;
            }
            self.at += 1;
        }
        let mut binds = segments.last().cloned();
        if self.word(0) == Some("as") {
            binds = self.word(1).map(str::to_owned);
            self.at += 2;
        }
        self.module().names.push(Named { line, global, segments, binds, glob: false });
    }
}
