//! Several PostgreSQL servers, of which one is used.

use super::asked;
use crate::harness::OwnPostgres;

#[tokio::test]
async fn of_several_servers_the_one_with_the_wanted_session_is_used() {
    let mut primary = OwnPostgres::start().await;
    let standby = primary.standby().await;
    let role = "SELECT CASE WHEN pg_is_in_recovery() THEN 'standby' ELSE 'primary' END";
    let (first, second) = (primary.sockets(), standby.sockets());
    let on = async |hosts: &str, wanted: &str| {
        let url = format!("host={hosts} user=property_listings dbname=postgres");
        asked(&format!("{url} target_session_attrs={wanted}"), role).await
    };
    let both = [format!("{first},{second}"), format!("{second},{first}")];
    for (wanted, server) in [
        ("read-write", "primary"),
        ("primary", "primary"),
        ("read-only", "standby"),
        ("standby", "standby"),
        ("prefer-standby", "standby"),
    ] {
        for hosts in &both {
            assert_eq!(on(hosts, wanted).await.as_deref(), Ok(server), "{wanted} of {hosts}");
        }
    }
    assert_eq!(on(&both[0], "any").await.as_deref(), Ok("primary"));
    assert_eq!(on(&both[1], "any").await.as_deref(), Ok("standby"));
    assert_eq!(on(&first, "prefer-standby").await.as_deref(), Ok("primary"));
    let err = on(&first, "standby").await.expect_err("there is none");
    assert!(err.contains("it is not a standby") && err.contains(&first), "{err}");
    primary.set("default_transaction_read_only", "on").await;
    let err = on(&both[0], "read-write").await.expect_err("there is none");
    assert_eq!(err.matches("it takes no writes").count(), 2, "{err}");
    primary.kill();
    for wanted in ["any", "prefer-standby", "read-only"] {
        assert_eq!(on(&both[0], wanted).await.as_deref(), Ok("standby"), "{wanted}");
    }
    let err = on(&both[0], "primary").await.expect_err("there is none");
    assert!(err.contains("it is a standby") && err.contains(&first), "{err}");
}
