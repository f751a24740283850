//! The web: routes, handlers, middleware and views.
//!
//! A handler parses its input, calls one service and shows a view. **Invariant:** public pages never see a cookie,
//! and nothing here touches pools, SQL or Redis. Of the cache, only pages and their policy are used here.

mod admin;
mod alerts;
mod assets;
mod clean_address;
mod client_address;
mod csrf;
mod enquiries;
mod error;
mod forms;
mod health;
mod listings;
mod management;
mod messages;
mod middleware;
mod negotiation;
mod openapi;
mod pages;
mod photos;
mod progress;
mod public;
mod routes;
mod routing;
mod site;
mod spam;
mod staff;
mod views;

use error::Answer;
pub use error::AppError;
pub use middleware::{Lane, LaneService, RequestId, error_pages, gate, request_id};
pub use openapi::document as api_description;
pub use pages::explained;
pub use progress::{Phase, Progress};
pub use routes::configure;
pub use site::Site;
pub use views::listings::list_html;
