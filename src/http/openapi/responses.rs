//! Responses and their headers.

use utoipa::openapi::header::{Header, HeaderBuilder};
use utoipa::openapi::path::{Operation, OperationBuilder};
use utoipa::openapi::response::{Response, ResponseBuilder};
use utoipa::openapi::schema::{Object, ObjectBuilder, Type};
use utoipa::openapi::{ComponentsBuilder, ContentBuilder, HttpMethod, Ref, RefOr, Schema};

/// A URL with what it answers to a method.
pub(super) type Route = (&'static str, HttpMethod, Operation);

/// Headers that only some of the responses have which list them.
pub(super) const OPTIONAL_HEADERS: [&str; 1] = ["Content-Encoding"];

/// Headers of a page that is cached.
const CACHED: [&str; 5] = ["Age", "Cache-Control", "Cache-Status", "ETag", "Vary"];

/// Failures by their names, with what they mean.
const FAILURES: [(&str, &str, Option<&str>); 7] = [
    (
        "BadRequest",
        "The input is not valid, or the host is not one of the site's.",
        None,
    ),
    (
        "Unauthorized",
        "Neither a valid token nor a session of staff.",
        Some("WWW-Authenticate"),
    ),
    (
        "Forbidden",
        "The account may not do this, the security token is missing or wrong, or a foreign web page asks.",
        None,
    ),
    ("NotFound", "There is nothing at this address.", None),
    ("Conflict", "Something of the kind is under way.", None),
    ("TooLarge", "The body is longer than 1 MiB.", None),
    (
        "Unavailable",
        "The database can't be reached or takes too long, and no page that may stand in is held.",
        Some("Retry-After"),
    ),
];

/// Who reads an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Audience {
    /// Programs only.
    Programs,
    /// People as well, who get a page where they accept one.
    Both,
}

/// Adds the headers and the responses that operations share.
pub(super) fn register(mut components: ComponentsBuilder) -> ComponentsBuilder {
    for (name, header) in headers() {
        components = components.header(name, header);
    }
    for (name, about, header) in FAILURES {
        for audience in [Audience::Programs, Audience::Both] {
            let problem = ContentBuilder::new().schema(Some(Ref::from_schema_name("Problem")));
            let mut response = ResponseBuilder::new()
                .description(about)
                .content("application/problem+json", problem.build())
                .header_ref("X-Request-Id", header_ref("X-Request-Id"));
            if audience == Audience::Both {
                response = response.content(
                    "text/html",
                    ContentBuilder::new().schema(Some(string())).build(),
                );
            }
            if let Some(header) = header {
                response = response.header_ref(header, header_ref(header));
            }
            components = components.response(failure_name(name, audience), response.build());
        }
    }
    let not_modified = ResponseBuilder::new().description("The client's copy is still right.");
    components.response("NotModified", with_headers(not_modified, &CACHED).build())
}

/// Adds failures to an operation.
pub(super) fn failing(
    mut operation: OperationBuilder,
    audience: Audience,
    failures: &[(&str, &str)],
) -> Operation {
    for (status, name) in failures {
        let response = Ref::from_response_name(failure_name(name, audience));
        operation = operation.response(*status, response);
    }
    operation.build()
}

/// Adds the answers of a page that is cached, in some formats, and its failures.
pub(super) fn cached(
    operation: OperationBuilder,
    audience: Audience,
    formats: &[(&str, RefOr<Schema>)],
    failures: &[(&str, &str)],
) -> Operation {
    let page = content(ResponseBuilder::new().description("The page."), formats);
    let page =
        with_headers(page, &CACHED).header_ref("Content-Encoding", header_ref("Content-Encoding"));
    let operation = operation
        .parameter(super::parameters::if_none_match())
        .response("200", page.build())
        .response("304", Ref::from_response_name("NotModified"));
    failing(operation, audience, failures)
}

/// An answer that is made for each request, in some formats.
pub(super) fn uncached(about: &str, formats: &[(&str, RefOr<Schema>)]) -> ResponseBuilder {
    let response = content(ResponseBuilder::new().description(about), formats);
    with_headers(response, &["Cache-Control"])
}

/// An answer that only leads elsewhere.
pub(super) fn redirect(about: &str) -> Response {
    let response = ResponseBuilder::new().description(about);
    with_headers(response, &["Cache-Control", "Location"]).build()
}

/// The schema of a text that is not JSON.
pub(super) fn string() -> RefOr<Schema> {
    Object::with_type(Type::String).into()
}

fn content(mut response: ResponseBuilder, formats: &[(&str, RefOr<Schema>)]) -> ResponseBuilder {
    for (media_type, schema) in formats {
        let content = ContentBuilder::new().schema(Some(schema.clone()));
        response = response.content(*media_type, content.build());
    }
    response
}

fn with_headers(mut response: ResponseBuilder, names: &[&str]) -> ResponseBuilder {
    for name in names.iter().chain(&["X-Request-Id"]) {
        response = response.header_ref(*name, header_ref(name));
    }
    response
}

fn header_ref(name: &str) -> Ref {
    Ref::new(format!("#/components/headers/{name}"))
}

fn failure_name(name: &str, audience: Audience) -> String {
    match audience {
        Audience::Programs => name.to_owned(),
        Audience::Both => format!("{name}Page"),
    }
}

fn headers() -> [(&'static str, Header); 10] {
    let text = |pattern: &str| {
        let text = ObjectBuilder::new().schema_type(Type::String);
        text.pattern(Some(pattern))
    };
    let whole = || {
        ObjectBuilder::new()
            .schema_type(Type::Integer)
            .minimum(Some(0))
    };
    let header = |schema: ObjectBuilder, about: &str| {
        let header = HeaderBuilder::new().schema(Some(schema));
        header.description(Some(about)).build()
    };
    [
        (
            "Age",
            header(whole(), "Seconds since the page's data were read."),
        ),
        (
            "Cache-Control",
            header(
                text("^(public, no-cache|no-store(, private)?)$"),
                "Browsers keep a page and ask whether it is still right.",
            ),
        ),
        (
            "Cache-Status",
            header(
                text("^(page-memory|page-redis|queryset)(; [a-z]+(=[^,;]+)?)+(, .+)?$"),
                "Which levels of the cache answered (RFC 9211).",
            ),
        ),
        (
            "Content-Encoding",
            header(text("^(br|gzip)$"), "How the body is compressed."),
        ),
        (
            "ETag",
            header(
                text("^\"[0-9a-f]{32}(-gzip|-br)?\"$"),
                "The validator of this representation; strong.",
            ),
        ),
        ("Location", header(text("^/"), "Where to go, on this site.")),
        (
            "Retry-After",
            header(whole(), "Seconds after which to ask again."),
        ),
        (
            "Vary",
            header(
                text("^Accept, Accept-Encoding$"),
                "The request's headers that choose a representation.",
            ),
        ),
        (
            "WWW-Authenticate",
            header(text("^Bearer$"), "How to authenticate."),
        ),
        (
            "X-Request-Id",
            header(
                text("^[0-9a-f]{16}$"),
                "The request's number in the site's log.",
            ),
        ),
    ]
}
