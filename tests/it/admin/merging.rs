//! Merging two edits of one listing, field by field.

use crate::harness::{App, Browser, Listing, Page, Plan, Shows as _, listing};

const PATH: &str = "/admin/properties/1/change/";

/// A listing like the first of `homes`, with some changes.
fn home(changes: &[(&str, &str)]) -> Listing {
    let mut home = listing("Home 1", "1000", "Leith");
    home.description = "One.\n\nTwo.\n\nThree.".to_owned();
    for (field, value) in changes {
        let value = (*value).to_owned();
        match *field {
            "title" => home.title = value,
            "description" => home.description = value,
            "price" => home.price = value,
            _ => home.location = value,
        }
    }
    home
}

async fn start() -> (App, Browser, Browser) {
    let plan = Plan::with_homes(1).await;
    let text = "UPDATE property SET description = E'One.\\n\\nTwo.\\n\\nThree.'";
    let app = plan.sql(text).await.start().await;
    let (ada, sam) = (app.staff().await, app.staff_named("sam").await);
    (app, ada, sam)
}

fn filled(form: &Page, typed: &Listing) -> Vec<(&'static str, String)> {
    let mut fields = typed.fields();
    fields.extend(form.fields(["version", "csrf_token", "_once"]));
    fields
}

/// All fields that a browser would send from a page with both versions.
fn as_it_stands(page: &Page, typed: &Listing) -> Vec<(String, String)> {
    let mut fields: Vec<_> =
        filled(page, typed).into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
    fields.push(("base_version".to_owned(), page.field("base_version")));
    for field in ["title", "description", "price", "location"] {
        for side in ["theirs", "both", "was"] {
            let name = format!("{side}_{field}");
            if page.has(&format!("name=\"{name}\"")) {
                fields.push((name.clone(), page.field(&name)));
            }
        }
        for choice in ["theirs", "both", "mine"] {
            if page.has(&format!("name=\"choose_{field}\" value=\"{choice}\" checked")) {
                fields.push((format!("choose_{field}"), choice.to_owned()));
            }
        }
    }
    fields
}

async fn post(staff: &Browser, fields: &[(String, String)]) -> Page {
    let fields: Vec<_> =
        fields.iter().map(|(name, value)| (name.as_str(), value.clone())).collect();
    staff.post(PATH, &fields).await
}

fn choose(fields: &mut [(String, String)], field: &str, choice: &str) {
    let name = format!("choose_{field}");
    let found = fields.iter_mut().find(|(known, _)| *known == name);
    found.unwrap_or_else(|| panic!("no {name}")).1 = choice.to_owned();
}

async fn row(app: &App) -> String {
    app.sql("SELECT concat_ws('|', title, description, price, location) FROM property").await
}

/// The page that Sam sees if he types `mine` after Ada has saved `theirs`.
async fn conflict(ada: &Browser, sam: &Browser, theirs: &Listing, mine: &Listing) -> Page {
    let (first, second) = (ada.get(PATH).await, sam.get(PATH).await);
    ada.post(PATH, &filled(&first, theirs)).await.assert_status(303);
    sam.post(PATH, &filled(&second, mine)).await.assert_status(409)
}

#[tokio::test]
async fn changes_of_different_fields_fit_together() {
    let (app, ada, sam) = start().await;
    let theirs = home(&[("price", "2000")]);
    let mine = home(&[("title", "Mine")]);
    let page = conflict(&ada, &sam, &theirs, &mine).await;
    page.shows(["Changed only by you.", "Changed only by the other user."]);
    page.shows(["<bdi>ada</bdi>", "both changes can be saved together"]).hides(["merge--conflict"]);
    post(&sam, &as_it_stands(&page, &mine)).await.assert_status(303);
    assert_eq!(row(&app).await, "Mine|One.\n\nTwo.\n\nThree.|2000.00|Leith");
}

#[tokio::test]
async fn for_what_both_changed_one_chooses() {
    let (app, ada, sam) = start().await;
    let theirs = home(&[("title", "Theirs"), ("location", "Joppa")]);
    let mine = home(&[("title", "Mine"), ("location", "Trinity")]);
    let page = conflict(&ada, &sam, &theirs, &mine).await;
    assert_eq!(page.text().matches("merge--conflict").count(), 2, "{page:?}");
    let mut fields = as_it_stands(&page, &mine);
    choose(&mut fields, "location", "theirs");
    post(&sam, &fields).await.assert_status(303);
    assert!(row(&app).await.starts_with("Mine|"));
    assert!(row(&app).await.ends_with("|Joppa"));
}

