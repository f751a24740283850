//! Counts the events of a run, and reports them at its end.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crate::check::{Reading, Violation, millis};
use crate::run::Run;
use crate::windows::HEALTHY;

/// The number of violations of each rule that are reported in full; the others are only counted.
const TOLD: u64 = 8;
/// The number of samples of other events that are kept.
const SAMPLES: usize = 10;

#[derive(Default)]
struct Tally {
    reads: BTreeMap<&'static str, u64>,
    statuses: BTreeMap<u16, u64>,
    levels: BTreeMap<String, u64>,
    writes: BTreeMap<String, u64>,
    faults: BTreeMap<&'static str, u64>,
    violations: BTreeMap<&'static str, Broken>,
    notes: BTreeMap<String, u64>,
    samples: Vec<String>,
    unexpected_5xx: u64,
    staleness: BTreeMap<&'static str, Vec<Duration>>,
}

/// The violations of a rule.
#[derive(Default)]
struct Broken {
    count: u64,
    /// The first and the last time, in seconds of the run.
    times: Option<(f64, f64)>,
    /// The longest time that a newer version had been due.
    latest: Duration,
}

impl std::fmt::Display for Broken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.count)?;
        if let Some((first, last)) = self.times {
            let late = millis(self.latest);
            write!(f, " (from {first:.2} s to {last:.2} s, at most {late} too late)")?;
        }
        Ok(())
    }
}

/// Counts as it is told.
#[derive(Default)]
pub(crate) struct Report(Mutex<Tally>);

impl Report {
    fn tally(&self) -> MutexGuard<'_, Tally> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Counts a response of any kind.
    pub(crate) fn read(&self, run: &Run, reading: &Reading<'_>) {
        let mut tally = self.tally();
        *tally.reads.entry(reading.query.kind).or_default() += 1;
        *tally.statuses.entry(reading.status).or_default() += 1;
        let level = without_ttl(reading.cache_status);
        match tally.levels.get_mut(&level) {
            Some(count) => *count += 1,
            None => drop(tally.levels.insert(level, 1)),
        }
        drop(tally);
        if reading.status >= 500 {
            let what = format!("GET {}", reading.query.path);
            let span = (reading.begun, reading.ended);
            self.failed(run, reading.instance, reading.status, span, &what);
        }
    }

    /// Counts a response that reports a failure of the site.
    pub(crate) fn failed(
        &self,
        run: &Run,
        instance: usize,
        status: u16,
        (begun, ended): (Instant, Instant),
        what: &str,
    ) {
        let expected = status == 503 && run.windows.lacked_database(instance, begun, ended);
        if expected {
            self.note("503 while PostgreSQL was out of reach or just back");
            return;
        }
        // Its own clock went on, so what waited while it was frozen is over its time.
        if status == 503 && run.windows.was_down(instance, begun, ended) {
            self.note("503 of an instance that was frozen");
            return;
        }
        let faults = faults(run, begun, ended);
        let text = format!(
            "unexpected {status}: {what} on instance {instance}, {:.4} s to {:.4} s{faults}",
            run.seconds(begun),
            run.seconds(ended)
        );
        let mut tally = self.tally();
        tally.unexpected_5xx += 1;
        sample(&mut tally, text);
    }

    /// Counts a request without a response.
    pub(crate) fn broken(
        &self,
        run: &Run,
        instance: usize,
        begun: Instant,
        err: &std::io::Error,
        what: &str,
    ) {
        let now = Instant::now();
        if run.windows.was_down(instance, begun, now) {
            self.note("no answer from an instance that was down");
            return;
        }
        let faults = faults(run, begun, now);
        let begun = run.seconds(begun);
        let text =
            format!("no answer: {what} on instance {instance} at {begun:.4} s: {err}{faults}");
        let mut tally = self.tally();
        *tally.notes.entry("no answer from an instance that was up".to_owned()).or_default() += 1;
        sample(&mut tally, text);
    }

    /// Notes another event.
    pub(crate) fn note(&self, text: &str) {
        *self.tally().notes.entry(text.to_owned()).or_default() += 1;
    }

    /// Counts another unexpected event, with a sample.
    pub(crate) fn sample(&self, run: &Run, what: &str, detail: &str) {
        let mut tally = self.tally();
        *tally.notes.entry(what.to_owned()).or_default() += 1;
        let at = run.seconds(Instant::now());
        sample(&mut tally, format!("{what} at {at:.4} s: {detail}"));
    }

    pub(crate) fn wrote(&self, what: &'static str, how: &'static str, rows: usize) {
        let rows = u64::try_from(rows).unwrap_or(u64::MAX);
        *self.tally().writes.entry(format!("{what}, {how}")).or_default() += rows;
    }

    pub(crate) fn fault(&self, name: &'static str) {
        *self.tally().faults.entry(name).or_default() += 1;
    }

    /// Records how long a write through a channel took to be seen everywhere.
    pub(crate) fn seen(&self, channel: &'static str, time: Duration) {
        self.tally().staleness.entry(channel).or_default().push(time);
    }

