//! Ids: each has its own shape, reads back as written, and sorts by what comes first.

use oneservice_core::calendar::Moment;
use oneservice_core::ids::{
    BlobId, CommitId, Digest32, FieldId, OfficeId, ReasonCode, RequestId, SectorId, ServiceId, StepId,
    VersionHash,
};

#[test]
fn the_text_is_lower_case_hex_and_reads_back() {
    let empty = Digest32::sha256(&[]);
    let text = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
    assert_eq!(empty.to_string(), text);
    assert_eq!(text.parse(), Ok(empty));
    assert_eq!(Digest32::sha256(&[b"a", b"bc"]), Digest32::sha256(&[b"abc"]));
    let short = &text[1..];
    for wrong in [text.to_uppercase().as_str(), "", short, &text.replace('e', "g")] {
        assert_eq!(wrong.parse::<VersionHash>().unwrap_err().code(), "id.shape", "{wrong:?}");
    }
}

#[test]
fn ids_sort_by_time_and_read_back() {
    let early = RequestId::new(Moment::from_millis(1_000), [255; 10]);
    let late = RequestId::new(Moment::from_millis(1_001), [0; 10]);
    assert!(early < late && early.as_bytes() < late.as_bytes() && early.to_string() < late.to_string());
    assert_eq!(late.to_string(), "00000000-03e9-7000-8000-000000000000");
    assert_eq!(early.to_string().parse(), Ok(early));
    assert_eq!(RequestId::from_bytes(*late.as_bytes()), Ok(late));
    assert_eq!(serde_json::to_string(&late).unwrap(), "\"00000000-03e9-7000-8000-000000000000\"");
}

#[test]
fn only_version_7_with_hyphens_is_read() {
    for wrong in [
        "00000000-03e9-4000-8000-000000000000",
        "00000000-03e9-7000-c000-000000000000",
        "0000000003e970008000000000000000",
        "{00000000-03e9-7000-8000-000000000000}",
        "",
    ] {
        assert_eq!(wrong.parse::<CommitId>().unwrap_err().code(), "id.shape", "{wrong:?}");
    }
}

#[test]
fn the_ends_of_time_make_ids() {
    assert_eq!(RequestId::new(Moment::MIN, [0; 10]), RequestId::new(Moment::from_millis(0), [0; 10]));
    assert!(RequestId::new(Moment::MAX, [0; 10]) > RequestId::new(Moment::from_millis(0), [255; 10]));
}

#[test]
fn blob_names_are_lower_case_hex() {
    let blob = BlobId::new([0xab; 16]);
    assert_eq!(blob.to_string(), "ab".repeat(16));
    assert_eq!(blob.to_string().parse(), Ok(blob));
    assert!("AB".repeat(16).parse::<BlobId>().is_err() && "ab".parse::<BlobId>().is_err());
}

#[test]
fn each_kind_takes_its_own_shape_only() {
    assert!(OfficeId::parse("a1-b").is_ok() && StepId::parse("opinion-district").is_ok());
    for wrong in ["", "-a", "1a", "a_b", "A", "a b", "a.b", "ក", "a\n", " a"] {
        assert_eq!(OfficeId::parse(wrong).unwrap_err().code(), "id.shape", "{wrong:?}");
    }
    assert!(FieldId::parse("area_m2").is_ok() && FieldId::parse("area-m2").is_err());
    assert!(ReasonCode::parse("AGR-X01").is_ok() && ReasonCode::parse("agr").is_err());
    assert!(ServiceId::parse("a.b").is_ok());
    for wrong in ["a", "a.", ".b", "a.b.c", "a..b"] {
        assert!(ServiceId::parse(wrong).is_err(), "{wrong:?}");
    }
}

#[test]
fn the_limit_counts_each_part() {
    let long = "a".repeat(64);
    assert!(SectorId::parse(&long).is_ok());
    assert_eq!(SectorId::parse(&format!("{long}a")).unwrap_err().code(), "id.too_long");
    assert!(ServiceId::parse(&format!("{long}.{long}")).is_ok());
    assert!(ServiceId::parse(&format!("{long}aa.b")).is_err());
}

#[test]
fn an_office_is_not_taken_for_one_of_its_other_logs() {
    let is_trial = |text: &str| OfficeId::parse(text).unwrap().is_trial();
    assert!(is_trial("btb-trial") && is_trial("btb-trial-cash-desk"));
    assert!(!is_trial("btb") && !is_trial("btb-cash-desk") && !is_trial("trial") && !is_trial("trial-btb"));
    // The longest name of an office leaves room for those of its other logs.
    let named = |office: &str| {
        let mut files = oneservice_core::testing::sample::files();
        let profile = files.get_mut("office.toml").unwrap();
        *profile = profile.replacen("id = \"harbour-town\"", &format!("id = \"{office}\""), 1);
        assert!(profile.contains(office), "{profile}");
        oneservice_core::catalog::Catalog::parse(&files)
    };
    let longest = "a".repeat(48);
    assert!(named(&longest).is_ok() && OfficeId::parse(&format!("{longest}-trial-cash-desk")).is_ok());
    for taken in [format!("{longest}a"), "btb-trial".into(), "btb-cash-desk".into()] {
        assert!(named(&taken).is_err(), "{taken}");
    }
}

#[test]
fn json_is_the_text_and_is_checked() {
    let id: ServiceId = serde_json::from_str("\"a.b\"").unwrap();
    assert_eq!((id.sector(), id.name(), serde_json::to_string(&id).unwrap().as_str()), ("a", "b", "\"a.b\""));
    assert!(serde_json::from_str::<ServiceId>("\"a\"").is_err());
    assert!(serde_json::from_str::<ServiceId>("7").is_err());
}
