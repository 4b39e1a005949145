//! Values as bytes. What could be read back wrong without anybody noticing carries a checksum.

use oneservice_core::calendar::Moment;
use oneservice_core::ids::{CommitId, Digest32, OfficeId, RequestId};
use oneservice_core::store::{Draft, EventBody, Placed, StoreError, StoredEvent, Summary};

use crate::error::corrupt;

/// Bytes of a checksum: enough against chance, which is all it is for.
const CHECK: usize = 8;

/// Bytes of a request's id and a version: where an event belongs.
const PLACE: usize = 24;

fn sealed(bytes: &[u8]) -> Vec<u8> {
    let digest = Digest32::sha256(&[bytes]);
    [&digest.as_bytes()[..CHECK], bytes].concat()
}

fn unsealed<'a>(office: &OfficeId, what: &str, stored: &'a [u8]) -> Result<&'a [u8], StoreError> {
    let damaged = || corrupt(Some(office), None, format!("{what} does not match its checksum"));
    let (check, bytes) = stored.split_at_checked(CHECK).ok_or_else(damaged)?;
    let digest = Digest32::sha256(&[bytes]);
    if digest.as_bytes()[..CHECK] == *check { Ok(bytes) } else { Err(damaged()) }
}

/// Takes a number of bytes off the front.
fn take<const N: usize>(bytes: &mut &[u8]) -> Option<[u8; N]> {
    let (first, rest) = bytes.split_first_chunk::<N>()?;
    *bytes = rest;
    Some(*first)
}

pub(crate) fn event(request: RequestId, version: u64, body: &EventBody) -> Vec<u8> {
    let length = u32::try_from(body.envelope.len()).unwrap_or(u32::MAX);
    // The checksum covers the place only: the body has hashes of its own.
    let place = [request.as_bytes().as_slice(), &version.to_be_bytes()].concat();
    [
        sealed(&place).as_slice(),
        &body.salt,
        body.leaf.as_bytes(),
        body.commitment.as_bytes(),
        &length.to_be_bytes(),
        &body.envelope,
        &body.payload,
    ]
    .concat()
}

pub(crate) fn read_event(office: &OfficeId, index: u64, stored: &[u8]) -> Result<StoredEvent, StoreError> {
    let damaged = |what: &str| corrupt(Some(office), Some(index), what.to_owned());
    let cut_off = || damaged("the event is cut off");
    let (place, body) = stored.split_at_checked(CHECK + PLACE).ok_or_else(cut_off)?;
    let place = unsealed(office, "the place of an event", place)?;
    let parts = |mut place: &[u8], mut body: &[u8]| {
        let request = RequestId::from_bytes(take(&mut place)?).ok()?;
        let version = u64::from_be_bytes(take(&mut place)?);
        let (salt, leaf, commitment) = (take(&mut body)?, take(&mut body)?, take(&mut body)?);
        let length = u32::from_be_bytes(take(&mut body)?) as usize;
        let (envelope, payload) = body.split_at_checked(length)?;
        Some(StoredEvent {
            office: office.clone(),
            index,
            request,
            version,
            body: EventBody {
                envelope: envelope.to_vec(),
                salt,
                payload: payload.to_vec(),
                leaf: Digest32::from_bytes(leaf),
                commitment: Digest32::from_bytes(commitment),
            },
        })
    };
    let event = parts(place, body).ok_or_else(cut_off)?;
    event.body.check().map_err(|damage| damaged(&damage.to_string()))?;
    Ok(event)
}

pub(crate) fn summary(summary: &Summary) -> Result<Vec<u8>, StoreError> {
    let text = serde_json::to_vec(summary);
    Ok(sealed(&text.map_err(|error| corrupt(None, None, error.to_string()))?))
}

pub(crate) fn read_summary(office: &OfficeId, stored: &[u8]) -> Result<Summary, StoreError> {
    let text = unsealed(office, "a summary", stored)?;
    serde_json::from_slice(text).map_err(|error| corrupt(Some(office), None, error.to_string()))
}

pub(crate) fn placed(placed: &Placed) -> Vec<u8> {
    let bytes = [
        placed.commit.as_bytes().as_slice(),
        placed.request.as_bytes(),
        &placed.version.to_be_bytes(),
        &placed.first_index.to_be_bytes(),
        &placed.at.millis().to_be_bytes(),
    ];
    sealed(&bytes.concat())
}

pub(crate) fn read_placed(office: &OfficeId, stored: &[u8]) -> Result<Placed, StoreError> {
    let mut bytes = unsealed(office, "a commit", stored)?;
    let parts = |bytes: &mut &[u8]| {
        Some(Placed {
            commit: CommitId::from_bytes(take(bytes)?).ok()?,
            request: RequestId::from_bytes(take(bytes)?).ok()?,
            version: u64::from_be_bytes(take(bytes)?),
            first_index: u64::from_be_bytes(take(bytes)?),
            at: Moment::from_millis(i64::from_be_bytes(take(bytes)?)),
        })
    };
    parts(&mut bytes).ok_or_else(|| corrupt(Some(office), None, "a commit is cut off".to_owned()))
}

pub(crate) fn draft(draft: &Draft) -> Vec<u8> {
    let bytes: [&[u8]; 4] = [
        &draft.version.to_be_bytes(),
        &draft.saved_at.millis().to_be_bytes(),
        &draft.expires_at.millis().to_be_bytes(),
        &draft.body,
    ];
    sealed(&bytes.concat())
}

pub(crate) fn read_draft(office: &OfficeId, key: Digest32, stored: &[u8]) -> Result<Draft, StoreError> {
    let mut bytes = unsealed(office, "a draft", stored)?;
    let parts = |bytes: &mut &[u8]| {
        let version = u64::from_be_bytes(take(bytes)?);
        let saved_at = Moment::from_millis(i64::from_be_bytes(take(bytes)?));
        let expires_at = Moment::from_millis(i64::from_be_bytes(take(bytes)?));
        Some(Draft { key, version, saved_at, expires_at, body: bytes.to_vec() })
    };
    parts(&mut bytes).ok_or_else(|| corrupt(Some(office), None, "a draft is cut off".to_owned()))
}
