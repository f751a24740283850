//! What a page shows, found by searching its text for what surrounds it.

use crate::ledger::BAND;

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
    /// How many rows the whole list has; a row's own page has none.
    pub(crate) count: Option<u64>,
    /// The path of the next page, of lists in JSON.
    pub(crate) next: Option<String>,
}

/// How a page is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Format {
    Html,
    Json,
}

/// What stands before a row's title, its price and its place.
struct Marks {
    title: &'static str,
    price: &'static str,
    place: &'static str,
}

const JSON: Marks = Marks {
    title: "\"title\":\"Home ",
    price: "\"price\":\"",
    place: "\"location\":\"",
};
const CARD: Marks = Marks {
    title: "/\">Home ",
    price: "<data class=\"price\" value=\"",
    place: "<p class=\"quiet\" dir=\"auto\">",
};
const DETAIL: Marks = Marks {
    title: "<h1 class=\"headline\" dir=\"auto\">Home ",
    price: "<data value=\"",
    place: "<dt>Location</dt><dd><bdi>",
};

/// Reads a list; `None` if the text is none.
pub(crate) fn list(text: &str, format: Format) -> Option<Shown> {
    let (marks, count) = match format {
        Format::Json => (&JSON, text.strip_prefix("{\"count\":")?),
        Format::Html => (&CARD, after(text, "<h1 class=\"headline\">")?),
    };
    let end = count
        .find([' ', ',', '}'].as_slice())
        .filter(|_| format == Format::Json);
    let count = match format {
        Format::Json => count[..end?].parse().ok()?,
        Format::Html if count.starts_with("No ") => 0,
        Format::Html => {
            let number = &count[..count.find(" listing")?];
            let digits: String = number.chars().filter(char::is_ascii_digit).collect();
            digits.parse().ok()?
        }
    };
    let next = after(text, "\"next\":\"").filter(|_| format == Format::Json);
    let next = next
        .and_then(|rest| rest.split_once('"'))
        .map(|(url, _)| url);
    let path = next.and_then(|url| Some(url[url.find("/properties/")?..].to_owned()));
    Some(Shown {
        rows: rows(text, marks)?,
        count: Some(count),
        next: path,
    })
}

/// Reads a row's own page; `None` if the text is none.
pub(crate) fn detail(text: &str, format: Format) -> Option<Shown> {
    let marks = match format {
        Format::Json => &JSON,
        Format::Html => &DETAIL,
    };
    let rows = rows(text, marks)?;
    (rows.len() == 1).then_some(Shown {
        rows,
        ..Shown::default()
    })
}

fn rows(text: &str, marks: &Marks) -> Option<Vec<ShownRow>> {
    let mut rows = Vec::new();
    let mut rest = text;
    while let Some(title) = after(rest, marks.title) {
        let (number, versioned) = title.split_once(" v")?;
        let whole = after(title, marks.price)?;
        let (price, _) = whole.split_once('.')?;
        let (place, _) = after(title, marks.place)?.split_once(['<', '"'].as_slice())?;
        rows.push(ShownRow {
            number: number.parse().ok()?,
            version: versioned.get(..6)?.parse().ok()?,
            price: price.parse().ok()?,
            place: place.to_owned(),
        });
        rest = title;
    }
    Some(rows)
}

impl ShownRow {
    /// Whether title and price tell the same version.
    pub(crate) fn is_whole(&self) -> bool {
        usize::try_from(self.price % BAND).is_ok_and(|version| version == self.version)
    }
}

fn after<'a>(text: &'a str, mark: &str) -> Option<&'a str> {
    text.find(mark).map(|at| &text[at + mark.len()..])
}
