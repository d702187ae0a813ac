-- Version 2. The sound of a visit has a key of its own, and what is erased leaves a signed tombstone.

-- NULL: sound of version 1, sealed under the visit's key; or sound that was erased.
ALTER TABLE visits ADD COLUMN wrapped_sound_key BLOB;
ALTER TABLE visits ADD COLUMN sound_erased INTEGER NOT NULL DEFAULT 0 CHECK (sound_erased IN (0, 1));

CREATE TABLE tombstones (
    number        INTEGER PRIMARY KEY,
    visit         BLOB NOT NULL CHECK (length(visit) = 16),
    statement     BLOB NOT NULL,                 -- JSON; see tombstone.rs
    signature     BLOB NOT NULL CHECK (length(signature) = 64)
) STRICT;

CREATE INDEX tombstones_by_visit ON tombstones (visit);

CREATE TRIGGER tombstones_never_change BEFORE UPDATE ON tombstones
BEGIN SELECT RAISE (ABORT, 'a tombstone never changes'); END;

CREATE TRIGGER tombstones_stay BEFORE DELETE ON tombstones
BEGIN SELECT RAISE (ABORT, 'a tombstone stays'); END;
