//! The site that a command acts for.

use crate::app::cli::CommandError;
use crate::app::platform::Platform;
use crate::domain::FieldErrors;
use crate::http::Site;

/// Who the event log names.
pub(super) const ACTOR: &str = "manage_cache";

/// The site that is served to others: its addresses are in the pages and their keys.
pub(super) fn as_configured(platform: &Platform) -> Result<Site, CommandError> {
    let config = &platform.config.site;
    Ok(Site::new(config, &platform.secret_key()?, &config.listen))
}

/// Wrong input, as a wrong use of the command.
pub(super) fn refused(errors: FieldErrors) -> CommandError {
    let messages: Vec<_> = errors.iter().flat_map(|(_, list)| list).cloned().collect();
    CommandError::Usage(messages.join(" "))
}
