//! The types of statements' parameters, with which a statement need not be prepared.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

use futures_util::future::join;
use tokio_postgres::types::Type;
use tokio_postgres::{Client, Error};

/// How many statements are remembered before all are forgotten.
const MOST: usize = 2000;

/// The types of the parameters of statements, by their texts.
#[derive(Debug, Default)]
pub(super) struct ParameterTypes(RwLock<HashMap<String, Arc<[Type]>>>);

impl ParameterTypes {
    /// What is known of a statement.
    pub(super) fn find(&self, sql: &str) -> Option<Arc<[Type]>> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).get(sql).cloned()
    }

    /// Asks the server, in a transaction of its own where there is none.
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
        // It is closed in the transaction, and so in the session that has it.
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
