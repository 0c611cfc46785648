"""Remember. One SQLite file (WAL, numbered migrations, 0600) and the settings file; entry points: `database.open_database`,
one module per table, `settings_file.read_settings`, `paths.build_paths`.
"""
