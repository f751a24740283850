//! The command `printconfig`.

use serde_json::json;

use super::output::{self, OutputFormat};
use crate::config::Config;
use crate::config::settings::Setting;

/// Prints all variables with their current values. Secrets are hidden.
pub(super) fn run(config: &Config, changed: bool, format: OutputFormat) {
    let is_set = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    let mut settings = config.settings();
    settings.push(Setting {
        name: "RUST_LOG",
        value: std::env::var("RUST_LOG").unwrap_or_else(|_| "info".to_owned()),
    });
    settings.retain(|setting| !changed || is_set(setting.name));
    match format {
        OutputFormat::Json => {
            let rows = settings.iter().map(|Setting { name, value }| {
                json!({"name": name, "value": value, "set": is_set(name)})
            });
            output::json(&rows.collect());
        }
        OutputFormat::Text => {
            let rows = settings.into_iter().map(|Setting { name, value }| {
                let source = if is_set(name) { "set" } else { "default" };
                vec![name.to_owned(), value, source.to_owned()]
            });
            output::table(&["variable", "value", ""], rows);
        }
    }
}
