//! A cluster of three masters.

use crate::harness::{OwnRedis, Plan, Shell, eventually, free_port};

#[tokio::test]
async fn in_a_cluster_all_keys_of_a_site_are_on_one_master_and_pages_come_from_it() {
    let mut nodes = Vec::new();
    for slots in [["0", "5460"], ["5461", "10922"], ["10923", "16383"]] {
        let (port, bus) = (free_port(), free_port());
        let file = crate::harness::scratch().join("nodes.conf").display().to_string();
        let settings = ["--cluster-enabled", "yes", "--cluster-config-file", &file];
        let bus_port = bus.to_string();
        let settings = [&settings[..], &["--cluster-port", &bus_port]].concat();
        let node = OwnRedis::start_on(port, &settings).await;
        node.cli().await.run::<()>(&["CLUSTER", "ADDSLOTSRANGE", slots[0], slots[1]]).await;
        nodes.push((node, port, bus));
    }
    let first = nodes[0].0.cli().await;
    for (_, port, bus) in &nodes[1..] {
        let (port, bus) = (port.to_string(), bus.to_string());
        first.run::<()>(&["CLUSTER", "MEET", "127.0.0.1", &port, &bus]).await;
    }
    for (node, ..) in &nodes {
        let cli = node.cli().await;
        eventually("the cluster is formed", async || {
            let info: String = cli.run(&["CLUSTER", "INFO"]).await;
            let is_formed =
                info.contains("cluster_state:ok") && info.contains("cluster_known_nodes:3");
            is_formed.then_some(())
        })
        .await;
    }
    let plan = Plan::with_homes(2).await.without_memory();
    let hosts: Vec<_> = nodes.iter().map(|(_, port, _)| format!("127.0.0.1:{port}")).collect();
    for host in &hosts {
        let said = Shell::of(&plan).set("REDIS_URL", format!("redis://{host}")).run(&["check"]);
        assert!(said.err.contains("redis+cluster://"), "{said:?}");
    }
    let url = format!("redis+cluster://{}", hosts.join(","));
    let plan = plan.set("REDIS_URL", url);
    let said = Shell::of(&plan).run(&["check"]);
    assert!(!said.err.contains("cache.W003") && !said.err.contains("cache.W010"), "{said:?}");
    let app = plan.start().await;
    let hit = async || {
        app.reader.get("/properties/").await;
        let page = app.reader.get("/properties/").await;
        page.cache_status().starts_with("page-redis; hit").then_some(page)
    };
    eventually("Redis serves", hit).await;
    app.database.run("UPDATE property SET title = 'Changed' WHERE id = 2").await;
    eventually("the change is shown, from Redis", async || {
        hit().await.filter(|page| page.has("Changed")).map(drop)
    })
    .await;
    let mut holders = 0;
    for (node, ..) in &nodes {
        let keys = node.cli().await.keys("").await;
        holders += usize::from(!keys.is_empty());
        assert!(keys.iter().all(|key| key.starts_with('{')), "{keys:?}");
    }
    assert_eq!(holders, 1);
}
