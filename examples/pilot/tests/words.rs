//! Both languages say the same things, and everything that can happen has words.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

use oneservice_core::catalog::ProblemCode;
use oneservice_core::office::DocumentError;
use oneservice_core::request::{Denial, FACTS, STAGES, Unfollowable};
use oneservice_core::text::{Lang, has_khmer};
use oneservice_pilot::words;

#[test]
fn both_languages_have_the_same_keys_and_placeholders() {
    let (km, en) = (words::all(Lang::Km), words::all(Lang::En));
    assert!(km.len() > 200, "the files are read");
    assert_eq!(km.keys().collect::<Vec<_>>(), en.keys().collect::<Vec<_>>());
    for (key, english) in en {
        let sorted = |text| {
            let mut names = words::placeholders(text);
            names.sort_unstable();
            names
        };
        assert_eq!(sorted(&km[key]), sorted(english), "{key}");
        assert!(has_khmer(&km[key]) && !has_khmer(english), "{key}");
    }
}

#[test]
fn everything_that_can_happen_has_words() {
    let mut wanted: Vec<String> = STAGES.iter().map(|stage| format!("stage-{stage}")).collect();
    wanted.extend(FACTS.iter().map(|fact| format!("fact-{fact}")));
    wanted.extend(ProblemCode::ALL.iter().map(|code| format!("problem-{code}")));
    wanted.extend(Denial::CODES.iter().map(|code| format!("denial-{code}")));
    wanted.extend(DocumentError::CODES.iter().map(|code| (*code).to_owned()));
    wanted.extend(Unfollowable::CODES.iter().map(|code| (*code).to_owned()));
    let missing: Vec<&String> = wanted.iter().filter(|key| !words::has(key)).collect();
    assert!(missing.is_empty(), "no words for {missing:?}");
}

#[test]
fn what_waits_for_a_native_reader_is_listed() {
    let list = include_str!("../locales/native-check.txt");
    for key in list.lines() {
        assert!(words::has(key), "{key} is listed and does not exist");
    }
    assert!(list.lines().count() > 50);
}

#[test]
fn every_key_that_the_pages_use_has_words() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../web");
    let mut texts = Vec::new();
    let mut folders = vec![root.join("templates"), root.join("src")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                texts.push(std::fs::read_to_string(path).unwrap());
            }
        }
    }
    let mut used = 0;
    for text in &texts {
        for call in ["p.t(\"", "p.t1(\"", "words::get(lang, \""] {
            for part in text.split(call).skip(1) {
                let key = part.split('"').next().unwrap();
                used += 1;
                assert!(words::has(key), "a page uses '{key}', which has no words");
            }
        }
    }
    assert!(used > 100, "the pages are read");
}
