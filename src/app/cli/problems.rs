//! What is wrong with a file, in a bounded number of lines: equal problems once, with the lines that have them.

use std::collections::HashMap;

use super::output;
use crate::services::fixtures::{RowError, Unclear};

/// Problems that are printed; more are only counted.
const PRINTED: usize = 60;
/// Lines that are named of one problem.
const NAMED_LINES: usize = 12;
/// Questions that are printed.
const QUESTIONS: usize = 40;
/// The most characters of a command line that is printed as it is to be typed.
const TYPED_CHARS: usize = 3_000;

/// A problem of one or more rows.
struct Problem<'a> {
    first: &'a RowError,
    lines: Vec<u64>,
    count: usize,
}

/// Errors with the same field and the same message, apart from the value that it quotes.
fn grouped(errors: &[RowError]) -> Vec<Problem<'_>> {
    let mut problems: Vec<Problem<'_>> = Vec::new();
    let mut place: HashMap<(&str, String), usize> = HashMap::new();
    for error in errors {
        // Each photo that is missing or wrong is named.
        let message = match error.field {
            "photos" => error.message.clone(),
            _ => without_quotes(&error.message),
        };
        let key = (error.field, message);
        let at = *place.entry(key).or_insert(problems.len());
        if at == problems.len() {
            problems.push(Problem { first: error, lines: Vec::new(), count: 0 });
        }
        let problem = &mut problems[at];
        problem.count += 1;
        if problem.lines.len() < NAMED_LINES && problem.lines.last() != Some(&error.line) {
            problem.lines.push(error.line);
        }
    }
    problems
}

/// A message without its quotations, the numbers of lines and of values.
fn without_quotes(message: &str) -> String {
    let mut quoted = false;
    let kept = message.chars().filter(|c| {
        quoted = match c {
            '“' => true,
            '”' => false,
            _ => quoted,
        };
        !quoted && !c.is_ascii_digit()
    });
    kept.collect()
}

/// Prints what is wrong with rows.
pub(super) fn print(errors: &[RowError]) {
    let problems = grouped(errors);
    for Problem { first, lines, count } in problems.iter().take(PRINTED) {
        let more = if lines.len() < *count { ", …" } else { "" };
        let lines: Vec<_> = lines.iter().map(ToString::to_string).collect();
        match count {
            1 => output::note(&first.to_string()),
            _ => {
                output::note(&format!("{first} ({count} times: lines {}{more})", lines.join(", ")))
            }
        }
    }
    if problems.len() > PRINTED {
        output::note(&format!("… and {} more kinds of errors", problems.len() - PRINTED));
    }
}

/// Prints what a file leaves open, and what to type.
pub(super) fn print_open(file: &str, unclear: &Unclear) {
    for question in unclear.questions.iter().take(QUESTIONS) {
        output::note(&format!("{file}: {question}"));
    }
    if unclear.questions.len() > QUESTIONS {
        output::note(&format!("… and {} more", unclear.questions.len() - QUESTIONS));
    }
    let lines = unclear.command_lines(file);
    let length: usize = lines.iter().map(String::len).sum();
    if !unclear.questions.iter().any(|question| question.is_a_choice()) {
        return;
    }
    if length > TYPED_CHARS {
        output::note(
            "Choose with --map 'Column=field', --ignore Column and --default field=value.",
        );
        return;
    }
    output::note(match lines.len() {
        1 => "To load the file, type this with your own values:",
        _ => "To load the file, type one of these with your own values:",
    });
    lines.iter().for_each(|line| output::note(&format!("  {line}")));
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;

    fn error(line: u64, message: &str) -> RowError {
        let (file, value) = (Arc::from("a.csv"), String::new());
        RowError { file, line, field: "price", value, message: message.to_owned() }
    }

    #[test]
    fn equal_problems_are_one_with_their_lines() {
        let errors: Vec<_> = (2..40)
            .map(|line| error(line, &format!("“cheap {line}” is not a price.")))
            .chain([error(50, "This field is required.")])
            .collect();
        let problems = grouped(&errors);
        let counts: Vec<_> = problems.iter().map(|problem| problem.count).collect();
        assert_eq!(counts, [38, 1]);
        assert_eq!(problems[0].lines, (2..14).collect::<Vec<_>>());
    }

    #[test]
    fn each_photo_is_a_problem_of_its_own() {
        let named = |line, name: &str| {
            let message = format!("There is no file “{name}” with the photos.");
            RowError { field: "photos", ..error(line, &message) }
        };
        let errors = [named(2, "1.jpg"), named(3, "2.jpg"), named(5, "1.jpg")];
        let problems = grouped(&errors);
        let lines: Vec<_> = problems.iter().map(|problem| problem.lines.clone()).collect();
        assert_eq!(lines, [vec![2, 5], vec![3]]);
    }
}
