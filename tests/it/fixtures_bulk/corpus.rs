//! Made-up files that imitate those of real programs, each with what becomes of it.

use std::path::PathBuf;

use property_listings::db::Database;
use property_listings::services::fixtures::{Choices, LoadError, LoadOptions, Source, load};

use super::run;

/// What becomes of a file.
enum Outcome {
    /// The listings that it adds, each by its facts.
    Loaded(&'static [&'static str]),
    /// It leaves something open: parts of what is said.
    Open(&'static [&'static str]),
    /// Rows or the header are invalid: parts of what is said.
    Invalid(&'static [&'static str]),
    /// It has no listings.
    Other(&'static str),
}
use Outcome::{Invalid, Loaded, Open, Other};

/// A file, where its oddity was seen, options that choose for it, and the outcome.
type Case = (&'static str, &'static str, &'static [(&'static str, &'static str)], Outcome);

const CORPUS: [Case; 54] = [
    ("own-names.csv", "this site's documentation", &[], Loaded(&["Garden flat|1250.50|Leith"])),
    (
        "german-excel.csv",
        "Excel in German: semicolons, Windows-1252, decimal commas; one price settles the other",
        &[],
        Loaded(&["Helle Wohnung|1650.00|Köln|85.50|1984", "Altbau|1234.50|München|102.00|1910"]),
    ),
    (
        "german-open.csv",
        "Excel in German, round prices",
        &[],
        Open(&[
            "“Preis” has “1.650”, which is 1650 if",
            "and 1.65 if",
            "--decimal , german-open.csv",
            "--decimal . german-open.csv",
        ]),
    ),
    (
        "german-open.csv",
        "the same with a choice",
        &[("decimal", ",")],
        Loaded(&["Helle Wohnung|1650.00|Bonn", "Altbau|2400.00|Bonn"]),
    ),
    (
        "german-open.csv",
        "the same with the other choice",
        &[("decimal", ".")],
        Loaded(&["Helle Wohnung|1.65|Bonn", "Altbau|2.40|Bonn"]),
    ),
    (
        "spanish-portal.csv",
        "a Spanish portal: thousands with points, euro signs, types as words",
        &[],
        Loaded(&[
            "Piso céntrico|250000.00|Cádiz|sale|apartment|3|92.50",
            "Ático|1250000.00|Málaga|sale|apartment|4|120.00",
        ]),
    ),
    (
        "french-agency.txt",
        "a French agency's program: tabs, narrow spaces, a rent in the price",
        &[],
        Loaded(&["Deux pièces|1250.50|Nîmes|rent|month|apartment|41.30"]),
    ),
    (
        "uk-lettings.csv",
        "a UK agent's spreadsheet: periods and qualifiers in the price",
        &[],
        Loaded(&[
            "Harbour flat|2400.00|Leith|A1|rent|month|2",
            "Student room|550.00|Joppa|A2|rent|week|1",
            "Castle|0.00|Dunbar|A3|on_application|12",
            "Villa|250000.00|Leith|A4|offers_over|4",
        ]),
    ),
    (
        "uk-price-words.csv",
        "a UK agent's spreadsheet: prices that are no number",
        &[],
        Invalid(&["2: price: “£250k”", "3: price: “2,400-2,600”", "4: price: “£500 plus bills”"]),
    ),
    (
        "excel-exponent.csv",
        "Excel: a narrow column saved as CSV",
        &[],
        Invalid(&[
            "2: price: “1E+06” is a number that a spreadsheet has shortened",
            "In Excel",
            "3: reference: “1.23457E+11”",
        ]),
    ),
    (
        "excel-separator-line.csv",
        "Excel: a first line that names the separator",
        &[],
        Loaded(&["Flat|1200.00|Leith"]),
    ),
    ("excel-unicode-text.txt", "Excel: “Unicode text”", &[], Loaded(&["Zażółć|900.00|Łódź"])),
    (
        "utf-16-without-mark.csv",
        "a Windows script's redirection",
        &[],
        Loaded(&["Flat|900.00|Leith"]),
    ),
    ("byte-order-mark.csv", "Excel: “CSV UTF-8”", &[], Loaded(&["Flat|900.00|Leith"])),
    (
        "windows-quotes.csv",
        "Excel in English: curly quotes in Windows-1252",
        &[],
        Loaded(&["“Bijou” flat|900.00|Leith"]),
    ),
    ("pipes.txt", "a property manager's export", &[], Loaded(&["Flat|900.00|Leith|Garden/Lift"])),
    (
        "padded-rows.csv",
        "LibreOffice: columns and rows that were emptied",
        &[],
        Loaded(&["Flat|900.00|Leith", "House|1000.00|Joppa"]),
    ),
    (
        "mac-line-ends.csv",
        "an old Excel for Mac",
        &[],
        Loaded(&["Flat|900.00|Leith", "House|950.00|Joppa"]),
    ),
    (
        "us-portal-27-columns.csv",
        "a US portal's download",
        &[],
        Open(&[
            "“title” is missing",
            "“description” is missing",
            "“CITY” is unknown",
            "--map ADDRESS=address --map ADDRESS=title",
            "--ignore 'LOT SIZE'",
        ]),
    ),
    (
        "us-portal-27-columns.csv",
        "the same with choices",
        &[
            ("map", "ADDRESS=address"),
            ("map", "ADDRESS=title"),
            ("map", "CITY=location"),
            ("map", "LOCATION=description"),
            ("ignore", "STATE OR PROVINCE"),
            ("ignore", "SOLD DATE"),
            ("ignore", "LOT SIZE"),
            ("ignore", "DAYS ON MARKET"),
            ("ignore", "$/SQUARE FEET"),
            ("ignore", "HOA/MONTH"),
            ("ignore", "URL (SEE TERMS)"),
            ("ignore", "SOURCE"),
            ("ignore", "FAVORITE"),
            ("ignore", "INTERESTED"),
        ],
        Loaded(&[
            "12 Elm St|350000.00|Springfield|M1|sale|apartment|2|111.48|1999|01101",
            "3 Oak Ave|525000.00|Springfield|M2|sale|house|3|195.10|1950|01102",
        ]),
    ),
    (
        "reso-names.csv",
        "an MLS: names of the RESO Data Dictionary",
        &[("map", "UnparsedAddress=address"), ("map", "UnparsedAddress=title")],
        Loaded(&[
            "1 Main St, Springfield|450000.00|Springfield|R9|pending|sale|house|3|150.50|1988|01101",
        ]),
    ),
    (
        "us-dates.csv",
        "a US spreadsheet: one date settles the other",
        &[],
        Loaded(&["Flat|900.00|Leith|2026-03-04", "House|950.00|Leith|2026-04-25"]),
    ),
    (
        "open-dates.csv",
        "a spreadsheet of one row",
        &[],
        Open(&[
            "“03/04/2026”, which is 2026-04-03 if the day",
            "2026-03-04 if the month",
            "--date-order dmy",
            "--date-order mdy",
        ]),
    ),
    (
        "open-dates.csv",
        "the same with a choice",
        &[("date-order", "mdy")],
        Loaded(&["Flat|900.00|Leith|2026-03-04"]),
    ),
    ("german-dates.csv", "a German agency", &[], Loaded(&["Flat|900.00|Leith|2026-02-01"])),
    ("two-notations.csv", "two spreadsheets in one", &[], Open(&["1234.5 if", "not a number if"])),
    (
        "array.json",
        "a web API",
        &[],
        Loaded(&["Flat|900.00|Leith|4711|2", "House|1250.00|Joppa|B"]),
    ),
    (
        "other-names.jsonl",
        "a data pipeline",
        &[],
        Loaded(&["Flat|900.50|Leith|Garden/Lift", "House|950.00|Joppa"]),
    ),
    ("django.json", "Django's dumpdata", &[], Loaded(&["Flat|900.00|Leith"])),
    (
        "agent.blm",
        "the software of UK agents",
        &[],
        Loaded(&[
            "Shore, Leith|250000.00|Leith|1_A|sale|offers_over|apartment|2|EH6 6AA|Garden/Lift",
            "Seaside, Joppa|900.00|Joppa|1_B|pending|rent|month|1|EH15 2AA|2026-03-01",
        ]),
    ),
    (
        "other-programs-ids.csv",
        "another program's database",
        &[("ignore", "Name of agent")],
        Loaded(&["Flat|900.00|Leith|1", "House|950.00|Joppa|2"]),
    ),
    (
        "other-programs-ids.csv",
        "the same without a choice",
        &[],
        Open(&[
            "The column “Name of agent” is unknown; its first value is “Ann”.",
            "loaddata --ignore 'Name of agent' other-programs-ids.csv",
        ]),
    ),
    (
        "open-quote.csv",
        "a program that does not double quotes",
        &[],
        Invalid(&["2: title: The quote that begins this value is never closed"]),
    ),
    (
        "repeated-references.csv",
        "a spreadsheet with a copied row",
        &[],
        Invalid(&["3: reference: Line 2 has the same reference."]),
    ),
    (
        "square-feet.csv",
        "a UK spreadsheet: the unit in the header",
        &[],
        Loaded(&["Flat|900.00|Leith|65.03", "House|950.00|Joppa|111.48"]),
    ),
    (
        "more-texts.csv",
        "an agency's own columns",
        &[
            ("map", "description=description"),
            ("map", "Parking=description"),
            ("map", "Heating=description"),
        ],
        Loaded(&["Flat|900.00|Leith", "House|950.00|Joppa"]),
    ),
    (
        "no-place.csv",
        "an agency of one town",
        &[("default", "location=Leith")],
        Loaded(&["Flat|900.00|Leith|rent|month"]),
    ),
    (
        "no-place.csv",
        "the same without a choice",
        &[],
        Open(&["“location” is missing", "--default"]),
    ),
    ("header-only.csv", "a template", &[], Loaded(&[])),
    ("empty.csv", "an interrupted download", &[], Invalid(&["The file is empty"])),
    ("letter.pdf", "a wrong attachment", &[], Other("This is a PDF.")),
    ("old-excel.xls", "Excel 97", &[], Other("Save it as .xlsx")),
    ("login-page.csv", "a download without a login", &[], Other("This is a web page")),
    ("photo.csv", "a wrong attachment", &[], Other("This is a picture (JPEG).")),
    ("letter.docx", "a wrong attachment", &[], Other("This is a Word document.")),
    (
        "swiss.csv",
        "a Swiss agency: apostrophes and dashes",
        &[],
        Loaded(&["Wohnung|1250.50|Bern", "Haus|980000.00|Thun"]),
    ),
    (
        "short-row.csv",
        "a text editor",
        &[],
        Invalid(&["3: row: The row has 2 values, but the header has 4."]),
    ),
    (
        "unknown-type.csv",
        "an agency's own words",
        &[],
        Invalid(&["3: property_type: “Castle” is not allowed"]),
    ),
    ("packed.csv.gz", "a nightly job", &[], Loaded(&["Flat|900.00|Leith"])),
    ("packed.zip", "macOS: a folder with pictures", &[], Loaded(&["Flat|900.00|Leith"])),
    ("two-files.zip", "a backup", &[], Other("with 2 files of listings (“a.csv”, “b.csv”)")),
    (
        "workbook.xlsx",
        "Excel: typed numbers and days, an empty first row, binary fractions",
        &[],
        Loaded(&["Wohnung|1650.50|Köln|85.30|01067|2026-02-01", "Haus|250000.00|Bonn|53111"]),
    ),
    (
        "workbook.ods",
        "LibreOffice: a million empty rows",
        &[],
        Loaded(&["Flat|1650.50|Leith|2026-02-01"]),
    ),
    (
        "repeated-cells.ods",
        "an attack: a small file of a milliard cells",
        &[],
        Other("more than 5000000 cells"),
    ),
];

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
