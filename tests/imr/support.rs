//! A folder of one's own, and the program run in it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use imr::index::{Documents, IndexSchema, IssueDocument, analysis, letter_id};
use imr::record::LetterRecord;
use serde_json::Value;

use crate::invented::{Letter, Linearization};

/// A temporary folder in which the program is run.
pub struct Folder {
    dir: tempfile::TempDir,
}

/// What a run of the program gave.
pub struct Run {
    /// The exit status.
    pub status: i32,
    /// What it printed.
    pub out: String,
    /// What it said.
    pub err: String,
    shown: String,
}

impl Folder {
    /// An empty folder.
    pub fn new() -> Self {
        Self { dir: tempfile::tempdir().unwrap() }
    }

    /// An empty folder in memory, where there is such a file system: for what does much writing, and no power fails.
    pub fn in_memory() -> Self {
        match tempfile::tempdir_in("/dev/shm") {
            Ok(dir) => Self { dir },
            Err(_) => Self::new(),
        }
    }

    /// A folder with `letters/` of so many invented letters as text, indexed.
    pub fn indexed(letters: u64) -> Self {
        let this = Self::new();
        this.invent("letters", 1..=letters);
        this.imr(&["index", "letters"]).succeeds();
        this
    }

    /// Puts records into the index here, which must exist, as letters would be that were parsed to them.
    pub fn add_records(&self, records: &[LetterRecord]) {
        let mut index = tantivy::Index::open_in_dir(self.path().join(".imr/segments")).unwrap();
        index.set_tokenizers(analysis::manager());
        let mut writer: tantivy::IndexWriter<IssueDocument> = index.writer_with_num_threads(1, 20_000_000).unwrap();
        let documents = Documents::new(IndexSchema::get());
        for record in records {
            let id = letter_id(record.facts.case_number, &[0; 32]);
            documents.of(record.clone(), id, record.facts.path.as_bytes(), None).into_iter().for_each(|doc| {
                writer.add_document(doc).unwrap();
            });
        }
        writer.commit().unwrap();
    }

    /// The folder's own path.
    pub fn path(&self) -> &Path {
        self.dir.path()
    }

    /// Writes a file, with the folders above it.
    pub fn write(&self, path: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
        let full = self.path().join(path);
        fs::create_dir_all(full.parent().unwrap()).unwrap();
        fs::write(&full, bytes).unwrap();
        full
    }

    /// Writes invented letters as text below a folder, and gives them.
    pub fn invent(&self, folder: &str, numbers: impl IntoIterator<Item = u64>) -> Vec<Letter> {
        numbers
            .into_iter()
            .map(|number| {
                let letter = Letter::invent(7, number);
                let way = [Linearization::Table, Linearization::Pairs, Linearization::Columns][number as usize % 3];
                self.write(&format!("{folder}/{}", letter.path("txt")), letter.to_text(way));
                letter
            })
            .collect()
    }

    /// The report of indexing `letters/`, whose numbers must add up.
    pub fn index_report(&self, args: &[&str]) -> Value {
        let report = self.imr(&[&["index", "letters", "--format", "json"], args].concat()).json();
        let n = |name: &str| report[name].as_u64().unwrap();
        let parts = ["letters", "unchanged", "moved", "duplicates", "unknown_layout", "not_letters", "failed"];
        assert_eq!(n("files"), parts.iter().map(|f| n(f)).sum::<u64>(), "{report}");
        report
    }

