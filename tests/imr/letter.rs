//! Plain values: case numbers, dates, and the fold of a letter's outcome.

use imr::letter::{CaseNumber, Date, Issue, Letter, LetterOutcome, Outcome};

#[test]
fn case_numbers_read_as_they_are_printed() {
    for text in ["CM16-0213037", "CM00-0000000", "CM99-9999999"] {
        assert_eq!(text.parse::<CaseNumber>().unwrap().to_string(), text);
    }
    for text in ["", "CM16-021303", "CM16-02130377", "CN16-0213037", "CM1é-021303", "CM16_0213037"] {
        assert!(text.parse::<CaseNumber>().is_err(), "{text}");
    }
}

#[test]
fn dates_are_days_of_the_calendar() {
    assert_eq!(Date::parse_us("1/6/2017").unwrap().to_string(), "2017-01-06");
    assert_eq!(Date::parse_us("02/29/2016").unwrap().to_string(), "2016-02-29");
    for text in ["02/29/2017", "13/01/2016", "0/1/2016", "1/1/16", "1/1/2016/1", "a/b/cccc", ""] {
        assert_eq!(Date::parse_us(text), None, "{text}");
    }
    assert_eq!("2016-12-31".parse::<Date>().unwrap().to_u64(), 20_161_231);
    assert!("2016-1-31".parse::<Date>().is_err());
}

#[test]
fn a_letters_outcome_is_the_fold_of_its_issues() {
    let letter = |outcomes: &[Option<Outcome>]| Letter {
        issues: outcomes.iter().map(|&outcome| Issue { outcome, ..Issue::default() }).collect(),
        ..Letter::default()
    };
    let (up, over) = (Some(Outcome::Upheld), Some(Outcome::Overturned));
    assert_eq!(letter(&[up, up]).outcome(), Some(LetterOutcome::Upheld));
    assert_eq!(letter(&[over]).outcome(), Some(LetterOutcome::Overturned));
    assert_eq!(letter(&[up, over]).outcome(), Some(LetterOutcome::PartiallyOverturned));
    assert_eq!(letter(&[up, None]).outcome(), None);
    assert_eq!(letter(&[]).outcome(), None);
}
