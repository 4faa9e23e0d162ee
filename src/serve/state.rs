//! What all requests share: the index as of its last commit, and the pool that reads it.

use std::net::IpAddr;
use std::ops::Deref;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock, PoisonError, RwLock};
use std::time::Duration;

use axum::body::Bytes;
use axum::http::{StatusCode, Uri};
use imr::index::{Reader, Served, Stop};
use imr::search::Table;
use imr::{Error, ErrorKind, Result};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, oneshot};

use super::cache::Cache;
use super::log::Log;
use super::metrics::{Gauge, Metrics};
use super::places::{Full, Place, Places};
use super::problem::{Answer, Problem};
use super::settings::Settings;
use super::token::Token;
use crate::asked::{self, Store};

/// How often is looked for a new commit.
const LOOK: Duration = Duration::from_millis(500);

/// How much is kept of what words match, in bytes.
const KEPT: usize = 128 << 20;

/// What all requests share. A handle, cheap to copy.
#[derive(Clone)]
pub struct App(Arc<Inner>);

struct Inner {
    settings: Arc<Settings>,
    opened: RwLock<Arc<Opened>>,
    queries: Arc<Semaphore>,
    exports: Places,
    waiting: AtomicUsize,
    connections: Places,
    token: Option<Token>,
    metrics: Metrics,
    cache: Cache,
    log: Log,
}

/// The index as of one commit. Copies are cheap.
#[derive(Clone)]
pub struct Opened {
    /// The index.
    pub reader: Reader,
    /// How often it was opened before.
    serial: u64,
    /// Who writes it gives way. A folder that was made anew has another lock.
    _served: Arc<Served>,
    /// What all issues are counted by on the page that every visit begins at, counted by the first who comes.
    pub everything: Arc<OnceLock<Vec<Table>>>,
    /// The saved searches, once somebody asked for them.
    saved: Arc<OnceLock<Store>>,
}

impl Opened {
    fn open(settings: &Settings, serial: u64) -> Result<Self> {
        let reader = Reader::open(&settings.index)?.keeping(KEPT);
        let served = Arc::new(Served::begin(&settings.index));
        Ok(Self { reader, serial, _served: served, everything: Arc::default(), saved: Arc::default() })
    }

    /// The same, of which nothing more is read once nobody waits for it, by all threads or by one.
    #[must_use]
    pub fn until(&self, gone: &Gone, is_alone: bool) -> Self {
        let gone = Arc::clone(&gone.0);
        let stop = Stop::when(move || gone.load(Ordering::Relaxed));
        Self { reader: self.reader.until(stop).alone(is_alone), ..self.clone() }
    }

    /// The saved searches beside the index.
    ///
    /// # Errors
    /// When the index has gone.
    pub fn store(&self) -> Result<Store> {
        match self.saved.get() {
            Some(saved) => Ok(saved.clone()),
            None => Store::of(self.reader.dir()).map(|saved| self.saved.get_or_init(|| saved).clone()),
        }
    }

    /// What a path of a request means. Nothing is looked at on the disk.
    ///
    /// # Errors
    /// When the index cannot be read.
    pub fn paths(&self, typed: &str) -> Result<Vec<String>> {
        self.reader.paths_of_index(typed)
    }

    /// An expression with paths as the index has them.
    ///
    /// # Errors
    /// For one that asks for too much at once, and when the index cannot be read.
    pub fn meant(&self, expr: imr::query::Expr) -> Result<imr::query::Expr> {
        super::cost::bounded(&expr)?;
        asked::in_folder(expr, &self.reader, &|typed| self.paths(typed))
    }
}

impl Deref for Opened {
    type Target = Reader;

    fn deref(&self) -> &Reader {
        &self.reader
    }
}

impl App {
    /// Opens the index.
    ///
    /// # Errors
    /// When it cannot be opened.
    pub fn open(settings: Arc<Settings>, port: u16) -> Result<Self> {
        let opened = RwLock::new(Arc::new(Opened::open(&settings, 0)?));
        let queries = Arc::new(Semaphore::new(settings.limits.queries));
        let limits = &settings.limits;
        let exports = Places::new(limits.exports, limits.client_exports);
        let connections = Places::new(limits.connections, limits.client_connections);
        let token = settings.token.as_deref().map(|token| Token::new(token, port));
        let log = Log::begin().map_err(|e| Error::new(ErrorKind::Io, "the server cannot start").with_source(e))?;
        let (waiting, metrics) = (AtomicUsize::new(0), Metrics::default());
        Ok(Self(Arc::new(Inner {
            settings,
            opened,
            queries,
            exports,
            waiting,
            connections,
            token,
            metrics,
            cache: Cache::default(),
            log,
        })))
    }

