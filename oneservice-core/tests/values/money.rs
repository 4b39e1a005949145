//! Money is exact: it reads back as written, and what does not fit is an error.

use oneservice_core::{
    money::{Currency, Money, MoneyError},
    text::Lang,
};
use proptest::prelude::*;

fn any_money() -> impl Strategy<Value = Money> {
    let currency = prop_oneof![Just(Currency::Khr), Just(Currency::Usd)];
    (currency, -99_999_999_999_999_i64..=99_999_999_999_999)
        .prop_map(|(currency, minor)| Money::new(currency, minor))
}

proptest! {
    #[test]
    fn every_form_reads_back(money in any_money()) {
        prop_assert_eq!(money.to_string().parse(), Ok(money));
        prop_assert_eq!(Money::parse(money.currency(), &money.plain()), Ok(money));
        prop_assert_eq!(serde_json::from_value::<Money>(serde_json::to_value(money).unwrap()).unwrap(), money);
    }

    #[test]
    fn reckoning_agrees_with_wide_integers(a: i64, b: i64) {
        let (left, right) = (Money::riel(a), Money::riel(b));
        let fits = |wide: i128| i64::try_from(wide).map(Money::riel).ok();
        prop_assert_eq!(left.checked_add(right).ok(), fits(i128::from(a) + i128::from(b)));
        prop_assert_eq!(left.checked_sub(right).ok(), fits(i128::from(a) - i128::from(b)));
        prop_assert_eq!(left.checked_mul(b).ok(), fits(i128::from(a) * i128::from(b)));
        prop_assert_eq!(Money::sum(Currency::Khr, [left, right]).ok(), fits(i128::from(a) + i128::from(b)));
    }

    #[test]
    fn no_text_makes_parsing_panic(text in ".{0,30}", number in "[-0-9., ០-៩]{0,24}") {
        for text in [text, number] {
            for currency in [Currency::Khr, Currency::Usd] {
                if let Ok(money) = Money::parse(currency, &text) {
                    prop_assert_eq!(money.to_string().parse(), Ok(money));
                }
            }
        }
    }
}

#[test]
fn amounts_are_shown_in_both_languages() {
    let show = |money: Money| (money.to_string(), money.show(Lang::Km));
    assert_eq!(show(Money::riel(0)), ("KHR 0".into(), "០\u{a0}៛".into()));
    assert_eq!(show(Money::riel(999)), ("KHR 999".into(), "៩៩៩\u{a0}៛".into()));
    assert_eq!(
        show(Money::riel(-1_234_567)),
        ("KHR -1,234,567".into(), "-១\u{a0}២៣៤\u{a0}៥៦៧\u{a0}៛".into())
    );
    assert_eq!(show(Money::new(Currency::Usd, 5)), ("USD 0.05".into(), "០,០៥\u{a0}$".into()));
    assert_eq!(Money::riel(i64::MIN).to_string(), "KHR -9,223,372,036,854,775,808");
    assert_eq!(Money::riel(40_000).show(Lang::En), "KHR\u{a0}40,000");
}

#[test]
fn typed_amounts_follow_the_catalogue() {
    let riel = |text| Money::parse(Currency::Khr, text).ok().map(Money::minor);
    assert_eq!(riel("៥០ ០០០"), Some(50_000));
    assert_eq!(riel("50,000"), Some(50_000));
    assert_eq!(riel("50\u{a0}000"), Some(50_000));
    assert_eq!(riel("999999999999999"), Some(999_999_999_999_999));
    for wrong in ["", "-", "1000000000000000", "1.5", "1.", ".5", "1e3", "KHR 5", "--5", "+5", "५"] {
        assert_eq!(riel(wrong), None, "{wrong:?}");
    }
    let dollars = |text| Money::parse(Currency::Usd, text).ok().map(Money::minor);
    assert_eq!(dollars("1.5"), Some(150));
    assert_eq!(dollars("1.05"), Some(105));
    assert_eq!(dollars("1.005"), None);
}

#[test]
fn currencies_do_not_mix() {
    let refused = Money::riel(1).checked_add(Money::new(Currency::Usd, 1)).unwrap_err();
    assert_eq!(refused, MoneyError::Currencies { left: Currency::Khr, right: Currency::Usd });
    assert_eq!(refused.params(), [("left", "KHR".to_owned()), ("right", "USD".to_owned())]);
    assert!(Money::sum(Currency::Usd, [Money::riel(1)]).is_err());
    assert!(serde_json::from_str::<Money>(r#"{"currency":"KHR","amount":"1.5"}"#).is_err());
    assert!(serde_json::from_str::<Money>(r#"{"currency":"KHR","amount":"1","more":1}"#).is_err());
}
