//! Work for which nobody waits any more is given up soon, tells so, and gives no part of an answer for the whole.

use std::fmt::Debug;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use imr::ErrorKind;
use imr::index::{Reader, Stop};
use imr::query::{self, Expr};
use imr::search::{self, Count, Dimension, Facet, Request, StatsRequest, Stream};

use crate::support::Folder;

fn asked(query: &str) -> Expr {
    query::parse(query).unwrap().expr
}

/// The index, of which work is given up when it has been asked so many times whether it is to go on, and the times it was.
fn until(reader: &Reader, times: usize) -> (Reader, Arc<AtomicUsize>) {
    let count = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&count);
    (reader.until(Stop::when(move || counted.fetch_add(1, Ordering::Relaxed) >= times)), count)
}

/// Gives a work up at each of some places, from its begin to its end.
fn given_up<T: PartialEq + Debug>(reader: &Reader, name: &str, work: &dyn Fn(&Reader) -> imr::Result<T>) {
    let whole = work(reader).unwrap();
    let (never, count) = until(reader, usize::MAX);
    assert_eq!(work(&never).unwrap(), whole, "{name}");
    let all = count.load(Ordering::Relaxed);
    assert!(all > 10, "{name} is asked {all} times");
    // How often it is asked depends a little on which thread is faster, and the last time nothing is left to be given up.
    for times in [0, 1, 2, all / 3, all / 2, 2 * all / 3] {
        let (stopped, count) = until(reader, times);
        match work(&stopped) {
            Err(error) => assert_eq!(error.kind(), ErrorKind::Interrupted, "{name}, {times} of {all}: {error:?}"),
            Ok(_) => panic!("{name} was not given up after {times} of {all}"),
        }
        // What is left is asked for once each at most, which costs nothing, and is not begun.
        let asked = count.load(Ordering::Relaxed);
        assert!(asked < all || times > all / 2, "{name}, {times} of {all}: {asked}");
    }
}

#[test]
fn work_is_given_up_between_its_parts() {
    let folder = Folder::indexed(300);
    let reader = Reader::open(&folder.path().join(".imr")).unwrap();
    let request = |query: &str| Request { limit: 50, snippets: 3, ..Request::new(asked(query)) };
    for query in ["lumbar OR cervical", "trial w/5 restor*", "lumb* mr?", "NOT surgery"] {
        given_up(&reader, query, &|reader| search::search(reader, &request(query)));
    }
    given_up(&reader, "facets", &|reader| {
        let facets = Facet::parse_all(&["outcome", "category:5", "year"]).unwrap();
        search::search(reader, &Request { limit: 0, facets, ..request("therapy") })
    });
    let by = Dimension::parse_all(&["category_group", "outcome"]).unwrap();
    let table = StatsRequest { top: Some(3), ..StatsRequest::new(asked("therapy"), by) };
    given_up(&reader, "stats", &|reader| search::stats(reader, &table));
    given_up(&reader, "cross", &|reader| search::cross(reader, &table));
    given_up(&reader, "compare", &|reader| search::compare(reader, &table, &asked("lumbar")));
    given_up(&reader, "report", &|reader| search::report(reader, &asked("therapy")));
    given_up(&reader, "suggestion", &|reader| {
        search::suggestion(reader, "acupunture lumbr", Count::default(), &|typed| Ok(asked(typed)))
    });
    given_up(&reader, "similar", &|reader| {
        let found = search::search(reader, &request("mri"))?;
        let issue = found.hits[0].stored.issue.as_ref().unwrap();
        search::similar(reader, issue, None, true, &Expr::All, 20)
    });
    given_up(&reader, "stream", &|reader| {
        Stream::open(reader, &asked("therapy"))?
            .map(|matched| matched.map(|m| m.first))
            .collect::<imr::Result<Vec<_>>>()
    });
}

#[test]
fn who_waits_gets_all() {
    let folder = Folder::indexed(60);
    let reader = Reader::open(&folder.path().join(".imr")).unwrap();
    let request = Request::new(asked("lumbar"));
    let found = search::search(&reader, &request).unwrap();
    assert_eq!(search::search(&reader.until(Stop::when(|| false)), &request).unwrap(), found);
    assert_eq!(search::search(&reader.until(Stop::never()), &request).unwrap(), found);
    // Giving one copy up leaves the others as they are.
    let gone = reader.until(Stop::when(|| true));
    assert_eq!(search::search(&gone, &request).unwrap_err().kind(), ErrorKind::Interrupted);
    assert_eq!(search::search(&reader, &request).unwrap(), found);
    assert_eq!(search::search(&gone.until(Stop::never()), &request).unwrap(), found);
}
