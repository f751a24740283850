//! Builds the description of an operation, with the headers and errors that operations share.

use utoipa::openapi::header::HeaderBuilder;
use utoipa::openapi::path::{OperationBuilder, Parameter, PathItem, Paths};
use utoipa::openapi::request_body::RequestBodyBuilder;
use utoipa::openapi::response::{Response, ResponseBuilder};
use utoipa::openapi::schema::{Object, ObjectBuilder, Type};
use utoipa::openapi::security::SecurityRequirement;
use utoipa::openapi::{
    ComponentsBuilder, Content, ContentBuilder, HttpMethod, Ref, RefOr, Required, Schema,
};

/// Headers that only some of the responses have.
pub(super) const OPTIONAL_HEADERS: [&str; 1] = ["Content-Encoding"];
/// The headers of a cached page.
const CACHED: [&str; 5] = ["Age", "Cache-Control", "Cache-Status", "ETag", "Vary"];

/// The headers, each with the pattern of its values (empty for a whole number) and its meaning.
const HEADERS: [(&str, &str, &str); 10] = [
    ("Age", "", "Seconds since the data of the page were read."),
    (
        "Cache-Control",
        "^(public, no-cache|public, max-age=31536000, immutable|no-store(, private)?)$",
        "Browsers keep a copy and revalidate it.",
    ),
    (
        "Cache-Status",
        "^(page-memory|page-redis|queryset)(; [a-z]+(=[^,;]+)?)+(, .+)?$",
        "The cache levels that answered (RFC 9211).",
    ),
    ("Content-Encoding", "^(br|gzip)$", "The compression of the body."),
    ("ETag", "^\"[0-9a-f]{32}(-gzip|-br)?\"$", "The strong validator of this representation."),
    ("Location", "^/", "The target, on this site."),
    ("Retry-After", "", "Seconds until the client should retry."),
    ("Vary", "^Accept, Accept-Encoding$", "The request headers that select a representation."),
    ("WWW-Authenticate", "^Bearer$", "How to authenticate."),
    ("X-Request-Id", "^[0-9a-f]{16}$", "The request's id in the site's log."),
];

/// The errors: status, name, meaning, and a header if they have one.
const FAILURES: [(u16, &str, &str, Option<&str>); 8] = [
    (400, "BadRequest", "The input is not valid, or the host is not allowed.", None),
    (401, "Unauthorized", "Neither a valid token nor a staff session.", Some("WWW-Authenticate")),
    (
        403,
        "Forbidden",
        "The account has no permission, the CSRF token is missing or wrong, or the request comes from another \
        site.",
        None,
    ),
    (404, "NotFound", "The page does not exist.", None),
    (409, "Conflict", "The same action is already running.", None),
    (410, "Gone", "The listing was withdrawn.", None),
    (413, "TooLarge", "The body is longer than 1 MiB.", None),
    (
        503,
        "Unavailable",
        "The database can't be reached or takes too long, and there is no stale page to serve.",
        Some("Retry-After"),
    ),
];

