-- OneService, first schema. Run with its own schema as search path. Times are milliseconds since 1970 (UTC), ids and codes text,
-- hashes and contents bytes. Every key leads with the office, so that the tables can be spread over machines by office.

CREATE TABLE head (
    office_id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    size BIGINT NOT NULL,
    last_at BIGINT NOT NULL
);
COMMENT ON TABLE head IS 'Where each office''s log ends. Every commit locks and moves its office''s row: that alone gives the order.';
COMMENT ON COLUMN head.size IS 'Number of events; the index of the next.';
COMMENT ON COLUMN head.last_at IS 'When the last event was recorded; the log takes nothing earlier.';

CREATE TABLE event (
    office_id TEXT COLLATE "C" NOT NULL,
    log_index BIGINT NOT NULL,
    request_id TEXT COLLATE "C" NOT NULL,
    version BIGINT NOT NULL,
    envelope BYTEA NOT NULL,
    salt BYTEA NOT NULL,
    payload BYTEA NOT NULL,
    leaf BYTEA NOT NULL,
    commitment BYTEA NOT NULL,
    place_seal BIGINT NOT NULL,
    PRIMARY KEY (office_id, log_index),
    UNIQUE (office_id, request_id, version)
);
COMMENT ON TABLE event IS 'What happened, in the order of the office''s log. Rows are only ever added.';
COMMENT ON COLUMN event.log_index IS 'Place in the office''s log: 0, 1, 2, ... without a gap.';
COMMENT ON COLUMN event.version IS 'Place in the life of the request: 1, 2, 3, ... without a gap.';
COMMENT ON COLUMN event.envelope IS 'The public part, JSON without personal data. Bytes and not jsonb, because these very bytes are hashed.';
COMMENT ON COLUMN event.salt IS 'Keeps the payload from being guessed from its commitment.';
COMMENT ON COLUMN event.payload IS 'The private part, JSON: answers, names, reasons in words.';
COMMENT ON COLUMN event.leaf IS 'SHA-256(0x00 || envelope), RFC 6962.';
COMMENT ON COLUMN event.commitment IS 'SHA-256(salt || payload); also inside the envelope.';
COMMENT ON COLUMN event.place_seal IS 'Checksum over office, request and version, plus log_index: a row moved by hand is found.';

CREATE TABLE request (
    office_id TEXT COLLATE "C" NOT NULL,
    request_id TEXT COLLATE "C" NOT NULL,
    version BIGINT NOT NULL,
    tracking_code TEXT COLLATE "C" NOT NULL,
    stage TEXT COLLATE "C" NOT NULL,
    service_id TEXT COLLATE "C" NOT NULL,
    service_version TEXT COLLATE "C" NOT NULL,
    sector_id TEXT COLLATE "C" NOT NULL,
    applicant_name TEXT COLLATE "C" NOT NULL,
    queues TEXT COLLATE "C" NOT NULL,
    tokens TEXT COLLATE "C" NOT NULL,
    submitted_at BIGINT NOT NULL,
    due_on TEXT COLLATE "C",
    wake_at BIGINT,
    access_hash BYTEA NOT NULL,
    phone_hash BYTEA,
    newest_position BIGINT NOT NULL,
    open_position BIGINT,
    waking_position BIGINT,
    seal BYTEA NOT NULL,
    PRIMARY KEY (office_id, request_id),
    UNIQUE (office_id, tracking_code)
);
COMMENT ON TABLE request IS 'One row for each request: what listings show, and by what it is found. Made from the events.';
COMMENT ON COLUMN request.version IS 'Number of its events.';
COMMENT ON COLUMN request.service_version IS 'Hash of the version of the service under which it was submitted.';
COMMENT ON COLUMN request.queues IS 'Who must act now, JSON list of role@department; request_queue is its index.';
COMMENT ON COLUMN request.tokens IS 'Words that find it, JSON list; request_token is its index.';
COMMENT ON COLUMN request.due_on IS 'The day by which the office must have answered; NULL while its clock stands still.';
COMMENT ON COLUMN request.wake_at IS 'When it must be looked at by itself.';
COMMENT ON COLUMN request.access_hash IS 'Keyed hash of the access key.';
COMMENT ON COLUMN request.phone_hash IS 'Keyed hash of the phone number.';
COMMENT ON COLUMN request.newest_position IS 'Place in listings by age, smaller first.';
COMMENT ON COLUMN request.open_position IS 'Place among open requests by due day, smaller first; NULL: closed.';
COMMENT ON COLUMN request.waking_position IS 'Place among those that wake by themselves; NULL: does not.';
COMMENT ON COLUMN request.seal IS 'Checksum over the other columns: a row changed by hand is found.';
CREATE INDEX request_newest ON request (office_id, newest_position, request_id);
CREATE INDEX request_open ON request (office_id, open_position, request_id);
CREATE INDEX request_stage ON request (office_id, stage, newest_position, request_id);
CREATE INDEX request_service ON request (office_id, service_id, newest_position, request_id);
CREATE INDEX request_phone ON request (office_id, phone_hash, newest_position, request_id);
CREATE INDEX request_access ON request (office_id, access_hash, request_id);
CREATE INDEX request_waking ON request (office_id, waking_position, request_id);

