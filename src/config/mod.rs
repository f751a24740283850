//! Configuration: plain data, read once from the environment (and a `.env` file) when the program starts.
//!
//! **Invariant:** all invalid variables are reported together, with their names, values and what is allowed; the value
//! of a secret is never shown. No other module reads the environment again.

mod cache;
mod database;
mod hosts;
mod listen;
mod mail;
mod media;
mod patience;
mod postgres;
mod postgres_url;
mod proxies;
mod reader;
mod redis;
mod secret;
pub mod settings;
mod site;

use std::path::PathBuf;

pub use cache::{CacheConfig, CacheVersions, RedisChoice};
pub use database::{DatabaseChoice, DatabaseConfig};
pub use hosts::AllowedHosts;
pub use listen::Listen;
pub use mail::{MailConfig, MailTransport, SmtpEncryption, SmtpServer};
pub use media::{MediaChoice, S3Config};
pub use patience::Patience;
pub use postgres::{PostgresAddress, SslMode, Target};
pub use proxies::TrustedProxies;
pub use reader::ConfigError;
pub use redis::{RedisAddress, RedisServers};
pub use secret::SecretKey;
pub use site::{LogFormat, SiteConfig};

use reader::Reader;

/// The complete configuration.
#[derive(Debug, Clone)]
pub struct Config {
    /// `DATA_DIR`: the directory of the private servers' data and the generated secret key.
    pub data_dir: PathBuf,
    /// The web site.
    pub site: SiteConfig,
    /// PostgreSQL.
    pub database: DatabaseConfig,
    /// The cache and its Redis.
    pub cache: CacheConfig,
    /// `MEDIA_URL`: where photos are stored.
    pub media: MediaChoice,
    /// Mail and enquiries.
    pub mail: MailConfig,
    /// `WORKER`: whether `serve` also runs background jobs.
    pub worker: bool,
}

impl Config {
    /// Reads the process's environment, after loading `.env` from the working directory or above it. If a variable is
    /// set in both, the environment's value is used.
    pub fn from_environment() -> Result<Self, ConfigError> {
        if let Err(err) = dotenvy::dotenv()
            && !err.not_found()
        {
            return Err(ConfigError::of(".env", "the file", &err.to_string()));
        }
        Self::from_variables(|name| {
            std::env::var_os(name).map(|v| v.to_string_lossy().into_owned())
        })
    }

    /// Reads variables through a function; an empty value counts as unset.
    pub fn from_variables(variable: impl Fn(&str) -> Option<String>) -> Result<Self, ConfigError> {
        let mut reader = Reader::new(&variable);
        let data_dir = reader.data_dir();
        let database = DatabaseConfig::read(&mut reader);
        let cache = CacheConfig::read(&mut reader);
        // If DATABASE_URL is invalid, it still counts as set.
        let is_private = reader.text("DATABASE_URL").is_none();
        let site = SiteConfig::read(&mut reader, is_private);
        let media = MediaChoice::read(&mut reader, &data_dir);
        let mail = MailConfig::read(&mut reader, site.debug);
        let worker = reader.boolean("WORKER", true);
        reader.finish(Self { data_dir, site, database, cache, media, mail, worker })
    }
}
