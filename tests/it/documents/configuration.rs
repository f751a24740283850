//! `docs/configuration.md` is generated from `.env.example`, whose defaults are the program's.

use std::fs;

use property_listings::config::Config;

use super::{code, documents, read, root};

const HEAD: &str = "# Configuration\n\n\
<!-- Generated from .env.example: change that file, then run UPDATE_DOCS=1 cargo test --test it documents -->\n\n\
The program reads environment variables and a file `.env`. All problems with variables are reported together, with exit code 2.\n\
`property-listings printconfig` prints the current values, and `property-listings check --deploy` checks them for a public site.\n";

/// A variable described in `.env.example`.
struct Variable {
    name: String,
    value: String,
    default: Option<String>,
    text: String,
}

impl Variable {
    /// Reads a paragraph of comments with one assignment at its end.
    fn parse(paragraph: &str) -> Self {
        let mut lines: Vec<_> = paragraph.lines().collect();
        let (name, value) = lines
            .pop()
            .and_then(|line| line.strip_prefix('#')?.split_once('='))
            .unwrap_or_else(|| panic!("there is no variable in: {paragraph}"));
        assert!(name.chars().all(|c| c.is_ascii_uppercase() || c == '_'), "{name}");
        let text: Vec<_> = lines.into_iter().map(|line| line.trim_start_matches("# ")).collect();
        assert!(text.iter().all(|line| !line.starts_with('#')), "two variables in: {paragraph}");
        let (default, text): (Vec<_>, Vec<_>) =
            text.into_iter().partition(|line| line.starts_with("Default: "));
        Self {
            name: name.to_owned(),
            value: value.to_owned(),
            default: default.first().map(|line| line["Default: ".len()..].to_owned()),
            text: text.join(" "),
        }
    }

    fn is_unset(&self) -> bool {
        self.value.is_empty() || self.text.contains("Unset:")
    }

    fn row(&self) -> String {
        let Self { name, value, .. } = self;
        let (default, example) = match &self.default {
            Some(text) => (text.clone(), format!(" Example: `{value}`")),
            None if value.is_empty() => ("unset".to_owned(), String::new()),
            None if self.is_unset() => ("unset".to_owned(), format!(" Example: `{value}`")),
            None => (format!("`{value}`"), String::new()),
        };
        format!("| `{name}` | {default} | {}{example} |\n", self.text)
    }
}

#[test]
fn the_page_of_the_configuration_is_that_of_the_example_file() {
    let mut page = HEAD.to_owned();
    for paragraph in read(".env.example").trim().split("\n\n") {
        match paragraph.strip_prefix("# == ") {
            Some(title) => {
                page.push_str(&format!(
                    "\n## {title}\n\n| variable | default | meaning |\n|---|---|---|\n"
                ));
            }
            None if paragraph.contains("\n#") && !paragraph.contains('=') => {}
            None => page.push_str(&Variable::parse(paragraph).row()),
        }
    }
    if std::env::var_os("UPDATE_DOCS").is_some() {
        fs::write(root().join("docs/configuration.md"), &page).expect("written");
    }
    assert_eq!(page, read("docs/configuration.md"), "run this test with UPDATE_DOCS=1");
}

#[test]
fn the_defaults_in_the_example_file_are_those_of_the_program() {
    let settings = Config::from_variables(|_| None).expect("the defaults are valid").settings();
    let example = read(".env.example");
    let variables = example.split("\n\n").filter(|paragraph| paragraph.contains("\n#"));
    let variables = variables.filter(|paragraph| paragraph.contains('=')).map(Variable::parse);
    let mut compared = 0;
    for variable in variables.filter(|variable| !variable.is_unset() && variable.default.is_none())
    {
        if let Some(setting) = settings.iter().find(|setting| setting.name == variable.name) {
            assert_eq!(setting.value, variable.value, "{}", setting.name);
            compared += 1;
        }
    }
    assert!(compared >= 8, "{compared}");
}

#[test]
fn variables_that_documents_name_exist() {
    // Those of a test, of docker-compose.yml, and of the commands of the manual.
    let others = ["UPDATE_DOCS", "WEB_PORTS", "NEW_DATABASE_URL", "STANDBY_URL"];
    let example = read(".env.example");
    let mut seen = 0;
    for (path, text) in documents() {
        let code = code(&text).join(" ");
        let words = code.split(|c: char| !c.is_ascii_uppercase() && c != '_');
        for word in words.filter(|word| word.trim_matches('_').contains('_')) {
            let known = example.contains(&format!("#{word}=")) || others.contains(&word);
            assert!(known, "{}: {word}", path.display());
            seen += 1;
        }
    }
    assert!(seen > 30, "{seen}");
}
