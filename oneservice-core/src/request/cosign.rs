//! The co-signature: where a service wants one, review waits for it as it waits for a fee.

use super::{
    Actor, AnyRequest, Context, Cosignature, Denial, FactName, Record, Request, Ruled, Signature, Submitted,
    is_blank, too_long,
};

impl Record {
    /// Whether review waits for the co-signature.
    pub fn waits_for_cosigner(&self) -> bool {
        self.cosigned_first && self.cosignature.is_none()
    }

    /// Whether something that must come before review is not there yet.
    pub fn waits_before_review(&self) -> bool {
        self.waits_for_fee() || self.waits_for_cosigner()
    }
}

impl AnyRequest {
    /// Whether the co-signature is missing and can still be given.
    pub fn can_be_cosigned(&self) -> bool {
        self.record().waits_for_cosigner() && self.stage().allows(FactName::Cosignature)
    }
}

impl Request<Submitted> {
    /// Takes the signature of the person whom the service wants to sign besides the applicant. It stands under what the applicant signed.
    ///
    /// # Errors
    /// [`Denial::NoCosigner`] where the service wants none, [`Denial::AlreadyRecorded`], [`Denial::SignatureMissing`] without a name or in a
    /// way that the service does not accept, [`Denial::WordsMissing`] without an identity paper, [`Denial::WordsTooLong`],
    /// [`Denial::NotYourRole`].
    pub fn cosign(
        self,
        by: &Actor,
        context: &Context<'_>,
        identity: String,
        signature: Signature,
    ) -> Ruled<Cosignature, Submitted> {
        let mut denials = Vec::new();
        if !self.record.cosigned_first {
            denials.push(Denial::NoCosigner);
        } else if self.record.cosignature.is_some() {
            denials.push(Denial::AlreadyRecorded);
        }
        if is_blank(&signature.signer) || !self.service.signature.kinds.contains(&signature.method.kind()) {
            denials.push(Denial::SignatureMissing);
        }
        if is_blank(&identity) {
            denials.push(Denial::WordsMissing { field: "identity" });
        }
        denials.extend(too_long("identity", Some(&identity)));
        denials.extend(too_long("signer", Some(&signature.signer)));
        let content = self.record.signature.as_ref().and_then(|applicant| applicant.content);
        let signature = Signature { content, ..signature };
        self.record_fact(by, None, context, denials, |_| Cosignature { identity, signature })
    }
}
