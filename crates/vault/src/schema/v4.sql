-- Version 4. How often a step of a visit was begun without coming to an end; see attempts.rs.

CREATE TABLE attempts (
    visit         INTEGER NOT NULL REFERENCES visits (row) ON DELETE CASCADE,
    step          TEXT NOT NULL,
    begun         INTEGER NOT NULL,
    PRIMARY KEY (visit, step)
) STRICT, WITHOUT ROWID;
