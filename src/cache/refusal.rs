//! Commands that Redis refused, and the remedy for operators.

use deadpool_redis::redis::{ErrorKind, RedisError};

/// A command that Redis answered with an error.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, thiserror::Error, utoipa::ToSchema)]
#[error("Redis refused {command} for the account “{account}”: {code} {reason}")]
pub struct Refusal {
    /// The command, such as `MGET` or `CONFIG GET`; for a command within a script, the command that ran the script.
    pub command: String,
    /// The Redis user that the site logs in as.
    pub account: String,
    /// The error's code: `NOPERM`, `NOAUTH`, `WRONGPASS`, `READONLY`, `MISCONF`, `OOM`, `LOADING` or another.
    pub code: String,
    /// The server's message.
    pub reason: String,
}

/// What Redis up to 7.0, and later releases, answer to a script if the account lacks a permission.
const SCRIPT_LACKS: [&str; 2] = ["The user executing the script can't", "ACL failure in script"];

impl Refusal {
    /// The refusal in an error of a command; `None` if the server did not answer.
    pub(super) fn of(err: &RedisError, command: &str, account: &str) -> Option<Self> {
        let (code, reason) = match err.kind() {
            // The library doesn't pass on the server's message.
            ErrorKind::AuthenticationFailed => (
                "WRONGPASS".to_owned(),
                "the password is wrong, or the user is unknown or disabled".to_owned(),
            ),
            ErrorKind::Server(_) | ErrorKind::Extension => said(err),
            _ => return None,
        };
        let command = named_in(&reason).unwrap_or_else(|| command.to_owned());
        let lacks = SCRIPT_LACKS.iter().any(|text| reason.contains(text));
        Some(Self {
            command,
            account: account.to_owned(),
            code: if lacks { "NOPERM".to_owned() } else { code },
            reason,
        })
    }

    /// The refusal that caused an error, however deep in its sources.
    pub fn behind<'a>(err: &'a (dyn std::error::Error + 'static)) -> Option<&'a Self> {
        let mut chain = std::iter::successors(Some(err), |err| err.source());
        chain.find_map(|err| err.downcast_ref())
    }

    /// Whether the account lacks a permission, so that only other permissions help.
    pub fn is_of_permission(&self) -> bool {
        matches!(&*self.code, "NOPERM" | "NOAUTH" | "WRONGPASS")
    }

    /// Whether the site works without the command, and only figures or the removal of invalid entries are missing.
    pub fn is_of_figures(&self) -> bool {
        const FIGURES: [&str; 6] =
            ["INFO", "SCAN", "DBSIZE", "MEMORY USAGE", "CONFIG GET", "UNLINK"];
        let is_withheld = self.code == "NOPERM" || self.reason.starts_with("unknown command");
        is_withheld && FIGURES.contains(&&*self.command)
    }

    /// The ACL rule that grants the missing permission.
    pub fn rule(&self) -> String {
        // The message does not say which keys.
        match self.reason.contains("key") {
            true => "~CACHE_KEY_PREFIX:*".to_owned(),
            false => format!("+{}", self.command.to_lowercase().replace(' ', "|")),
        }
    }

    /// The remedy for operators.
    pub fn remedy(&self) -> String {
        let account = &self.account;
        if self.command == "SELECT" {
            return "Set a database that the server has in REDIS_URL (redis://host/0).".to_owned();
        }
        match &*self.code {
            "NOPERM" => format!("To allow it, run “ACL SETUSER {account} {}”.", self.rule()),
            "NOAUTH" | "WRONGPASS" => {
                "Set user and password in REDIS_URL (redis://user:password@host).".to_owned()
            }
            "READONLY" => "Set REDIS_URL to the primary server.".to_owned(),
            "MISCONF" => {
                "Fix Redis's disk problem, or set save \"\", because a cache needs no copy on disk."
                    .to_owned()
            }
            "OOM" => "Raise maxmemory, or set maxmemory-policy to allkeys-lru.".to_owned(),
            "MOVED" | "ASK" | "CROSSSLOT" | "CLUSTERDOWN" => {
                "If it is a cluster, set REDIS_URL=redis+cluster://host:6379,host:6379, and wait until all of its \
                slots are served."
                    .to_owned()
            }
            "LOADING" => "Wait until Redis has read its data from disk.".to_owned(),
            _ => {
                "Change Redis's configuration so that it accepts the command, or correct REDIS_URL."
                    .to_owned()
            }
        }
    }

    /// The reason to show for a missing statistic.
    pub fn in_place_of_figures(&self) -> String {
        match self.is_of_permission() {
            true => format!("not permitted: {self}"),
            false => format!("not available: {self}"),
        }
    }
}

/// The code and the message of a server's error.
fn said(err: &RedisError) -> (String, String) {
    let first = err.clone().into_server_errors();
    let first = first.as_ref().and_then(|errors| errors.first());
    let (code, reason) = match first {
        Some((_, first)) => (first.code(), first.details()),
        None => (err.code().unwrap_or("ERR"), err.detail()),
    };
    let reason = reason.map_or_else(|| err.to_string(), str::to_owned);
    (code.to_owned(), reason)
}

/// The command that a message names: `… to run the 'config|get' command`.
fn named_in(reason: &str) -> Option<String> {
    let (before, _) = reason.split_once("' command")?;
    let (_, name) = before.rsplit_once('\'')?;
    let plain = |name: &&str| name.chars().all(|c| c.is_ascii_alphanumeric() || "|._-".contains(c));
    let name = Some(name).filter(plain)?;
    Some(name.to_uppercase().replace('|', " "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cache::CacheError;

    #[test]
    fn the_command_that_a_message_names_is_the_one_that_was_refused() {
        for (reason, want) in [
            ("this user has no permissions to run the 'info' command", Some("INFO")),
            ("User site has no permissions to run the 'script|load' command", Some("SCRIPT LOAD")),
            ("You can't write against a read only replica.", None),
            ("command not allowed when used memory > 'maxmemory'.", None),
        ] {
            assert_eq!(named_in(reason).as_deref(), want, "{reason}");
        }
    }

    #[test]
    fn a_refusal_is_found_behind_other_errors() {
        let refusal = Refusal {
            command: "MGET".to_owned(),
            account: "site".to_owned(),
            code: "NOPERM".to_owned(),
            reason: "no".to_owned(),
        };
        let err = CacheError::Refused(refusal.clone());
        assert_eq!(Refusal::behind(&err), Some(&refusal));
        assert_eq!(Refusal::behind(&CacheError::Unavailable), None);
    }
}
