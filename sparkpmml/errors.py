"""What can go wrong, as a small tree: the document, the arguments, or a row.

Every message is one sentence (or one list) that names the thing, where it stands, and what would fix it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches


class SparkPmmlError(Exception):
    """Base of every error that sparkpmml raises on purpose."""


class ModelError(SparkPmmlError):
    """The document cannot be read, is not PMML, or contradicts itself."""


class ModelNotFoundError(ModelError):
    """No model at the given path, URI or alias."""


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """One piece of markup that this version cannot score, and where it stands (1-based line and column)."""

    line: int
    column: int
    what: str

    def __str__(self) -> str:
        return f"line {self.line}, column {self.column}: {self.what}"


class UnsupportedMarkupError(ModelError):
    """Markup that could change a score and that sparkpmml does not implement; `findings` holds all of it."""

    def __init__(self, findings: Iterable[Finding], source: str | None = None) -> None:
        self.findings = tuple(sorted(findings))
        where = f" in {source}" if source else ""
        listed = "; ".join(str(finding) for finding in self.findings)
        super().__init__(f"unsupported markup{where}: {listed}")


class BindingError(SparkPmmlError):
    """The arguments of `predict` do not fit the model's inputs."""


class ScoringError(SparkPmmlError):
    """A row cannot be scored and the caller asked to fail (`on_error="fail"`)."""


def nearest(name: str, candidates: Sequence[str], limit: int = 3) -> str:
    """A hint such as ``; did you mean 'age'?``, or nothing when no candidate is near."""
    lowered = {candidate.lower(): candidate for candidate in candidates}
    matches = get_close_matches(name.lower(), list(lowered), n=limit, cutoff=0.6)
    if not matches:
        return ""
    return "; did you mean " + " or ".join(repr(lowered[match]) for match in matches) + "?"
