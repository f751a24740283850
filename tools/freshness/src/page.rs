//! Extracts the content of a page by searching for known text around it.
//!
//! It uses no other module, because `tests/it/documents/freshness.rs` includes it to check it with the site's current
//! pages.

/// A row as a page shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ShownRow {
    pub(crate) number: u32,
    pub(crate) version: usize,
    pub(crate) price: u32,
    pub(crate) place: String,
}

/// A page's content.
#[derive(Debug, Clone, Default)]
pub(crate) struct Shown {
    pub(crate) rows: Vec<ShownRow>,
    /// The number of rows of the whole list; a row's page has none.
    pub(crate) count: Option<u64>,
    /// The path of the next page, for lists in JSON.
    pub(crate) next: Option<String>,
    /// The similar rows on a row's page.
    pub(crate) similar: Vec<ShownRow>,
    /// Places with their numbers of rows.
    pub(crate) places: Vec<(String, u64)>,
    /// The number of rows at any price that an empty list offers.
    pub(crate) at_any_price: Option<u64>,
    /// Whether an empty list offers any price without the number of rows, which could not be counted.
    pub(crate) is_uncounted: bool,
    /// Rows by the site's ids, with the time of their last change in microseconds since 1970.
    pub(crate) listed: Vec<(i64, i64)>,
}

/// The kind and format of a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Format {
    Html,
    Json,
    /// Rows in an Atom feed.
    Feed,
    /// All places, as JSON.
    Places,
    /// The numbers of rows by facet, as JSON.
    Facets,
    /// A part of the sitemap.
    SiteMap,
}

/// The texts before each row, and before its title, price and place.
struct Marks {
    row: &'static str,
    title: &'static str,
    price: &'static str,
    place: &'static str,
}

const JSON: Marks = Marks {
    row: "{\"id\":",
    title: "\"title\":\"Home ",
    price: "\"price\":\"",
    place: "\"location\":\"",
};
const CARD: Marks = Marks {
    row: "<li class=\"card\">",
    title: "\">Home ",
    price: "<data class=\"price\" value=\"",
    place: "class=\"card__place\" dir=\"auto\">",
};
const DETAIL: Marks = Marks {
    row: "<article class=\"listing\" ",
    title: "<h1 class=\"headline\" dir=\"auto\">Home ",
    price: "<data class=\"price\" value=\"",
    place: "<bdi class=\"place\">",
};
const ENTRY: Marks =
    Marks { row: "<entry>", title: "<title>Home ", price: "Price: ", place: "<category term=\"" };

/// Reads a list; `None` if the text is not one.
pub(crate) fn list(text: &str, format: Format) -> Option<Shown> {
    match format {
        Format::Html => list_html(text),
        Format::Json => list_json(text),
        Format::Feed => {
            after(text, "<feed xmlns=")?;
            Some(Shown { rows: rows(text, &ENTRY)?, ..Shown::default() })
        }
        Format::Places => places_json(text),
        Format::Facets => facets_json(text),
        Format::SiteMap => site_map(text),
    }
}

fn list_json(text: &str) -> Option<Shown> {
    let count = text.strip_prefix("{\"count\":")?;
    let next = after(text, "\"next\":\"").and_then(|rest| rest.split_once('"'));
    let path = next.and_then(|(url, _)| Some(url[url.find("/properties/")?..].to_owned()));
    Some(Shown {
        rows: rows(text, &JSON)?,
        count: Some(number(count)?),
        next: path,
        ..Shown::default()
    })
}

