"""Try a script where it can hurt nothing: copy-on-write views of the real files, no network, no rights, hard limits."""
