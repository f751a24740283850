//! PostgreSQL with certificates that are made for the test.

use super::asked;
use crate::harness::{Authority, OwnPostgres, Plan, Shell, scratch, self_signed};

/// Whether the current connection is encrypted.
const ENCRYPTED: &str = "SELECT ssl::text FROM pg_stat_ssl WHERE pid = pg_backend_pid()";
const RULES: &str = "
    hostssl   all encrypted 127.0.0.1/32 trust
    hostnossl all plain     127.0.0.1/32 trust
    hostssl   all certified 127.0.0.1/32 cert
    hostssl   all password  127.0.0.1/32 scram-sha-256
    hostnossl all password  127.0.0.1/32 scram-sha-256
    host      all property_listings 127.0.0.1/32 trust";

/// Connects with some parameters; checks whether the connection is encrypted, or the error message.
async fn check(port: u16, cases: &[(&str, &str)]) {
    for (parameters, want) in cases {
        let url = format!("dbname=postgres host=localhost port={port} {parameters}");
        match asked(&url, ENCRYPTED).await {
            Ok(encrypted) => {
                let encrypted = if encrypted == "true" { "encrypted" } else { "plain" };
                assert_eq!(encrypted, *want, "{parameters}");
            }
            Err(err) => {
                assert!(err.contains(want), "{parameters}: {err}, not {want}");
                assert!(!err.contains("hunter"), "{err}");
            }
        }
    }
}

#[tokio::test]
async fn each_mode_takes_the_certificates_that_libpq_takes_and_says_why_it_refuses_others() {
    let directory = scratch();
    let (ours, theirs) = (Authority::new(&directory, "ours"), Authority::new(&directory, "theirs"));
    let server = OwnPostgres::start_on_network(RULES).await;
    let roles = "CREATE ROLE encrypted LOGIN; CREATE ROLE plain LOGIN; CREATE ROLE certified LOGIN;
        CREATE ROLE password LOGIN PASSWORD 'hunter2'";
    server.run(roles).await;
    let port = server.port();
    let (root, other) = (&ours.file, &theirs.file);
    let owner = |rest: &str| format!("user=property_listings {rest}");
    // Without TLS.
    check(
        port,
        &[
            (&owner("sslmode=disable"), "plain"),
            (&owner("sslmode=allow"), "plain"),
            (&owner("sslmode=prefer"), "plain"),
            (&owner(""), "plain"),
            (&owner("sslmode=require"), "server does not support TLS"),
        ],
    )
    .await;

    let good = ours.issue("server", &["localhost"]);
    server.set("ssl_ca_file", &server.copy(root)).await;
    server.set("ssl_cert_file", &server.copy(&good.certificate)).await;
    server.set("ssl_key_file", &server.copy(&good.key)).await;
    server.set("ssl", "on").await;
    let full = format!("sslmode=verify-full sslrootcert={root}");
    let client = ours.issue("certified", &[]);
    let stranger = theirs.issue("stranger", &[]);
    let shows = |of: &crate::harness::Certified| {
        format!("user=certified {full} sslcert={} sslkey={}", of.certificate, of.key)
    };
    let wrong = "is not signed by a trusted certificate authority";
    check(
        port,
        &[
            (&owner("sslmode=disable"), "plain"),
            (&owner("sslmode=allow"), "plain"),
            (&owner("sslmode=prefer"), "encrypted"),
            (&owner("sslmode=require"), "encrypted"),
            (&owner(&format!("sslmode=require sslrootcert={root}")), "encrypted"),
            (&owner(&format!("sslmode=require sslrootcert={other}")), wrong),
            (&owner(&format!("sslmode=verify-ca sslrootcert={root}")), "encrypted"),
            (&owner(&format!("sslmode=verify-ca sslrootcert={other}")), wrong),
            (&owner(&full), "encrypted"),
            (&owner("sslrootcert=system"), wrong),
            (&owner(&format!("{full} host=127.0.0.1")), "is for localhost, not for 127.0.0.1"),
            (&owner(&format!("{full} host=localhost hostaddr=127.0.0.1")), "encrypted"),
            (&owner(&format!("sslmode=verify-ca sslrootcert={root} host=127.0.0.1")), "encrypted"),
            // The server's access rules.
            ("user=encrypted sslmode=disable", "no pg_hba.conf entry"),
            ("user=encrypted sslmode=allow", "encrypted"),
            ("user=plain sslmode=prefer", "plain"),
            ("user=plain sslmode=require", "no pg_hba.conf entry"),
            // Passwords.
            (
                &format!("user=password password=hunter2 {full} channel_binding=require"),
                "encrypted",
            ),
            ("user=password password=hunter2 sslmode=disable", "plain"),
            (
                "user=password password=hunter2 sslmode=disable channel_binding=require",
                "channel binding",
            ),
            ("user=password password=hunter3", "password authentication failed"),
            // Client certificates.
            (&shows(&client), "encrypted"),
            (&format!("user=certified {full}"), "requires a valid client certificate"),
            (&shows(&stranger), "does not trust the authority of the client certificate"),
        ],
    )
    .await;

    let expired = ours.issue_expired("expired", &["localhost"]);
    server.set("ssl_cert_file", &server.copy(&expired.certificate)).await;
    server.set("ssl_key_file", &server.copy(&expired.key)).await;
    check(
        port,
        &[
            (&owner("sslmode=require"), "encrypted"),
            (&owner(&full), "the server's certificate has expired"),
        ],
    )
    .await;
    // `serve` and `check` report the same, and which variable to change.
    let url = format!("postgres://property_listings:hunter2@localhost:{port}/postgres");
    let url = format!("{url}?sslmode=verify-full&sslrootcert={root}");
    let shell = Shell::of(&Plan::new().await).set("DATABASE_URL", url);
    for words in [&["check"][..], &["serve"]] {
        let err = shell.run(words).failed(1);
        assert!(err.contains("the server's certificate has expired"), "{err}");
        assert!(err.contains("DATABASE_URL") && !err.contains("hunter"), "{err}");
    }

    let own = self_signed(&directory, "localhost");
    server.set("ssl_cert_file", &server.copy(&own.certificate)).await;
    server.set("ssl_key_file", &server.copy(&own.key)).await;
    check(
        port,
        &[
            (&owner("sslmode=require"), "encrypted"),
            (&owner(&full), "not among the trusted ones"),
            (&owner(&format!("sslmode=verify-full sslrootcert={}", own.certificate)), "encrypted"),
            (
                &owner(&format!(
                    "host=127.0.0.1 sslmode=verify-full sslrootcert={}",
                    own.certificate
                )),
                "not for 127.0.0.1",
            ),
        ],
    )
    .await;
}

