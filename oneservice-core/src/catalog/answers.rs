//! The answers of one filing beside their fields.

use std::collections::BTreeSet;
use std::mem;

use serde_json::{Map, Value as Json};

use super::answer::{At, Judged, Surroundings, judge};
use super::condition::{Environment, Names, Value};
use super::{Field, Service};
use crate::ids::FieldId;

/// All answers, each judged by itself. As [`Names`], those that apply.
#[derive(Debug)]
pub(super) struct Answers<'f> {
    /// In the order of the form.
    pub(super) all: Vec<Answer<'f>>,
    /// Places in `all`, sorted by the names of the fields.
    by_name: Vec<usize>,
    /// What conditions know beside the answers.
    pub(super) around: Environment,
}

/// A field and what was answered.
#[derive(Debug)]
pub(super) struct Answer<'f> {
    pub(super) field: &'f Field,
    pub(super) judged: Judged,
    /// Whether the field is asked of this filing; so it is until its condition was heard.
    pub(super) applies: bool,
    pub(super) required: bool,
}

impl<'f> Answers<'f> {
    /// Reads the answers in `form`; gives the names that `service` does not ask as well, in the form's order.
    pub(super) fn read<'a>(
        service: &'f Service,
        form: &'a Map<String, Json>,
        surroundings: Surroundings<'_>,
        around: Environment,
    ) -> (Self, Vec<&'a str>) {
        let mut given: Vec<(&Field, Option<&Json>)> = service.fields().map(|field| (field, None)).collect();
        let mut by_name = Vec::with_capacity(given.len());
        let mut unknown = Vec::new();
        for (name, answer) in form {
            match given.iter().position(|(field, _)| field.id.as_str() == name) {
                Some(at) => {
                    given[at].1 = Some(answer);
                    by_name.push(at);
                }
                None => unknown.push(name.as_str()),
            }
        }
        // The form's own keys are in order already, which leaves little to sort.
        by_name.extend((0..given.len()).filter(|&at| given[at].1.is_none()));
        by_name.sort_unstable_by_key(|&at| &given[at].0.id);
        let read = |(field, given): (&'f Field, Option<&Json>)| {
            let judged = judge(field, given, At::Field(field.id.as_str()), surroundings);
            Answer { field, judged, applies: true, required: false }
        };
        let all = given.into_iter().map(read).collect();
        (Self { all, by_name, around }, unknown)
    }

    /// The fields whose answers are `wanted`.
    pub(super) fn fields(&self, wanted: impl Fn(&Answer<'_>) -> bool) -> BTreeSet<FieldId> {
        let mut fields = Vec::with_capacity(self.all.len());
        let sorted = self.by_name.iter().filter_map(|&at| self.all.get(at));
        fields.extend(sorted.filter(|answer| wanted(answer)).map(|answer| answer.field.id.clone()));
        fields.into_iter().collect()
    }

    /// Every answer that is in order, in its normal form.
    pub(super) fn into_normal(mut self) -> Map<String, Json> {
        let mut normal = Vec::with_capacity(self.all.len());
        normal.extend(self.by_name.iter().filter_map(|&at| {
            let answer = self.all.get_mut(at)?;
            let json = mem::take(&mut answer.judged).into_normal()?;
            Some((answer.field.id.as_str().to_owned(), json))
        }));
        normal.into_iter().collect()
    }
}

impl Names for Answers<'_> {
    fn answer(&self, field: &str) -> Option<&Value> {
        let answer = self.all.iter().find(|answer| answer.field.id.as_str() == field)?;
        answer.judged.value.as_ref().filter(|_| answer.applies)
    }

    fn around(&self) -> &Environment {
        &self.around
    }
}
