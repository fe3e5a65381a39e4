"""The figures as a table on the terminal, and as a section of docs/measurements.md."""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console
from rich.table import Table

from tests.bench.figures import Figure

BEGIN, END = "<!-- figures -->", "<!-- /figures -->"
HEAD = ("figure", "ours", "floor", "ratio", "95 % interval", "note")


def cells(figure: Figure) -> tuple[str, ...]:
    """One line of the table."""
    ratio = figure.ratio
    middle, interval = ("", "") if ratio is None else (f"{ratio.middle:.2f}", f"{ratio.low:.2f}-{ratio.high:.2f}")
    return figure.name, figure.ours, figure.floor, middle, interval, figure.note


def show(console: Console, figures: Sequence[Figure], about: str) -> None:
    """The table, below what it was measured with and on."""
    table = Table(*HEAD[:-1], title=None)
    table.add_column(HEAD[-1], overflow="fold")
    for figure in figures:
        table.add_row(*cells(figure))
    console.print(about, markup=False, highlight=False)
    console.print(table)


def markdown(figures: Sequence[Figure], about: str) -> str:
    """The same as text."""
    lines = [f"Taken on {datetime.now(UTC):%Y-%m-%d}. {about}", ""]
    lines += [f"| {' | '.join(HEAD)} |", "|" + "---|" * len(HEAD)]
    lines += [f"| {' | '.join(cells(figure))} |" for figure in figures]
    return "\n".join(lines)


def replaced(document: str, section: str) -> str:
    """`document` with `section` between its marks, or behind it when there are none."""
    before, begin, rest = document.partition(BEGIN)
    after = rest.partition(END)[2] if begin else "\n"
    return f"{before.rstrip()}\n\n{BEGIN}\n{section}\n{END}{after}"


def write(path: Path, figures: Sequence[Figure], about: str) -> None:
    """Put the figures into the document at `path`; what stands outside of the marks stays."""
    document = path.read_text(encoding="utf-8") if path.is_file() else "# Measurements\n"
    path.write_text(replaced(document, markdown(figures, about)), encoding="utf-8")
