//! The clients that repositories run their statements with.
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
//! the transaction ends, so the tables can't change before the statement runs.
//!
//! **Invariant:** a statement of a client with limits ends within its limit: the server is asked to end it, and a server
//! that does not do so at once counts as silent.
//!
//! Behind a pooler, no statement is kept prepared (see `pooler`).
//!
//! **Invariant:** a connection goes back to its pool only when it has answered everything that was sent. A statement whose
//! future is dropped, because its request is gone, still occupies the connection.

use std::ops::{Deref, DerefMut};
use std::pin::pin;
use std::sync::Arc;

use deadpool::managed::Object;
use futures_util::TryStreamExt as _;
use tokio::time::timeout;
use tokio_postgres::error::SqlState;
use tokio_postgres::types::ToSql;
use tokio_postgres::{CancelToken, Error, Row, RowStream, Statement};

use super::DbError;
use super::connecting::{CHECK, Connector, spawn};
use super::lane::Held;
use super::parameter_types::ParameterTypes;
use super::pooler;
use super::statement::{Prepared, Runnable};
use super::watch::{Driver, Shared, Watch};

/// The parameters of a statement.
type Parameters<'a> = &'a [&'a (dyn ToSql + Sync)];

/// A connection or a transaction. Its methods are those of the driver's client.
///
/// # Errors
/// Those of [`DbError`], of which [`DbError::TooSlow`] names the statement.
pub trait GenericClient: Sync {
    /// How it runs its statements.
    fn driver(&self) -> Driver<'_>;

    /// The driver's client, for copies and streams of rows, whose end is not observed: the connection is checked before it is
    /// used again.
    fn connection(&self) -> &tokio_postgres::Client {
        let Driver { client, watch, .. } = self.driver();
        watch.begin();
        client
    }

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
            let driver = self.driver();
            driver.run(sql, driver.client.batch_execute(sql)).await
        }
    }
}

async fn run(
    client: &(impl GenericClient + ?Sized),
    what: &(impl Runnable + ?Sized),
    parameters: Parameters<'_>,
) -> Result<(Vec<Row>, u64), DbError> {
    let driver = client.driver();
    if let Some(types) = driver.watch.types() {
        let running = run_unprepared(driver, types, what.sql(), parameters);
        return Box::pin(driver.run(what.sql(), running)).await;
    }
    let run_anew = async || {
        let statement = driver.client.prepare(what.sql()).await?;
        run_once(driver.client, &statement, parameters).await
    };
    let running = async {
        let done = match what.statement() {
            Some(statement) => run_once(driver.client, statement, parameters).await,
            None => run_anew().await,
        };
        match done {
            Err(err) if client.may_repeat(&err) => run_anew().await,
            done => done,
        }
    };
    driver.run(what.sql(), running).await
}

async fn run_once(
    client: &tokio_postgres::Client,
    statement: &Statement,
    parameters: Parameters<'_>,
) -> Result<(Vec<Row>, u64), Error> {
    let answer = client.query_raw(statement, parameters.iter().copied());
    all(answer.await?).await
}

async fn run_unprepared(
    driver: Driver<'_>,
    types: &ParameterTypes,
    sql: &str,
    parameters: Parameters<'_>,
) -> Result<(Vec<Row>, u64), Error> {
    let Driver { client, watch, in_transaction, .. } = driver;
    let known = match types.find(sql) {
        Some(known) => known,
        None => watch.uninterrupted(types.learn(client, sql, in_transaction)).await?,
    };
    let typed = parameters.iter().copied().zip(known.iter().cloned());
    let running = async { all(client.query_typed_raw(sql, typed).await?).await };
    let done = running.await;
    if done.is_err() {
        types.forget(sql);
    }
    done
}

async fn all(answer: RowStream) -> Result<(Vec<Row>, u64), Error> {
    let mut answer = pin!(answer);
    let mut rows = Vec::new();
    while let Some(row) = answer.try_next().await? {
        rows.push(row);
    }
    Ok((rows, answer.rows_affected().unwrap_or(0)))
}

/// Whether a statement failed because the server has forgotten it, or because its columns are not what they were when
/// it was prepared.
fn is_stale(err: &Error) -> bool {
    let stale = [SqlState::FEATURE_NOT_SUPPORTED, SqlState::INVALID_SQL_STATEMENT_NAME];
    err.code().is_some_and(|code| stale.contains(code))
}

/// A connection of a pool, which goes back to it when it is dropped.
#[derive(Debug)]
pub struct Client {
    /// `None` only after the drop.
    held: Option<Held>,
    watch: Watch,
}

/// Why a client has a connection.
const UNTIL_DROPPED: &str = "it is taken by the drop alone";

impl Client {
    pub(super) fn new(held: Held, shared: &Arc<Shared>) -> Self {
        Self { held: Some(held), watch: Watch::new(Arc::clone(shared)) }
    }

    fn object(&self) -> &Object<Connector> {
        &self.held.as_ref().expect(UNTIL_DROPPED).object
    }

