//! A worker: claims jobs that are due, runs some of them at once, and extends its claims while they run.
//!
//! **Invariant:** what a worker notes of a job counts only while the claim is its own.

use std::collections::HashSet;
use std::panic::AssertUnwindSafe;
use std::pin::pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use futures_util::FutureExt as _;
use tokio::sync::Notify;
use tokio::task::JoinSet;
use tokio::time::{Instant, interval, sleep, timeout};

use super::jobs::Jobs;
use super::jobs::error::JobError;
use super::tasks::Tasks;
use crate::db::jobs::Claimed;
use crate::db::{DbError, JobListener, jobs};
use crate::domain::{JobKind, delay_after};

/// How many jobs a worker runs at once: some wait for other servers.
const AT_ONCE: usize = 4;
/// How long a claim holds without a sign of life. Too low, and a short outage lets two workers run a job at the same time;
/// too high, and the jobs of a killed worker wait.
const LEASE: Duration = Duration::from_secs(30);
/// The time between two signs of life.
const SIGN: Duration = Duration::from_secs(10);
/// How long a lost notification can go unnoticed.
const POLL: Duration = Duration::from_secs(10);
/// The pause after the database could not be asked.
const PAUSE: Duration = Duration::from_secs(1);
/// How long running jobs may take to end when the worker stops. The requests of a site end at the same time.
const DRAIN: Duration = Duration::from_secs(5);
/// How long the database may take then.
const SHUTDOWN_TIMEOUT: Duration = Duration::from_secs(2);

/// A worker; cheap to clone.
#[derive(Clone)]
pub struct Worker {
    jobs: Jobs,
    tasks: Arc<Tasks>,
    /// The worker's name, which no other worker has, not even an earlier one on this machine.
    name: Arc<str>,
    /// The kinds of jobs whose server can't be reached: each outage is logged once.
    blocked: Arc<Mutex<HashSet<JobKind>>>,
}

impl Worker {
    /// A worker of a program, which runs these tasks.
    pub fn new(jobs: Jobs, tasks: Tasks) -> Self {
        let number = URL_SAFE_NO_PAD.encode(rand::random::<[u8; 6]>());
        let name = format!("{}-{number}", std::process::id());
        Self { jobs, tasks: Arc::new(tasks), name: name.into(), blocked: Arc::default() }
    }

    /// Runs jobs until it is to stop. Then the running jobs may end; those that take longer are given back.
    pub async fn run(self, stop: impl Future<Output = ()>) {
        let heard = Arc::new(Notify::new());
        let mut running = JoinSet::new();
        let mut listening = JoinSet::new();
        listening.spawn(self.clone().listen(heard.clone()));
        tokio::select! {
            () = self.work(&heard, &mut running) => {}
            () = stop => {}
        }
        drop(listening);
        self.drain(running).await;
    }

    async fn work(&self, heard: &Notify, running: &mut JoinSet<()>) {
        let mut signs = interval(SIGN);
        let (mut is_set_up, mut told) = (false, false);
        loop {
            let mut wait = POLL;
            if running.len() < AT_ONCE {
                match self.claim(&mut is_set_up).await {
                    Ok(Ok(job)) => {
                        running.spawn(self.clone().run_one(job));
                        continue;
                    }
                    Ok(Err(next)) => {
                        told = false;
                        wait = next.min(POLL);
                    }
                    Err(err) => {
                        if !std::mem::replace(&mut told, true) {
                            log::warn!("jobs wait until the database can be reached: {err}");
                        }
                        wait = PAUSE;
                    }
                }
            }
            let has_room = running.len() < AT_ONCE;
            tokio::select! {
                Some(_) = running.join_next() => {}
                () = heard.notified(), if has_room => {}
                () = sleep(wait), if has_room => {}
                _ = signs.tick() => self.show_life(!running.is_empty()).await,
            }
        }
    }

    /// A job that is due, or how long until the next one is.
    async fn claim(&self, is_set_up: &mut bool) -> Result<Result<Claimed, Duration>, DbError> {
        let client = self.jobs.database.client().await?;
        if !*is_set_up {
            let runs = |kind: &JobKind| kind.period().is_some() && self.tasks.runs(*kind);
            for kind in JobKind::ALL.into_iter().filter(runs) {
                jobs::insert(&client, kind, &serde_json::json!({}), Some(kind.name())).await?;
            }
            *is_set_up = true;
        }
        Ok(match jobs::claim(&client, &self.name, LEASE).await? {
            Some(job) => Ok(job),
            None => Err(jobs::find_wait(&client).await?.unwrap_or(POLL)),
        })
    }

