//! The page of the enquiries' inbox.

use askama::Template;

use crate::domain::{Enquiry, EnquiryFilter, EnquiryState, FieldErrors};
use crate::http::forms::Fields;
use crate::http::views::filters;
use crate::http::views::frame::Frame;

/// A page of the inbox.
#[derive(Template)]
#[template(path = "admin/enquiries.html")]
pub(in crate::http) struct EnquiriesPage {
    pub(in crate::http) frame: Frame,
    pub(in crate::http) enquiries: Vec<Enquiry>,
    pub(in crate::http) pages: u16,
    pub(in crate::http) filter: EnquiryFilter,
    pub(in crate::http) typed: Fields,
    pub(in crate::http) errors: FieldErrors,
}

impl EnquiriesPage {
    fn has_next(&self) -> bool {
        self.filter.page + 1 < self.pages
    }
}
