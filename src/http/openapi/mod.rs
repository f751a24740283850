//! The API description (OpenAPI 3.1).
//!
//! Schemas are derived from the types that are sent, or from types of this module for responses that are assembled as
//! JSON. A test compares the description with real responses.

mod parameters;
mod route;
mod routes;
mod schemas;

use serde_json::{Value, json};
use utoipa::openapi::security::{
    ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityRequirement, SecurityScheme,
};
use utoipa::openapi::{
    Components, ComponentsBuilder, InfoBuilder, License, OpenApiBuilder, Paths, Server,
};

/// The introduction of the description.
const ABOUT: &str = "Listings as JSON, the sitemap, feeds, and cache management. HEAD works like GET. Unknown \
query parameters are ignored, and empty ones count as absent. A request with Authorization bypasses the cache, \
so its response has no Age, ETag or Vary.";

/// The description of a site; in development mode its management endpoints need no credentials.
pub fn document(debug: bool) -> Value {
    let mut paths = Paths::new();
    let operators = routes::management(&security(debug));
    let routes = [routes::listings(), routes::machines(), operators];
    for route in routes.into_iter().flatten() {
        route.add_to(&mut paths);
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
    let mut document = json!(document);
    for schema in document["components"]["schemas"].as_object_mut().into_iter().flatten() {
        require_nullable(schema.1);
    }
    with_required_headers(document)
}

/// Marks every nullable field as required: responses always contain it. `utoipa` assumes that an `Option` may be
/// absent.
fn require_nullable(schema: &mut Value) {
    let may_be_null = |field: &Value| match (&field["type"], &field["oneOf"]) {
        (Value::Array(types), _) => types.contains(&json!("null")),
        (_, Value::Array(choices)) => choices.contains(&json!({"type": "null"})),
        _ => false,
    };
    let required = schema["required"].as_array().cloned().unwrap_or_default();
    let fields = schema["properties"].as_object().into_iter().flatten();
    let fields =
        fields.filter(|(name, field)| may_be_null(field) || required.contains(&json!(name)));
    let names: Vec<_> = fields.map(|(name, _)| name.clone()).collect();
    if !names.is_empty() {
        schema["required"] = json!(names);
    }
}

/// The credentials for the management endpoints: a token, or a staff session; in development mode also none.
fn security(debug: bool) -> Vec<SecurityRequirement> {
    let none = || Vec::<String>::new();
    let script = SecurityRequirement::new("token", none());
    let staff = SecurityRequirement::new("session", none());
    let staff = staff.add("csrf", none());
    let open = debug.then(SecurityRequirement::default);
    [script, staff].into_iter().chain(open).collect()
}

fn components() -> Components {
    let token = HttpBuilder::new()
        .scheme(HttpAuthScheme::Bearer)
        .description(Some("The value of the variable CACHE_API_TOKEN."))
        .build();
    let session = ApiKeyValue::with_description(
        "sessionid",
        "The session of a staff user, who logs in at /admin/login/. In development mode (DEBUG=true), \
        management needs neither a session nor a token, except for requests from other sites.",
    );
    let csrf = ApiKeyValue::with_description(
        "X-CSRF-Token",
        "The session's CSRF token, which a POST needs; a form may send it as the field csrf_token instead.",
    );
    let components = ComponentsBuilder::new()
        .security_scheme("token", SecurityScheme::Http(token))
        .security_scheme("session", SecurityScheme::ApiKey(ApiKey::Cookie(session)))
        .security_scheme("csrf", SecurityScheme::ApiKey(ApiKey::Header(csrf)));
    route::register(schemas::register(components)).build()
}

/// Marks every header as required except those that depend on the representation; `utoipa`'s builders can't.
fn with_required_headers(mut document: Value) -> Value {
    let headers = document["components"]["headers"].as_object_mut();
    for (name, header) in headers.into_iter().flatten() {
        header["required"] = json!(!route::OPTIONAL_HEADERS.contains(&name.as_str()));
    }
    document
}
