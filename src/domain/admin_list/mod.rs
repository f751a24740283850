//! The query of the admin's list, and the selection of rows for an action.

mod filter;
mod order;
mod query;
mod selection;

pub use filter::AdminFilter;
pub use order::{AdminColumn, AdminOrder, OrderTerm};
pub use query::{ADMIN_PAGE_SIZE, AdminListQuery, MAX_ADMIN_PAGE, MAX_ADMIN_PAGE_SIZE};
pub use selection::{BulkChange, RowsSeen, Selection};
