//! The list's parameters: what they select, and how invalid ones are refused.

use crate::harness::{App, Plan, spawn_app};

async fn titles(app: &App, query: &str) -> Vec<String> {
    let list = app.get_json(&format!("/properties/?{query}")).await;
    let results = list["results"].as_array().expect("a list");
    let title = |row: &serde_json::Value| row["title"].as_str().expect("a title").to_owned();
    let titles: Vec<String> = results.iter().map(title).collect();
    let page = app.get(&format!("/properties/?{query}")).await.assert_status(200);
    assert!(titles.iter().all(|title| page.has(title)), "{titles:?}");
    titles
}

#[tokio::test]
async fn lists_are_filtered_and_sorted_as_asked() {
    let app = Plan::new().await.homes(6).await.start().await;
    for (query, want) in [
        ("", "6 5 4 3 2 1"),
        ("sort=oldest", "1 2 3 4 5 6"),
        ("sort=price", "1 2 3 4 5 6"),
        ("sort=-price", "6 5 4 3 2 1"),
        ("location=Leith", "5 3 1"),
        ("location=LEITH&sort=price", "1 3 5"),
        ("location=Leith&location=joppa", "6 5 4 3 2 1"),
        ("location=Nowhere", ""),
        // The only location that contains the text.
        ("location=Leit", "5 3 1"),
        ("min_price=2000&max_price=4000", "4 3 2"),
        ("min_price=4000&max_price=2000", "4 3 2"),
        ("min_price=2000.01", "6 5 4 3"),
        ("max_price=1,000", "1"),
        ("q=home", "6 5 4 3 2 1"),
        ("q=leith", "5 3 1"),
        ("q=about+home+joppa", "6 4 2"),
        ("q=castle", ""),
        ("page_size=2", "6 5"),
        ("page_size=2&page=3", "2 1"),
        ("q=home&location=Leith&min_price=2000&sort=-price", "5 3"),
    ] {
        let want: Vec<String> = want.split_whitespace().map(|n| format!("Home {n}")).collect();
        assert_eq!(titles(&app, query).await, want, "{query}");
    }
}

#[tokio::test]
async fn search_finds_words_in_other_forms_accents_and_beginnings() {
    let rows = "INSERT INTO property (title, description, price, location) VALUES
        ('Café with gardens', 'Two bedrooms', 1, 'Leith'), ('The flat', 'By the sea', 2, 'Zürich')";
    let app = Plan::new().await.sql(rows).await.start().await;
    for query in ["q=cafe", "q=garden", "q=bedroom", "q=gard", "q=GARDENS+caf%C3%A9"] {
        assert_eq!(titles(&app, query).await, ["Café with gardens"], "{query}");
    }
    for query in ["q=the", "q=zurich", "location=z%C3%BCrich", "location=Z%C3%9CRICH", "q=flats"] {
        assert_eq!(titles(&app, query).await, ["The flat"], "{query}");
    }
    for query in ["q=%26%7C%21%28%29%3A*", "q=%27%27", "q=%22", "q=%3C-%3E", "q=a%3A*"] {
        app.get(&format!("/properties/?{query}")).await.assert_status(200);
    }
}

#[tokio::test]
async fn every_wrong_parameter_is_named_and_kept_beside_its_field() {
    let app = spawn_app().await;
    let query =
        "page=x&page_size=0&sort=up&min_price=abc&max_price=-1&q=kept%3Cb%3E&location=Leith";
    let page = app.get(&format!("/properties/?{query}")).await.assert_status(400);
    for text in ["value=\"abc\"", "value=\"-1\"", "value=\"Leith\"", "kept&#60;b&#62;"] {
        assert!(page.has(text), "{text} is not there: {page:?}");
    }
    assert!(!page.has("kept<b>"));
    let page = app.get(&format!("/properties/?{query}&format=json")).await.assert_status(400);
    assert_eq!(page.header("content-type"), "application/problem+json");
    let problem = page.json();
    let errors = problem["errors"].as_object().expect("errors by field");
    let fields: Vec<_> = errors.keys().map(String::as_str).collect();
    assert_eq!(fields, ["max_price", "min_price", "page", "page_size", "sort"]);
    assert!(errors.values().all(|list| list[0].is_string()), "{problem}");
    assert_eq!(problem["status"], 400);
}

#[tokio::test]
async fn bounds_of_the_parameters_are_inclusive() {
    let app = Plan::new().await.homes(1).await.start().await;
    for good in ["page_size=1", "page_size=100", "page=1", "min_price=0", "max_price=99999999.99"] {
        app.get(&format!("/properties/?{good}")).await.assert_status(200);
    }
    for bad in [
        "page_size=0",
        "page_size=101",
        "page=0",
        "page=-1",
        "page=1.5",
        "page=%2B1",
        "max_price=100000000",
        "min_price=0.001",
        "min_price=1e3",
        "min_price=NaN",
        "sort=NEWEST%00",
    ] {
        for format in ["", "&format=json"] {
            let page = app.get(&format!("/properties/?{bad}{format}")).await;
            page.assert_status(400);
        }
    }
    assert_eq!(app.keys("page").await.len(), 5);
}

#[tokio::test]
async fn a_page_after_the_last_one_is_not_found_however_large_its_number_is() {
    let app = Plan::new().await.homes(210).await.start().await;
    for page in ["211", "200", "201", "0201", "65536", "99999999999999999999"] {
        for query in ["", "&format=json", "&page_size=100", "&q=home&sort=price"] {
            let path = format!("/properties/?page={page}{query}");
            app.get(&path).await.assert_status(404);
        }
        let path = format!("/properties/no-cache/?page={page}");
        app.get(&path).await.assert_status(404);
    }
    // Also if there are rows: this list has 210 pages of one row each.
    let path = "/properties/?page_size=1&page=200";
    app.get(path).await.assert_status(200);
    app.get("/properties/?page_size=1&page=201").await.assert_status(404);
    for bad in ["0", "00", "-1", "abc", "2x", "1e2"] {
        let path = format!("/properties/?format=json&page={bad}");
        let problem = app.get(&path).await.assert_status(400).json();
        let message = problem["errors"]["page"][0].as_str().expect("a message");
        assert!(message.contains(bad), "{message}");
    }
}

#[tokio::test]
async fn a_refused_query_is_never_stored() {
    let app = Plan::new().await.homes(1).await.start().await;
    for _ in 0..2 {
        let page = app.get("/properties/?page=x").await.assert_status(400);
        assert!(!page.is_hit(), "{}", page.cache_status());
        assert!(!page.header("cache-control").contains("public"), "{page:?}");
    }
    assert!(app.keys("page").await.is_empty());
}
