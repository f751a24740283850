//! What the browser keeps for its reader: the shortlist, the way through a list, the listings seen last.

use crate::harness::{App, Chromium, Plan, Shows as _, spawn_homes, until};

async fn start() -> (App, Chromium) {
    let app = spawn_homes(30).await;
    let chromium = Chromium::start().await;
    chromium.open(&app, "/properties/?sort=price").await;
    chromium.run("localStorage.clear(); sessionStorage.clear()", &[]).await;
    chromium.open(&app, "/properties/?sort=price").await;
    (app, chromium)
}

/// The text of the only element that fits, once it is this.
async fn says(chromium: &Chromium, css: &str, text: &str) {
    until(text, async || chromium.texts(css).await == [text]).await;
}

#[tokio::test]
async fn hearts_fill_a_shortlist_that_is_compared_shared_and_emptied() {
    let (app, chromium) = start().await;
    says(&chromium, "#shortlist", "Shortlist").await;
    for number in [2, 5] {
        chromium.click(&format!("li.card:nth-child({number}) .heart")).await;
    }
    says(&chromium, "#shortlist", "Shortlist (2)").await;
    // Results that scripts bring have hearts too, and know what is chosen.
    chromium.fill("max_price", "6000").await;
    until("fewer listings", async || chromium.listings().await.len() == 6).await;
    let pressed = "return [...document.querySelectorAll('li.card .heart')].map(heart => heart.ariaPressed).join(' ')";
    assert_eq!(chromium.run(pressed, &[]).await, "false true false false true false");
    chromium.follow("#shortlist").await;
    assert_eq!(chromium.path().await, "/shortlist/?ids=2,5");
    chromium.text("h1").await.shows(["2 listings compared"]);
    chromium.assert_accessible("a shortlist", &[390, 1280]).await;

    chromium.follow("li.card a, .versus a[href='/properties/5/']").await;
    chromium.click("#tools [aria-pressed=true]").await;
    says(&chromium, "#shortlist", "Shortlist (1)").await;
    chromium.open(&app, "/shortlist/").await;
    chromium.leaves("/shortlist/").await;
    assert_eq!(chromium.path().await, "/shortlist/?ids=2");
    chromium.follow("a[data-remove]").await;
    says(&chromium, "#shortlist", "Shortlist").await;
    // A link of somebody else's is shown as it is, and can be kept.
    chromium.open(&app, "/shortlist/?ids=7,8,99").await;
    says(&chromium, "#shortlist", "Shortlist").await;
    chromium.click("#tools .button").await;
    says(&chromium, "#shortlist", "Shortlist (2)").await;
    chromium.follow("[data-remove='99']").await;
    assert_eq!(chromium.path().await, "/shortlist/?ids=7,8");
    says(&chromium, "#shortlist", "Shortlist (2)").await;
}

#[tokio::test]
async fn without_scripts_there_are_no_hearts_and_a_shared_shortlist_works() {
    let app = spawn_homes(3).await;
    let chromium = Chromium::start().await.without_scripts().await;
    chromium.open(&app, "/properties/").await;
    assert_eq!(chromium.texts(".heart, .toast").await, [""; 0]);
    chromium.open(&app, "/shortlist/?ids=3,1").await;
    assert_eq!(chromium.listings().await, ["/properties/3/", "/properties/1/"]);
    chromium.follow("a[data-remove='3']").await;
    assert_eq!(chromium.path().await, "/shortlist/?ids=1");
}

#[tokio::test]
async fn a_listing_says_its_place_in_the_list_and_has_no_way_past_its_ends() {
    let (_app, chromium) = start().await;
    let (previous, next) = ("#turn [rel~=prev]", "#turn [rel~=next]");
    chromium.follow("main a[href^='/properties/1/']").await;
    says(&chromium, "#place", "1 of 30").await;
    assert_eq!(chromium.texts(previous).await, [""; 0]);
    chromium.follow(next).await;
    says(&chromium, "#place", "2 of 30").await;
    assert_eq!(chromium.texts(previous).await.len(), 1);
    chromium.goes_back_to("/properties/1/?sort=price").await;
    chromium.follow("#turn .turn__back").await;
    chromium.follow("main .pager a[rel~=next]").await;
    chromium.follow("main a[href^='/properties/29/']").await;
    says(&chromium, "#place", "29 of 30").await;
    chromium.follow(next).await;
    says(&chromium, "#place", "30 of 30").await;
    assert_eq!(chromium.texts(next).await, [""; 0]);
    // Beyond the page that was seen, the place is counted on.
    for place in 24..29 {
        let wanted = 53 - place;
        chromium.follow(previous).await;
        says(&chromium, "#place", &format!("{wanted} of 30")).await;
    }
    chromium.follow(previous).await;
    says(&chromium, "#place", "24 of 30").await;
}

#[tokio::test]
async fn listings_seen_before_are_offered_again_as_they_are_now() {
    let (app, chromium) = start().await;
    for id in [4, 9] {
        chromium.open(&app, &format!("/properties/{id}/")).await;
    }
    app.sql("UPDATE property SET title = 'Home 4, renamed' WHERE id = 4").await;
    app.has_heard_of_everything().await;
    chromium.open(&app, "/properties/?page=2").await;
    chromium.run("document.querySelector('.footer').scrollIntoView()", &[]).await;
    until("they are offered", async || {
        chromium.texts(".seen .card__title").await == ["Home 9", "Home 4, renamed"]
    })
    .await;
    chromium.click(".seen .link").await;
    assert_eq!(chromium.texts(".seen").await, [""; 0]);
    chromium.open(&app, "/properties/?page=2").await;
    assert_eq!(chromium.run("return localStorage.getItem('seen')", &[]).await, "[]");
}

#[tokio::test]
async fn only_listings_of_the_last_seven_days_are_new() {
    // The database sets the time of addition once.
    let rows = "INSERT INTO property (title, description, price, location, created_at) VALUES
        ('Home 1', 'D', 1, 'Leith', now() - interval '7 days 1 minute'),
        ('Home 2', 'D', 1, 'Leith', now() - interval '6 days 23 hours')";
    let app = Plan::new().await.sql(rows).await.start().await;
    let chromium = Chromium::start().await;
    chromium.open(&app, "/properties/").await;
    let new = "return [...document.querySelectorAll('li.card:has(.badge--new) .card__title')].map(title => title.innerText).join()";
    until("the mark of the new one", async || chromium.run(new, &[]).await == "Home 2").await;
}