    pub(crate) fn violation(&self, run: &Run, reading: &Reading<'_>, violation: Violation) {
        let mut tally = self.tally();
        let at = run.seconds(reading.begun);
        let broken = tally.violations.entry(violation.rule).or_default();
        broken.count += 1;
        broken.times = Some((broken.times.map_or(at, |(first, _)| first), at));
        broken.latest = broken.latest.max(violation.late);
        let told = broken.count <= TOLD;
        drop(tally);
        if !told {
            return;
        }
        let faults = faults(run, reading.begun, reading.ended);
        let from = reading.begun.checked_sub(violation.late + HEALTHY);
        let stall = run.pulse.worst(from.unwrap_or(run.begun), reading.begun);
        say(&format!(
            "VIOLATION ({}): {} {} on instance {} (life {}), asked at {:.4} s, answered after {}\n      Cache-Status: {}\n      {}\n      {} too late; this machine woke a sleeper up to {} late meanwhile{faults}",
            violation.rule,
            reading.status,
            reading.query.path,
            reading.instance,
            reading.epoch,
            run.seconds(reading.begun),
            millis(reading.ended - reading.begun),
            reading.cache_status,
            violation.what,
            millis(violation.late),
            millis(stall),
        ));
    }

    /// Counts the notable lines of an instance's log.
    pub(crate) fn log(&self, number: usize, log: &str) {
        let panics = log.lines().filter(|line| line.contains("panicked at"));
        for line in panics {
            let mut tally = self.tally();
            tally.violations.entry("the site panicked").or_default().count += 1;
            sample(&mut tally, format!("instance {number}: {line}"));
        }
    }

    /// A line about the progress, for the user.
    pub(crate) fn progress(&self, run: &Run) -> String {
        let tally = self.tally();
        let faults = faults(run, Instant::now(), Instant::now());
        format!(
            "{:6.1} s: {} reads, {} writes, {} violations, {} unexpected 5xx{}",
            run.seconds(Instant::now()),
            tally.reads.values().sum::<u64>(),
            tally.writes.values().sum::<u64>(),
            violations(&tally),
            tally.unexpected_5xx,
            faults.replace("\n     ", ";")
        )
    }

    /// The whole report, and whether the run succeeded.
    pub(crate) fn finish(&self, run: &Run) -> (String, bool) {
        let tally = self.tally();
        let mut text = String::new();
        let seconds = run.seconds(Instant::now());
        let reads: u64 = tally.reads.values().sum();
        let _ = writeln!(
            text,
            "freshness: {seconds:.0} s, seed {}, {} instances, {reads} reads ({:.0}/s)",
            run.seed,
            run.instances.len(),
            reads as f64 / seconds
        );
        let stall = millis(run.pulse.worst(run.begun, Instant::now()));
        let _ = writeln!(text, "this machine woke a sleeper up to {stall} late");
        section(&mut text, "reads by page", &tally.reads);
        section(&mut text, "reads by status", &tally.statuses);
        section(&mut text, "reads by level (Cache-Status)", &tally.levels);
        section(&mut text, "rows written", &tally.writes);
        section(&mut text, "faults", &tally.faults);
        section(&mut text, "noticed", &tally.notes);
        let _ = writeln!(
            text,
            "until a write was seen on every instance (healthy times; how the write came):"
        );
        for (channel, times) in &tally.staleness {
            let mut times = times.clone();
            times.sort_unstable();
            let at = |part: f64| millis(times[((times.len() - 1) as f64 * part) as usize]);
            let (p50, p99, max) = (at(0.5), at(0.99), at(1.0));
            let _ = writeln!(
                text,
                "  {channel:<10} p50 {p50}, p99 {p99}, max {max} ({} writes)",
                times.len()
            );
        }
        if !tally.samples.is_empty() {
            let _ = writeln!(text, "samples:");
            tally.samples.iter().for_each(|sample| {
                let _ = writeln!(text, "  {sample}");
            });
        }
        let violations = violations(&tally);
        let none = if violations == 0 { " none" } else { "" };
        let _ = writeln!(text, "violations:{none}");
        for (rule, broken) in &tally.violations {
            let _ = writeln!(text, "  {rule}: {broken}");
        }
        let _ = writeln!(
            text,
            "result: {violations} violation(s), {} unexpected 5xx",
            tally.unexpected_5xx
        );
        (text, violations == 0 && tally.unexpected_5xx == 0)
    }
}

fn violations(tally: &Tally) -> u64 {
    tally.violations.values().map(|broken| broken.count).sum()
}

fn sample(tally: &mut Tally, text: String) {
    if tally.samples.len() < 3 * SAMPLES {
        tally.samples.push(text);
    }
}

fn section<K: std::fmt::Display>(text: &mut String, title: &str, counts: &BTreeMap<K, u64>) {
    let _ = writeln!(text, "{title}:{}", if counts.is_empty() { " none" } else { "" });
    for (name, count) in counts {
        let _ = writeln!(text, "  {count:>9}  {name}");
    }
}

/// The faults around a period, one per line.
fn faults(run: &Run, begun: Instant, ended: Instant) -> String {
    let windows = run.windows.during(begun, ended).into_iter().map(|window| {
        let whom = window.instance.map_or(String::new(), |number| format!(" of instance {number}"));
        let end = window.ended.map_or("now".to_owned(), |end| format!("{:.4} s", run.seconds(end)));
        format!(
            "\n      fault: {}{whom} from {:.4} s to {end}",
            window.fault,
            run.seconds(window.begun)
        )
    });
    windows.collect()
}

/// `Cache-Status` without the numbers that differ between responses.
fn without_ttl(status: &str) -> String {
    let mut text = String::with_capacity(status.len());
    let mut rest = status;
    while let Some((before, after)) = rest.split_once("; ttl=") {
        text.push_str(before);
        rest = after.trim_start_matches(|c: char| c == '-' || c.is_ascii_digit());
    }
    text.push_str(rest);
    if text.is_empty() { "none".to_owned() } else { text }
}

/// Prints a line for the user.
#[expect(clippy::print_stderr, reason = "the checker talks to its terminal")]
pub(crate) fn say(text: &str) {
    eprintln!("{text}");
}
