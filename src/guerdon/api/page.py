"""The reference as a page: rendered on our own server, without scripts and without anything from elsewhere."""

import json
from html import escape
from string import Template
from typing import Any, Final

from guerdon.api.problems import KINDS

Json = dict[str, Any]

STYLE: Final = """\
:root { color-scheme: light dark; --line: #8886; --quiet: #8881; }
body { font: 1rem/1.5 system-ui, sans-serif; max-width: 60rem; margin: 0 auto; padding: 1rem; }
a { color: inherit; } nav ul { columns: 16rem; padding-left: 1rem; }
section { border-top: 1px solid var(--line); padding-top: 1rem; margin-top: 2rem; }
code, pre { font: .875rem/1.45 ui-monospace, monospace; background: var(--quiet); border-radius: .25rem; }
code { padding: .1rem .25rem; } pre { padding: .75rem; overflow-x: auto; }
table { border-collapse: collapse; width: 100%; } th, td { text-align: left; padding: .35rem .5rem; vertical-align: top; }
th, td { border-bottom: 1px solid var(--line); } .skip:not(:focus) { position: absolute; left: -999rem; }
"""

_PAGE: Final = Template("""\
<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>Guerdon: reference</title><link rel="stylesheet" href="/docs.css">
</head>
<body>
<a class="skip" href="#main">Skip to the operations</a>
<header><h1>Guerdon: reference</h1>$about<p>The same as a file: <a href="/openapi.json">openapi.json</a>.</p></header>
<nav aria-label="Operations"><ul>$links</ul></nav>
<main id="main">$operations
<section aria-labelledby="problems"><h2 id="problems">Problems</h2><table>
<thead><tr><th scope="col">Code</th><th scope="col">Status</th><th scope="col">What it says</th><th scope="col">What to do</th></tr></thead>
<tbody>$problems</tbody></table></section>
</main>
</body>
</html>
""")
_OPERATION: Final = Template("""
<section aria-labelledby="$id"><h2 id="$id">$summary</h2>
<p><code>$method $path</code></p>$about
$parameters$body
<h3>Answers</h3><table><thead><tr><th scope="col">Status</th><th scope="col">What it says</th></tr></thead>
<tbody>$answers</tbody></table>$example$next</section>""")
_PARAMETERS: Final = Template("""<h3>Parameters</h3><table>
<thead><tr><th scope="col">Name</th><th scope="col">In</th><th scope="col">What it is</th></tr></thead><tbody>$rows</tbody></table>""")


def page(document: Json) -> str:
    """Return the page of a reference."""
    listed = [(path, method, one) for path, methods in document["paths"].items() for method, one in methods.items()]
    links = [f'<li><a href="#{one["operationId"]}">{escape(one["summary"])}</a></li>' for _, _, one in listed]
    return _PAGE.substitute(
        about=_prose(document["info"]["description"]),
        links="".join(links),
        operations="".join([_operation(*one) for one in listed]),
        problems="".join([
            _row(f'<code id="{code}">{code}</code>', str(kind.status), escape(kind.title), escape(kind.remedy))
            for code, kind in KINDS.items()
        ]),
    )


def _operation(path: str, method: str, one: Json) -> str:
    rows = [
        _row(f"<code>{escape(each['name'])}</code>", each["in"], escape(each["description"]))
        for each in one["parameters"]
    ]
    sent = one.get("requestBody")
    answers = [_row(status, _inline(each["description"])) for status, each in one["responses"].items()]
    return _OPERATION.substitute(
        id=one["operationId"],
        summary=escape(one["summary"]),
        method=method.upper(),
        path=escape(path),
        about=_prose(one["description"]),
        parameters=_PARAMETERS.substitute(rows="".join(rows)),
        body="" if sent is None else f"<h3>Body</h3>{_example(sent)}",
        answers="".join(answers),
        example=_example(next(iter(one["responses"].values()))),
        next=_links(next(iter(one["responses"].values()))),
    )


def _example(said: Json) -> str:
    content = next(iter(said["content"].values()))
    shown = [each["value"] for each in content.get("examples", {}).values()][:1]
    return "".join([f"<pre>{escape(json.dumps(each, indent=2, ensure_ascii=False))}</pre>" for each in shown])


def _links(said: Json) -> str:
    """Return where an answer leads to."""
    told = ", ".join([f'<a href="#{one}">{one}</a>' for one in said.get("links", ())])
    return f"<p>What comes next: {told}</p>" if told else ""


def _prose(text: str) -> str:
    return "".join([f"<p>{_inline(paragraph)}</p>" for paragraph in text.split("\n\n")])


def _inline(text: str) -> str:
    """Return text with what stands between backticks as code."""
    parts = escape(text).split("`")
    return "".join([part if place % 2 == 0 else f"<code>{part}</code>" for place, part in enumerate(parts)])


def _row(*cells: str) -> str:
    return f"<tr>{''.join([f'<td>{cell}</td>' for cell in cells])}</tr>"