fn list_html(text: &str) -> Option<Shown> {
    let head = after(text, " id=\"count\">")?;
    let count = match head.starts_with("No ") {
        true => 0,
        false => number(head)?,
    };
    let mut places = Vec::new();
    let (beside, _) = after(text, "<legend>Place</legend>")?.split_once("</fieldset>")?;
    for choice in parts(beside, "<label class=\"choice\">", "</label>") {
        let (name, _) = after(choice, "class=\"choice__name\" dir=\"auto\">")?.split_once('<')?;
        let listings = number(after(choice, "class=\"choice__count\">")?)?;
        places.push((name.to_owned(), listings));
    }
    let mut offers = parts(text, "<bdi>At any price</bdi>", "</a>");
    // An offer that could not be counted has no number.
    let offer = offers.next();
    let counted = offer.and_then(|offer| after(offer, "count\">"));
    let at_any_price = counted.map(number);
    Some(Shown {
        rows: rows(text, &CARD)?,
        count: Some(count),
        places,
        is_uncounted: offer.is_some() && counted.is_none(),
        at_any_price: match at_any_price {
            Some(listings) => Some(listings?),
            None => None,
        },
        ..Shown::default()
    })
}

fn places_json(text: &str) -> Option<Shown> {
    text.strip_prefix("{\"count\":")?;
    let mut places = Vec::new();
    for place in parts(text, "{\"location\":\"", "}") {
        let (name, _) = place.split_once('"')?;
        let listings = number(after(place, "\"listings\":")?)?;
        places.push((name.to_owned(), listings));
    }
    Some(Shown { places, ..Shown::default() })
}

/// Listed rows are active or pending.
fn facets_json(text: &str) -> Option<Shown> {
    let statuses = after(text.strip_prefix("{\"facets\":")?, "\"parameter\":\"status\"")?;
    let count = |status| number(after(statuses, &format!("\"value\":\"{status}\",\"count\":"))?);
    let count = count("active")? + count("pending")?;
    Some(Shown { count: Some(count), ..Shown::default() })
}

fn site_map(text: &str) -> Option<Shown> {
    after(text, "<urlset ")?;
    let mut listed = Vec::new();
    for url in parts(text, "<url>", "</url>") {
        let (id, _) = after(url, "/properties/")?.split_once('/')?;
        let (time, _) = after(url, "<lastmod>")?.split_once('<')?;
        let time = chrono::DateTime::parse_from_rfc3339(time).ok()?;
        listed.push((id.parse().ok()?, time.timestamp_micros()));
    }
    Some(Shown { listed, ..Shown::default() })
}

/// Reads a row's page; `None` if the text is not one.
pub(crate) fn detail(text: &str, format: Format) -> Option<Shown> {
    let beside = "<section class=\"similar\"";
    let (own, similar) = text.split_once(beside).unwrap_or((text, ""));
    let marks = match format {
        Format::Html => &DETAIL,
        _ => &JSON,
    };
    let rows = rows(own, marks)?;
    (rows.len() == 1).then_some(Shown {
        rows,
        similar: self::rows(similar, &CARD)?,
        ..Shown::default()
    })
}

fn rows(text: &str, marks: &Marks) -> Option<Vec<ShownRow>> {
    let mut rows = Vec::new();
    for row in text.split(marks.row).skip(1) {
        let (title, versioned) = after(row, marks.title)?.split_once(" v")?;
        let (place, _) = after(row, marks.place)?.split_once(['<', '"'].as_slice())?;
        rows.push(ShownRow {
            number: title.parse().ok()?,
            version: versioned.get(..6)?.parse().ok()?,
            price: u32::try_from(number(after(row, marks.price)?)?).ok()?,
            place: place.to_owned(),
        });
    }
    Some(rows)
}

/// The whole number at the start of a text, with or without thousands separators.
fn number(text: &str) -> Option<u64> {
    let end = text.find(|c: char| c != ',' && !c.is_ascii_digit());
    let digits = text[..end.unwrap_or(text.len())].replace(',', "");
    digits.parse().ok()
}

/// The texts between each pair of marks.
fn parts<'a>(text: &'a str, start: &'a str, end: &'a str) -> impl Iterator<Item = &'a str> {
    let parts = text.split(start).skip(1);
    parts.filter_map(move |part| Some(part.split_once(end)?.0))
}

fn after<'a>(text: &'a str, mark: &str) -> Option<&'a str> {
    text.find(mark).map(|at| &text[at + mark.len()..])
}
