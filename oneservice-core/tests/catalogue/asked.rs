//! What pages ask of a catalogue beside its services: places, roles, formats and kinds.

use oneservice_core::catalog::{Catalog, DocumentFormat, FieldKind, Place, Role};
use oneservice_core::testing::sample;

fn catalog() -> Catalog {
    sample::catalog().unwrap()
}

#[test]
fn a_place_lies_in_others_and_others_in_it() {
    let catalog = catalog();
    let places = catalog.places();
    let codes = |of: &mut dyn Iterator<Item = &Place>| {
        of.map(|place| place.code.clone()).collect::<Vec<_>>().join(" ")
    };
    assert_eq!(codes(&mut places.children("")), "90 91");
    assert_eq!(codes(&mut places.children("90")), "9001");
    assert_eq!(codes(&mut places.children("9001")), "900101 900102");
    assert_eq!(codes(&mut places.children("900101")), "90010101");
    assert_eq!(codes(&mut places.children("90010101")), "");
    assert_eq!(codes(&mut places.children("77")), "");
    assert_eq!(codes(&mut places.path("90010101")), "90 9001 900101 90010101");
    assert_eq!(codes(&mut places.path("91")), "91");
    assert_eq!(codes(&mut places.path("9001991")), "90 9001", "as far as it is known");
    assert_eq!(codes(&mut places.path("ខ")), "", "no code at all");
    assert_eq!(places.get("900102").unwrap().name.en, "South Ward");
    assert_eq!((places.len(), places.is_empty()), (8, false));
}

#[test]
fn a_point_lies_in_the_country_or_was_mistyped() {
    let catalog = catalog();
    let inside = |lat, lon| catalog.places().in_country(lat, lon);
    for (lat, lon) in [(9.9, 102.3), (14.7, 107.7), (13.1, 103.2)] {
        assert!(inside(lat, lon), "{lat} {lon}");
    }
    for (lat, lon) in [(9.89, 105.0), (14.71, 105.0), (13.0, 102.29), (13.0, 107.71), (103.2, 13.1)] {
        assert!(!inside(lat, lon), "{lat} {lon}");
    }
}

#[test]
fn roles_exclude_each_other_both_ways() {
    let catalog = catalog();
    let both = |one, other| catalog.office().may_hold_both(one, other);
    assert!(!both(Role::FrontDesk, Role::Approver));
    assert!(!both(Role::Approver, Role::FrontDesk), "whichever of the two says so");
    assert!(both(Role::FrontDesk, Role::Cashier));
    assert!(both(Role::Auditor, Role::Approver), "a role that the office does not have excludes nobody");
}

#[test]
fn sectors_and_files_are_called_what_they_are() {
    let catalog = catalog();
    let sectors: Vec<&str> = catalog.sectors().iter().map(|sector| sector.id.as_str()).collect();
    assert_eq!(sectors, ["trade"]);
    for (format, media_type) in [
        (DocumentFormat::Pdf, "application/pdf"),
        (DocumentFormat::Jpeg, "image/jpeg"),
        (DocumentFormat::Png, "image/png"),
        (DocumentFormat::Mp4, "video/mp4"),
    ] {
        assert_eq!(format.media_type(), media_type);
        assert_eq!(DocumentFormat::of_media_type(media_type), Some(format));
    }
    assert_eq!(DocumentFormat::of_media_type("text/html"), None);
}

#[test]
fn choices_have_options_and_texts_are_written_freely() {
    let catalog = catalog();
    let service = catalog.services().next().unwrap();
    let kind = |field: &str| -> &FieldKind { &service.field(field).unwrap().kind };
    let options = |field: &str| kind(field).options().map(<[_]>::len);
    assert_eq!([options("goods"), options("days"), options("area")], [Some(3), Some(3), None]);
    for field in ["name_km", "name_latin", "remarks"] {
        assert!(kind(field).is_text(), "{field}");
    }
    for field in ["phone", "email", "goods", "birth_date"] {
        assert!(!kind(field).is_text(), "{field}");
    }
}
