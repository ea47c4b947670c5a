"""Programme as code: text, read and checked, becomes a compiled programme."""