/// A representation: its media type and schema.
pub(super) type Format = (&'static str, RefOr<Schema>);

/// JSON with a schema, or any object if the schema has no name.
pub(super) fn json(schema: &str) -> Format {
    let schema = match schema {
        "" => Object::with_type(Type::Object).into(),
        name => Ref::from_schema_name(name).into(),
    };
    ("application/json", schema)
}

/// A text that is not JSON.
pub(super) fn text(media_type: &'static str) -> Format {
    (media_type, Object::with_type(Type::String).into())
}

/// JSON with a schema, or an HTML page.
pub(super) fn html_or(schema: &str) -> [Format; 2] {
    [json(schema), text("text/html")]
}

/// The description of an operation: a path with a method.
pub(super) struct Route {
    path: &'static str,
    method: HttpMethod,
    operation: OperationBuilder,
    /// Whether errors may be HTML pages: not if only programs use the URL.
    pages: bool,
}

impl Route {
    pub(super) fn new(
        path: &'static str,
        method: HttpMethod,
        tag: &str,
        id: &str,
        summary: &str,
    ) -> Self {
        let operation = OperationBuilder::new().tag(tag);
        Self {
            path,
            method,
            operation: operation.operation_id(Some(id)).summary(Some(summary)),
            pages: true,
        }
    }

    fn with(mut self, change: impl FnOnce(OperationBuilder) -> OperationBuilder) -> Self {
        self.operation = change(self.operation);
        self
    }

    pub(super) fn secured(self, security: &[SecurityRequirement]) -> Self {
        self.with(|operation| operation.securities(Some(security.to_vec())))
    }

    pub(super) fn takes(self, parameters: impl IntoIterator<Item = Parameter>) -> Self {
        self.with(|operation| operation.parameters(Some(parameters)))
    }

    /// An optional body, as JSON (`…Request`) or as a form (`…Form`).
    pub(super) fn body(self, about: &str, schema: &str) -> Self {
        let content = |kind: &str| content(Ref::from_schema_name(format!("{schema}{kind}")));
        let body = RequestBodyBuilder::new()
            .description(Some(about))
            .required(Some(Required::False))
            .content("application/json", content("Request"))
            .content("application/x-www-form-urlencoded", content("Form"));
        self.with(|operation| operation.request_body(Some(body.build())))
    }

    /// The responses of a cached page.
    pub(super) fn cached(mut self, formats: impl IntoIterator<Item = Format>) -> Self {
        let formats: Vec<_> = formats.into_iter().collect();
        self.pages = formats.iter().any(|(name, _)| *name == "text/html");
        let headers = [&CACHED[..], &OPTIONAL_HEADERS].concat();
        let page = response("The page.", formats, &headers);
        self.with(|operation| {
            operation
                .parameter(super::parameters::if_none_match())
                .response("200", page)
                .response("304", Ref::from_response_name("NotModified"))
        })
    }

    /// A response that is made for each request.
    pub(super) fn answers(
        self,
        status: &str,
        about: &str,
        formats: impl IntoIterator<Item = Format>,
    ) -> Self {
        let answer = response(about, formats, &["Cache-Control"]);
        self.with(|operation| operation.response(status, answer))
    }

    /// A redirect.
    pub(super) fn redirects(self, status: &str, about: &str) -> Self {
        let redirect = response(about, [], &["Cache-Control", "Location"]);
        self.with(|operation| operation.response(status, redirect))
    }

    pub(super) fn fails(mut self, statuses: &[u16]) -> Self {
        for (status, name, ..) in FAILURES {
            if statuses.contains(&status) {
                let failure = Ref::from_response_name(failure_name(name, self.pages));
                self = self.with(|operation| operation.response(status.to_string(), failure));
            }
        }
        self
    }

    pub(super) fn add_to(self, paths: &mut Paths) {
        let item = PathItem::new(self.method, self.operation);
        let path = paths.paths.entry(self.path.to_owned()).or_default();
        path.merge_operations(item);
    }
}

/// Adds the headers and responses that operations share.
pub(super) fn register(mut components: ComponentsBuilder) -> ComponentsBuilder {
    for (name, pattern, about) in HEADERS {
        let schema = ObjectBuilder::new();
        let schema = match pattern {
            "" => schema.schema_type(Type::Integer).minimum(Some(0)),
            pattern => schema.schema_type(Type::String).pattern(Some(pattern)),
        };
        let header = HeaderBuilder::new().schema(Some(schema));
        components = components.header(name, header.description(Some(about)).build());
    }
    for (_, name, about, header) in FAILURES {
        for pages in [false, true] {
            let problem = Ref::from_schema_name("Problem").into();
            let mut formats = vec![("application/problem+json", problem)];
            formats.extend(pages.then(|| text("text/html")));
            let failure = response(about, formats, header.as_slice());
            components = components.response(failure_name(name, pages), failure);
        }
    }
    let not_modified = response("The client's copy is current.", [], &CACHED);
    components.response("NotModified", not_modified)
}

fn failure_name(name: &str, pages: bool) -> String {
    format!("{name}{}", if pages { "Page" } else { "" })
}

fn response(about: &str, formats: impl IntoIterator<Item = Format>, headers: &[&str]) -> Response {
    let mut response = ResponseBuilder::new().description(about);
    for (media_type, schema) in formats {
        response = response.content(media_type, content(schema));
    }
    for name in headers.iter().chain(&["X-Request-Id"]) {
        response = response.header_ref(*name, Ref::new(format!("#/components/headers/{name}")));
    }
    response.build()
}

fn content(schema: impl Into<RefOr<Schema>>) -> Content {
    ContentBuilder::new().schema(Some(schema)).build()
}
