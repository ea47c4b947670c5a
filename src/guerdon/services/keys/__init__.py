"""Keys: made, listed, revoked, and checked for whoever calls."""
