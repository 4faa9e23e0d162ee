//! Sparklines: the marks of known series, for people only.

use crate::query::{MTUS, letter};
use crate::support::Folder;

/// Letters of one issue each: so many upheld and overturned ones in each month of 2016, from January on.
fn months(counts: &[(usize, usize)]) -> Folder {
    let folder = Folder::new();
    let mut case = 0;
    for (month, (upheld, overturned)) in counts.iter().enumerate() {
        let outcomes = std::iter::repeat_n("Upheld", *upheld).chain(std::iter::repeat_n("Overturned", *overturned));
        for outcome in outcomes {
            case += 1;
            let issues = [("Acupuncture 12 visits", outcome, MTUS, "The records show no change.")];
            let sex = if case % 2 == 0 { "male" } else { "female" };
            let decided = format!("{:02}/15/2016", month + 1);
            let text = letter(&format!("CM16-{case:07}"), &decided, 45, sex, "Family Practice", "in pain.", &issues);
            folder.write(&format!("letters/{case}.txt"), text);
        }
    }
    folder.imr(&["index", "letters"]).succeeds();
    folder
}

/// The lines between the table and the remarks.
fn lines(folder: &Folder, args: &[&str]) -> Vec<String> {
    let out = folder.imr(&[&["stats", "--pretty"], args].concat()).succeeds().out;
    let mut below = out.lines().skip_while(|line| !line.starts_with("total")).skip(1);
    assert_eq!(below.next(), Some(""), "{out}");
    below.take_while(|line| !line.is_empty()).map(str::to_owned).collect()
}

#[test]
fn each_figure_has_a_line_over_time() {
    let folder = months(&[(8, 0), (4, 0), (0, 0), (2, 2), (1, 3), (16, 0)]);
    // Counts from nothing to the greatest; shares from the least to the greatest, and nothing of nothing.
    assert_eq!(
        lines(&folder, &["--over", "month"]),
        ["issues        ▅▃▁▃▃█  0 to 16", "letters       ▅▃▁▃▃█  0 to 16", "share upheld  ██ ▃▁█  25.0% to 100.0%"]
    );
    assert_eq!(lines(&folder, &["--over", "month", "--show", "upheld,ci"]), ["upheld  ▅▃▁▂▁█  0 to 16"]);
    // A line for each value, of the first figure, also where it is turned around.
    let by_sex = ["female  ▅▃▁▃▃█  0 to 8", "male    ▅▃▁▃▃█  0 to 8", "issues over time"];
    assert_eq!(lines(&folder, &["--over", "month", "--by", "sex"]), by_sex);
    let crossed = lines(&folder, &["--over", "month", "--by", "sex", "--cross"]);
    assert_eq!(crossed, by_sex);
    // Other orders of the rows change nothing of time.
    assert_eq!(
        lines(&folder, &["--over", "month", "--show", "issues", "--sort", "-issues"]),
        ["issues  ▅▃▁▃▃█  0 to 16"]
    );
}

#[test]
fn a_long_series_takes_periods_together() {
    let folder = Folder::new();
    folder.invent("letters", 1..=200);
    folder.imr(&["index", "letters"]).succeeds();
    let lines = lines(&folder, &["--over", "month", "--show", "issues"]);
    let marks = lines[0].split("  ").nth(1).unwrap().chars().count();
    assert!((30..80).contains(&marks) && lines[0].chars().count() <= 80, "{lines:?}");
    assert!(lines[1].starts_with("a mark is the mean of "), "{lines:?}");
}

#[test]
fn programs_get_none_and_neither_do_two_periods() {
    let folder = months(&[(1, 0), (2, 0), (3, 0)]);
    let is_drawn = |text: &str| text.chars().any(|c| ('▁'..='█').contains(&c));
    assert!(is_drawn(&folder.imr(&["stats", "--over", "month", "--pretty"]).succeeds().out));
    for args in
        [&[][..], &["--format", "json"], &["--format", "csv"], &["--format", "markdown"], &["--by", "sex", "--cross"]]
    {
        let run = folder.imr(&[&["stats", "--over", "month"], args].concat()).succeeds();
        assert!(!is_drawn(&run.out), "{args:?}: {}", run.out);
    }
    // Neither without time, nor of a time that is none.
    for args in [&["--by", "month"][..], &["--over", "year"], &["--over", "quarter"]] {
        assert!(!is_drawn(&folder.imr(&[&["stats", "--pretty"], args].concat()).succeeds().out), "{args:?}");
    }
}

#[test]
fn what_was_not_counted_is_a_gap() {
    let folder = months(&[(8, 0), (4, 0), (1, 0), (0, 0), (1, 3), (16, 0)]);
    assert_eq!(lines(&folder, &["--over", "month", "--show", "issues"]), ["issues  ▅▃▁▁▃█  0 to 16"]);
    // The rows that `--min` leaves out had issues, and a month without issues has no median of days.
    assert_eq!(lines(&folder, &["--over", "month", "--show", "issues", "--min", "2"]), ["issues  ▅▃  ▃█  4 to 16"]);
    let days = lines(&folder, &["--over", "month", "--show", "ci", "--days", "assigned"]);
    assert!(days.iter().all(|line| !line.contains(" 0 to ")), "{days:?}");
}

#[test]
fn a_date_far_away_ends_no_line_and_no_report() {
    let folder = months(&[(1, 0), (2, 0), (3, 0)]);
    let issues = [("Acupuncture 12 visits", "Upheld", MTUS, "The records show no change.")];
    let text = letter("CM16-0009999", "12/17/9999", 45, "male", "Family Practice", "in pain.", &issues);
    folder.write("letters/far.txt", text);
    folder.imr(&["index", "letters"]).succeeds();
    for over in ["month", "quarter", "year"] {
        let run = folder.imr(&["stats", "--over", over, "--pretty"]).succeeds();
        assert!(run.out.contains("9999"), "{}", run.out);
    }
    folder.imr(&["report", "--format", "text", "--pretty"]).succeeds();
}
