//! Which issues: the filters that searching, counting and exporting share.

use clap::Args as ClapArgs;

/// Which issues.
#[derive(Debug, ClapArgs)]
pub struct Selection {
    /// Only the words that were typed, without their synonyms; what stands in quotation marks never has any
    #[arg(long)]
    pub exact: bool,
    /// Tell which synonyms were searched
    #[arg(long, conflicts_with = "exact")]
    pub explain: bool,
    /// Also what has only some of the bare words, at least half of them: for questions in plain words
    #[arg(long)]
    pub any: bool,
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
    /// Only denials of these dates
    #[arg(long, value_name = "DATES", help_heading = "Filters")]
    pub denied: Vec<String>,
    /// Only letters of so many issues: 1, 2..5, >=10
    #[arg(long, value_name = "RANGE", help_heading = "Filters")]
    pub requests: Vec<String>,
    /// Only issues on which reviewer and claims administrator cited a guideline in common: yes, no
    #[arg(long, value_name = "VALUE", value_delimiter = ',', help_heading = "Filters")]
    pub same_guideline: Vec<String>,
    /// Only this case; repeat for others
    #[arg(long, value_name = "CASE", value_delimiter = ',', help_heading = "Filters")]
    pub case: Vec<String>,
    /// Only letters of this file, or of files below this folder
    #[arg(long, value_name = "PATH", help_heading = "Filters")]
    pub path: Vec<String>,
}

impl Selection {
    /// The filters by the fields that they are of.
    pub fn by_field(&self) -> [(&'static str, &Vec<String>); 26] {
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
            ("denied", &self.denied),
            ("requests", &self.requests),
            ("same_guideline", &self.same_guideline),
            ("case", &self.case),
            ("path", &self.path),
        ]
    }
}