    /// The program, to be run here.
    pub fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_imr"));
        command.args(args).current_dir(self.path()).stdin(Stdio::null());
        // Whoever runs the tests may have a configuration.
        command.env("XDG_CONFIG_HOME", self.path().join("no such folder"));
        for name in
            ["IMR_COMPLETE", "IMR_INDEX", "IMR_PAGER", "PAGER", "LESS", "NO_COLOR", "CLICOLOR", "CLICOLOR_FORCE"]
        {
            command.env_remove(name);
        }
        // What is remembered of one test is nothing to another, nor to the user.
        command.env("XDG_STATE_HOME", self.path().join("state"));
        command
    }

    /// Runs the program here.
    pub fn imr(&self, args: &[&str]) -> Run {
        self.run(self.command(args), args)
    }

    /// Runs the program in a folder below.
    pub fn imr_in(&self, below: &str, args: &[&str]) -> Run {
        let mut command = self.command(args);
        command.current_dir(self.path().join(below));
        self.run(command, args)
    }

    /// Runs the program here as a user who may read and not write; `None` where this user cannot become one.
    #[cfg(unix)]
    pub fn imr_as_nobody(&self, args: &[&str]) -> Option<Run> {
        use std::os::unix::fs::PermissionsExt;
        fs::set_permissions(self.path(), fs::Permissions::from_mode(0o755)).unwrap();
        let program = self.path().join("program");
        if !program.exists() {
            fs::copy(env!("CARGO_BIN_EXE_imr"), &program).unwrap();
        }
        let mut command = Command::new("setpriv");
        command.args(["--reuid", "65534", "--regid", "65534", "--clear-groups"]).current_dir(self.path());
        command.env_remove("IMR_INDEX").arg(&program);
        let can = command.arg("--version").output().is_ok_and(|output| output.status.success());
        if !can {
            eprintln!("skipped: this user cannot become another");
            return None;
        }
        let mut command = Command::new("setpriv");
        command.args(["--reuid", "65534", "--regid", "65534", "--clear-groups"]).current_dir(self.path());
        command.env_remove("IMR_INDEX").arg(&program).args(args);
        Some(self.run(command, args))
    }

    /// Runs a prepared command.
    pub fn run(&self, mut command: Command, args: &[&str]) -> Run {
        let Output { status, stdout, stderr } = command.output().unwrap();
        let (out, err) = (String::from_utf8(stdout).unwrap(), String::from_utf8(stderr).unwrap());
        let shown = format!(
            "imr {}\nin {}\nstatus {status}\n--- stdout\n{out}\n--- stderr\n{err}",
            args.join(" "),
            self.path().display()
        );
        Run { status: status.code().unwrap_or(-1), out, err, shown }
    }
}

impl Run {
    /// Status 0.
    #[track_caller]
    pub fn succeeds(self) -> Self {
        self.ends_with(0)
    }

    /// This status.
    #[track_caller]
    pub fn ends_with(self, status: i32) -> Self {
        assert_eq!(self.status, status, "{}", self.shown);
        self
    }

    /// Each of these is said on stderr.
    #[track_caller]
    pub fn says(self, parts: &[&str]) -> Self {
        for part in parts {
            assert!(self.err.contains(part), "`{part}` is not said by\n{}", self.shown);
        }
        self
    }

    /// Nothing is on stdout.
    #[track_caller]
    pub fn prints_nothing(self) -> Self {
        assert!(self.out.is_empty(), "{}", self.shown);
        self
    }

    /// The JSON on stdout.
    #[track_caller]
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.out).unwrap_or_else(|e| panic!("{e}\n{}", self.shown))
    }
}

/// A Python that has a module, if there is one: that of `scripts/test`, or the machine's own.
pub fn python_with(module: &str) -> Option<PathBuf> {
    let ours = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/python/bin/python3");
    [ours, PathBuf::from("python3")].into_iter().find(|python| {
        let import = Command::new(python).args(["-c", &format!("import {module}")]).output();
        import.is_ok_and(|output| output.status.success())
    })
}

/// Compares tables of a text and its fields, a row each behind a heading, with what is told of each text now; gives the
/// number of rows. `UPDATE_EXPECTED=1` writes them anew.
pub fn check_tables(paths: impl IntoIterator<Item = PathBuf>, told: impl Fn(&str) -> String) -> usize {
    let update = std::env::var_os("UPDATE_EXPECTED").is_some_and(|v| v == "1");
    let (mut count, mut differing) = (0, Vec::new());
    for path in paths {
        let table = fs::read_to_string(&path).unwrap();
        let mut lines = table.lines();
        let mut new = format!("{}\n", lines.next().unwrap());
        for (text, fields) in lines.map(|line| line.split_once('\t').expect(line)) {
            let now = told(text);
            new += &format!("{text}\t{now}\n");
            if now != fields {
                differing.push(format!("{text}\n  want {fields}\n  have {now}"));
            }
            count += 1;
        }
        if update {
            fs::write(&path, new).unwrap();
        }
    }
    assert!(update || differing.is_empty(), "UPDATE_EXPECTED=1 writes them anew.\n{}", differing.join("\n"));
    count
}
