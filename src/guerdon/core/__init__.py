"""What loyalty means: plain classes and functions; no clock, no files, no network, standard library only."""
