//! Connections: accepted, bounded, and ended in order.

use std::io;
use std::time::Duration;

use axum::Router;
use hyper::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::{Service, service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use imr::{Error, ErrorKind, Result};
use tokio::net::TcpListener;

use super::ends::Ends;
use super::patient::Patient;
use super::places::Full;
use super::settings::Settings;
use super::state::App;

/// How much is read ahead, in bytes.
const BUFFER: usize = 64 << 10;
/// The largest head of a request, in bytes.
const HEAD: usize = 32 << 10;
/// The most headers of a request.
const HEADERS: usize = 64;
/// What a client is told that comes when there are too many connections.
const FULL: &[u8] =
    b"HTTP/1.1 503 Service Unavailable\r\nConnection: close\r\nContent-Length: 0\r\nRetry-After: 5\r\n\r\n";
/// How long the server waits where the system has no connection left to give.
const PAUSE: Duration = Duration::from_millis(50);

/// Listens at the address.
///
/// # Errors
/// When it cannot be listened at.
pub async fn bind(settings: &Settings) -> Result<TcpListener> {
    TcpListener::bind(settings.addr).await.map_err(|e| unable(settings, e))
}

/// The error of an address that cannot be listened at.
pub fn unable(settings: &Settings, error: io::Error) -> Error {
    let in_use = error.kind() == io::ErrorKind::AddrInUse;
    let this = Error::new(ErrorKind::Io, format!("`{}` cannot be listened at", settings.addr)).with_source(error);
    match in_use {
        true => this.with_hint("another program uses the port; name another with `--addr 127.0.0.1:PORT`, or port 0"),
        false => this,
    }
}

/// Answers until the process is told to stop, and then what was asked before.
///
/// # Errors
/// When signals cannot be waited for.
pub async fn serve(listener: TcpListener, app: &App, routes: Router) -> Result<()> {
    let limits = &app.settings().limits;
    let mut stop = std::pin::pin!(stopped()?);
    let follow = tokio::spawn(app.clone().follow());
    let graceful = GracefulShutdown::new();
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(limits.head);
    http.max_buf_size(BUFFER).max_header_size(HEAD).max_headers(HEADERS);
    loop {
        let (stream, there) = tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok(accepted) => accepted,
                Err(error) => {
                    app.log().note(&format!("no connection can be accepted: {error}"));
                    tokio::time::sleep(PAUSE).await;
                    continue;
                }
            },
            () = &mut stop => break,
        };
        let place = match app.connection(there.ip()) {
            Ok(place) => place,
            Err(full) => {
                let too_many = match full {
                    Full::All => "refused: there are too many",
                    Full::Client => "refused: there are too many of this client",
                };
                app.log().connection(there, too_many);
                // There is room for it, unless the client has gone.
                let _ = stream.try_write(FULL);
                continue;
            }
        };
        let Ok(here) = stream.local_addr() else { continue };
        // Answers are written whole; waiting for more would only delay them.
        let _ = stream.set_nodelay(true);
        let routes = TowerToHyperService::new(routes.clone());
        let service = service_fn(move |mut request: Request<Incoming>| {
            request.extensions_mut().insert(Ends { here, there });
            routes.call(request)
        });
        let stream = TokioIo::new(Patient::new(stream, limits.stall));
        let connection = graceful.watch(http.serve_connection(stream, service));
        let app = app.clone();
        tokio::spawn(async move {
            let _place = place;
            if let Err(error) = connection.await {
                app.log().connection(there, &reason(&error));
            }
        });
    }
    drop(listener);
    follow.abort();
    app.log().note("stopping");
    tokio::select! {
        ended = tokio::time::timeout(limits.grace, graceful.shutdown()) => {
            if ended.is_err() {
                app.log().note("some were not answered in time");
            }
        }
        // Who asks twice does not want to wait.
        () = stopped()? => {}
    }
    Ok(())
}

/// An error with its causes.
fn reason(error: &dyn std::error::Error) -> String {
    let mut told = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        told = format!("{told}: {error}");
        cause = error.source();
    }
    told
}

/// Ends when the process is told to stop: Ctrl-C, or on Unix SIGTERM.
pub fn stopped() -> Result<impl Future<Output = ()>> {
    let unable = |e: io::Error| Error::new(ErrorKind::Io, "signals cannot be waited for").with_source(e);
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
