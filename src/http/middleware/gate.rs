//! Responds to requests that no handler may see, or that are redirected.

use actix_web::HttpResponse;
use actix_web::body::BoxBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header;

use crate::http::AppError;
use crate::http::pages::Refusal;

/// Refuses or redirects a request.
pub(super) fn refuse(request: ServiceRequest, refusal: Refusal) -> ServiceResponse<BoxBody> {
    match refusal {
        Refusal::Host => request.error_response(AppError::BadRequest(
            "This site does not accept this host name. Allowed names are set in ALLOWED_HOSTS."
                .to_owned(),
        )),
        Refusal::Encoding => request.error_response(AppError::NotAcceptable),
        Refusal::Length => request.error_response(AppError::TooLong),
        Refusal::Moved(location) => {
            let response = HttpResponse::Found()
                .insert_header((header::LOCATION, location))
                .insert_header((header::CACHE_CONTROL, "no-store"))
                .finish();
            request.into_response(response)
        }
    }
}
