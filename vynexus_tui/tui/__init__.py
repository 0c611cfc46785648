"""Draw a Snapshot; turn keys into engine calls. Screens ask by message, the app acts, threads report."""
