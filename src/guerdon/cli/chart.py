"""The demo's picture: points per month by programme."""

from collections.abc import Mapping
from pathlib import Path


def draw(months: Mapping[str, Mapping[str, int]], file: Path, *, title: str) -> list[Path]:
    """Draw points by programme and month as bars beside each other; return the pictures, an SVG and a PNG."""
    import altair as alt

    values = [
        {"month": month, "programme": programme, "points": points}
        for programme, by_month in months.items()
        for month, points in by_month.items()
    ]
    data = alt.Data(values=values)  # type: ignore[no-untyped-call]  # altair types few of its classes
    chart = (
        alt
        .Chart(data, title=title)
        .mark_bar()
        .encode(
            x=alt.X("month:O", title=None, axis=alt.Axis(labelAngle=-45)),
            y=alt.Y("points:Q", title="points", axis=alt.Axis(format="~s")),
            xOffset="programme:N",
            color=alt.Color("programme:N", title=None, legend=alt.Legend(orient="top")),
        )
        .properties(width=720, height=320)
    )
    pictures = [file.with_suffix(".svg"), file.with_suffix(".png")]
    chart.save(str(pictures[0]))
    chart.save(str(pictures[1]), ppi=144)
    return pictures
