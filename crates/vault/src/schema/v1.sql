-- Version 1. Sealed columns hold boxes under the visit's key; see record.rs and chunk.rs.

CREATE TABLE visits (
    row           INTEGER PRIMARY KEY,
    id            BLOB NOT NULL UNIQUE CHECK (length(id) = 16),
    wrapped_key   BLOB NOT NULL,
    started_at    INTEGER NOT NULL,              -- milliseconds since 1970-01-01T00:00:00Z
    state         TEXT NOT NULL,
    template      TEXT NOT NULL,
    language      TEXT,
    cover         BLOB NOT NULL,                 -- sealed: patient label and reason
    consent       BLOB NOT NULL,                 -- sealed
    -- How much there is: a row that is missing below is noticed.
    chunks        INTEGER NOT NULL DEFAULT 0,
    samples       INTEGER NOT NULL DEFAULT 0,
    segments      INTEGER NOT NULL DEFAULT 0,
    settled       INTEGER NOT NULL DEFAULT 0,    -- samples whose transcript is final
    revisions     INTEGER NOT NULL DEFAULT 0
) STRICT;

CREATE INDEX visits_by_start ON visits (started_at);

CREATE TABLE chunks (
    visit         INTEGER NOT NULL REFERENCES visits (row) ON DELETE CASCADE,
    number        INTEGER NOT NULL,              -- from 0, without gaps
    start         INTEGER NOT NULL,              -- samples before this chunk
    sealed        BLOB NOT NULL,
    PRIMARY KEY (visit, number)
) STRICT;

CREATE INDEX chunks_by_start ON chunks (visit, start);

CREATE TABLE gaps (
    visit         INTEGER NOT NULL REFERENCES visits (row) ON DELETE CASCADE,
    at            INTEGER NOT NULL,              -- samples of the recording before the gap
    length        INTEGER NOT NULL,              -- samples that are missing
    cause         TEXT NOT NULL
) STRICT;

CREATE INDEX gaps_by_visit ON gaps (visit, at);

CREATE TABLE segments (
    visit         INTEGER NOT NULL REFERENCES visits (row) ON DELETE CASCADE,
    number        INTEGER NOT NULL,              -- from 0, without gaps
    sealed        BLOB NOT NULL,
    PRIMARY KEY (visit, number)
) STRICT;

CREATE TABLE revisions (
    visit         INTEGER NOT NULL REFERENCES visits (row) ON DELETE CASCADE,
    number        INTEGER NOT NULL,              -- from 1, without gaps
    sealed        BLOB NOT NULL,
    PRIMARY KEY (visit, number)
) STRICT;

-- What was recorded and what was written is only ever added to.
CREATE TRIGGER chunks_never_change BEFORE UPDATE ON chunks
BEGIN SELECT RAISE (ABORT, 'a chunk never changes'); END;

CREATE TRIGGER revisions_never_change BEFORE UPDATE ON revisions
BEGIN SELECT RAISE (ABORT, 'a revision never changes'); END;