#[tokio::test]
async fn changes_of_different_paragraphs_are_offered_as_one_text() {
    let (app, ada, sam) = start().await;
    let theirs = home(&[("description", "One!\r\n\r\nTwo.\r\n\r\nThree.")]);
    let mine = home(&[("description", "One.\r\n\r\nTwo.\r\n\r\nThree!")]);
    let page = conflict(&ada, &sam, &theirs, &mine).await;
    assert_eq!(page.field("both_description"), "One!\n\nTwo.\n\nThree!");
    post(&sam, &as_it_stands(&page, &mine)).await.assert_status(303);
    assert!(row(&app).await.contains("One!\n\nTwo.\n\nThree!"));
}

#[tokio::test]
async fn choosing_the_other_version_and_editing_ones_own_is_asked_about() {
    let (app, ada, sam) = start().await;
    let theirs = home(&[("title", "Theirs"), ("price", "2000")]);
    let page = conflict(&ada, &sam, &theirs, &home(&[("title", "Mine")])).await;
    let mut fields = as_it_stands(&page, &home(&[("title", "Mine, edited")]));
    choose(&mut fields, "title", "theirs");
    let page = post(&sam, &fields).await.assert_status(422);
    page.shows(["id=\"title-error\""]).hides(["id=\"price-error\""]);
    page.shows([
        "aria-invalid=\"true\" aria-describedby=\"title-error title-help\"",
        "aria-describedby=\"price-help\"",
    ]);
    assert_eq!(page.field("title"), "Mine, edited");
    page.shows(["Changed only by the other user."]);
    assert!(row(&app).await.starts_with("Theirs|"));
    // Now the form says which of the two is meant.
    let mut fields = as_it_stands(&page, &home(&[("title", "Mine, edited")]));
    choose(&mut fields, "title", "mine");
    post(&sam, &fields).await.assert_status(303);
    assert!(row(&app).await.starts_with("Mine, edited|"));
    assert!(row(&app).await.contains("|2000.00|"));
}

#[tokio::test]
async fn a_change_while_versions_are_brought_together_is_shown_as_well() {
    let (app, ada, sam) = start().await;
    let theirs = home(&[("price", "2000")]);
    let mine = home(&[("title", "Mine")]);
    let page = conflict(&ada, &sam, &theirs, &mine).await;
    app.sql("UPDATE property SET location = 'Joppa'").await;
    let again = post(&sam, &as_it_stands(&page, &mine)).await.assert_status(409);
    again.shows(["database user", "Joppa"]);
    let merged = home(&[("title", "Mine"), ("price", "2000")]);
    post(&sam, &as_it_stands(&again, &merged)).await.assert_status(303);
    assert_eq!(row(&app).await, "Mine|One.\n\nTwo.\n\nThree.|2000.00|Joppa");
}

#[tokio::test]
async fn where_the_log_does_not_know_the_first_version_everything_that_differs_is_asked_about() {
    let (app, _, sam) = start().await;
    let form = sam.get(PATH).await;
    // A statement over more rows than are recorded individually.
    app.sql(
        "INSERT INTO property (title, description, price, location)
              SELECT 'T', 'D', 1, 'L' FROM generate_series(1, 1001);
              UPDATE property SET price = price + 1",
    )
    .await;
    app.sql("DELETE FROM event_log; DELETE FROM history; DELETE FROM property WHERE id > 1").await;
    let mine = home(&[("title", "Mine")]);
    let page = sam.post(PATH, &filled(&form, &mine)).await.assert_status(409);
    page.shows(["The versions differ. Choose one."]);
    post(&sam, &as_it_stands(&page, &mine)).await.assert_status(303);
    assert!(row(&app).await.starts_with("Mine|"));
}

#[tokio::test]
async fn what_was_chosen_can_be_previewed_and_wrong_values_come_back() {
    let (_app, ada, sam) = start().await;
    let theirs = home(&[("title", "Theirs"), ("price", "2000")]);
    let mine = home(&[("title", "Mine"), ("location", "Joppa")]);
    let page = conflict(&ada, &sam, &theirs, &mine).await;
    let mut fields = as_it_stands(&page, &mine);
    choose(&mut fields, "title", "theirs");
    fields.push(("_preview".to_owned(), "1".to_owned()));
    let preview = post(&sam, &fields).await.assert_status(200);
    preview.holds([("title", "Theirs"), ("price", "2000.00"), ("location", "Joppa")]);
    assert_eq!(preview.field("version"), page.field("version"));
    let wrong = home(&[("title", "Mine"), ("location", "")]);
    let refused = post(&sam, &as_it_stands(&page, &wrong)).await.assert_status(422);
    assert_eq!(refused.field("price"), "2000.00");
    assert_eq!(refused.field("version"), page.field("version"));
}
