//! Changes made with the command line: `loaddata` while the instances run.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use super::{Change, Done};
use crate::instance::Instance;
use crate::ledger::Taker;
use crate::run::Run;

/// The time limit of a command.
const PATIENCE: Duration = Duration::from_secs(20);

/// Loads a file with some rows; rows without an id are added.
pub(super) async fn load(run: &Run, instance: Option<Arc<Instance>>, changes: &[Change]) -> Done {
    static NUMBER: AtomicU32 = AtomicU32::new(0);
    let Some(instance) = instance else {
        return Done::NotTried;
    };
    let number = NUMBER.fetch_add(1, Ordering::Relaxed);
    let file = run.directory.join(format!("load-{number}.csv"));
    if let Err(err) = write(&file, changes) {
        run.report.sample(run, "a file can't be written", &err.to_string());
        return Done::NotTried;
    }
    let mut program = instance.command(&format!("loaddata {}", file.display()));
    program.log = run.directory.join("loaddata.log");
    let Ok(mut process) = program.start().await else {
        return Done::NotTried;
    };
    let status = tokio::time::timeout(PATIENCE, process.status()).await;
    let done = match status {
        Ok(Some(0)) => Done::Acknowledged(Instant::now(), Taker::Command),
        // It is unknown how far it got.
        Ok(_) => Done::Unknown,
        Err(_) => {
            // An error means that it has just ended.
            let _ = process.kill().await;
            Done::Unknown
        }
    };
    let _ = std::fs::remove_file(&file);
    done
}

fn write(file: &std::path::Path, changes: &[Change]) -> anyhow::Result<()> {
    let mut csv = csv::Writer::from_path(file)?;
    csv.write_record(["id", "title", "description", "price", "location"])?;
    for change in changes {
        let row = &change.row;
        let Some(state) = change.state else {
            continue;
        };
        if row.id().is_none() {
            // An id as from another site's dump.
            row.set_id(20_000_000 + i64::from(row.number));
        }
        csv.write_record([
            row.id().map_or(String::new(), |id| id.to_string()),
            row.title(change.version),
            format!("About row {}.", row.number),
            format!("{}.00", row.price(state, change.version)),
            row.place(state),
        ])?;
    }
    csv.flush()?;
    Ok(())
}
