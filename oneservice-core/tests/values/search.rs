//! Spellings that a reader takes for the same are found by each other, and others are not.

use oneservice_core::text::{search_key, search_tokens};
use proptest::prelude::*;

use crate::text::troubled_text;

proptest! {
    #![proptest_config(ProptestConfig::with_cases(20_000))]

    #[test]
    fn the_key_of_a_key_is_itself(text in troubled_text()) {
        let key = search_key(&text);
        prop_assert_eq!(&search_key(&key), &key, "{:?} of {:?}", key, text);
        for token in search_tokens(&text) {
            prop_assert_eq!(&search_key(&token), &token, "token of {:?}", text);
        }
    }

    #[test]
    fn invisible_characters_and_case_do_not_count(text in "[a-zក-អា-ៅ ]{0,16}", at in 0..16_usize, blank in "[\u{200b}-\u{200d}\u{2060}]") {
        let at = text.char_indices().map(|(index, _)| index).nth(at).unwrap_or(text.len());
        let (before, after) = text.split_at(at);
        prop_assert_eq!(search_key(&format!("{before}{blank}{after}").to_uppercase()), search_key(&text));
    }
}

#[test]
fn spellings_that_look_alike_have_one_key() {
    for (left, right) in [
        ("ស្ត្រី", "ស្រ្តី"),     // RO below comes last
        ("បណ្តឹង", "បណ្ដឹង"),   // TA and DA below
        ("ច្រើន", "ច្រេីន"), // ើ of two parts
        ("គោ", "គេា"),    // ោ of two parts
        ("ស៊ីក្លូ", "សុីក្លូ"),     // the shifter under an upper vowel
        ("ម៉ឺន", "មុឺន"),     // the other shifter
        ("ញ៉ាំ", "ញ៉ំា"),     // ំ after ា
        ("ខ្ញុំ", "ខ្ញំុ"),       // ំ after ុ
        ("ការិយាល័យ\u{200b}ច្រក\u{200b}ចេញ\u{200b}ចូល\u{200b}តែមួយ", "ការិយាល័យច្រកចេញចូលតែមួយ"),
        ("០១២ ៣៤៥ ៦៧៨", "012345678"),
        ("ផ្ទះលេខ 12A ផ្លូវ៣", "ផ្ទះលេខ  ១២a ផ្លូវ3"),
        ("ព្រះរាជាណាចក្រកម្ពុជា ជាតិ សាសនា ព្រះមហាក្សត្រ", "ព្រះរាជាណាចក្រកម្ពុជា\nជាតិ\u{a0}សាសនា ព្រះមហាក្សត្រ"),
        ("អា\u{17b4}", "អា"),
        ("្", ""),
        ("ក្", "ក"),
    ] {
        assert_eq!(search_key(left), search_key(right), "{left} and {right}");
    }
}

#[test]
fn different_words_have_different_keys() {
    for (left, right) in [
        ("កណ្ដាល", "កណាល"),
        ("កញ្ញា", "កញា"),
        ("ប៉ា", "ប៊ា"),
        ("ប៉ា", "បា"),
        ("គុំ", "គំ"),
        ("ដី", "តី"),
        ("ផ្សេងៗ។", "ផ្សេង"),
        ("កសិកម្មរុក្ខាប្រមាញ់និងនេសាទ", "កសិកម្ម រុក្ខាប្រមាញ់ និងនេសាទ"),
        ("ផ្លូវ 1 23", "ផ្លូវ 12 3"),
    ] {
        assert_ne!(search_key(left), search_key(right), "{left} and {right}");
    }
}

#[test]
fn tokens_are_words() {
    assert_eq!(search_tokens("ផ្ទះលេខ 12A, ផ្លូវ៣។"), ["12a", "ផ្ទះលេខ", "ផ្លូវ3"]);
    assert_eq!(search_tokens("O'Neil–Café  café"), ["café", "neil", "o"]);
    assert_eq!(search_tokens("។ ៕ !"), [] as [&str; 0]);
    let long = search_tokens(&"ក".repeat(100));
    assert_eq!(long, ["ក".repeat(64)]);
}
