//! Tags that only a page's data reveals: a listing's page depends on the listings in its place and price band, which
//! are known after its row is read. A later write invalidates the page like any other write.

use tokio::task::JoinHandle;

use super::plan_of;
use crate::harness::{App, Hold, Page, Reader, listing};

const HOMES: [(&str, u32, &str); 3] =
    [("Here", 120_000, "Leith"), ("Near", 130_000, "Leith"), ("Dear", 200_000, "Leith")];
const PATH: &str = "/properties/1/";

/// Whether there is a Redis, and whether there is a memory tier.
const KINDS: [(bool, bool); 4] = [(true, true), (true, false), (false, true), (false, false)];

/// Two instances; the second one stores no pages in memory.
struct Site {
    app: App,
    other: App,
}

/// A page whose row has been read, and whose similar listings are being read.
struct Overtaken {
    asking: JoinHandle<Page>,
    hold: Hold,
}

impl Site {
    async fn start((redis, memory): (bool, bool)) -> Self {
        let mut plan = plan_of(&HOMES).await;
        if !redis {
            plan = plan.set("REDIS_URL", "off");
        }
        if !memory {
            plan = plan.without_memory();
        }
        let app = plan.holdable().await.start().await;
        let other = app.another().unheld().without_memory().start().await;
        // The first round of the log's follower may invalidate what is loaded before it.
        for app in [&app, &other] {
            app.has_heard_of_everything().await;
        }
        Self { app, other }
    }

    /// Requests the page, lets its row be read, and blocks the later reads.
    async fn overtaken(&self) -> Overtaken {
        let row = self.app.hold(Reader::Rows).await;
        let asking = self.app.reader.asks(PATH);
        row.somebody_waits().await;
        row.lets_later_readers_pass().await;
        let hold = self.app.hold(Reader::Rows).await;
        row.release().await;
        hold.somebody_waits().await;
        hold.lets_later_readers_pass().await;
        Overtaken { asking, hold }
    }

    /// Every later request shows the write, at every instance and level.
    async fn shows_the_write(&self) {
        for app in [&self.app, &self.other, &self.app] {
            app.keeps_showing(PATH, "Mended").await;
        }
    }
}

impl Overtaken {
    async fn ends(self) {
        assert!(self.hold.waiting().await > 0, "the page was not overtaken");
        self.hold.release().await;
        let page = self.asking.await.expect("answered").assert_status(200);
        assert!(page.has(">Near</a>"), "the reader was not held: {page:?}");
    }
}

async fn mend(app: &App) {
    let staff = app.staff().await;
    staff.edit_listing(2, &listing("Mended", "130000", "Leith")).await;
}

#[tokio::test]
async fn a_page_is_not_kept_whose_similar_listings_a_save_overtakes() {
    for kind in KINDS {
        let site = Site::start(kind).await;
        let overtaken = site.overtaken().await;
        mend(&site.app).await;
        overtaken.ends().await;
        site.shows_the_write().await;
    }
}

#[tokio::test]
async fn a_page_is_not_kept_whose_similar_listings_another_program_overtakes() {
    for kind in KINDS {
        let site = Site::start(kind).await;
        let overtaken = site.overtaken().await;
        let sql = "UPDATE property SET title = 'Mended' WHERE id = 2";
        site.app.database.run(sql).await;
        site.app.has_heard_of_everything().await;
        overtaken.ends().await;
        site.shows_the_write().await;
    }
}

#[tokio::test]
async fn a_request_after_a_save_of_a_similar_listing_does_not_get_the_page_under_way() {
    for kind in KINDS {
        let site = Site::start(kind).await;
        let overtaken = site.overtaken().await;
        mend(&site.app).await;
        // They join the load, because it is not known yet that it depends on the saved listing.
        let late: Vec<_> = (0..5).map(|_| site.app.reader.asks(PATH)).collect();
        let stranger = site.app.stranger();
        stranger.get("/healthz").await.assert_status(200);
        assert!(late.iter().all(|asking| !asking.is_finished()), "no request joined the load");
        overtaken.ends().await;
        for page in late {
            let page = page.await.expect("answered").assert_status(200);
            assert!(page.has("Mended"), "stale: {page:?}");
        }
        site.shows_the_write().await;
    }
}

#[tokio::test]
async fn a_request_after_a_save_in_another_band_shares_the_page_under_way() {
    let site = Site::start((true, true)).await;
    let overtaken = site.overtaken().await;
    let staff = site.app.staff().await;
    staff.edit_listing(3, &listing("Dearer", "210000", "Leith")).await;
    let late = site.app.reader.asks(PATH);
    site.app.stranger().get("/healthz").await.assert_status(200);
    overtaken.ends().await;
    let page = late.await.expect("answered").assert_status(200);
    assert!(page.is_collapsed() || page.is_memory_hit(), "{}", page.cache_status());
    assert!(site.app.get(PATH).await.is_memory_hit());
}

#[tokio::test]
async fn an_instance_that_found_the_page_in_redis_drops_it_from_memory_when_a_similar_listing_changes()
 {
    let first = plan_of(&HOMES).await.start().await;
    let staff = first.staff().await;
    for round in 0..2 {
        let second = first.another().start().await;
        for app in [&first, &second] {
            app.has_heard_of_everything().await;
        }
        first.has_in_memory(PATH).await;
        let found = second.get(PATH).await.assert_status(200);
        let status = found.cache_status();
        assert!(status.starts_with("page-redis; hit"), "{round}: {status}");
        assert!(second.get(PATH).await.is_memory_hit());
        // A listing that is not similar changes nothing.
        let title = format!("Dear {round}");
        staff.edit_listing(3, &listing(&title, "200000", "Leith")).await;
        second.comes_to_show("/properties/3/?format=json", &title).await;
        assert!(second.get(PATH).await.is_memory_hit());
        let title = format!("Near {round}");
        match round {
            0 => staff.edit_listing(2, &listing(&title, "130000", "Leith")).await,
            _ => {
                let sql = format!("UPDATE property SET title = '{title}' WHERE id = 2");
                first.database.run(&sql).await;
                first.has_heard_of_everything().await;
            }
        }
        second.comes_to_show(PATH, &title).await;
        second.keeps_showing(PATH, &title).await;
        first.keeps_showing(PATH, &title).await;
    }
}
