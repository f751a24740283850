//! A listing's forms and history in a browser: with scripts, without, and with the keyboard only.

use crate::harness::{
    App, Chromium, Key, Motion, PASSWORD, Plan, Theme, until, with_and_without_scripts,
};

pub(super) const CHANGE: &str = "/admin/properties/1/change/";
pub(super) const HISTORY: &str = "/admin/properties/1/history/";

impl Chromium {
    /// A browser in which a superuser is logged in.
    pub(super) async fn logged_in(app: &App) -> Self {
        let chromium = Self::start().await;
        chromium.log_in(app).await;
        chromium
    }

    /// Logs in as a superuser.
    pub(crate) async fn log_in(&self, app: &App) {
        self.open(app, "/admin/login/").await;
        self.fill("username", "ada").await;
        self.fill("password", PASSWORD).await;
        self.send("main button[type=submit]").await;
    }

    /// Presses a button or a link, and returns when the response is shown, at any URL.
    pub(super) async fn send(&self, css: &str) {
        self.run("window.isLeft = true", &[]).await;
        self.click(css).await;
        self.is_answered().await;
    }

    /// Returns when another page is shown than the marked one.
    async fn is_answered(&self) {
        let arrived = "return !window.isLeft && document.readyState === 'complete'";
        until("the answer is shown", async || self.run(arrived, &[]).await == true).await;
    }

    /// The text of the page's message.
    async fn message(&self) -> String {
        self.text(".notice").await
    }
}

async fn title(app: &App) -> String {
    app.sql("SELECT concat_ws('|', title, price, location) FROM property WHERE id = 1").await
}

async fn start() -> App {
    let plan = Plan::with_homes(3).await;
    plan.sql("UPDATE property SET description = E'One.\\n\\nTwo.\\n\\nThree.'").await.start().await
}

async fn walk(app: &App, chromium: &Chromium) {
    chromium.log_in(app).await;
    // Errors are shown, and typed values are kept.
    chromium.open(app, CHANGE).await;
    chromium.fill("title", "Mine").await;
    chromium.fill("price", "free").await;
    chromium.send("[name=_save]").await;
    assert_eq!(chromium.status().await, 422);
    assert!(chromium.message().await.contains("“free” is not a price"));
    assert_eq!(chromium.field("title").await, "Mine");
    chromium.fill("price", "1500").await;

    // The preview of the page, and back.
    chromium.send("[name=_preview]").await;
    assert_eq!(chromium.text("h1").await, "Mine");
    assert!(chromium.message().await.contains("Preview, not saved"));
    assert!(title(app).await.starts_with("Home 1|"));
    chromium.send("[name=_edit]").await;
    assert_eq!(chromium.field("title").await, "Mine");
    assert_eq!(chromium.field("price").await, "1500");

    // Another user saved first: the page shows both versions, and the user chooses.
    let theirs = "UPDATE property SET title = 'Theirs', location = 'Joppa',
        description = E'One!\\n\\nTwo.\\n\\nThree.' WHERE id = 1";
    app.sql(theirs).await;
    chromium.fill("description", "One.\n\nTwo.\n\nThree, and more.").await;
    chromium.send("[name=_save]").await;
    assert_eq!(chromium.status().await, 409);
    assert!(chromium.message().await.contains("database user"));
    chromium.click("[name=choose_title][value=theirs]").await;
    chromium.send("[name=_continue]").await;
    assert_eq!(title(app).await, "Theirs|1500.00|Joppa");
    assert_eq!(chromium.field("description").await, "One!\n\nTwo.\n\nThree, and more.");

    // The history shows the change, and restores the first version.
    chromium.follow("a[href='/admin/properties/1/history/']").await;
    let entries = chromium.texts(".entry").await;
    assert_eq!(entries.len(), 3, "{entries:#?}");
    assert!(entries[0].contains("ada") && entries[0].contains("1500.00"));
    chromium.follow(".entry:last-child .entry__restore a:last-child").await;
    assert!(chromium.text("main").await.contains("What would change"));
    chromium.follow("main button[type=submit]").await;
    assert!(title(app).await.starts_with("Home 1|1000.00|Leith"));

    // A deletion is undone at once, or later.
    for later in [false, true] {
        chromium.open(app, "/admin/properties/1/delete/").await;
        chromium.follow("main button[type=submit]").await;
        assert_eq!(app.database.listings().await, "2");
        if later {
            chromium.follow("a[href='/admin/history/']").await;
            chromium.fill("kind", "deleted").await;
            chromium.follow("[role=search] button").await;
            chromium.follow(".entry:first-child .entry__restore a").await;
            chromium.follow("main button[type=submit]").await;
        } else {
            chromium.send(".notice button").await;
        }
        assert!(chromium.message().await.contains("“Home 1” was restored."));
        assert_eq!(app.database.listings().await, "3");
    }
    let mut complaints = chromium.complaints().await;
    // Responses to invalid forms are not faults.
    complaints.retain(|line| line.source != "network");
    assert!(complaints.is_empty(), "{complaints:#?}");
}

