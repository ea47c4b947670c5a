"""What generated programmes and histories are drawn from."""

from typing import Any

from hypothesis import strategies as st

_choices: dict[str, st.SearchStrategy[Any]] = {}


def choice(*values: Any) -> st.SearchStrategy[Any]:  # noqa: ANN401 - whatever a programme file may say
    """Return one of the values. A strategy is made once: that takes longer than drawing from it."""
    known = repr(values)
    if known not in _choices:
        _choices[known] = st.sampled_from(values)
    return _choices[known]
