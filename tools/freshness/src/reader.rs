//! Readers: request pages as browsers and programs do, and have every response checked.

use std::collections::HashMap;
use std::sync::Arc;

use rand::RngExt as _;
use rand::SeedableRng as _;
use rand::rngs::StdRng;
use rand::seq::IndexedRandom as _;

use crate::check::{self, Reading, Violation};
use crate::http::{Answer, Client};
use crate::instance::Instance;
use crate::page::{self, Format, Shown};
use crate::query::{Query, Scope};
use crate::run::Run;

/// The maximum number of copies that a reader keeps.
const MOST_COPIES: usize = 2_000;
/// The count is checked for one in this many lists of everything, because that examines every row.
const COUNTED: u32 = 16;

/// The encodings that a reader accepts.
const ENCODINGS: [&str; 3] = ["", "Accept-Encoding: br\r\n", "Accept-Encoding: gzip\r\n"];

/// A copy of a page with its validator, as a browser keeps it.
#[derive(Clone)]
struct Copy {
    etag: String,
    shown: Arc<Shown>,
}

/// A reader.
pub(crate) struct Reader {
    run: Arc<Run>,
    clients: Vec<Client>,
    copies: HashMap<(String, usize), Copy>,
    rng: StdRng,
}

impl Reader {
    pub(crate) fn new(run: Arc<Run>, stream: u64) -> Self {
        let rng = StdRng::seed_from_u64(run.seed.wrapping_mul(1_000_003).wrapping_add(stream));
        Self {
            clients: run.instances.iter().map(|_| Client::default()).collect(),
            copies: HashMap::new(),
            rng,
            run,
        }
    }

    /// Reads until the run is over.
    pub(crate) async fn read_on(mut self) {
        let mut next: Option<String> = None;
        while !self.run.is_over() {
            let Some(instance) = self.run.instances.choose(&mut self.rng).cloned() else {
                return;
            };
            let walked = next.take().filter(|_| self.rng.random_bool(0.6));
            let query = match walked {
                Some(path) => Some(Query::next(path)),
                None => Query::choose(&self.run.ledger, &mut self.rng),
            };
            let Some(query) = query else {
                tokio::task::yield_now().await;
                continue;
            };
            let shown = self.read(&instance, &query).await;
            let walks = query.room == Some(10) || query.kind == "cursor json";
            next = shown.and_then(|shown| shown.next.clone()).filter(|_| walks);
        }
    }

    /// Reads a page of an instance, and has it checked; returns its content if it has any.
    pub(crate) async fn read(
        &mut self,
        instance: &Arc<Instance>,
        query: &Query,
    ) -> Option<Arc<Shown>> {
        let encoding = match self.rng.random_range(0..10) {
            0 | 1 => 1,
            2 | 3 => 2,
            _ => 0,
        };
        let key = (query.path.clone(), encoding);
        let copy = self.copies.get(&key).filter(|_| !query.uncached).cloned();
        let copy = copy.filter(|_| self.rng.random_bool(0.5));
        let mut head = ENCODINGS[encoding].to_owned();
        if let Some(copy) = &copy {
            head.push_str(&format!("If-None-Match: {}\r\n", copy.etag));
        }
        let run = self.run.clone();
        let client = &mut self.clients[instance.number];
        let asked = std::time::Instant::now();
        let answer = match client.send(instance, "GET", &query.path, &head, "").await {
            Ok(answer) => answer,
            Err(err) => {
                run.report.broken(&run, instance.number, asked, &err, &query.path);
                // A closed port refuses at once.
                tokio::time::sleep(std::time::Duration::from_millis(2)).await;
                return None;
            }
        };
        let cache_status = answer.header("cache-status").to_owned();
        let reading = Reading {
            query,
            instance: instance.number,
            epoch: answer.epoch,
            begun: answer.begun,
            ended: answer.ended,
            status: answer.status,
            cache_status: &cache_status,
        };
        run.report.read(&run, &reading);
        let (shown, violations) = self.judge(&reading, &answer, copy);
        for violation in violations {
            run.report.violation(&run, &reading, violation);
        }
        let shown = shown?;
        if answer.status == 200 && !query.uncached {
            if self.copies.len() >= MOST_COPIES {
                self.copies.clear();
            }
            let etag = answer.header("etag").to_owned();
            self.copies.insert(key, Copy { etag, shown: shown.clone() });
        }
        Some(shown)
    }

    fn judge(
        &mut self,
        reading: &Reading<'_>,
        answer: &Answer,
        copy: Option<Copy>,
    ) -> (Option<Arc<Shown>>, Vec<Violation>) {
        let run = &self.run;
        let odd = |rule, what: String| (None, vec![Violation::new(rule, what)]);
        let shown = match (answer.status, copy) {
            (200, _) => {
                match answer.text().as_deref().and_then(|text| parse(reading.query, text)) {
                    Some(shown) => Arc::new(shown),
                    None => {
                        let text = answer.text().unwrap_or_default();
                        return odd("unreadable page", text.chars().take(300).collect());
                    }
                }
            }
            (304, Some(copy)) => copy.shown,
            (404 | 410, _) => return (None, check::absence(run, reading).into_iter().collect()),
            // Server errors are counted separately.
            (500.., _) => return (None, Vec::new()),
            (status, _) => return odd("unexpected answer", format!("status {status}")),
        };
        let marked = reading.cache_status.contains("stale-if-error");
        let excused = run.windows.lacked_database(reading.instance, reading.begun, reading.ended);
        if marked && !excused {
            return odd("stale-if-error without an outage", String::new());
        }
        let count_all = self.rng.random_range(0..COUNTED) == 0;
        let violations = check::page(run, reading, &shown, count_all);
        (Some(shown), violations)
    }
}

fn parse(query: &Query, text: &str) -> Option<Shown> {
    match query.scope {
        Scope::Row(_) => page::detail(text, query.format),
        _ => page::list(text, query.format),
    }
}

/// Requests a row's page from every instance until each shows a version or a later one; returns how long after a moment
/// the last one did.
pub(crate) async fn seen_everywhere(
    readers: &mut [Reader],
    query: &Query,
    version: usize,
    since: std::time::Instant,
) -> Option<std::time::Duration> {
    let waits = readers.iter_mut().enumerate().map(|(number, reader)| async move {
        let instance = reader.run.instances.get(number)?.clone();
        while since.elapsed() < std::time::Duration::from_secs(10) && !reader.run.is_over() {
            let shown = reader.read(&instance, query).await;
            if shown.is_some_and(|shown| shown.rows.iter().any(|row| row.version >= version)) {
                return Some(since.elapsed());
            }
        }
        None
    });
    let all = futures_util::future::join_all(waits).await;
    all.into_iter().collect::<Option<Vec<_>>>()?.into_iter().max()
}

/// Puts a row's page into every instance's cache.
pub(crate) async fn warm(readers: &mut [Reader], row: &Arc<crate::ledger::Row>) -> Option<Query> {
    let query = Query::detail(row, Format::Json)?;
    for (number, reader) in readers.iter_mut().enumerate() {
        let instance = reader.run.instances.get(number)?.clone();
        reader.read(&instance, &query).await;
    }
    Some(query)
}
