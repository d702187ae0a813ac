-- Version 7. The audit log; see log.rs.

CREATE TABLE audit_entries (
    number        INTEGER PRIMARY KEY,           -- from 1, without gaps
    line          TEXT NOT NULL                  -- as it stands in an exported log
) STRICT;

CREATE TABLE audit_heads (
    number        INTEGER PRIMARY KEY,           -- from 1, without gaps
    entries       INTEGER NOT NULL,              -- how many entries it speaks of
    line          TEXT NOT NULL                  -- as it stands in an exported log
) STRICT;

CREATE INDEX audit_heads_by_entries ON audit_heads (entries);

-- Entries and heads are only ever added. REPLACE deletes without asking the triggers on deletion, so
-- the triggers on insertion look for it.
CREATE TRIGGER audit_entries_follow_each_other BEFORE INSERT ON audit_entries
WHEN new.number <> ifnull((SELECT max(number) FROM audit_entries), 0) + 1
BEGIN SELECT RAISE (ABORT, 'an entry of the audit log follows the one before'); END;

CREATE TRIGGER audit_entries_never_change BEFORE UPDATE ON audit_entries
BEGIN SELECT RAISE (ABORT, 'an entry of the audit log never changes'); END;

CREATE TRIGGER audit_entries_stay BEFORE DELETE ON audit_entries
BEGIN SELECT RAISE (ABORT, 'an entry of the audit log stays'); END;

CREATE TRIGGER audit_heads_follow_each_other BEFORE INSERT ON audit_heads
WHEN new.number <> ifnull((SELECT max(number) FROM audit_heads), 0) + 1
BEGIN SELECT RAISE (ABORT, 'a head of the audit log follows the one before'); END;

CREATE TRIGGER audit_heads_never_change BEFORE UPDATE ON audit_heads
BEGIN SELECT RAISE (ABORT, 'a head of the audit log never changes'); END;

CREATE TRIGGER audit_heads_stay BEFORE DELETE ON audit_heads
BEGIN SELECT RAISE (ABORT, 'a head of the audit log stays'); END;
