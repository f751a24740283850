//! The content of a mail.

use askama::Template;

/// The content of a mail, from which its text and HTML parts are made.
#[derive(Debug, Clone, Default)]
pub struct MailContent {
    /// The subject.
    pub subject: String,
    /// The first paragraphs.
    pub paragraphs: Vec<String>,
    /// Facts with their labels.
    pub facts: Vec<(&'static str, String)>,
    /// A text of several lines that another person wrote.
    pub quote: Option<String>,
    /// Things that the mail lists.
    pub entries: Vec<Entry>,
    /// A note about entries that the mail does not list.
    pub rest: Option<String>,
    /// The label and the address of a button.
    pub action: Option<(&'static str, String)>,
    /// The last paragraphs: why the recipient got the mail.
    pub closing: Vec<String>,
    /// The label and the address of a link below them.
    pub footer: Option<(&'static str, String)>,
}

/// A thing that a mail lists.
#[derive(Debug, Clone, Default)]
pub struct Entry {
    /// Why it is listed.
    pub label: String,
    /// What it is called.
    pub title: String,
    /// Where it is.
    pub address: String,
    /// Its details, one per line.
    pub lines: Vec<String>,
}

/// The text part.
#[derive(Template)]
#[template(path = "mail/letter.txt")]
pub(super) struct Text<'a> {
    pub(super) letter: &'a MailContent,
    pub(super) site_name: &'a str,
    pub(super) site_url: &'a str,
}

/// The HTML part.
#[derive(Template)]
#[template(path = "mail/letter.html")]
pub(super) struct Html<'a> {
    pub(super) letter: &'a MailContent,
    pub(super) site_name: &'a str,
    pub(super) site_url: &'a str,
}