    /// How the server runs.
    pub fn settings(&self) -> &Settings {
        &self.0.settings
    }

    /// What who asks has to know.
    pub fn token(&self) -> Option<&Token> {
        self.0.token.as_ref()
    }

    /// What is told of what was asked.
    pub fn log(&self) -> &Log {
        &self.0.log
    }

    /// The counts of what was asked.
    pub fn metrics(&self) -> &Metrics {
        &self.0.metrics
    }

    /// A place among the connections.
    ///
    /// # Errors
    /// Where there is none.
    pub fn connection(&self, from: IpAddr) -> Result<Place, Full> {
        self.0.connections.take(from)
    }

    /// What there is to count now.
    pub fn gauges(&self) -> [Gauge; 6] {
        let (opened, limits) = (self.opened(), &self.0.settings.limits);
        let queries = limits.queries.saturating_sub(self.0.queries.available_permits()) as u64;
        [
            ("imr_documents", "Documents of the index: issues, and letters without issues.", opened.documents()),
            ("imr_index_generation", "The number of the commit that is searched.", opened.generation()),
            ("imr_connections", "Connections that are open.", self.0.connections.taken() as u64),
            ("imr_queries_at_work", "Queries at work.", queries),
            ("imr_queries_waiting", "Queries that wait for their turn.", self.0.waiting.load(Ordering::Relaxed) as u64),
            ("imr_exports_at_work", "Exports at work.", self.0.exports.taken() as u64),
        ]
    }

