//! Reads variables one by one and collects their problems.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

use lettre::message::Mailbox;

use super::PostgresAddress;

/// All invalid variables of the configuration.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct ConfigError(Vec<String>);

impl ConfigError {
    /// A single problem with a variable; `value` is shown.
    pub(super) fn of(name: &str, value: &str, allowed: &str) -> Self {
        Self(vec![format!("{name}={value}: {allowed}")])
    }
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "The configuration is not valid:")?;
        for problem in &self.0 {
            writeln!(f, "  {problem}")?;
        }
        f.write_str("See .env.example for all variables and their defaults.")
    }
}

/// Reads variables by name and collects the problems.
pub(super) struct Reader<'a> {
    variable: &'a dyn Fn(&str) -> Option<String>,
    problems: Vec<String>,
}

impl<'a> Reader<'a> {
    pub(super) fn new(variable: &'a dyn Fn(&str) -> Option<String>) -> Self {
        Self { variable, problems: Vec::new() }
    }

    pub(super) fn text(&self, name: &str) -> Option<String> {
        let value = (self.variable)(name)?;
        let value = value.trim();
        (!value.is_empty()).then(|| value.to_owned())
    }

    pub(super) fn problem(&mut self, name: &str, value: &str, allowed: impl fmt::Display) {
        let shown: String = value.chars().take(80).flat_map(char::escape_debug).collect();
        self.problems.push(format!("{name}={shown}: {allowed}"));
    }

    pub(super) fn secret_problem(&mut self, name: &str, allowed: impl fmt::Display) {
        self.problems.push(format!("{name}=(hidden): {allowed}"));
    }

    /// A whole number between two bounds.
    pub(super) fn number<T>(&mut self, name: &str, default: T, min: T, max: T, unit: &str) -> T
    where
        T: FromStr + PartialOrd + fmt::Display + Copy,
    {
        let Some(text) = self.text(name) else {
            return default;
        };
        match text.parse::<T>() {
            Ok(number) if number >= min && number <= max => number,
            _ => {
                let allowed = format!("must be a whole number ({unit}) from {min} to {max}");
                self.problem(name, &text, allowed);
                default
            }
        }
    }

    pub(super) fn boolean(&mut self, name: &str, default: bool) -> bool {
        let Some(text) = self.text(name) else {
            return default;
        };
        match text.to_ascii_lowercase().as_str() {
            "true" | "1" | "yes" | "on" => true,
            "false" | "0" | "no" | "off" => false,
            _ => {
                self.problem(name, &text, "must be true or false");
                default
            }
        }
    }

    /// An address of PostgreSQL.
    pub(super) fn postgres(&mut self, name: &'static str) -> Option<PostgresAddress> {
        let home = (self.variable)("HOME").filter(|home| !home.is_empty()).map(PathBuf::from);
        match PostgresAddress::parse(&self.text(name)?, home.as_deref()) {
            Ok(address) => Some(PostgresAddress { variable: Some(name), ..address }),
            Err(problem) => {
                let example = "postgres://user:password@host:5432/database?sslmode=verify-full";
                self.secret_problem(name, format!("{problem} (such as {example})"));
                None
            }
        }
    }

    /// An email address, optionally with a name before it.
    pub(super) fn mailbox(&mut self, name: &str) -> Option<Mailbox> {
        let text = self.text(name)?;
        let parsed = text.parse().ok();
        if parsed.is_none() {
            let rule =
                "must be an email address such as homes@example.com or Homes <homes@example.com>";
            self.problem(name, &text, rule);
        }
        parsed
    }

    /// `DATA_DIR`, by default below the user's home, for root below `/var/lib`.
    pub(super) fn data_dir(&mut self) -> PathBuf {
        if let Some(text) = self.text("DATA_DIR") {
            return std::path::absolute(&text).unwrap_or_else(|_| PathBuf::from(text));
        }
        let home = (self.variable)("HOME").filter(|home| !home.is_empty());
        match home {
            Some(home) if home != "/root" => {
                PathBuf::from(home).join(".local/share/property-listings")
            }
            _ => PathBuf::from("/var/lib/property-listings"),
        }
    }

    pub(super) fn finish<T>(self, config: T) -> Result<T, ConfigError> {
        if self.problems.is_empty() { Ok(config) } else { Err(ConfigError(self.problems)) }
    }
}
