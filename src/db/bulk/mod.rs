//! Loads and dumps many listings with `COPY`, without holding them in memory.
//!
//! Statement-level triggers log and tally the rows, so a load adds its rows to `property` in a single statement: more
//! than 1,000 rows are one event, and a location is tallied once. The values are already checked; this module does not
//! read files and does not know formats.
//!
//! **Invariant:** after a load, the identity sequence is past every id, so the next new row gets an unused one.

mod append;
mod comparison;
mod completion;
mod given;
mod indexes;
mod staging;
mod words;

pub use append::Append;
pub use comparison::{Comparison, compare, list_sample};
pub use completion::{count_missing, count_other_times, count_same, withdraw_missing};
pub use given::GivenFacts;
pub(super) use indexes::advance_sequence;
pub use staging::{BulkRow, Clash, Merged, Staging};
pub use words::{SearchWords, WordWorker};

use futures_util::{Stream, StreamExt as _};
use tokio_postgres::types::ToSql;

use super::fact_columns::COLUMNS;
use super::{Client, Result, properties};
use crate::domain::Property;

/// All listings of one snapshot in the order of their ids, as the server sends them.
pub async fn stream(
    client: &Client,
) -> Result<impl Stream<Item = Result<Property>> + Send + use<>> {
    let sql = format!("SELECT {COLUMNS} FROM property ORDER BY id");
    let no_parameters = std::iter::empty::<&(dyn ToSql + Sync)>();
    let rows = client.query_raw(&sql, no_parameters).await?;
    Ok(rows.map(|row| properties::property(&row?)))
}
