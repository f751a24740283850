//! The cache test: does with a probe at each level what the site does with entries.

use std::sync::LazyLock;
use std::time::{Duration, Instant};

use actix_web::http::header::HeaderValue;
use actix_web::web::Bytes;
use deadpool_redis::redis::{Cmd, Script, Value};

use super::probe_step::ProbeStep;
use super::{Cache, CacheError, CacheKey, HeldPage, Level, StoredPage, TagSet};

/// Runs the commands that the site's scripts use.
static SCRIPT: LazyLock<Script> = LazyLock::new(|| Script::new(include_str!("probe.lua")));
/// How long a key with a lifetime of 5 ms may take to disappear.
const EXPIRY_PATIENCE: Duration = Duration::from_millis(200);

impl Cache {
    /// Sets, gets, expires and deletes a page in memory; the time covers all four. Returns no steps if the tier is
    /// turned off.
    pub fn probe_memory(&self) -> Vec<ProbeStep> {
        if !self.memory.is_enabled() {
            return Vec::new();
        }
        let token = super::Generation::mint();
        let key = CacheKey::new(Level::PageMemory, "probe", token.as_str());
        let page = |lifetime| {
            let body = Bytes::from_static(b"probe");
            let page = StoredPage::uncompressed(HeaderValue::from_static("text/plain"), body);
            let stamps = self.memory.generations.capture(&TagSet::new());
            HeldPage::new(page, Duration::ZERO, lifetime, lifetime, stamps)
        };
        let started = Instant::now();
        let done = self.memory.probe(&key, page(EXPIRY_PATIENCE), page(Duration::ZERO));
        let micros = started.elapsed().as_micros();
        let steps = ["set", "get", "expire", "delete"].into_iter().zip(done);
        let step = |(step, success)| ProbeStep {
            level: Level::PageMemory.name(),
            step,
            success,
            micros,
            refused: None,
        };
        steps.map(step).collect()
    }

    /// Runs each Redis command that the site depends on, on a key of its own, and times it. A refused command is
    /// reported, and the other steps still run.
    ///
    /// # Errors
    /// When Redis can't be reached, or refuses the connection.
    pub async fn probe_redis(&self) -> Result<Vec<ProbeStep>, CacheError> {
        let tier = self.tier()?;
        let mut redis = tier.link.unhurried().await?;
        let token = super::Generation::mint();
        let value = token.as_str();
        let key = tier.key(&format!("probe:{value}"));
        let marks = tier.key(&format!("probe:{value}:marks"));
        let text = Value::BulkString(value.into());
        let set = cmd(&["SET", &key, value, "PX", "60000"]);
        let eval = cmd(&["EVAL", "return redis.call('GET', KEYS[1])", "1", &key]);
        // Repeated until the key is gone: only the expiry needs more than one look.
        let gone = (cmd(&["MGET", &key]), Value::Array(vec![Value::Nil]));
        let commands = [
            ("set", set.clone(), Value::Okay),
            ("get", cmd(&["MGET", &key]), Value::Array(vec![text.clone()])),
            ("prolong", cmd(&["EXPIRE", &key, "120", "GT"]), Value::Int(1)),
            ("eval", eval, text.clone()),
            ("expire", cmd(&["SET", &key, value, "PX", "5"]), Value::Okay),
            ("expired", gone.0, gone.1),
            ("set again", set, Value::Okay),
            ("delete", cmd(&["DEL", &key]), Value::Int(1)),
        ];
        let mut steps = Vec::new();
        for (step, command, want) in commands {
            let started = Instant::now();
            let mut answer = redis.ask::<Value>(&command).await;
            while step == "expired"
                && answer.as_ref().is_ok_and(|got| *got != want)
                && started.elapsed() < EXPIRY_PATIENCE
            {
                answer = redis.ask(&command).await;
            }
            steps.push(tried(step, started, answer.map(|got| got == want))?);
        }
        let started = Instant::now();
        let mut script = SCRIPT.prepare_invoke();
        script.key(&key).key(&marks).arg(value);
        let answer = script.invoke_async::<Value>(&mut redis).await;
        let answer = answer.map_err(|err| redis.error(err));
        steps.push(tried("evalsha", started, answer.map(|got| got == text))?);
        Ok(steps)
    }
}

/// The result of a step; an error only if the connection was lost.
fn tried(
    step: &'static str,
    started: Instant,
    right: Result<bool, CacheError>,
) -> Result<ProbeStep, CacheError> {
    let (success, refused) = match right {
        Ok(right) => (right, None),
        Err(CacheError::Refused(refusal)) => (false, Some(refusal)),
        Err(err) => return Err(err),
    };
    Ok(ProbeStep {
        level: Level::PageRedis.name(),
        step,
        success,
        micros: started.elapsed().as_micros(),
        refused,
    })
}

fn cmd(words: &[&str]) -> Cmd {
    let mut command = Cmd::new();
    command.arg(words);
    command
}
