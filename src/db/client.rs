//! The clients that repositories run their statements by.
//!
//! A connection keeps the statements prepared that requests repeat. The schema may change meanwhile, or the
//! server may lose what was prepared (`DISCARD ALL`, a pooler that changed the session). Such a statement fails before it
//! has done anything.
//!
//! **Invariant:** a statement outside of a transaction that fails so is prepared anew and run once more, by whichever
//! repository it was sent. What else the connection has prepared is forgotten, and the connection is replaced after use,
//! because its settings may be lost too.
//!
//! **Invariant:** a transaction uses no statement that was prepared before it began. Preparing one locks its tables until
//! the transaction ends, so they can't change between that and its run.

use std::ops::{Deref, DerefMut};
use std::pin::pin;
use std::sync::atomic::{AtomicBool, Ordering};

use deadpool_postgres::Object;
use futures_util::TryStreamExt as _;
use tokio::time::Instant;
use tokio_postgres::error::SqlState;
use tokio_postgres::types::ToSql;
use tokio_postgres::{Error, Row, Statement};

use super::DbError;

/// The parameters of a statement.
type Parameters<'a> = &'a [&'a (dyn ToSql + Sync)];

/// A statement that a client has prepared.
#[derive(Debug)]
pub struct Prepared<'a> {
    sql: &'a str,
    statement: Statement,
}

/// What a client can run: SQL, or what it has prepared.
pub trait Runnable: Sync {
    /// Its text.
    fn sql(&self) -> &str;

    /// The statement that the server has for it, if there is one.
    fn statement(&self) -> Option<&Statement> {
        None
    }
}

impl Runnable for str {
    fn sql(&self) -> &str {
        self
    }
}

impl Runnable for String {
    fn sql(&self) -> &str {
        self
    }
}

impl Runnable for Prepared<'_> {
    fn sql(&self) -> &str {
        self.sql
    }

    fn statement(&self) -> Option<&Statement> {
        Some(&self.statement)
    }
}

/// A connection or a transaction. Its methods are those of the driver's client.
///
/// # Errors
/// Those of [`DbError`], of which [`DbError::TooSlow`] names the statement.
pub trait GenericClient: Sync {
    /// The connection.
    fn connection(&self) -> &tokio_postgres::Client;

    /// Whether a statement that failed so is to be prepared anew and run once more.
    fn may_repeat(&self, err: &Error) -> bool;

    /// Prepares a statement, or finds it where the connection may keep it.
    fn prepare_cached<'s>(
        &self,
        sql: &'s str,
    ) -> impl Future<Output = Result<Prepared<'s>, DbError>> + Send;

    /// The rows that a statement gives.
    fn query(
        &self,
        statement: &(impl Runnable + ?Sized),
        parameters: Parameters<'_>,
    ) -> impl Future<Output = Result<Vec<Row>, DbError>> + Send {
        async move { Ok(run(self, statement, parameters).await?.0) }
    }

    /// The row that a statement gives, if it gives one.
    fn query_opt(
        &self,
        statement: &(impl Runnable + ?Sized),
        parameters: Parameters<'_>,
    ) -> impl Future<Output = Result<Option<Row>, DbError>> + Send {
        async move {
            let mut rows = run(self, statement, parameters).await?.0;
            match rows.len() {
                0 | 1 => Ok(rows.pop()),
                _ => Err(DbError::Corrupt("the number of rows")),
            }
        }
    }

    /// The row that a statement gives.
    fn query_one(
        &self,
        statement: &(impl Runnable + ?Sized),
        parameters: Parameters<'_>,
    ) -> impl Future<Output = Result<Row, DbError>> + Send {
        async move {
            let row = self.query_opt(statement, parameters).await?;
            row.ok_or(DbError::Corrupt("the number of rows"))
        }
    }

    /// Runs a statement; returns how many rows it touched.
    fn execute(
        &self,
        statement: &(impl Runnable + ?Sized),
        parameters: Parameters<'_>,
    ) -> impl Future<Output = Result<u64, DbError>> + Send {
        async move { Ok(run(self, statement, parameters).await?.1) }
    }

    /// Runs statements without parameters, of which none is prepared.
    fn batch_execute(&self, sql: &str) -> impl Future<Output = Result<(), DbError>> + Send {
        async move {
            let begun = Instant::now();
            let done = self.connection().batch_execute(sql).await;
            done.map_err(|err| DbError::of_statement(err, sql, begun.elapsed()))
        }
    }
}

async fn prepared(
    sql: &str,
    preparing: impl Future<Output = Result<Statement, Error>>,
) -> Result<Prepared<'_>, DbError> {
    let begun = Instant::now();
    match preparing.await {
        Ok(statement) => Ok(Prepared { sql, statement }),
        Err(err) => Err(DbError::of_statement(err, sql, begun.elapsed())),
    }
}

