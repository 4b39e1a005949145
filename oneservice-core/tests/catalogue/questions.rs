//! A question whose keys do not fit its kind: the key is named, on its line, and what is wrong with it.

use std::collections::BTreeMap;

use oneservice_core::catalog::{Catalog, Field};
use oneservice_core::testing::sample;

const STALL: &str = "services/trade/market-stall.toml";
/// Before this, the question is put in.
const NEXT: &str = "[[sections]]\nid = \"renewal\"";
const OPTIONS: &str = "options = [{ value = \"a\", label = { km = \"ក\", en = \"A\" } }, { value = \"b\", label = { km = \"ខ\", en = \"B\" } }]";
const COLUMN: &str = "{ id = \"c\", type = \"phone\", label = { km = \"ក\", en = \"A\" }, required = false }";

/// What is said of a question with these keys: the line counted from its first key, the key, and the message.
fn said(keys: &str) -> Vec<String> {
    let mut files = sample::files();
    let text = files.get_mut(STALL).unwrap();
    let at = text.find(NEXT).unwrap();
    let begin = "[[sections.fields]]\nid = \"extra\"\nlabel = { km = \"ក\", en = \"A\" }\nrequired = false\n";
    text.insert_str(at, &format!("{begin}{keys}\n\n"));
    let first = text[..at].matches('\n').count() as i64 + 5;
    let mistakes = Catalog::parse(&files).err().map(|error| error.mistakes).unwrap_or_default();
    let said = mistakes.into_iter().map(|m| {
        assert_eq!((m.file.as_str(), m.code.to_string().as_str()), (STALL, "field"), "{m}");
        let key = m.field.strip_prefix("sections.stall.fields.extra.").unwrap_or(&m.field).to_owned();
        format!("{} {key}: {}", i64::from(m.line) - first, m.message)
    });
    said.collect()
}

fn is_said(keys: &str, line: i64, key: &str, message: &str) {
    assert_eq!(said(keys), [format!("{line} {key}: {message}")], "{keys}");
}

#[test]
fn every_kind_of_question_can_be_put() {
    for keys in [
        "type = \"text\"\nmax_length = 9\nmin_length = 9\nmultiline = true\npattern = \"[a-z]+\"".to_owned(),
        "type = \"khmer-text\"\nmax_length = 9\nmultiline = true".to_owned(),
        "type = \"latin-text\"\nmax_length = 1\npattern = \"[A-Z]\"".to_owned(),
        "type = \"integer\"\nmin = -3\nmax = -3".to_owned(),
        "type = \"decimal\"\nmin = 0.5\nmax = 0.5\ndecimals = 9\nunit = { km = \"ម\", en = \"m\" }"
            .to_owned(),
        "type = \"money\"\nmin = 0\nmax = 1\ncurrency = \"KHR\"".to_owned(),
        "type = \"date\"".to_owned(),
        "type = \"date\"\nnot_before = \"submission\"\nnot_after = \"submission+99999d\"".to_owned(),
        "type = \"date\"\nnot_before = \"submission-200y\"\nnot_after = \"submission+200y\"".to_owned(),
        "type = \"phone\"".to_owned(),
        "type = \"email\"".to_owned(),
        "type = \"national-id\"".to_owned(),
        format!("type = \"choice\"\n{OPTIONS}"),
        format!("type = \"multi-choice\"\nmin_items = 2\nmax_items = 2\n{OPTIONS}"),
        "type = \"boolean\"".to_owned(),
        "type = \"address\"\nlevel = \"village\"\nprovince = \"90\"".to_owned(),
        "type = \"geo-point\"\nprovince = \"90\"".to_owned(),
        format!("type = \"table\"\nmin_rows = 1\nmax_rows = 1\ncolumns = [{COLUMN}]"),
        "type = \"file\"".to_owned(),
    ] {
        assert_eq!(said(&keys), [""; 0], "{keys}");
    }
}

#[test]
fn what_a_kind_needs_is_asked_for() {
    for (kind, more, key) in [
        ("text", "", "max_length"),
        ("khmer-text", "", "max_length"),
        ("latin-text", "", "max_length"),
        ("integer", "max = 1", "min"),
        ("integer", "min = 1", "max"),
        ("decimal", "min = 1\nmax = 2", "decimals"),
        ("decimal", "max = 2\ndecimals = 1", "min"),
        ("money", "min = 1\nmax = 2", "currency"),
        ("choice", "", "options"),
        ("multi-choice", "", "options"),
        ("address", "", "level"),
        ("table", "max_rows = 1", "columns"),
    ] {
        let keys = format!("type = \"{kind}\"\n{more}");
        // On the question's own line, since the key has none.
        is_said(&keys, -4, key, &format!("a field of this kind needs {key}"));
    }
    is_said(
        &format!("type = \"table\"\ncolumns = [{COLUMN}]"),
        -4,
        "max_rows",
        "a field of this kind needs max_rows",
    );
}

#[test]
fn what_a_kind_has_no_use_for_is_named() {
    for keys in [
        "min = 1",
        "max = 1",
        "min_length = 1",
        "max_length = 1",
        "pattern = \"a\"",
        "decimals = 1",
        "currency = \"KHR\"",
        "unit = { km = \"ម\", en = \"m\" }",
        "not_before = \"2026-01-01\"",
        "not_after = \"2026-01-01\"",
        "multiline = true",
        "level = \"village\"",
        "province = \"90\"",
        OPTIONS,
        "min_items = 1",
        "max_items = 1",
        "min_rows = 1",
        "max_rows = 1",
        &format!("columns = [{COLUMN}]"),
    ] {
        let key = keys.split(' ').next().unwrap();
        is_said(
            &format!("type = \"phone\"\n{keys}"),
            1,
            key,
            &format!("{key} is not for this kind of field"),
        );
    }
    is_said(
        "type = \"khmer-text\"\nmax_length = 9\npattern = \"a\"",
        2,
        "pattern",
        "pattern is not for this kind of field",
    );
    is_said(
        "type = \"latin-text\"\nmax_length = 9\nmultiline = true",
        2,
        "multiline",
        "multiline is not for this kind of field",
    );
}

