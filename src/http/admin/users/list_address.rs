//! The way back to the list of accounts as it was.

use actix_web::HttpRequest;

use crate::domain::UserQuery;
use crate::http::forms::Fields;
use crate::http::views::list_address::{FILTERS, carrying, in_state};

/// The query string of the list in the state in which it was left. It is written anew by the list's own query, so that
/// it can't be anything else; what is not one is no state.
pub(super) fn filters(fields: &Fields) -> String {
    let state = UserQuery::parse(fields.get(FILTERS));
    state.unwrap_or_default().canonical()
}

/// The same, of the list that a link comes from.
pub(super) fn filters_of(request: &HttpRequest) -> String {
    filters(&Fields::parse(request.query_string().as_bytes()))
}

/// The address of the list in the state in which it was left.
pub(super) fn list_address(fields: &Fields) -> String {
    in_state("/admin/users/", &filters(fields))
}

/// An address that keeps the list's state.
pub(super) fn keeping(address: &str, fields: &Fields) -> String {
    carrying(address, &filters(fields))
}

#[cfg(test)]
mod tests {
    use url::form_urlencoded;

    use super::*;

    fn address(filters: &str) -> String {
        let mut body = form_urlencoded::Serializer::new(String::new());
        body.append_pair(FILTERS, filters);
        list_address(&Fields::parse(body.finish().as_bytes()))
    }

    #[test]
    fn the_list_of_accounts_comes_back_as_it_was_left_and_nothing_leads_anywhere_else() {
        assert_eq!(address(""), "/admin/users/");
        assert_eq!(
            address("page=2&q=a+b&utm=x&role=staff"),
            "/admin/users/?q=a+b&role=staff&page=2"
        );
        for evil in ["//evil.example", "https://evil.example/", "\r\nA: b", "../"] {
            assert_eq!(address(evil), "/admin/users/", "{evil:?}");
        }
        assert_eq!(address(&format!("q={}", "a".repeat(151))), "/admin/users/");
    }
}
