//! Every state of the list is a URL, which the Back button restores.

use crate::harness::{App, Chromium, eventually, spawn_homes, with_and_without_scripts};

const SEARCH: [(&str, &str); 5] = [
    ("q", "home"),
    ("location", "Leith"),
    ("min_price", "5000"),
    ("max_price", "75000"),
    ("sort", "price"),
];
const SUBMIT: &str = "form:has([name=q]) :is(button:not([type=button]), input[type=submit])";
const NEXT: &str = "main a[rel~=next]";

/// The visible content of the list.
#[derive(Debug, PartialEq, Eq)]
struct Shown {
    path: String,
    heading: String,
    listings: Vec<String>,
}

async fn shown(chromium: &Chromium) -> Shown {
    Shown {
        path: chromium.path().await,
        heading: chromium.text("h1").await,
        listings: chromium.listings().await,
    }
}

/// A price without thousands separators and zero decimals.
fn plain(value: &str) -> String {
    value.replace(',', "").replace(".00", "")
}

async fn holds_what_was_typed(chromium: &Chromium) {
    for (name, value) in SEARCH {
        let parameter = chromium.parameter(name).await.unwrap_or_default();
        assert_eq!(plain(&parameter), value, "{name}");
        assert_eq!(plain(&chromium.field(name).await), value, "{name}");
    }
}

/// Returns when scripts have replaced the list without loading another page.
async fn comes_to_show(chromium: &Chromium, what: &str, wanted: impl Fn(&Shown) -> bool) -> Shown {
    eventually(what, async || {
        let loading = "return document.querySelector('.is-loading') != null";
        let loading = chromium.run(loading, &[]).await == true;
        let shown = shown(chromium).await;
        (!loading && wanted(&shown)).then_some(shown)
    })
    .await
}

async fn goes_back_to(chromium: &Chromium, list: &Shown) {
    chromium.goes_back_to(&list.path).await;
    comes_to_show(chromium, "the list from before", |shown| shown == list).await;
}

async fn walk(app: &App, chromium: &Chromium) {
    chromium.open(app, "/properties/").await;
    let all = shown(chromium).await;
    assert_eq!(all.listings.len(), 24);
    for (name, value) in SEARCH {
        chromium.fill(name, value).await;
    }
    chromium.click(SUBMIT).await;
    let first = comes_to_show(chromium, "what was asked for", |shown| {
        shown.path.contains("sort=price") && shown.heading.contains("36")
    })
    .await;
    assert_eq!(first.listings.len(), 24);
    assert_eq!(first.listings[0], "/properties/5/");
    holds_what_was_typed(chromium).await;

    chromium.follow(NEXT).await;
    let second = shown(chromium).await;
    assert_eq!(second.listings.len(), 12, "{second:?}");
    assert!(second.listings.iter().all(|path| !first.listings.contains(path)));
    holds_what_was_typed(chromium).await;

    let listing = &second.listings[2];
    chromium.follow(&format!("main a[href^='{listing}']")).await;
    assert!(chromium.path().await.starts_with(listing));
    let number = listing.split('/').nth(2).expect("an id");
    assert_eq!(chromium.text("h1").await, format!("Home {number}"));

    goes_back_to(chromium, &second).await;
    holds_what_was_typed(chromium).await;
    goes_back_to(chromium, &first).await;
    holds_what_was_typed(chromium).await;
    goes_back_to(chromium, &all).await;

    // The URL shows the same list in another browser.
    let other = Chromium::start().await;
    other.open(app, &second.path).await;
    assert_eq!(shown(&other).await, second);
}

#[tokio::test]
async fn with_and_without_scripts_every_state_of_the_list_is_an_address_and_back_shows_it_again() {
    let app = spawn_homes(80).await;
    with_and_without_scripts(async |chromium| walk(&app, chromium).await).await;
}
