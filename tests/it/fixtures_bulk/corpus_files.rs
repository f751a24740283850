//! The files of the corpus, each with where its oddity was seen and what becomes of it.

/// What becomes of a file.
pub(super) enum Outcome {
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
pub(super) type Case =
    (&'static str, &'static str, &'static [(&'static str, &'static str)], Outcome);

pub(super) const CORPUS: [Case; 61] = [
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
        "reso-response.json",
        "a Web API of RESO: the rows are a member of the response, which has no titles",
        &[],
        Open(&["--map UnparsedAddress=address --map UnparsedAddress=title reso-response.json"]),
    ),
    (
        "reso-response.json",
        "the same with a choice; each row has the unit of its area",
        &[("map", "UnparsedAddress=title")],
        Loaded(&[
            "12 Shore|450000.00|Leith|ED-1|sale|apartment|2|65.03|1984|EH6 6QW",
            "3 Constitution Street|1200.00|Leith|ED-2|pending|rent|month|commercial|80.50",
        ]),
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
    ("pipes.txt", "a property manager's export", &[], Loaded(&["Flat|900.00|Leith|Garden; Lift"])),
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
            ("ignore", "SALE TYPE"),
            ("map", "PROPERTY TYPE=property_type"),
            ("default", "listing_type=sale"),
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
    (
        "wide-rows.ods",
        "an attack: one cell in the last column, which the reader fills up all rows to",
        &[],
        Other("more than 5000000 cells"),
    ),
    (
        "wide-rows.xlsx",
        "an attack: rows with one cell in their last column",
        &[],
        Invalid(&["more than 5000000 cells"]),
    ),
    (
        "repeated-text.ods",
        "an attack: a long text in a thousand rows",
        &[],
        Other("more than 256 MB of texts"),
    ),
    (
        "repeated-text.xlsx",
        "an attack: a long text that many cells share",
        &[],
        Invalid(&["more than 256 MB of texts"]),
    ),
    (
        "spaces.ods",
        "an attack: a milliard spaces in a few bytes",
        &[],
        Other("more than 256 MB of texts"),
    ),
];
