//! The office's secret: what turns phone numbers and links into keys of the store that say nothing by themselves.

use std::fmt;

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use crate::catalog::Purpose;
use crate::ids::{AccessKey, Digest32, RequestId};

/// 32 bytes that only this office knows. Losing them makes links and phone look-ups useless; the requests stay.
#[derive(Clone)]
pub struct Secret([u8; 32]);

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

impl Secret {
    /// The office's secret.
    pub fn new(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The key under which a link is filed.
    pub fn access(&self, key: &AccessKey) -> Digest32 {
        self.keyed(b"access", key.as_bytes())
    }

    /// The key under which a phone number, in E.164, is filed.
    pub fn phone(&self, phone: &str) -> Digest32 {
        self.keyed(b"phone", phone.as_bytes())
    }

    /// The link of a program's own idempotency key: the same key leads to the same draft and request again.
    pub fn link_for(&self, idempotency_key: &str) -> AccessKey {
        self.link(b"link", idempotency_key.as_bytes())
    }

    /// The link of the `nth` request for `purpose` that follows a request's result: who asks again finds the draft that was begun.
    pub(super) fn successor_link(&self, former: RequestId, purpose: Purpose, nth: u64) -> AccessKey {
        self.link(purpose.as_str().as_bytes(), format!("{former}:{nth}").as_bytes())
    }

    /// The link of the co-signer of a request.
    pub(super) fn cosigner_link(&self, id: RequestId) -> AccessKey {
        self.link(b"cosigner", id.as_bytes())
    }

    /// The key of the `nth` correction of a request that officers enter at the counter: whoever goes on with it finds what was begun.
    pub(super) fn counter_link(&self, id: RequestId, nth: u64) -> AccessKey {
        self.link(b"counter", format!("{id}:{nth}").as_bytes())
    }

    fn link(&self, purpose: &[u8], value: &[u8]) -> AccessKey {
        let digest = self.keyed(purpose, value);
        let mut bytes = [0; 16];
        for (byte, hashed) in bytes.iter_mut().zip(digest.as_bytes()) {
            *byte = *hashed;
        }
        AccessKey::new(bytes)
    }

    /// A keyed hash for a purpose of the caller's own, such as form tokens.
    pub fn keyed(&self, purpose: &[u8], value: &[u8]) -> Digest32 {
        // HMAC fills a short key with zeros up to its block (RFC 2104 §2).
        let mut block = [0; 64];
        block[..32].copy_from_slice(&self.0);
        let mut mac = <Hmac<Sha256> as KeyInit>::new(&block.into());
        mac.update(purpose);
        mac.update(&[0]);
        mac.update(value);
        Digest32::from_bytes(mac.finalize().into_bytes().into())
    }
}