CREATE TABLE request_queue (
    office_id TEXT COLLATE "C" NOT NULL,
    request_id TEXT COLLATE "C" NOT NULL,
    queue TEXT COLLATE "C" NOT NULL,
    position BIGINT NOT NULL,
    PRIMARY KEY (office_id, request_id, queue, position)
);
COMMENT ON TABLE request_queue IS 'Who must act on a request now.';
COMMENT ON COLUMN request_queue.position IS 'Place in the queue by due day, smaller first.';
CREATE INDEX request_queue_position ON request_queue (office_id, queue, position, request_id);

CREATE TABLE request_token (
    office_id TEXT COLLATE "C" NOT NULL,
    request_id TEXT COLLATE "C" NOT NULL,
    token TEXT COLLATE "C" NOT NULL,
    position BIGINT NOT NULL,
    PRIMARY KEY (office_id, request_id, token, position)
);
COMMENT ON TABLE request_token IS 'Words that find a request.';
CREATE INDEX request_token_position ON request_token (office_id, token, position, request_id);

CREATE TABLE commit (
    office_id TEXT COLLATE "C" NOT NULL,
    commit_id TEXT COLLATE "C" NOT NULL,
    request_id TEXT COLLATE "C" NOT NULL,
    version BIGINT NOT NULL,
    first_index BIGINT NOT NULL,
    recorded_at BIGINT NOT NULL,
    place_seal BIGINT NOT NULL,
    PRIMARY KEY (office_id, commit_id)
);
COMMENT ON TABLE commit IS 'Every commit, so that an answer that was lost can be given again.';
COMMENT ON COLUMN commit.first_index IS 'Index of its first event; the others follow without a gap.';
COMMENT ON COLUMN commit.version IS 'Version of the request after it.';
COMMENT ON COLUMN commit.place_seal IS 'Checksum over the other columns, plus first_index.';

CREATE TABLE idempotency_key (
    office_id TEXT COLLATE "C" NOT NULL,
    key TEXT COLLATE "C" NOT NULL,
    fingerprint BYTEA NOT NULL,
    commit_id TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (office_id, key)
);
COMMENT ON TABLE idempotency_key IS 'Keys of senders, so that sending twice makes one request.';
COMMENT ON COLUMN idempotency_key.fingerprint IS 'Hash of what was sent: the same key with another content is refused.';

CREATE TABLE counter (
    office_id TEXT COLLATE "C" NOT NULL,
    name TEXT COLLATE "C" NOT NULL,
    value BIGINT NOT NULL,
    PRIMARY KEY (office_id, name)
);
COMMENT ON TABLE counter IS 'The last number taken from each register; registers have no gaps.';

CREATE TABLE draft (
    office_id TEXT COLLATE "C" NOT NULL,
    draft_key BYTEA NOT NULL,
    version BIGINT NOT NULL,
    saved_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    body BYTEA NOT NULL,
    seal BYTEA NOT NULL,
    PRIMARY KEY (office_id, draft_key)
);
COMMENT ON TABLE draft IS 'What people have filled in and not yet sent. Not part of any log.';
COMMENT ON COLUMN draft.draft_key IS 'Keyed hash of the access key that opens it.';
CREATE INDEX draft_expiry ON draft (office_id, expires_at, draft_key);

CREATE VIEW report_request AS
SELECT office_id, sector_id, service_id, stage, to_timestamp(submitted_at / 1000.0) AS submitted_at, due_on, version AS events
FROM request;
COMMENT ON VIEW report_request IS 'Requests for reports: no name, no code, no key that leads to a person.';

CREATE VIEW report_event AS
SELECT office_id, log_index, version, convert_from(envelope, 'UTF8')::json AS envelope
FROM event;
COMMENT ON VIEW report_event IS 'What happened, for reports: public envelopes only.';
