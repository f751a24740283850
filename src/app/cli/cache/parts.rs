//! The site for which a command acts, and `manage_cache --clear` with `--tag` or `--url`: counts, asks, then clears.

use serde_json::{Value, json};

use super::arguments::Part;
use crate::app::cli::{CommandError, Result, output, prompt};
use crate::app::platform::Platform;
use crate::domain::FieldErrors;
use crate::http::{self, Site};
use crate::services::{ClearScope, WouldEnd};

/// The actor in the event log.
pub(super) const ACTOR: &str = "manage_cache";

/// The site with its public addresses, which are in the pages and in their keys.
pub(super) fn as_configured(platform: &Platform) -> Result<Site> {
    let config = &platform.config.site;
    Ok(Site::new(config, &platform.secret_key()?, &config.listen))
}

/// Turns invalid input into an error about wrong usage.
pub(super) fn refused(errors: FieldErrors) -> CommandError {
    let messages: Vec<_> = errors.iter().flat_map(|(_, list)| list).cloned().collect();
    CommandError::Usage(messages.join(" "))
}

pub(super) async fn clear(platform: &Platform, part: &Part) -> Result<Value> {
    let management = &platform.services.management;
    let scope = scope(platform, part).await?;
    if !part.noinput {
        let would_end = management.would_end(&scope).await;
        output::note(&format!(
            "This would clear {}: {}, and the matching entries in the memory of each instance.",
            scope.names().join(", "),
            in_redis(&would_end)
        ));
        prompt::confirm("Clear them? [y/N]: ").await?;
    }
    let ended = management.clear_part(ACTOR, &scope).await?;
    let (mut entries, cleared) = (json!(ended), ended.cleared());
    // The command's own memory tier is not a site's.
    entries["memory_pages"] = Value::Null;
    Ok(json!({"success": true, "tags": scope.names(), "entries": entries, "cleared": cleared}))
}

fn in_redis(would_end: &WouldEnd) -> String {
    let about = if would_end.estimated { "about " } else { "" };
    match (would_end.pages, would_end.querysets) {
        (Some(pages), Some(querysets)) => {
            format!("{about}{pages} page(s) and {querysets} queryset(s) in Redis")
        }
        _ => format!(
            "an unknown number of entries in Redis ({})",
            would_end.reason.as_deref().unwrap_or("unknown")
        ),
    }
}

async fn scope(platform: &Platform, part: &Part) -> Result<ClearScope> {
    match (&part.tag, &part.url) {
        (Some(tag), _) => ClearScope::of_tag(tag).map_err(refused),
        (None, url) => {
            let url = url.as_deref().unwrap_or_default();
            let page = http::explained(url, &as_configured(platform)?).map_err(refused)?;
            let scope = platform.services.management.scope_of(&page.key).await;
            scope.map_err(refused)
        }
    }
}
