-- What a clinician's voice sounds like to the voice encoder with this digest. `account` is the person's,
-- and empty in a vault without an organisation.
CREATE TABLE voice_prints (
    account TEXT PRIMARY KEY,
    made_at INTEGER NOT NULL,
    encoder TEXT NOT NULL,
    print   BLOB NOT NULL
) STRICT, WITHOUT ROWID;
