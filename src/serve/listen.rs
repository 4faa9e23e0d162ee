//! Connections: accepted, bounded, and ended in order.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use imr::{Error, Result};
use tokio::net::TcpListener;
use tokio::sync::Semaphore;

use super::settings::{Settings, Started};
use super::state::App;

/// How long the server waits where the system has no connection left to give.
const PAUSE: Duration = Duration::from_millis(50);

/// Listens until the process is told to stop.
///
/// # Errors
/// When the address cannot be listened at.
pub async fn serve(app: App, routes: Router, settings: &Settings, ready: impl FnOnce(&Started)) -> Result<()> {
    let at = |error: io::Error| {
        Error::new(imr::ErrorKind::Io, format!("`{}` cannot be listened at", settings.addr))
            .with_source(error)
            .with_hint("another program may use the port; name another with `--addr 127.0.0.1:PORT`")
    };
    let listener = TcpListener::bind(settings.addr).await.map_err(at)?;
    let mut stop = std::pin::pin!(stopped()?);
    ready(&Started { addr: listener.local_addr().map_err(at)? });
    let follow = tokio::spawn(app.follow());
    let connections = Arc::new(Semaphore::new(settings.limits.connections));
    let graceful = GracefulShutdown::new();
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(settings.limits.head).half_close(false);
    loop {
        let stream = tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => stream,
                Err(_) => {
                    tokio::time::sleep(PAUSE).await;
                    continue;
                }
            },
            () = &mut stop => break,
        };
        let Ok(permit) = Arc::clone(&connections).try_acquire_owned() else { continue };
        // Answers are written whole; waiting for more would only delay them.
        let _ = stream.set_nodelay(true);
        let service = TowerToHyperService::new(routes.clone());
        let connection = graceful.watch(http.serve_connection(TokioIo::new(stream), service));
        tokio::spawn(async move {
            let _permit = permit;
            // A client that goes away in the middle is no fault of the server's.
            let _ = connection.await;
        });
    }
    drop(listener);
    follow.abort();
    let _ = tokio::time::timeout(settings.limits.grace, graceful.shutdown()).await;
    Ok(())
}

/// Ends when the process is told to stop: Ctrl-C, or on Unix SIGTERM.
fn stopped() -> Result<impl Future<Output = ()>> {
    let unable = |e: io::Error| Error::new(imr::ErrorKind::Io, "signals cannot be waited for").with_source(e);
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        let mut interrupt = signal(SignalKind::interrupt()).map_err(unable)?;
        let mut terminate = signal(SignalKind::terminate()).map_err(unable)?;
        Ok(async move {
            tokio::select! {
                _ = interrupt.recv() => {}
                _ = terminate.recv() => {}
            }
        })
    }
    #[cfg(not(unix))]
    {
        let _ = unable;
        Ok(async {
            let _ = tokio::signal::ctrl_c().await;
        })
    }
}
