//! A response of the site.

use std::fmt;

use reqwest::Response;
use reqwest::header::HeaderMap;
use serde_json::Value;
use url::Position;

/// A response with its body.
#[derive(Clone)]
pub(crate) struct Page {
    path: String,
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
}

impl fmt::Debug for Page {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let body = String::from_utf8_lossy(&self.body);
        write!(f, "{}: {} {:#?}\n{body}", self.path, self.status, self.headers)
    }
}

impl Page {
    pub(super) async fn read(response: Response) -> Self {
        Self {
            path: response.url()[Position::BeforePath..].to_owned(),
            status: response.status().as_u16(),
            headers: response.headers().clone(),
            body: response.bytes().await.expect("a whole body").to_vec(),
        }
    }

    /// A header's value; empty when it is absent.
    pub(crate) fn header(&self, name: &str) -> &str {
        let value = self.headers.get(name);
        value.map_or("", |value| value.to_str().expect("visible ASCII"))
    }

    /// Every value of a header.
    pub(crate) fn all(&self, name: &str) -> Vec<&str> {
        let values = self.headers.get_all(name).into_iter();
        values.map(|value| value.to_str().expect("visible ASCII")).collect()
    }

    pub(crate) fn text(&self) -> &str {
        std::str::from_utf8(&self.body).expect("text")
    }

    pub(crate) fn has(&self, text: &str) -> bool {
        self.text().contains(text)
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|err| panic!("{err}: {}", self.text()))
    }

    pub(crate) fn cache_status(&self) -> &str {
        self.header("cache-status")
    }

    /// Whether a page cache answered, in memory or Redis.
    pub(crate) fn is_hit(&self) -> bool {
        let members = self.cache_status().split(", ");
        let mut pages = members.filter(|member| member.starts_with("page-"));
        pages.any(|member| member.contains("; hit"))
    }

    /// Asserts that a page cache answered.
    pub(crate) fn assert_hit(&self) -> &Self {
        assert!(self.is_hit(), "no hit: {self:?}");
        self
    }

    /// Asserts that no page cache answered.
    pub(crate) fn assert_no_hit(&self) -> &Self {
        assert!(!self.is_hit(), "a hit: {self:?}");
        self
    }

    /// Asserts that the page was computed and stored.
    pub(crate) fn assert_stored(&self) -> &Self {
        assert!(self.is_stored(), "not stored: {self:?}");
        self
    }

    /// Whether the page was computed and stored.
    pub(crate) fn is_stored(&self) -> bool {
        let status = self.cache_status();
        !self.is_hit() && status.contains("fwd=uri-miss") && status.ends_with("; stored")
    }

    /// The value of a form's field, as a browser would send it.
    pub(crate) fn field(&self, name: &str) -> String {
        let html = self.text();
        if let Some(text) = inside(html, "textarea", name) {
            return unescape(text.trim_start_matches('\n'));
        }
        if let Some(options) = inside(html, "select", name) {
            let options = options.split("<option").filter(|option| option.contains(" selected"));
            let value = options.last().and_then(|option| option.split('"').nth(1));
            return unescape(value.unwrap_or_default());
        }
        let found = html.split_once(&format!("name=\"{name}\" value=\""));
        let (_, rest) = found.unwrap_or_else(|| panic!("no field {name}: {html}"));
        let (value, _) = rest.split_once('"').expect("a closed attribute");
        unescape(value)
    }

    /// Asserts the values of a form's fields.
    pub(crate) fn holds<const N: usize>(&self, fields: [(&str, &str); N]) -> &Self {
        for (name, value) in fields {
            assert_eq!(self.field(name), value, "{name}: {self:?}");
        }
        self
    }

    /// Fields of a form with their values.
    pub(crate) fn fields<'a, const N: usize>(&self, names: [&'a str; N]) -> [(&'a str, String); N] {
        names.map(|name| (name, self.field(name)))
    }

    pub(crate) fn assert_status(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{self:?}");
        self
    }
}

/// The content of a form's element.
fn inside<'a>(html: &'a str, element: &str, name: &str) -> Option<&'a str> {
    let opening = format!("<{element} ");
    let mut tags = html.split(&opening).skip(1);
    let tag = tags.find(|tag| {
        tag.split_once('>').is_some_and(|(tag, _)| tag.contains(&format!("name=\"{name}\"")))
    })?;
    Some(tag.split_once('>')?.1.split_once(&format!("</{element}>"))?.0)
}

/// Assertions about texts; their messages show the actual content.
pub(crate) trait Shows {
    fn is_shown(&self, text: &str) -> bool;
    fn describe(&self) -> String;

    /// Asserts that it contains all of these texts.
    fn shows<T: AsRef<str>>(&self, texts: impl IntoIterator<Item = T>) -> &Self {
        for text in texts {
            let text = text.as_ref();
            assert!(self.is_shown(text), "{text:?} is not shown: {}", self.describe());
        }
        self
    }

    /// Asserts that it contains none of these texts.
    fn hides<T: AsRef<str>>(&self, texts: impl IntoIterator<Item = T>) -> &Self {
        for text in texts {
            let text = text.as_ref();
            assert!(!self.is_shown(text), "{text:?} is shown: {}", self.describe());
        }
        self
    }
}

impl Shows for Page {
    fn is_shown(&self, text: &str) -> bool {
        self.has(text)
    }

    fn describe(&self) -> String {
        format!("{self:?}")
    }
}

impl Shows for str {
    fn is_shown(&self, text: &str) -> bool {
        self.contains(text)
    }

    fn describe(&self) -> String {
        self.to_owned()
    }
}

/// The statuses of concurrent requests, in ascending order.
pub(crate) fn statuses<const N: usize>(pages: [&Page; N]) -> [u16; N] {
    let mut statuses = pages.map(|page| page.status);
    statuses.sort_unstable();
    statuses
}

fn unescape(html: &str) -> String {
    [("&#34;", "\""), ("&#39;", "'"), ("&#60;", "<"), ("&#62;", ">"), ("&#38;", "&")]
        .into_iter()
        .fold(html.to_owned(), |text, (escaped, plain)| text.replace(escaped, plain))
}
