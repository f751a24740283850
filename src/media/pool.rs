//! A few threads of low priority for pictures, so that uploads don't slow pages down.

use std::num::NonZero;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::thread;

use tokio::sync::mpsc;

/// The maximum number of threads: each may hold a picture of 50 megapixels.
const MAX_THREADS: usize = 4;
/// How much lower their priority is than that of the threads that answer requests.
const NICENESS: i32 = 10;

type Work = Box<dyn FnOnce() + Send>;

/// Half as many threads as cores, at least one. They start with the first work and end with the last copy.
#[derive(Debug, Clone, Default)]
pub(super) struct Pool(Arc<OnceLock<mpsc::Sender<Work>>>);

impl Pool {
    fn start() -> mpsc::Sender<Work> {
        let (sender, receiver) = mpsc::channel::<Work>(1);
        let receiver = Arc::new(Mutex::new(receiver));
        let cores = thread::available_parallelism().map_or(1, NonZero::get);
        for _ in 0..(cores / 2).clamp(1, MAX_THREADS) {
            let receiver = receiver.clone();
            let spawned = thread::Builder::new().name("photos".to_owned()).spawn(move || {
                // On Linux, each thread has its own priority. If it can't be set, the work is done nevertheless.
                let _ = rustix::process::nice(NICENESS);
                loop {
                    // One thread waits at a time; the others wait for the lock.
                    let next =
                        receiver.lock().unwrap_or_else(PoisonError::into_inner).blocking_recv();
                    match next {
                        // A panic is logged. It drops the sender of the outcome, which gives the caller an error.
                        Some(work) => drop(catch_unwind(AssertUnwindSafe(work))),
                        None => return,
                    }
                }
            });
            if let Err(err) = spawned {
                log::error!("a thread for photos could not be started: {err}");
            }
        }
        sender
    }

    /// Runs work as soon as a thread is free. Waits while all are busy.
    pub(super) async fn run(&self, work: Work) {
        // The threads end only with the last sender.
        let _ = self.0.get_or_init(Self::start).send(work).await;
    }
}

#[cfg(test)]
mod tests {
    use tokio::sync::oneshot;

    use super::*;

    #[tokio::test]
    async fn a_panic_ends_one_work_and_not_those_after_it() {
        let pool = Pool::default();
        for _ in 0..2 * MAX_THREADS {
            pool.run(Box::new(|| panic!("a decoder's fault"))).await;
        }
        let (sender, done) = oneshot::channel();
        pool.run(Box::new(|| sender.send(()).expect("awaited"))).await;
        done.await.expect("done");
    }
}
