//! The kinds of faults.

use clap::ValueEnum;

/// A kind of fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Kind {
    /// Redis is killed and comes back empty
    RedisKill,
    /// Redis saves, ends and comes back with its data
    RedisSave,
    /// Redis ends in order and comes back empty at once
    RedisNoSave,
    /// Redis is killed and comes back with what it held seconds before
    RedisRollback,
    /// Redis hangs
    RedisFreeze,
    /// FLUSHALL
    RedisFlush,
    /// Only the generations' keys are deleted, again and again
    RedisGenerations,
    /// Redis is full and evicts what it likes
    RedisFullLru,
    /// Redis is full and refuses writes
    RedisFullNoEviction,
    /// CLIENT PAUSE of all commands
    RedisPauseAll,
    /// CLIENT PAUSE of writes only
    RedisPauseWrite,
    /// Junk, wrong types and truncated values under live keys
    RedisJunk,
    /// Redis drops every connection
    RedisClientKill,
    /// PostgreSQL drops the listening connections
    ListenerKill,
    /// PostgreSQL drops every connection
    BackendsKill,
    /// PostgreSQL restarts in order
    PostgresFast,
    /// PostgreSQL crashes and recovers
    PostgresImmediate,
    /// A standby takes over that lacks the last transactions
    FailoverWithLoss,
    /// An older dump is restored in place
    RestoreInPlace,
    /// PostgreSQL hangs
    PostgresFreeze,
    /// An instance is killed and started again
    InstanceKill,
    /// An instance is ended in order and started again
    InstanceTerm,
    /// An instance hangs
    InstanceFreeze,
    /// One instance's connections to Redis end, and no new ones are made
    RedisCut,
    /// One instance's connections to Redis hang
    RedisHeld,
    /// One instance's connections to PostgreSQL end, and no new ones are made
    PostgresCut,
    /// One instance's connections to PostgreSQL hang
    PostgresHeld,
}

impl Kind {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::RedisKill => "redis-kill",
            Self::RedisSave => "redis-save",
            Self::RedisNoSave => "redis-no-save",
            Self::RedisRollback => "redis-rollback",
            Self::RedisFreeze => "redis-freeze",
            Self::RedisFlush => "redis-flush",
            Self::RedisGenerations => "redis-generations",
            Self::RedisFullLru => "redis-full-lru",
            Self::RedisFullNoEviction => "redis-full-no-eviction",
            Self::RedisPauseAll => "redis-pause-all",
            Self::RedisPauseWrite => "redis-pause-write",
            Self::RedisJunk => "redis-junk",
            Self::RedisClientKill => "redis-client-kill",
            Self::ListenerKill => "listener-kill",
            Self::BackendsKill => "backends-kill",
            Self::PostgresFast => "postgres-fast",
            Self::PostgresImmediate => "postgres-immediate",
            Self::FailoverWithLoss => "failover-with-loss",
            Self::RestoreInPlace => "restore-in-place",
            Self::PostgresFreeze => "postgres-freeze",
            Self::InstanceKill => "instance-kill",
            Self::InstanceTerm => "instance-term",
            Self::InstanceFreeze => "instance-freeze",
            Self::RedisCut => "redis-cut",
            Self::RedisHeld => "redis-held",
            Self::PostgresCut => "postgres-cut",
            Self::PostgresHeld => "postgres-held",
        }
    }

    pub(crate) fn is_of_one_instance(self) -> bool {
        matches!(
            self,
            Self::InstanceKill
                | Self::InstanceTerm
                | Self::InstanceFreeze
                | Self::RedisCut
                | Self::RedisHeld
                | Self::PostgresCut
                | Self::PostgresHeld
        )
    }

    pub(crate) fn stops_instance(self) -> bool {
        matches!(self, Self::InstanceKill | Self::InstanceTerm | Self::InstanceFreeze)
    }

    /// Whether requests may fail with 503.
    pub(crate) fn stops_database(self) -> bool {
        matches!(
            self,
            Self::BackendsKill
                | Self::PostgresFast
                | Self::PostgresImmediate
                | Self::FailoverWithLoss
                | Self::RestoreInPlace
                | Self::PostgresFreeze
                | Self::PostgresCut
                | Self::PostgresHeld
        )
    }
}

/// Parses `all`, `none` or names with commas between.
pub(crate) fn parse(text: &str) -> Result<Vec<Kind>, String> {
    match text {
        "all" => return Ok(Kind::value_variants().to_vec()),
        "none" => return Ok(Vec::new()),
        _ => {}
    }
    let find = |name: &str| {
        let mut all = Kind::value_variants().iter();
        let found = all.find(|kind| kind.name() == name).copied();
        found.ok_or_else(|| {
            let names: Vec<_> = Kind::value_variants().iter().map(|kind| kind.name()).collect();
            format!("“{name}” is no fault. There are: all, none, {}", names.join(", "))
        })
    };
    text.split(',').map(|name| find(name.trim())).collect()
}
