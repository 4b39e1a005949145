CREATE TABLE transfer (
    office_id TEXT COLLATE "C" NOT NULL PRIMARY KEY
);
COMMENT ON TABLE transfer IS 'Holds one row, named *, while this schema is the target of a transfer that is not finished. Until then it is no office''s store.';
