"""THE WORDS: frozen dataclasses, enums, pure rules, settings, errors. Everybody speaks them; they import nothing of ours."""
