//! A connection that notices which commands Redis refuses.
//!
//! **Invariant:** a refusal is current until the same command succeeds or Redis has been repaired; counts only grow.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use deadpool_redis::redis::aio::ConnectionLike;
use deadpool_redis::redis::{Arg, Cmd, FromRedisValue, Pipeline, RedisError, RedisFuture, Value};

use super::error::CacheError;
use super::refusal::Refusal;

/// A refusal that continues is logged again after this time.
const TOLD_AGAIN: Duration = Duration::from_secs(600);
/// Commands whose first argument is a subcommand that permissions name.
const FAMILIES: [&str; 4] = ["CONFIG", "SCRIPT", "MEMORY", "ACL"];

/// What Redis refuses this process.
#[derive(Debug)]
pub(super) struct Refusals {
    /// The Redis user that the site logs in as.
    account: String,
    /// Whether `current` has entries; if not, a successful command takes no lock.
    any: AtomicBool,
    inner: Mutex<Inner>,
}

#[derive(Debug, Default)]
struct Inner {
    /// By command, and for commands that run a script also by its hash.
    current: BTreeMap<String, Refusal>,
    counts: BTreeMap<(String, String), u64>,
    told: BTreeMap<(String, String), Instant>,
}

impl Refusals {
    pub(super) fn of_account(account: &str) -> Self {
        Self { account: account.to_owned(), any: AtomicBool::new(false), inner: Mutex::default() }
    }

    /// The refusals that are current.
    pub(super) fn current(&self) -> Vec<Refusal> {
        self.lock().current.values().cloned().collect()
    }

    /// How often each command was refused, by the command and the error's code.
    pub(super) fn counts(&self) -> Vec<(String, String, u64)> {
        let count = |((command, code), count): (&(String, String), &u64)| {
            (command.clone(), code.clone(), *count)
        };
        self.lock().counts.iter().map(count).collect()
    }

    /// Turns a failed attempt to connect into an error. The library sends the commands that connect.
    pub(super) fn connecting(&self, err: RedisError) -> CacheError {
        // The library does not name the command that failed.
        let command = match err.to_string().contains("switch database") {
            true => "SELECT",
            false => "AUTH",
        };
        match Refusal::of(&err, command, &self.account) {
            Some(refusal) => CacheError::Refused(self.note(command.to_owned(), refusal)),
            None => CacheError::Redis(err),
        }
    }

    /// Forgets the refusals: Redis accepted everything that a repair needs, and later refusals are noticed again.
    pub(super) fn forget(&self) {
        self.lock().current.clear();
        self.any.store(false, Ordering::Relaxed);
    }

    fn note(&self, key: String, refusal: Refusal) -> Refusal {
        let mut inner = self.lock();
        let of = (refusal.command.clone(), refusal.code.clone());
        *inner.counts.entry(of.clone()).or_default() += 1;
        let told = inner.told.get(&of).copied();
        if told.is_none_or(|told| told.elapsed() >= TOLD_AGAIN) {
            inner.told.insert(of, Instant::now());
            log::warn!("{refusal}. {}", refusal.remedy());
        }
        inner.current.insert(key, refusal.clone());
        self.any.store(true, Ordering::Relaxed);
        refusal
    }

    fn succeeded(&self, command: &Cmd) {
        if !self.any.load(Ordering::Relaxed) {
            return;
        }
        let mut inner = self.lock();
        inner.current.remove(&key_of(command));
        let any = !inner.current.is_empty();
        self.any.store(any, Ordering::Relaxed);
    }

