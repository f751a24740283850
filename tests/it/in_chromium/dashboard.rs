//! The cache dashboard and its actions, with and without scripts.

use crate::harness::{
    App, Chromium, Plan, Proxy, Shows as _, eventually, listing, until, with_and_without_scripts,
};

const DASHBOARD: &str = "/properties/redis-metrics/";

async fn operator() -> App {
    Plan::with_homes(6).await.set("DEBUG", "true").start().await
}

/// A site whose Redis can't be reached.
async fn without_redis() -> (App, Proxy) {
    let (redis, app) = Plan::with_homes(6).await.set("DEBUG", "true").behind_redis().await;
    redis.cut();
    app.get("/properties/").await;
    (app, redis)
}

async fn use_it(app: &App) {
    for _ in 0..2 {
        for path in ["/properties/", "/properties/1/", "/properties/?location=Leith"] {
            app.get(path).await.assert_status(200);
        }
    }
    app.create_without_session(&listing("New", "1000", "Leith")).await;
    app.services.management.sample(chrono::Utc::now()).await;
}

/// The fields of a form.
type Fields = &'static [(&'static str, &'static str)];

/// Pages that are opened, and pages that are the response to a form.
const OPENED: [(&str, u64); 5] = [
    (DASHBOARD, 200),
    ("/properties/cache-explain/?url=/properties/1/", 200),
    ("/properties/cache-explain/?url=http://evil.example/", 400),
    ("/properties/cache-test/", 200),
    ("/properties/cache-warm/", 200),
];
const POSTED: [(&str, Fields, u64); 6] = [
    ("/properties/cache-clear/", &[("tag", "location:Leith")], 200),
    ("/properties/cache-clear/", &[("tag", "nothing")], 422),
    ("/properties/cache-clear/", &[("url", "/properties/"), ("confirm", "yes")], 200),
    ("/properties/cache-load-test/", &[("requests", "40")], 200),
    ("/properties/cache-load-test/", &[("requests", "many")], 422),
    ("/properties/test-signals/", &[], 200),
];

async fn every_page(app: &App, chromium: &Chromium, check: impl AsyncFn(&str)) {
    for (path, status) in OPENED {
        chromium.open(app, path).await;
        assert_eq!(chromium.status().await, status, "{path}");
        check(path).await;
    }
    for (path, fields, status) in POSTED {
        chromium.open(app, DASHBOARD).await;
        chromium.post(path, fields).await;
        assert_eq!(chromium.status().await, status, "{path} {fields:?}");
        check(path).await;
    }
}

#[tokio::test]
async fn the_dashboard_and_its_results_are_accessible_and_fit_a_narrow_screen() {
    let app = operator().await;
    let chromium = Chromium::start().await;
    chromium.open(&app, DASHBOARD).await;
    let widths = [390, 1280];
    chromium.assert_accessible("the dashboard of an idle site", &widths).await;
    use_it(&app).await;
    every_page(&app, &chromium, async |page| {
        chromium.assert_accessible(page, &widths).await;
        chromium.assert_fits(page, 320).await;
        let complaints = chromium.complaints().await;
        assert!(complaints.is_empty(), "{page}: {complaints:#?}");
    })
    .await;
    let (app, _redis) = without_redis().await;
    chromium.open(&app, DASHBOARD).await;
    chromium.assert_accessible("the dashboard without Redis", &widths).await;
}

#[tokio::test]
async fn the_figures_follow_by_themselves_until_they_are_paused() {
    let app = operator().await;
    let chromium = Chromium::start().await;
    chromium.open(&app, DASHBOARD).await;
    assert!(chromium.text("#live-ratio").await.contains("No data"));
    until("it is live", async || chromium.text("#live-state").await == "Live").await;
    for _ in 0..4 {
        app.get("/properties/").await;
    }
    until("the ratio follows", async || chromium.text("#live-ratio").await.contains("75.0 %"))
        .await;
    chromium.click("#live-pause").await;
    assert_eq!(chromium.text("#live-state").await, "Paused");
    assert_eq!(chromium.text("#live-pause").await, "Resume");
    for _ in 0..4 {
        app.get("/properties/").await;
    }
    assert!(chromium.text("#live-ratio").await.contains("75.0 %"));
    chromium.click("#live-pause").await;
    until("it goes on", async || chromium.text("#live-ratio").await.contains("87.5 %")).await;
}

