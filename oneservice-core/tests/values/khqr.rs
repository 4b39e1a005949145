//! Codes to pay by, read back by a reader that knows nothing of the writer.

use oneservice_core::calendar::Moment;
use oneservice_core::khqr::{CITY_LIMIT, NAME_LIMIT, PaymentCode, REFERENCE_LIMIT, checksum};
use oneservice_core::money::{Currency, Money};
use proptest::prelude::*;

/// Name and value of each field, in order.
fn fields(mut text: &str) -> Vec<(&str, &str)> {
    let mut found = Vec::new();
    while !text.is_empty() {
        let (tag, rest) = text.split_at(2);
        let (length, rest) = rest.split_at(2);
        let (value, rest) = rest.split_at(length.parse().unwrap());
        found.push((tag, value));
        text = rest;
    }
    found
}

fn code<'a>() -> PaymentCode<'a> {
    PaymentCode {
        account: "owso@devb",
        merchant: None,
        bank: None,
        name: "One-Window Service Office, Harbour Town",
        city: "Harbour Town City",
        amount: Money::riel(40_000),
        reference: "7K2M-9QXJ",
        created: Moment::from_millis(1_774_929_600_000),
        until: None,
    }
}

#[test]
fn the_checksum_is_that_of_the_standard() {
    assert_eq!(checksum(b"123456789"), 0x29B1, "the check value of CRC-16/CCITT-FALSE");
    assert_eq!(checksum(b""), 0xFFFF);
}

#[test]
fn a_code_says_what_is_to_be_paid_and_where() {
    let text = code().text().unwrap();
    let read = fields(&text);
    let names: Vec<&str> = read.iter().map(|(tag, _)| *tag).collect();
    assert_eq!(names, ["00", "01", "29", "52", "53", "54", "58", "59", "60", "62", "99", "63"]);
    let value = |tag: &str| read.iter().find(|(found, _)| *found == tag).unwrap().1;
    assert_eq!((value("53"), value("54"), value("58")), ("116", "40000", "KH"));
    assert_eq!((value("59"), value("60")), ("One-Window Service Office", "Harbour Town Ci"), "cut");
    assert_eq!(fields(value("29")), [("00", "owso@devb")]);
    assert_eq!(fields(value("62")), [("01", "7K2M-9QXJ")]);
    assert_eq!(fields(value("99")), [("00", "1774929600000")]);
    let with_merchant = PaymentCode { merchant: Some("0123456"), bank: Some("Dev Bank"), ..code() };
    let text = with_merchant.text().unwrap();
    let owner = fields(&text)[2];
    assert_eq!(owner.0, "30", "a merchant's account stands under its own name");
    assert_eq!(fields(owner.1), [("00", "owso@devb"), ("01", "0123456"), ("02", "Dev Bank")]);
}

#[test]
fn what_no_code_can_say_has_none() {
    let long = "o".repeat(33);
    let full = "1".repeat(32);
    for wrong in [
        // Each of the three fits; together their length would have three digits, and no reader would find what comes next.
        PaymentCode {
            account: &format!("{}@devb", &full[5..]),
            merchant: Some(&full),
            bank: Some(&full),
            ..code()
        },
        PaymentCode { amount: Money::riel(0), ..code() },
        PaymentCode { amount: Money::riel(-1), ..code() },
        PaymentCode { amount: Money::riel(i64::MAX), ..code() },
        PaymentCode { account: &long, ..code() },
        PaymentCode { account: "", ..code() },
        PaymentCode { account: "ការិយាល័យ@devb", ..code() },
        PaymentCode { name: "ការិយាល័យ", ..code() },
        PaymentCode { city: " ", ..code() },
    ] {
        assert_eq!(wrong.text(), None, "{wrong:?}");
    }
}

proptest! {
    #[test]
    fn a_code_gives_back_what_was_put_in(
        minor in 1i64..=9_999_999_999,
        in_dollars: bool,
        name in "[A-Za-z][ -~]{0,60}",
        city in "[A-Z][a-z ]{0,30}",
        reference in "[A-Z0-9-]{1,40}",
        account in "[a-z]{1,20}@[a-z]{1,10}|[a-z]{27}@devb",
        merchant in proptest::option::of("[0-9]{1,15}|[0-9]{32}"),
        bank in proptest::option::of("[A-Za-z]{1,15}|[A-Za-z]{32}"),
        until in proptest::option::of(1_700_000_000_000i64..1_900_000_000_000),
    ) {
        let currency = if in_dollars { Currency::Usd } else { Currency::Khr };
        let said = PaymentCode {
            amount: Money::new(currency, minor),
            name: &name,
            city: &city,
            reference: &reference,
            account: &account,
            merchant: merchant.as_deref(),
            bank: bank.as_deref(),
            until: until.map(Moment::from_millis),
            ..code()
        };
        let parts = [Some(account.as_str()), merchant.as_deref(), bank.as_deref()];
        let owner: Vec<(&str, &str)> = ["00", "01", "02"].into_iter().zip(parts).filter_map(|(tag, part)| Some((tag, part?))).collect();
        if owner.iter().map(|(_, part)| part.len() + 4).sum::<usize>() > 99 {
            prop_assert_eq!(said.text(), None);
            return Ok(());
        }
        let text = said.text().unwrap();
        prop_assert!(text.is_ascii());
        let (body, sum) = text.split_at(text.len() - 4);
        prop_assert_eq!(format!("{:04X}", checksum(body.as_bytes())), sum);
        let read = fields(&text);
        let value = |tag: &str| read.iter().find(|(found, _)| *found == tag).map(|(_, value)| *value);
        let amount = Money::parse(currency, value("54").unwrap()).unwrap();
        prop_assert_eq!(amount.minor(), minor, "to the last riel and cent");
        prop_assert_eq!(value("53").unwrap(), if in_dollars { "840" } else { "116" });
        let cut = |text: &str, limit: usize| text.trim().chars().take(limit).collect::<String>().trim_end().to_owned();
        prop_assert_eq!(value("59").unwrap(), cut(&name, NAME_LIMIT));
        prop_assert_eq!(value("60").unwrap(), cut(&city, CITY_LIMIT));
        let bill = cut(&reference, REFERENCE_LIMIT);
        prop_assert_eq!(fields(value("62").unwrap()), [("01", bill.as_str())]);
        prop_assert_eq!(value("30").is_some(), merchant.is_some());
        prop_assert_eq!(fields(value("29").or(value("30")).unwrap()), owner);
        let times = fields(value("99").unwrap());
        prop_assert_eq!(times.len(), 1 + usize::from(until.is_some()));
    }
}
