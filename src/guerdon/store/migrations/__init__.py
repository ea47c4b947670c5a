"""How the database came to be as it is: one file a step, run in order, all of them in one transaction."""
