//! PgBouncer in transaction mode, if it is installed.

use futures_util::future::join_all;

use crate::harness::{Plan, Pooler, Shell, eventually, listing};

#[tokio::test]
async fn a_site_behind_a_pooler_in_transaction_mode_needs_a_direct_address_and_then_answers_right()
{
    let plan = Plan::with_homes(60).await;
    let Some(pooler) = Pooler::start(&plan.database.sockets).await else {
        return;
    };
    let direct = plan.variables["DATABASE_URL"].clone();
    let pooled = pooler.url(&plan.database);
    let plan = plan.set("DATABASE_URL", pooled.clone());
    let shell = Shell::of(&plan);
    for words in [&["check"][..], &["serve"], &["migrate"]] {
        let err = shell.run(words).failed(1);
        assert!(err.contains("DATABASE_DIRECT_URL") && err.contains("transaction mode"), "{err}");
    }
    let twice = format!("{pooled} application_name=direct");
    let err = Shell::of(&plan).set("DATABASE_DIRECT_URL", twice).run(&["check"]).failed(1);
    assert!(err.contains("DATABASE_DIRECT_URL leads to a pooler"), "{err}");
    let elsewhere = direct.replace(&plan.database.name, "postgres");
    let err = Shell::of(&plan).set("DATABASE_DIRECT_URL", elsewhere).run(&["check"]).failed(1);
    assert!(err.contains("different databases"), "{err}");

    let plan = plan.set("DATABASE_DIRECT_URL", direct).set("REDIS_URL", "off").without_memory();
    let said = Shell::of(&plan).run(&["check"]);
    assert_eq!(said.code, 0, "{said:?}");
    let app = plan.start().await;
    // More concurrent requests than the pooler has sessions, of many kinds.
    let paths: Vec<_> = (0..240)
        .map(|n| match n % 6 {
            0 => format!("/properties/{}/", 1 + n % 60),
            1 => format!("/properties/?min_price={n}000"),
            2 => "/properties/?location=Leith".to_owned(),
            3 => format!("/properties/?q=Home+{n}"),
            4 => format!("/properties/?sort=-price&page_size={}", 1 + n % 50),
            _ => "/properties/no-cache/".to_owned(),
        })
        .collect();
    for part in paths.chunks(16) {
        for page in join_all(part.iter().map(|path| app.reader.get(path))).await {
            page.assert_status(200);
        }
    }
    // Transactions with their own limits, and work that needs a session.
    let admin = app.staff().await;
    let id = admin.create_listing(&listing("Behind the pooler", "1.00", "Leith")).await;
    assert!(app.reader.get("/properties/").await.has("Behind the pooler"));
    admin.edit_listing(id, &listing("Edited behind it", "2.00", "Leith")).await;
    assert!(app.reader.get("/properties/").await.has("Edited behind it"));
    app.database.run("UPDATE property SET title = 'By psql' WHERE id = 1").await;
    eventually("the change by psql is shown", async || {
        app.reader.get("/properties/1/").await.has("By psql").then_some(())
    })
    .await;
}
