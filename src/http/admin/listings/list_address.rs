//! The way back to the list as it was.

use url::form_urlencoded;

use crate::domain::AdminListQuery;
use crate::http::admin::request::Fields;

/// The field that holds the list's query string, as in Django's admin.
pub(in crate::http::admin) const FILTERS: &str = "_changelist_filters";

/// The address of the list in the state in which it was left.
pub(in crate::http::admin) fn list_address(fields: &Fields) -> String {
    match filters(fields) {
        filters if filters.is_empty() => "/admin/properties/".to_owned(),
        filters => format!("/admin/properties/?{filters}"),
    }
}

/// The query string of the list in the state in which it was left. It is written anew by the list's own query, so that
/// it can't be anything else; what is not one is no state.
pub(in crate::http::admin) fn filters(fields: &Fields) -> String {
    let state = AdminListQuery::parse(fields.get(FILTERS));
    state.unwrap_or_default().canonical()
}

/// An address of the admin that keeps the list's state.
pub(in crate::http::admin) fn keeping(address: &str, fields: &Fields) -> String {
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
    fn the_list_comes_back_as_it_was_left() {
        assert_eq!(address(""), "/admin/properties/");
        assert_eq!(
            address("q=sea+view&sort=price&page=2"),
            "/admin/properties/?q=sea+view&o=price&page=2"
        );
    }

    #[test]
    fn nothing_leads_anywhere_else() {
        for evil in [
            "//evil.example",
            "https://evil.example/",
            "\r\nSet-Cookie: a=b",
            "#top",
            "../../",
        ] {
            let address = address(evil);
            assert!(address.starts_with("/admin/properties/"), "{address}");
            let plain = |b: u8| b.is_ascii_alphanumeric() || b"/?=%+&._-*".contains(&b);
            assert!(address.bytes().all(plain), "{address}");
        }
        assert_eq!(address(&"a".repeat(5_000)), "/admin/properties/");
    }
}
