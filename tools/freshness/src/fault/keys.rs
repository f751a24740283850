//! Damages the content of Redis.

use std::time::{Duration, Instant};

use deadpool_redis::redis::{self, Value};
use rand::RngExt as _;
use rand::rngs::StdRng;
use rand::seq::IndexedRandom as _;

use crate::instance::PREFIX;
use crate::redis::Cli;

/// Deletes only the generations, several times.
pub(super) async fn delete_generations(cli: &Cli) -> anyhow::Result<()> {
    for _ in 0..5 {
        let keys = cli.keys(&format!("{PREFIX}:gen:*")).await?;
        for part in keys.chunks(500) {
            let mut words = vec!["DEL"];
            words.extend(part.iter().map(String::as_str));
            cli.run::<i64>(&words).await?;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    Ok(())
}

/// Limits Redis's memory for a while, and fills it with another program's keys.
pub(super) async fn fill(cli: &Cli, policy: &str, time: Duration) -> anyhow::Result<()> {
    let set =
        async |name: &str, value: &str| cli.run::<String>(&["CONFIG", "SET", name, value]).await;
    let info: String = cli.run(&["INFO", "memory"]).await?;
    let used = info.lines().find_map(|line| line.strip_prefix("used_memory:"));
    let used: u64 = used.and_then(|used| used.trim().parse().ok()).unwrap_or(4 << 20);
    set("maxmemory-policy", policy).await?;
    set("maxmemory", &(used + (1 << 20)).to_string()).await?;
    let begun = Instant::now();
    let mut number = 0;
    while begun.elapsed() < time {
        for _ in 0..50 {
            number += 1;
            // A full server may refuse this.
            let _ = cli.run::<Value>(&["SET", &format!("junk:{number}"), &"x".repeat(4000)]).await;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    set("maxmemory", "0").await?;
    set("maxmemory-policy", "allkeys-lru").await?;
    for part in (1..=number).collect::<Vec<_>>().chunks(500) {
        let names: Vec<String> = part.iter().map(|number| format!("junk:{number}")).collect();
        let mut words = vec!["UNLINK"];
        words.extend(names.iter().map(String::as_str));
        cli.run::<i64>(&words).await?;
    }
    Ok(())
}

/// Overwrites live keys for a while with junk, values of another type, and truncated values.
pub(super) async fn mark_for_replacement(
    cli: &Cli,
    time: Duration,
    rng: &mut StdRng,
) -> anyhow::Result<()> {
    let begun = Instant::now();
    while begun.elapsed() < time {
        let keys = cli.keys(&format!("{PREFIX}:*")).await?;
        for _ in 0..keys.len() / 10 {
            let Some(key) = keys.choose(rng) else {
                break;
            };
            spoil_one(cli, key, rng.random_range(0..4)).await?;
        }
        for key in ["log_position:2", "applied:2"] {
            spoil_one(cli, &format!("{PREFIX}:{key}"), rng.random_range(0..3)).await?;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    Ok(())
}

async fn spoil_one(cli: &Cli, key: &str, how: u8) -> anyhow::Result<()> {
    match how {
        0 => drop(cli.run::<Value>(&["SET", key, "junk"]).await?),
        1 => {
            let mut both = redis::cmd("EVAL");
            both.arg("redis.call('DEL', KEYS[1]) return redis.call('LPUSH', KEYS[1], 'junk')");
            cli.run_command::<Value>(both.arg(1).arg(key)).await?;
        }
        2 => {
            let mut cut = redis::cmd("EVAL");
            cut.arg(
                "local v = redis.pcall('GET', KEYS[1]) if type(v) ~= 'string' then return 0 end \
                 redis.call('SET', KEYS[1], string.sub(v, 1, math.floor(#v / 2))) return 1",
            );
            cli.run_command::<Value>(cut.arg(1).arg(key)).await?;
        }
        _ => drop(cli.run::<Value>(&["DEL", key]).await?),
    }
    Ok(())
}

/// Copies all pages with their generations, and restores them after a while.
pub(super) async fn set_back(cli: &Cli, after: Duration) -> anyhow::Result<()> {
    let mut copies: Vec<(String, Vec<u8>)> = Vec::new();
    for family in ["gen", "all_properties", "property_count", "body", "page"] {
        for key in cli.keys(&format!("{PREFIX}:{family}:*")).await? {
            let dumped: Option<Vec<u8>> = cli.run(&["DUMP", &key]).await?;
            copies.extend(dumped.map(|bytes| (key, bytes)));
        }
    }
    tokio::time::sleep(after).await;
    let mut pipeline = redis::pipe();
    for (key, bytes) in &copies {
        pipeline.cmd("RESTORE").arg(key).arg(600_000).arg(bytes).arg("REPLACE").ignore();
    }
    cli.run_pipeline(&pipeline).await
}
