//! The same done for many, so that their commits go together.

use std::future::Future;

use tokio::task::{JoinError, JoinSet};

use crate::{Error, Result};

/// At most so many at a time: enough for a batch of commits, few enough to leave room for people.
const AT_ONCE: usize = 32;

/// Does `act` for each item, several at a time. One that fails holds up nobody else.
///
/// # Errors
/// The first failure, when all others are done.
pub async fn each<T, F, Fut>(items: Vec<T>, act: F) -> Result<()>
where
    F: Fn(T) -> Fut,
    Fut: Future<Output = Result<()>> + Send + 'static,
{
    let mut running = JoinSet::new();
    let mut outcome = Ok(());
    for item in items {
        if running.len() >= AT_ONCE {
            outcome = outcome.and(told(running.join_next().await));
        }
        running.spawn(act(item));
    }
    while !running.is_empty() {
        outcome = outcome.and(told(running.join_next().await));
    }
    outcome
}

fn told(done: Option<std::result::Result<Result<()>, JoinError>>) -> Result<()> {
    match done {
        None => Ok(()),
        Some(Ok(result)) => result,
        Some(Err(broken)) => Err(Error::Internal(broken.to_string())),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    #[tokio::test]
    async fn one_that_fails_holds_up_nobody() {
        let done = Arc::new(AtomicUsize::new(0));
        let result = each((0..100).collect(), |n: usize| {
            let done = Arc::clone(&done);
            async move {
                if n == 3 {
                    return Err(Error::NotFound);
                }
                done.fetch_add(1, Ordering::Relaxed);
                Ok(())
            }
        })
        .await;
        assert!(matches!(result, Err(Error::NotFound)));
        assert_eq!(done.load(Ordering::Relaxed), 99);
    }
}
