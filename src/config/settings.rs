//! The configuration for `printconfig`, without secrets.

use tokio_postgres::config::Host;
use url::Url;

use super::{Config, DatabaseChoice, Listen, RedisChoice};

/// A variable with its current value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Setting {
    /// The variable's name.
    pub name: &'static str,
    /// Its value; for a secret only whether it is set.
    pub value: String,
}

const HIDDEN: &str = "(hidden)";

impl Config {
    /// Every variable, in the order of `.env.example`. Passwords, keys and tokens are hidden.
    pub fn settings(&self) -> Vec<Setting> {
        let Self { data_dir, site, database, cache } = self;
        let seconds = |ttl: std::time::Duration| ttl.as_secs().to_string();
        let hidden = |is_set: bool, otherwise: &str| match is_set {
            true => HIDDEN.to_owned(),
            false => otherwise.to_owned(),
        };
        let site_url = site.site_url.clone();
        let port = match &site.listen {
            Listen::Tcp(address) => address.port().to_string(),
            Listen::Unix(_) => "(none)".to_owned(),
        };
        let proxies = match site.trusted_proxies.is_empty() {
            true => "(none)".to_owned(),
            false => site.trusted_proxies.to_string(),
        };
        [
            ("DATABASE_URL", shown_database(&database.choice)),
            ("REDIS_URL", shown_redis(&cache.redis)),
            ("DATA_DIR", data_dir.display().to_string()),
            ("HOST", site.listen.host()),
            ("PORT", port),
            ("DEBUG", site.debug.to_string()),
            ("SECRET_KEY", hidden(site.secret_key.is_some(), "(generated, kept in DATA_DIR)")),
            ("ALLOWED_HOSTS", site.allowed_hosts.to_string()),
            ("SITE_URL", site_url.unwrap_or_else(|| "(http://HOST:PORT)".to_owned())),
            ("TRUSTED_PROXIES", proxies),
            ("CACHE_API_TOKEN", hidden(site.cache_api_token.is_some(), "(none)")),
            ("PAGE_CACHE_TTL", seconds(cache.page_ttl)),
            ("QUERYSET_CACHE_TTL", seconds(cache.queryset_ttl)),
            ("COUNT_CACHE_TTL", seconds(cache.count_ttl)),
            ("PAGE_CACHE_MEMORY_MB", (cache.memory_bytes / 1024 / 1024).to_string()),
            ("CACHE_KEY_PREFIX", cache.key_prefix.clone()),
            ("DATABASE_POOL_SIZE", database.pool_size.to_string()),
            ("EVENT_RETENTION_DAYS", database.event_retention_days.to_string()),
            ("WORKERS", site.workers.to_string()),
        ]
        .map(|(name, value)| Setting { name, value })
        .into()
    }
}

/// Built from the parsed parts, so that nothing unknown is shown.
fn shown_database(choice: &DatabaseChoice) -> String {
    let DatabaseChoice::Url(config) = choice else {
        return "(a private server)".to_owned();
    };
    let hosts = config.get_hosts().iter().map(|host| match host {
        Host::Tcp(name) => name.clone(),
        Host::Unix(path) => path.display().to_string(),
    });
    let ports = config.get_ports().iter().map(u16::to_string);
    let joined = |items: Vec<String>| items.join(",");
    [
        ("host", Some(joined(hosts.collect()))),
        ("port", Some(joined(ports.collect()))),
        ("user", config.get_user().map(str::to_owned)),
        ("password", config.get_password().map(|_| HIDDEN.to_owned())),
        ("dbname", config.get_dbname().map(str::to_owned)),
    ]
    .into_iter()
    .filter_map(|(name, value)| Some(format!("{name}={}", value.filter(|v| !v.is_empty())?)))
    .collect::<Vec<_>>()
    .join(" ")
}

fn shown_redis(choice: &RedisChoice) -> String {
    let text = match choice {
        RedisChoice::Private => return "(a private server)".to_owned(),
        RedisChoice::Off => return "off".to_owned(),
        RedisChoice::Url(text) => text,
    };
    let Ok(mut url) = Url::parse(text) else {
        return HIDDEN.to_owned();
    };
    // A password may be in the query as well, where the URL names a socket.
    if url.query().is_some() {
        url.set_query(Some(HIDDEN));
    }
    if url.password().is_some() && url.set_password(Some("hidden")).is_err() {
        return HIDDEN.to_owned();
    }
    url.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(name: &str, value: &str) -> String {
        let config = Config::from_variables(|other| match other {
            // Public addresses are not for development.
            "DEBUG" => Some("false".to_owned()),
            _ => (other == name).then(|| value.to_owned()),
        });
        let settings = config.expect("valid").settings();
        let found = settings.into_iter().find(|setting| setting.name == name);
        found.expect("every variable is shown").value
    }

    #[test]
    fn secrets_are_hidden() {
        for (name, value, want) in [
            (
                "DATABASE_URL",
                "postgres://ann:hunter2@db.example:5433/homes",
                "host=db.example port=5433 user=ann password=(hidden) dbname=homes",
            ),
            (
                "DATABASE_URL",
                "host=/run/postgresql user=ann password=hunter2",
                "host=/run/postgresql user=ann password=(hidden)",
            ),
            (
                "REDIS_URL",
                "redis://ann:hunter2@cache.example:6380/2",
                "redis://ann:hidden@cache.example:6380/2",
            ),
            (
                "REDIS_URL",
                "redis+unix:///run/redis.sock?pass=hunter2",
                "redis+unix:///run/redis.sock?(hidden)",
            ),
            ("SECRET_KEY", "hunter2-hunter2-hunter2-hunter2-hunter2", HIDDEN),
            ("CACHE_API_TOKEN", "hunter2-hunter2-hunter2", HIDDEN),
        ] {
            assert_eq!(shown(name, value), want);
        }
    }

    #[test]
    fn other_values_are_shown_as_they_are_in_force() {
        assert_eq!(shown("PAGE_CACHE_TTL", "60"), "60");
        assert_eq!(shown("ALLOWED_HOSTS", "a.example, .B.example"), "a.example,.b.example");
        assert_eq!(shown("REDIS_URL", "off"), "off");
        assert_eq!(shown("SITE_URL", "https://homes.example/"), "https://homes.example");
    }
}
