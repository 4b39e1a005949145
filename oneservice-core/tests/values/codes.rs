//! Codes that people read out and type: what is mistyped is caught, what is meant is read.

use oneservice_core::ids::{AccessKey, CodeError, TrackingCode};
use proptest::prelude::*;

const LETTERS: &str = "23456789ABCDEFGHJKMNPQRSTVWXYZ";

fn drawn(seed: u64) -> TrackingCode {
    TrackingCode::draw(&mut |bytes| bytes.copy_from_slice(&seed.to_le_bytes()))
}

proptest! {
    /// Exhaustive for each code: all 8 × 29 substitutions and all 28 swaps.
    #[test]
    fn every_wrong_character_and_every_swap_is_caught(seed: u64) {
        let code = drawn(seed);
        let typed: Vec<char> = code.compact().chars().collect();
        prop_assert_eq!(code.compact().parse(), Ok(code));
        for place in 0..8 {
            for letter in LETTERS.chars().filter(|&letter| letter != typed[place]) {
                let mut wrong = typed.clone();
                wrong[place] = letter;
                let wrong: String = wrong.into_iter().collect();
                prop_assert_eq!(wrong.parse::<TrackingCode>(), Err(CodeError::Check), "{} for {}", wrong, code);
            }
            for other in place + 1..8 {
                let mut wrong = typed.clone();
                wrong.swap(place, other);
                let swapped: String = wrong.iter().collect();
                let expected = if wrong == typed { Ok(code) } else { Err(CodeError::Check) };
                prop_assert_eq!(swapped.parse::<TrackingCode>(), expected, "{} for {}", swapped, code);
            }
        }
    }

    #[test]
    fn a_code_is_read_however_it_is_typed(seed: u64, khmer: bool, small: bool, fill in "[ \u{200b}\u{a0}\t_–-]{0,3}") {
        let code = drawn(seed);
        let text: String = code.to_string().chars().map(|c| format!("{fill}{c}")).collect();
        let text = if khmer { oneservice_core::text::khmer_digits(&text) } else { text };
        let text = if small { text.to_lowercase() } else { text };
        prop_assert_eq!(text.parse(), Ok(code));
        let json = serde_json::to_string(&code).unwrap();
        prop_assert_eq!(&json, &format!("\"{code}\""));
        prop_assert_eq!(serde_json::from_str::<TrackingCode>(&json).unwrap(), code);
    }

    #[test]
    fn no_text_makes_parsing_panic(text in ".{0,40}") {
        if let Ok(code) = text.parse::<TrackingCode>() {
            prop_assert_eq!(code.compact().parse(), Ok(code));
        }
        if let Ok(key) = text.parse::<AccessKey>() {
            prop_assert_eq!(key.text().parse(), Ok(key));
        }
    }

    #[test]
    fn an_access_key_reads_back_in_either_case(random: [u8; 16]) {
        let key = AccessKey::new(random);
        let text = key.text();
        prop_assert_eq!(text.len(), 26);
        // The alphanumeric mode of QR codes has capitals and digits, no small letters.
        prop_assert!(text.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit()));
        prop_assert_eq!(text.to_lowercase().parse(), Ok(key));
        prop_assert_eq!(text.replace('0', "O").replace('1', "l").parse(), Ok(key));
    }
}

#[test]
fn draws_reach_all_letters_in_all_places_but_never_others() {
    let codes: Vec<TrackingCode> =
        (0..60_000).map(|n: u64| drawn(n.wrapping_mul(0x9e37_79b9_7f4a_7c15))).collect();
    for place in 0..8 {
        let mut seen: Vec<char> =
            codes.iter().map(|code| code.compact().chars().nth(place).unwrap()).collect();
        seen.sort_unstable();
        seen.dedup();
        assert_eq!(seen.into_iter().collect::<String>(), LETTERS, "place {place}");
    }
}

#[test]
fn a_source_that_is_stuck_still_ends() {
    for byte in 0..=u8::MAX {
        let code = TrackingCode::draw(&mut |bytes| bytes.fill(byte));
        assert_eq!(code.compact().parse(), Ok(code));
    }
}

#[test]
fn errors_say_where_to_look() {
    let code = |text: &str| text.parse::<TrackingCode>().unwrap_err();
    assert_eq!(code(""), CodeError::Length { expected: 8, actual: 0 });
    assert_eq!(code("7K2M-9QXJJ").params(), [("expected", "8".to_owned()), ("actual", "9".to_owned())]);
    assert_eq!(code("7K2M-9QX0"), CodeError::Character { character: '0' });
    assert_eq!(code("7K2M-9QX០"), CodeError::Character { character: '០' });
    assert_eq!(code("7K2M-9QXD").code(), "code.check");
    // 130 bits would be written by a first character beyond 7.
    assert_eq!("8".repeat(26).parse::<AccessKey>(), Err(CodeError::Check));
    assert_eq!("7".repeat(27).parse::<AccessKey>(), Err(CodeError::Length { expected: 26, actual: 27 }));
    assert_eq!("U".parse::<AccessKey>(), Err(CodeError::Character { character: 'U' }));
}
