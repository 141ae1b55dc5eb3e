//! Pieces of an answer, handed to whoever takes them: few wait, and who takes none for too long is let go. Knows no protocol.

use std::time::Duration;

use futures::{Stream, stream};
use tokio::sync::mpsc::{self, Receiver, Sender};

/// Pieces that wait to be taken.
const WAITING: usize = 2;

/// Gives pieces.
#[derive(Debug)]
pub struct Give<P> {
    taker: Sender<P>,
    stalled: Duration,
}

/// Pieces to take; ends with those that were given.
pub type Given<P> = Receiver<P>;

/// Whoever took the pieces takes no more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Gone {
    /// It went away.
    Away,
    /// It took none for too long.
    Stalled,
}

/// Two ends: what is given at one is taken at the other, each piece within `stalled`.
pub fn given<P>(stalled: Duration) -> (Give<P>, Given<P>) {
    let (taker, pieces) = mpsc::channel(WAITING);
    (Give { taker, stalled }, pieces)
}

/// What is given, as a stream.
pub fn taken<P>(pieces: Given<P>) -> impl Stream<Item = P> {
    stream::unfold(pieces, async |mut pieces| pieces.recv().await.map(|piece| (piece, pieces)))
}

impl<P> Give<P> {
    /// Gives `piece`; waits until there is room for it.
    ///
    /// # Errors
    /// [`Gone`] when nobody takes it.
    pub async fn give(&self, piece: P) -> Result<(), Gone> {
        match tokio::time::timeout(self.stalled, self.taker.send(piece)).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(_)) => Err(Gone::Away),
            Err(_) => Err(Gone::Stalled),
        }
    }

    /// Resolves once the taker has gone away.
    pub fn away(&self) -> impl Future<Output = ()> + Send + use<P>
    where
        P: Send + 'static,
    {
        let taker = self.taker.clone();
        async move { taker.closed().await }
    }
}
