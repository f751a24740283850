//! Parses migrations that build indexes while the site writes.
//!
//! A file that contains the word `CONCURRENTLY` consists of statements of these forms, in capitals, and of comments
//! from `--` to the end of the line:
//!
//! ```sql
//! CREATE INDEX CONCURRENTLY IF NOT EXISTS name ON …;    -- or CREATE UNIQUE INDEX …
//! DROP INDEX CONCURRENTLY IF EXISTS name;
//! ```
//!
//! **Invariant:** each statement can be repeated, so an interrupted file is run again from its start.

/// A statement that PostgreSQL runs only outside a transaction.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct IndexStatement {
    pub(super) sql: String,
    /// The index that it creates.
    pub(super) creates: Option<String>,
}

/// The statements of a file; `None` if it runs in a transaction.
///
/// # Errors
/// The first statement that has another form, if the file contains the word.
pub(super) fn parse(file: &str) -> Result<Option<Vec<IndexStatement>>, String> {
    let lines = file.lines().map(|line| line.split_once("--").map_or(line, |(code, _)| code));
    let words: Vec<&str> = lines.flat_map(str::split_whitespace).collect();
    if !words.contains(&"CONCURRENTLY") {
        return Ok(None);
    }
    let text = words.join(" ");
    let statements = text.split(';').map(str::trim).filter(|sql| !sql.is_empty());
    statements.map(statement).collect::<Result<_, _>>().map(Some)
}

fn statement(sql: &str) -> Result<IndexStatement, String> {
    let words: Vec<&str> = sql.split(' ').collect();
    let creates = match words[..] {
        ["CREATE", "INDEX", "CONCURRENTLY", "IF", "NOT", "EXISTS", name, "ON", ..]
        | ["CREATE", "UNIQUE", "INDEX", "CONCURRENTLY", "IF", "NOT", "EXISTS", name, "ON", ..] => {
            Some(name.to_owned())
        }
        ["DROP", "INDEX", "CONCURRENTLY", "IF", "EXISTS", _] => None,
        _ => return Err(sql.to_owned()),
    };
    Ok(IndexStatement { sql: sql.to_owned(), creates })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_with_the_word_is_divided_into_its_statements() {
        let file = "-- Sorted; by price.\nCREATE INDEX CONCURRENTLY IF NOT EXISTS a -- first\n  ON t (b);\n\
            CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS c ON t (d);\nDROP INDEX CONCURRENTLY IF EXISTS e;\n";
        let statement = |sql: &str, creates: Option<&str>| IndexStatement {
            sql: sql.to_owned(),
            creates: creates.map(str::to_owned),
        };
        let want = vec![
            statement("CREATE INDEX CONCURRENTLY IF NOT EXISTS a ON t (b)", Some("a")),
            statement("CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS c ON t (d)", Some("c")),
            statement("DROP INDEX CONCURRENTLY IF EXISTS e", None),
        ];
        assert_eq!(parse(file), Ok(Some(want)));
    }

    #[test]
    fn a_file_without_the_word_runs_in_a_transaction() {
        assert_eq!(parse("-- Not CONCURRENTLY.\nCREATE INDEX a ON t (b);"), Ok(None));
    }

    #[test]
    fn other_statements_are_refused_beside_the_word() {
        let good = "DROP INDEX CONCURRENTLY IF EXISTS a;";
        for other in [
            "ALTER TABLE t ADD COLUMN a integer",
            "CREATE INDEX CONCURRENTLY a ON t (b)",
            "CREATE INDEX IF NOT EXISTS a ON t (b)",
            "DROP INDEX CONCURRENTLY IF EXISTS a, b",
        ] {
            assert_eq!(parse(&format!("{good}\n{other};")), Err(other.to_owned()));
        }
    }
}
