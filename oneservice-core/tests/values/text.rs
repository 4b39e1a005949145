//! Tidied text is what the catalogue's "Normalisation" says, and tidying twice changes nothing.

use oneservice_core::text::{ascii_digits, has_khmer, khmer_digits, line, national_id, paragraph, phone};
use proptest::prelude::*;
use unicode_normalization::is_nfc;

/// What no tidy line holds, and what no tidy paragraph begins or ends with.
const UNTIDY: [char; 4] = ['\n', '\t', '\u{200b}', '\u{feff}'];
const UNTIDY_ENDS: [char; 3] = [' ', '\n', '\u{200b}'];
const UNTIDY_INSIDE: [char; 3] = ['\t', '\r', '\u{feff}'];

/// Texts made of what makes trouble: marks that compose, invisible characters, every kind of blank and break.
pub(crate) fn troubled_text() -> impl Strategy<Value = String> {
    let trouble = prop::sample::select(
        " \t\n\r\u{b}\u{1c}\u{85}\u{a0}\u{1680}\u{2003}\u{2028}\u{202f}\u{3000}\u{200b}\u{200c}\u{200d}\u{2060}\u{feff}\u{ad}\
         aZİſKΣé\u{301}\u{323}\u{30a}\u{338}=<កដតរសយ\u{17d2}\u{17c9}\u{17ca}\u{17b4}ាិីឹុូើេែោៅំះ់័\u{17dd}ៗ។៣០7-()ឥឲ"
            .chars()
            .collect::<Vec<_>>(),
    );
    let character = prop_oneof![8 => trouble, 1 => any::<char>()];
    prop::collection::vec(character, 0..24).prop_map(|characters| characters.into_iter().collect())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn a_tidy_line_is_composed_and_stays(text in troubled_text()) {
        let tidy = line(&text);
        prop_assert_eq!(&line(&tidy), &tidy);
        prop_assert!(is_nfc(&tidy) && tidy.trim() == tidy && !tidy.contains("  "));
        prop_assert!(!tidy.contains(UNTIDY));
    }

    #[test]
    fn a_tidy_paragraph_is_composed_and_stays(text in troubled_text()) {
        let tidy = paragraph(&text);
        prop_assert_eq!(&paragraph(&tidy), &tidy);
        prop_assert!(is_nfc(&tidy) && !tidy.contains("  ") && !tidy.contains(UNTIDY_INSIDE));
        prop_assert!(!tidy.starts_with(UNTIDY_ENDS) && !tidy.ends_with(UNTIDY_ENDS));
    }

    #[test]
    fn digits_go_there_and_back(text in "[0-9a-zក-អ ]{0,20}") {
        prop_assert_eq!(ascii_digits(&khmer_digits(&text)), text);
    }

    #[test]
    fn numbers_are_read_in_either_script_and_stay(text in "[+]?[0-9 ().-]{0,18}") {
        prop_assert_eq!(phone(&khmer_digits(&text)), phone(&text));
        prop_assert_eq!(national_id(&khmer_digits(&text)), national_id(&text));
        if let Some(number) = phone(&text) {
            prop_assert_eq!(phone(&number), Some(number));
        }
    }
}

#[test]
fn lines_and_paragraphs() {
    assert_eq!(line("\u{feff} ផ្ទះ\u{200b}លេខ\t12\u{a0}A\r\n"), "ផ្ទះលេខ 12 A");
    assert_eq!(line(" \n "), "");
    assert_eq!(paragraph("a \u{a0} b\r\n\r\nc\rd\u{2028}e \n"), "a b\n\nc\nd\ne");
    assert_eq!(paragraph("\u{200b}ក\u{200b}ខ\u{200b}"), "ក\u{200b}ខ");
    // A byte order mark between a letter and its accent must not keep them apart.
    assert_eq!(line("e\u{feff}\u{301}"), "é");
    // The lone subscript sign is saved as typed.
    assert_eq!(line("្"), "្");
}

#[test]
fn khmer_is_recognised() {
    assert!(has_khmer("abc ក") && has_khmer("៣") && !has_khmer("abc 3 é") && !has_khmer(""));
}

#[test]
fn phone_numbers_follow_the_catalogue() {
    for same in [
        "012345678",
        "០១២ ៣៤៥ ៦៧៨",
        "+855 12 345 678",
        "(855) 12-345-678",
        "00855.12.345.678",
        " 012\u{a0}345\u{200b}678 ",
    ] {
        assert_eq!(phone(same).as_deref(), Some("+85512345678"), "{same:?}");
    }
    assert_eq!(phone("096 123 4567").as_deref(), Some("+855961234567"));
    for wrong in [
        "",
        "0",
        "12345678",
        "01234567",
        "012345678901",
        "0012345678",
        "+855012345678",
        "+84912345678",
        "012345a78",
        "+",
    ] {
        assert_eq!(phone(wrong), None, "{wrong:?}");
    }
}

#[test]
fn identity_numbers_follow_the_catalogue() {
    for same in ["010234567", "០១០ ២៣៤ ៥៦៧", "010-234-567(01)", "010234567 (០១)"] {
        assert_eq!(national_id(same).as_deref(), Some("010234567"), "{same:?}");
    }
    for wrong in [
        "",
        "01023456",
        "0102345678",
        "010234567(1)",
        "010234567(001)",
        "010234567()",
        "(01)010234567",
        "01023456កខគ",
    ] {
        assert_eq!(national_id(wrong), None, "{wrong:?}");
    }
}

/// Work grows with the length only: a megabyte of each of the worst kinds passes, where 10¹² steps would not end.
#[test]
fn a_megabyte_of_trouble_is_tidied() {
    for piece in ["\u{200b}", " ", "េា", "ក្", "ក្រ", "a\u{301}", "\u{323}\u{301}", "\n \u{200b}", "ក\u{17ca}"]
    {
        let text = piece.repeat(1_000_000 / piece.len());
        assert!(line(&text).len() <= text.len() && paragraph(&text).len() <= text.len());
        assert!(oneservice_core::text::search_key(&text).len() <= text.len());
    }
}

/// Were one of the characters that are passed over unlooked at composed with its neighbours, a text could be stored in two forms.
#[test]
fn every_character_comes_out_composed_in_any_company() {
    for character in char::MIN..=char::MAX {
        for beside in ["e", "\u{301}", "ក", "\u{17d2}"] {
            for text in [format!("{beside}{character}"), format!("{character}{beside}")] {
                assert!(is_nfc(&line(&text)), "{text:?}");
            }
        }
    }
}
