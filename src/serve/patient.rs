//! A connection whose client has to take what is sent to it.

use std::io::{self, ErrorKind, IoSlice};
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Instant, Sleep, sleep_until};

/// How many bytes are worth a second of patience: who takes fewer for long is cut off. Any line is faster.
const BYTES_A_SECOND: u64 = 16 << 10;

/// A connection that ends with an error where its client leaves what was sent to it for too long.
///
/// Patience is a time. It runs while something waits to be taken, and what is taken gives some of it back, so that neither who
/// takes nothing nor who takes a little now and then keeps a place for ever.
pub struct Patient<S> {
    stream: S,
    most: Duration,
    left: Duration,
    /// Since when something waits to be taken, and when patience ends.
    waits: Option<(Instant, Pin<Box<Sleep>>)>,
}

impl<S> Patient<S> {
    /// A connection whose client may let so long pass beside what its bytes are worth.
    pub fn new(stream: S, most: Duration) -> Self {
        Self { stream, most, left: most, waits: None }
    }

    /// What a write gave, or the end of patience.
    fn waited(&mut self, written: Poll<io::Result<usize>>, context: &mut Context<'_>) -> Poll<io::Result<usize>> {
        match &written {
            Poll::Pending => {
                let left = self.left;
                let (_, end) = self.waits.get_or_insert_with(|| {
                    let now = Instant::now();
                    (now, Box::pin(sleep_until(now + left)))
                });
                if end.as_mut().poll(context).is_ready() {
                    return Poll::Ready(Err(io::Error::new(ErrorKind::TimedOut, "the client takes too little")));
                }
            }
            Poll::Ready(Ok(bytes)) => {
                let waited = self.waits.take().map_or(Duration::ZERO, |(since, _)| since.elapsed());
                let worth = Duration::from_micros(*bytes as u64 * 1_000_000 / BYTES_A_SECOND);
                self.left = (self.left.saturating_sub(waited) + worth).min(self.most);
            }
            Poll::Ready(Err(_)) => self.waits = None,
        }
        written
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
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream, duplex};
    use tokio::time::sleep;

    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    /// What comes of so many bytes that a client takes by portions, each behind a pause. The clock is the test's own, and
    /// goes on whenever all wait for it.
    fn sent(bytes: usize, portion: usize, pause: Duration) -> io::Result<()> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
        runtime.block_on(async {
            let (ours, theirs) = duplex(64);
            let mut ours = Patient::new(ours, 10 * SECOND);
            let client = tokio::spawn(taking(theirs, portion, pause));
            let sent = ours.write_all(&vec![7; bytes]).await;
            client.abort();
            sent
        })
    }

    async fn taking(mut stream: DuplexStream, portion: usize, pause: Duration) {
        let mut portion = vec![0; portion];
        loop {
            sleep(pause).await;
            if stream.read_exact(&mut portion).await.is_err() {
                return;
            }
        }
    }

    #[test]
    fn who_takes_nothing_is_cut_off() {
        let error = sent(1000, 1, 1000 * SECOND).unwrap_err();
        assert_eq!((error.kind(), error.to_string().as_str()), (ErrorKind::TimedOut, "the client takes too little"));
        // What fits on the way needs no patience.
        sent(64, 1, 1000 * SECOND).unwrap();
    }

    #[test]
    fn who_takes_a_little_now_and_then_is_cut_off_too() {
        // A byte a second never lets ten seconds pass at once.
        assert!(sent(1000, 1, SECOND).is_err());
        assert!(sent(1 << 20, 8 << 10, SECOND).is_err());
    }

    #[test]
    fn who_takes_enough_is_waited_for() {
        // Long in all, with pauses that what is taken is worth.
        sent(4 << 20, 16 << 10, SECOND / 2).unwrap();
        sent(1 << 20, 128 << 10, 7 * SECOND).unwrap();
        // Some seconds at the end, beside much that was taken at once.
        sent(9 * 64, 64, SECOND).unwrap();
    }

    #[test]
    fn patience_is_not_saved_up() {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
        runtime.block_on(async {
            let (ours, mut theirs) = duplex(1 << 20);
            let mut ours = Patient::new(ours, 10 * SECOND);
            ours.write_all(&vec![7; 1 << 20]).await.unwrap();
            let begun = Instant::now();
            assert!(ours.write_all(&[7; 100]).await.is_err());
            assert_eq!(begun.elapsed().as_secs(), 10);
            // What was sent before is there.
            let mut first = [0; 10];
            theirs.read_exact(&mut first).await.unwrap();
            assert_eq!(first, [7; 10]);
        });
    }
}
