-- Version 11. Where signed heads of the audit log go and how far they have got (heads.rs), who came in
-- with a sealed sheet (emergency.rs), and keys of the organisation that named the one after them.

CREATE TABLE heads_target (
    one           INTEGER PRIMARY KEY CHECK (one = 1),
    folder        TEXT,                          -- its whole path
    syslog        INTEGER NOT NULL CHECK (syslog IN (0, 1))
) STRICT;

CREATE TABLE heads_sent (
    target        TEXT NOT NULL PRIMARY KEY,     -- folder or syslog
    place         TEXT NOT NULL,                 -- the folder's path
    head          INTEGER NOT NULL,              -- number of the newest one that has arrived
    entries       INTEGER NOT NULL,              -- of which that one speaks
    sent_at       INTEGER,                       -- when it arrived
    failed        TEXT                           -- why the next ones did not
) STRICT, WITHOUT ROWID;

CREATE TABLE emergencies (
    sheet           TEXT NOT NULL PRIMARY KEY,   -- the sheet's public part
    begun_at        INTEGER NOT NULL,
    until           INTEGER NOT NULL,
    reason          TEXT NOT NULL,
    name            TEXT NOT NULL,               -- as it was typed
    ended           INTEGER NOT NULL CHECK (ended IN (0, 1)),
    acknowledged    INTEGER NOT NULL CHECK (acknowledged IN (0, 1))
) STRICT, WITHOUT ROWID;

CREATE TRIGGER emergencies_stay_used BEFORE DELETE ON emergencies
BEGIN SELECT RAISE (ABORT, 'a sheet is used once'); END;

CREATE TRIGGER emergencies_never_change BEFORE UPDATE ON emergencies
WHEN new.sheet <> old.sheet OR new.begun_at <> old.begun_at OR new.until <> old.until
    OR new.reason <> old.reason OR new.name <> old.name
    OR new.ended < old.ended OR new.acknowledged < old.acknowledged
BEGIN SELECT RAISE (ABORT, 'what was done in an emergency stays'); END;

CREATE TABLE key_successions (
    key             TEXT NOT NULL PRIMARY KEY,   -- the one before, the line of a minisign file
    successor       TEXT NOT NULL,
    statement       TEXT NOT NULL,               -- which the one before has signed
    signature       TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TRIGGER key_successions_stay BEFORE DELETE ON key_successions
BEGIN SELECT RAISE (ABORT, 'a key has one successor'); END;

CREATE TRIGGER key_successions_never_change BEFORE UPDATE ON key_successions
BEGIN SELECT RAISE (ABORT, 'a key has one successor'); END;

DROP TRIGGER organisation_keeps_its_key;

CREATE TRIGGER organisation_keeps_its_key BEFORE UPDATE ON organisation
WHEN new.one <> old.one OR new.serial < old.serial
    OR (new.serial = old.serial AND new.sha256 <> old.sha256)
    OR (new.key <> old.key AND NOT EXISTS (SELECT 1 FROM key_successions
        WHERE key = old.key AND successor = new.key))
BEGIN SELECT RAISE (ABORT, 'no older document and no other key'); END;
