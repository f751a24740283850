//! A short description of a browser.

/// The maximum length of an unknown browser's name, in characters.
const MAX_OWN_NAME: usize = 40;

/// Browsers, each with a text in its header. A browser whose header also contains another's text comes first.
const BROWSERS: [(&str, &str); 9] = [
    ("Edg/", "Edge"),
    ("EdgA/", "Edge"),
    ("OPR/", "Opera"),
    ("Vivaldi/", "Vivaldi"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("Firefox/", "Firefox"),
    ("HeadlessChrome/", "Chrome"),
    ("Chrome/", "Chrome"),
    ("CriOS/", "Chrome"),
];

/// Operating systems, in the order in which they are searched for.
const SYSTEMS: [(&str, &str); 7] = [
    ("Windows", "Windows"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("CrOS", "ChromeOS"),
    ("Mac OS X", "macOS"),
    ("Linux", "Linux"),
];

/// A short form of a `User-Agent` header, such as `Firefox 140 on Windows`. A client can send any header, so this
/// proves nothing. The result is plain text of bounded length, which the caller must escape.
pub(super) fn short_user_agent(header: &str) -> String {
    let version =
        |text: &str| -> String { text.chars().take_while(char::is_ascii_digit).take(4).collect() };
    let after = |mark: &str| header.split_once(mark).map(|(_, rest)| rest);
    let known = BROWSERS.into_iter().find_map(|(mark, name)| Some((name, version(after(mark)?))));
    let safari = || {
        after("Safari/")?;
        Some(("Safari", version(after("Version/")?)))
    };
    let Some((name, version)) = known.or_else(safari) else {
        let first = header.split([' ', '(']).next().unwrap_or_default();
        return match first {
            "" => "Unknown browser".to_owned(),
            first => first.chars().take(MAX_OWN_NAME).collect(),
        };
    };
    let system = SYSTEMS.into_iter().find(|(mark, _)| header.contains(mark));
    let mut text = name.to_owned();
    if !version.is_empty() {
        text = format!("{text} {version}");
    }
    match system {
        Some((_, system)) => format!("{text} on {system}"),
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use super::short_user_agent;

    #[test]
    fn browsers_are_known_by_what_they_call_themselves() {
        let webkit = "AppleWebKit/537.36 (KHTML, like Gecko)";
        for (header, want) in [
            (
                "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0",
                "Firefox 140 on Windows",
            ),
            (
                &format!("Mozilla/5.0 (X11; Linux x86_64) {webkit} Chrome/139.0.0.0 Safari/537.36"),
                "Chrome 139 on Linux",
            ),
            (
                &format!(
                    "Mozilla/5.0 (Windows NT 10.0) {webkit} Chrome/139.0 Safari/537.36 Edg/139.0"
                ),
                "Edge 139 on Windows",
            ),
            (
                &format!(
                    "Mozilla/5.0 (Linux; Android 15) {webkit} Chrome/139.0 Mobile Safari/537.36"
                ),
                "Chrome 139 on Android",
            ),
            (
                "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1 (KHTML) Version/18.5 Safari/605.1",
                "Safari 18 on macOS",
            ),
            (
                "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1 Version/18.5 Mobile Safari/604.1",
                "Safari 18 on iPhone",
            ),
            ("curl/8.14.1", "curl/8.14.1"),
            ("", "Unknown browser"),
        ] {
            assert_eq!(short_user_agent(header), want, "{header}");
        }
        assert!(short_user_agent(&"x".repeat(5000)).len() <= 40);
        assert_eq!(short_user_agent("Chrome/<b>1"), "Chrome");
    }
}
