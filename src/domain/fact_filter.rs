//! Filters by facts: the parameters that the declaration of each fact names, and their values in a query.
//!
//! A new kind of filter is a variant of [`FilterKind`] and of [`Comparison`]. The compiler then names every place that has
//! to know it: here, in `db/listing_conditions.rs` (the condition) and in `http/openapi/parameters.rs` (the description).

use url::form_urlencoded::Serializer;

use super::text::parse_text;
use super::{FACTS, Fact, FactKind, FactValue, FieldErrors, FilterKind};

/// How the value of a listing compares with that of a parameter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Comparison {
    /// Equal or greater.
    AtLeast,
    /// Equal or less.
    AtMost,
    /// Equal.
    Is,
    /// Equal to one of the values.
    AnyOf,
    /// A list that has all of the values, in whatever case.
    AllOf,
}

/// The most items that one query may ask for of a list.
const MAX_ITEMS: usize = 30;

/// A parameter that filters lists by a fact.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FactParameter {
    /// Its name in URLs and forms.
    pub name: &'static str,
    /// The fact.
    pub fact: &'static Fact,
    /// The comparison.
    pub comparison: Comparison,
}

impl Fact {
    /// The parameters that filter lists by it, in the order of forms.
    pub fn parameters(&'static self) -> impl Iterator<Item = FactParameter> {
        let (first, second) = match self.filter {
            None => (None, None),
            Some(FilterKind::Range([min, max])) => {
                (Some((min, Comparison::AtLeast)), Some((max, Comparison::AtMost)))
            }
            Some(FilterKind::AtLeast(name)) => (Some((name, Comparison::AtLeast)), None),
            Some(FilterKind::Is(name)) => (Some((name, Comparison::Is)), None),
            Some(FilterKind::AnyOf(name)) => (Some((name, Comparison::AnyOf)), None),
            Some(FilterKind::AllOf(name)) => (Some((name, Comparison::AllOf)), None),
        };
        let parameters = first.into_iter().chain(second);
        parameters.map(move |(name, comparison)| FactParameter { name, fact: self, comparison })
    }

    /// Whether a parameter is the first of its own.
    pub fn is_first(&'static self, parameter: &FactParameter) -> bool {
        self.parameters().next().as_ref() == Some(parameter)
    }

    /// Whether a parameter is the last of its own.
    pub fn is_last(&'static self, parameter: &FactParameter) -> bool {
        self.parameters().last().as_ref() == Some(parameter)
    }
}

impl FactParameter {
    /// Every parameter, in the order of the declaration.
    pub fn all() -> impl Iterator<Item = Self> {
        FACTS.iter().flat_map(Fact::parameters)
    }

    /// The parameter of a name.
    pub fn named(name: &str) -> Option<Self> {
        Self::all().find(|parameter| parameter.name == name)
    }

    /// Its label beside the fact's, such as “From”.
    pub fn word(self) -> &'static str {
        match self.comparison {
            Comparison::AtLeast => "From",
            Comparison::AtMost => "To",
            Comparison::Is | Comparison::AnyOf | Comparison::AllOf => "",
        }
    }

    /// Whether it may be repeated.
    pub fn is_repeated(self) -> bool {
        matches!(self.comparison, Comparison::AnyOf | Comparison::AllOf)
    }

    /// Whether its values are a choice.
    pub fn is_choice(self) -> bool {
        !self.fact.kind.options().is_empty()
    }

    /// Reads a value: an area in the site's unit, and an item of a list folded, because its case does not matter.
    ///
    /// # Errors
    /// A message that says what is allowed.
    pub fn parse(self, text: &str) -> Result<FactValue<'static>, String> {
        match self.fact.kind {
            FactKind::List { max_chars, .. } => {
                let item = parse_text(text, max_chars).map_err(|err| err.to_string())?;
                Ok(FactValue::Text(item.to_lowercase().into()))
            }
            kind => kind.parse(&self.fact.typed(std::iter::once(text))),
        }
    }

    /// Its label, such as “Price from”.
    pub fn label(self) -> String {
        let label = format!("{} {}", self.fact.label, self.word().to_lowercase());
        label.trim_end().to_owned()
    }
}

/// A parameter with its value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    /// The parameter.
    pub parameter: FactParameter,
    /// The value.
    pub value: FactValue<'static>,
}

impl Asked {
    /// The value for readers.
    pub fn shown(&self) -> String {
        self.parameter.fact.kind.shown(&self.value)
    }

    /// In words, such as “from 1,234.50” or “Year built from 1990”: an amount of money needs no label.
    pub fn words(&self) -> String {
        let FactParameter { fact, comparison, .. } = self.parameter;
        let word = match comparison {
            Comparison::AtLeast => "from",
            Comparison::AtMost => "up to",
            Comparison::Is | Comparison::AnyOf | Comparison::AllOf => return self.shown(),
        };
        let value = self.shown();
        match fact.kind {
            FactKind::Price => format!("{word} {value}"),
            _ => format!("{} {word} {value}", fact.label),
        }
    }
}

/// The values of the parameters that filter by facts, as asked for, in the order of the declaration.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct FactFilter(Vec<Asked>);

