//! The description of the site's addresses for programs (OpenAPI 3.1).
//!
//! Shapes come from the types that are sent where those are the web's own, and from types of this module where an answer
//! is put together by a service: a test compares both with real answers.

mod listings;
mod machines;
mod management;
mod parameters;
mod responses;
mod schemas;

use serde_json::{Value, json};
use utoipa::openapi::path::PathItem;
use utoipa::openapi::security::{
    ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityRequirement, SecurityScheme,
};
use utoipa::openapi::{
    Components, ComponentsBuilder, InfoBuilder, License, OpenApiBuilder, Paths, Server,
};

/// What the description says of itself.
const ABOUT: &str = "Listings as JSON, a site map and feeds, and what operators do with the cache. Pages answer HEAD as \
    they answer GET. Of a query, an unknown parameter is ignored and an empty one counts as absent. A page that is asked \
    for with Authorization comes past the cache: without Age, ETag and Vary.";

/// The description of a site; in development mode its management is open.
pub fn document(debug: bool) -> Value {
    let mut paths = Paths::new();
    let operators = management::routes(&security(debug));
    for (path, method, operation) in listings::routes()
        .into_iter()
        .chain(machines::routes())
        .chain(operators)
    {
        let item = PathItem::new(method, operation);
        paths
            .paths
            .entry(path.to_owned())
            .or_default()
            .merge_operations(item);
    }
    let license = License::new("MIT");
    let info = InfoBuilder::new()
        .title("Property Listings")
        .version(env!("CARGO_PKG_VERSION"))
        .description(Some(ABOUT))
        .license(Some(license))
        .build();
    let document = OpenApiBuilder::new()
        .info(info)
        .servers(Some([Server::new("/")]))
        .paths(paths)
        .components(Some(components()))
        .build();
    with_required_headers(json!(document))
}

/// Who may use the management: a script, staff, and in development mode anybody.
fn security(debug: bool) -> Vec<SecurityRequirement> {
    let none = || Vec::<String>::new();
    let script = SecurityRequirement::new("token", none());
    let staff = SecurityRequirement::new("session", none());
    let staff = staff.add("csrf", none());
    let anybody = debug.then(SecurityRequirement::default);
    [script, staff].into_iter().chain(anybody).collect()
}

fn components() -> Components {
    let token = HttpBuilder::new()
        .scheme(HttpAuthScheme::Bearer)
        .description(Some("CACHE_API_TOKEN of the site's configuration."))
        .build();
    let session = ApiKeyValue::with_description(
        "sessionid",
        "The session of staff, who log in at /admin/login/. In development mode (DEBUG=true) the management needs \
         neither this nor a token, unless a foreign web page asks.",
    );
    let csrf = ApiKeyValue::with_description(
        "X-CSRF-Token",
        "The session's security token, which a POST needs; a form may have it as the field csrf_token instead.",
    );
    let components = ComponentsBuilder::new()
        .security_scheme("token", SecurityScheme::Http(token))
        .security_scheme("session", SecurityScheme::ApiKey(ApiKey::Cookie(session)))
        .security_scheme("csrf", SecurityScheme::ApiKey(ApiKey::Header(csrf)));
    responses::register(schemas::register(components)).build()
}

/// Headers that are described are there, but for those that depend on the representation: the builders can't say so.
fn with_required_headers(mut document: Value) -> Value {
    let headers = document["components"]["headers"].as_object_mut();
    for (name, header) in headers.into_iter().flatten() {
        header["required"] = json!(!responses::OPTIONAL_HEADERS.contains(&name.as_str()));
    }
    document
}
