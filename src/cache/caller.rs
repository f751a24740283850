//! The id of the request that a task works for: log lines name it, and the tasks that a task spawns inherit it.
//!
//! Work without a request has no id. The id changes nothing but log lines.

use std::fmt;
use std::future::Future;
use std::sync::Arc;

tokio::task_local! {
    static CALLER: Caller;
}

/// The id of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Caller {
    /// A number of this process.
    Number(u64),
    /// An id that a trusted proxy sent with the request.
    Named(Arc<str>),
}

impl fmt::Display for Caller {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(number) => write!(f, "{number:016x}"),
            Self::Named(name) => f.write_str(name),
        }
    }
}

/// The id of the request that the running task works for.
pub fn current() -> Option<Caller> {
    CALLER.try_with(Caller::clone).ok()
}

/// Runs a closure for a request.
pub fn during<T>(caller: Caller, work: impl FnOnce() -> T) -> T {
    CALLER.sync_scope(caller, work)
}

/// Runs a future for a request.
pub async fn on_behalf_of<T>(caller: Caller, work: impl Future<Output = T>) -> T {
    CALLER.scope(caller, work).await
}

/// Spawns a task that works for the same request as the running task.
pub fn carried<T>(work: impl Future<Output = T>) -> impl Future<Output = T> {
    let caller = current();
    async move {
        match caller {
            Some(caller) => on_behalf_of(caller, work).await,
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
        let named = Caller::Named("a".into());
        let seen = on_behalf_of(named.clone(), async {
            let carried = tokio::spawn(carried(async { current() }));
            let alone = tokio::spawn(async { current() });
            (carried.await.expect("ended"), alone.await.expect("ended"))
        });
        assert_eq!(seen.await, (Some(named), None));
        assert_eq!(during(Caller::Number(8), current), Some(Caller::Number(8)));
    }
}
