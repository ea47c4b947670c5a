"""What the YAML parser complains about, in the words of someone who writes programmes."""

from typing import Any, Final

from ruamel.yaml.error import MarkedYAMLError

from guerdon.definition.issues import Issue, Place, error
from guerdon.definition.nodes import Lines

_EXPLANATIONS: Final = (
    ("unexpected end of stream", "the quote that opens here is not closed", "add the closing quote"),
    (
        "mapping values are not allowed",
        "a colon stands where no key can be",
        "put text that holds ': ' in quotes, or indent this line like the lines around it",
    ),
    (
        "sequence entries are not allowed",
        "a list cannot begin on the line of its key",
        "put the first '- ' on a line of its own",
    ),
    (
        "expected ',' or",
        "this list or mapping in brackets is not closed, or lacks a comma",
        "add the bracket or the comma",
    ),
    ("expected node content", "a value is missing here", "write the value, or close the bracket"),
    ("expected the node content", "a value is missing here", "write the value, or close the bracket"),
    (
        "unknown escape character",
        "a backslash in double quotes begins an escape that does not exist",
        "write two backslashes, or use single quotes",
    ),
    (
        "found unexpected ':'",
        "a colon stands in brackets without quotes",
        'put the text in quotes, like at: "2026-07-04T18:00"',
    ),
    ("cannot start any token", "text cannot begin with this character", "put the text in quotes"),
    ("expected alphabetic or numeric", "& and * begin the name of a value", "put the text in quotes"),
    ("expected comment or line break", "text stands beside a | or >", "begin the text on the next line"),
    (
        "could not find expected ':'",
        "this line is neither a key with its colon nor part of a text",
        "add the colon, or indent the line under its key",
    ),
    (
        "find expected key",
        "this line does not fit the lines around it",
        "indent it like its neighbours, and put nothing after a closing quote or bracket",
    ),
    (
        "expected <block end>",
        "this line does not fit the lines around it",
        "indent it like its neighbours, and put nothing after a closing quote or bracket",
    ),
    (
        "find expected '-' indicator",
        "this line is not an entry of the list around it",
        "begin it with '- ', or indent it under its entry",
    ),
)
_FROM_THE_START: Final = ("unexpected end of stream", "expected ',' or", "could not find expected ':'")
"""Complaints about something that is told better where it began."""


def explain(problem: MarkedYAMLError, lines: Lines) -> Issue:
    """Return what keeps a file from being read, where, and what to do."""
    said = str(problem.problem)
    place = _place(problem, lines, said)
    if (tab := _tab_before(lines, place)) is not None:
        return error("tab", tab, "a tab is used to indent", "indent with spaces")
    for words, what, try_this in _EXPLANATIONS:
        if words in said:
            return error("syntax", place, what, try_this)
    return error(
        "syntax", place, f"the file is not YAML: {said}", "put text in quotes, and check brackets and indentation"
    )


def _place(problem: MarkedYAMLError, lines: Lines, said: str) -> Place:
    """Return where the complaint is best told."""
    early = problem.context_mark is not None and any(words in said for words in _FROM_THE_START)
    mark: Any = problem.context_mark if early else problem.problem_mark
    return lines.place(lines.index(mark.line + 1, mark.column + 1))


def _tab_before(lines: Lines, place: Place) -> Place | None:
    """Return where a tab indents the line of a place."""
    line = lines.text.split("\n")[place.line - 1]
    indent = line[: len(line) - len(line.lstrip())]
    return Place(lines.file, place.line, indent.index("\t") + 1) if "\t" in indent else None