async fn run(
    client: &(impl GenericClient + ?Sized),
    what: &(impl Runnable + ?Sized),
    parameters: Parameters<'_>,
) -> Result<(Vec<Row>, u64), DbError> {
    let begun = Instant::now();
    let mut done = match what.statement() {
        Some(statement) => run_once(client, statement, parameters).await,
        None => run_anew(client, what, parameters).await,
    };
    if let Err(err) = &done
        && client.may_repeat(err)
    {
        done = run_anew(client, what, parameters).await;
    }
    done.map_err(|err| DbError::of_statement(err, what.sql(), begun.elapsed()))
}

async fn run_anew(
    client: &(impl GenericClient + ?Sized),
    what: &(impl Runnable + ?Sized),
    parameters: Parameters<'_>,
) -> Result<(Vec<Row>, u64), Error> {
    let statement = client.connection().prepare(what.sql()).await?;
    run_once(client, &statement, parameters).await
}

async fn run_once(
    client: &(impl GenericClient + ?Sized),
    statement: &Statement,
    parameters: Parameters<'_>,
) -> Result<(Vec<Row>, u64), Error> {
    let connection = client.connection();
    let answer = connection.query_raw(statement, parameters.iter().copied());
    let mut answer = pin!(answer.await?);
    let mut rows = Vec::new();
    while let Some(row) = answer.try_next().await? {
        rows.push(row);
    }
    Ok((rows, answer.rows_affected().unwrap_or(0)))
}

/// Whether a statement failed because the server has forgotten it, or because its columns are not what they were when
/// it was prepared.
fn is_stale(err: &Error) -> bool {
    let stale = [
        SqlState::FEATURE_NOT_SUPPORTED,
        SqlState::INVALID_SQL_STATEMENT_NAME,
    ];
    err.code().is_some_and(|code| stale.contains(code))
}

/// A connection of a pool, which goes back to it when it is dropped.
#[derive(Debug)]
pub struct Client {
    /// Taken only by the drop.
    object: Option<Object>,
    /// Whether its connection ends with it.
    ends: AtomicBool,
}

impl Client {
    pub(super) fn new(object: Object) -> Self {
        Self {
            object: Some(object),
            ends: AtomicBool::new(false),
        }
    }

    /// Begins a transaction, which is rolled back unless it is committed.
    ///
    /// # Errors
    /// When the server can't be reached.
    pub async fn transaction(&mut self) -> Result<Transaction<'_>, DbError> {
        Ok(Transaction(
            tokio_postgres::Client::transaction(self).await?,
        ))
    }

    /// Ends the connection instead of giving it back, and with it what the server still does for it.
    pub fn end(mut self) {
        *self.ends.get_mut() = true;
    }
}

/// Why a client has a connection.
const UNTIL_DROPPED: &str = "it is taken by the drop alone";

impl Deref for Client {
    type Target = tokio_postgres::Client;

    fn deref(&self) -> &Self::Target {
        self.object.as_ref().expect(UNTIL_DROPPED)
    }
}

impl DerefMut for Client {
    fn deref_mut(&mut self) -> &mut Self::Target {
        self.object.as_mut().expect(UNTIL_DROPPED)
    }
}

impl GenericClient for Client {
    fn connection(&self) -> &tokio_postgres::Client {
        self
    }

    fn may_repeat(&self, err: &Error) -> bool {
        let is_stale = is_stale(err);
        if is_stale && let Some(object) = &self.object {
            self.ends.store(true, Ordering::Relaxed);
            object.statement_cache.clear();
        }
        is_stale
    }

    async fn prepare_cached<'s>(&self, sql: &'s str) -> Result<Prepared<'s>, DbError> {
        let object = self.object.as_ref().expect(UNTIL_DROPPED);
        prepared(sql, object.prepare_cached(sql)).await
    }
}

impl Drop for Client {
    fn drop(&mut self) {
        if *self.ends.get_mut() {
            self.object.take().map(Object::take);
        }
    }
}

/// A transaction of a [`Client`]; dropped without [`Transaction::commit`], it is rolled back.
pub struct Transaction<'a>(tokio_postgres::Transaction<'a>);

impl Transaction<'_> {
    /// Makes what it did last.
    ///
    /// # Errors
    /// When the server refuses, or the connection is lost: then it may have happened all the same.
    pub async fn commit(self) -> Result<(), DbError> {
        Ok(self.0.commit().await?)
    }

    /// Undoes what it did.
    ///
    /// # Errors
    /// When the connection is lost.
    pub async fn rollback(self) -> Result<(), DbError> {
        Ok(self.0.rollback().await?)
    }
}

impl<'a> Deref for Transaction<'a> {
    type Target = tokio_postgres::Transaction<'a>;

    fn deref(&self) -> &Self::Target {
        &self.0
    }
}

impl GenericClient for Transaction<'_> {
    fn connection(&self) -> &tokio_postgres::Client {
        self.0.client()
    }

    /// A failed statement has ended the transaction.
    fn may_repeat(&self, _: &Error) -> bool {
        false
    }

    async fn prepare_cached<'s>(&self, sql: &'s str) -> Result<Prepared<'s>, DbError> {
        prepared(sql, self.0.prepare(sql)).await
    }
}
