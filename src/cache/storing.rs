//! Values that are being stored in Redis while the page made of them is already rendered.

use futures_util::FutureExt as _;
use futures_util::future::{BoxFuture, Shared, join_all};

use super::caller;

/// Stores that may be in progress; cheap to clone.
#[derive(Debug, Clone, Default)]
pub(super) struct Storing(Vec<Shared<BoxFuture<'static, bool>>>);

impl Storing {
    /// Begins a store, which returns whether it succeeded. It continues even if it is not awaited.
    pub(super) fn begin(store: impl Future<Output = bool> + Send + 'static) -> Self {
        let task = tokio::spawn(caller::carried(store));
        Self(vec![async move { task.await.unwrap_or(false) }.boxed().shared()])
    }

    /// These stores and others.
    pub(super) fn and(mut self, other: Self) -> Self {
        self.0.extend(other.0);
        self
    }

    /// Waits for all stores; returns whether all succeeded.
    pub(super) async fn all_succeeded(self) -> bool {
        join_all(self.0).await.into_iter().all(|stored| stored)
    }
}
