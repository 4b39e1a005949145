-- OneService, first schema. Times are milliseconds since 1970 (UTC), ids and codes text, hashes and contents blobs.
-- Each `seal` is a checksum over the other columns of its row, each `place_seal` one over its place in the log: a row that was
-- changed by hand is found and named.

-- Where each office's log ends.
CREATE TABLE oneservice_head (
    office_id TEXT NOT NULL PRIMARY KEY,
    size INTEGER NOT NULL,
    last_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- What happened, in the order of the office's log. `envelope` is public, `payload` private; their exact bytes are hashed.
CREATE TABLE oneservice_event (
    office_id TEXT NOT NULL,
    log_index INTEGER NOT NULL,
    request_id TEXT NOT NULL,
    version INTEGER NOT NULL,
    envelope BLOB NOT NULL,
    salt BLOB NOT NULL,
    payload BLOB NOT NULL,
    leaf BLOB NOT NULL,
    commitment BLOB NOT NULL,
    place_seal INTEGER NOT NULL,
    PRIMARY KEY (office_id, log_index),
    UNIQUE (office_id, request_id, version)
) STRICT;

-- One row for each request: what listings show, and by what it is found. The *_position columns give the order of listings,
-- smaller first; NULL means: not listed there.
CREATE TABLE oneservice_request (
    office_id TEXT NOT NULL,
    request_id TEXT NOT NULL,
    version INTEGER NOT NULL,
    tracking_code TEXT NOT NULL,
    stage TEXT NOT NULL,
    service_id TEXT NOT NULL,
    service_version TEXT NOT NULL,
    sector_id TEXT NOT NULL,
    applicant_name TEXT NOT NULL,
    queues TEXT NOT NULL,
    tokens TEXT NOT NULL,
    submitted_at INTEGER NOT NULL,
    due_on TEXT,
    wake_at INTEGER,
    access_hash BLOB NOT NULL,
    phone_hash BLOB,
    newest_position INTEGER NOT NULL,
    open_position INTEGER,
    waking_position INTEGER,
    seal BLOB NOT NULL,
    PRIMARY KEY (office_id, request_id),
    UNIQUE (office_id, tracking_code)
) STRICT;
CREATE INDEX oneservice_request_newest ON oneservice_request (office_id, newest_position, request_id);
CREATE INDEX oneservice_request_open ON oneservice_request (office_id, open_position, request_id);
CREATE INDEX oneservice_request_stage ON oneservice_request (office_id, stage, newest_position, request_id);
CREATE INDEX oneservice_request_service ON oneservice_request (office_id, service_id, newest_position, request_id);
CREATE INDEX oneservice_request_phone ON oneservice_request (office_id, phone_hash, newest_position, request_id);
CREATE INDEX oneservice_request_access ON oneservice_request (office_id, access_hash, request_id);
CREATE INDEX oneservice_request_waking ON oneservice_request (office_id, waking_position, request_id);

-- Who must act on a request now.
CREATE TABLE oneservice_request_queue (
    office_id TEXT NOT NULL,
    queue TEXT NOT NULL,
    position INTEGER NOT NULL,
    request_id TEXT NOT NULL,
    PRIMARY KEY (office_id, queue, position, request_id)
) STRICT, WITHOUT ROWID;

-- Words that find a request.
CREATE TABLE oneservice_request_token (
    office_id TEXT NOT NULL,
    token TEXT NOT NULL,
    position INTEGER NOT NULL,
    request_id TEXT NOT NULL,
    PRIMARY KEY (office_id, token, position, request_id)
) STRICT, WITHOUT ROWID;

-- Every commit, so that an answer that was lost can be given again.
CREATE TABLE oneservice_commit (
    office_id TEXT NOT NULL,
    commit_id TEXT NOT NULL,
    request_id TEXT NOT NULL,
    version INTEGER NOT NULL,
    first_index INTEGER NOT NULL,
    recorded_at INTEGER NOT NULL,
    place_seal INTEGER NOT NULL,
    PRIMARY KEY (office_id, commit_id)
) STRICT, WITHOUT ROWID;

-- Keys of senders, so that sending twice makes one request.
CREATE TABLE oneservice_idempotency_key (
    office_id TEXT NOT NULL,
    key TEXT NOT NULL,
    fingerprint BLOB NOT NULL,
    commit_id TEXT NOT NULL,
    PRIMARY KEY (office_id, key)
) STRICT, WITHOUT ROWID;

-- The last number taken from each register.
CREATE TABLE oneservice_counter (
    office_id TEXT NOT NULL,
    name TEXT NOT NULL,
    value INTEGER NOT NULL,
    PRIMARY KEY (office_id, name)
) STRICT, WITHOUT ROWID;

-- What people have filled in and not yet sent.
CREATE TABLE oneservice_draft (
    office_id TEXT NOT NULL,
    draft_key BLOB NOT NULL,
    version INTEGER NOT NULL,
    saved_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    body BLOB NOT NULL,
    seal BLOB NOT NULL,
    PRIMARY KEY (office_id, draft_key)
) STRICT;
CREATE INDEX oneservice_draft_expiry ON oneservice_draft (office_id, expires_at, draft_key);
