//! Remembers the types of statements' parameters: with them a statement need not be prepared.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

use futures_util::future::join;
use tokio_postgres::types::Type;
use tokio_postgres::{Client, Error};

/// The number of statements that are remembered; beyond it, all are forgotten.
const MOST: usize = 2000;

/// The types of statements' parameters, by the statement's text.
#[derive(Debug, Default)]
pub(super) struct ParameterTypes(RwLock<HashMap<String, Arc<[Type]>>>);

impl ParameterTypes {
    /// The known types of a statement.
    pub(super) fn find(&self, sql: &str) -> Option<Arc<[Type]>> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).get(sql).cloned()
    }

    /// Asks the server for the types, in a separate transaction if none is open.
    pub(super) async fn learn(
        &self,
        client: &Client,
        sql: &str,
        in_transaction: bool,
    ) -> Result<Arc<[Type]>, Error> {
        let prepared = if in_transaction {
            client.prepare(sql).await
        } else {
            let (begun, prepared) = join(client.batch_execute("BEGIN"), client.prepare(sql)).await;
            begun.and(prepared)
        };
        // The statement is closed in the same transaction, so in the session that has it.
        let types = prepared.map(|statement| Arc::from(statement.params()));
        if !in_transaction {
            client.batch_execute("ROLLBACK").await?;
        }
        let types: Arc<[Type]> = types?;
        let mut known = self.0.write().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= MOST {
            known.clear();
        }
        known.insert(sql.to_owned(), types.clone());
        Ok(types)
    }

    /// Forgets a statement that failed: the schema may have changed.
    pub(super) fn forget(&self, sql: &str) {
        self.0.write().unwrap_or_else(PoisonError::into_inner).remove(sql);
    }
}
