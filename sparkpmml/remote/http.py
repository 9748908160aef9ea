"""A document behind an http: or https: URL.

Whether it has changed is asked with a HEAD request, whose ETag or Last-Modified header is the answer; a server that
has neither is asked for the document itself. Redirects are followed to http(s) URLs alone, and only where the caller
allows.
"""

from __future__ import annotations

import hashlib
import http.client
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import IO, Any
from urllib.parse import unquote, urlsplit, urlunsplit

from sparkpmml.errors import ModelError, ModelNotFoundError

_ABSENT = (404, 410)
_NO_HEAD = (403, 405, 501)
"""What servers answer to HEAD that have the document nevertheless; presigned URLs are for GET alone."""
_CHUNK_BYTES = 1 << 20
MAX_BYTES = 1 << 30
TIMEOUT = 30.0


@dataclass(frozen=True, slots=True)
class HttpOptions:
    """How large a document may be, in bytes, how many seconds a server may be silent, and which URLs may be asked."""

    max_bytes: int = MAX_BYTES
    timeout: float = TIMEOUT
    is_allowed: Callable[[str], bool] = lambda url: True


def is_http(uri: str) -> bool:
    return uri.lower().startswith(("http://", "https://"))


class HttpFile:
    """One look at a URL: its state and content are asked for once, and kept."""

    def __init__(self, url: str, options: HttpOptions | None = None) -> None:
        self.uri = _plain(url)
        self._options = options or HttpOptions()
        self._content: bytes | None = None

    @cached_property
    def tag(self) -> str | None:
        """Text that changes with the document; None where there is no document."""
        try:
            with self._open("HEAD") as answer:
                tag = answer.headers.get("ETag") or answer.headers.get("Last-Modified")
                if tag:
                    return f"{tag} {answer.headers.get('Content-Length', '')}".strip()
        except urllib.error.HTTPError as error:
            if error.code in _ABSENT:
                return None
            if error.code not in _NO_HEAD:
                raise ModelError(f"cannot read {self.uri}: {_status(error)}") from None
        try:
            return hashlib.sha256(self.read()).hexdigest()
        except ModelNotFoundError:
            return None

    def read(self) -> bytes:
        """The document; a ModelNotFoundError or ModelError says why there is none."""
        if self._content is None:
            self._content = self._download()
        return self._content

    def _download(self) -> bytes:
        try:
            with self._open("GET") as answer:
                return self._read_all(answer)
        except urllib.error.HTTPError as error:
            if error.code in _ABSENT:
                raise ModelNotFoundError(f"no model at {self.uri}: {_status(error)}") from None
            raise ModelError(f"cannot read {self.uri}: {_status(error)}") from None

    def _read_all(self, answer: Any) -> bytes:
        limit = self._options.max_bytes
        stated = answer.headers.get("Content-Length", "")
        content = bytearray()
        while not (stated.isdigit() and int(stated) > limit) and len(content) <= limit:
            chunk = self._explained(lambda: answer.read(_CHUNK_BYTES))
            if not chunk:
                return bytes(content)
            content += chunk
        raise ModelError(f"cannot read {self.uri}: it is larger than {limit} bytes (spark.sparkpmml.http.maxBytes)")

    def _open(self, method: str) -> Any:
        """The answer; an HTTPError for one that is none, a ModelError where there is no answer."""
        request = urllib.request.Request(self.uri, method=method, headers={"User-Agent": "sparkpmml"})
        opener = urllib.request.build_opener(_Redirects(self._options.is_allowed))
        return self._explained(lambda: opener.open(request, timeout=self._options.timeout))

    def _explained(self, act: Callable[[], Any]) -> Any:
        try:
            return act()
        except urllib.error.HTTPError:
            raise
        except (OSError, http.client.HTTPException) as error:
            cause = error.reason if isinstance(error, urllib.error.URLError) else error
            if isinstance(cause, TimeoutError):
                seconds = f"{self._options.timeout:g} seconds (spark.sparkpmml.http.timeout)"
                raise ModelError(f"cannot read {self.uri}: no answer within {seconds}") from None
            raise ModelError(f"cannot read {self.uri}: {cause}") from None


class _Redirects(urllib.request.HTTPRedirectHandler):
    """Follows a redirect only where the original URL might have led as well."""

    def __init__(self, is_allowed: Callable[[str], bool]) -> None:
        self._is_allowed = is_allowed

    def redirect_request(
        self, req: urllib.request.Request, fp: IO[bytes], code: int, msg: str, headers: Any, newurl: str
    ) -> urllib.request.Request | None:
        if not is_http(newurl):
            raise ModelError(f"cannot read {req.full_url}: it redirects to {newurl}, which is no http(s) URL")
        if not self._is_allowed(_plain(newurl)):
            outside = "which is outside of spark.sparkpmml.allowedPaths"
            raise ModelError(f"cannot read {req.full_url}: it redirects to {newurl}, {outside}")
        found = super().redirect_request(req, fp, code, msg, headers, newurl)
        if found is not None:
            found.method = req.method  # urllib's would turn HEAD into GET, and download what is only asked about
        return found


def _plain(url: str) -> str:
    """The URL with its host in lower case; a ModelError where its path climbs."""
    parts = urlsplit(url)
    if ".." in unquote(parts.path).split("/"):
        raise ModelError(f"cannot read {url}: '..' is not allowed in a URL")
    return urlunsplit((parts.scheme.lower(), parts.netloc.lower(), parts.path, parts.query, ""))


def _status(error: urllib.error.HTTPError) -> str:
    return f"HTTP status {error.code} {error.reason}".strip()
