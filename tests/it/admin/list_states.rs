//! Every state of the admin's list is a URL, which its other pages contain and link back to.

use super::imports::{HEADER, multipart, post_to};
use super::listing::shown;
use crate::harness::{Page, Plan, Shows as _, listing, spawn_homes, spawn_staffed};

/// The link on a page whose text begins with `text`.
fn link(page: &Page, text: &str) -> String {
    let (_, table) = page.text().split_once("<thead>").expect("a table");
    let (before, _) = table.split_once(text).unwrap_or_else(|| panic!("{text}: {page:?}"));
    let (_, from) = before.rsplit_once("href=\"").expect("a link");
    from.split('"').next().expect("an end").replace("&#38;", "&").replace("&amp;", "&")
}

#[tokio::test]
async fn a_number_finds_its_listing_besides_those_with_the_word() {
    let app = spawn_homes(6).await;
    app.sql("UPDATE property SET title = 'Flat', description = 'Has 3 rooms' WHERE id = 5").await;
    app.sql("UPDATE property SET title = 'Flat', description = 'No number' WHERE id = 3").await;
    let staff = app.staff().await;
    for (query, want) in [
        ("?q=3", "5 3"),
        ("?q=3&location=leith", "5 3"),
        ("?q=3&location=joppa", ""),
        ("?q=3&max_price=4000", "3"),
        ("?q=3&added_to=2026-01-01", "5 3"),
        ("?q=3&added_from=2026-01-02", ""),
        ("?q=99", ""),
    ] {
        assert_eq!(shown(&staff, query).await.join(" "), want, "{query}");
        let page = staff.get(&format!("/admin/properties/{query}")).await;
        let count = want.split_whitespace().count();
        let heading = format!("{count} listing{} found", if count == 1 { "" } else { "s" });
        assert!(page.has(&heading), "{query} {heading}");
    }
}

#[tokio::test]
async fn days_are_whole_days_of_utc() {
    let days = "UPDATE property SET title = title; ALTER TABLE property DISABLE TRIGGER property_touch;
        UPDATE property SET created_at = timestamptz '2026-03-01 00:00Z' + (id - 2) * interval '1 day'
            - (id % 2) * interval '1 microsecond';
        ALTER TABLE property ENABLE ALWAYS TRIGGER property_touch";
    let app = Plan::with_homes(4).await.sql(days).await.start().await;
    let staff = app.staff().await;
    // 1: 27 February, 23:59:59.999999; 2: 1 March, 0:00; 3: 1 March, 23:59:59.999999; 4: 3 March, 0:00.
    for (query, want) in [
        ("?added_from=2026-03-01", "4 3 2"),
        ("?added_to=2026-02-28", "1"),
        ("?added_from=2026-03-01&added_to=2026-03-01", "3 2"),
        ("?added_from=2026-03-02&added_to=2026-03-01", "3 2"),
        ("?added_from=2026-03-04", ""),
    ] {
        assert_eq!(shown(&staff, query).await.join(" "), want, "{query}");
    }
}

#[tokio::test]
async fn several_columns_sort_each_in_its_rank_and_the_links_of_their_names_say_the_next_order() {
    let (app, staff) = spawn_staffed(4).await;
    app.sql("UPDATE property SET price = 5 WHERE id IN (1, 2, 4); UPDATE property SET title = 'Äpfel' WHERE id = 4")
        .await;
    for (query, want) in [
        ("?o=price.title", "4 1 2 3"),
        ("?o=price.-title", "2 1 4 3"),
        ("?o=-price.title", "3 4 1 2"),
        ("?o=location.-price.-id", "4 2 3 1"),
        ("?o=-id", "4 3 2 1"),
        ("?o=title&sort=price", "4 1 2 3"),
        ("?sort=oldest", "1 2 3 4"),
    ] {
        assert_eq!(shown(&staff, query).await.join(" "), want, "{query}");
    }
    let page = staff.get("/admin/properties/?q=home&page=1").await;
    let price = link(&page, ">Price<");
    assert_eq!(price, "/admin/properties/?q=home&o=price");
    let page = staff.get(&price).await;
    assert_eq!(link(&page, ">Title<"), "/admin/properties/?q=home&o=title.price");
    assert_eq!(link(&page, ">Price<"), "/admin/properties/?q=home&o=-price");
    let page = staff.get("/admin/properties/?o=title.-price").await;
    page.shows(["aria-sort=\"ascending\""]);
    assert_eq!(
        link(&page, "><span class=\"hidden\">Do not sort by Title"),
        "/admin/properties/?o=-price"
    );
}

