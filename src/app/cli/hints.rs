//! Hints for commands of Django's `manage.py` that this program does not have.

/// The names, in Django and in packages that many sites add to it, each with its hint.
const HINTS: [(&[&str], &str); 19] = [
    (
        &["runserver", "runserver_plus"],
        "use “property-listings serve”; the variables HOST and PORT set the address, such as PORT=8001",
    ),
    (
        &["testserver"],
        "use “property-listings serve” with a DATA_DIR of its own, then “property-listings loaddata”",
    ),
    (&["shell", "shell_plus"], "“property-listings dbshell” runs SQL; there is no Python shell"),
    (
        &["collectstatic", "findstatic", "compress"],
        "nothing to collect: “property-listings serve” serves the static files itself",
    ),
    (
        &["makemigrations", "squashmigrations", "optimizemigration", "sqlmigrate"],
        "migrations are SQL files in sql/migrations; “property-listings migrate --plan” lists pending migrations",
    ),
    (
        &["sqlflush", "flush", "reset_db"],
        "“property-listings dbshell -- -c 'DELETE FROM property'” deletes every listing",
    ),
    (
        &["sqlsequencereset"],
        "nothing to do: “property-listings loaddata” leaves the sequence right",
    ),
    (&["inspectdb"], "“property-listings dbshell -- -c '\\d+ property'” describes the table"),
    (&["test", "pytest"], "run “script/test” in the source folder"),
    (&["startapp", "startproject"], "the site is one program without apps; its code is in src"),
    (&["makemessages", "compilemessages"], "the site has no translations"),
    (
        &["createcachetable"],
        "the cache needs no table; “property-listings manage_cache --status” shows it",
    ),
    (
        &["clear_cache", "clearcache", "invalidate_cachalot"],
        "use “property-listings manage_cache --clear”",
    ),
    (&["remove_stale_contenttypes"], "the site has no content types"),
    (&["drf_create_token"], "set CACHE_API_TOKEN; see .env.example"),
    (
        &["generateschema", "spectacular", "show_urls"],
        "“property-listings openapi” describes every URL of the site",
    ),
    (&["print_settings"], "use “property-listings printconfig”"),
    (&["generate_secret_key"], "run “openssl rand -hex 32”, and set SECRET_KEY to what it prints"),
    (&["version"], "use “property-listings --version”"),
];

/// The hint for an unknown command.
pub(super) fn find(name: &str) -> Option<&'static str> {
    let mut hints = HINTS.iter();
    let found = hints.find(|(names, _)| names.contains(&name));
    found.map(|(_, hint)| *hint)
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;
    use crate::app::cli::Cli;

    #[test]
    fn a_hint_is_for_a_command_that_is_missing_and_names_one_that_is_there() {
        let program = Cli::command();
        for (names, hint) in HINTS {
            let is_there = |name: &&str| program.find_subcommand(name).is_some();
            assert!(!names.iter().any(is_there), "{names:?}");
            for named in hint.split("“property-listings ").skip(1) {
                let named = named.split([' ', '”']).next().unwrap_or_default();
                let is_option = named.starts_with("--");
                assert!(is_option || program.find_subcommand(named).is_some(), "{hint}");
            }
        }
    }
}
