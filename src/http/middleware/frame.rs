//! Keeps the frame of the admin around pages about failures, for those who are logged in.
//!
//! The page is made by `error_pages`, outside of the sessions. So who is logged in is noted here, inside of them.

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::middleware::Next;
use actix_web::{Error, HttpMessage as _};

use crate::http::staff::Staff;
use crate::http::views::frame::Frame;

/// Notes the frame with a request that failed, where no handler has looked who is logged in.
pub(in crate::http) async fn frame_failures<B: MessageBody>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<B>, Error> {
    let response = next.call(request).await?;
    let (request, status) = (response.request(), response.status());
    let has_failed = status.is_client_error() || status.is_server_error();
    if has_failed && !request.extensions().contains::<Frame>() {
        // It notes the frame. Where it fails too, the page goes without.
        let _ = Staff::of(request).await;
    }
    Ok(response)
}
