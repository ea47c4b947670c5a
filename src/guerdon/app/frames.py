"""Data frames as files: anything that speaks Arrow is laid down as Parquet, and read as every file of events is."""

from pathlib import Path
from typing import Any, Final, Protocol, runtime_checkable

import pyarrow as pa
import pyarrow.parquet as pq

from guerdon.core.errors import Invalid

FILE: Final = "data frame"
"""How messages call a data frame: the name of the file it is laid down in."""


@runtime_checkable
class Frame(Protocol):
    """A data frame: pandas, Polars, a pyarrow Table or RecordBatchReader, a DuckDB relation."""

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        """Hand out the columns as a stream of Arrow batches."""


def is_frame(events: object) -> bool:
    """Say whether events come as a data frame."""
    return isinstance(events, (Frame, pa.RecordBatch))


def check_eager(events: object) -> None:
    """Refuse what would be a data frame only once it is collected."""
    if hasattr(events, "collect") and hasattr(events, "collect_schema"):
        message = "this is a lazy frame; hand in what its collect() gives"
        raise Invalid(message)


def lay_down(frame: Any, folder: Path) -> Path:  # noqa: ANN401 - a data frame of any library
    """Write a data frame to a Parquet file in `folder`, batch by batch."""
    path = folder / FILE
    try:
        with _reader(frame) as reader, pq.ParquetWriter(path, _stored(reader.schema), compression="lz4") as writer:
            for batch in reader:
                writer.write_table(pa.Table.from_batches([batch]).cast(writer.schema))
    except (pa.ArrowException, TypeError) as failure:
        said = ": ".join(map(str, reversed(failure.args)))
        message = f"the data frame has a column that is not of one type ({said}); give each column one type"
        raise Invalid(message) from failure
    return path


def _reader(frame: Any) -> Any:  # noqa: ANN401 - pyarrow has no types
    if isinstance(frame, (pa.RecordBatch, pa.Table)):
        table = pa.Table.from_batches([frame]) if isinstance(frame, pa.RecordBatch) else frame
        return table.to_reader()
    if type(frame).__module__.partition(".")[0] == "pandas":
        return pa.Table.from_pandas(frame, preserve_index=False).to_reader()
    return pa.RecordBatchReader.from_stream(frame)


def _stored(schema: Any) -> Any:  # noqa: ANN401 - pyarrow has no types
    """Return the schema with words as plain text, however the data frame keeps them."""
    return pa.schema([pa.field(one.name, _plain(one.type)) for one in schema])


def _plain(kind: Any) -> Any:  # noqa: ANN401 - pyarrow has no types
    if pa.types.is_dictionary(kind):
        return _plain(kind.value_type)
    if pa.types.is_large_string(kind) or kind == pa.string_view():
        return pa.string()
    if pa.types.is_null(kind):
        return pa.string()
    if pa.types.is_list(kind) or pa.types.is_large_list(kind):
        return pa.list_(_plain(kind.value_type))
    if pa.types.is_struct(kind):
        return pa.struct([pa.field(one.name, _plain(one.type)) for one in kind])
    return kind
