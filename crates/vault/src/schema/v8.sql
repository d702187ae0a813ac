-- Version 8. What a person said about who spoke; see corrections.rs.

CREATE TABLE corrections (
    visit         INTEGER NOT NULL REFERENCES visits (row) ON DELETE CASCADE,
    number        INTEGER NOT NULL,              -- from 0, without gaps
    sealed        BLOB NOT NULL,
    PRIMARY KEY (visit, number)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER signed_corrections_never_grow BEFORE INSERT ON corrections
WHEN (SELECT state FROM visits WHERE row = new.visit) = 'signed'
BEGIN SELECT RAISE (ABORT, 'a signed visit never changes'); END;
