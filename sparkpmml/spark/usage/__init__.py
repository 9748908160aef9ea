"""What DESCRIBE FUNCTION says of each function: a text file each, which the Java extension reads too."""

from __future__ import annotations

from importlib import resources


def usage_of(name: str) -> tuple[str, str]:
    """The usage, which is the text's first paragraph, and the extended description, which is the rest."""
    text = resources.files(__name__).joinpath(f"{name}.txt").read_text(encoding="utf-8")
    usage, extended = text.split("\n\n", 1)
    return usage, "\n" + extended
