-- How many incidents were reported in this vault, and up to which of them the lockdown was lifted. No
-- row: none was.
CREATE TABLE lockdown (
    one      INTEGER PRIMARY KEY CHECK (one = 1),
    reported INTEGER NOT NULL CHECK (reported >= 0),
    lifted   INTEGER NOT NULL CHECK (lifted >= 0 AND lifted <= reported)
) STRICT;
