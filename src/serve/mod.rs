//! The server: a page for those who do not live in a terminal, and the answers of the command line over HTTP.
//!
//! Everything that comes in is untrusted. `guard` stands before all routes, `params` reads what is asked, `request` turns it
//! into calls of the library, `state` runs these on a bounded pool, `api` prints their answers as the command line does, and
//! `page` shows them.

mod api;
mod guard;
mod listen;
mod page;
mod params;
mod problem;
mod request;
mod settings;
mod state;

use std::sync::Arc;

use axum::Router;
use imr::{Error, ErrorKind, Result};

pub use settings::{Limits, Settings, Started};
use state::App;

/// Serves until the process is told to stop. `ready` is told once that the server listens.
///
/// # Errors
/// When the index cannot be opened, or the address cannot be listened at.
pub fn run(settings: Settings, ready: impl FnOnce(&Started)) -> Result<()> {
    let settings = Arc::new(settings);
    let app = App::open(Arc::clone(&settings))?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .max_blocking_threads(settings.limits.queries * 2 + 2 * state::EXPORTS + 4)
        .thread_name("imr-serve")
        .enable_all()
        .build()
        .map_err(|e| Error::new(ErrorKind::Io, "the server cannot start").with_source(e))?;
    let ended = runtime.block_on(listen::serve(app.clone(), router(app), &settings, ready));
    // A query that is still at work has nobody left to tell.
    runtime.shutdown_background();
    ended
}

/// All routes, behind the guard.
fn router(app: App) -> Router {
    let routes = Router::new().merge(page::router()).merge(api::router());
    guard::before(routes, &app).with_state(app)
}
