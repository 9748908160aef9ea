"""Character classes of Java's regular expressions as the inside of Python's `[...]`."""

from __future__ import annotations

import re
import sys
import unicodedata
from functools import cache

ESCAPED_CLASSES = {
    "h": r" \t\xa0\u1680\u180e\u2000-\u200a\u202f\u205f\u3000",
    "H": r"^ \t\xa0\u1680\u180e\u2000-\u200a\u202f\u205f\u3000",
    "v": r"\n\x0b\f\r\x85\u2028\u2029",
    "V": r"^\n\x0b\f\r\x85\u2028\u2029",
    "N": r"^\n",
}
"""Escapes that stand for several characters and that Python does not know; `^` in front means all others."""

_POSIX = {
    "lower": "a-z",
    "upper": "A-Z",
    "ascii": r"\x00-\x7f",
    "alpha": "a-zA-Z",
    "digit": "0-9",
    "alnum": "a-zA-Z0-9",
    "punct": r"!-/:-@\[-`{-~",
    "graph": "!-~",
    "print": " -~",
    "blank": r" \t",
    "cntrl": r"\x00-\x1f\x7f",
    "xdigit": "0-9a-fA-F",
    "space": r" \t\n\x0b\f\r",
    "word": "a-zA-Z0-9_",
}
_WORDS = {"alphabetic": "L", "letter": "L", "uppercase": "Lu", "lowercase": "Ll", "punctuation": "P", "digit": "Nd"}
_CONTROL = {"t": 9, "n": 10, "r": 13, "f": 12, "a": 7, "e": 27}
_PROPERTY = re.compile(r"\\([pP])(?:\{(\^?)([A-Za-z_=]+)\}|([A-Z]))")
_HEXADECIMAL = re.compile(r"\\(?:x\{([0-9a-fA-F]+)\}|x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4}))")
_OCTAL = re.compile(r"\\0([0-7]{1,3})")
_BRACKETED = re.compile(r"\[:(\^?)([a-z]+):\]")


class RegexError(ValueError):
    """A regular expression without a counterpart in Python's."""


def read_code_point(pattern: str, at: int) -> tuple[int, int]:
    """The character that the escape at `at` stands for, and where the pattern goes on."""
    if match := _HEXADECIMAL.match(pattern, at):
        return int(match[1] or match[2] or match[3], 16), match.end()
    if match := _OCTAL.match(pattern, at):
        return int(match[1], 8), match.end()
    letter = pattern[at + 1 : at + 2]
    if letter in _CONTROL:
        return _CONTROL[letter], at + 2
    if letter == "c" and len(pattern) > at + 2:
        return ord(pattern[at + 2].upper()) ^ 64, at + 3
    if not letter or (letter.isascii() and letter.isalnum()):
        raise RegexError(f"\\{letter} in the regular expression {pattern!r} has no counterpart in Python")
    return ord(letter), at + 2


def property_class(pattern: str, at: int) -> tuple[str, int]:
    """The inside of a class for the `\\p{...}` at `at`, `^` in front if negated; and where the pattern goes on."""
    match = _PROPERTY.match(pattern, at)
    if match is None:
        raise RegexError(f"\\p in the regular expression {pattern!r} names no property")
    negated = (match[1] == "P") != (match[2] == "^")
    ranges = _property(match[3] or match[4], pattern)
    return ("^" if negated else "") + ranges, match.end()


def _property(name: str, pattern: str) -> str:
    if name.lower() in _POSIX and not name.startswith("Is"):
        return _POSIX[name.lower()]
    short = name.removeprefix("Is").removeprefix("general_category=").removeprefix("gc=")
    category = _WORDS.get(short.lower(), short)
    ranges = _category(category)
    if not ranges:
        raise RegexError(f"\\p{{{name}}} in the regular expression {pattern!r} has no counterpart in Python")
    return ranges


@cache
def _category(prefix: str) -> str:
    """The characters of a Unicode general category (`L`, `Lu`), as ranges; empty for an unknown one."""
    ranges: list[str] = []
    start = -1
    for code in range(sys.maxunicode + 2):
        inside = code <= sys.maxunicode and unicodedata.category(chr(code)).startswith(prefix)
        if inside and start < 0:
            start = code
        elif not inside and start >= 0:
            ranges.append(f"\\U{start:08x}-\\U{code - 1:08x}")
            start = -1
    return "".join(ranges)


def read_class(pattern: str, at: int) -> tuple[str, int]:
    """The class `[...]` at `at` as Python writes it, and where the pattern goes on."""
    at += 1
    members = ["["]
    if pattern.startswith("^", at):
        members.append("^")
        at += 1
    first = len(members)
    while at < len(pattern):
        if pattern[at] == "]" and len(members) > first:
            return "".join([*members, "]"]), at + 1
        text, at = _read_member(pattern, at)
        members.append(text)
    raise RegexError(f"a class in the regular expression {pattern!r} is not closed")


def _read_member(pattern: str, at: int) -> tuple[str, int]:
    character = pattern[at]
    if pattern.startswith("&&", at):
        raise RegexError(f"the intersection of classes in {pattern!r} has no counterpart in Python")
    if bracketed := _BRACKETED.match(pattern, at):
        if bracketed[1] or bracketed[2] not in _POSIX:
            raise RegexError(f"{bracketed[0]} in the regular expression {pattern!r} has no counterpart in Python")
        return _POSIX[bracketed[2]], bracketed.end()
    if character == "[":
        raise RegexError(f"[ inside a class, in {pattern!r}, is a class in Java and a bracket elsewhere: write \\[")
    if character == "\\":
        return _read_escape(pattern, at)
    if character == "-":
        return "-", at + 1
    return re.escape(character), at + 1


def _read_escape(pattern: str, at: int) -> tuple[str, int]:
    letter = pattern[at + 1 : at + 2]
    if letter and letter in "pP":
        content, at = property_class(pattern, at)
    elif letter in ESCAPED_CLASSES:
        content, at = ESCAPED_CLASSES[letter], at + 2
    elif letter and letter in "dDsSwWb":
        return f"\\{letter}", at + 2
    else:
        code, at = read_code_point(pattern, at)
        return re.escape(chr(code)), at
    if content.startswith("^"):
        raise RegexError(f"a negated class inside a class, in {pattern!r}, has no counterpart in Python")
    return content, at
