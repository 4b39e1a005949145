//! Files within the form, such as the photo of each object: the answer is the id of a file, the file lies beside the papers.
//!
//! The rule owned here: **a file and the answer that names it go together.** An answer without its file is missing, and a file that no
//! answer names was not asked for.

use std::collections::BTreeSet;

use serde_json::{Map, Value as Json};

use super::{DocumentRequirement, Field, FieldKind, Service};

/// Where a file belongs in a form: a question, or row and column of a table.
#[derive(Debug, Clone, Copy)]
pub struct FilePlace<'s> {
    /// The question of the form: the file's own, or its table.
    pub field: &'s Field,
    /// The row, from 0, and the column.
    pub cell: Option<(usize, &'s Field)>,
    /// The paper that the file is given for.
    pub paper: &'s DocumentRequirement,
}

impl Field {
    /// The papers of the files that it asks for: its own, or those of its columns.
    pub fn files(&self) -> impl Iterator<Item = &DocumentRequirement> {
        let columns =
            if let FieldKind::Table { columns, .. } = &self.kind { columns.as_slice() } else { &[] };
        std::iter::once(self).chain(columns).filter_map(Field::paper)
    }

    /// The paper of the file that it asks for itself.
    pub fn paper(&self) -> Option<&DocumentRequirement> {
        if let FieldKind::File(paper) = &self.kind { Some(paper) } else { None }
    }
}

impl Service {
    /// The papers of [files within the form](FieldKind::File), each with the question of the form that it belongs to.
    pub fn files(&self) -> impl Iterator<Item = (&Field, &DocumentRequirement)> {
        self.fields().flat_map(|field| field.files().map(move |paper| (field, paper)))
    }

    /// The question that a paper belongs to, if it is one of a file within the form.
    pub fn field_of_file(&self, paper: &str) -> Option<&Field> {
        self.files().find(|(_, asked)| asked.id.as_str() == paper).map(|(field, _)| field)
    }

    /// Where `place` is, written as in the paths of problems: `photo`, or `objects.0.photo` with the row from 0. None if the form asks
    /// for no file there.
    pub fn file_place(&self, place: &str) -> Option<FilePlace<'_>> {
        let mut parts = place.split('.');
        let field = self.field(parts.next()?)?;
        let cell = match (&field.kind, parts.next(), parts.next()) {
            (FieldKind::Table { columns, max_rows, .. }, Some(row), Some(column)) => {
                let row: u32 = row.parse().ok().filter(|row| row < max_rows)?;
                Some((row as usize, columns.iter().find(|asked| asked.id.as_str() == column)?))
            }
            (_, None, None) => None,
            _ => return None,
        };
        let paper = cell.map_or(field, |(_, column)| column).paper()?;
        parts.next().is_none().then_some(FilePlace { field, cell, paper })
    }

    /// Has every answer in `form` that names a file name the one that `to` gives for it, or none: then a row that says nothing else goes.
    pub fn rename_files(
        &self,
        form: &mut Map<String, Json>,
        mut to: impl FnMut(&DocumentRequirement, &str) -> Option<String>,
    ) {
        // Whether the answer was a name and is none any more.
        let mut rename = |asked: &Field, answers: &mut Map<String, Json>| {
            let id = asked.id.as_str();
            let Some((paper, Json::String(name))) = asked.paper().zip(answers.get_mut(id)) else {
                return false;
            };
            match to(paper, name) {
                Some(new) => *name = new,
                None => drop(answers.remove(id)),
            }
            !answers.contains_key(id)
        };
        for field in self.fields() {
            rename(field, form);
            let (id, FieldKind::Table { columns, .. }) = (field.id.as_str(), &field.kind) else { continue };
            let Some(Json::Array(rows)) = form.get_mut(id) else { continue };
            let before = rows.len();
            rows.retain_mut(|row| {
                let Json::Object(cells) = row else { return true };
                let taken = columns.iter().filter(|column| rename(column, cells)).count();
                taken == 0 || !cells.is_empty()
            });
            if before > 0 && rows.is_empty() {
                form.remove(id);
            }
        }
    }

    /// The files that the answers in `form` name: paper and id.
    pub fn files_named<'a>(&'a self, form: &'a Map<String, Json>) -> BTreeSet<(&'a str, &'a str)> {
        let mut named = BTreeSet::new();
        for field in self.fields().filter(|field| field.files().next().is_some()) {
            let answer = form.get(field.id.as_str());
            let mut name = |paper: &'a DocumentRequirement, id: Option<&'a Json>| {
                named.extend(id.and_then(Json::as_str).map(|id| (paper.id.as_str(), id)));
            };
            match (&field.kind, answer) {
                (FieldKind::File(paper), answer) => name(paper, answer),
                (FieldKind::Table { columns, .. }, Some(Json::Array(rows))) => {
                    for column in columns {
                        let Some(paper) = column.paper() else { continue };
                        rows.iter().for_each(|row| name(paper, row.get(column.id.as_str())));
                    }
                }
                _ => {}
            }
        }
        named
    }
}

impl FilePlace<'_> {
    /// The file that `answer`, the question's, names here.
    pub fn named<'a>(&self, answer: &'a Json) -> Option<&'a str> {
        match self.cell {
            Some((row, column)) => answer.get(row)?.get(column.id.as_str())?.as_str(),
            None => answer.as_str(),
        }
    }

    /// Has `answer`, the question's, name the file `id` here, or none. No, if it is a table without that many rows before it.
    pub fn put(&self, answer: &mut Json, id: Option<&str>) -> bool {
        let named = || id.map(|id| Json::String(id.to_owned()));
        let Some((row, column)) = self.cell else {
            *answer = named().unwrap_or_default();
            return true;
        };
        if !answer.is_array() {
            *answer = Json::Array(Vec::new());
        }
        let Json::Array(rows) = answer else { return false };
        if row == rows.len() {
            rows.push(Json::Object(Map::new()));
        }
        let Some(Json::Object(cells)) = rows.get_mut(row) else { return false };
        match named() {
            Some(id) => drop(cells.insert(column.id.to_string(), id)),
            None => drop(cells.remove(column.id.as_str())),
        }
        // A row that says nothing else goes.
        if cells.is_empty() {
            rows.remove(row);
        }
        true
    }
}
