//! What can be typed.

use std::path::PathBuf;

use clap::{ArgGroup, Args as ClapArgs, Parser, Subcommand, ValueEnum};

/// Index, search and count California Independent Medical Review decisions.
#[derive(Debug, Parser)]
#[command(name = "imr", version, about, max_term_width = 100, arg_required_else_help = true)]
#[command(after_help = "Exit status: 0 done, 1 nothing found, 2 error, 130 interrupted.")]
pub struct Args {
    /// What to do
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Index an archive of letters: what is new, changed or gone since the last run
    #[command(after_help = "Examples:\n  imr index letters/\n  imr index letters/2016 letters/2017 --index /data/imr")]
    Index(IndexArgs),
    /// Tell what `imr index` would do, without doing it: what is new, changed, moved or gone since the last run
    #[command(after_help = STATUS_HELP)]
    Status(StatusArgs),
    /// Search the issues of indexed letters
    #[command(after_help = SEARCH_HELP)]
    Search(SearchArgs),
    /// Count issues and letters by fields
    #[command(
        after_help = "Examples:\n  imr stats --by outcome\n  imr stats acupuncture --by year,outcome\n  imr stats --by specialty --basis mtus --format csv"
    )]
    Stats(StatsArgs),
    /// Print one whole letter
    #[command(after_help = "Example:\n  imr show CM16-0213037")]
    Show(ShowArgs),
    /// Read letters and print their records, without an index
    #[command(after_help = "Example:\n  imr parse letters/ > letters.jsonl")]
    Parse(ParseArgs),
    /// Count how well letters were understood: layouts, diagnostics, and how full each field is, by year
    #[command(mut_arg("paths", |paths| paths.conflicts_with("index")), after_help = CHECK_HELP)]
    Check(CheckArgs),
    /// Print what an index holds, and what it takes on disk by kind of file and by field
    #[command(after_help = "Example:\n  imr info --format json")]
    Info(InfoArgs),
    /// Merge an index to one segment, without what is deleted
    #[command(after_help = "Searching goes on meanwhile. For a while the index takes twice the space.")]
    Optimize(OptimizeArgs),
}

const STATUS_HELP: &str = "\
Without paths those of earlier runs of `imr index` are compared with the index.
Nothing is written, and a run that is going on is not disturbed. What is in a new
or changed container, and which of the new letters are duplicates, only a run
will know.

Examples:
  imr status
  imr status letters/ --list new,moved
  imr status --failed
  imr status --duplicates --format json";

const CHECK_HELP: &str = "\
Without paths the letters of the index are checked. What can be listed: a layout
(unknown), the code of a diagnostic (no_age), an empty field (missing:age,
missing:issues.rationale), contradictions, and files that could not be read by
the code of the error (pdf_damaged, pdf_no_text, empty).

Examples:
  imr check
  imr check letters/ --by month
  imr check --list unknown --list contradictions";

const SEARCH_HELP: &str = "\
Queries:
  acupuncture upheld MTUS          all of the words, each in any field
  \"functional restoration\"         words in a row (quote it again for the shell)
  \"criteria restoration\"~3        a loose phrase
  trial w/5 restoration            at most 5 words apart; pre/5 in this order,
                                   not w/5, /s in a sentence, /p in a paragraph
  MRI AND (lumbar OR cervical)     AND, OR, NOT and parentheses
  issue:opioid NOT rationale:taper words in one field
  MRI -surgery !chiropractic       NOT, before a word, a phrase or a field;
                                   + requires, which all words are
  acupunc* wom?n gabapentine~1     beginnings, wildcards, words that differ in
                                   one letter or two (~2)
  decided:[2016-12 TO 2017-01]     ranges; also decided:2016-12..2017-01,
                                   age:>=60, injured:2016
  category:rehabilitation          a category with all below it
  MRI^2 lumbar                     a match of MRI counts twice
  \"upheld\"                         the word in the text; without quotes it means the outcome
  CM16-0213037                     a case
  rationale:*                      has a value
`imr help query` tells all of it.

