-- Version 3. Full-text search over patient label, reason, transcript and newest note; see search.rs.

-- Visits of earlier versions are indexed by the first search.
ALTER TABLE visits ADD COLUMN indexed INTEGER NOT NULL DEFAULT 0 CHECK (indexed IN (0, 1));

CREATE INDEX visits_not_indexed ON visits (row) WHERE indexed = 0;

-- Its text is protected by the database's cipher alone, not by a visit's key: so it goes with the visit.
CREATE VIRTUAL TABLE search USING fts5 (
    text,
    tokenize = "unicode61 remove_diacritics 2",
    prefix = '1 2 3',
    columnsize = 0
);

-- What is deleted leaves the index at once, and not when its parts are merged some day.
INSERT INTO search (search, rank) VALUES ('secure-delete', 1);

CREATE TRIGGER search_forgets AFTER DELETE ON visits
BEGIN DELETE FROM search WHERE rowid BETWEEN old.row << 24 AND (old.row << 24) + 16777215; END;
