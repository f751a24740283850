//! The web: routes, handlers, middleware and views.
//!
//! A handler parses its input, calls one service and shows a view. **Invariant:** public pages never see a cookie,
//! and nothing here touches pools, SQL or Redis.

mod admin;
mod assets;
mod csrf;
mod error;
mod forms;
mod health;
mod listings;
mod management;
mod middleware;
mod negotiation;
mod openapi;
mod pages;
mod public;
mod routes;
mod routing;
mod site;
mod staff;
mod views;

pub use error::AppError;
pub use openapi::document as api_description;
pub use pages::explained;
pub use routes::configure;
pub use site::Site;
pub use views::listings::list_html;

/// The middleware around every route, from the outside in.
pub mod around {
    pub use super::middleware::clean_address::clean_address;
    pub use super::middleware::error_pages::error_pages;
    pub use super::middleware::request_id::{RequestId, request_id};
    pub use super::middleware::security::security;
    pub use super::pages::{Lane, LaneService};
}
