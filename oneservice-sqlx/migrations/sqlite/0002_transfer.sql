-- Holds one row while this file is the target of a transfer that is not finished. Until then it is no office's store.
CREATE TABLE oneservice_transfer (
    unfinished INTEGER NOT NULL PRIMARY KEY CHECK (unfinished = 1)
) STRICT;
