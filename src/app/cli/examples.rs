//! The examples below the options in `--help`.
//!
//! Each indented line is a complete shell command, possibly with a comment. A test parses all of them.

/// Below the list of commands.
pub(super) const PROGRAM: &str = "\
Examples:
  property-listings                          # serve the site at http://127.0.0.1:8000/
  property-listings createsuperuser          # create an account for the admin
  property-listings sampledata --count 500   # add made-up listings
  property-listings check --deploy           # check the settings of a public site
  property-listings help loaddata            # explain a command

Exit codes: 0 done, 1 failed, 2 wrong usage or configuration, 130 interrupted.";

pub(super) const SERVE: &str = "\
Examples:
  property-listings serve
  HOST=0.0.0.0 PORT=80 DEBUG=false property-listings serve
  property-listings serve --no-migrate   # if migrations run as a separate step";

pub(super) const WORKER: &str = "\
Examples:
  WORKER=off property-listings serve   # on the machine that serves the site
  property-listings worker             # on another machine, with the same DATABASE_URL

Any number of workers can run. At SIGTERM, a worker finishes its jobs or returns them to the queue.";

pub(super) const SENDTESTEMAIL: &str = "\
Examples:
  property-listings sendtestemail ann@example.com
  EMAIL_URL=smtp://mail.example:2525 property-listings sendtestemail ann@example.com bob@example.com";

pub(super) const MIGRATE: &str = "\
Examples:
  property-listings migrate
  property-listings migrate --plan    # show pending migrations
  property-listings migrate --check   # exit with 1 if something is pending";

pub(super) const CREATESUPERUSER: &str = "\
Examples:
  property-listings createsuperuser
  SUPERUSER_PASSWORD=… property-listings createsuperuser --noinput --username ann

With --noinput, SUPERUSER_USERNAME and SUPERUSER_EMAIL replace missing options, and SUPERUSER_PASSWORD is the password.";

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
  property-listings loaddata --dry-run listings.csv   # show what would change
  property-listings loaddata --skip-invalid monday.csv tuesday.xlsx
  property-listings loaddata --map Suburb=location --ignore Agent --default status=draft agency.csv
  property-listings loaddata --decimal , --save-map agency.json agency.csv
  property-listings loaddata --map-file agency.json --withdraw-missing agency.csv
  property-listings loaddata --photos pictures agency.csv   # the column photos has: front.jpg|kitchen.jpg
  xz -dc dump.csv.xz | property-listings loaddata -

In a file of this site's own, a row updates the listing with its id. In any other file, a row updates the listing with its reference; all other rows are added. An empty cell leaves a fact unchanged, and - removes it. If columns or numbers can be read in several ways, nothing is loaded, and the command line to type is printed.

With --photos, or if the file is in a ZIP with pictures, the photos that a row names become those of its listing, in this order. A row that names a missing or damaged file is invalid.";

pub(super) const DUMPDATA: &str = "\
Examples:
  property-listings dumpdata > listings.csv
  property-listings dumpdata --format xlsx --output listings.xlsx
  property-listings dumpdata --format reso --output listings.json
  property-listings dumpdata | head

csv has texts unchanged; sheet is CSV for spreadsheets: it protects texts that would run as formulas; xlsx is an Excel workbook; jsonl is one JSON object a line; reso has the names of the RESO Data Dictionary; django is read by manage.py loaddata --ignorenonexistent. loaddata reads each of them back unchanged.

A file is replaced only when the dump is complete.";

pub(super) const MANAGE_CACHE: &str = "\
Examples:
  property-listings manage_cache --status
  property-listings manage_cache --clear
  property-listings manage_cache --clear --tag location:Leith   # count, ask, then clear
  property-listings manage_cache --explain /properties/7/
  property-listings manage_cache --load-test --url http://127.0.0.1:8000
  property-listings manage_cache --metrics --format json | jq .metrics.memory_usage

A command sees Redis, but not the memory or the counters of running instances: see /properties/redis-metrics/ on each instance. Without --url, the load test starts its own server, which has no memory tier.";

pub(super) const MANAGE_MEDIA: &str = "\
Examples:
  property-listings manage_media --check
  property-listings manage_media --gc

A running site removes unused files once a day as well. Nothing is removed for a day after a statement that changed more than 1,000 listings: the history does not say which photos they had.";

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

Running sites show a change made here immediately.";

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
