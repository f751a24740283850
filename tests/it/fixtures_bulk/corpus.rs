//! Made-up files that imitate those of real programs, each with what becomes of it.

use std::path::PathBuf;

use property_listings::db::Database;
use property_listings::services::fixtures::{Choices, LoadError, LoadOptions, Source, load};

use super::corpus_files::CORPUS;
use super::corpus_files::Outcome::{Invalid, Loaded, Open, Other};
use super::run;

fn options(chosen: &[(&str, &str)]) -> LoadOptions {
    let mut choices = Choices::default();
    for (option, value) in chosen {
        match *option {
            "map" => choices.add_map(value).expect("a field"),
            "ignore" => choices.ignore.push((*value).to_owned()),
            "default" => choices.add_default(value).expect("a default"),
            "decimal" => choices.decimal = value.parse().ok(),
            "date-order" => choices.date_order = value.parse().ok(),
            other => panic!("{other}"),
        }
    }
    LoadOptions { choices, ..LoadOptions::default() }
}

/// The facts of the listings, without those that are absent or as usual.
async fn listings(database: &Database) -> Vec<String> {
    let sql = "SELECT concat_ws('|', title, price, location, reference, nullif(status, 'active'), listing_type, price_period,
            price_qualifier, property_type, bedrooms, floor_area, year_built, postcode, available_from,
            array_to_string(features, '/'))
        FROM property ORDER BY id";
    let client = database.client().await.expect("a client");
    let rows = client.query(sql, &[]).await.expect("rows");
    rows.iter().map(|row| row.get(0)).collect()
}

/// Everything that is said of a file that is not loaded.
fn said(name: &str, err: &LoadError) -> String {
    let mut said = vec![err.to_string()];
    match err {
        LoadError::Invalid(errors) => said.extend(errors.iter().map(ToString::to_string)),
        LoadError::Unclear(unclear) => {
            said.extend(unclear.questions.iter().map(ToString::to_string));
            said.extend(unclear.command_lines(name));
        }
        _ => {}
    }
    said.join("\n")
}

#[tokio::test]
async fn each_file_of_the_corpus_has_its_outcome() {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/it/fixtures_bulk/corpus");
    let database = crate::harness::database().await;
    let mut wrong = Vec::new();
    for (name, seen, chosen, outcome) in &CORPUS {
        run(&database, "DELETE FROM property").await;
        let bytes = std::fs::read(folder.join(name)).expect("a file of the corpus");
        let options = options(chosen);
        let result = load(&database, Source::of_bytes(bytes), name, &options, &|_, _| {}).await;
        let found = listings(&database).await;
        let (is_right, said) = match (&result, outcome) {
            (Ok(_), Loaded(rows)) => (found == *rows, format!("{found:#?}")),
            (Ok(_), _) => (false, format!("loaded {found:#?}")),
            (Err(err), outcome) => {
                let said = said(name, err);
                let is_right = match (err, outcome) {
                    (LoadError::Unclear(_), Open(parts))
                    | (LoadError::Invalid(_), Invalid(parts)) => {
                        parts.iter().all(|part| said.contains(part))
                    }
                    (LoadError::Other(_), Other(part)) => said.contains(part),
                    _ => false,
                };
                (is_right && found.is_empty(), said)
            }
        };
        if !is_right {
            wrong.push(format!("{name} ({seen}) {chosen:?}: {said}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
    let files = std::fs::read_dir(&folder).expect("the corpus").flatten();
    for file in files.map(|file| file.file_name().to_string_lossy().into_owned()) {
        assert!(CORPUS.iter().any(|(name, ..)| *name == file), "{file} has no outcome");
    }
}

#[tokio::test]
async fn columns_that_are_appended_follow_the_description_under_their_names() {
    let database = crate::harness::database().await;
    let csv = "title,description,price,location,Parking,Heating\nFlat,One,900,Leith,Street,Gas\nHouse,,950,Joppa,Garage,\n";
    let options = options(&[
        ("map", "Parking=description"),
        ("map", "Heating=description"),
        ("map", "description=description"),
    ]);
    load(&database, Source::of_bytes(csv), "a.csv", &options, &|_, _| {}).await.expect("loaded");
    let client = database.client().await.expect("a client");
    let rows =
        client.query("SELECT description FROM property ORDER BY id", &[]).await.expect("rows");
    let texts: Vec<String> = rows.iter().map(|row| row.get(0)).collect();
    assert_eq!(texts, ["One\n\nParking: Street\n\nHeating: Gas", "Parking: Garage"]);
}

#[tokio::test]
async fn a_small_file_that_expands_to_gigabytes_is_refused_early() {
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    let zeros = vec![b','; 1 << 20];
    for _ in 0..256 {
        std::io::Write::write_all(&mut packed, &zeros).expect("packed");
    }
    let bytes = packed.finish().expect("packed");
    assert!(bytes.len() < 1 << 20, "{}", bytes.len());
    let database = crate::harness::database().await;
    let options = LoadOptions::default();
    let result = load(&database, Source::of_bytes(bytes), "a.gz", &options, &|_, _| {}).await;
    let said = result.expect_err("refused").to_string();
    assert!(said.contains("expands to more than"), "{said}");
}
