"""The command line: `main.main` reads the arguments, one small file per command does the rest. Every panel has a twin here."""
