"""The library: where the programme file, the fold and the batch are put together for Python programs.

This is the one place that knows `definition` and `batch` both; what it offers is imported from `guerdon` itself.
"""