Fields: issue, guideline, rationale, claims, summary, text, diagnosis, category,
drug_group, drug, body, side, retrospective, associated, outcome, basis,
chapter, source, claims_chapter, specialty, state, layout, priority, sex, age,
decided, injured, assigned, case, path

Facets: the fields with values from category to sex but for text, and
category_group (the part of the category before the slash), year, month, and
age_band, the worker's age (age for short): 0-17, 18-29, 30-39 to 60-69, 70+

Examples:
  imr search acupuncture upheld MTUS
  imr search 'issue:\"lumbar MRI\"' --outcome overturned --facets specialty,year
  imr search opioid --decided 2016-12..2017-01 --sort -decided --format csv";

/// Which index.
#[derive(Debug, ClapArgs)]
pub struct IndexChoice {
    /// The index folder; without it the nearest `.imr` here or in a folder above [env: IMR_INDEX]
    #[arg(long = "index", value_name = "DIR")]
    index: Option<PathBuf>,
}

impl IndexChoice {
    /// The folder that was named.
    pub fn dir(&self) -> Option<PathBuf> {
        index_dir(self.index.clone())
    }
}

/// The index folder that was named, by the flag or else by `IMR_INDEX`. An empty variable names none.
pub fn index_dir(given: Option<PathBuf>) -> Option<PathBuf> {
    given.or_else(|| std::env::var_os("IMR_INDEX").filter(|dir| !dir.is_empty()).map(PathBuf::from))
}

