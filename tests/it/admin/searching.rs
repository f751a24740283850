//! The admin's list is searched like the public one.

use super::listing::shown;
use crate::harness::{Plan, Shows as _, until};

#[tokio::test]
async fn joined_words_and_parts_of_locations_are_found() {
    let sql = "INSERT INTO property (title, description, price, location) VALUES
        ('O''Brien House', 'Wi-fi', 1, 'South Leith'), ('OBrien House', 'Wifi', 1, 'Leith Walk'),
        ('Hut', 'D', 1, 'Joppa')";
    let app = Plan::new().await.sql(sql).await.start().await;
    let staff = app.staff().await;
    for (query, want) in [
        ("q=obrien&o=id", "1 2"),
        ("q=o'brien&o=id", "1 2"),
        ("q=wi+fi&o=id", "1 2"),
        ("q=3&o=id", "3"),
        ("location=Leith", ""),
        ("location=South", "1"),
        ("location=jop", "3"),
    ] {
        assert_eq!(shown(&staff, &format!("?{query}")).await.join(" "), want, "{query}");
    }
    let page = staff.get("/admin/properties/?location=Leith").await;
    for offered in ["South Leith", "Leith Walk"] {
        page.shows([format!("?location={}", offered.replace(' ', "+"))]);
    }
    // An action on all matching listings affects those that are shown.
    staff.get("/admin/properties/?location=jop").await.shows(["value=\"location=Joppa\""]);
}

#[tokio::test]
async fn a_misspelt_word_is_offered_as_listings_spell_it_with_its_count() {
    let sql = "INSERT INTO property (title, description, price, location) VALUES
        ('Castle view', 'D', 1, 'Leith'), ('Castle garden', 'D', 2, 'Joppa')";
    let app = Plan::new().await.sql(sql).await.start().await;
    let staff = app.staff().await;
    for (query, offer) in [
        ("q=castel", "?q=castle\"><bdi>castle</bdi></a> (2)?"),
        ("q=castel&location=Leith", "<bdi>castle</bdi></a> (1)?"),
    ] {
        until("the word is offered", async || {
            let page = staff.get(&format!("/admin/properties/?{query}")).await;
            page.has("Did you mean") && page.has(offer)
        })
        .await;
    }
    staff.get("/admin/properties/?q=castle").await.hides(["Did you mean"]);
}
