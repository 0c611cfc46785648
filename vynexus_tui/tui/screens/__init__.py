"""The full-screen pages; each is drawn from a View and imported when it is first opened."""
