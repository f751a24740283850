//! The web: routes, handlers, middleware and views.
//!
//! A handler parses its input, calls one service and renders a view. **Invariant:** public pages never see a cookie,
//! and this layer does not use pools, SQL or Redis. It uses only the pages and policies of the cache.

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
pub use middleware::{Lane, LaneService, RequestId, error_pages, request_id};
pub use openapi::document as api_description;
pub use pages::explained;
pub use progress::{Phase, Progress};
pub use routes::configure;
pub use site::Site;
pub use views::listings::list_html;
