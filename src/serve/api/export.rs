//! A selection as a file, written while it is sent.

use std::io::{self, Write};
use std::pin::Pin;
use std::task::{Context, Poll};

use axum::body::{Body, Bytes};
use axum::extract::{Extension, State};
use axum::http::StatusCode;
use axum::http::header::{self, HeaderValue};
use axum::response::Response;
use http_body::Frame;
use imr::present::{self, FileFormat, Of, Row};
use imr::search::{self, By, Matched, Request, Sort, Stream};
use tokio::sync::{mpsc, oneshot};

use crate::serve::ends::Ends;
use crate::serve::params::Params;
use crate::serve::places::Full;
use crate::serve::problem::{Answer, Problem};
use crate::serve::request::{MOST_HITS, Selection};
use crate::serve::state::{App, Opened, Waiting};

/// How much is sent in one piece, in bytes.
const PIECE: usize = 64 << 10;
/// How many pieces may wait for the client.
const AHEAD: usize = 4;

/// What kind of file.
#[derive(Debug, Clone, Copy)]
enum Format {
    Rows(FileFormat),
    Citations,
}

/// Which rows, in which form.
struct Export {
    selection: Selection,
    format: Format,
    of: Of,
    /// How many rows at most.
    limit: u64,
    /// The order of citations.
    sort: String,
}

impl Export {
    fn take(params: &mut Params) -> Answer<Self> {
        let formats = [
            ("csv", Format::Rows(FileFormat::Csv)),
            ("jsonl", Format::Rows(FileFormat::Jsonl)),
            ("parquet", Format::Rows(FileFormat::Parquet)),
            ("citations", Format::Citations),
        ];
        let format = params.choice("format", &formats)?.unwrap_or(formats[1].1);
        let of = params.choice("of", &[("letters", Of::Letters), ("issues", Of::Issues)])?;
        let sort = params.one("sort")?;
        if matches!(format, Format::Rows(_)) && sort.is_some() {
            return Err(Problem::parameter("sort", "rows are in the order of case numbers; citations can be sorted"));
        }
        if matches!(format, Format::Citations) && of.is_some() {
            return Err(Problem::parameter("of", "citations are of issues"));
        }
        let limit = params.number("limit", 0..=u64::MAX)?.unwrap_or(u64::MAX);
        let sort = sort.unwrap_or_else(|| "score".to_owned());
        let of = of.unwrap_or(Of::Letters);
        Ok(Self { selection: Selection::take(params)?, format, of, limit, sort })
    }

    /// The type of the file, and the end of its name.
    fn kind(&self) -> (&'static str, &'static str) {
        match self.format {
            Format::Rows(FileFormat::Csv) => ("text/csv; charset=utf-8", "csv"),
            Format::Rows(FileFormat::Jsonl) => ("application/x-ndjson", "jsonl"),
            Format::Rows(FileFormat::Parquet) => ("application/vnd.apache.parquet", "parquet"),
            Format::Citations => ("text/plain; charset=utf-8", "txt"),
        }
    }

    fn name(&self) -> &'static str {
        match (self.format, self.of) {
            (Format::Citations, _) => "citations",
            (_, Of::Letters) => "letters",
            (_, Of::Issues) => "issues",
        }
    }

    /// Writes the rows. `begun` is told once that nothing in the request stands against it.
    fn write(&self, index: &Opened, out: Sent, begun: oneshot::Sender<Answer<()>>) -> io::Result<()> {
        let failed = |error: imr::Error| io::Error::other(error.to_string());
        match self.format {
            Format::Citations => self.citations(index, out, begun),
            Format::Rows(format) => {
                let opened = self.selection.expr(index).and_then(|expr| Stream::open(index, &expr));
                let stream = match opened {
                    Ok(stream) => stream,
                    Err(error) => return told(begun, Err(error.into())),
                };
                told(begun, Ok(()))?;
                let style = super::style(index.base());
                let mut rows = present::rows(format, self.of, Box::new(out), &style)?;
                let mut left = self.limit;
                for matched in stream {
                    if left == 0 {
                        break;
                    }
                    let Matched { letter, numbers, .. } = matched.map_err(failed)?;
                    match self.of {
                        Of::Letters => {
                            rows.write(Row::Letter(&letter))?;
                            left -= 1;
                        }
                        Of::Issues => {
                            let place = |number: u64| usize::try_from(number).ok()?.checked_sub(1);
                            let issues = numbers.iter().filter_map(|number| letter.issues.get(place(*number)?));
                            for issue in issues.take(usize::try_from(left).unwrap_or(usize::MAX)) {
                                rows.write(Row::Issue(&letter, issue))?;
                                left -= 1;
                            }
                        }
                    }
                }
                rows.finish()
            }
        }
    }

    /// Writes citations, some at a time.
    fn citations(&self, index: &Opened, mut out: Sent, begun: oneshot::Sender<Answer<()>>) -> io::Result<()> {
        let failed = |error: imr::Error| io::Error::other(error.to_string());
        let meant = self.selection.expr(index).and_then(|expr| Ok((expr, Sort::parse(&self.sort)?)));
        let (expr, sort) = match meant {
            Ok(meant) => meant,
            Err(error) => return told(begun, Err(error.into())),
        };
        told(begun, Ok(()))?;
        let style = super::style(index.base());
        let (mut left, mut after) = (self.limit, None);
        while left > 0 {
            let limit = usize::try_from(left.min(MOST_HITS)).unwrap_or(0);
            let request =
                Request { by: By::Issue, limit, sort: sort.clone(), after: after.take(), ..Request::new(expr.clone()) };
            let found = index.guarded(|| search::search(index, &request)).map_err(failed)?;
            present::citations(&mut out, &found, &style, index.base())?;
            left -= (found.hits.len() as u64).min(left);
            match found.next {
                Some(next) => after = Some(next),
                None => break,
            }
        }
        out.flush()
    }
}

