//! Texts that the database accepts from any client.

use property_listings::domain::{Title, is_visible};

use crate::harness::TestDatabase;

fn insert(title: &str, location: &str) -> String {
    format!(
        "INSERT INTO property (title, description, price, location) VALUES ('{title}', 'D', 1, '{location}')"
    )
}

#[tokio::test]
async fn the_database_and_the_program_see_the_same_characters() {
    let database = TestDatabase::create().await;
    // PostgreSQL's texts can't contain NUL, and surrogates are not characters.
    let sql = "SELECT code, property_is_visible(chr(code)), property_keeps_direction(chr(code))
        FROM generate_series(1, 1114111) AS code WHERE code NOT BETWEEN 55296 AND 57343";
    let rows = database.psql().await.query(sql, &[]).await.expect("rows");
    let mut wrong = Vec::new();
    for row in rows {
        let code: i32 = row.get(0);
        let (visible, keeps): (bool, bool) = (row.get(1), row.get(2));
        let c = u32::try_from(code).ok().and_then(char::from_u32);
        let text = c.expect("a character").to_string();
        let direction = Title::parse(&format!("a{text}b"))
            .err()
            .is_some_and(|err| err.to_string().contains("direction"));
        if is_visible(&text) != visible || direction == keeps {
            wrong.push(format!("U+{code:04X}"));
        }
    }
    assert!(wrong.is_empty(), "{}: {wrong:?}", wrong.len());
}

#[tokio::test]
async fn a_row_without_anything_to_see_or_with_another_direction_is_refused() {
    let database = TestDatabase::create().await;
    let psql = database.psql().await;
    for (title, location, constraint) in [
        ("\u{200B}", "Leith", "property_title_visible"),
        ("\u{3164}\u{2800}", "Leith", "property_title_visible"),
        ("Flat", "\u{301}\u{AD}", "property_location_visible"),
        ("a\u{202E}b", "Leith", "property_title_visible"),
        ("Flat", "\u{2067}Leith", "property_location_visible"),
    ] {
        let refused = psql.batch_execute(&insert(title, location)).await;
        let err = refused.expect_err("refused");
        let named = err.as_db_error().and_then(|err| err.constraint());
        assert_eq!(named, Some(constraint), "{title:?} {location:?}");
    }
    for (title, location) in [("❤\u{FE0F} 家", "נוף\u{200F} לים"), ("a\u{200D}b", "x")] {
        database.run(&insert(title, location)).await;
    }
}

#[tokio::test]
async fn composed_and_decomposed_letters_are_one_location() {
    let database = TestDatabase::create().await;
    database.run(&insert("One", "Malm\u{F6}")).await;
    database.run(&insert("Two", "Malmo\u{308}")).await;
    database.run(&insert("Three", "Leith")).await;
    database.run("UPDATE property SET location = 'MALMO' || chr(776) WHERE title = 'Three'").await;
    let folded = "SELECT string_agg(DISTINCT location_folded, ',') FROM property";
    assert_eq!(database.value(folded).await, "malm\u{F6}");
    let counted = "SELECT string_agg(location_folded || ' ' || rows, ',') FROM property_tally";
    assert_eq!(database.value(counted).await, "malm\u{F6} 3");
    // The last event has the current row.
    let last = "SELECT after ->> 'location' FROM history ORDER BY id DESC LIMIT 1";
    assert_eq!(database.value(last).await, "MALM\u{D6}");
}

#[tokio::test]
async fn rows_of_before_are_made_alike_and_those_that_are_wrong_stop_no_migration() {
    let database = TestDatabase::create().await;
    let before = "ALTER TABLE property DROP CONSTRAINT property_title_visible,
            DROP CONSTRAINT property_description_visible, DROP CONSTRAINT property_location_visible;
        ALTER TABLE property DISABLE TRIGGER property_normalise_insert;";
    database.run(before).await;
    database.run(&insert("Old", "Malmo\u{308}")).await;
    database.run(&insert("\u{200B}", "A\u{30A}")).await;
    database.run("ALTER TABLE property ENABLE ALWAYS TRIGGER property_normalise_insert;
        ALTER TABLE property
            ADD CONSTRAINT property_title_visible CHECK (property_is_visible(title)) NOT VALID,
            ADD CONSTRAINT property_description_visible CHECK (property_is_visible(description)) NOT VALID,
            ADD CONSTRAINT property_location_visible CHECK (property_is_visible(location)) NOT VALID;").await;
    let migration = include_str!("../../../sql/migrations/V18__texts_of_old_rows.sql");
    database.run(&format!("BEGIN; {migration}; COMMIT")).await;
    let folded = "SELECT string_agg(location_folded, ',' ORDER BY id) FROM property";
    assert_eq!(database.value(folded).await, "malm\u{F6},a\u{30A}");
    let refused = database.psql().await.batch_execute(&insert("\u{200B}", "Leith")).await;
    assert!(refused.is_err());
}
