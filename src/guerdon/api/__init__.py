"""REST: a route parses, asks for one thing and renders; nothing is decided here.

Invariants:
* Every refusal is a problem document with a code that stays the same; `problems.py` is the only table from code to status.
* Every status that an operation can answer is declared beside it, with an example.
* What callers send never ends in a traceback, nor in a status of 500.
"""
