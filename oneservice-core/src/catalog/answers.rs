//! The answers of one filing beside their fields.

use serde_json::{Map, Value as Json};

use super::answer::{At, Surroundings, judge};
use super::condition::{Environment, Names, Value};
use super::judged::Judged;
use super::{Field, Service};

/// All answers, each judged by itself. As [`Names`], those that apply.
#[derive(Debug)]
pub(super) struct Answers<'a> {
    form: &'a Map<String, Json>,
    /// One for each of `form`, in its order; those to no question of the service are as good as missing.
    judged: Vec<Judged>,
    /// In the order of the service's form.
    pub(super) asked: Vec<Asked<'a>>,
    /// What conditions know beside the answers.
    pub(super) around: Environment,
}

/// A field of the service, and where its answer is.
#[derive(Debug)]
pub(super) struct Asked<'a> {
    pub(super) field: &'a Field,
    /// Its place in the form that came in.
    answer: Option<usize>,
    /// Whether the field is asked of this filing; so it is until its condition was heard.
    pub(super) applies: bool,
    pub(super) required: bool,
}

impl<'a> Answers<'a> {
    /// Reads the answers in `form`; gives the names that `service` does not ask as well, in the form's order.
    pub(super) fn read(
        service: &'a Service,
        form: &'a Map<String, Json>,
        surroundings: Surroundings<'_>,
        around: Environment,
    ) -> (Self, Vec<&'a str>) {
        let unheard = |field| Asked { field, answer: None, applies: true, required: false };
        let mut asked = Vec::with_capacity(service.sections.iter().map(|section| section.fields.len()).sum());
        asked.extend(service.fields().map(unheard));
        let mut judged = Vec::with_capacity(form.len());
        let mut unknown = Vec::new();
        for (name, answer) in form {
            judged.push(match asked.iter_mut().find(|asked| asked.field.id.as_str() == name) {
                Some(asked) => {
                    asked.answer = Some(judged.len());
                    judge(asked.field, Some(answer), At::Field(name), surroundings)
                }
                None => {
                    unknown.push(name.as_str());
                    Judged::default()
                }
            });
        }
        (Self { form, judged, asked, around }, unknown)
    }

    /// What the answer to `asked` is worth, if there is one.
    pub(super) fn judged(&self, asked: &Asked<'_>) -> Option<&Judged> {
        self.judged.get(asked.answer?).filter(|judged| !judged.is_missing())
    }

    /// The fields; every answer that is in order, in its normal form; and what was given, where that is something else.
    pub(super) fn into_normal(self) -> (Vec<Asked<'a>>, Map<String, Json>, Map<String, Json>) {
        let mut normal = Vec::with_capacity(self.judged.len());
        let mut typed = Map::new();
        for ((name, given), judged) in self.form.iter().zip(self.judged) {
            let json = judged.into_normal();
            if json.as_ref() != Some(given) {
                typed.insert(name.clone(), given.clone());
            }
            normal.extend(json.map(|json| (name.clone(), json)));
        }
        (self.asked, normal.into_iter().collect(), typed)
    }
}

impl Names for Answers<'_> {
    fn answer(&self, field: &str) -> Option<&Value> {
        let asked = self.asked.iter().find(|asked| asked.field.id.as_str() == field && asked.applies)?;
        self.judged(asked)?.value.as_ref()
    }

    fn around(&self) -> &Environment {
        &self.around
    }
}
