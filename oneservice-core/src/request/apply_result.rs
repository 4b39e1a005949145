//! What facts make of a result that was handed over.

use super::apply::Fact;
use super::fact_result::{Expiry, Reinstatement, Replacement, Revocation, Suspension};
use super::stage::Closed;
use super::{Entry, Record, Standing};

impl Fact<Closed> for Suspension {
    type To = Closed;
    fn apply(&self, _: &Entry, record: &mut Record, from: Closed) -> Closed {
        record.standing = Standing::Suspended;
        from
    }
}

impl Fact<Closed> for Reinstatement {
    type To = Closed;
    fn apply(&self, _: &Entry, record: &mut Record, from: Closed) -> Closed {
        record.standing = Standing::Valid;
        from
    }
}

impl Fact<Closed> for Revocation {
    type To = Closed;
    fn apply(&self, _: &Entry, record: &mut Record, from: Closed) -> Closed {
        record.standing = Standing::Revoked;
        from
    }
}

impl Fact<Closed> for Replacement {
    type To = Closed;
    fn apply(&self, _: &Entry, record: &mut Record, from: Closed) -> Closed {
        record.standing = Standing::Replaced;
        record.replaced = Some(self.clone());
        from
    }
}

impl Fact<Closed> for Expiry {
    type To = Closed;
    fn apply(&self, _: &Entry, record: &mut Record, from: Closed) -> Closed {
        record.expired = true;
        from
    }
}
