//! Writes query strings.

use url::form_urlencoded::Serializer;

/// The query string of the pairs that have a value.
pub(super) fn query_string<'a>(
    pairs: impl IntoIterator<Item = (&'a str, Option<String>)>,
) -> String {
    let given = pairs.into_iter().filter_map(|(name, value)| Some((name, value?)));
    let given = given.filter(|(_, value)| !value.is_empty());
    Serializer::new(String::new()).extend_pairs(given).finish()
}
