"""Cards: prose by hand, every number by a command.

A card is a README.md with a generated part between two marks; all else in it is left alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

from vectorclf.errors import DatasetError
from vectorclf.output import atomic_file

START, END = "<!-- generated -->", "<!-- /generated -->"


def replace_generated(path: Path, markdown: str) -> None:
    """Put `markdown` between the marks of a card.

    Raises
    ------
    DatasetError
        The card has no such marks.
    """
    text = _read(path) if path.exists() else ""
    before, start, rest = text.partition(START)
    _, end, after = rest.partition(END)
    if not start or not end:
        raise DatasetError(f"expected the marks {START} and {END}", place=str(path))
    with atomic_file(path) as file:
        file.write(f"{before}{START}\n{markdown.strip()}\n{END}{after}".encode())


def generated_part(path: Path) -> str:
    """What stands between the marks."""
    return _read(path).partition(START)[2].partition(END)[0].strip()


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise DatasetError(f"expected UTF-8, got byte 0x{error.object[error.start]:02X} at offset "
                           f"{error.start}", place=str(path),
                           remedy="save the card as UTF-8") from error


def markdown_table(head: Iterable[str], rows: Iterable[Iterable[object]]) -> str:
    """A table; numbers to the right.

    Examples
    --------
    >>> print(markdown_table(["label", "n"], [["money", 3]]))
    | label | n |
    |---|---:|
    | money | 3 |
    """
    head = list(head)
    lines = [f"| {' | '.join(head)} |", "|---|" + "---:|" * (len(head) - 1)]
    lines += [f"| {' | '.join(str(cell) for cell in row)} |" for row in rows]
    return "\n".join(lines)


def write_section(path: Path, title: str, markdown: str) -> None:
    """Put a section into a card's generated part, in place of an earlier one of that title."""
    first, *sections = re.split(r"^(?=### )", generated_part(path), flags=re.M)
    written = f"### {title}\n\n{markdown.strip()}"
    places = [k for k, s in enumerate(sections) if s.partition("\n")[0][4:] == title]
    if places:
        sections[places[0]] = written
    else:
        sections.append(written)
    replace_generated(path, "\n\n".join(s.strip() for s in (first, *sections) if s.strip()))