/// Tells that it begins, or why it does not. Where nobody waits any more, nothing is to be written.
fn told(begun: oneshot::Sender<Answer<()>>, how: Answer<()>) -> io::Result<()> {
    begun.send(how).map_err(|_| io::ErrorKind::BrokenPipe.into())
}

/// Answers with a file.
pub async fn export(State(app): State<App>, Extension(ends): Extension<Ends>, mut params: Params) -> Answer<Response> {
    let export = Export::take(&mut params)?;
    params.end()?;
    let place = app.export(ends.there.ip()).map_err(|full| {
        let fact = match full {
            Full::All => "too many exports are at work",
            Full::Client => "too many exports of yours are at work",
        };
        let busy = Problem::new(StatusCode::SERVICE_UNAVAILABLE, "busy", fact);
        busy.with_hint("ask again when one of them is done")
    })?;
    let (pieces, received) = mpsc::channel(AHEAD);
    let (begun, begins) = oneshot::channel();
    let (kind, ending) = export.kind();
    let name = format!("attachment; filename=\"imr-{}.{ending}\"", export.name());
    let waits = Waiting::default();
    let gone = waits.gone();
    tokio::task::spawn_blocking(move || {
        let _place = place;
        let out = Sent { pieces: pieces.clone(), piece: Vec::with_capacity(PIECE) };
        // The client learns from a body that is cut off that it is not whole.
        if let Err(error) = export.write(&app.opened().until(&gone, false), out, begun) {
            let _ = pieces.blocking_send(Err(error));
            if gone.is_so() {
                app.metrics().count_stopped();
            }
        }
    });
    begins.await.unwrap_or_else(|_| {
        Err(Problem::new(StatusCode::INTERNAL_SERVER_ERROR, "panic", "the export made the program stumble"))
    })?;
    let mut response = Response::new(Body::new(Pieces { received, _waits: waits }));
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    headers.extend(HeaderValue::from_str(&name).map(|name| (header::CONTENT_DISPOSITION, name)));
    Ok(response)
}

/// A writer whose bytes go to a client, which it waits for.
struct Sent {
    pieces: mpsc::Sender<io::Result<Bytes>>,
    piece: Vec<u8>,
}

impl Sent {
    fn send(&mut self) -> io::Result<()> {
        if self.piece.is_empty() {
            return Ok(());
        }
        let piece = std::mem::replace(&mut self.piece, Vec::with_capacity(PIECE));
        // A client that went away wants no more.
        self.pieces.blocking_send(Ok(piece.into())).map_err(|_| io::ErrorKind::BrokenPipe.into())
    }
}

impl Write for Sent {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.piece.extend_from_slice(bytes);
        if self.piece.len() >= PIECE {
            self.send()?;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.send()
    }
}

/// A body of what a writer writes, which is given up where nobody takes it.
struct Pieces {
    received: mpsc::Receiver<io::Result<Bytes>>,
    _waits: Waiting,
}

impl http_body::Body for Pieces {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        self.received.poll_recv(context).map(|piece| piece.map(|piece| piece.map(Frame::data)))
    }
}
