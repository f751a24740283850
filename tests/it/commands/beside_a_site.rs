//! Commands that change data while a site runs: the site's pages are up to date when the command has ended.

use crate::harness::{App, Shell, spawn_homes, until};

async fn warm_site() -> (App, Shell) {
    let app = spawn_homes(4).await;
    for path in ["/properties/", "/properties/?location=Joppa", "/properties/1/"] {
        app.get(path).await;
        assert!(app.get(path).await.is_hit());
    }
    let shell = Shell::beside(&app);
    (app, shell)
}

#[tokio::test]
async fn loaded_data_shows_when_the_command_has_ended_and_other_pages_stay_hits() {
    let (app, shell) = warm_site().await;
    let csv = "id,title,description,price,location\n1,Mended,D,1,Leith\n";
    shell.run_with(&["loaddata", "-"], csv).done();
    for path in ["/properties/", "/properties/1/"] {
        // The site is notified at once; the deadline is much longer.
        until("the load shows", async || app.get(path).await.has("Mended")).await;
    }
    app.get("/properties/?location=Joppa").await.assert_hit();
}

#[tokio::test]
async fn sample_data_shows_when_the_command_has_ended() {
    let (app, shell) = warm_site().await;
    for (count, total) in [("10", 14), ("2000", 2014)] {
        shell.run(&["sampledata", "--count", count]).done();
        until("the samples show", async || app.get_json("/properties/").await["count"] == total)
            .await;
    }
}

#[tokio::test]
async fn a_file_that_is_refused_leaves_every_page_a_hit() {
    let (app, shell) = warm_site().await;
    let csv = "id,title,description,price,location\n1,Mended,D,1,Leith\n,,D,1,Leith\n";
    shell.run_with(&["loaddata", "-"], csv).failed(1);
    for path in ["/properties/", "/properties/1/"] {
        app.get(path).await.assert_hit();
    }
}

#[tokio::test]
async fn a_command_without_redis_is_heard_of_by_the_site_all_the_same() {
    let (app, shell) = warm_site().await;
    let shell = shell.set("REDIS_URL", "off");
    let csv = "id,title,description,price,location\n1,Mended,D,1,Leith\n";
    shell.run_with(&["loaddata", "-"], csv).done();
    until("the load shows", async || app.get("/properties/").await.has("Mended")).await;
}
