//! Ways out of a list in which nothing was found.

use super::{app_of, between, number, true_count};
use crate::harness::{App, Page, listing};

const HOMES: [(&str, u32, &str); 6] = [
    ("Sea view", 1000, "Leith"),
    ("Sea cottage", 2000, "Leith"),
    ("Garden view", 3000, "Leith"),
    ("Castle", 9000, "Joppa"),
    ("Sea castle", 500, "Joppa"),
    ("View", 20000, "Joppa"),
];

/// What is offered: its words, how many listings it says it finds, and the query string that it leads to.
fn offers(page: &Page) -> Vec<(String, Option<i64>, String)> {
    let list = between(page.text(), "<ul class=\"offers\"", "</ul>");
    let links = list.first().map(|list| between(list, "<a ", "</a>"));
    let offer = |link: &str| {
        let href = between(link, "href=\"/properties/?", "\"")[0].replace("&#38;", "&");
        let count = between(link, "class=\"offers__count\">", "<");
        let label = between(link, "<bdi>", "</bdi>")[0].to_owned();
        (label, count.first().map(|count| number(count)), href)
    };
    links.unwrap_or_default().into_iter().map(offer).collect()
}

async fn offered(app: &App, query: &str) -> Vec<String> {
    let page = app.get(&format!("/properties/?{query}")).await;
    let page = page.assert_status(200);
    assert!(page.has(">No homes"), "{query}: {page:?}");
    let mut labels = Vec::new();
    for (label, count, link) in offers(&page) {
        let found = true_count(app, &link).await;
        assert!(found > 0 || count.is_none(), "{label} of {query} finds nothing");
        assert!(count.is_none_or(|count| count == found), "{label} of {query}: {found}");
        let list = app.get(&format!("/properties/?{link}")).await;
        let some = found > 0;
        assert_eq!(list.assert_status(200).has("<ol class=\"cards\" "), some, "{link}");
        labels.push(match count {
            Some(count) => format!("{label} {count}"),
            None => label,
        });
    }
    labels
}

#[tokio::test]
async fn each_offer_finds_as_many_listings_as_it_says_and_none_finds_nothing() {
    let app = app_of(&HOMES).await;
    for (query, want) in [
        ("q=sea+barn", vec!["Without “barn” 3"]),
        ("q=barn", vec![]),
        ("q=castle&max_price=400", vec!["At any price 2"]),
        (
            "q=view&min_price=5000&max_price=10000",
            vec!["Without the search words 1", "At any price 3"],
        ),
        (
            "q=castle&location=Leith",
            vec!["Without the search words 3", "All places, not only Leith"],
        ),
        (
            "q=garden+sea&location=Leith&location=Joppa&max_price=900",
            vec![
                "Without “garden” 1",
                "Without the search words 1",
                "Everything in these places 6",
                "All places, not only these",
            ],
        ),
        ("location=Nowhere", vec![]),
        ("location=Nowhere&q=sea", vec!["All places, not only Nowhere"]),
        // Asked for the wrong way round.
        (
            "q=garden&min_price=9000&max_price=8000",
            vec!["Without the search words 1", "At any price 1"],
        ),
        // The rest of a search may be no word at all.
        ("q=%25+barn&min_price=3000", vec!["Without the search words 3"]),
        ("q=barn+barn&min_price=9000", vec!["Without the search words 2"]),
    ] {
        assert_eq!(offered(&app, query).await, want, "{query}");
    }
}

#[tokio::test]
async fn what_is_offered_follows_a_write() {
    let app = app_of(&HOMES).await;
    let staff = app.staff().await;
    let query = "q=castle&location=Leith";
    let anywhere = "All places, not only Leith";
    assert_eq!(offered(&app, query).await, ["Without the search words 3", anywhere]);
    let id = staff.create_listing(&listing("Hut", "1", "Leith")).await;
    assert_eq!(offered(&app, query).await, ["Without the search words 4", anywhere]);
    staff.delete_listing(id).await;
    assert_eq!(offered(&app, query).await, ["Without the search words 3", anywhere]);
}

#[tokio::test]
async fn a_list_of_nothing_in_one_place_is_still_a_hit_after_an_edit_elsewhere() {
    let app = app_of(&HOMES).await;
    let staff = app.staff().await;
    let paths = [
        "/properties/?location=Leith&q=castle&max_price=5000",
        "/properties/?location=leith&q=castle",
        "/properties/?location=Leith&min_price=80000",
    ];
    for path in paths {
        app.has_in_memory(path).await;
    }
    staff.edit_listing(4, &listing("Castle with a view", "3000", "Joppa")).await;
    staff.create_listing(&listing("Sea castle", "3000", "Portobello")).await;
    for path in paths {
        let page = app.get(path).await;
        assert!(page.is_memory_hit(), "{path}: {}", page.cache_status());
    }
}