    /// The index as of the last commit that was noticed.
    pub fn opened(&self) -> Arc<Opened> {
        Arc::clone(&self.0.opened.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Does something that reads the index, on the pool: this is how every route gets its answer. Waits for its turn
    /// while as many queries are at work as there are cores.
    ///
    /// # Errors
    /// Those of the work, and when too many wait.
    pub async fn ask<T, E>(&self, work: impl FnOnce(&Opened) -> Result<T, E> + Send + 'static) -> Answer<T>
    where
        T: Send + 'static,
        E: Into<Problem> + Send + 'static,
    {
        let permit = self.turn().await?;
        let waits = Waiting::default();
        let (gone, app) = (waits.gone(), self.clone());
        let work = move || {
            // Held by the work, not by who waits for it: it ends a little later than they go away.
            let _permit = permit;
            // Who waited for a turn may have gone before it came.
            let is_full = app.0.queries.available_permits() == 0;
            let begins = if gone.is_so() { Err(Problem::late()) } else { Ok(app.opened().until(&gone, is_full)) };
            let answer = begins.and_then(|opened| work(&opened).map_err(Into::into));
            if gone.is_so() {
                app.metrics().count_stopped();
            }
            answer
        };
        // On a thread of those that go over the index: parts of the work then stay where they are, unless another thread has
        // nothing to do.
        let (tell, told) = oneshot::channel();
        rayon::spawn(move || _ = tell.send(catch_unwind(AssertUnwindSafe(work))));
        let answer = told.await;
        drop(waits);
        answer.ok().and_then(std::result::Result::ok).unwrap_or_else(|| {
            Err(Problem::new(StatusCode::INTERNAL_SERVER_ERROR, "panic", "the query made the program stumble"))
        })
    }

    /// The same for an answer in bytes, which is given again to whoever asks the same of the same index.
    ///
    /// # Errors
    /// As for [`Self::ask`].
    pub async fn ask_again(
        &self,
        asked: &Uri,
        work: impl FnOnce(&Opened) -> Answer<Vec<u8>> + Send + 'static,
    ) -> Answer<Bytes> {
        let work = |index: &Opened| work(index).map(|answer| (answer, true));
        Ok(self.again(asked, String::new(), work).await?.0)
    }

    /// The same for a page, and whether it was asked for rightly: only then it is given again, and only as long as the saved
    /// searches are the same, which pages name.
    ///
    /// # Errors
    /// As for [`Self::ask`].
    pub async fn ask_page(
        &self,
        asked: &Uri,
        work: impl FnOnce(&Opened) -> Answer<(Vec<u8>, bool)> + Send + 'static,
    ) -> Answer<(Bytes, bool)> {
        let saved = self.opened().store().ok().and_then(|store| store.changed());
        self.again(asked, format!(" {saved:?}"), work).await
    }

    async fn again(
        &self,
        asked: &Uri,
        beside: String,
        work: impl FnOnce(&Opened) -> Answer<(Vec<u8>, bool)> + Send + 'static,
    ) -> Answer<(Bytes, bool)> {
        let asked = asked.path_and_query().map_or("", |asked| asked.as_str());
        // A saved search may be another by then.
        if asked.contains('@') || asked.contains("%40") {
            let (answer, is_right) = self.ask(work).await?;
            return Ok((Bytes::from(answer), is_right));
        }
        let asked = asked.to_owned() + &beside;
        if let Some(answer) = self.0.cache.get(self.opened().serial, &asked) {
            return Ok((answer, true));
        }
        let work = move |index: &Opened| work(index).map(|(answer, is_right)| (index.serial, answer, is_right));
        let (serial, answer, is_right) = self.ask(work).await?;
        let answer = Bytes::from(answer);
        if is_right {
            self.0.cache.keep(serial, &asked, &answer);
        }
        Ok((answer, is_right))
    }

    async fn turn(&self) -> Answer<OwnedSemaphorePermit> {
        let busy = || Problem::new(StatusCode::SERVICE_UNAVAILABLE, "busy", "too many queries are at work");
        let waits = Waits::begin(&self.0.waiting);
        if waits.before >= self.0.settings.limits.waiting {
            return Err(busy().with_hint("ask again in some seconds"));
        }
        Arc::clone(&self.0.queries).acquire_owned().await.map_err(|_| busy())
    }

    /// A place among the exports.
    ///
    /// # Errors
    /// Where there is none.
    pub fn export(&self, from: IpAddr) -> Result<Place, Full> {
        self.0.exports.take(from)
    }

    /// Opens the index anew whenever there is another commit. Never ends.
    pub async fn follow(self) {
        let mut told = None;
        loop {
            tokio::time::sleep(LOOK).await;
            let app = self.clone();
            // What cannot be opened now, in the middle of a change, can be later; meanwhile the old one answers.
            let renewed = tokio::task::spawn_blocking(move || app.renew()).await;
            let failed = renewed.ok().and_then(Result::err).map(|error| error.to_string());
            // Told once, not twice a second.
            if let Some(error) = failed.as_ref().filter(|_| failed != told) {
                self.log().note(&format!("the index cannot be opened anew: {error}"));
            }
            told = failed;
        }
    }

    fn renew(&self) -> Result<()> {
        let old = self.opened();
        if old.reader.is_behind()? {
            let new = Arc::new(Opened::open(&self.0.settings, old.serial + 1)?);
            *self.0.opened.write().unwrap_or_else(PoisonError::into_inner) = new;
        }
        Ok(())
    }
}

/// Whether the one who waited for an answer has gone: the time for it was over, or the client has closed the connection.
#[derive(Clone, Default)]
pub struct Gone(Arc<AtomicBool>);

impl Gone {
    /// Whether nobody waits.
    pub fn is_so(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// Waiting for an answer. Once it is dropped, nobody waits.
#[derive(Default)]
pub struct Waiting(Gone);

impl Waiting {
    /// What tells the work whether somebody waits.
    pub fn gone(&self) -> Gone {
        self.0.clone()
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        self.0.0.store(true, Ordering::Relaxed);
    }
}

/// One who waits, counted until it is dropped, also where the request was given up.
struct Waits<'a> {
    count: &'a AtomicUsize,
    before: usize,
}

impl<'a> Waits<'a> {
    fn begin(count: &'a AtomicUsize) -> Self {
        Self { before: count.fetch_add(1, Ordering::Relaxed), count }
    }
}

impl Drop for Waits<'_> {
    fn drop(&mut self) {
        self.count.fetch_sub(1, Ordering::Relaxed);
    }
}
