//! Room for letters in memory: many large ones at the same time take no more than was said, whatever brings them.

use std::sync::Arc;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Room is given in pieces of so many bytes.
const PIECE: usize = 16 * 1024;

/// Room that all who hold letters share.
#[derive(Debug, Clone)]
pub struct Room {
    pieces: Arc<Semaphore>,
    all: u32,
}

impl Room {
    /// Room for so many bytes.
    pub fn new(bytes: usize) -> Self {
        let all = pieces(bytes).max(1);
        Self { pieces: Arc::new(Semaphore::new(all as usize)), all }
    }

    /// A share that holds nothing yet.
    pub fn share(&self) -> Share {
        Share { room: self.clone(), held: None }
    }

    /// Waits until there is room; who wants more than there is gets all.
    pub async fn wait_for(&self, bytes: usize) -> Share {
        let want = pieces(bytes).min(self.all);
        // It is never closed.
        let held = Arc::clone(&self.pieces).acquire_many_owned(want).await.ok();
        Share { room: self.clone(), held }
    }
}

/// What one letter takes, until it is dropped.
#[derive(Debug)]
pub struct Share {
    room: Room,
    held: Option<OwnedSemaphorePermit>,
}

impl Share {
    /// Takes as much more as is missing; false if there is not enough now.
    pub fn grow_to(&mut self, bytes: usize) -> bool {
        let has = self.held.as_ref().map_or(0, OwnedSemaphorePermit::num_permits);
        let missing = (pieces(bytes) as usize).saturating_sub(has);
        if missing == 0 {
            return true;
        }
        let missing = u32::try_from(missing).unwrap_or(u32::MAX);
        let Ok(more) = Arc::clone(&self.room.pieces).try_acquire_many_owned(missing) else { return false };
        match &mut self.held {
            Some(held) => held.merge(more),
            None => self.held = Some(more),
        }
        true
    }

    /// Gives it back.
    pub fn empty(&mut self) {
        self.held = None;
    }
}

fn pieces(bytes: usize) -> u32 {
    u32::try_from(bytes.div_ceil(PIECE)).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn all_together_take_no_more_than_there_is() {
        let room = Room::new(4 * PIECE);
        let (mut one, mut other) = (room.share(), room.share());
        assert!(one.grow_to(1) && one.grow_to(3 * PIECE) && one.grow_to(10));
        assert!(other.grow_to(PIECE));
        assert!(!other.grow_to(PIECE + 1), "there is no room now");
        one.empty();
        assert!(other.grow_to(4 * PIECE));
        drop(other);
        drop(room.wait_for(100 * PIECE).await);
        assert!(room.share().grow_to(4 * PIECE), "it was given back");
    }
}
