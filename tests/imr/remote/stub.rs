//! A small engine on this machine: it keeps documents, finds them, and does wrong what it is told to do wrong.

mod answers;

use std::collections::{BTreeMap, VecDeque};
use std::io::{BufRead, BufReader, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::process::Child;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

/// What an engine does wrong with one bulk request.
#[derive(Debug, Clone)]
pub enum Fault {
    /// Nothing.
    None,
    /// It does nothing and answers so.
    Status(u16, &'static str),
    /// The same, and says after how many seconds to come back.
    Later(u16, u64),
    /// It does every so manieth operation, or with 0 none, and is too busy for the others.
    BusyItems(usize),
    /// It does every so manieth operation, or with 0 none, and fails at the others with this status.
    FailItems(usize, u16),
    /// It does all and tells of every so manieth operation, or with 0 of each, that it failed with this status.
    DoneItems(usize, u16),
    /// It does all and closes the connection.
    Close,
    /// It does nothing and closes the connection.
    Drop,
    /// It does all and answers half.
    Truncate,
    /// It does all and answers nothing for so many milliseconds.
    Hang(u64),
    /// It does all and tells of all but one.
    Short,
    /// It does all and answers with what is no JSON.
    Noise,
    /// It does all and answers with more than anybody wants to read.
    Endless,
    /// It sends the request elsewhere.
    Redirect(String),
}

/// A request as it came.
#[derive(Debug, Clone)]
pub struct Seen {
    /// `POST /_bulk`.
    pub line: String,
    /// The head's lines, with small names.
    pub head: BTreeMap<String, String>,
    /// The body.
    pub body: Vec<u8>,
}

/// What an engine holds and how it behaves.
pub struct Inner {
    /// `opensearch`, `elasticsearch`, `quickwit` or `rsearch`.
    pub flavor: &'static str,
    /// The indexes with what they were made of.
    pub indexes: BTreeMap<String, Value>,
    /// The documents of all indexes: index, id, source.
    pub documents: Vec<(String, String, Value)>,
    /// What goes wrong with the next bulk requests, one after the other.
    pub faults: VecDeque<Fault>,
    /// The largest body that is taken.
    pub most_bytes: usize,
    /// What `authorization` has to say.
    pub wanted: Option<String>,
    /// Ids that are refused for good.
    pub refused: Option<&'static str>,
    /// What came.
    pub seen: Vec<Seen>,
    /// Queries of delete tasks.
    pub tasks: Vec<String>,
    /// How many delete tasks are refused for the time being.
    pub busy_tasks: u32,
    /// How many times a document came that was there in the same version.
    pub again: usize,
    /// How long each bulk request takes, in milliseconds.
    pub slowness: u64,
    /// Until when searches find nothing, since it is in no piece yet.
    pub hidden_until: Option<Instant>,
    /// How many shards fail in searches.
    pub failed_shards: u64,
    /// What ids begin with that are not found when they are to be deleted, as those of documents sent with a routing are.
    pub routed: Option<&'static str>,
    /// A field that indexes lack when they are made.
    pub forgotten: Option<&'static str>,
}

/// An engine that runs until it is dropped.
pub struct Stub {
    /// Where it is.
    pub address: String,
    inner: Option<Arc<Mutex<Inner>>>,
}

impl Stub {
    /// An engine of a kind.
    pub fn start(flavor: &'static str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let inner = Inner {
            flavor,
            indexes: BTreeMap::new(),
            documents: Vec::new(),
            faults: VecDeque::new(),
            most_bytes: 100_000_000,
            wanted: None,
            refused: None,
            seen: Vec::new(),
            tasks: Vec::new(),
            busy_tasks: 0,
            again: 0,
            slowness: 0,
            hidden_until: None,
            failed_shards: 0,
            routed: None,
            forgotten: None,
        };
        let inner = Arc::new(Mutex::new(inner));
        let weak = Arc::downgrade(&inner);
        std::thread::spawn(move || {
            for connection in listener.incoming() {
                let (Ok(connection), Some(inner)) = (connection, weak.upgrade()) else { return };
                std::thread::spawn(move || drop(serve(connection, &inner)));
            }
        });
        Self { address, inner: Some(inner) }
    }

    /// The same with an index `letters` in it, as this program makes it.
    pub fn with_index(flavor: &'static str) -> Self {
        let this = Self::start(flavor);
        let kind = imr::remote::Flavor::from_name(flavor).unwrap();
        let (_, _, body) = imr::remote::mapping::creation(kind, "letters", Default::default());
        this.inner().indexes.insert("letters".to_owned(), body);
        this
    }

    /// The address of the index there.
    pub fn target(&self) -> String {
        format!("{}/letters", self.address)
    }

    /// What it holds.
    pub fn inner(&self) -> MutexGuard<'_, Inner> {
        self.inner.as_ref().unwrap().lock().unwrap()
    }

    /// Goes wrong so, one request after the other.
    pub fn fails(&self, faults: impl IntoIterator<Item = Fault>) {
        self.inner().faults.extend(faults);
    }

    /// The documents, by id; each must be there once.
    #[track_caller]
    pub fn documents(&self) -> BTreeMap<String, Value> {
        let inner = self.inner();
        let all: BTreeMap<_, _> = inner.documents.iter().map(|(_, id, source)| (id.clone(), source.clone())).collect();
        assert_eq!(all.len(), inner.documents.len(), "a document is there twice");
        all
    }

    /// The bulk requests that came.
    pub fn bulks(&self) -> Vec<Seen> {
        let is_bulk = |seen: &&Seen| seen.line.ends_with("/_bulk");
        self.inner().seen.iter().filter(is_bulk).cloned().collect()
    }

    /// Waits until so many of them came from a process that is at work.
    pub fn has_bulks(&self, number: usize, child: &mut Child) {
        while self.bulks().len() < number {
            assert!(child.try_wait().unwrap().is_none(), "it ended before it sent what was waited for");
            std::thread::sleep(Duration::from_millis(1));
        }
    }
}

