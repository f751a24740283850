//! Shows the admin's frame on error pages for logged-in users, and keeps waiting messages in their cookie.
//!
//! `error_pages` makes the page outside the session middleware, so the user is determined here, inside it.

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::middleware::Next;
use actix_web::{Error, HttpMessage as _, web};

use crate::http::Site;
use crate::http::staff::Staff;

/// Determines the user of a failed request, if no handler has, and keeps their messages.
pub(in crate::http) async fn frame<B: MessageBody>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<B>, Error> {
    let mut response = next.call(request).await?;
    let (request, status) = (response.request().clone(), response.status());
    if status.is_client_error() || status.is_server_error() {
        // If this fails too, the page is shown without the frame.
        let _ = Staff::of(&request).await;
    }
    if let Some(staff) = request.extensions().get::<Staff>()
        && let Some(site) = request.app_data::<web::Data<Site>>()
    {
        staff.messages().keep(site, response.response_mut());
    }
    Ok(response)
}
