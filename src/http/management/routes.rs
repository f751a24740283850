//! The handlers of the management endpoints.

use actix_web::{Resource, web};

use super::{clearing, handlers, load_test, stream};
use crate::http::routing::get;
use crate::services::urls::Operators;

/// The handlers of a URL.
pub(in crate::http) fn of(address: Operators, resource: Resource) -> Resource {
    let route = match address {
        Operators::Metrics => get().to(handlers::exposition),
        Operators::Status => get().to(handlers::status),
        Operators::Clear => web::post().to(clearing::clear),
        Operators::Test => get().to(handlers::test),
        Operators::Dashboard => get().to(handlers::metrics),
        Operators::Stream => get().to(stream::watch),
        Operators::Explain => get().to(handlers::explain),
        Operators::LoadTest => web::post().to(load_test::load_test),
        Operators::Signals => web::post().to(handlers::test_signals),
        Operators::Warm => {
            let shown = resource.route(get().to(handlers::warming));
            return shown.post(handlers::start_warming);
        }
    };
    resource.route(route)
}
