//! Keeps the frame of the admin around pages about failures, for those who are logged in, and the messages for the next
//! page in their cookie.
//!
//! `error_pages` makes the page, outside of the sessions. So who is logged in is noted here, inside of them.

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::middleware::Next;
use actix_web::{Error, HttpMessage as _, web};

use crate::http::Site;
use crate::http::staff::Staff;

/// Notes who sent a request that failed, where no handler has looked, and keeps their messages.
pub(in crate::http) async fn frame<B: MessageBody>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<B>, Error> {
    let mut response = next.call(request).await?;
    let (request, status) = (response.request().clone(), response.status());
    if status.is_client_error() || status.is_server_error() {
        // Where it fails too, the page goes without the frame.
        let _ = Staff::of(&request).await;
    }
    if let Some(staff) = request.extensions().get::<Staff>()
        && let Some(site) = request.app_data::<web::Data<Site>>()
    {
        staff.messages().keep(site, response.response_mut());
    }
    Ok(response)
}
