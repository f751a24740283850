//! Hints for commands of Django's `manage.py` that this program does not have.

const MIGRATIONS: &str = "migrations are SQL files in sql/migrations; “property-listings migrate --plan” lists \
pending migrations";
const STATIC_FILES: &str =
    "nothing to collect: “property-listings serve” serves the static files itself";
const SQL: &str = "“property-listings dbshell” runs SQL; there is no Python shell";
const SERVE: &str =
    "use “property-listings serve”; the variables HOST and PORT set the address, such as PORT=8001";
const TEST: &str = "run “script/test” in the source folder";
const ONE_APP: &str = "the site is one program without apps; its code is in src";
const TRANSLATIONS: &str = "the site has no translations";
const DESCRIPTION: &str = "“property-listings openapi” describes every URL of the site";

/// The names, in Django and in packages that many sites add to it, each with its hint.
const HINTS: [(&str, &str); 36] = [
    ("runserver", SERVE),
    ("runserver_plus", SERVE),
    (
        "testserver",
        "use “property-listings serve” with a DATA_DIR of its own, then “property-listings loaddata”",
    ),
    ("shell", SQL),
    ("shell_plus", SQL),
    ("collectstatic", STATIC_FILES),
    ("findstatic", STATIC_FILES),
    ("compress", STATIC_FILES),
    ("makemigrations", MIGRATIONS),
    ("squashmigrations", MIGRATIONS),
    ("optimizemigration", MIGRATIONS),
    ("sqlmigrate", MIGRATIONS),
    ("sqlflush", "“property-listings dbshell -- -c 'DELETE FROM property'” deletes every listing"),
    ("flush", "“property-listings dbshell -- -c 'DELETE FROM property'” deletes every listing"),
    ("reset_db", "“property-listings dbshell -- -c 'DELETE FROM property'” deletes every listing"),
    ("sqlsequencereset", "nothing to do: “property-listings loaddata” leaves the sequence right"),
    ("inspectdb", "“property-listings dbshell -- -c '\\d+ property'” describes the table"),
    ("test", TEST),
    ("pytest", TEST),
    ("startapp", ONE_APP),
    ("startproject", ONE_APP),
    ("makemessages", TRANSLATIONS),
    ("compilemessages", TRANSLATIONS),
    (
        "createcachetable",
        "the cache needs no table; “property-listings manage_cache --status” shows it",
    ),
    ("clear_cache", "use “property-listings manage_cache --clear”"),
    ("clearcache", "use “property-listings manage_cache --clear”"),
    ("invalidate_cachalot", "use “property-listings manage_cache --clear”"),
    ("sendtestemail", "the site sends no mail"),
    ("remove_stale_contenttypes", "the site has no content types"),
    ("drf_create_token", "set CACHE_API_TOKEN; see .env.example"),
    ("generateschema", DESCRIPTION),
    ("spectacular", DESCRIPTION),
    ("show_urls", DESCRIPTION),
    ("print_settings", "use “property-listings printconfig”"),
    ("generate_secret_key", "run “openssl rand -hex 32”, and set SECRET_KEY to what it prints"),
    ("version", "use “property-listings --version”"),
];

/// The hint for an unknown command.
pub(super) fn find(name: &str) -> Option<&'static str> {
    let mut hints = HINTS.iter();
    let found = hints.find(|(other, _)| *other == name);
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
        for (name, hint) in HINTS {
            assert!(program.find_subcommand(name).is_none(), "{name}");
            for named in hint.split("“property-listings ").skip(1) {
                let named = named.split([' ', '”']).next().unwrap_or_default();
                let is_option = named.starts_with("--");
                assert!(is_option || program.find_subcommand(named).is_some(), "{hint}");
            }
        }
    }
}
