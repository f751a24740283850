//! The way back to the list of accounts as it was.

use actix_web::HttpRequest;
use url::form_urlencoded;

use crate::domain::UserQuery;
use crate::http::admin::request::Fields;

/// The field that holds the list's query string, as in Django's admin.
const FILTERS: &str = "_changelist_filters";

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
    match filters(fields) {
        filters if filters.is_empty() => "/admin/users/".to_owned(),
        filters => format!("/admin/users/?{filters}"),
    }
}

/// An address that keeps the list's state.
pub(super) fn keeping(address: &str, fields: &Fields) -> String {
    let filters = filters(fields);
    if filters.is_empty() {
        return address.to_owned();
    }
    let mut query = form_urlencoded::Serializer::new(String::new());
    query.append_pair(FILTERS, &filters);
    format!("{address}?{}", query.finish())
}

#[cfg(test)]
mod tests {
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
