//! Adding, changing and deleting listings.

use crate::harness::{App, Shows as _, listing, spawn_staffed};

async fn row(app: &App, id: i64) -> String {
    app.sql(&format!(
        "SELECT concat_ws('|', title, description, price, location) FROM property WHERE id = {id}"
    ))
    .await
}

#[tokio::test]
async fn a_listing_is_saved_as_it_was_typed() {
    let (app, staff) = spawn_staffed(0).await;
    let mut typed = listing("  Flat “A”  ", "1,234.5", " Leith ");
    typed.description = "One\r\ntwo\tthree 🏠\r\n".to_owned();
    let id = staff.create_listing(&typed).await;
    assert_eq!(row(&app, id).await, "Flat “A”|One\ntwo\tthree 🏠|1234.50|Leith");
    let form = staff.get(&format!("/admin/properties/{id}/change/")).await;
    form.holds([("title", "Flat “A”"), ("price", "1234.50")]);
    form.shows(["One\ntwo\tthree 🏠</textarea>"]);
    typed.price = "0".to_owned();
    staff.edit_listing(id, &typed).await;
    assert!(row(&app, id).await.ends_with("|0.00|Leith"));
    staff.delete_listing(id).await;
    assert_eq!(app.database.listings().await, "0");
}

#[tokio::test]
async fn each_button_leads_where_it_says() {
    let (_app, staff) = spawn_staffed(1).await;
    for (button, added, changed) in [
        ("_save", "/admin/properties/", "/admin/properties/"),
        ("_addanother", "/admin/properties/add/", "/admin/properties/add/"),
        ("_continue", "/change/", "/admin/properties/1/change/"),
        ("none", "/admin/properties/", "/admin/properties/"),
    ] {
        let fields = listing("T", "1", "L").pressed(button);
        let page = staff.submit("/admin/properties/add/", &fields).await.assert_status(303);
        assert!(page.header("location").ends_with(added), "{button}: {page:?}");
        let page = staff.submit("/admin/properties/1/change/", &fields).await.assert_status(303);
        assert_eq!(page.header("location"), changed, "{button}");
    }
}

#[tokio::test]
async fn success_is_told_once_on_the_next_page() {
    let (_app, staff) = spawn_staffed(2).await;
    let told = async |text: &str| {
        staff.get("/admin/properties/").await.shows(["role=\"status\""]).shows([text]);
        staff.get("/admin/properties/").await.hides(["role=\"status\""]);
    };
    let token = staff.csrf_token().await;
    let post = async |path: &str, mut fields: Vec<(&str, String)>| {
        fields.push(("csrf_token", token.clone()));
        staff.post(path, &fields).await.assert_status(303);
    };
    post("/admin/properties/add/", listing("Told", "1", "L").fields()).await;
    told("Told").await;
    post("/admin/properties/1/change/", listing("Changed", "1", "L").fields()).await;
    told("Changed").await;
    post("/admin/properties/1/delete/", Vec::new()).await;
    told("Changed").await;
    let both = [
        ("action", "delete_selected"),
        ("post", "yes"),
        ("_selected_action", "2"),
        ("_selected_action", "3"),
    ];
    post("/admin/properties/", both.map(|(name, value)| (name, value.to_owned())).to_vec()).await;
    told("2").await;
}

#[tokio::test]
async fn every_wrong_field_is_named_and_what_was_typed_is_kept() {
    let (app, staff) = spawn_staffed(1).await;
    let mut wrong = listing(&"t".repeat(201), "free", &"l".repeat(101));
    wrong.description = "d".repeat(20_001);
    for path in ["/admin/properties/add/", "/admin/properties/1/change/"] {
        let page = staff.submit(path, &wrong.fields()).await.assert_status(422);
        for field in ["title", "description", "price", "location"] {
            assert!(page.has(&format!("id=\"{field}-error\"")), "{field}: {page:?}");
        }
        assert_eq!(page.field("title"), wrong.title);
        assert_eq!(page.field("price"), "free");
        assert_eq!(page.field("location"), wrong.location);
        page.shows([&wrong.description]);
    }
    assert_eq!(row(&app, 1).await, "Home 1|About home 1|1000.00|Leith");
    assert_eq!(app.database.listings().await, "1");
}

#[tokio::test]
async fn a_listing_that_does_not_exist_has_no_pages_and_each_field_has_its_limits() {
    let (app, staff) = spawn_staffed(0).await;
    for name in ["change", "delete", "history"] {
        for id in ["1", "0", "9223372036854775807", "99999999999999999999"] {
            staff.get(&format!("/admin/properties/{id}/{name}/")).await.assert_status(404);
        }
    }
    staff.press("/admin/properties/1/delete/").await.assert_status(404);
    // A form without fields is refused like an empty one.
    staff.press("/admin/properties/add/").await.assert_status(422);
    assert_eq!(app.database.listings().await, "0");
    let good = listing("T", "1", "L");
    for (field, value) in [
        ("title", String::new()),
        ("title", "  \n ".to_owned()),
        ("title", "a\0b".to_owned()),
        ("title", "a\u{7f}b".to_owned()),
        ("description", String::new()),
        ("price", String::new()),
        ("price", "-1".to_owned()),
        ("price", "1.234".to_owned()),
        ("price", "100000000".to_owned()),
        ("price", "1e3".to_owned()),
        ("price", "NaN".to_owned()),
        ("location", String::new()),
        ("location", "\u{1b}[2J".to_owned()),
    ] {
        let mut fields = good.fields();
        fields.retain(|(name, _)| *name != field);
        fields.push((field, value.clone()));
        let page = staff.submit("/admin/properties/add/", &fields).await.assert_status(422);
        assert!(page.has(&format!("id=\"{field}-error\"")), "{field}={value:?}: {page:?}");
        assert_eq!(page.text().matches("-error\"").count() / 2, 1, "{field}={value:?}: {page:?}");
    }
    let mut largest = listing(&"é".repeat(200), "99999999.99", &"ß".repeat(100));
    largest.description = "🏠".repeat(20_000);
    let id = staff.create_listing(&largest).await;
    assert!(app.get(&format!("/properties/{id}/")).await.has(&largest.title));
}

#[tokio::test]
async fn an_action_on_nothing_does_nothing_and_a_deletion_is_confirmed_first() {
    let (app, staff) = spawn_staffed(2).await;
    for fields in [
        vec![],
        vec![("action", "delete_selected")],
        vec![("_selected_action", "1")],
        vec![("action", "promote"), ("_selected_action", "1"), ("post", "yes")],
    ] {
        let fields: Vec<_> = fields.into_iter().map(|(n, v)| (n, v.to_owned())).collect();
        staff.submit("/admin/properties/", &fields).await.assert_status(303);
    }
    assert_eq!(app.database.listings().await, "2");
    // A deletion needs a confirmation.
    assert!(staff.get("/admin/properties/1/delete/").await.assert_status(200).has("Home 1"));
    let mut fields = vec![("action", "delete_selected".to_owned())];
    fields.extend(["1", "2", "99", "x"].map(|id| ("_selected_action", id.to_owned())));
    let page = staff.submit("/admin/properties/", &fields).await.assert_status(200);
    page.shows(["Home 1", "Home 2"]);
    assert_eq!(app.database.listings().await, "2");
    staff.delete_listings(&[1, 2]).await;
    assert_eq!(app.database.listings().await, "0");
}