#[test]
fn files_that_can_not_be_used_are_named_with_the_variable() {
    let directory = scratch();
    let authority = Authority::new(&directory, "authority");
    let pair = authority.issue("client", &[]);
    let other = authority.issue("other", &[]);
    let root = &authority.file;
    for (parameters, want) in [
        ("sslmode=verify-full".to_owned(), "sslrootcert"),
        ("sslmode=verify-ca&sslrootcert=system".to_owned(), "verify-full"),
        ("sslmode=sometimes".to_owned(), "disable, allow, prefer, require, verify-ca, verify-full"),
        ("target_session_attrs=best".to_owned(), "any, read-write, read-only, primary"),
        ("sslmode=verify-ca&sslrootcert=/nowhere/root.crt".to_owned(), "/nowhere/root.crt"),
        (format!("sslrootcert={}", pair.key), "has no certificate in PEM format"),
        (format!("sslcert={}", pair.certificate), "sslkey"),
        (format!("sslcert={}&sslkey={root}", pair.certificate), "private key"),
        (format!("sslcert={}&sslkey={}", pair.certificate, other.key), "does not fit"),
        ("channel_binding=perhaps".to_owned(), "channel_binding"),
        ("sslcrl=/etc/crl".to_owned(), "sslcrl"),
    ] {
        let url = format!("postgres://ann:hunter2@localhost/homes?{parameters}");
        let err = Shell::bare().set("DATABASE_URL", url).run(&["check"]).failed(2);
        let line = err.lines().find(|line| line.contains("DATABASE_URL=")).unwrap_or_default();
        assert!(line.contains(want), "{parameters}: {err}");
        assert!(!err.contains("hunter"), "{err}");
    }
}