    /// Begins a transaction, which is rolled back unless it is committed.
    ///
    /// # Errors
    /// When the server can't be reached.
    pub async fn transaction(&mut self) -> Result<Transaction<'_>, DbError> {
        let watch = &self.watch;
        let client: &mut tokio_postgres::Client =
            &mut self.held.as_mut().expect(UNTIL_DROPPED).object;
        let token = client.cancel_token();
        let beginning = client.transaction();
        let limit = watch.limit(|limits| limits.reading);
        let driver = watch.run(limit, || token, beginning).await??;
        watch.begin();
        if watch.types().is_some() {
            let token = || driver.client().cancel_token();
            let limiting = driver.batch_execute(pooler::LIMITS);
            Box::pin(watch.run(limit, token, limiting)).await??;
        }
        Ok(Transaction { driver, watch })
    }

    /// Closes the connection instead of returning it to the pool, and cancels its running statement.
    pub fn end(self) {
        self.watch.mark_for_replacement();
    }
}

/// For copies and streams of rows.
impl Deref for Client {
    type Target = tokio_postgres::Client;

    fn deref(&self) -> &Self::Target {
        self.connection()
    }
}

impl DerefMut for Client {
    fn deref_mut(&mut self) -> &mut Self::Target {
        self.connection();
        &mut self.held.as_mut().expect(UNTIL_DROPPED).object
    }
}

impl GenericClient for Client {
    fn driver(&self) -> Driver<'_> {
        Driver {
            client: self.object(),
            watch: &self.watch,
            limit: self.watch.limit(|limits| limits.reading),
            in_transaction: false,
        }
    }

    fn may_repeat(&self, err: &Error) -> bool {
        let is_stale = is_stale(err);
        if is_stale {
            self.watch.mark_for_replacement();
            self.object().statement_cache.clear();
        }
        is_stale
    }

    async fn prepare_cached<'s>(&self, sql: &'s str) -> Result<Prepared<'s>, DbError> {
        if self.watch.types().is_some() {
            return Ok(Prepared { sql, statement: None });
        }
        let preparing = self.object().prepare_cached(sql);
        let statement = Some(self.driver().run(sql, preparing).await?);
        Ok(Prepared { sql, statement })
    }
}

impl Drop for Client {
    fn drop(&mut self) {
        let Some(held) = self.held.take() else {
            return;
        };
        let shared = &self.watch.shared;
        match (self.watch.must_be_replaced(), self.watch.is_finished()) {
            (true, is_finished) => end(held, is_finished, shared),
            (false, false) => {
                spawn(settle(held, Arc::clone(shared)));
            }
            (false, true) => {}
        }
    }
}

/// Gives a connection back to its pool when it has answered everything that was sent, or ends it.
async fn settle(held: Held, shared: Arc<Shared>) {
    let check = timeout(CHECK, held.object.simple_query("")).await;
    if !matches!(check, Ok(Ok(_))) {
        end(held, false, &shared);
    }
}

/// Closes a connection, and cancels its running statement.
fn end(held: Held, is_finished: bool, shared: &Shared) {
    let connection = Object::take(held.object);
    if !is_finished && !connection.is_closed() {
        shared.tls.cancel(connection.cancel_token());
    }
}

/// A transaction of a [`Client`]; dropped without [`Transaction::commit`], it is rolled back.
pub struct Transaction<'a> {
    driver: tokio_postgres::Transaction<'a>,
    watch: &'a Watch,
}

impl Transaction<'_> {
    /// Commits it.
    ///
    /// # Errors
    /// When the server refuses, or the connection is lost: then it may have happened all the same.
    pub async fn commit(self) -> Result<(), DbError> {
        let Self { driver, watch } = self;
        let token = driver.client().cancel_token();
        finish(watch, token, driver.commit()).await
    }

    /// Rolls it back.
    ///
    /// # Errors
    /// When the connection is lost.
    pub async fn rollback(self) -> Result<(), DbError> {
        let Self { driver, watch } = self;
        let token = driver.client().cancel_token();
        finish(watch, token, driver.rollback()).await
    }
}

async fn finish(
    watch: &Watch,
    token: CancelToken,
    work: impl Future<Output = Result<(), Error>>,
) -> Result<(), DbError> {
    let limit = watch.limit(|limits| limits.writing);
    let done = watch.run(limit, || token, work).await?;
    watch.finish();
    Ok(done?)
}

/// For copies and streams of rows.
impl<'a> Deref for Transaction<'a> {
    type Target = tokio_postgres::Transaction<'a>;

    fn deref(&self) -> &Self::Target {
        self.connection();
        &self.driver
    }
}

impl GenericClient for Transaction<'_> {
    fn driver(&self) -> Driver<'_> {
        Driver {
            client: self.driver.client(),
            watch: self.watch,
            limit: self.watch.limit(|limits| limits.writing),
            in_transaction: true,
        }
    }

    /// A failed statement has ended the transaction.
    fn may_repeat(&self, _: &Error) -> bool {
        false
    }

    async fn prepare_cached<'s>(&self, sql: &'s str) -> Result<Prepared<'s>, DbError> {
        if self.watch.types().is_some() {
            return Ok(Prepared { sql, statement: None });
        }
        let statement = Some(self.driver().run(sql, self.driver.prepare(sql)).await?);
        Ok(Prepared { sql, statement })
    }
}
