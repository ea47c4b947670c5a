"""What is particular to each database: how it is reached, and what its failures are to us."""