#[tokio::test]
async fn the_charts_show_what_was_sampled() {
    let app = operator().await;
    use_it(&app).await;
    let chromium = Chromium::start().await;
    chromium.open(&app, DASHBOARD).await;
    let drawn = "return [...document.querySelectorAll('.chart')].filter(chart =>
        chart.querySelector('canvas') && !chart.classList.contains('chart--empty')).length";
    // Redis has evicted nothing, or the time before the sample is unknown.
    until("the charts are drawn", async || chromium.run(drawn, &[]).await.as_u64() >= Some(5))
        .await;
}

#[tokio::test]
async fn without_scripts_the_same_figures_are_tables_and_every_action_works() {
    let app = operator().await;
    use_it(&app).await;
    let chromium = Chromium::start().await.without_scripts().await;
    chromium.open(&app, DASHBOARD).await;
    let table = chromium.text("#live-table").await;
    assert!(table.contains('%') && !table.contains("No data yet"), "{table}");
    assert!(chromium.texts(".chart").await.iter().all(String::is_empty));
    app.get("/properties/").await;
    let before = chromium.text("#live-ratio").await;
    chromium.click("a[href='/properties/redis-metrics/']:not([aria-current])").await;
    eventually("the figures are those of now", async || {
        (chromium.texts("#live-ratio").await.first()? != &before).then_some(())
    })
    .await;
}

#[tokio::test]
async fn without_scripts_a_tag_is_cleared_after_a_look_at_the_count() {
    let app = operator().await;
    let path = "/properties/?location=Leith";
    app.get(path).await;
    let chromium = Chromium::start().await.without_scripts().await;
    chromium.open(&app, DASHBOARD).await;
    chromium.fill("tag", "location:Leith").await;
    chromium.follow("form:has([name=tag]) button").await;
    assert_eq!(chromium.text("h1").await, "Clear these entries?");
    assert!(chromium.text("dl").await.contains("location:leith"));
    assert!(app.get(path).await.is_hit());
    chromium.click("form:has([name=confirm]) button").await;
    until("it is done", async || chromium.texts("h1").await == ["Cleared"]).await;
    assert!(!app.get(path).await.is_hit());
}

#[tokio::test]
async fn without_scripts_warming_is_followed_to_its_end() {
    let app = operator().await;
    let chromium = Chromium::start().await.without_scripts().await;
    chromium.open(&app, DASHBOARD).await;
    chromium.follow("form[action$='cache-warm/'] button").await;
    assert_eq!(chromium.path().await, "/properties/cache-warm/");
    // The page refreshes by itself: there is no button while warming runs.
    chromium.click("main form[action$='cache-warm/'] button").await;
    assert!(app.get("/properties/").await.is_hit());
}

#[tokio::test]
async fn without_scripts_the_cache_is_cleared_after_a_question() {
    let app = operator().await;
    app.get("/properties/").await;
    let chromium = Chromium::start().await.without_scripts().await;
    chromium.open(&app, DASHBOARD).await;
    chromium.follow("form[action$='cache-clear/']:not(:has([name=tag], [name=url])) button").await;
    assert_eq!(chromium.text("h1").await, "Clear the whole cache?");
    assert!(app.get("/properties/").await.is_hit());
    chromium.click("form:has([name=confirm]) button").await;
    until("it is done", async || chromium.texts("h1").await == ["Cache cleared"]).await;
    assert!(!app.get("/properties/").await.is_hit());
}

