//! Responds to requests that no handler may see, or that are redirected.

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header;
use actix_web::middleware::Next;
use actix_web::{Error, HttpMessage as _, HttpResponse};

use crate::http::AppError;
use crate::http::pages::{Asked, Refusal};

/// Refuses or redirects a request as `Asked` says.
pub async fn gate<B: MessageBody + 'static>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let refusal = match request.extensions().get::<Asked>() {
        Some(asked) => asked.refusal.clone(),
        // A request whose host was not checked is refused.
        None => Some(Refusal::Host),
    };
    Ok(match refusal {
        None => next.call(request).await?.map_into_boxed_body(),
        Some(Refusal::Host) => request.error_response(AppError::BadRequest(
            "This site does not accept this host name. Allowed names are set in ALLOWED_HOSTS."
                .to_owned(),
        )),
        Some(Refusal::Encoding) => request.error_response(AppError::NotAcceptable),
        Some(Refusal::Length) => request.error_response(AppError::TooLong),
        Some(Refusal::Moved(location)) => {
            let response = HttpResponse::Found()
                .insert_header((header::LOCATION, location))
                .insert_header((header::CACHE_CONTROL, "no-store"))
                .finish();
            request.into_response(response)
        }
    })
}
