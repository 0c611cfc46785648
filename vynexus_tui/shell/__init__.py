"""Record in the shell, and hand approved automations back to it; everything installed here has an exact reverse."""
