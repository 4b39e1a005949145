//! SQL that names its values: columns of a run of members are asked for by name and get their numbers here.
//!
//! * `@m(a, b)` is a source of rows: columns `a` and `b` of the members, as `m(a, b, member)`. So are `@e`, `@v`, `@q` and `@w` for what
//!   belongs to members.
//! * `:m.a` is one such column, as an array.
//! * `--if word`, `--if no word` and `--end`, each a line of its own, bracket what is sent only where `word` is said.

use sqlx::SqlStr;

use super::member::column;
use crate::statements::prefixed;

/// A statement, and the columns that it takes as $2, $3, …; $1 is the office.
#[derive(Debug)]
pub(super) struct Template {
    pub(super) sql: SqlStr,
    pub(super) columns: Vec<&'static str>,
}

impl Template {
    pub(super) fn new(text: &str, prefix: &str, words: &[&str]) -> Self {
        let mut columns = Vec::new();
        let mut kept = String::with_capacity(text.len());
        let mut is_sent = true;
        for line in text.lines() {
            if line == "--end" {
                is_sent = true;
            } else if let Some(word) = line.strip_prefix("--if no ") {
                is_sent = !words.contains(&word);
            } else if let Some(word) = line.strip_prefix("--if ") {
                is_sent = words.contains(&word);
            } else if is_sent {
                kept.push_str(line);
                kept.push('\n');
            }
        }
        let sql = expand(&kept, &mut columns);
        // Cloned once, so that every later clone shares the text.
        Self { sql: prefixed(&sql, prefix).clone(), columns }
    }
}

/// Gives numbers to names.
fn expand(text: &str, columns: &mut Vec<&'static str>) -> String {
    let mut sql = String::with_capacity(text.len() * 2);
    let mut rest = text;
    while let Some(at) = rest.find(['@', ':']) {
        sql.push_str(&rest[..at]);
        let is_source = rest[at..].starts_with('@');
        rest = &rest[at + 1..];
        let end = rest.find(|c: char| !c.is_ascii_lowercase() && c != '_' && c != '.');
        let (word, tail) = rest.split_at(end.unwrap_or(rest.len()));
        let list = tail.strip_prefix('(').and_then(|tail| tail.split_once(')'));
        match list {
            Some((list, tail)) if is_source => {
                let names = list.split(',').map(str::trim);
                let arrays: Vec<String> =
                    names.map(|name| array(&format!("{word}.{name}"), columns)).collect();
                let (ordinality, member) =
                    if word == "m" { (" WITH ORDINALITY", ", member") } else { ("", "") };
                sql.push_str(&format!("UNNEST({}){ordinality} AS {word}({list}{member})", arrays.join(", ")));
                rest = tail;
            }
            _ if word.contains('.') => {
                sql.push_str(&format!("({})", array(word, columns)));
                rest = tail;
            }
            // Two colons are a cast.
            _ => {
                sql.push_str("::");
                rest = rest.trim_start_matches(':');
            }
        }
    }
    sql.push_str(rest);
    sql
}

/// The placeholder of a column.
fn array(name: &str, columns: &mut Vec<&'static str>) -> String {
    let Some((name, kind)) = column(name) else {
        // The database says so; a test does before.
        return format!("no column {name}");
    };
    let known = columns.iter().position(|known| *known == name);
    let place = known.unwrap_or_else(|| {
        columns.push(name);
        columns.len() - 1
    });
    format!("${}::{kind}[]", place + 2)
}

#[cfg(test)]
mod tests {
    use super::Template;

    #[test]
    fn names_get_numbers_and_parts_go() {
        let text = "SELECT a::bigint FROM ~t\n--if old\nWHERE x = ANY (:m.key)\n--end\n--if no old\nJOIN @q(member, name) ON :m.key IS NULL, @m(key)\n--end";
        let old = Template::new(text, "o.", &["old"]);
        assert_eq!(old.sql.as_str(), "SELECT a::bigint FROM o.t\nWHERE x = ANY (($2::text[]))\n");
        assert_eq!(old.columns, ["m.key"]);
        let new = Template::new(text, "o.", &[]);
        assert_eq!(
            new.sql.as_str(),
            "SELECT a::bigint FROM o.t\nJOIN UNNEST($2::bigint[], $3::text[]) AS q(member, name) ON ($4::text[]) IS NULL, \
             UNNEST($4::text[]) WITH ORDINALITY AS m(key, member)\n"
        );
        assert_eq!(new.columns, ["q.member", "q.name", "m.key"]);
    }
}
