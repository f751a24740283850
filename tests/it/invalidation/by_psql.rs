//! Writes outside the site, which hears of them from the database.

use super::matrix::Matrix;

//  html json page2 leith joppa far range search sorted detail far-detail count  near-detail places
//  feed leith-feed joppa-feed site-map part far-part robots facets far-facets

async fn after(sql: &str, cells: &str) {
    let matrix = Matrix::warm().await;
    matrix.app.sql(sql).await;
    matrix.check_soon(cells).await;
}

#[tokio::test]
async fn an_insert_refreshes_the_lists_it_enters() {
    let sql = "INSERT INTO property (title, description, price, location)
        VALUES ('Home 3 annexe', 'D', 3100, 'Leith')";
    after(sql, "C C C C h h C C C C h C  C C h C C h h  h C h  C h").await;
}

#[tokio::test]
async fn an_update_refreshes_what_shows_the_row() {
    let sql = "UPDATE property SET title = 'Home 3 mended' WHERE id = 3";
    after(sql, "C C C C h h C C C C h r  C C h C C h h  h r h  r h").await;
}

#[tokio::test]
async fn an_update_of_the_location_refreshes_both_locations() {
    let sql = "UPDATE property SET location = 'Joppa' WHERE id = 3";
    after(sql, "C C C C C h C C C C h r  C C C C C h h  h C h  r h").await;
}

#[tokio::test]
async fn a_delete_refreshes_every_list_the_row_was_in() {
    after(
        "DELETE FROM property WHERE id = 3",
        "C C C C h h C C C 404 h C  C C h r C h h  h C h  C h",
    )
    .await;
}

#[tokio::test]
async fn a_bulk_update_refreshes_every_row_it_touches() {
    let sql = "UPDATE property SET price = price + 1 WHERE location <> 'Portobello'";
    after(sql, "C C C C C h C C C C h r  C C C C C C h  C r C  r r").await;
}

#[tokio::test]
async fn an_update_of_more_than_a_thousand_rows_refreshes_everything() {
    let matrix = Matrix::warm().await;
    let sql = "INSERT INTO property (title, description, price, location)
        SELECT 'Many ' || n, 'D', 1, 'Elsewhere' FROM generate_series(1, 1001) AS n";
    matrix.app.sql(sql).await;
    matrix.check_soon("C C C r r r r r C r r C  C r r C r r r  r r r  C r").await;
}

#[tokio::test]
async fn a_truncate_empties_every_list() {
    let matrix = Matrix::warm().await;
    matrix.app.sql("TRUNCATE property").await;
    matrix.check_soon("C C 404 C C C C C C 404 404 C  C C C C 404 404 r  404 C r  C C").await;
    assert_eq!(matrix.app.get_json("/properties/").await["count"], 0);
}

#[tokio::test]
async fn a_copy_refreshes_the_lists_it_enters() {
    let matrix = Matrix::warm().await;
    let psql = matrix.app.database.psql().await;
    let copy = "COPY property (title, description, price, location) FROM STDIN";
    let sink = psql.copy_in(copy).await.expect("begun");
    futures_util::pin_mut!(sink);
    let rows = actix_web::web::Bytes::from_static(b"Home 3 annexe\tD\t3100\tLeith\n");
    futures_util::SinkExt::send(&mut sink, rows).await.expect("sent");
    sink.finish().await.expect("done");
    matrix.check_soon("C C C C h h C C C C h C  C C h C C h h  h C h  C h").await;
}

#[tokio::test]
async fn a_write_that_fires_no_ordinary_trigger_is_heard_of_all_the_same() {
    let sql = "SET session_replication_role = replica;
        UPDATE property SET title = 'Home 3 replicated' WHERE id = 3";
    after(sql, "C C C C h h C C C C h r  C C h C C h h  h r h  r h").await;
}

#[tokio::test]
async fn a_transaction_that_is_rolled_back_leaves_every_page_a_hit() {
    let matrix = Matrix::warm().await;
    let write = "UPDATE property SET title = 'Never' WHERE id = 3; TRUNCATE property";
    matrix.app.sql(&format!("BEGIN; {write}; ROLLBACK")).await;
    matrix.check("h h h h h h h h h h h h  h h h h h h h  h h h  h h").await;
    matrix.app.has_heard_of_everything().await;
    // The write that shows that the site has heard of everything is a listing elsewhere.
    matrix.check("r r r h h h r r r h h r  r h h r r h h  h r h  r h").await;
}
