//! The load test of the management endpoints.

use actix_web::HttpRequest;
use actix_web::http::StatusCode;
use serde_json::json;

use super::access::Operator;
use super::answer::{json_response, no_store, sent, wants_page};
use crate::domain::FieldErrors;
use crate::http::forms::Fields;
use crate::http::views::management::LoadTestPage;
use crate::http::views::page;
use crate::http::{Answer, AppError};
use crate::services::{LoadTest, LoadTestRequest};

/// `POST /properties/cache-load-test/`
pub(super) async fn load_test(operator: Operator, request: HttpRequest) -> Answer {
    let wanted = match load_test_request(&request, &operator.body) {
        Err(AppError::Invalid(errors)) if wants_page(&request) => {
            let fields = Fields::parse(&operator.body);
            let [requests, concurrency] =
                ["requests", "concurrency"].map(|name| fields.get(name).to_owned());
            let mut response = no_store();
            response.status(StatusCode::UNPROCESSABLE_ENTITY);
            let (frame, report) = (operator.frame(), None);
            let shown = LoadTestPage { frame, requests, concurrency, report, errors };
            return page(response, &shown);
        }
        wanted => wanted?,
    };
    match operator.services.management.load_test(wanted).await? {
        LoadTest::Done(report) if wants_page(&request) => {
            let shown = LoadTestPage {
                frame: operator.frame(),
                requests: report.requests.to_string(),
                concurrency: report.concurrency.to_string(),
                report: Some(report),
                errors: FieldErrors::new(),
            };
            page(no_store(), &shown)
        }
        LoadTest::Done(report) => Ok(json_response(&json!(report))),
        LoadTest::Busy => Err(AppError::Conflict(
            "Another load test is running. Wait until it has finished.".to_owned(),
        )),
    }
}

/// The options of the request, within their limits.
fn load_test_request(request: &HttpRequest, body: &[u8]) -> Result<LoadTestRequest, AppError> {
    let example = r#"{"requests": 100, "concurrency": 10}"#;
    let wanted = sent(request, body, example, from_form)?;
    wanted.check().map_err(AppError::Invalid)
}

fn from_form(fields: &Fields) -> Result<LoadTestRequest, AppError> {
    let mut errors = FieldErrors::new();
    let mut number = |name: &'static str, default: i64| match fields.get(name) {
        "" => default,
        text => {
            let parsed =
                text.trim().parse().map_err(|_| format!("“{text}” is not a whole number."));
            errors.check(name, parsed).unwrap_or(default)
        }
    };
    let wanted = LoadTestRequest {
        requests: number("requests", LoadTestRequest::default().requests),
        concurrency: number("concurrency", LoadTestRequest::default().concurrency),
    };
    if errors.is_empty() { Ok(wanted) } else { Err(AppError::Invalid(errors)) }
}
