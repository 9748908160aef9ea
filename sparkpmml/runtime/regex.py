"""Regular expressions of Java, PCRE and XPath (specification: matches, replace, TextIndex) as Python's.

What differs is rewritten: character classes by property (`\\p{Lu}`, `\\p{Alpha}`), quotes (`\\Q..\\E`), named groups,
flags in mid-pattern, anchors, and groups in replacements (`$1`). As in Java and PCRE, `\\w`, `\\d`, `\\s` and `\\b`
are about ASCII unless the pattern sets the flag u or U. What has no counterpart is a RegexError.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache, partial

from sparkpmml.runtime.regex_classes import (
    ESCAPED_CLASSES,
    RegexError,
    property_class,
    read_class,
    read_code_point,
)

_FLAGS = re.compile(r"\(\?([a-zA-Z]*)(?:-([a-zA-Z]+))?([:)])")
_KEPT_FLAGS = "imsx"
_NAMED = re.compile(r"\(\?<([A-Za-z][A-Za-z0-9_]*)>")
_BACK_REFERENCE = re.compile(r"\\k<([A-Za-z][A-Za-z0-9_]*)>|\\k\{([A-Za-z][A-Za-z0-9_]*)\}")
_ANCHORS = {"z": r"\Z", "Z": r"(?=\n?\Z)", "A": r"\A", "b": r"\b", "B": r"\B"}
_UNSUPPORTED = {"G": r"\G", "X": r"\X", "K": r"\K"}
_LISTED_WORDS = re.compile(r"\\b\((?:\?:)?(\w+(?:\|\w+)*)\)\\b", re.ASCII)
_GROUP = re.compile(r"\$(?:(\d+)|\{(\d+|[A-Za-z][A-Za-z0-9_]*)\})")


@lru_cache(maxsize=4096)
def compile_regex(pattern: str, flags: int = 0) -> re.Pattern[str]:
    """The compiled pattern; RegexError (a ValueError) if it has no counterpart in Python."""
    translated, unicode = _Translation(pattern).run()
    try:
        return re.compile(translated, flags if unicode else flags | re.ASCII)
    except (re.error, OverflowError) as error:
        raise RegexError(f"the regular expression {pattern!r} cannot be used: {error}") from None


class _Translation:
    """One pass over a pattern."""

    def __init__(self, pattern: str) -> None:
        self.pattern = pattern
        self.at = 0
        self.result: list[str] = []
        self.open: list[int] = [0]
        """For each open group: how many scopes of flags end with it."""
        self.unicode = False

    def run(self) -> tuple[str, bool]:
        """(Python's pattern, whether classes such as `\\w` go beyond ASCII)."""
        while self.at < len(self.pattern):
            self._step(self.pattern[self.at])
        self.result.append(")" * self.open[0])
        return "".join(self.result), self.unicode

    def _step(self, character: str) -> None:
        if character == "\\":
            self._escape()
        elif character == "[":
            text, self.at = read_class(self.pattern, self.at)
            self.result.append(text)
        elif character == "(":
            self._group()
        elif character == ")":
            self._take(1, ")" * ((self.open.pop() if len(self.open) > 1 else 0) + 1))
        elif character == "|":
            self._alternative()
        else:
            self._take(1, character)

    def _take(self, count: int, text: str) -> None:
        self.at += count
        self.result.append(text)

    def _group(self) -> None:
        if flags := _FLAGS.match(self.pattern, self.at):
            self._flags(flags)
            return
        self.open.append(0)
        if named := _NAMED.match(self.pattern, self.at):
            self._take(len(named[0]), f"(?P<{named[1]}>")
        else:
            self._take(1, "(")

    def _flags(self, match: re.Match[str]) -> None:
        """`(?i)` reaches to the end of the group around it, which Python says as `(?i:...)`."""
        on, off, end = match.groups()
        self.unicode |= bool(set(on) & {"u", "U"})
        on = "".join(flag for flag in on if flag in _KEPT_FLAGS)
        off = "".join(flag for flag in off or "" if flag in _KEPT_FLAGS)
        opening = f"(?{on}{'-' + off if off else ''}:"
        if end == ":":
            self.open.append(0)
        elif on or off:
            self.open[-1] += 1
        else:
            opening = ""
        self._take(len(match[0]), opening)

    def _alternative(self) -> None:
        """A scope of flags goes on in the next alternative of its group; Python's must be closed before."""
        if self.open[-1]:
            raise RegexError(f"flags in front of an alternative, in {self.pattern!r}, have no counterpart in Python")
        self._take(1, "|")

    def _escape(self) -> None:
        rest = self.pattern[self.at + 1 : self.at + 2]
        if not rest:
            raise RegexError(f"the regular expression {self.pattern!r} ends in a backslash")
        if rest == "Q":
            self._quote()
        elif rest in "pP":
            text, self.at = property_class(self.pattern, self.at)
            self.result.append(f"[{text}]")
        elif reference := _BACK_REFERENCE.match(self.pattern, self.at):
            self._take(len(reference[0]), f"(?P={reference[1] or reference[2]})")
        elif rest == "R":
            self._take(2, r"(?:\r\n|[\n\x0b\f\r\x85\u2028\u2029])")
        elif rest in _ANCHORS:
            self._take(2, _ANCHORS[rest])
        elif rest in _UNSUPPORTED:
            raise RegexError(f"{_UNSUPPORTED[rest]} in {self.pattern!r} has no counterpart in Python")
        elif rest in ESCAPED_CLASSES:
            self._take(2, f"[{ESCAPED_CLASSES[rest]}]")
        elif rest in "dDsSwW" or rest in "123456789":
            self._take(2, f"\\{rest}")
        else:
            code, self.at = read_code_point(self.pattern, self.at)
            self.result.append(re.escape(chr(code)))

    def _quote(self) -> None:
        end = self.pattern.find(r"\E", self.at)
        end = len(self.pattern) if end < 0 else end
        self.result.append(re.escape(self.pattern[self.at + 2 : end]))
        self.at = end + 2


@lru_cache(maxsize=1024)
def compile_replacement(replacement: str, pattern: re.Pattern[str]) -> Callable[[re.Match[str]], str]:
    """What a match is replaced with: `$1` and `${name}` stand for groups, a backslash makes the next character plain.

    RegexError for a group that the pattern does not have.
    """
    parts = _read_replacement(replacement, pattern)

    def replace(match: re.Match[str]) -> str:
        return "".join([part if isinstance(part, str) else match[part] or "" for part in parts])

    return replace


@lru_cache(maxsize=1024)
def compile_substitution(pattern: str, replacement: str, flags: int = 0) -> Callable[[str], str]:
    """The function from a text to the text in which every match is replaced; errors as above.

    A list of whole words, `\\b(a|an|the)\\b`, is looked up as a set: Python's engine tries its members one by one.
    """
    compiled = compile_regex(pattern, flags)
    parts = _read_replacement(replacement, compiled)
    if any(isinstance(part, int) for part in parts):
        return partial(compiled.sub, compile_replacement(replacement, compiled))
    plain = "".join(map(str, parts))
    listed = _LISTED_WORDS.fullmatch(pattern)
    if listed is None:
        return partial(compiled.sub, plain.replace("\\", r"\\"))
    fold = str.lower if flags & re.IGNORECASE else str
    words = frozenset(map(fold, listed[1].split("|")))
    return partial(compile_regex(r"\w+").sub, lambda match: plain if fold(match[0]) in words else match[0])


def _read_replacement(replacement: str, pattern: re.Pattern[str]) -> list[str | int]:
    """Plain text, and the numbers of groups."""
    parts: list[str | int] = []
    at = 0
    while at < len(replacement):
        if replacement[at] == "\\":
            parts.append(replacement[at + 1 : at + 2])
            at += 2
        elif replacement[at] == "$":
            group, at = _read_group(replacement, at, pattern)
            parts.append(group)
        else:
            parts.append(replacement[at])
            at += 1
    return parts


def _read_group(replacement: str, at: int, pattern: re.Pattern[str]) -> tuple[int, int]:
    """(the group's number, where the text goes on): as many digits as still name a group."""
    match = _GROUP.match(replacement, at)
    if match is None:
        raise RegexError(f"the replacement {replacement!r} has a $ that names no group")
    digits, name = match.groups()
    if name is not None and not name.isdigit():
        if name not in pattern.groupindex:
            raise RegexError(f"the regular expression {pattern.pattern!r} has no group {name!r}")
        return pattern.groupindex[name], match.end()
    if name is not None:
        digits, end = name, match.end()
    else:
        while len(digits) > 1 and int(digits) > pattern.groups:
            digits = digits[:-1]
        end = at + 1 + len(digits)
    if int(digits) > pattern.groups:
        raise RegexError(f"the regular expression {pattern.pattern!r} has no group {digits}")
    return int(digits), end