#[tokio::test]
async fn wrong_values_are_named_at_their_fields_and_kept_and_other_locations_stay_chosen() {
    let (_app, staff) = spawn_staffed(1).await;
    let query = "q=kept&min_price=cheap&added_from=1.1.2026&o=up&per_page=0&page=x&location=Leith";
    let page = staff.get(&format!("/admin/properties/?{query}")).await;
    let page = page.assert_status(400);
    for field in ["min_price", "added_from", "o", "per_page"] {
        assert!(page.has(&format!("id=\"{field}-error\"")), "{field}: {page:?}");
    }
    for value in ["kept", "cheap", "1.1.2026", "Leith"] {
        assert!(page.has(&format!("value=\"{value}\"")), "{value}: {page:?}");
    }
    page.shows(["“x” is not allowed."]);
    assert_eq!(shown(&staff, "?q=home").await, ["1"]);
    // An invalid location is shown alone.
    let long = "a".repeat(101);
    let query = format!("location={long}&location=Leith");
    let page = staff.get(&format!("/admin/properties/?{query}")).await;
    let page = page.assert_status(400);
    page.shows([format!("value=\"{long}\"")]);
    assert_eq!(page.field("location"), "Leith");
    // The last typed location is the one too many; the form sends it first.
    let many: Vec<_> = (0..21).map(|n| format!("location=Place+{n}")).collect();
    let query = many.join("&");
    let page = staff.get(&format!("/admin/properties/?{query}")).await;
    let page = page.assert_status(400);
    page.shows(["autocomplete=\"off\" dir=\"auto\" value=\"Place 0\""]);
    assert_eq!(page.text().matches("type=\"hidden\" name=\"location\"").count(), 20);
}

#[tokio::test]
async fn a_page_past_the_end_is_the_last_one() {
    let (_app, staff) = spawn_staffed(7).await;
    for (query, want) in [
        ("?per_page=3&page=2", "4 3 2"),
        ("?per_page=3&page=3", "1"),
        ("?per_page=3&page=9&q=home", "1"),
        ("?per_page=3&page=3&o=price", "7"),
    ] {
        assert_eq!(shown(&staff, query).await.join(" "), want, "{query}");
    }
    staff.get("/admin/properties/?per_page=3&page=9").await.shows(["There is no page 9"]);
    assert_eq!(shown(&staff, "?q=nothing&page=2").await.len(), 0);
}

#[tokio::test]
async fn a_deletion_leads_back_to_the_state_of_the_list() {
    let (_app, staff) = spawn_staffed(4).await;
    let state = "q=home&location=Leith&o=price&per_page=25";
    let page = staff.get(&format!("/admin/properties/?{state}")).await;
    let change = link(&page, "><bdi>Home 1<");
    let (path, query) = change.split_once('?').expect("a query");
    assert_eq!(path, "/admin/properties/1/change/");
    let page = staff.get(&format!("/admin/properties/1/delete/?{query}")).await.assert_status(200);
    let carried = page.field("_changelist_filters");
    assert_eq!(carried, state);
    let fields = [("_changelist_filters", carried)];
    let done = staff.submit("/admin/properties/1/delete/", &fields).await;
    assert_eq!(done.assert_status(303).header("location"), format!("/admin/properties/?{state}"));
}

#[tokio::test]
async fn a_carried_state_is_never_passed_on_unread() {
    let (_app, staff) = spawn_staffed(3).await;
    for (id, state, want) in
        [(1, "//evil.example", ""), (2, "q=a%00b", ""), (3, "q=sea&utm=x&page=1", "?q=sea")]
    {
        let fields = [("_changelist_filters", state.to_owned())];
        let path = format!("/admin/properties/{id}/delete/");
        let done = staff.submit(&path, &fields).await.assert_status(303);
        assert_eq!(done.header("location"), format!("/admin/properties/{want}"), "{state}");
    }
}

/// The targets of a page's links, as browsers read them.
fn links(page: &Page) -> Vec<String> {
    let parts = page.text().split("href=\"").skip(1);
    let address = |part: &str| part.split('"').next().map(|text| text.replace("&#38;", "&"));
    parts.filter_map(address).collect()
}

#[tokio::test]
async fn histories_and_what_is_restored_in_them_keep_the_state_of_the_list() {
    let (_app, staff) = spawn_staffed(2).await;
    staff.edit_listing(1, &listing("Home 9", "1", "Leith")).await;
    let list = "/admin/properties/?q=home&o=price";
    let carried = "_changelist_filters=q%3Dhome%26o%3Dprice";
    let history = format!("/admin/properties/1/history/?{carried}");
    let form = format!("/admin/properties/1/change/?{carried}");
    let leads = |page: &Page, to: &[&str]| {
        let links = links(page);
        for to in to {
            assert!(links.iter().any(|link| link == to), "{to}: {links:#?}");
        }
    };
    leads(&staff.get(&form).await, &[list, &history]);
    let page = staff.get(&history).await;
    leads(&page, &[list, &form]);
    let restore = links(&page).into_iter().find(|link| link.contains("/restore/"));
    let restore = restore.expect("a version");
    let page = staff.get(&restore).await.assert_status(200);
    leads(&page, &[list, &history]);
    let fields = ["version", "side", "_changelist_filters"].map(|name| (name, page.field(name)));
    let (path, _) = restore.split_once('?').expect("a query");
    assert_eq!(staff.submit(path, &fields).await.assert_status(303).header("location"), history);
    staff.delete_listing(1).await;
    let gone = staff.submit(path, &fields).await.assert_status(409);
    leads(&gone, &[list, &history]);
    let page = staff.get(&history).await;
    let undo = links(&page).into_iter().find(|link| link.contains("/undo/"));
    let undo = undo.expect("a deletion");
    let page = staff.get(&undo).await.assert_status(200);
    let fields = ["_changelist_filters", "_history"].map(|name| (name, page.field(name)));
    let (path, _) = undo.split_once('?').expect("a query");
    assert_eq!(staff.submit(path, &fields).await.assert_status(303).header("location"), history);
}

