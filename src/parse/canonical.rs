//! The reviewer's states and specialties by their canonical names, from `schema/states.tsv` and `schema/specialties.tsv`.

use std::collections::HashMap;
use std::sync::LazyLock;

/// The full name of a state, from its name or abbreviation; a long name may be misspelt by a letter.
pub fn state(printed: &str) -> Option<&'static str> {
    STATES.find(printed)
}

/// The name of a specialty on DWC's list, from its names in letters; a long name may be misspelt by a letter.
pub fn specialty(printed: &str) -> Option<&'static str> {
    SPECIALTIES.find(printed)
}

static STATES: LazyLock<Names> = LazyLock::new(|| Names::read(include_str!("../../schema/states.tsv")));
static SPECIALTIES: LazyLock<Names> = LazyLock::new(|| Names::read(include_str!("../../schema/specialties.tsv")));

/// Names by their keys: letters and digits in lower case, without "and".
#[derive(Default)]
struct Names {
    by_key: HashMap<String, &'static str>,
    /// Keys long enough to be known when they are misspelt.
    long: Vec<(String, &'static str)>,
}

/// A name of fewer letters is not taken for a misspelling of another: Iowa and Ohio are two letters apart.
const LONG: usize = 6;

/// No name is longer; what is longer is no misspelling of one.
const LONGEST: usize = 64;

impl Names {
    fn read(table: &'static str) -> Self {
        let mut names = Self::default();
        for row in table.lines().filter(|line| !line.starts_with('#')).skip(1) {
            let mut cells = row.split('\t');
            let Some(name) = cells.next() else { continue };
            for alias in std::iter::once(name).chain(cells.flat_map(|cell| cell.split(';'))) {
                let key = key(alias);
                if key.is_empty() {
                    continue;
                }
                if key.len() >= LONG {
                    names.long.push((key.clone(), name));
                }
                names.by_key.entry(key).or_insert(name);
            }
        }
        names
    }

    fn find(&self, printed: &str) -> Option<&'static str> {
        let key = key(printed);
        self.by_key.get(key.as_str()).copied().or_else(|| {
            let mut close = self.long.iter().filter(|(known, _)| one_edit(key.as_bytes(), known.as_bytes()));
            let (_, name) = close.next().filter(|_| (LONG..LONGEST).contains(&key.len()))?;
            // Two names as close as each other: neither is told.
            close.all(|(_, other)| other == name).then_some(*name)
        })
    }
}

fn key(name: &str) -> String {
    let mut key = String::with_capacity(name.len());
    for word in name.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.eq_ignore_ascii_case("and")) {
        if word.is_ascii() {
            let start = key.len();
            key.push_str(word);
            key[start..].make_ascii_lowercase();
        } else {
            key.extend(word.chars().flat_map(char::to_lowercase));
        }
    }
    key
}

/// Whether two keys differ by one letter that is missing, doubled, wrong or out of order.
fn one_edit(a: &[u8], b: &[u8]) -> bool {
    if a.len().abs_diff(b.len()) > 1 {
        return false;
    }
    let head = a.iter().zip(b).take_while(|(x, y)| x == y).count();
    let (a, b) = (a.get(head..).unwrap_or_default(), b.get(head..).unwrap_or_default());
    match (a, b) {
        ([_, x @ ..], [_, y @ ..]) if x == y => true,
        ([_, x @ ..], y) | (y, [_, x @ ..]) if x == y => true,
        ([p, q, x @ ..], [r, s, y @ ..]) => p == s && q == r && x == y,
        _ => false,
    }
}
