//! Writes by commands, in the process that publishes them: as in the admin, they are visible at once.

use property_listings::services::fixtures::{LoadOptions, Source, load, sample};

use super::matrix::Matrix;
use crate::harness::App;

//  html json page2 leith joppa far range search sorted detail far-detail count  near-detail places
//  feed leith-feed joppa-feed site-map part far-part robots facets far-facets

async fn load_csv(app: &App, csv: &str) {
    let database = app.pool();
    let options = LoadOptions::default();
    let loading = load(&database, Source::of_bytes(csv.to_owned()), "file", &options, &|_, _| {});
    let report = loading.await.expect("loaded");
    app.services.editor.publish(report.events).await;
}

async fn add_sample(app: &App, count: u64) {
    let events = sample(&app.pool(), count, &|_| {}).await.expect("added");
    app.services.editor.publish(events).await;
}

#[tokio::test]
async fn loading_a_file_refreshes_the_pages_of_what_it_changes_and_adds() {
    let matrix = Matrix::warm().await;
    let csv = "id,title,description,price,location\n3,Home 3 mended,D,3000,Leith\n,New,D,1,Leith\n";
    load_csv(&matrix.app, csv).await;
    matrix.check("C C C C h h C C C C h C  C C h C C C h  h C h  C h").await;
}

#[tokio::test]
async fn loading_what_is_there_already_leaves_every_page_a_hit() {
    let matrix = Matrix::warm().await;
    let csv = "id,title,description,price,location\n3,Home 3,About home 3,3000,Leith\n";
    load_csv(&matrix.app, csv).await;
    matrix.check("h h h h h h h h h h h h  h h h h h h h  h h h  h h").await;
}

#[tokio::test]
async fn a_little_sample_data_leaves_the_pages_of_other_listings_alone() {
    let matrix = Matrix::warm().await;
    add_sample(&matrix.app, 5).await;
    matrix.check("C C C r r r r r C h h C  C r r r h C h  h r r  C r").await;
}

#[tokio::test]
async fn much_sample_data_is_one_event_that_refreshes_everything() {
    let matrix = Matrix::warm().await;
    add_sample(&matrix.app, 1_500).await;
    matrix.check("C C C r r r r r C r r C  C r r r r C r  r r r  C r").await;
}

#[tokio::test]
async fn clearing_the_cache_makes_every_page_be_computed_anew() {
    let matrix = Matrix::warm().await;
    matrix.app.services.management.clear("a test").await.expect("cleared");
    matrix.check("r r r r r r r r r r r r  r r r r r r r  r r r  r r").await;
    matrix.check("h h h h h h h h h h h h  h h h h h h h  h h h  h h").await;
}