#[tokio::test]
async fn each_line_of_a_chart_has_a_dash_and_a_mark_of_its_own() {
    let app = operator().await;
    use_it(&app).await;
    let chromium = Chromium::start().await;
    chromium.open(&app, DASHBOARD).await;
    for (chart, series) in [("served", 6), ("times", 4), ("memory", 2)] {
        let drawn = format!(
            "const lines = [...document.querySelectorAll('#chart-{chart} canvas.line')];
             return [lines.length, new Set(lines.map(line => line.toDataURL())).size,
                     new Set(lines.map(line => line.dataset.line)).size]"
        );
        // The responses with 503 and those from memory are both solid, at the two ends of the stack.
        let patterns = if chart == "served" { series - 1 } else { series };
        let want = serde_json::json!([series, series, patterns]);
        until(chart, async || chromium.run(&drawn, &[]).await == want).await;
    }
}

#[tokio::test]
async fn the_range_is_kept_by_the_url_with_scripts_and_without() {
    let app = operator().await;
    use_it(&app).await;
    with_and_without_scripts(async |chromium| {
        chromium.open(&app, DASHBOARD).await;
        chromium.follow(".ranges a[href$='range=7d']").await;
        assert_eq!(chromium.text(".ranges [aria-current]").await, "7d");
        chromium.text("#live-ratio").await.shows(["last 7 days", "Previous 7 days"]);
        let link = "return document.querySelector('.titlebar a').href";
        let target = chromium.run(link, &[]).await;
        assert!(target.as_str().is_some_and(|url| url.ends_with("?range=7d")), "{target}");
        chromium.open(&app, &format!("{DASHBOARD}?range=7d")).await;
        assert_eq!(chromium.text(".ranges [aria-current]").await, "7d");
    })
    .await;
}

#[tokio::test]
async fn a_mark_on_the_time_axis_leads_to_who_changed_what() {
    let app = operator().await;
    use_it(&app).await;
    let chromium = Chromium::logged_in(&app).await;
    chromium.open(&app, DASHBOARD).await;
    until("there are marks", async || !chromium.texts(".chart__mark").await.is_empty()).await;
    chromium.click("#chart-served .chart__mark:last-child").await;
    let row = chromium.text("#live-changes tr:target").await;
    assert!(row.contains("added") && row.contains("History"), "{row}");
    chromium.follow("#live-changes tr:target a").await;
    assert!(chromium.path().await.starts_with("/admin/history/?kind=added"));
    assert_eq!(chromium.status().await, 200);
}

#[tokio::test]
async fn the_legend_has_the_latest_values_where_there_is_no_cursor() {
    let app = operator().await;
    use_it(&app).await;
    let chromium = Chromium::start().await;
    chromium.open(&app, DASHBOARD).await;
    until("the legend has a ratio", async || {
        chromium.texts("#chart-ratio .u-legend").await.iter().any(|text| text.contains(" %"))
    })
    .await;
}

#[tokio::test]
async fn an_idle_site_is_said_to_be_idle() {
    let app = operator().await;
    app.services.management.sample(chrono::Utc::now()).await;
    let chromium = Chromium::start().await;
    chromium.open(&app, DASHBOARD).await;
    until("the chart says so", async || {
        chromium.text("#chart-ratio").await.contains("No pages were requested in this time")
    })
    .await;
    chromium.text("#live-ratio").await.shows(["last 15 minutes", "Since the start"]);
}

#[tokio::test]
async fn a_long_word_makes_no_row_tall_and_presses_no_column_to_a_letter() {
    let app = operator().await;
    app.create_without_session(&listing(&"W".repeat(200), "1000", &"L".repeat(100))).await;
    let chromium = Chromium::logged_in(&app).await;
    for path in [
        DASHBOARD,
        "/properties/cache-explain/?url=/properties/7/",
        "/admin/",
        "/admin/properties/",
        "/admin/history/",
    ] {
        for width in [390, 1280] {
            chromium.resize(width).await;
            chromium.open(&app, path).await;
            let script = "return Math.max(0, ...[...document.querySelectorAll('tbody tr, .entry')].map(row => row.offsetHeight))";
            let tallest = chromium.run(script, &[]).await;
            let page = format!("{path}, {width} pixels wide: {tallest}");
            assert!(tallest.as_f64().expect("a number") < 420.0, "{page}");
            chromium.assert_fits(&page, width).await;
        }
    }
}