    fn failed(&self, command: &Cmd, err: &RedisError) -> Option<Refusal> {
        // The library then sends the whole script.
        if err.code() == Some("NOSCRIPT") {
            return None;
        }
        let refusal = Refusal::of(err, &name_of(command), &self.account)?;
        Some(self.note(key_of(command), refusal))
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A connection that reports refused commands to [`Refusals`].
pub(super) struct Asking<C> {
    connection: C,
    refusals: Arc<Refusals>,
    refused: Option<Refusal>,
}

impl<C: ConnectionLike + Send> Asking<C> {
    pub(super) fn over(connection: C, refusals: &Arc<Refusals>) -> Self {
        Self { connection, refusals: Arc::clone(refusals), refused: None }
    }

    pub(super) fn into_connection(self) -> C {
        self.connection
    }

    pub(super) async fn ask<T: FromRedisValue>(&mut self, command: &Cmd) -> Result<T, CacheError> {
        let answer = command.query_async(self).await;
        answer.map_err(|err| self.error(err))
    }

    /// Runs some commands in one round trip.
    pub(super) async fn ask_all<T: FromRedisValue>(
        &mut self,
        commands: &Pipeline,
    ) -> Result<T, CacheError> {
        let answer = commands.query_async(self).await;
        answer.map_err(|err| self.error(err))
    }

    /// The error of the last command.
    pub(super) fn error(&mut self, err: RedisError) -> CacheError {
        match self.refused.take() {
            Some(refusal) => CacheError::Refused(refusal),
            None => CacheError::Redis(err),
        }
    }

    fn notice<'a>(&mut self, command: &Cmd, answer: Result<&'a Value, &'a RedisError>) {
        let refused = match answer {
            Ok(Value::ServerError(err)) => {
                self.refusals.failed(command, &RedisError::from(err.clone()))
            }
            Ok(_) => {
                self.refusals.succeeded(command);
                return;
            }
            Err(err) => self.refusals.failed(command, err),
        };
        self.refused = self.refused.take().or(refused);
    }
}

impl<C: ConnectionLike + Send> ConnectionLike for Asking<C> {
    fn req_packed_command<'a>(&'a mut self, command: &'a Cmd) -> RedisFuture<'a, Value> {
        Box::pin(async move {
            self.refused = None;
            let answer = self.connection.req_packed_command(command).await;
            self.notice(command, answer.as_ref());
            answer
        })
    }

    fn req_packed_commands<'a>(
        &'a mut self,
        pipeline: &'a Pipeline,
        offset: usize,
        count: usize,
    ) -> RedisFuture<'a, Vec<Value>> {
        Box::pin(async move {
            self.refused = None;
            let asked = self.connection.req_packed_commands(pipeline, offset, count);
            let answers = asked.await;
            match &answers {
                Ok(answers) => {
                    for (command, answer) in pipeline.cmd_iter().zip(answers) {
                        self.notice(command, Ok(answer));
                    }
                }
                Err(err) => {
                    if let Some(command) = pipeline.cmd_iter().next() {
                        self.notice(command, Err(err));
                    }
                }
            }
            answers
        })
    }

    fn get_db(&self) -> i64 {
        self.connection.get_db()
    }
}

/// The words of a command.
fn words(command: &Cmd) -> impl Iterator<Item = String> {
    command.args_iter().map(|word| match word {
        Arg::Simple(bytes) => String::from_utf8_lossy(bytes).into_owned(),
        _ => String::new(),
    })
}

/// The name of a command, with its subcommand if it has one.
fn name_of(command: &Cmd) -> String {
    let mut words = words(command);
    let name = words.next().unwrap_or_default().to_uppercase();
    let sub = words.next().filter(|_| FAMILIES.contains(&&*name));
    sub.map_or(name.clone(), |sub| format!("{name} {}", sub.to_uppercase()))
}

/// The key of a refusal: a success of the same command, with the same script, ends it.
fn key_of(command: &Cmd) -> String {
    let name = name_of(command);
    let script = words(command).nth(1).filter(|_| name.starts_with("EVAL"));
    script.map_or(name.clone(), |script| format!("{name} {script}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_has_the_name_by_which_redis_allows_it() {
        let named = |words: &[&str]| {
            let mut command = Cmd::new();
            command.arg(words);
            (name_of(&command), key_of(&command))
        };
        for (words, name, key) in [
            (&["mget", "a", "b"][..], "MGET", "MGET"),
            (&["CONFIG", "get", "save"], "CONFIG GET", "CONFIG GET"),
            (&["EVALSHA", "1f", "1", "k"], "EVALSHA", "EVALSHA 1f"),
        ] {
            assert_eq!(named(words), (name.to_owned(), key.to_owned()));
        }
    }
}
