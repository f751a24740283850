//! The configuration for `printconfig`, without secrets.

use super::{
    Config, DatabaseChoice, DatabaseConfig, Listen, MailConfig, MailTransport, PostgresAddress,
    RedisChoice,
};

/// A variable with its current value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Setting {
    /// The variable's name.
    pub name: &'static str,
    /// The variable's value; for a secret only whether it is set.
    pub value: String,
}

const HIDDEN: &str = "(hidden)";
/// The parameters of `DATABASE_URL` that are shown.
const SHOWN: [&str; 11] = [
    "host",
    "hostaddr",
    "port",
    "user",
    "password",
    "dbname",
    "sslmode",
    "sslrootcert",
    "sslcert",
    "channel_binding",
    "target_session_attrs",
];

impl Config {
    /// Every variable, in the order of `.env.example`. Passwords, keys and tokens are hidden.
    pub fn settings(&self) -> Vec<Setting> {
        let Self { data_dir, site, database, cache, media, mail, worker } = self;
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
            ("DATABASE_DIRECT_URL", shown_direct(database)),
            ("REDIS_URL", shown_redis(&cache.redis)),
            (
                "REDIS_CA",
                cache.redis_ca.clone().unwrap_or_else(|| "(those of the system)".to_owned()),
            ),
            ("DATA_DIR", data_dir.display().to_string()),
            ("MEDIA_URL", media.to_string()),
            ("HOST", site.listen.host()),
            ("PORT", port),
            ("DEBUG", site.debug.to_string()),
            ("SECRET_KEY", hidden(site.secret_key.is_some(), "(generated, kept in DATA_DIR)")),
            ("ALLOWED_HOSTS", site.allowed_hosts.to_string()),
            ("SITE_URL", site_url.unwrap_or_else(|| "(http://HOST:PORT)".to_owned())),
            ("TRUSTED_PROXIES", proxies),
            ("SITE_NAME", site.name.clone()),
            ("CONTACT_EMAIL", or_none(site.contact_email.as_deref())),
            ("CONTACT_PHONE", or_none(site.contact_phone.as_deref())),
            ("CURRENCY", or_none(site.currency.map(|currency| currency.code()))),
            ("AREA_UNIT", if site.area_in_feet { "ft2" } else { "m2" }.to_owned()),
            ("TIME_ZONE", site.time_zone.name().to_owned()),
            ("CACHE_API_TOKEN", hidden(site.cache_api_token.is_some(), "(none)")),
            ("PAGE_CACHE_TTL", seconds(cache.page_ttl)),
            ("QUERYSET_CACHE_TTL", seconds(cache.queryset_ttl)),
            ("COUNT_CACHE_TTL", seconds(cache.count_ttl)),
            ("PAGE_CACHE_MEMORY_MB", (cache.memory_bytes / 1024 / 1024).to_string()),
            ("CACHE_KEY_PREFIX", cache.key_prefix.clone()),
            ("DATABASE_POOL_SIZE", database.pool_size.to_string()),
            ("EVENT_RETENTION_DAYS", database.event_retention_days.to_string()),
            ("LOG_FORMAT", site.log_format.name().to_owned()),
            ("WORKERS", site.workers.to_string()),
            ("EMAIL_URL", shown_mail(mail)),
            ("DEFAULT_FROM_EMAIL", shown_sender(mail)),
            (
                "ENQUIRY_EMAIL",
                mail.enquiry_to.as_ref().map_or_else(|| "(none)".to_owned(), ToString::to_string),
            ),
            ("ENQUIRY_RETENTION_DAYS", mail.enquiry_retention_days.to_string()),
            ("WORKER", if *worker { "on" } else { "off" }.to_owned()),
            ("DRAIN_SECONDS", seconds(site.drain)),
        ]
        .map(|(name, value)| Setting { name, value })
        .into()
    }
}

fn or_none(value: Option<&str>) -> String {
    value.unwrap_or("(none)").to_owned()
}

fn shown_database(choice: &DatabaseChoice) -> String {
    match choice {
        DatabaseChoice::Private => "(a private server)".to_owned(),
        DatabaseChoice::Url(address) => shown_address(address),
    }
}

fn shown_direct(database: &DatabaseConfig) -> String {
    let address = database.direct.as_ref();
    address.map_or_else(|| "(DATABASE_URL)".to_owned(), |address| shown_address(address))
}

/// Shows a PostgreSQL address. It is built from the parsed parts, so that no unknown parameter is shown.
fn shown_address(address: &PostgresAddress) -> String {
    let shown = |name: &'static str| {
        let value = address.parameter(name)?;
        Some(format!("{name}={}", if name == "password" { HIDDEN } else { value }))
    };
    SHOWN.into_iter().filter_map(shown).collect::<Vec<_>>().join(" ")
}

fn shown_mail(mail: &MailConfig) -> String {
    mail.transport.as_ref().map_or_else(|| "(no mail is sent)".to_owned(), MailTransport::shown)
}

fn shown_sender(mail: &MailConfig) -> String {
    let from = mail.from.as_ref();
    from.map_or_else(|| "(noreply at the host of SITE_URL)".to_owned(), ToString::to_string)
}

fn shown_redis(choice: &RedisChoice) -> String {
    match choice {
        RedisChoice::Private => "(a private server)".to_owned(),
        RedisChoice::Off => "off".to_owned(),
        RedisChoice::Url(address) => address.shown(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(name: &str, value: &str) -> String {
        let config = Config::from_variables(|other| match other {
            // Development mode requires a local address.
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
