//! Judgements by the facts of issues, and queries with what they are meant to find.

use std::collections::BTreeMap;

use super::letters::{Issue, table};

/// A query of the judged set.
pub struct Topic {
    /// A short name.
    pub id: String,
    /// What kind of query it is.
    pub kind: String,
    /// The query.
    pub query: String,
    /// The rules of the grades 3, 2 and 1.
    rules: [String; 3],
}

/// The queries.
pub fn topics() -> Vec<Topic> {
    let rows = table("queries.tsv").remove("").unwrap();
    let topic = |row: Vec<String>| match <[String; 6]>::try_from(row) {
        Ok([id, kind, query, three, two, one]) => Topic { id, kind, query, rules: [three, two, one] },
        Err(row) => panic!("six cells are wanted: {row:?}"),
    };
    rows.into_iter().map(topic).collect()
}

impl Topic {
    /// The grade of an issue, from 0 to 3.
    pub fn grade(&self, issue: &Issue) -> u32 {
        let grades = self.rules.iter().zip([3, 2, 1]);
        grades.filter(|(rule, _)| holds(rule, issue)).map(|(_, grade)| grade).max().unwrap_or(0)
    }
}

fn holds(rule: &str, issue: &Issue) -> bool {
    rule != "-" && rule.split(" | ").any(|all| all.split(' ').all(|condition| is(condition, issue)))
}

fn is(condition: &str, issue: &Issue) -> bool {
    let (name, wanted) = condition.split_once(':').unwrap_or_else(|| panic!("`{condition}` is no condition"));
    let values = issue.facts.get(name).unwrap_or_else(|| panic!("there is no fact `{name}`"));
    if let Some((first, last)) = wanted.split_once("..") {
        let (first, last): (u64, u64) = (first.parse().unwrap(), last.parse().unwrap());
        return values.iter().any(|value| (first..=last).contains(&value.parse().unwrap()));
    }
    wanted.split(',').any(|wanted| values.iter().any(|value| value == wanted))
}

/// The judgements in TREC's format: topic, 0, document, grade; those of grade 0 are left out.
pub fn qrels(topics: &[Topic], issues: &[Issue]) -> String {
    let mut lines = String::new();
    for topic in topics {
        for (issue, grade) in issues.iter().map(|issue| (issue, topic.grade(issue))).filter(|(_, grade)| *grade > 0) {
            lines += &format!("{} 0 {} {grade}\n", topic.id, issue.name);
        }
    }
    lines
}

/// The grades of a topic's documents.
pub fn grades(topic: &Topic, issues: &[Issue]) -> BTreeMap<String, u32> {
    issues.iter().map(|issue| (issue.name.clone(), topic.grade(issue))).filter(|(_, grade)| *grade > 0).collect()
}
