"""Rating over many members: data engines read, sort and partition; the compiled fold decides."""