#[tokio::test]
async fn an_import_leads_back_to_the_list_as_it_was_left() {
    let (_app, staff) = spawn_staffed(1).await;
    let list = "/admin/properties/?q=home&o=price";
    let page = staff.get(list).await;
    let form = links(&page).into_iter().find(|link| link.contains("/import/"));
    let form = form.expect("a link");
    let page = staff.get(&form).await.assert_status(200);
    assert!(links(&page).iter().any(|link| link == list), "{page:?}");
    let (_, action) = page.text().split_once("action=\"/admin/properties/import/").expect("a form");
    let (query, _) = action.split_once('"').expect("an attribute");
    assert!(form.ends_with(&format!("/import/{query}")), "{form} {query}");
    let token = page.field("csrf_token");
    let csv = format!("{HEADER}1,Good,D,1,Leith\n");
    let parts: [(&str, Option<&str>, &[u8]); 2] =
        [("csrf_token", None, token.as_bytes()), ("file", Some("homes.csv"), csv.as_bytes())];
    let sent = post_to(&staff, &form, multipart(&parts)).await;
    let address = sent.assert_status(303).header("location").to_owned();
    let preview = staff.get(&address).await.assert_status(200);
    assert!(links(&preview).contains(&form), "{preview:?}");
    let carried = [("_changelist_filters", preview.field("_changelist_filters"))];
    let (path, _) = address.split_once('?').expect("a query");
    assert_eq!(staff.submit(path, &carried).await.assert_status(303).header("location"), list);
}

#[tokio::test]
async fn whoever_may_only_look_comes_from_the_list_to_the_listing_and_back() {
    let app = spawn_homes(2).await;
    app.permit("view").await;
    let sam = app.staff_named("sam").await;
    let list = "/admin/properties/?q=home&o=price";
    let address = link(&sam.get(list).await, "><bdi>Home 1<");
    assert!(address.starts_with("/admin/properties/1/change/?"), "{address}");
    let page = sam.get(&address).await.assert_status(200);
    let links = links(&page);
    assert!(links.iter().any(|link| link == list), "{links:#?}");
    assert!(links.contains(&address.replace("/change/", "/history/")), "{links:#?}");
}

/// More listings than a list shows in full, added without the effects of triggers other than the words to search for.
const MANY: &str = "ALTER TABLE property DISABLE TRIGGER ALL;
    ALTER TABLE property ENABLE ALWAYS TRIGGER property_words;
    INSERT INTO property (title, description, price, location)
        SELECT 'Home ' || n, 'A home', n, 'Leith' FROM generate_series(1, 50001) AS n;
    INSERT INTO property_tally (location_folded, rows) VALUES ('leith', 50001)";

#[tokio::test]
async fn a_list_that_is_too_long_says_where_it_ends_and_how_to_reach_the_others() {
    let app = Plan::new().await.sql(MANY).await.start().await;
    let staff = app.staff().await;
    let ends = "Only the first 10,000 listings can be paged through.";
    for (query, reversed) in [
        ("?page=1001", "?o=added"),
        ("?o=price&page=1600", "?o=-price"),
        ("?o=location.-title&page=100", "?o=-location.title"),
        ("?o=location.title&per_page=1&page=50000", "?o=-location.-title&per_page=1"),
        ("?location=leith&o=-changed.price", "?location=leith&o=changed.-price"),
    ] {
        let page = staff.get(&format!("/admin/properties/{query}")).await.assert_status(200);
        assert!(page.has(ends), "{query}: {page:?}");
        let text = page.text().replace("&#38;", "&").replace("&amp;", "&");
        let reverse = format!("<a href=\"/admin/properties/{reversed}\">reverse the order</a>");
        assert!(text.contains(&reverse), "{reverse}: {page:?}");
    }
    assert_eq!(shown(&staff, "?o=price&page=9999").await.last().map(String::as_str), Some("10000"));
    assert_eq!(shown(&staff, "?o=-price&page=1").await.first().map(String::as_str), Some("50001"));
    let full = staff.get("/admin/properties/?o=price&page=500&min_price=2").await;
    assert!(!full.assert_status(200).has("can be paged through"));
    let rest = shown(&staff, "?o=price&page=500&min_price=2").await;
    assert_eq!(rest.last().map(String::as_str), Some("50001"));
    let many = staff.get("/admin/properties/?q=home").await;
    many.assert_status(200).shows(["more than 50,000 listings found"]).shows([ends]);
}
