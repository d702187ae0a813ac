-- Version 6. How long what is kept of a visit is kept (retention.rs), and erasing in short commits
-- (forgetting.rs).

-- When the newest revision was stored; NULL: by an earlier version, then the revision itself says.
ALTER TABLE visits ADD COLUMN revised_at INTEGER;
ALTER TABLE visits ADD COLUMN transcript_erased INTEGER NOT NULL DEFAULT 0 CHECK (transcript_erased IN (0, 1));

CREATE TABLE retention (
    what          TEXT PRIMARY KEY,
    days          INTEGER CHECK (days BETWEEN 0 AND 36500)    -- NULL: kept until a person erases it
) STRICT, WITHOUT ROWID;

INSERT INTO retention (what, days) VALUES ('audio', 30), ('transcript', NULL), ('draft', NULL);

-- Rows of the search index that speak of what was erased and are still to be removed. No new visit
-- gets a row whose numbers in the index stand here.
CREATE TABLE forgetting (
    first         INTEGER PRIMARY KEY,
    last          INTEGER NOT NULL
) STRICT;

DROP TRIGGER search_forgets;

CREATE TRIGGER search_will_forget AFTER DELETE ON visits
BEGIN INSERT OR REPLACE INTO forgetting (first, last) VALUES (old.row << 24, (old.row << 24) + 16777215); END;