    async fn show_life(&self, is_busy: bool) {
        if is_busy {
            let extended = async {
                let client = self.jobs.database.client().await?;
                jobs::extend(&client, &self.name, LEASE).await
            };
            if let Err(err) = extended.await {
                log::debug!("the leases of jobs could not be extended, trying again: {err}");
            }
        }
    }

    /// Tells when jobs were added, and when some may have been missed.
    async fn listen(self, heard: Arc<Notify>) {
        loop {
            match JobListener::connect(&self.jobs.database).await {
                Ok(mut listener) => {
                    heard.notify_one();
                    while listener.hear().await {
                        heard.notify_one();
                    }
                }
                Err(err) => log::debug!("can't listen for jobs, trying again: {err}"),
            }
            sleep(PAUSE).await;
        }
    }

    async fn run_one(self, job: Claimed) {
        let begun = Instant::now();
        let work = AssertUnwindSafe(Box::pin(self.tasks.run(&job))).catch_unwind();
        let outcome = match timeout(job.kind.limit(), work).await {
            Ok(Ok(done)) => done,
            Ok(Err(_)) => Err(JobError::Later("The job panicked; see the log.".to_owned())),
            Err(_) => {
                let seconds = job.kind.limit().as_secs();
                Err(JobError::Later(format!("It took longer than {seconds} seconds.")))
            }
        };
        let word = match &outcome {
            Ok(()) => "done",
            Err(_) => "failed",
        };
        self.jobs.figures.count(job.kind, word, begun.elapsed());
        // What was done must be noted, or it will be done again.
        while let Err(err) = self.note(&job, &outcome).await {
            log::warn!("the outcome of a job could not be stored, trying again: {err}");
            sleep(PAUSE).await;
        }
    }

    async fn note(&self, job: &Claimed, outcome: &Result<(), JobError>) -> Result<(), DbError> {
        let client = self.jobs.database.client().await?;
        let kind = job.kind.name();
        let Err(err) = outcome else {
            jobs::finish(&client, &self.name, job).await?;
            if self.blocked().remove(&job.kind) {
                log::info!("jobs continue kind={kind}: their server is back");
            }
            return Ok(());
        };
        let again = match err {
            JobError::Never(_) => None,
            JobError::Later(_) | JobError::Outage(_) => delay_after(job.tries, rand::random()),
        };
        let is_outage = matches!(err, JobError::Outage(_));
        let (id, tries) = (job.id.0, job.tries);
        let text = err.to_string();
        jobs::fail(&client, &self.name, job, &text, again, is_outage).await?;
        match again {
            Some(_) if is_outage && !self.blocked().insert(job.kind) => {
                log::debug!("job waits for its server kind={kind} id={id} tries={tries}: {text}");
            }
            Some(again) => log::warn!(
                "job failed kind={kind} id={id} tries={tries} again_in={}s: {text}",
                again.as_secs()
            ),
            None => log::error!("job failed for good kind={kind} id={id} tries={tries}: {text}"),
        }
        Ok(())
    }

    fn blocked(&self) -> MutexGuard<'_, HashSet<JobKind>> {
        self.blocked.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn drain(self, mut running: JoinSet<()>) {
        let ended = async { while running.join_next().await.is_some() {} };
        if timeout(DRAIN, pin!(ended)).await.is_err() {
            running.shutdown().await;
        }
        // Also a claim that was given up half-way.
        let release = async {
            let client = self.jobs.database.client().await?;
            jobs::release(&client, &self.name).await
        };
        match timeout(SHUTDOWN_TIMEOUT, release).await {
            Ok(Ok(0)) => {}
            Ok(Ok(count)) => log::info!("{count} job(s) were returned to the queue"),
            Ok(Err(err)) => log::warn!("jobs could not be returned to the queue: {err}"),
            Err(_) => log::warn!("jobs could not be returned to the queue in time"),
        }
    }
}
