//! The history of all listings: its entries, its search, and that it shows text as text.

use crate::harness::{
    App, Browser, Listing, Page, Plan, Shows as _, listing, spawn_homes, spawn_staffed,
};

/// The listings of entries, in their order.
fn entries(page: &Page) -> Vec<String> {
    let parts = page.text().split("<li class=\"entry\">").skip(1);
    let title = |part: &str| {
        let (_, rest) = part.split_once("</strong>")?;
        let (_, rest) = rest.split_once("<bdi>")?;
        Some(rest.split_once("</bdi>")?.0.to_owned())
    };
    parts.map(|part| title(part).expect("a title")).collect()
}

/// A history of sixty additions, a minute apart, each third one by another user.
async fn start() -> (App, Browser) {
    let sql = "INSERT INTO history (id, xid, kind, entity, entity_id, after, row_count, actor, at)
        SELECT nextval('event_number'), pg_current_xact_id(), 'created', 'listing', n,
               jsonb_build_object('id', n, 'title', 'Home ' || n, 'price', 1.00, 'location', 'L', 'description', 'D'),
               1, CASE n % 3 WHEN 0 THEN 'eve' ELSE 'bob' END,
               timestamptz '2026-01-01 23:30Z' + n * interval '1 minute'
        FROM generate_series(1, 60) AS n";
    let app = Plan::new().await.sql(sql).await.start().await;
    let staff = app.staff().await;
    (app, staff)
}

fn link(page: &Page, rel: &str) -> String {
    let (_, rest) = page.text().split_once(&format!("rel=\"{rel}\" href=\"")).expect("a link");
    let (query, _) = rest.split_once('"').expect("an attribute");
    format!("/admin/history/{}", query.replace("&#38;", "&"))
}

