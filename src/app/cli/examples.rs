//! What `--help` shows below a command's options.
//!
//! Each indented line is one command that a shell runs as it is, with a comment perhaps. A test parses them all.

/// Below the list of commands.
pub(super) const PROGRAM: &str = "\
Examples:
  property-listings                          # serve the site at http://127.0.0.1:8000/
  property-listings createsuperuser          # create an account for the admin
  property-listings sampledata --count 500   # add made-up listings
  property-listings check --deploy           # find what a public site should not have
  property-listings help loaddata            # say more about a command

Exit codes: 0 done, 1 failed, 2 wrong usage or configuration, 130 interrupted.";

pub(super) const SERVE: &str = "\
Examples:
  property-listings serve
  HOST=0.0.0.0 PORT=80 DEBUG=false property-listings serve
  property-listings serve --no-migrate   # where migrations are a step of their own";

pub(super) const MIGRATE: &str = "\
Examples:
  property-listings migrate
  property-listings migrate --plan    # print what would be applied
  property-listings migrate --check   # exit with 1 if something is pending";

pub(super) const CREATESUPERUSER: &str = "\
Examples:
  property-listings createsuperuser
  SUPERUSER_PASSWORD=… property-listings createsuperuser --noinput --username ann

With --noinput, SUPERUSER_USERNAME and SUPERUSER_EMAIL stand in for the options, and the password is SUPERUSER_PASSWORD.";

pub(super) const CHANGEPASSWORD: &str = "\
Examples:
  property-listings changepassword ann
  SUPERUSER_PASSWORD=… property-listings changepassword ann </dev/null

Without a terminal the password comes from SUPERUSER_PASSWORD.";

pub(super) const SAMPLEDATA: &str = "\
Example:
  property-listings sampledata --count 1000000";

pub(super) const LOADDATA: &str = "\
Examples:
  property-listings loaddata listings.csv
  property-listings loaddata --skip-invalid monday.csv tuesday.jsonl
  property-listings loaddata --sheet listings-2026-01-31.csv   # from the admin
  xz -dc dump.csv.xz | property-listings loaddata --format csv -

A row with an id that exists updates that listing; all others are added. A bad row is named with file, line and field.";

pub(super) const DUMPDATA: &str = "\
Examples:
  property-listings dumpdata > listings.csv
  property-listings dumpdata --format jsonl --output listings.jsonl
  property-listings dumpdata | head

A file is replaced only when the dump is complete.";

pub(super) const MANAGE_CACHE: &str = "\
Examples:
  property-listings manage_cache --status
  property-listings manage_cache --clear
  property-listings manage_cache --clear --tag location:Leith   # count, ask, then clear
  property-listings manage_cache --explain /properties/7/
  property-listings manage_cache --load-test --url http://127.0.0.1:8000
  property-listings manage_cache --metrics --format json | jq .metrics.memory_usage

A command sees Redis, and no site's memory or counters: those are at /properties/redis-metrics/ of each site.
Without --url the load test asks a site of the command's own, which has no memory tier.";

pub(super) const CHECK: &str = "\
Examples:
  property-listings check
  property-listings check --deploy --fail-level warning
  property-listings check --deploy --silence database.W001 --format json";

pub(super) const DBSHELL: &str = "\
Examples:
  property-listings dbshell
  property-listings dbshell -- -c 'SELECT count(*) FROM property'
  property-listings dbshell < changes.sql

What is changed here counts as any other change: running sites show it at once.";

pub(super) const PRINTCONFIG: &str = "\
Examples:
  property-listings printconfig --changed
  property-listings printconfig --format json";

pub(super) const COMPLETIONS: &str = "\
Examples:
  property-listings completions bash > ~/.local/share/bash-completion/completions/property-listings
  property-listings completions zsh > ~/.zfunc/_property-listings   # where fpath has ~/.zfunc
  property-listings completions fish > ~/.config/fish/completions/property-listings.fish";

pub(super) const MAN: &str = "\
Examples:
  property-listings man | man -l -
  property-listings man loaddata | man -l -
  property-listings man --output ~/.local/share/man/man1";
