//! The filter form, with what was typed.

use url::form_urlencoded;

use super::links::{address_of, with_query};
use crate::domain::{
    Asked, Count, FACTS, Fact, FactParameter, FactValue, FoldedLocation, ListingFilter,
    ListingQuery, Place, PlaceQuery, Sort, Status, shown_again, since_words,
};

/// How many parameters the form shows again at most.
const MOST_PAIRS: usize = 100;
/// The numbers of days that the form offers.
const SINCE: [u16; 5] = [1, 3, 7, 14, 30];

/// What the form shows.
#[derive(Default)]
pub(super) struct FilterForm {
    pub(super) q: String,
    /// What is typed into the field for one more location.
    pub(super) location: String,
    pub(super) choices: Vec<Choice>,
    /// Whether a location is chosen, so that others are not offered.
    pub(super) narrowed: bool,
    /// The values of the parameters that filter by facts.
    facts: Vec<(FactParameter, String)>,
    /// Whether all values are ones that can be chosen.
    is_valid: bool,
    /// A place on the map, and how many kilometres around it.
    pub(super) near: String,
    pub(super) radius: String,
    since: String,
    pub(super) status: String,
    pub(super) sort: String,
    pub(super) page_size: String,
    /// The same list of every place.
    pub(super) anywhere: String,
    /// Where all places of the list are.
    pub(super) all_places: String,
}

/// A location that can be ticked.
pub(super) struct Choice {
    pub(super) name: String,
    pub(super) listings: Option<i64>,
    pub(super) chosen: bool,
}

impl FilterForm {
    /// The form of a list that was found, with the places that go beside it.
    pub(super) fn of(query: &ListingQuery, places: &[Place], total: Count) -> Self {
        let mut form = Self::typed(&query.canonical());
        form.location.clear();
        form.choices = choices(&query.filter, places, total);
        form.narrowed = !query.filter.locations.is_empty();
        let facts = query.filter.facts.straightened().into_iter();
        let shown = |asked: Asked| match asked.parameter.is_choice() {
            true => (asked.parameter, asked.value.to_string()),
            false => (asked.parameter, asked.shown()),
        };
        form.facts = facts.map(shown).collect();
        form.is_valid = true;
        let elsewhere = ListingFilter { locations: Vec::new(), ..query.filter.clone() };
        form.anywhere = address_of(&elsewhere);
        form.all_places = all_places(elsewhere);
        form
    }

    /// The form with what a query string says, whether that is valid or not.
    pub(super) fn typed(query_string: &str) -> Self {
        let pairs = form_urlencoded::parse(query_string.as_bytes());
        let mut pairs: Vec<(String, String)> =
            pairs.map(|(name, value)| (name.into_owned(), shown_again(&value))).collect();
        // Of a repeated parameter the last value counts.
        pairs.drain(..pairs.len().saturating_sub(MOST_PAIRS));
        let last = |name: &str| {
            let value = pairs.iter().rev().find(|(found, _)| found == name);
            value.map(|(_, value)| value.clone()).unwrap_or_default()
        };
        let mut locations = pairs
            .iter()
            .filter(|(name, value)| name == "location" && !value.trim().is_empty())
            .map(|(_, value)| value.clone());
        let facts = pairs.iter().filter(|(_, value)| !value.trim().is_empty());
        let facts =
            facts.filter_map(|(name, value)| Some((FactParameter::named(name)?, value.clone())));
        let more = |name| Choice { name, listings: None, chosen: true };
        Self {
            q: last("q"),
            location: locations.next().unwrap_or_default(),
            choices: locations.map(more).collect(),
            narrowed: true,
            facts: facts.collect(),
            is_valid: false,
            near: last("near"),
            radius: last("radius"),
            since: last("since"),
            status: last("status"),
            sort: last("sort"),
            page_size: last("page_size"),
            anywhere: "/properties/".to_owned(),
            all_places: "/properties/places/".to_owned(),
        }
    }