#[tokio::test]
async fn with_and_without_scripts_a_listing_is_edited_merged_restored_and_brought_back() {
    with_and_without_scripts(async |chromium| walk(&start().await, chromium).await).await;
}

async fn log_in_again(app: &App, chromium: &Chromium) {
    chromium.log_in(app).await;
    chromium.open(app, CHANGE).await;
    chromium.fill("title", "Mine").await;
    chromium.fill("description", "One.\n\nTwo & three.").await;
    app.sql("DELETE FROM session").await;
    chromium.send("[name=_save]").await;
    assert!(chromium.message().await.contains("are not lost"));
    chromium.fill("username", "ada").await;
    chromium.fill("password", PASSWORD).await;
    chromium.send("main button[type=submit]").await;
    assert!(chromium.message().await.contains("You were logged out"));
    assert_eq!(chromium.field("title").await, "Mine");
    assert_eq!(chromium.field("description").await, "One.\n\nTwo & three.");
    assert!(title(app).await.starts_with("Home 1|"));
    chromium.send("[name=_save]").await;
    assert!(title(app).await.starts_with("Mine|"));
}

#[tokio::test]
async fn with_and_without_scripts_a_form_outlives_its_session() {
    with_and_without_scripts(async |chromium| log_in_again(&start().await, chromium).await).await;
}

/// Presses Tab until an element has the focus, checks that every stop is visible, and presses a key.
async fn press_on(chromium: &Chromium, css: &str, key: Key) {
    for stop in chromium.tab_to(css).await {
        assert!(stop.is_outlined && stop.is_in_view, "{stop:#?}");
    }
    chromium.press(key).await;
}

#[tokio::test]
async fn versions_are_brought_together_with_the_keyboard_alone() {
    let app = start().await;
    let chromium = Chromium::start().await;
    chromium.prefer(Theme::Light, Motion::Reduced).await;
    chromium.log_in(&app).await;
    chromium.open(&app, CHANGE).await;
    chromium.tab_to("[name=title]").await;
    chromium.type_text("Mine").await;
    app.sql("UPDATE property SET title = 'Theirs', price = 7 WHERE id = 1").await;
    chromium.run("window.isLeft = true", &[]).await;
    chromium.press(Key::Enter).await;
    chromium.is_answered().await;
    assert_eq!(chromium.status().await, 409);
    // The focus is on the selected option; the arrow key selects the other.
    press_on(&chromium, "[name=choose_title]", Key::Up).await;
    chromium.run("window.isLeft = true", &[]).await;
    press_on(&chromium, "[name=_save]", Key::Enter).await;
    chromium.is_answered().await;
    assert_eq!(title(&app).await, "Theirs|7.00|Leith");

    chromium.open(&app, HISTORY).await;
    chromium.run("window.isLeft = true", &[]).await;
    press_on(&chromium, ".entry__restore a", Key::Enter).await;
    chromium.is_answered().await;
    chromium.run("window.isLeft = true", &[]).await;
    press_on(&chromium, "main button", Key::Enter).await;
    chromium.is_answered().await;
    assert_eq!(title(&app).await, "Home 1|1000.00|Leith");
}
