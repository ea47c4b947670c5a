"""Files of events, read exactly: CSV, JSON lines and Parquet become the relations "events" and "lines" in DuckDB.

Nothing is lost and nothing is changed in silence: what cannot be a fact is a bad row, and what is read otherwise than
it stands is counted in the summary. `docs/guide/files-of-events.md` says what the files may hold.
"""

from guerdon.batch.intake.badrows import BadRow
from guerdon.batch.intake.counts import Summary
from guerdon.batch.intake.history import History, check_ids, open_history, survey
from guerdon.batch.intake.shape import Inputs, Shape

__all__ = ["BadRow", "History", "Inputs", "Shape", "Summary", "check_ids", "open_history", "survey"]