/// How text output looks.
#[derive(Debug, ClapArgs)]
pub struct Look {
    /// Lay text out as on a terminal, also in a pipe or a file
    #[arg(long, short = 'p')]
    pub pretty: bool,
    /// When to use colours, in messages and in what is laid out as on a terminal
    #[arg(long, value_enum, value_name = "WHEN", default_value_t = When::Auto)]
    pub color: When,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum When {
    /// On a terminal, unless NO_COLOR is set
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

/// Which letters.
#[derive(Debug, ClapArgs)]
pub struct ArchiveArgs {
    /// Files, folders and containers: .zip, .tar, .tar.gz, .tar.zst, .pdf.gz, .txt.gz, .jsonl
    #[arg(value_name = "PATH")]
    pub paths: Vec<PathBuf>,
    /// Also the paths in this file, one a line, or separated by NUL; `-` for standard input
    #[arg(long, value_name = "LIST", help_heading = "Archive")]
    pub files_from: Option<PathBuf>,
    /// Only files that this glob matches below the paths, also within containers; repeat for others
    #[arg(long, value_name = "GLOB", help_heading = "Archive")]
    pub include: Vec<String>,
    /// No files or folders that this glob matches; repeat for others
    #[arg(long, value_name = "GLOB", help_heading = "Archive")]
    pub exclude: Vec<String>,
    /// Also files and folders whose name begins with a dot
    #[arg(long, help_heading = "Archive")]
    pub hidden: bool,
    /// Follow symbolic links below the paths
    #[arg(long, help_heading = "Archive")]
    pub follow: bool,
}

/// For commands that want some letters to be named.
fn named() -> ArgGroup {
    ArgGroup::new("named").args(["paths", "files_from"]).multiple(true).required(true)
}

#[derive(Debug, ClapArgs)]
#[command(group(named()))]
pub struct IndexArgs {
    #[command(flatten)]
    pub archive: ArchiveArgs,
    /// The index folder [env: IMR_INDEX] [default: .imr in the current folder]
    #[arg(long = "index", value_name = "DIR")]
    pub index: Option<PathBuf>,
    /// Threads that read and parse [default: one for each core]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=256))]
    pub threads: Option<u16>,
    /// Memory for index segments under construction, in MiB, over all threads
    #[arg(long, value_name = "MIB", default_value_t = 400, value_parser = clap::value_parser!(u32).range(16..=65536))]
    pub memory: u32,
    /// Read all files again, also those that are as they were
    #[arg(long)]
    pub reread: bool,
    /// Also try again what could not be read in an earlier run
    #[arg(long)]
    pub retry_failed: bool,
    /// Take letters out of the index whose files are gone, which stay otherwise
    #[arg(long)]
    pub prune: bool,
    /// Exit with status 1 when a file could not be read
    #[arg(long)]
    pub strict: bool,
    /// Also print where the time went: seconds by stage, added up over all threads
    #[arg(long)]
    pub timings: bool,
    /// How to print the report
    #[arg(long, value_enum, value_name = "FORMAT", default_value_t = ReportFormat::Text)]
    pub format: ReportFormat,
    #[command(flatten)]
    pub look: Look,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ReportFormat {
    /// For people on a terminal; in a pipe names and numbers, separated by tabs
    Text,
    /// As JSON, with everything
    Json,
}

/// Which issues.
#[derive(Debug, ClapArgs)]
pub struct Selection {
    /// Only this outcome: upheld, overturned
    #[arg(long, value_name = "VALUE", value_delimiter = ',', help_heading = "Filters")]
    pub outcome: Vec<String>,
    /// Only this basis of the reviewer's guideline: mtus, non_mtus, both, none
    #[arg(long, value_name = "VALUE", value_delimiter = ',', help_heading = "Filters")]
    pub basis: Vec<String>,
    /// Only this service category, with all below it: rehabilitation, rehabilitation/acupuncture; repeat for others
    #[arg(long, value_name = "NAME", help_heading = "Filters")]
    pub category: Vec<String>,
    /// Only this group of drugs, such as opioid; repeat for others
    #[arg(long, value_name = "NAME", help_heading = "Filters")]
    pub drug_group: Vec<String>,
    /// Only this drug, by its generic name; repeat for others
    #[arg(long, value_name = "NAME", help_heading = "Filters")]
    pub drug: Vec<String>,
    /// Only requests whose heading names this body part; repeat for others
    #[arg(long, value_name = "NAME", help_heading = "Filters")]
    pub body: Vec<String>,
    /// Only this side of the body: left, right, bilateral
    #[arg(long, value_name = "VALUE", value_delimiter = ',', help_heading = "Filters")]
    pub side: Vec<String>,
    /// Only treatments that were given before the review: yes, no
    #[arg(long, value_name = "VALUE", value_delimiter = ',', help_heading = "Filters")]
    pub retrospective: Vec<String>,
    /// Only services that go with a surgery: yes, no
    #[arg(long, value_name = "VALUE", value_delimiter = ',', help_heading = "Filters")]
    pub associated: Vec<String>,
    /// Only this source of the reviewer's guideline: mtus, odg, acoem, other
    #[arg(long, value_name = "VALUE", value_delimiter = ',', help_heading = "Filters")]
    pub source: Vec<String>,
    /// Only this specialty of the reviewer; repeat for others
    #[arg(long, value_name = "NAME", help_heading = "Filters")]
    pub specialty: Vec<String>,
    /// Only reviewers licensed in this state; repeat for others
    #[arg(long, value_name = "NAME", help_heading = "Filters")]
    pub state: Vec<String>,
    /// Only this MTUS chapter of the reviewer's guideline; repeat for others
    #[arg(long, value_name = "NAME", help_heading = "Filters")]
    pub chapter: Vec<String>,
    /// Only this MTUS chapter of the claims administrator's guideline; repeat for others
    #[arg(long, value_name = "NAME", help_heading = "Filters")]
    pub claims_chapter: Vec<String>,
    /// Only this layout: credentials, board_certified, decision_list, notice, professional_review, unknown
    #[arg(long, value_name = "VALUE", value_delimiter = ',', help_heading = "Filters")]
    pub layout: Vec<String>,
    /// Only this priority: standard, expedited
    #[arg(long, value_name = "VALUE", value_delimiter = ',', help_heading = "Filters")]
    pub priority: Vec<String>,
    /// Only this sex of the worker: male, female
    #[arg(long, value_name = "VALUE", value_delimiter = ',', help_heading = "Filters")]
    pub sex: Vec<String>,
    /// Only this age of the worker: 40, 40..49, >=60
    #[arg(long, value_name = "RANGE", help_heading = "Filters")]
    pub age: Vec<String>,
    /// Only decisions of these dates: 2016, 2016-12, 2016-12-05, 2016-12..2017-01
    #[arg(long, value_name = "DATES", help_heading = "Filters")]
    pub decided: Vec<String>,
    /// Only injuries of these dates
    #[arg(long, value_name = "DATES", help_heading = "Filters")]
    pub injured: Vec<String>,
    /// Only cases assigned on these dates
    #[arg(long, value_name = "DATES", help_heading = "Filters")]
    pub assigned: Vec<String>,
    /// Only this case; repeat for others
    #[arg(long, value_name = "CASE", value_delimiter = ',', help_heading = "Filters")]
    pub case: Vec<String>,
    /// Only letters of this file, or of files below this folder
    #[arg(long, value_name = "PATH", help_heading = "Filters")]
    pub path: Vec<String>,
}

impl Selection {
    /// The filters by the fields that they are of.
    pub fn by_field(&self) -> [(&'static str, &Vec<String>); 23] {
        [
            ("outcome", &self.outcome),
            ("basis", &self.basis),
            ("category", &self.category),
            ("drug_group", &self.drug_group),
            ("drug", &self.drug),
            ("body", &self.body),
            ("side", &self.side),
            ("retrospective", &self.retrospective),
            ("associated", &self.associated),
            ("source", &self.source),
            ("specialty", &self.specialty),
            ("state", &self.state),
            ("chapter", &self.chapter),
            ("claims_chapter", &self.claims_chapter),
            ("layout", &self.layout),
            ("priority", &self.priority),
            ("sex", &self.sex),
            ("age", &self.age),
            ("decided", &self.decided),
            ("injured", &self.injured),
            ("assigned", &self.assigned),
            ("case", &self.case),
            ("path", &self.path),
        ]
    }
}

#[derive(Debug, ClapArgs)]
pub struct SearchArgs {
    /// What to search for; without it everything
    #[arg(value_name = "QUERY")]
    pub query: Vec<String>,
    #[command(flatten)]
    pub selection: Selection,
    /// How many hits
    #[arg(long, short = 'n', value_name = "N", default_value_t = 10)]
    pub limit: usize,
    /// How many hits to leave out before the first
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub offset: usize,
    /// The order of hits
    #[arg(long, value_enum, value_name = "ORDER", default_value_t = SortArg::Score, allow_hyphen_values = true)]
    pub sort: SortArg,
    /// Fields whose values to count over all hits; see below for their names
    #[arg(long, value_name = "FIELD", value_delimiter = ',')]
    pub facets: Vec<String>,
    /// Print the totals only, and the facets asked for
    #[arg(long)]
    pub count: bool,
    /// How to print
    #[arg(long, value_enum, value_name = "FORMAT", default_value_t = HitFormat::Text)]
    pub format: HitFormat,
    #[command(flatten)]
    pub index: IndexChoice,
    #[command(flatten)]
    pub look: Look,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum SortArg {
    /// The best first
    Score,
    /// The oldest decision first
    Decided,
    /// The latest decision first
    #[value(name = "-decided")]
    DecidedDescending,
    /// By case number
    Case,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum HitFormat {
    /// For people on a terminal; in a pipe a line for each hit, its parts separated by tabs
    Text,
    /// One object with totals, hits and facets
    Json,
    /// An object on a line for each hit
    Jsonl,
    /// A line for each hit, with a head
    Csv,
}

#[derive(Debug, ClapArgs)]
pub struct StatsArgs {
    /// What to count; without it everything
    #[arg(value_name = "QUERY")]
    pub query: Vec<String>,
    #[command(flatten)]
    pub selection: Selection,
    /// Up to four fields to count by: outcome, category, category_group, drug_group, drug, body, side, retrospective,
    /// associated, basis, source, chapter, claims_chapter, specialty, state, layout, priority, sex, year, month, age_band
    #[arg(long, value_name = "FIELD", value_delimiter = ',', required = true)]
    pub by: Vec<String>,
    /// How to print
    #[arg(long, value_enum, value_name = "FORMAT", default_value_t = TableFormat::Text)]
    pub format: TableFormat,
    #[command(flatten)]
    pub index: IndexChoice,
    #[command(flatten)]
    pub look: Look,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum TableFormat {
    /// Aligned on a terminal; in a pipe a line for each row, its parts separated by tabs
    Text,
    /// One object with totals and rows
    Json,
    /// A line for each row, with a head
    Csv,
}

#[derive(Debug, ClapArgs)]
pub struct ShowArgs {
    /// The case number, such as CM16-0213037, or the path of a letter that has none
    #[arg(value_name = "CASE")]
    pub case: String,
    /// How to print
    #[arg(long, value_enum, value_name = "FORMAT", default_value_t = ShowFormat::Text)]
    pub format: ShowFormat,
    #[command(flatten)]
    pub index: IndexChoice,
    #[command(flatten)]
    pub look: Look,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ShowFormat {
    /// For reading
    Text,
    /// The letter's record
    Json,
}

#[derive(Debug, ClapArgs)]
#[command(group(named()))]
pub struct ParseArgs {
    #[command(flatten)]
    pub archive: ArchiveArgs,
    /// How to print
    #[arg(long, value_enum, value_name = "FORMAT", default_value_t = ParseFormat::Jsonl)]
    pub format: ParseFormat,
    /// Threads that read and parse [default: one for each core]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=256))]
    pub threads: Option<u16>,
    /// Exit with status 1 when a file could not be read
    #[arg(long)]
    pub strict: bool,
    /// Tell why each issue has its category
    #[arg(long)]
    pub explain: bool,
    #[command(flatten)]
    pub look: Look,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ParseFormat {
    /// One record a line; see schema/letter.schema.json
    Jsonl,
    /// For reading
    Text,
}

#[derive(Debug, ClapArgs)]
pub struct CheckArgs {
    // Without paths the index is checked.
    #[command(flatten)]
    pub archive: ArchiveArgs,
    /// List the letters behind a count instead; repeat for others
    #[arg(long, value_name = "WHAT", value_delimiter = ',')]
    pub list: Vec<String>,
    /// How many letters to list at most
    #[arg(long, short = 'n', value_name = "N")]
    pub limit: Option<usize>,
    /// The time of decision that counts are kept by
    #[arg(long, value_enum, value_name = "PERIOD", default_value_t = PeriodArg::Year)]
    pub by: PeriodArg,
    /// How to print
    #[arg(long, value_enum, value_name = "FORMAT", default_value_t = ReportFormat::Text)]
    pub format: ReportFormat,
    /// Threads that read and parse [default: one for each core]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=256))]
    pub threads: Option<u16>,
    #[command(flatten)]
    pub index: IndexChoice,
    #[command(flatten)]
    pub look: Look,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum PeriodArg {
    /// By year
    Year,
    /// By month
    Month,
}

#[derive(Debug, ClapArgs)]
pub struct StatusArgs {
    #[command(flatten)]
    pub archive: ArchiveArgs,
    /// List the files that could not be read, with the reasons; they are tried again when they change
    #[arg(long, conflicts_with_all = ["duplicates", "list"])]
    pub failed: bool,
    /// List the letters of which there are several files: copies, and older versions of a case
    #[arg(long, conflicts_with = "list")]
    pub duplicates: bool,
    /// List the files in this state instead of counting; repeat for others
    #[arg(long, value_enum, value_name = "STATE", value_delimiter = ',')]
    pub list: Vec<StateArg>,
    /// How to print
    #[arg(long, value_enum, value_name = "FORMAT", default_value_t = ReportFormat::Text)]
    pub format: ReportFormat,
    #[command(flatten)]
    pub index: IndexChoice,
    #[command(flatten)]
    pub look: Look,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum StateArg {
    /// No run has come to it
    New,
    /// Its length or times are others than they were
    Changed,
    /// It is new where a file of the same content is gone
    Moved,
    /// It is known, and not there
    Gone,
}

#[derive(Debug, ClapArgs)]
pub struct InfoArgs {
    /// How to print
    #[arg(long, value_enum, value_name = "FORMAT", default_value_t = ReportFormat::Text)]
    pub format: ReportFormat,
    #[command(flatten)]
    pub index: IndexChoice,
    #[command(flatten)]
    pub look: Look,
}

#[derive(Debug, ClapArgs)]
pub struct OptimizeArgs {
    #[command(flatten)]
    pub index: IndexChoice,
    #[command(flatten)]
    pub look: Look,
}