impl FactFilter {
    /// Reads a parameter, if it is one of these; a later value replaces an earlier one, unless the parameter may be repeated.
    pub(super) fn read(&mut self, name: &str, value: &str, errors: &mut FieldErrors) {
        let Some(parameter) = FactParameter::named(name) else {
            return;
        };
        let Some(value) = errors.check(parameter.name, parameter.parse(value)) else {
            return;
        };
        let asked = Asked { parameter, value };
        self.0.retain(|other| match parameter.is_repeated() {
            true => *other != asked,
            false => other.parameter != parameter,
        });
        if self.0.iter().filter(|asked| asked.parameter == parameter).count() >= MAX_ITEMS {
            errors.add(parameter.name, format!("At most {MAX_ITEMS} values can be combined."));
            return;
        }
        self.add(asked);
    }

    /// Adds a parameter in its place.
    fn add(&mut self, asked: Asked) {
        self.0.push(asked);
        let place = |asked: &Asked| FactParameter::all().position(|other| other == asked.parameter);
        self.0.sort_by(|a, b| place(a).cmp(&place(b)).then_with(|| a.value.cmp(&b.value)));
    }

    /// Adds the parameters to a query string.
    pub(super) fn append(&self, text: &mut Serializer<'_, String>) {
        for Asked { parameter, value } in &self.0 {
            text.append_pair(parameter.name, &parameter.fact.field(&value.to_string()));
        }
    }

    /// Whether it has no conditions.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Each parameter with its value.
    pub fn iter(&self) -> impl Iterator<Item = &Asked> {
        self.0.iter()
    }

    /// The values of each parameter.
    pub fn by_parameter(&self) -> impl Iterator<Item = &[Asked]> {
        self.0.chunk_by(|one, other| one.parameter == other.parameter)
    }

    /// The facts that are asked for, each once.
    pub fn facts(&self) -> impl Iterator<Item = &'static Fact> {
        let mut facts: Vec<_> = self.0.iter().map(|asked| asked.parameter.fact).collect();
        facts.dedup();
        facts.into_iter()
    }

    /// The facts whose bounds were asked for the wrong way round.
    pub fn swapped(&self) -> impl Iterator<Item = &'static Fact> {
        let swapped = self.0.windows(2).filter(|pair| is_swapped(&pair[0], &pair[1]));
        swapped.map(|pair| pair[0].parameter.fact)
    }

    /// The same with all bounds the right way round.
    pub fn straightened(&self) -> Self {
        let mut asked = self.0.clone();
        for at in 1..asked.len() {
            let (before, after) = asked.split_at_mut(at);
            if let (Some(low), Some(high)) = (before.last_mut(), after.first_mut())
                && is_swapped(low, high)
            {
                std::mem::swap(&mut low.value, &mut high.value);
            }
        }
        Self(asked)
    }

    /// The same without a parameter. The other bound stays on its own side, also where the bounds were asked for the
    /// wrong way round.
    pub fn without(&self, asked: &Asked) -> Self {
        let mut rest = self.straightened();
        rest.0.retain(|other| other != asked);
        rest
    }

    /// The same with one value of a parameter in the place of its own. The other bound stays on its own side, as in
    /// [`FactFilter::without`].
    pub fn with(&self, parameter: FactParameter, value: FactValue<'static>) -> Self {
        let mut other = self.straightened();
        other.0.retain(|asked| asked.parameter != parameter);
        other.add(Asked { parameter, value });
        other
    }

    /// The parameters of the facts for which a test is true, and the others.
    pub fn partition(&self, is_first: impl Fn(&'static Fact) -> bool) -> (Self, Self) {
        let asked = self.straightened().0.into_iter();
        let (first, others) = asked.partition(|asked| is_first(asked.parameter.fact));
        (Self(first), Self(others))
    }

    /// The same without a fact.
    pub fn without_fact(&self, fact: &Fact) -> Self {
        let others = self.0.iter().filter(|asked| asked.parameter.fact != fact);
        Self(others.cloned().collect())
    }
}

impl IntoIterator for FactFilter {
    type Item = Asked;
    type IntoIter = std::vec::IntoIter<Asked>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

/// Whether two neighbours are the bounds of one fact, the wrong way round.
fn is_swapped(low: &Asked, high: &Asked) -> bool {
    low.parameter.fact == high.parameter.fact
        && low.parameter.comparison == Comparison::AtLeast
        && high.parameter.comparison == Comparison::AtMost
        && low.value > high.value
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_parameter_is_declared_twice_or_is_another_of_the_list() {
        let names: Vec<_> = FactParameter::all().map(|parameter| parameter.name).collect();
        let own = [
            "q",
            "location",
            "near",
            "radius",
            "since",
            "sort",
            "page",
            "page_size",
            "cursor",
            "format",
            "name",
            "o",
        ];
        for (at, name) in names.iter().enumerate() {
            assert!(!names[..at].contains(name) && !own.contains(name), "{name}");
        }
    }

    #[test]
    fn the_bounds_of_a_price_are_named_in_words() {
        let mut filter = FactFilter::default();
        let mut errors = FieldErrors::new();
        for (name, value) in [("max_price", "1"), ("min_price", "1,234.5"), ("max_price", "5")] {
            filter.read(name, value, &mut errors);
        }
        let words = |filter: &FactFilter| filter.iter().map(Asked::words).collect::<Vec<_>>();
        assert_eq!(words(&filter), ["from 1,234.50", "up to 5"]);
        let straight = filter.straightened();
        assert_eq!(words(&straight), ["from 5", "up to 1,234.50"]);
        assert_eq!(filter.swapped().count(), 1);
        assert_eq!(straight.swapped().count(), 0);
        let upper = straight.iter().last().expect("a bound");
        assert_eq!(words(&filter.without(upper)), ["from 5"]);
        assert_eq!(upper.parameter.label(), "Price to");
    }
}
