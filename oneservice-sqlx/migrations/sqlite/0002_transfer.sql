-- Holds one row while this file is the target of a transfer that is not finished. Until then it is no office's store.
CREATE TABLE oneservice_transfer (
    office_id TEXT NOT NULL PRIMARY KEY
) STRICT, WITHOUT ROWID;
