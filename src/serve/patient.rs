//! A connection whose client has to take what is sent to it.

use std::io::{self, ErrorKind, IoSlice};
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Sleep, sleep};

/// What a client has to take in the time that it has, in bytes.
const LEAST: usize = 16 << 10;

/// A connection that ends with an error where its client leaves what was sent to it for too long.
pub struct Patient<S> {
    stream: S,
    stall: Duration,
    /// Runs while something waits to be taken.
    until: Option<Pin<Box<Sleep>>>,
    taken: usize,
}

impl<S> Patient<S> {
    /// A connection whose client has so long to take some of what was sent.
    pub fn new(stream: S, stall: Duration) -> Self {
        Self { stream, stall, until: None, taken: 0 }
    }

    /// What a write gave, or the end of patience.
    fn waited(&mut self, written: Poll<io::Result<usize>>, context: &mut Context<'_>) -> Poll<io::Result<usize>> {
        match &written {
            Poll::Pending => {
                let stall = self.stall;
                let until = self.until.get_or_insert_with(|| Box::pin(sleep(stall)));
                match until.as_mut().poll(context) {
                    Poll::Ready(()) => {
                        return Poll::Ready(Err(io::Error::new(ErrorKind::TimedOut, "the client takes nothing")));
                    }
                    Poll::Pending => {}
                }
            }
            Poll::Ready(Ok(bytes)) => {
                self.taken += bytes;
                if self.taken >= LEAST {
                    self.rest();
                }
            }
            Poll::Ready(Err(_)) => self.rest(),
        }
        written
    }

    fn rest(&mut self) {
        self.until = None;
        self.taken = 0;
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Patient<S> {
    fn poll_read(mut self: Pin<&mut Self>, context: &mut Context<'_>, into: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, into)
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Patient<S> {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write(context, bytes);
        self.waited(written, context)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        parts: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write_vectored(context, parts);
        self.waited(written, context)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let flushed = Pin::new(&mut self.stream).poll_flush(context);
        if flushed.is_ready() {
            self.rest();
        }
        flushed
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}
