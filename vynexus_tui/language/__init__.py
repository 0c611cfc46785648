"""What a command line says. Pure, written once, used by every room: lexing, facts about programs, redaction, visible()."""
