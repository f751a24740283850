//! Handlers of the management endpoints. They answer JSON, and a page to a browser's form.

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, web};
use serde_json::{Value, json};

use super::access::Operator;
use crate::domain::FieldErrors;
use crate::http::AppError;
use crate::http::admin::request::Fields;
use crate::http::negotiation::{Format, joined};
use crate::http::views::management::{DashboardPage, ResultPage};
use crate::http::views::page;
use crate::services::{EXPOSITION_TYPE, LoadTest, LoadTestRequest, Services};

/// `GET /properties/cache-status/`
pub(in crate::http) async fn status(
    _operator: Operator,
    services: web::Data<Services>,
) -> Result<HttpResponse, AppError> {
    Ok(json_response(&services.management.status().await))
}

/// `POST /properties/cache-clear/`
pub(in crate::http) async fn clear(
    operator: Operator,
    request: HttpRequest,
    services: web::Data<Services>,
) -> Result<HttpResponse, AppError> {
    let cleared = services.management.clear(operator.name()).await?;
    answer(
        &operator,
        &request,
        "Cache cleared",
        &json!({"success": true, "cleared": cleared}),
    )
}

/// `GET /properties/cache-test/`
pub(in crate::http) async fn test(
    operator: Operator,
    request: HttpRequest,
    services: web::Data<Services>,
) -> Result<HttpResponse, AppError> {
    let result = match services.management.test().await {
        Ok(steps) => json!({"success": steps.iter().all(|step| step.success), "steps": steps}),
        Err((steps, err)) => {
            json!({"success": false, "steps": steps, "error": err.to_string()})
        }
    };
    answer(&operator, &request, "Cache test", &result)
}

/// `POST /properties/test-signals/`
pub(in crate::http) async fn test_signals(
    operator: Operator,
    request: HttpRequest,
    services: web::Data<Services>,
) -> Result<HttpResponse, AppError> {
    let steps = services.management.test_signals().await?;
    let result = json!({"success": steps.iter().all(|step| step.success), "steps": steps});
    answer(&operator, &request, "Signals test", &result)
}

/// `POST /properties/cache-load-test/`
pub(in crate::http) async fn load_test(
    operator: Operator,
    request: HttpRequest,
    services: web::Data<Services>,
) -> Result<HttpResponse, AppError> {
    let wanted = load_test_request(&request, &operator.body)?;
    match services.management.load_test(wanted).await? {
        LoadTest::Done(report) => answer(&operator, &request, "Load test", &json!(report)),
        LoadTest::Busy => Err(AppError::Conflict(
            "Another load test is running; wait until it has ended.".to_owned(),
        )),
    }
}

/// `GET /metrics`: the figures for Prometheus.
pub(in crate::http) async fn exposition(
    _operator: Operator,
    services: web::Data<Services>,
) -> HttpResponse {
    no_store()
        .content_type(EXPOSITION_TYPE)
        .body(services.exposition.text())
}

/// `GET /properties/redis-metrics/`
pub(in crate::http) async fn metrics(
    operator: Operator,
    request: HttpRequest,
    services: web::Data<Services>,
) -> Result<HttpResponse, AppError> {
    let report = services.management.report().await;
    match Format::of(request.query_string(), request.headers()) {
        Format::Json => Ok(json_response(&report.json())),
        Format::Html => page(no_store(), &DashboardPage::new(operator.frame()?, &report)),
    }
}

/// JSON for programs; a page for the form of a browser.
fn answer(
    operator: &Operator,
    request: &HttpRequest,
    title: &'static str,
    result: &Value,
) -> Result<HttpResponse, AppError> {
    let accepts = joined(request.headers(), header::ACCEPT);
    match accepts.contains("text/html") {
        true => page(
            no_store(),
            &ResultPage::new(operator.frame()?, title, result),
        ),
        false => Ok(json_response(result)),
    }
}

/// Reads the JSON or the form that was sent; nothing sent means the defaults.
fn load_test_request(request: &HttpRequest, body: &[u8]) -> Result<LoadTestRequest, AppError> {
    let content_type = request.headers().get(header::CONTENT_TYPE);
    let form =
        content_type.is_some_and(|value| value.as_bytes().starts_with(b"application/x-www-form"));
    // curl's -d without a header sends JSON under a form's name.
    let json = body.iter().find(|byte| !byte.is_ascii_whitespace()) == Some(&b'{');
    let wanted = match (body.is_empty(), form && !json) {
        (true, _) => LoadTestRequest::default(),
        (_, true) => from_form(&Fields::parse(body))?,
        // An array would be taken for fields in their order.
        _ => read_object(body).map_err(|err| {
            let detail =
                format!("Send JSON such as {{\"requests\": 100, \"concurrency\": 10}}: {err}.");
            AppError::BadRequest(detail)
        })?,
    };
    wanted.check().map_err(AppError::Invalid)
}

fn read_object(body: &[u8]) -> serde_json::Result<LoadTestRequest> {
    let object: serde_json::Map<_, _> = serde_json::from_slice(body)?;
    serde_json::from_value(Value::Object(object))
}

fn from_form(fields: &Fields) -> Result<LoadTestRequest, AppError> {
    let mut errors = FieldErrors::new();
    let mut number = |name: &'static str, default: i64| match fields.get(name) {
        "" => default,
        text => {
            let parsed = text
                .trim()
                .parse()
                .map_err(|_| format!("“{text}” is not a whole number."));
            errors.check(name, parsed).unwrap_or(default)
        }
    };
    let wanted = LoadTestRequest {
        requests: number("requests", LoadTestRequest::default().requests),
        concurrency: number("concurrency", LoadTestRequest::default().concurrency),
    };
    if errors.is_empty() {
        Ok(wanted)
    } else {
        Err(AppError::Invalid(errors))
    }
}

fn no_store() -> actix_web::HttpResponseBuilder {
    let mut response = HttpResponse::Ok();
    response.insert_header((header::CACHE_CONTROL, "no-store, private"));
    response
}

fn json_response(value: &Value) -> HttpResponse {
    no_store().json(value)
}
