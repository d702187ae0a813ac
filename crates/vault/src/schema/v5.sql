-- Version 5. A signed note; see signing.rs.

-- Milliseconds since 1970-01-01T00:00:00Z; NULL: not signed. The signature says the same.
ALTER TABLE visits ADD COLUMN signed_at INTEGER;

CREATE TABLE signatures (
    visit         INTEGER PRIMARY KEY REFERENCES visits (row) ON DELETE CASCADE,
    sealed        BLOB NOT NULL,                 -- sealed: the signed statement
    signature     BLOB NOT NULL CHECK (length(signature) = 64)
) STRICT;

-- `sealed` may be sealed anew, under another key of the visit; what was signed stays the same.
CREATE TRIGGER signatures_never_change BEFORE UPDATE OF visit, signature ON signatures
BEGIN SELECT RAISE (ABORT, 'a signature never changes'); END;

CREATE TRIGGER signed_visits_stay_signed BEFORE UPDATE OF state, signed_at, revisions ON visits
WHEN old.state = 'signed'
BEGIN SELECT RAISE (ABORT, 'a signed visit never changes'); END;

CREATE TRIGGER signed_notes_never_change BEFORE INSERT ON revisions
WHEN EXISTS (SELECT 1 FROM visits WHERE row = new.visit AND state = 'signed' AND new.number > revisions)
BEGIN SELECT RAISE (ABORT, 'a signed note never changes'); END;

CREATE TRIGGER signed_transcripts_never_grow BEFORE INSERT ON segments
WHEN (SELECT state FROM visits WHERE row = new.visit) = 'signed'
BEGIN SELECT RAISE (ABORT, 'a signed visit never changes'); END;

CREATE TRIGGER signed_transcripts_never_change BEFORE UPDATE ON segments
WHEN (SELECT state FROM visits WHERE row = new.visit) = 'signed'
BEGIN SELECT RAISE (ABORT, 'a signed visit never changes'); END;