#[test]
fn what_no_answer_could_keep_is_named() {
    let text = |more: &str| format!("type = \"text\"\n{more}");
    is_said(&text("max_length = 0"), 1, "max_length", "max_length: must be at least 1");
    is_said(
        &text("max_length = 3\nmin_length = 4"),
        2,
        "min_length",
        "min_length: is greater than max_length",
    );
    let number = |more: &str| format!("type = \"integer\"\n{more}");
    is_said(&number("min = 2\nmax = 1"), 1, "min", "min: is greater than max");
    is_said(&number("min = 1.5\nmax = 3"), 1, "min", "min: is not a whole number");
    is_said(&number("min = 1\nmax = 3.5"), 2, "max", "max: is not a whole number");
    is_said("type = \"decimal\"\nmin = 1\nmax = 2\ndecimals = 10", 3, "decimals", "decimals: is more than 9");
    let choice = "type = \"multi-choice\"";
    is_said(
        &format!("{choice}\nmin_items = 2\nmax_items = 1\n{OPTIONS}"),
        1,
        "min_items",
        "min_items: is greater than max_items",
    );
    is_said(
        &format!("{choice}\nmin_items = 3\n{OPTIONS}"),
        1,
        "min_items",
        "min_items: is more than there are options",
    );
    is_said(&format!("{choice}\nmax_items = 0\n{OPTIONS}"), 1, "max_items", "max_items: must be at least 1");
    let one = "type = \"choice\"\noptions = [{ value = \"a\", label = { km = \"ក\", en = \"A\" } }]";
    is_said(one, 1, "options", "options: there are fewer than two");
    let twice = format!("type = \"choice\"\n{}", OPTIONS.replace("\"b\"", "\"a\""));
    is_said(&twice, 1, "options", "options: 'a' stands there twice");
    let table = |more: &str| format!("type = \"table\"\n{more}");
    is_said(&table("max_rows = 1\ncolumns = []"), 2, "columns", "columns: there are none");
    is_said(
        &table(&format!("max_rows = 0\ncolumns = [{COLUMN}]")),
        1,
        "max_rows",
        "max_rows: must be at least 1",
    );
    is_said(
        &table(&format!("max_rows = 1\nmin_rows = 2\ncolumns = [{COLUMN}]")),
        2,
        "min_rows",
        "min_rows: is greater than max_rows",
    );
    is_said(
        &table(&format!("max_rows = 1\ncolumns = [{COLUMN}, {COLUMN}]")),
        2,
        "columns",
        "columns: 'c' stands there twice",
    );
    let nested = COLUMN.replace("\"phone\"", "\"table\"");
    // The format has no columns of a column; a program that makes a question is told the same.
    let keys = table(&format!("max_rows = 1\ncolumns = [{nested}]"));
    is_said(&keys, 2, "columns.c.columns", "a field of this kind needs columns");
    let inner =
        nested.replace("required = false", &format!("required = false, max_rows = 1, columns = [{COLUMN}]"));
    let outer = COLUMN.replace("\"phone\"", "\"table\"");
    let outer =
        outer.replace("required = false", &format!("required = false, max_rows = 1, columns = [{inner}]"));
    let made = toml::from_str::<BTreeMap<String, Field>>(&format!("field = {outer}"));
    assert!(made.unwrap_err().to_string().contains("columns: a table within a table"));
}

#[test]
fn a_day_that_is_meant_by_the_submission_is_written_in_one_way() {
    for bound in [
        "eighteen",
        "2026-13-01",
        "submission18y",
        "submission-y",
        "submission-18",
        "submission-18m",
        "submission--1d",
        "submission-201y",
        "submission-123456d",
        "submission-១d",
        "Submission",
    ] {
        is_said(
            &format!("type = \"date\"\nnot_after = \"{bound}\""),
            1,
            "not_after",
            "not_after: is not a day, 'submission', or 'submission-18y' or the like",
        );
    }
    for (from, until) in [
        ("2026-02-01", "2026-01-31"),
        ("submission-1d", "submission-2d"),
        ("submission", "submission-1d"),
        ("submission+1y", "submission-1y"),
    ] {
        is_said(
            &format!("type = \"date\"\nnot_before = \"{from}\"\nnot_after = \"{until}\""),
            1,
            "not_before",
            "not_before: is after not_after",
        );
    }
    // Which of the two comes first depends on the day.
    assert_eq!(said("type = \"date\"\nnot_before = \"submission-1d\"\nnot_after = \"2026-01-01\""), [""; 0]);
}

#[test]
fn a_column_has_no_conditions_and_takes_nothing_from_a_former_result() {
    let with = |more: &str| {
        let column = COLUMN.replace("required = false", &format!("required = false, {more}"));
        format!("type = \"table\"\nmax_rows = 1\ncolumns = [{column}]")
    };
    is_said(&with("visible_when = 'true'"), 2, "columns.c", "a column of a table has no conditions");
    is_said(&with("required_when = 'true'"), 2, "columns.c", "a column of a table has no conditions");
}
