//! What the site is about: properties, the queries that list them, the events that writing them causes.
//!
//! Everything here is plain data and parsing. **Invariant:** no I/O, and no import from another layer; a value
//! that exists has been checked, so no other layer checks it again.

mod cursor;
mod event;
mod field_errors;
mod history;
mod listing_filter;
mod listing_query;
mod permission;
mod place;
mod price;
mod price_band;
mod property;
mod property_form;
mod sitemap;
mod sort;
mod text;
mod user;
pub mod word_forms;

pub use cursor::{Cursor, Direction, SortValue};
pub use event::{Change, EventId, PropertyEvent, RowState};
pub use field_errors::FieldErrors;
pub use history::{FieldChange, HistoryEntry};
pub use listing_filter::ListingFilter;
pub use listing_query::{
    Cursors, DEFAULT_PAGE_SIZE, ListingQuery, MAX_PAGE, MAX_PAGE_SIZE, Position,
};
pub use permission::{Permission, Permissions};
pub use place::{Place, PlaceQuery};
pub use price::{Price, PriceError, grouped_digits};
pub use price_band::PriceBand;
pub use property::{NewProperty, Property, PropertyId, Version};
pub use property_form::PropertyForm;
pub use sitemap::{ListedPart, ListedProperty, SitemapPart};
pub use sort::Sort;
pub use text::{Description, FoldedLocation, Location, SearchText, TextError, Title};
pub use user::{Password, PasswordError, User, UserId, Username};
