//! The numbers of listings beside the values of the filter form.

use crate::harness::{App, Chromium, Plan, Shows as _, until};

const HOMES: &str = "INSERT INTO property (title, description, price, location, listing_type, property_type, bedrooms)
    SELECT 'Home ' || n, 'D', n * 1000, 'Leith', CASE WHEN n <= 4 THEN 'rent' ELSE 'sale' END,
        CASE n % 3 WHEN 0 THEN 'house' ELSE 'apartment' END, n % 5
    FROM generate_series(1, 12) AS n";

/// The text of a value's control, as it is read aloud, and whether it is dimmed.
const CONTROL: &str = "
    const [name, value] = arguments;
    const of = `[name=${name}]`;
    const found = document.querySelector(
        `#filter :is(${of} > option[value=\"${value}\"], [data-of=${name}] > button[value=\"${value}\"])`)
        ?? document.querySelector(`#filter ${of}[type=checkbox][value=\"${value}\"]`).closest('label');
    return found.textContent.replace(/\\s+/g, ' ').trim() + (found.classList.contains('is-empty') ? ', dimmed' : '');";

async fn shows(chromium: &Chromium, name: &str, value: &str, want: &str) {
    until(want, async || chromium.run(CONTROL, &[name.into(), value.into()]).await == want).await;
}

async fn site() -> App {
    Plan::new().await.sql(HOMES).await.start().await
}

#[tokio::test]
async fn each_value_has_its_number_when_the_form_is_used_and_the_numbers_follow_the_list() {
    let app = site().await;
    let chromium = Chromium::start().await;
    chromium.resize(1280).await;
    chromium.open(&app, "/properties/").await;
    shows(&chromium, "listing_type", "rent", "To rent").await;
    chromium.click("#q").await;
    for (name, value, want) in [
        ("listing_type", "rent", "To rent (4)"),
        ("property_type", "house", "House 4 listings"),
        ("property_type", "land", "Land 0 listings, dimmed"),
        ("min_bedrooms", "4", "4+ 2 listings"),
        ("min_bathrooms", "1", "1+ 0 listings, dimmed"),
        ("status", "pending", "Under offer (0), dimmed"),
    ] {
        shows(&chromium, name, value, want).await;
    }
    // WebDriver clicks nothing in a closed <details>, also where the page shows its content.
    chromium.run("document.querySelector('.filter__more').open = true", &[]).await;
    // What has no listings can be chosen all the same.
    chromium.click("#filter [name=property_type][value=land]").await;
    shows(&chromium, "listing_type", "rent", "To rent (0), dimmed").await;
    shows(&chromium, "property_type", "house", "House 4 listings").await;
    chromium.click("#filter [name=property_type][value=house]").await;
    shows(&chromium, "listing_type", "rent", "To rent (1)").await;
    // A click chooses a least number, and another one takes it back.
    let step = "#filter [data-of=min_bedrooms] > button[value='3']";
    chromium.click(step).await;
    shows(&chromium, "listing_type", "sale", "For sale (1)").await;
    assert_eq!(chromium.parameter("min_bedrooms").await.as_deref(), Some("3"));
    assert_eq!(chromium.field("min_bedrooms").await, "3");
    assert_eq!(chromium.texts("#filter [aria-pressed=true]").await.len(), 1);
    chromium.click(step).await;
    shows(&chromium, "listing_type", "sale", "For sale (3)").await;
    assert_eq!(chromium.field("min_bedrooms").await, "");
    // Back leads to the list from before, with its numbers.
    chromium.run("history.back()", &[]).await;
    shows(&chromium, "listing_type", "sale", "For sale (8)").await;
    let complaints = chromium.complaints().await;
    assert!(complaints.is_empty(), "{complaints:?}");
}

#[tokio::test]
async fn on_a_phone_the_numbers_are_there_when_the_filters_are_opened_and_the_form_is_accessible() {
    let app = site().await;
    let chromium = Chromium::start().await;
    chromium.resize(390).await;
    chromium.open(&app, "/properties/").await;
    chromium.click(".filter__more > summary").await;
    shows(&chromium, "property_type", "house", "House 4 listings").await;
    chromium.assert_accessible("a form with numbers", &[390]).await;
    chromium.click("#show").await;
    chromium.resize(1280).await;
    chromium.assert_accessible("a form with numbers", &[1280]).await;
}

#[tokio::test]
async fn without_scripts_the_form_has_no_numbers_and_least_numbers_are_typed() {
    let app = site().await;
    let chromium = Chromium::start().await.without_scripts().await;
    chromium.open(&app, "/properties/").await;
    app.get("/properties/").await.shows(["data-of=\"min_bedrooms\""]);
    chromium.fill("min_bedrooms", "4").await;
    chromium.submit("#filter .filter__search .button").await;
    assert_eq!(chromium.parameter("min_bedrooms").await.as_deref(), Some("4"));
    assert_eq!(chromium.listings().await.len(), 2);
    assert_eq!(chromium.texts("#filter .quick").await, ["", ""]);
}
