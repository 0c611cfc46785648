"""Read what happened: shell histories, the hook's spool, the machine. Each reading says what its source cannot know."""
