//! `imr search`.

use std::path::PathBuf;

use clap::{Args as ClapArgs, ValueEnum};

use super::{IndexChoice, Look, Selection, There};

pub const SEARCH_HELP: &str = "\
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
  @acu lumbar                      a saved search, and a word; see imr help save
Terms of the field and names of drugs also find what means the same: PT and
physical therapy, Norco and hydrocodone. \"PT\" and --exact take the letters alone.
`imr help query` tells all of it.

Fields: issue, guideline, rationale, claims, summary, text, diagnosis, category,
drug_group, drug, body, side, retrospective, associated, outcome, basis,
chapter, source, claims_chapter, same_guideline, specialty, state, layout,
priority, sex, age, decided, injured, assigned, denied, requests, case, path

Facets: the fields with values from category to sex but for text, and
category_group (the part of the category before the slash), first_specialty,
year, quarter, month, injury_year, injury_quarter, injury_month, requests, and
age_band, the worker's age (age for short): 0-17, 18-29, 30-39 to 60-69, 70+;
guideline is source with the MTUS chapters below, as category has its levels

Examples:
  imr search acupuncture upheld MTUS
  imr search functional w/5 restoration --context
  imr search 'pain contract' overturned --group letter --snippets 3
  imr search 'issue:\"lumbar MRI\"' --outcome overturned --facets specialty,year
  imr search opioid --decided 2016-12..2017-01 --sort -decided --format csv
  imr search acupuncture upheld --remote https://search.example.org:9200/letters";

#[derive(Debug, ClapArgs)]
pub struct SearchArgs {
    /// What to search for; without it everything
    #[arg(value_name = "QUERY")]
    pub query: Vec<String>,
    #[command(flatten)]
    pub selection: Selection,
    /// What a result is: an issue, or a letter with those of its issues that match. `--limit` and `--after` count results
    #[arg(long, value_enum, value_name = "BY", default_value_t = GroupArg::Issue)]
    pub group: GroupArg,
    /// Show issues with the same rationale and outcome as one; the default where hits are laid out for reading
    #[arg(long, conflicts_with_all = ["all", "sample", "count"])]
    pub collapse: bool,
    /// Show every issue, also where a rationale is that of others
    #[arg(long)]
    pub all: bool,
    /// How many hits [default: 10]
    #[arg(long, short = 'n', value_name = "N")]
    pub limit: Option<usize>,
    /// Whether the limit was typed, and not set by a configuration; the command line's parser tells
    #[arg(skip)]
    pub is_limit_typed: bool,
    /// How many hits to leave out before the first
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub offset: usize,
    /// Go on behind the last hit of the same search: the cursor that it printed, as `next` in JSON or on stderr
    #[arg(long, value_name = "CURSOR", conflicts_with = "offset")]
    pub after: Option<String>,
    /// The order of hits: score, or a field that is no text, such as decided; `-decided` for the latest first
    #[arg(long, value_name = "ORDER", default_value = "score", allow_hyphen_values = true)]
    pub sort: String,
    /// So many hits by chance, in an order by chance: the same for the same letters and seed, and the first of a larger
    /// sample
    #[arg(long, value_name = "N", conflicts_with_all = ["limit", "offset", "after", "sort", "count"])]
    pub sample: Option<usize>,
    /// Which sample
    #[arg(long, value_name = "S", default_value_t = 0, requires = "sample")]
    pub seed: u64,
    /// Only what a saved search has not shown with --new before: `imr search @NAME --new` [limit: all]
    #[arg(long, conflicts_with_all = ["offset", "after", "sample", "queries", "collapse"])]
    pub new: bool,
    /// How many parts of texts to show of a hit at most, beside its heading
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub snippets: usize,
    /// Print a line for each match instead, with the words around it: at most N on either side
    #[arg(long, value_name = "N", num_args = 0..=1, require_equals = true)]
    pub context: Option<Option<usize>>,
    /// Fields whose values to count over all hits; see below for their names. `category:5` for the five most frequent
    #[arg(long, value_name = "FIELD", value_delimiter = ',')]
    pub facets: Vec<String>,
    /// Count for each query of this list instead, one a line, with a name and a tab before it or without; `-` for standard
    /// input. What else is asked for holds for each
    #[arg(long, value_name = "LIST", conflicts_with_all = ["limit", "offset", "after", "sort", "sample", "facets", "count", "fields", "template", "context", "collapse"])]
    pub queries: Option<PathBuf>,
    /// Print the totals only, and the facets asked for
    #[arg(long)]
    pub count: bool,
    /// How to print
    #[arg(long, value_enum, value_name = "FORMAT", default_value_t = HitFormat::Text)]
    pub format: HitFormat,
    /// Only these values of each hit, by the names of the columns of `--format csv`
    #[arg(long, value_name = "FIELD", value_delimiter = ',', conflicts_with = "count")]
    pub fields: Vec<String>,
    /// Print each hit like this: '{case_number} {outcome} {issue}'; `\n` is a line break, `\t` a tab, `\{` a brace
    #[arg(long, value_name = "TEXT", conflicts_with_all = ["format", "fields", "count", "context"])]
    pub template: Option<String>,
    #[command(flatten)]
    pub index: IndexChoice,
    #[command(flatten)]
    pub look: Look,
    #[command(flatten)]
    pub there: There,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum GroupArg {
    /// An issue
    Issue,
    /// A letter, where its best issue would stand
    Letter,
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
    /// A table
    #[value(alias = "md")]
    Markdown,
    /// A line for each hit as a brief cites it: case, date, outcome, issue, and where it stands in the letter
    Citations,
}
