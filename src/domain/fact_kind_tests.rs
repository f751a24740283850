use super::super::{FACTS, Fact};
use super::*;

const YEAR: FactKind = FactKind::Integer { min: 1000, max: 2100 };

#[test]
fn a_whole_number_is_read_within_its_limits() {
    for text in ["1000", " 1987\n", "2100"] {
        let value = YEAR.parse(text).expect(text);
        assert_eq!(value.to_string(), text.trim());
    }
    for text in
        ["999", "2101", "-1987", "+1987", "1987.0", "1,987", "MCMLXXXVII", "99999999999", "١٩٨٧"]
    {
        let message = YEAR.parse(text).expect_err(text);
        assert!(message.contains(&format!("“{text}”")), "{message}");
        assert!(message.contains("from 1000 to 2100"), "{message}");
    }
    let signed = FactKind::Integer { min: -5, max: 5 };
    assert_eq!(signed.parse("-5"), Ok(FactValue::Integer(-5)));
}

#[test]
fn a_choice_is_read_by_its_value_or_label_and_names_what_is_allowed() {
    let kind = FactKind::Choice(&[("sale", "For sale"), ("rent", "To rent")]);
    for text in ["rent", " RENT ", "to rent"] {
        let value = kind.parse(text).expect(text);
        assert_eq!((value.to_string(), kind.shown(&value)), ("rent".into(), "To rent".into()));
    }
    let message = kind.parse("lease").expect_err("refused");
    assert_eq!(message, "“lease” is not allowed. Enter sale or rent.");
}

#[test]
fn a_list_is_read_from_lines_or_bars_and_repeats_nothing() {
    let kind = FactKind::List { max_items: 3, max_chars: 6 };
    let items = |text| kind.parse(text).map(|value| value.to_string());
    assert_eq!(items(" Garden |\r\nLift||Garden\n"), Ok("Garden|Lift".into()));
    assert_eq!(items("a|b|c|d"), Err("Enter at most 3 (there are 4).".into()));
    assert!(items("a|Gardens").is_err_and(|message| message.contains("“Gardens”")));
    assert!(items("a\u{0}").is_err());
}

#[test]
fn a_date_is_read_as_iso_8601_writes_it() {
    let value = FactKind::Date.parse(" 2026-02-28 ").expect("a date");
    assert_eq!(value.to_string(), "2026-02-28");
    for text in ["2026-02-29", "28/02/2026", "2026-2-1", "infinity", "10000-01-01"] {
        assert!(FactKind::Date.parse(text).is_err(), "{text}");
    }
}

#[test]
fn choices_have_values_that_are_not_labels_of_others() {
    for Fact { kind, name, .. } in FACTS {
        for (value, label) in kind.options() {
            for text in [value, label] {
                let found = kind.parse(text).expect("allowed").to_string();
                assert_eq!(found, *value, "{name}: {text}");
            }
        }
    }
}

proptest::proptest! {
    #[test]
    fn every_value_survives_its_own_text(number in 1000..=2100_i32, text in "\\PC{1,30}") {
        let number = FactValue::Integer(number);
        proptest::prop_assert_eq!(YEAR.parse(&number.to_string()), Ok(number));
        let list = FactKind::List { max_items: 30, max_chars: 60 };
        for kind in [FactKind::Text { max_chars: 60 }, list] {
            if let Ok(value) = kind.parse(&text) {
                proptest::prop_assert_eq!(kind.parse(&value.to_string()), Ok(value));
            }
        }
    }

    #[test]
    fn no_text_makes_a_parser_panic(text in ".*") {
        for fact in FACTS {
            let _ = fact.parse(&text);
        }
    }
}
