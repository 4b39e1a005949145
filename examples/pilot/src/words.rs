//! Words: every text of the pilot in Khmer and English, by key, with `{placeholders}`.
//!
//! The files are `locales/km.toml` and `locales/en.toml`, compiled in. Khmer that no native reader has approved is
//! listed in `locales/native-check.txt`.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use oneservice_core::text::Lang;

static KM: LazyLock<BTreeMap<String, String>> = LazyLock::new(|| read(include_str!("../locales/km.toml")));
static EN: LazyLock<BTreeMap<String, String>> = LazyLock::new(|| read(include_str!("../locales/en.toml")));

fn read(text: &str) -> BTreeMap<String, String> {
    // The files are compiled in; a test reads them, so a mistake does not reach anybody.
    toml::from_str(text).unwrap_or_default()
}

/// All words of a language.
pub fn all(lang: Lang) -> &'static BTreeMap<String, String> {
    match lang {
        Lang::Km => &KM,
        Lang::En => &EN,
    }
}

/// The words of `key`, its placeholders filled in. A key that is not there is shown itself, so that it is seen.
pub fn get(lang: Lang, key: &str, params: &[(&str, &str)]) -> String {
    let Some(text) = all(lang).get(key).or_else(|| EN.get(key)) else { return key.to_owned() };
    let mut text = text.clone();
    for (name, value) in params {
        text = text.replace(&format!("{{{name}}}"), value);
    }
    text
}

/// Whether there are words for `key`.
pub fn has(key: &str) -> bool {
    EN.contains_key(key)
}

/// The names in braces.
pub fn placeholders(text: &str) -> Vec<&str> {
    text.split('{').skip(1).filter_map(|part| part.split_once('}').map(|(name, _)| name)).collect()
}
