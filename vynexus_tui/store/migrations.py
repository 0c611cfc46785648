"""The database's shape, as numbered steps. A step that was released is never edited; add the next one."""

MIGRATIONS: tuple[str, ...] = (
    # 1: first light
    """
    CREATE TABLE events (
        event_id INTEGER PRIMARY KEY,
        import_key BLOB NOT NULL UNIQUE,
        command BLOB NOT NULL,
        command_hash INTEGER NOT NULL,
        sequence_no INTEGER NOT NULL,
        session_id TEXT NOT NULL,
        started_us INTEGER,
        duration_us INTEGER,
        exit_code INTEGER,
        cwd BLOB,
        host TEXT,
        shell TEXT,
        actor TEXT NOT NULL,
        origin TEXT NOT NULL,
        time_quality TEXT NOT NULL,
        count_quality TEXT NOT NULL,
        cpu_us INTEGER,
        peak_memory_bytes INTEGER,
        cost_source TEXT NOT NULL
    );
    CREATE INDEX events_by_text ON events (command_hash, started_us);
    CREATE TABLE spool_files (name TEXT PRIMARY KEY, inode INTEGER NOT NULL, read_bytes INTEGER NOT NULL) WITHOUT ROWID;
    CREATE TABLE sources (
        origin TEXT NOT NULL,
        path TEXT NOT NULL,
        tail BLOB NOT NULL,
        last_event_id INTEGER NOT NULL,
        fingerprint TEXT NOT NULL,
        imported_at TEXT NOT NULL,
        unknown TEXT NOT NULL,
        PRIMARY KEY (origin, path)
    ) WITHOUT ROWID;
    CREATE TABLE patterns (
        pattern_id TEXT PRIMARY KEY,
        rank INTEGER NOT NULL,
        head TEXT NOT NULL,
        body TEXT NOT NULL
    ) WITHOUT ROWID;
    CREATE TABLE snoozes (pattern_id TEXT PRIMARY KEY, until TEXT NOT NULL) WITHOUT ROWID;
    CREATE TABLE automations (
        automation_id TEXT PRIMARY KEY,
        name TEXT NOT NULL UNIQUE,
        pattern_id TEXT,
        status TEXT NOT NULL,
        body TEXT NOT NULL,
        baseline TEXT
    ) WITHOUT ROWID;
    CREATE TABLE trials (
        trial_no INTEGER PRIMARY KEY,
        automation_id TEXT NOT NULL,
        script_sha256 TEXT NOT NULL,
        tried_at TEXT NOT NULL,
        body TEXT NOT NULL
    );
    CREATE INDEX trials_by_automation ON trials (automation_id, script_sha256);
    CREATE TABLE decisions (
        decision_id INTEGER PRIMARY KEY,
        automation_id TEXT NOT NULL,
        script_sha256 TEXT NOT NULL,
        action TEXT NOT NULL,
        previous_status TEXT NOT NULL,
        decided_at TEXT NOT NULL,
        undone_at TEXT,
        before TEXT
    );
    CREATE TABLE runs (
        run_id TEXT PRIMARY KEY,
        automation_id TEXT NOT NULL,
        script_sha256 TEXT NOT NULL,
        started_us INTEGER NOT NULL,
        duration_us INTEGER NOT NULL,
        exit_code INTEGER NOT NULL,
        cpu_us INTEGER,
        peak_memory_bytes INTEGER,
        cwd BLOB
    ) WITHOUT ROWID;
    CREATE INDEX runs_by_automation ON runs (automation_id, started_us);
    CREATE TABLE cycles (cycle_no INTEGER PRIMARY KEY, started_at TEXT NOT NULL, body TEXT NOT NULL);
    CREATE TABLE results (name TEXT PRIMARY KEY, body TEXT NOT NULL) WITHOUT ROWID;
    """,
    # 2: capture: what each shell lost, how far a source was read, what must not come back. Keys begin with the second, so that
    # the one index they need grows at its end (random ones made an import of a million commands write every page fifty times)
    # and answers what happened when.
    """
    UPDATE OR IGNORE events SET import_key=CAST(
        (started_us / 1000000) || ':' || command_hash || ':' || CASE origin WHEN 'hook' THEN 'native:' || session_id || ':' || sequence_no
        ELSE (
            SELECT COUNT(*) FROM events AS same WHERE same.origin=events.origin AND same.command_hash=events.command_hash
            AND same.event_id<=events.event_id
            AND same.started_us BETWEEN events.started_us / 1000000 * 1000000 AND events.started_us / 1000000 * 1000000 + 999999
        ) || ':' || origin END AS BLOB)
        WHERE time_quality='exact' AND started_us>=0;
    DROP INDEX events_by_text;
    CREATE TABLE spool_sessions (
        session TEXT PRIMARY KEY,
        next_seq INTEGER NOT NULL,
        lost_count INTEGER NOT NULL
    ) WITHOUT ROWID;
    INSERT INTO spool_sessions SELECT session_id, MAX(sequence_no) + 1, 0 FROM events
        WHERE origin='hook' AND sequence_no < 1000000000 GROUP BY session_id;
    CREATE TABLE hook_spans (shell TEXT NOT NULL, first_us INTEGER NOT NULL, last_us INTEGER);
    CREATE TABLE merged_keys (import_key BLOB PRIMARY KEY) WITHOUT ROWID;
    CREATE TABLE forgotten (command_hash INTEGER PRIMARY KEY, until_us INTEGER NOT NULL);
    CREATE TABLE kept_from (started_us INTEGER NOT NULL);
    ALTER TABLE sources ADD COLUMN mark TEXT NOT NULL DEFAULT '';
    ALTER TABLE sources ADD COLUMN remedy TEXT NOT NULL DEFAULT '';
    ALTER TABLE sources ADD COLUMN skipped_count INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE sources ADD COLUMN session_no INTEGER NOT NULL DEFAULT 0;
    """,
    # 3: what the first real run of an approved script changed, beside what its try had shown
    """
    CREATE TABLE run_comparisons (
        run_id TEXT PRIMARY KEY,
        automation_id TEXT NOT NULL,
        script_sha256 TEXT NOT NULL,
        started_us INTEGER NOT NULL,
        body TEXT NOT NULL
    ) WITHOUT ROWID;
    """,
    # 4: runs that nobody waited for, and those that went on from a later step; the time that looking at an automation took; what VyNexus did by itself, and why
    """
    ALTER TABLE runs ADD COLUMN is_scheduled INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE runs ADD COLUMN from_step INTEGER;
    ALTER TABLE decisions ADD COLUMN reason TEXT;
    CREATE TABLE attention (
        automation_id TEXT NOT NULL,
        started_at TEXT NOT NULL,
        duration_s REAL NOT NULL,
        activity TEXT NOT NULL
    );
    """,
)
