"""Pure functions from domain values to rows and texts; `now` is an argument. Recorded text passes `content.shown`, always."""
