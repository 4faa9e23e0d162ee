//! What all requests share: the index as of its last commit, and the pool that reads it.

use std::ops::Deref;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use axum::http::StatusCode;
use imr::Result;
use imr::index::Reader;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::problem::{Answer, Problem};
use super::settings::Settings;
use crate::asked::{self, Store};

/// How many exports may be at work.
pub const EXPORTS: usize = 4;
/// How often is looked for a new commit.
const LOOK: Duration = Duration::from_millis(500);

/// What all requests share. A handle, cheap to copy.
#[derive(Clone)]
pub struct App(Arc<Inner>);

struct Inner {
    settings: Arc<Settings>,
    opened: RwLock<Arc<Opened>>,
    queries: Arc<Semaphore>,
    exports: Arc<Semaphore>,
    waiting: AtomicUsize,
}

/// The index as of one commit.
pub struct Opened {
    /// The index.
    pub reader: Reader,
}

impl Opened {
    fn open(settings: &Settings) -> Result<Self> {
        Ok(Self { reader: Reader::open(&settings.index)? })
    }

    /// The saved searches beside the index.
    ///
    /// # Errors
    /// When the index has gone.
    pub fn store(&self) -> Result<Store> {
        Store::of(self.reader.dir())
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
    /// When the index cannot be read.
    pub fn meant(&self, expr: imr::query::Expr) -> Result<imr::query::Expr> {
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
    pub fn open(settings: Arc<Settings>) -> Result<Self> {
        let opened = RwLock::new(Arc::new(Opened::open(&settings)?));
        let queries = Arc::new(Semaphore::new(settings.limits.queries));
        let exports = Arc::new(Semaphore::new(EXPORTS));
        Ok(Self(Arc::new(Inner { settings, opened, queries, exports, waiting: AtomicUsize::new(0) })))
    }

    /// How the server runs.
    pub fn settings(&self) -> &Settings {
        &self.0.settings
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
        let opened = self.opened();
        let work = move || {
            // Held by the work, not by who waits for it: who goes away leaves it at work.
            let _permit = permit;
            work(&opened).map_err(Into::into)
        };
        tokio::task::spawn_blocking(work).await.unwrap_or_else(|_| {
            Err(Problem::new(StatusCode::INTERNAL_SERVER_ERROR, "panic", "the query made the program stumble"))
        })
    }

    async fn turn(&self) -> Answer<OwnedSemaphorePermit> {
        let busy = || Problem::new(StatusCode::SERVICE_UNAVAILABLE, "busy", "too many queries are at work");
        let waits = Waits::begin(&self.0.waiting);
        if waits.before >= self.0.settings.limits.waiting {
            return Err(busy().with_hint("ask again in some seconds"));
        }
        Arc::clone(&self.0.queries).acquire_owned().await.map_err(|_| busy())
    }

    /// A place among the exports, or none.
    pub fn export(&self) -> Option<OwnedSemaphorePermit> {
        Arc::clone(&self.0.exports).try_acquire_owned().ok()
    }

    /// Opens the index anew whenever there is another commit. Never ends.
    pub async fn follow(self) {
        loop {
            tokio::time::sleep(LOOK).await;
            let app = self.clone();
            // What cannot be opened now, in the middle of a change, can be later; meanwhile the old one answers.
            let _ = tokio::task::spawn_blocking(move || app.renew()).await;
        }
    }

    fn renew(&self) -> Result<()> {
        if self.opened().reader.is_behind()? {
            let new = Arc::new(Opened::open(&self.0.settings)?);
            *self.0.opened.write().unwrap_or_else(PoisonError::into_inner) = new;
        }
        Ok(())
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