impl Drop for Stub {
    fn drop(&mut self) {
        // The listener is waiting for one more connection.
        let address = self.address.trim_start_matches("http://").to_owned();
        self.inner = None;
        let _ = TcpStream::connect(address);
    }
}

fn serve(mut connection: TcpStream, inner: &Arc<Mutex<Inner>>) -> std::io::Result<()> {
    let mut reader = BufReader::new(connection.try_clone()?);
    while let Some(seen) = request(&mut reader)? {
        let mut held = inner.lock().unwrap();
        held.seen.push(seen.clone());
        let is_bulk = seen.line.ends_with("/_bulk");
        let denied = held.wanted.as_ref().is_some_and(|wanted| seen.head.get("authorization") != Some(wanted));
        if denied {
            let told = format!("no such user: {:?}", seen.head.get("authorization"));
            drop(held);
            answer(&mut connection, 401, &[], json!({"error": {"type": "security_exception", "reason": told}}))?;
            continue;
        }
        if seen.body.len() > held.most_bytes {
            drop(held);
            answer(&mut connection, 413, &[], json!({"error": "Request Entity Too Large"}))?;
            continue;
        }
        if !is_bulk {
            let (status, body) = held.other(&seen);
            let product = (held.flavor == "elasticsearch").then_some(("X-Elastic-Product", "Elasticsearch".to_owned()));
            let page = (status == 302).then_some(("Location", "/ui/search".to_owned()));
            drop(held);
            answer(&mut connection, status, &Vec::from_iter(product.into_iter().chain(page)), body)?;
            continue;
        }
        let fault = held.faults.pop_front().unwrap_or(Fault::None);
        let slowness = held.slowness;
        drop(held);
        std::thread::sleep(Duration::from_millis(slowness));
        let bulk = |done: &dyn Fn(usize) -> Option<u16>| inner.lock().unwrap().bulk(&seen.body, done);
        match fault {
            Fault::Status(status, text) => {
                answer(&mut connection, status, &[], json!({"error": {"type": "fault", "reason": text}}))?;
            }
            Fault::Later(status, seconds) => {
                answer(&mut connection, status, &[("Retry-After", seconds.to_string())], json!({"error": "later"}))?;
            }
            Fault::None => {
                let body = bulk(&|_| None);
                let status = if body.get("error").is_some() { 400 } else { 200 };
                answer(&mut connection, status, &[], body)?;
            }
            Fault::BusyItems(nth) => {
                let body = bulk(&|place| (nth == 0 || place % nth != 0).then_some(429));
                answer(&mut connection, 200, &[], body)?;
            }
            Fault::FailItems(nth, status) => {
                let body = bulk(&|place| (nth == 0 || place % nth != 0).then_some(status));
                answer(&mut connection, 200, &[], body)?;
            }
            Fault::DoneItems(nth, status) => {
                let mut body = bulk(&|_| None);
                for (place, item) in body["items"].as_array_mut().unwrap().iter_mut().enumerate() {
                    if nth == 0 || place % nth != 0 {
                        let item = item.as_object_mut().unwrap().values_mut().next().unwrap();
                        item["status"] = json!(status);
                        item["error"] = json!({"type": "timeout", "reason": "nobody knows"});
                    }
                }
                answer(&mut connection, 200, &[], body)?;
            }
            Fault::Drop => return connection.shutdown(Shutdown::Both),
            Fault::Close => {
                bulk(&|_| None);
                return connection.shutdown(Shutdown::Both);
            }
            Fault::Truncate => {
                let body = bulk(&|_| None).to_string();
                let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n", body.len());
                connection.write_all(head.as_bytes())?;
                connection.write_all(&body.as_bytes()[..body.len() / 2])?;
                return connection.shutdown(Shutdown::Both);
            }
            Fault::Hang(milliseconds) => {
                bulk(&|_| None);
                std::thread::sleep(Duration::from_millis(milliseconds));
                return Ok(());
            }
            Fault::Short => {
                let mut body = bulk(&|_| None);
                body["items"].as_array_mut().unwrap().pop();
                answer(&mut connection, 200, &[], body)?;
            }
            Fault::Noise => {
                bulk(&|_| None);
                connection.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 13\r\n\r\n<html></html>")?;
            }
            Fault::Endless => {
                bulk(&|_| None);
                connection.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 99999999999\r\n\r\n")?;
                // Whoever reads on gives up some day.
                while connection.write_all(&[b' '; 1 << 16]).is_ok() {}
                return Ok(());
            }
            Fault::Redirect(to) => {
                answer(&mut connection, 307, &[("Location", to)], json!({}))?;
            }
        }
    }
    Ok(())
}

fn request(reader: &mut impl BufRead) -> std::io::Result<Option<Seen>> {
    let mut line = String::new();
    if reader.read_line(&mut line)? == 0 {
        return Ok(None);
    }
    let line = line.trim_end().trim_end_matches(" HTTP/1.1").to_owned();
    let mut head = BTreeMap::new();
    loop {
        let mut field = String::new();
        reader.read_line(&mut field)?;
        let Some((name, value)) = field.trim_end().split_once(": ") else { break };
        head.insert(name.to_ascii_lowercase(), value.to_owned());
    }
    let length = head.get("content-length").map_or(0, |length| length.parse().unwrap());
    let mut body = vec![0; length];
    reader.read_exact(&mut body)?;
    Ok(Some(Seen { line, head, body }))
}

fn answer(connection: &mut TcpStream, status: u16, head: &[(&str, String)], body: Value) -> std::io::Result<()> {
    let body = body.to_string();
    let mut text = format!("HTTP/1.1 {status} Told\r\ncontent-type: application/json\r\n");
    head.iter().for_each(|(name, value)| text += &format!("{name}: {value}\r\n"));
    text += &format!("content-length: {}\r\n\r\n{body}", body.len());
    connection.write_all(text.as_bytes())
}
