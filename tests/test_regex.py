"""Regular expressions of Java, PCRE and XPath: what they match once translated, and what is refused."""

from __future__ import annotations

import re

import pytest

from sparkpmml.runtime.regex import compile_regex, compile_replacement, compile_substitution
from sparkpmml.runtime.regex_classes import RegexError

MATCHES = [
    # pattern, text, what it finds
    ("ar?y", "February", ["ary"]),
    (r"\p{Alpha}+", "ab1é", ["ab"]),
    (r"\p{L}+", "ab1é", ["ab", "é"]),
    (r"\pL+", "é1", ["é"]),
    (r"\P{L}+", "é1é", ["1"]),
    (r"\p{^L}+", "é1é", ["1"]),
    (r"[^\p{L}]", "é1", ["1"]),
    (r"[\p{Lu}\d]+", "AÉ1b", ["AÉ1"]),
    (r"\p{IsAlphabetic}", "é", ["é"]),
    (r"\p{Punct}", "a!", ["!"]),
    (r"[[:digit:]x]+", "a1x", ["1x"]),
    (r"[]a]+", "b]a", ["]a"]),
    (r"[a-c-]+", "d-a", ["-a"]),
    (r"[.*+?^$|(){}]+", "a.(", [".("]),
    (r"\w+", "aé", ["a"]),
    (r"(?u)\w+", "aé", ["aé"]),
    (r"(?U)\w+", "aé", ["aé"]),
    (r"(?u)\b\w\w+\b", "a bc d_e", ["bc", "d_e"]),
    (r"\Qa.b\E+", "a.bb axb", ["a.bb"]),
    (r"\Qa.", "a.", ["a."]),
    (r"(?<first>a)\k<first>", "aa", ["aa"]),
    (r"(?P<first>a)(?P=first)", "aa", ["aa"]),
    (r"(a)\1", "aa", ["aa"]),
    (r"a++b", "aab", ["aab"]),
    (r"a++a", "aaa", []),
    (r"(?>a+)a", "aaa", []),
    (r"a(?i)b", "aB AB", ["aB"]),
    (r"(a(?i)b)c", "aBc aBC", ["aBc"]),
    (r"(?i:a)b", "Ab AB", ["Ab"]),
    (r"(?i)a(?-i)b", "Ab AB", ["Ab"]),
    (r"(?<=a)b", "ab", ["b"]),
    (r"a\z", "ba", ["a"]),
    (r"a\Z", "ba\n", ["a"]),
    (r"\Aa", "aa", ["a"]),
    (r"\h+", "a \t\u00a0b", [" \t\u00a0"]),
    (r"a\Rb", "a\r\nb", ["a\r\nb"]),
    (r"\x41\u0042\x{43}\0104", "ABCD", ["ABCD"]),
    (r"\t\e\a\cA", "\t\x1b\x07\x01", ["\t\x1b\x07\x01"]),
    (r"\#\-\/", "#-/", ["#-/"]),
    (r"[\]\[\\]+", "][\\", ["][\\"]),
    (r"x|y", "yx", ["y", "x"]),
]


@pytest.mark.parametrize(("pattern", "text", "found"), MATCHES)
def test_finds(pattern, text, found):
    assert [match.group() for match in compile_regex(pattern).finditer(text)] == found


REFUSED = [
    (r"[a&&b]", "intersection"),
    (r"[a-z-[aeiou]]", "inside a class"),
    (r"[a[b]]", "inside a class"),
    (r"[^\P{L}]", "negated class"),
    (r"[a", "not closed"),
    (r"a\Gb", "no counterpart"),
    (r"\p{Greek}", "no counterpart"),
    (r"\p", "names no property"),
    (r"\y", "no counterpart"),
    ("a\\", "ends in a backslash"),
    (r"a(?i)b|c", "flags"),
    (r"(a", "cannot be used"),
    (r"(?<=a+)b", "cannot be used"),
    (r"*", "cannot be used"),
]


@pytest.mark.parametrize(("pattern", "message"), REFUSED)
def test_refuses(pattern, message):
    with pytest.raises(RegexError, match=message):
        compile_regex(pattern)


REPLACEMENTS = [
    ("(a)(b)?", "[$1$2]", "abac", "[ab][a]c"),
    ("(?<x>a)", "${x}${1}", "a", "aa"),
    ("a", r"\$1\\", "a", "$1\\"),
    ("(a)", "$10", "a", "a0"),
    ("a*", "X", "baac", "XbXXcX"),
    ("^", ">", "a", ">a"),
    (r"\b(a|an|the)\b", "-", "a than The the_end the.end thé", "- than The the_end -.end thé"),
    (r"(?i)\b(a|an|the)\b", "-", "A The", "- -"),
    (r"\b(?:a|an)\b", "\\\\", "a an", "\\ \\"),
]


@pytest.mark.parametrize(("pattern", "replacement", "text", "expected"), REPLACEMENTS)
def test_replaces(pattern, replacement, text, expected):
    compiled = compile_regex(pattern)
    assert compiled.sub(compile_replacement(replacement, compiled), text) == expected
    assert compile_substitution(pattern, replacement)(text) == expected


@pytest.mark.parametrize("replacement", ["$2", "${y}", "$", "$x"])
def test_refuses_a_replacement(replacement):
    with pytest.raises(RegexError, match="group"):
        compile_replacement(replacement, compile_regex("(?<x>a)"))


def test_listed_words_in_any_case():
    substitute = compile_substitution(r"\b(a|The)\b", "", re.IGNORECASE)
    assert substitute("A theme, the end") == " theme,  end"
