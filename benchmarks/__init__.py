"""Figures anyone can rerun: `make bench` measures, compares with queries written by hand, and writes RESULTS.md."""