    /// The facts that the list can be filtered by.
    pub(super) fn facts(&self) -> impl Iterator<Item = &'static Fact> {
        FACTS.iter().filter(|fact| fact.filter.is_some())
    }

    /// The last value of a parameter; empty where it has none.
    pub(super) fn value(&self, parameter: &FactParameter) -> &str {
        self.values(parameter).last().map_or("", String::as_str)
    }

    /// The values of a parameter.
    fn values(&self, parameter: &FactParameter) -> impl Iterator<Item = &String> {
        let facts = self.facts.iter().filter(move |(other, _)| other == parameter);
        facts.map(|(_, value)| value)
    }

    /// The values of a choice, each with its label and whether it is chosen.
    pub(super) fn options(
        &self,
        parameter: &FactParameter,
    ) -> Vec<(&'static str, &'static str, bool)> {
        let options = parameter.fact.kind.options().iter();
        let is_chosen = |option: &str| {
            self.values(parameter).any(|text| parameter.fact.is_chosen(option, text))
        };
        options.map(|(option, label)| (*option, *label, is_chosen(option))).collect()
    }

    /// The least values of a number that can be chosen by a click, with their parameter.
    pub(super) fn steps(
        &self,
        fact: &'static Fact,
    ) -> Option<(FactParameter, Vec<FactValue<'static>>)> {
        let least = fact.parameters().find(|parameter| !parameter.is_choice())?;
        Some((least, least.offered())).filter(|(_, steps)| !steps.is_empty())
    }

    /// The items of a list that are asked for, and what is typed into the field for one more.
    pub(super) fn items(&self, parameter: &FactParameter) -> (Vec<&str>, &str) {
        let mut items: Vec<_> = self.values(parameter).map(String::as_str).collect();
        let typed = if self.is_valid { None } else { items.pop() };
        (items, typed.unwrap_or_default())
    }

    /// The statuses that a list can be limited to, each with its label and whether it is chosen.
    pub(super) fn statuses(&self) -> impl Iterator<Item = (Status, &'static str, bool)> + '_ {
        let public = Status::ALL.into_iter().filter(|status| status.is_public());
        public.map(|status| (status, status.label(), status.name() == self.status))
    }

    /// The times since which listings may have been added, each with its words and whether it is chosen: the usual ones, and
    /// another one that was asked for.
    pub(super) fn times(&self) -> Vec<(String, String, bool)> {
        let mut days = SINCE.to_vec();
        days.extend(self.since.parse().ok().filter(|asked| !SINCE.contains(asked)));
        days.sort_unstable();
        let is_chosen = |days: u16| self.since.parse() == Ok(days);
        days.iter().map(|days| (days.to_string(), since_words(*days), is_chosen(*days))).collect()
    }

    pub(super) fn sorts(&self) -> impl Iterator<Item = (&'static str, String, bool)> + '_ {
        Sort::of_list(!self.near.is_empty())
            .map(|sort| (sort.name(), sort.label(), sort.name() == self.sort))
    }
}

/// The chosen locations, each as its listings spell it where that is known; the places that are offered if none is
/// chosen.
fn choices(filter: &ListingFilter, places: &[Place], total: Count) -> Vec<Choice> {
    if filter.locations.is_empty() {
        let offered = places.iter().map(|place| Choice {
            name: place.location.to_string(),
            listings: place.listings,
            chosen: false,
        });
        return offered.collect();
    }
    let folded: Vec<_> = places.iter().map(|place| FoldedLocation::of(&place.location)).collect();
    let known = |location| {
        let folded_location = FoldedLocation::of(location);
        folded.iter().position(|other| *other == folded_location)
    };
    let alone = filter.locations.len() == 1;
    let chosen = filter.locations.iter().map(|location| {
        let place = known(location).map(|at| &places[at]);
        Choice {
            name: place.map_or(location, |place| &place.location).to_string(),
            listings: match alone {
                true => total.is_exact.then_some(total.number),
                false => place.map_or(Some(0), |place| place.listings),
            },
            chosen: true,
        }
    });
    chosen.collect()
}

/// The page of all places of a list.
pub(super) fn all_places(filter: ListingFilter) -> String {
    let query = PlaceQuery { filter, name: None };
    with_query("/properties/places/", &query.canonical())
}
