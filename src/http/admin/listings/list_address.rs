//! The way back to the list as it was.

use actix_web::HttpRequest;

use crate::domain::AdminListQuery;
use crate::http::forms::Fields;
use crate::http::views::list_address::{FILTERS, list_in};

/// The address of the list in the state in which it was left.
pub(in crate::http::admin) fn list_address(fields: &Fields) -> String {
    list_in(&filters(fields))
}

/// The query string of the list in the state in which it was left. It is written anew by the list's own query, so that
/// it can't be anything else; what is not one is no state.
pub(in crate::http::admin) fn filters(fields: &Fields) -> String {
    let state = AdminListQuery::parse(fields.get(FILTERS));
    state.unwrap_or_default().canonical()
}

/// The same, of the list that a link comes from.
pub(in crate::http::admin) fn filters_of(request: &HttpRequest) -> String {
    filters(&Fields::parse(request.query_string().as_bytes()))
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
    fn the_list_comes_back_as_it_was_left() {
        assert_eq!(address(""), "/admin/properties/");
        assert_eq!(
            address("q=sea+view&sort=price&page=2"),
            "/admin/properties/?q=sea+view&o=price&page=2"
        );
    }

    #[test]
    fn nothing_leads_anywhere_else() {
        for evil in
            ["//evil.example", "https://evil.example/", "\r\nSet-Cookie: a=b", "#top", "../../"]
        {
            let address = address(evil);
            assert!(address.starts_with("/admin/properties/"), "{address}");
            let plain = |b: u8| b.is_ascii_alphanumeric() || b"/?=%+&._-*".contains(&b);
            assert!(address.bytes().all(plain), "{address}");
        }
        assert_eq!(address(&"a".repeat(5_000)), "/admin/properties/");
    }
}
