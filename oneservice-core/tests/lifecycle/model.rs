//! Draws what is tried on the clerk's sheet.

use oneservice_core::testing::clerk::{Fee, Sheet, Try, tries::KINDS};
use proptest::prelude::*;
use proptest::strategy::BoxedStrategy;
use proptest_state_machine::ReferenceStateMachine;

#[derive(Debug)]
pub(crate) struct Clerk;

impl ReferenceStateMachine for Clerk {
    type State = Sheet;
    type Transition = Try;

    fn init_state() -> BoxedStrategy<Sheet> {
        let fee = prop_oneof![Just(Fee::Before), Just(Fee::After), Just(Fee::Free)];
        let begin = jiff::civil::date(2026, 3, 31);
        (fee, any::<bool>(), any::<bool>(), any::<bool>(), any::<bool>())
            .prop_map(move |(fee, health, grants, panel, counter)| {
                Sheet::new(fee, health, grants, panel, begin).written_at_the_counter(counter)
            })
            .boxed()
    }

    fn transitions(sheet: &Sheet) -> BoxedStrategy<Try> {
        let sheet = sheet.clone();
        (0..KINDS, any::<u16>()).prop_map(move |(kind, pick)| sheet.draw(kind, usize::from(pick))).boxed()
    }

    fn apply(mut sheet: Sheet, attempt: &Try) -> Sheet {
        if sheet.allows(*attempt) {
            sheet.note(*attempt);
            sheet.allowed += 1;
        }
        sheet
    }
}
