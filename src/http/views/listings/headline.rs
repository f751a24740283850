//! The heading of a list: “304 homes for sale in Leith”.

use crate::domain::{Count, ListingQuery, Location, Status};
use crate::http::views::filters::grouped;

/// The nouns of a type of property, for one and for several.
fn nouns(property_type: &str) -> [&'static str; 2] {
    match property_type {
        "house" => ["house", "houses"],
        "apartment" => ["apartment", "apartments"],
        "studio" => ["studio", "studios"],
        "townhouse" => ["townhouse", "townhouses"],
        "bungalow" => ["bungalow", "bungalows"],
        "room" => ["room", "rooms"],
        "land" => ["plot of land", "plots of land"],
        "commercial" => ["commercial property", "commercial properties"],
        _ => ["property", "properties"],
    }
}

/// The heading of a list.
pub(super) struct Headline {
    /// The count with its noun: “304 homes”.
    pub(super) count: String,
    /// What is offered, with a space before it: “ for sale”; empty where the list has everything.
    pub(super) offer: &'static str,
    /// The places, as their listings spell them.
    pub(super) places: Vec<String>,
}

impl Headline {
    /// `place` is the spelling of the only place.
    pub(super) fn of(query: &ListingQuery, total: Count, place: Option<&Location>) -> Self {
        let facts = query.filter.facts.straightened();
        let values = |name: &str| -> Vec<String> {
            let asked = facts.iter().filter(|asked| asked.parameter.name == name);
            asked.map(|asked| asked.value.to_string()).collect()
        };
        let types = values("property_type");
        let is_home = |text: &String| !matches!(text.as_str(), "land" | "commercial" | "other");
        let nouns = match types.as_slice() {
            [only] => nouns(only),
            several if several.iter().all(is_home) => ["home", "homes"],
            _ => nouns(""),
        };
        let number = match (total.number, total.is_exact) {
            (0, _) => "No".to_owned(),
            (number, true) => grouped(number),
            (number, false) => format!("More than {}", grouped(number)),
        };
        let noun = nouns[usize::from(total.number != 1)];
        let places = query.filter.locations.iter();
        Self {
            count: format!("{number} {noun}"),
            offer: offer(
                values("listing_type").first().map(String::as_str),
                query.filter.status.only(),
            ),
            places: match place {
                Some(place) => vec![place.to_string()],
                None => places.map(ToString::to_string).collect(),
            },
        }
    }

    /// The number of places, if there are more than two.
    pub(super) fn many_places(&self) -> Option<usize> {
        Some(self.places.len()).filter(|places| *places > 2)
    }
}

fn offer(listing_type: Option<&str>, status: Option<Status>) -> &'static str {
    match (listing_type, status) {
        (Some("sale"), Some(Status::Closed)) => " sold",
        (Some("rent"), Some(Status::Closed)) => " let",
        (_, Some(Status::Closed)) => " sold or let",
        (_, Some(Status::Pending)) => " under offer",
        (Some("sale"), _) => " for sale",
        (Some("rent"), _) => " to rent",
        _ => "",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Cursors;

    fn said(query: &str, total: Count) -> String {
        let query = ListingQuery::parse(query, Cursors::Ignored).expect("valid");
        let headline = Headline::of(&query, total, None);
        format!("{}{} {}", headline.count, headline.offer, headline.places.join(" and "))
            .trim_end()
            .to_owned()
    }

    #[test]
    fn a_headline_says_how_many_of_what_and_where() {
        for (query, total, words) in [
            ("", Count::exact(4_768), "4,768 homes"),
            ("", Count::exact(1), "1 home"),
            ("listing_type=sale&location=Leith", Count::exact(304), "304 homes for sale Leith"),
            ("listing_type=rent&property_type=room", Count::exact(1), "1 room to rent"),
            ("property_type=land&property_type=house", Count::exact(9), "9 properties"),
            ("property_type=studio&property_type=house", Count::exact(0), "No homes"),
            ("property_type=land", Count::exact(2), "2 plots of land"),
            ("status=closed", Count::exact(2), "2 homes sold or let"),
            ("status=closed&listing_type=rent", Count::exact(2), "2 homes let"),
            ("status=pending&listing_type=sale", Count::exact(2), "2 homes under offer"),
            ("q=sea", Count::up_to(10_000, 10_001), "More than 10,000 homes"),
            ("location=Leith&location=Joppa", Count::exact(5), "5 homes Joppa and Leith"),
        ] {
            assert_eq!(said(query, total), words, "{query}");
        }
    }
}
