//! The server: a page for those who do not live in a terminal, and the answers of the command line over HTTP.
//!
//! Everything that comes in is untrusted. `guard` stands before all routes, `params` reads what is asked, `request` turns it
//! into calls of the library, `state` runs these on a bounded pool, `api` prints their answers as the command line does, and
//! `page` shows them.

mod api;
mod cache;
mod cost;
mod ends;
mod guard;
mod listen;
mod log;
mod login;
mod mcp;
mod metrics;
mod original;
mod page;
mod params;
mod patient;
mod places;
mod problem;
mod request;
mod settings;
mod state;
mod token;

use std::sync::Arc;

use axum::Router;
use imr::{Error, ErrorKind, Result};
use tokio::runtime::Runtime;

pub use mcp::run as mcp;
pub use settings::{Limits, Settings, Started};
use state::App;

/// Serves until the process is told to stop. `ready` is told once that the server listens.
///
/// # Errors
/// When the index cannot be opened, or the address cannot be listened at.
pub fn run(settings: Settings, ready: impl FnOnce(&Started)) -> Result<()> {
    let mut settings = settings;
    settings.hosts.iter().try_for_each(|host| guard::name(host))?;
    match &settings.token {
        Some(token) => token::check(token)?,
        // Whoever is not on this machine has to know something.
        None if settings.makes_token || !settings.addr.ip().is_loopback() => settings.token = Some(token::make()?),
        None => {}
    }
    let settings = Arc::new(settings);
    let runtime = runtime(&settings)?;
    let ended = runtime.block_on(async {
        let listener = listen::bind(&settings).await?;
        let addr = listener.local_addr().map_err(|e| listen::unable(&settings, e))?;
        let app = App::open(Arc::clone(&settings), addr.port())?;
        ready(&Started { addr, token: settings.token.clone() });
        let ended = listen::serve(listener, &app, router(app.clone())).await;
        app.log().end();
        ended
    });
    // A query that is still at work has nobody left to tell.
    runtime.shutdown_background();
    ended
}

/// Two threads for connections, and as many for exports as may be at work, with some for what else waits. Queries have the
/// threads that go over the index.
fn runtime(settings: &Settings) -> Result<Runtime> {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .max_blocking_threads(settings.limits.exports + 4)
        .thread_name("imr-serve")
        .enable_all()
        .build()
        .map_err(|e| Error::new(ErrorKind::Io, "the server cannot start").with_source(e))
}

/// All routes, behind the guard.
fn router(app: App) -> Router {
    let routes = Router::new().merge(page::router()).merge(login::router()).merge(api::router());
    guard::before(routes, &app).with_state(app)
}
