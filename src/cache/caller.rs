//! Whose work it is: the number that log lines name, carried into the tasks that work goes on in.
//!
//! It decides nothing. Work without a request has no number.

use std::future::Future;

tokio::task_local! {
    static CALLER: u64;
}

/// The number of the request that the running task works for.
pub fn current() -> Option<u64> {
    CALLER.try_with(|number| *number).ok()
}

/// Runs a closure for a request.
pub fn during<T>(number: u64, work: impl FnOnce() -> T) -> T {
    CALLER.sync_scope(number, work)
}

/// Runs a future for a request.
pub async fn on_behalf_of<T>(number: u64, work: impl Future<Output = T>) -> T {
    CALLER.scope(number, work).await
}

/// Spawns a task that works for the same request as the running task.
pub fn carried<T>(work: impl Future<Output = T>) -> impl Future<Output = T> {
    let number = current();
    async move {
        match number {
            Some(number) => on_behalf_of(number, work).await,
            None => work.await,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn work_in_a_task_of_its_own_is_still_the_callers() {
        assert_eq!(current(), None);
        let seen = on_behalf_of(7, async {
            let carried = tokio::spawn(carried(async { current() }));
            let alone = tokio::spawn(async { current() });
            (carried.await.expect("ended"), alone.await.expect("ended"))
        });
        assert_eq!(seen.await, (Some(7), None));
        assert_eq!(during(8, current), Some(8));
    }
}
