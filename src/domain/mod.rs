//! The domain: listings, the queries that list them, and the events that changes cause.
//!
//! The domain is plain data and parsing. **Invariant:** no I/O, and no import from another layer; a value that exists
//! has been checked, so no other layer checks it again.

mod account_event;
mod admin_list;
mod alert;
mod alert_query;
mod area;
mod characters;
mod coordinate;
mod count;
mod cursor;
mod decimal;
mod declared_facts;
mod email_address;
mod enquiry;
mod event;
mod facet;
mod fact;
mod fact_filter;
mod fact_kind;
mod facts;
mod field_errors;
mod history;
mod history_query;
mod import;
mod job;
mod listing_filter;
mod listing_query;
mod local_time;
mod log_position;
mod login;
mod look_alike;
mod merge;
mod named;
mod near;
mod network;
mod password;
mod permission;
mod photo;
mod place;
mod presentation;
mod price;
mod price_band;
mod property;
mod property_form;
mod property_id;
mod query_string;
mod reduction;
mod session_entry;
mod shortlist;
mod sitemap;
mod sort;
mod status;
mod text;
mod user;
mod user_agent;
mod user_form;
pub mod word_forms;
mod words;

pub use account_event::{AccountChange, AccountEvent};
pub use admin_list::{
    ADMIN_PAGE_SIZE, AdminColumn, AdminFilter, AdminListQuery, AdminOrder, BulkChange,
    MAX_ADMIN_PAGE, MAX_ADMIN_PAGE_SIZE, OrderTerm, RowsSeen, Selection,
};
pub use alert::{
    Alert, AlertForm, AlertId, AlertMatch, AlertState, Candidate, Frequency, MarketState, NewAlert,
    Reason,
};
pub use alert_query::AlertQuery;
pub use area::AreaUnit;
pub use characters::is_visible;
pub use count::Count;
pub use cursor::{Cursor, Direction, SortValue};
pub use declared_facts::{FACT_COUNT, FACTS, GROUPS, REQUIRED};
pub use email_address::EmailAddress;
pub use enquiry::{Enquiry, EnquiryFilter, EnquiryForm, EnquiryState, NewEnquiry};
pub use event::{Change, Entity, Event, EventId, RowState};
pub use facet::{Facet, FacetCount, FacetCounts};
pub use fact::{Fact, FilterKind};
pub use fact_filter::{Asked, Comparison, FactFilter, FactParameter};
pub use fact_kind::{FactKind, FactValue, SEPARATOR};
pub use facts::{Facts, FactsJson, optional_facts, sorted_facts};
pub use field_errors::{FieldErrors, beginning, first_of, shown_again};
pub use history::{Author, ChangeMark, DeletedListing, FieldChange, HistoryEntry};
pub use history_query::{HistoryKind, HistoryPlace, HistoryQuery};
pub use import::{ImportRecord, ImportSample, UploadId};
pub use job::{Job, JobCounts, JobId, JobKind, JobState, MAX_TRIES, delay_after};
pub use listing_filter::{ListingFilter, MAX_LOCATIONS, MAX_SINCE, since_words};
pub use listing_query::{
    Cursors, DEFAULT_PAGE_SIZE, ListingQuery, MAX_PAGE, MAX_PAGE_SIZE, Position,
};
pub use local_time::latest_digest;
pub use log_position::{LogPosition, LogSnapshot, NotAPosition};
pub use login::{LoginEvent, LoginFilter, LoginKind};
pub use look_alike::{NameError, Names};
pub use merge::{ChangedBy, MergedField, merge};
pub use near::{Coordinates, Radius};
pub use network::network_of;
pub use password::{Password, PasswordError, PasswordErrors};
pub use permission::{Permission, Permissions};
pub use photo::{Photo, PhotoFile, PhotoFormat, PhotoHash, Photos};
pub use place::{Place, PlaceQuery};
pub use presentation::{Presentation, presentation};
pub use price::{ON_APPLICATION, Price, PriceError, grouped_digits};
pub use price_band::PriceBand;
pub use property::{FactValues, NewProperty, Property, Version};
pub use property_form::PropertyForm;
pub use property_id::PropertyId;
pub use reduction::Reduction;
pub use session_entry::SessionEntry;
pub use shortlist::Shortlist;
pub use sitemap::{ListedPart, ListedProperty, SitemapPart};
pub use sort::{Sort, SortKey};
pub use status::{Status, StatusFilter};
pub use text::{Description, FoldedLocation, Location, SearchText, TextError, Title};
pub use user::{User, UserId, Username};
pub use user_form::{NewAccount, UserForm, UserQuery, UserStanding, parse_email};