#[tokio::test]
async fn filters_select_and_stay_from_page_to_page() {
    let (app, staff) = start().await;
    app.sql("DELETE FROM history WHERE id > 59;
              UPDATE history SET kind = 'deleted', before = after, after = NULL WHERE entity_id = 7")
        .await;
    let count = async |query: &str| {
        let page = staff.get(&format!("/admin/history/?{query}")).await;
        entries(&page.assert_status(200)).len()
    };
    for (query, wanted) in [
        ("actor=eve", 19),
        ("actor=ev", 0),
        ("kind=deleted", 1),
        ("kind=deleted&actor=eve", 0),
        ("from=2026-01-01&to=2026-01-01&actor=eve", 9),
        ("from=2026-01-02&actor=eve", 10),
        ("to=2026-01-01&kind=added", 25),
        ("listing=7", 1),
        ("listing=7&kind=added", 0),
        ("listing=7000", 0),
    ] {
        assert_eq!(count(query).await, wanted, "{query}");
    }
    let page = staff.get("/admin/history/?actor=bob&kind=added").await;
    let next = staff.get(&link(&page, "next")).await;
    assert_eq!(entries(&page).len() + entries(&next).len(), 39);
    assert_eq!(next.field("actor"), "bob");
    next.shows(["<option value=\"added\" selected>"]);
}

#[tokio::test]
async fn the_history_is_walked_in_both_directions_and_a_wrong_filter_is_named_and_kept() {
    let (app, staff) = start().await;
    let page =
        staff.get("/admin/history/?from=soon&listing=x%22%3E&actor=eve").await.assert_status(400);
    page.shows(["id=\"from-error\"", "id=\"listing-error\""]);
    page.holds([("listing", "x\">"), ("actor", "eve")]);
    staff.get("/admin/properties/1/history/?before=x").await.assert_status(400);
    // Without filters, every entry is shown once.
    let mut page = staff.get("/admin/history/").await.assert_status(200);
    let first = entries(&page);
    let mut seen = first.clone();
    while page.has("rel=\"next\"") {
        // Listings that are added meanwhile don't move entries to other pages.
        app.sql("INSERT INTO property (title, description, price, location) VALUES ('Meanwhile', 'D', 1, 'L')")
            .await;
        page = staff.get(&link(&page, "next")).await.assert_status(200);
        seen.extend(entries(&page));
    }
    let all: Vec<_> = (1..=60).rev().map(|n| format!("Home {n}")).collect();
    assert_eq!(seen, all);
    let back = staff.get(&link(&page, "prev")).await;
    assert_eq!(entries(&back), all[25..50]);
    let back = staff.get(&link(&back, "prev")).await;
    assert_eq!(entries(&back), first);
}

#[tokio::test]
async fn every_way_of_writing_is_told_with_who_did_it() {
    let (app, staff) = spawn_staffed(0).await;
    staff.create_listing(&listing("By hand", "1", "L")).await;
    app.sql(
        "INSERT INTO property (title, description, price, location)
              SELECT 'Many', 'D', 1, 'L' FROM generate_series(1, 1500)",
    )
    .await;
    app.sql("UPDATE property SET price = 2 WHERE title = 'By hand'").await;
    app.sql("TRUNCATE property").await;
    staff.press("/properties/cache-clear/").await.assert_status(200);
    let page = staff.get("/admin/history/").await.assert_status(200);
    page.shows([
        "database user property_listings",
        "1,500 listings in one statement",
        "all listings",
        "cleared <bdi>the cache</bdi>",
        "<bdi>ada</bdi>",
        ">1.00<",
        ">2.00<",
    ]);
    // Each name is suggested once.
    assert_eq!(page.text().matches("<option value=\"ada\">").count(), 1, "{page:?}");
}

#[tokio::test]
async fn a_long_text_shows_its_changed_words_and_both_versions() {
    let (_app, staff) = spawn_staffed(1).await;
    let words = |word: &str| format!("{}The garden is {word}.", "Many words stay. ".repeat(50));
    for word in ["shared", "large and shared"] {
        let mut typed = listing("Home 1", "1000", "Leith");
        typed.description = words(word);
        staff.edit_listing(1, &typed).await;
    }
    for path in ["/admin/history/", "/admin/properties/1/history/"] {
        let page = staff.get(path).await.assert_status(200);
        page.shows(["is <ins>large and </ins>shared.", "[…]"])
            .shows([format!("</span>{}<", words("shared"))]);
    }
}

const EVIL: &str = "\"'><script>alert(1)</script>&amp;{{7*7}}<img src=x onerror=alert(1)>";

#[tokio::test]
async fn stored_markup_is_text_in_every_part_of_the_history() {
    let (app, staff) = spawn_staffed(1).await;
    let evil = |extra: &str| Listing {
        title: format!("{extra}{EVIL}"),
        description: format!("{}{extra}</div></details>{EVIL}", "word ".repeat(60)),
        price: "1".to_owned(),
        location: format!("{extra}{EVIL}").chars().take(100).collect(),
    };
    staff.edit_listing(1, &evil("")).await;
    staff.edit_listing(1, &evil("x")).await;
    // The actor and the note may come from any program that uses the database.
    let quoted = EVIL.replace('\'', "''");
    app.sql(&format!(
            "SET app.actor = '{quoted}'; SET app.note = '{quoted}'; UPDATE property SET price = 2;
             DELETE FROM property WHERE id = 1;
             INSERT INTO property (id, title, description, price, location) VALUES (1, 'T', 'D', 1, '{}')",
            quoted.chars().take(60).collect::<String>()
        ))
        .await;
    let deletion = app.sql("SELECT max(id) FROM history WHERE kind = 'deleted'").await;
    let change = app.sql("SELECT min(id) FROM history").await;
    for path in [
        "/admin/".to_owned(),
        "/admin/history/".to_owned(),
        "/admin/properties/1/history/".to_owned(),
        format!("/admin/history/{deletion}/undo/"),
        format!("/admin/properties/1/history/{change}/restore/?version=after"),
        format!(
            "/admin/history/?actor={}",
            url::form_urlencoded::byte_serialize(EVIL.as_bytes()).collect::<String>()
        ),
    ] {
        let page = staff.get(&path).await.assert_status(200);
        page.shows(["&#60;script&#62;alert(1)"]);
        page.hides(["<script>", "<img src=x", "49<img", "</details>\"'"]);
    }
}

#[tokio::test]
async fn only_those_who_may_look_at_listings_see_the_history() {
    let app = spawn_homes(1).await;
    app.permit("add").await;
    let sam = app.staff_named("sam").await;
    sam.get("/admin/history/").await.assert_status(403);
    sam.get("/admin/properties/add/").await.assert_status(200).hides(["/admin/history/"]);
    let stranger = app.stranger().get("/admin/history/").await;
    assert_eq!(
        stranger.assert_status(302).header("location"),
        "/admin/login/?next=%2Fadmin%2Fhistory%2F"
    );
}
