"""What a user has set: aliases of models, where models lie, what becomes of rows that cannot be scored.

Configuration is read when a query is analysed, so `SET spark.sparkpmml.onError=fail` holds from the next query on.

    spark.sparkpmml.model.<alias>   path or URI of the model with this name
    spark.sparkpmml.modelDir        a folder (or URI of one) where `predict('iris.pmml', ...)` is looked up
    spark.sparkpmml.onError         null (the default), fail or capture
    spark.sparkpmml.allowedPaths    comma-separated path or URI prefixes: models are read from nowhere else

`allowedPaths` of the application's own configuration always holds: a session can narrow it by SET, never widen it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Protocol

from sparkpmml.errors import BindingError

PREFIX = "spark.sparkpmml."
ON_ERROR = PREFIX + "onError"
MODEL_DIR = PREFIX + "modelDir"
ALLOWED_PATHS = PREFIX + "allowedPaths"
MODEL = PREFIX + "model."
ON_ERROR_CHOICES = ("null", "fail", "capture")


class Configuration(Protocol):
    """The session's configuration, and that of the application which started it."""

    def get(self, key: str) -> str | None: ...

    def get_static(self, key: str) -> str | None: ...


def checked_on_error(value: str) -> str:
    """`value` if it is one of the choices; else a BindingError."""
    if value.lower() not in ON_ERROR_CHOICES:
        raise BindingError(f"on_error (or {ON_ERROR}) is {value!r}, not one of {', '.join(ON_ERROR_CHOICES)}")
    return value.lower()


@dataclass(slots=True)
class Settings:
    """What `register` was told in this process; a session's configuration goes before it."""

    aliases: dict[str, str] = field(default_factory=dict)
    on_error: str = "null"

    def choose_on_error(self, configuration: Configuration) -> str:
        return checked_on_error(configuration.get(ON_ERROR) or self.on_error)

    def choose(self, on_error: str | None, configuration: Configuration) -> str:
        """What the caller says, else the session's configuration, else what was said before."""
        return checked_on_error(on_error) if on_error is not None else self.choose_on_error(configuration)

    def find_alias(self, name: str, configuration: Configuration) -> str | None:
        return configuration.get(MODEL + name) or self.aliases.get(name)


def allowed_prefixes(configuration: Configuration) -> Iterator[tuple[str, ...]]:
    """The lists of allowed prefixes that are in force; a path must be allowed by each of them."""
    for value in (configuration.get_static(ALLOWED_PATHS), configuration.get(ALLOWED_PATHS)):
        if value is not None:
            yield tuple(prefix.strip() for prefix in value.split(",") if prefix.strip())
