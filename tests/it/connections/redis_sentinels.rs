//! Three sentinels and two servers, one of which fails.

use std::time::Duration;

use crate::harness::{OwnRedis, Plan, eventually_within, free_port};

const PATIENCE: Duration = Duration::from_secs(30);

#[tokio::test]
async fn when_the_master_fails_the_site_uses_the_one_that_the_sentinels_name_and_shows_no_old_page()
{
    let (first, second) = (free_port(), free_port());
    let mut master = OwnRedis::start_on(first, &[]).await;
    let replica_of = format!("127.0.0.1 {first}");
    let replica = OwnRedis::start_on(second, &["--replicaof", &replica_of]).await;
    let ports = [free_port(), free_port(), free_port()];
    let mut sentinels = Vec::new();
    for port in ports {
        sentinels.push(OwnRedis::sentinel(port, first).await);
    }
    for sentinel in &sentinels {
        let cli = sentinel.cli().await;
        eventually_within(PATIENCE, "the sentinels know each other and the replica", async || {
            let info: String = cli.run(&["INFO", "sentinel"]).await;
            info.contains("slaves=1,sentinels=3").then_some(())
        })
        .await;
    }
    let hosts = ports.map(|port| format!("127.0.0.1:{port}")).join(",");
    let url = format!("redis+sentinel://{hosts}/site/0");
    let plan = Plan::with_homes(2).await.without_memory().set("REDIS_URL", url);
    let app = plan.start().await;
    let is_hit = async || {
        app.reader.get("/properties/").await;
        let status = app.reader.get("/properties/").await.cache_status().to_owned();
        status.starts_with("page-redis; hit").then_some(())
    };
    eventually_within(PATIENCE, "Redis serves", is_hit).await;
    master.kill();
    // Data that changes while there is no master must not be served in its old version later.
    app.database.run("UPDATE property SET title = 'Changed meanwhile' WHERE id = 2").await;
    eventually_within(PATIENCE, "the new master serves", async || {
        let page = app.reader.get("/properties/").await;
        assert_eq!(page.status, 200);
        page.cache_status().starts_with("page-redis; hit").then_some(())
    })
    .await;
    assert!(app.reader.get("/properties/").await.has("Changed meanwhile"));
    let role: Vec<deadpool_redis::redis::Value> = replica.cli().await.run(&["ROLE"]).await;
    assert!(format!("{role:?}").contains("master"), "{role:?}");
}
