//! URLs that contain the state of a list: its filter, order and page.

use crate::domain::AdminListQuery;

/// The field that holds the list's query string, as in Django's admin.
pub(in crate::http) const FILTERS: &str = "_changelist_filters";

/// The URL of the list of listings in a state.
pub(in crate::http) fn list_in(state: &str) -> String {
    in_state("/admin/properties/", state)
}

/// The URL of the list of listings for a query.
pub(super) fn list_of(query: &AdminListQuery) -> String {
    list_in(&query.canonical())
}

/// The URL of a list in a state.
pub(in crate::http) fn in_state(list: &str, state: &str) -> String {
    match state {
        "" => list.to_owned(),
        state => format!("{list}?{state}"),
    }
}

/// A URL with the state of a list as a parameter.
pub(in crate::http) fn carrying(address: &str, state: &str) -> String {
    if state.is_empty() {
        return address.to_owned();
    }
    let sign = if address.contains('?') { '&' } else { '?' };
    let state: String = url::form_urlencoded::byte_serialize(state.as_bytes()).collect();
    format!("{address}{sign}{FILTERS}={state}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_state_is_carried_beside_what_an_address_asks_for() {
        assert_eq!(carrying("/a/", ""), "/a/");
        assert_eq!(
            carrying("/a/", "q=a+b&o=price"),
            "/a/?_changelist_filters=q%3Da%2Bb%26o%3Dprice"
        );
        assert_eq!(carrying("/a/?b=1", "q=a"), "/a/?b=1&_changelist_filters=q%3Da");
    }
}
