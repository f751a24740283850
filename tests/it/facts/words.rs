//! What readers are told of the facts, in the site's currency and unit.

use crate::harness::{App, Plan, Shows as _};
use serde_json::{Value, json};

const PATH: &str = "/properties/1/";

async fn site(settings: &[(&'static str, &'static str)], set: &str) -> App {
    let mut plan = Plan::with_homes(1).await;
    for (name, value) in settings {
        plan = plan.set(name, *value);
    }
    plan.sql(&format!("UPDATE property SET {set}")).await.start().await
}

fn linked(page: &str) -> Value {
    let (_, rest) = page.split_once("application/ld+json\">").expect("JSON-LD");
    let (json, _) = rest.split_once("</script>").expect("its end");
    serde_json::from_str::<Value>(json).expect("JSON")["@graph"][0].clone()
}

#[tokio::test]
async fn rent_rooms_and_area_are_told_in_words() {
    let set = "price = 1200, listing_type = 'rent', price_period = 'month', bedrooms = 2, bathrooms = 1, floor_area = 65";
    let app = site(&[("CURRENCY", "GBP")], set).await;
    for path in [PATH, "/properties/"] {
        let page = app.get(path).await.assert_status(200);
        page.shows(["£1,200 per month", "2 bedrooms · 1 bathroom · 65 m²"]);
        page.hides(["without a currency"]);
    }
    let json = app.get_json(PATH).await;
    assert_eq!((&json["currency"], &json["price"]), (&json!("GBP"), &json!("1200.00")));
    assert_eq!(json["floor_area"], "65.00");
    let linked = linked(app.get(PATH).await.text());
    assert_eq!(linked["offers"]["priceCurrency"], "GBP");
    assert_eq!(linked["mainEntity"]["numberOfBedrooms"], 2);
    assert_eq!(linked["mainEntity"]["floorSize"]["value"], "65");
    assert_eq!(linked["offers"]["priceSpecification"]["unitCode"], "MON");
    app.get("/properties/feed.atom").await.shows(["£1,200 per month"]);
}

#[tokio::test]
async fn programs_are_told_rooms_address_and_place() {
    let set = "bathrooms = 2, year_built = 1890, address = '1 Shore Road', postcode = 'EH6 1AA', \
        latitude = 55.97, longitude = -3.17, property_type = 'townhouse', listing_type = 'sale'";
    let app = site(&[], set).await;
    let linked = linked(app.get(PATH).await.text());
    let home = &linked["mainEntity"];
    assert_eq!((&home["@type"], &home["numberOfBathroomsTotal"]), (&json!("House"), &json!(2)));
    assert_eq!(home["yearBuilt"], 1890);
    let address = json!({"@type": "PostalAddress", "streetAddress": "1 Shore Road", "postalCode": "EH6 1AA",
        "addressLocality": "Leith"});
    assert_eq!(home["address"], address);
    assert_eq!(
        home["geo"],
        json!({"@type": "GeoCoordinates", "latitude": "55.97", "longitude": "-3.17"})
    );
    assert_eq!(linked["offers"].get("priceSpecification"), None);
}

#[tokio::test]
async fn a_price_on_application_is_nowhere_told() {
    let set = "price = 765432.1, listing_type = 'sale', price_qualifier = 'on_application'";
    let app = site(&[("CURRENCY", "GBP")], set).await;
    for path in [PATH, "/properties/", "/properties/feed.atom"] {
        let page = app.get(path).await.assert_status(200);
        page.shows(["Price on application"]).hides(["765,432", "765432"]);
    }
    assert_eq!(app.get_json(PATH).await["price"], Value::Null);
    assert_eq!(app.get_json("/properties/").await["results"][0]["price"], Value::Null);
}

#[tokio::test]
async fn a_qualifier_comes_before_the_price_and_a_status_beside_it() {
    let set = "price = 450000, listing_type = 'sale', price_qualifier = 'offers_over', status = 'pending'";
    let app = site(&[("CURRENCY", "GBP")], set).await;
    for path in [PATH, "/properties/"] {
        app.get(path).await.shows(["Offers over £450,000", "Under offer"]);
    }
}

#[tokio::test]
async fn an_area_is_shown_and_entered_in_the_unit_of_the_site() {
    let app = site(&[("AREA_UNIT", "ft2")], "floor_area = 65").await;
    app.get(PATH).await.shows(["699.7 ft²"]);
    let staff = app.staff().await;
    let change = "/admin/properties/1/change/";
    let form = staff.get(change).await;
    let names = ["title", "description", "price", "location", "floor_area", "version"];
    let mut fields = form.fields(names);
    assert_eq!(fields[4].1, "699.7");
    staff.submit(change, &fields).await.assert_status(303);
    assert_eq!(app.sql("SELECT floor_area FROM property").await, "65.00", "nothing was edited");
    fields[4].1 = "1,234".to_owned();
    fields[5].1 = staff.get(change).await.field("version");
    staff.submit(change, &fields).await.assert_status(303);
    assert_eq!(app.sql("SELECT floor_area FROM property").await, "114.64");
    assert_eq!(staff.get(change).await.field("floor_area"), "1234");
    app.get(PATH).await.shows(["1,234 ft²"]);
}

#[tokio::test]
async fn the_name_and_the_contact_of_the_agency_are_on_the_pages() {
    let settings = [
        ("SITE_NAME", "Kestrel & Sons"),
        ("CONTACT_EMAIL", "hi@kestrel.example"),
        ("CONTACT_PHONE", "+44 131 4960000"),
    ];
    let app = site(&settings, "bedrooms = 1").await;
    let page = app.get(PATH).await;
    page.shows(["mailto:hi@kestrel.example", "tel:+441314960000", "Kestrel"]);
    page.hides(["Property Listings"]);
    app.get("/properties/").await.hides(["Property Listings"]);
    app.get("/properties/feed.atom").await.shows(["Kestrel"]).hides(["Property Listings"]);
}
