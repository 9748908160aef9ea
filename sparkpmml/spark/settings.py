"""What a user has set: aliases of models, where models lie, what becomes of rows that cannot be scored.

Configuration is read when a query is analysed, so `SET spark.sparkpmml.onError=fail` holds from the next query on.

    spark.sparkpmml.model.<alias>   path or URI of the model with this name
    spark.sparkpmml.modelDir        a folder (or URI of one) where `predict('iris.pmml', ...)` is looked up
    spark.sparkpmml.onError         null (the default), fail or capture
    spark.sparkpmml.allowedPaths    comma-separated path or URI prefixes: models are read from nowhere else
    spark.sparkpmml.http.timeout    seconds that a web server may be silent (30)
    spark.sparkpmml.http.maxBytes   how large a document behind a URL may be (1 GiB)
    spark.sparkpmml.blocks.enabled  false: columns cross to Python in Spark's own way (read by extension/blocks)

`allowedPaths` of the application's own configuration always holds: a session can narrow it by SET, never widen it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from math import inf
from typing import Protocol

from sparkpmml.errors import BindingError
from sparkpmml.remote.http import MAX_BYTES, TIMEOUT, HttpOptions

PREFIX = "spark.sparkpmml."
ON_ERROR = PREFIX + "onError"
MODEL_DIR = PREFIX + "modelDir"
ALLOWED_PATHS = PREFIX + "allowedPaths"
MODEL = PREFIX + "model."
HTTP_TIMEOUT = PREFIX + "http.timeout"
HTTP_MAX_BYTES = PREFIX + "http.maxBytes"
ON_ERROR_CHOICES = ("null", "fail", "capture")


class Configuration(Protocol):
    """The session's configuration, and that of the application which started it."""

    def get(self, key: str) -> str | None: ...

    def get_static(self, key: str) -> str | None: ...

    def keys(self, prefix: str) -> list[str]: ...


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

    def names(self, configuration: Configuration) -> list[str]:
        """All aliases."""
        configured = (key.removeprefix(MODEL) for key in configuration.keys(MODEL))
        return list(dict.fromkeys([*self.aliases, *configured]))

    def find_alias(self, name: str, configuration: Configuration) -> str | None:
        return configuration.get(MODEL + name) or self.aliases.get(name)


def allowed_prefixes(configuration: Configuration) -> Iterator[tuple[str, ...]]:
    """The lists of allowed prefixes that are in force; a path must be allowed by each of them."""
    for value in (configuration.get_static(ALLOWED_PATHS), configuration.get(ALLOWED_PATHS)):
        if value is not None:
            yield tuple(prefix.strip() for prefix in value.split(",") if prefix.strip())


def http_options(configuration: Configuration, is_allowed: Callable[[str], bool]) -> HttpOptions:
    """The bounds within which documents are read from web servers."""
    return HttpOptions(
        max_bytes=int(_number(HTTP_MAX_BYTES, configuration, MAX_BYTES)),
        timeout=_number(HTTP_TIMEOUT, configuration, TIMEOUT),
        is_allowed=is_allowed,
    )


def _number(key: str, configuration: Configuration, default: float) -> float:
    text = configuration.get(key)
    try:
        number = default if text is None else float(text)
    except ValueError:
        number = 0.0
    if not 0 < number < inf:
        raise BindingError(f"{key} is {text!r}, not a number above 0")
    return number
