"""Members: their profiles, and where they stand."""
