//! Lists that are filtered and sorted by facts, places on the map and ages.

mod ages;
mod by_facts;
mod facets;
mod hidden_prices;
mod near;
mod words;

use serde_json::Value;

use crate::harness::App;

/// The titles of a list in JSON; asserts that its page has all of them.
async fn titles(app: &App, query: &str) -> String {
    let list = app.get_json(&format!("/properties/?{query}")).await;
    let titles = titles_of(&list);
    let page = app.get(&format!("/properties/?{query}")).await.assert_status(200);
    for title in &titles {
        assert!(page.has(&format!(">{title}<")), "{query}: {title} is not in {page:?}");
    }
    titles.join(" ")
}

fn titles_of(list: &Value) -> Vec<&str> {
    let rows = list["results"].as_array().expect("a list").iter();
    rows.map(|row| row["title"].as_str().expect("a title")).collect()
}

/// The titles that following `next` finds, and then `previous` back.
async fn walked(app: &App, query: &str) -> (Vec<String>, Vec<String>) {
    let mut ways = (Vec::new(), Vec::new());
    let mut url = format!("/properties/?format=json&page_size=2&{query}");
    loop {
        let list = app.get(&url).await.assert_status(200).json();
        ways.0.extend(titles_of(&list).into_iter().map(str::to_owned));
        match path(&list["next"]) {
            Some(next) => url = next,
            None => break,
        }
    }
    loop {
        let list = app.get(&url).await.assert_status(200).json();
        ways.1.splice(..0, titles_of(&list).into_iter().map(str::to_owned));
        match path(&list["previous"]) {
            Some(previous) => url = previous,
            None => return ways,
        }
    }
}

fn path(url: &Value) -> Option<String> {
    let url = url.as_str()?;
    Some(url[url.find("/properties/").expect("a path of the site")..].to_owned())
}
