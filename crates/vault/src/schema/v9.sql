-- Version 9. The organisation that the vault belongs to, and the enrolment codes that were used; see
-- organisation.rs.

CREATE TABLE organisation (
    one           INTEGER PRIMARY KEY CHECK (one = 1),
    key           TEXT NOT NULL,                 -- its public key, the line of a minisign file
    serial        INTEGER NOT NULL,              -- of the newest document that was in force
    sha256        TEXT NOT NULL                  -- of that document
) STRICT;

CREATE TRIGGER organisation_stays BEFORE DELETE ON organisation
BEGIN SELECT RAISE (ABORT, 'a vault stays with its organisation'); END;

CREATE TRIGGER organisation_keeps_its_key BEFORE UPDATE ON organisation
WHEN new.one <> old.one OR new.key <> old.key OR new.serial < old.serial
    OR (new.serial = old.serial AND new.sha256 <> old.sha256)
BEGIN SELECT RAISE (ABORT, 'no older document and no other key'); END;

CREATE TRIGGER organisation_is_bound_once BEFORE INSERT ON organisation
WHEN (SELECT count(*) FROM organisation) > 0
BEGIN SELECT RAISE (ABORT, 'a vault stays with its organisation'); END;

CREATE TABLE enrolment_codes (
    sha256        TEXT NOT NULL PRIMARY KEY,     -- as the document holds it
    account       TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TRIGGER enrolment_codes_stay_used BEFORE DELETE ON enrolment_codes
BEGIN SELECT RAISE (ABORT, 'a code is used once'); END;

CREATE TRIGGER enrolment_codes_never_change BEFORE UPDATE ON enrolment_codes
BEGIN SELECT RAISE (ABORT, 'a code is used once'); END;
