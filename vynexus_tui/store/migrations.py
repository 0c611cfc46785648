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
)
