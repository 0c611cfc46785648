"""The widgets: keyed lists, framed texts, one-line texts, and where they lie."""
