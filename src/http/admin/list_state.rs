//! The state of a list (its query string), which links and forms pass on so that users return to the same list.

use actix_web::HttpRequest;

use crate::domain::{AdminListQuery, UserQuery};
use crate::http::forms::Fields;
use crate::http::views::list_address::{FILTERS, in_state};

/// A list of the admin.
#[derive(Debug, Clone, Copy)]
pub(super) enum List {
    Listings,
    Users,
}

impl List {
    /// The state in a form's fields. It is parsed and written again by the list's own query, so an invalid state
    /// becomes empty.
    pub(super) fn state(self, fields: &Fields) -> String {
        let typed = fields.get(FILTERS);
        match self {
            Self::Listings => AdminListQuery::parse(typed).unwrap_or_default().canonical(),
            Self::Users => UserQuery::parse(typed).unwrap_or_default().canonical(),
        }
    }

    /// The state in a link's URL.
    pub(super) fn state_of(self, request: &HttpRequest) -> String {
        self.state(&Fields::parse(request.query_string().as_bytes()))
    }

    /// The URL of the list in the state that a form contains.
    pub(super) fn address(self, fields: &Fields) -> String {
        let list = match self {
            Self::Listings => "/admin/properties/",
            Self::Users => "/admin/users/",
        };
        in_state(list, &self.state(fields))
    }
}

#[cfg(test)]
mod tests {
    use url::form_urlencoded;

    use super::*;

    fn address(list: List, state: &str) -> String {
        let mut body = form_urlencoded::Serializer::new(String::new());
        body.append_pair(FILTERS, state);
        list.address(&Fields::parse(body.finish().as_bytes()))
    }

    #[test]
    fn a_list_comes_back_as_it_was_left() {
        assert_eq!(address(List::Listings, ""), "/admin/properties/");
        assert_eq!(
            address(List::Listings, "q=sea+view&sort=price&page=2"),
            "/admin/properties/?q=sea+view&o=price&page=2"
        );
        assert_eq!(address(List::Users, ""), "/admin/users/");
        assert_eq!(
            address(List::Users, "page=2&q=a+b&utm=x&role=staff"),
            "/admin/users/?q=a+b&role=staff&page=2"
        );
    }

    #[test]
    fn nothing_leads_anywhere_else() {
        for evil in
            ["//evil.example", "https://evil.example/", "\r\nSet-Cookie: a=b", "#top", "../../"]
        {
            assert_eq!(address(List::Users, evil), "/admin/users/", "{evil:?}");
            let address = address(List::Listings, evil);
            assert!(address.starts_with("/admin/properties/"), "{address}");
            let plain = |b: u8| b.is_ascii_alphanumeric() || b"/?=%+&._-*".contains(&b);
            assert!(address.bytes().all(plain), "{address}");
        }
        assert_eq!(address(List::Listings, &"a".repeat(5_000)), "/admin/properties/");
        assert_eq!(address(List::Users, &format!("q={}", "a".repeat(151))), "/admin/users/");
    }
}
