"""Trees read from their text at once: whatever the document, the answer is that of the parser's events."""

from __future__ import annotations

import io
from typing import Any

import pytest
from documents import PMML, field, schema
from hypothesis import given
from hypothesis import strategies as st

from sparkpmml.errors import ModelError
from sparkpmml.models import discover
from sparkpmml.models.tree_arrays import TreeNodes
from sparkpmml.models.tree_reader import TreeReader
from sparkpmml.pmml import feeder
from sparkpmml.pmml.model import Document
from sparkpmml.pmml.reader import read

REGULAR = """<Node id="1" score="0" recordCount="9">
  <True/>
  <ScoreDistribution value="0" recordCount="5"/>
  <ScoreDistribution value="1" recordCount="4" probability="0.4" confidence="0.3" />
  <Node>
    <SimplePredicate field="x" operator="lessOrEqual" value="0.5"/>
    <Node><SimplePredicate field="y" operator="equal" value="größer"/></Node>
    <Node score="1" recordCount="1e3" defaultChild="7"><False /></Node>
  </Node>
  <Node score="0"><SimplePredicate field="x" operator="greaterThan" value="0.5" />
  </Node>
</Node>"""


def document(nodes: str, *, after: str = "") -> str:
    tree = f'<TreeModel functionName="classification">{schema("x", "y")}{nodes}{after}</TreeModel>'
    return PMML.format(fields=field("x") + field("y"), transformations="", model=tree)


class Outcome:
    """What came of reading: the trees' arrays with texts for numbers, or the error; and whether from texts."""

    def __init__(self, data: bytes, monkeypatch: pytest.MonkeyPatch, *, as_text: bool) -> None:
        discover()
        taken: list[bool] = []
        read_text = TreeReader.read_text
        with monkeypatch.context() as patch:
            patch.setattr(feeder, "_SMALLEST_TREE", 0 if as_text else 1 << 60)
            patch.setattr(TreeReader, "read_text", lambda tree, text: taken.append(read_text(tree, text)) or taken[-1])
            try:
                model: Any = read(Document, io.BytesIO(data), "tree").model
                self.result: Any = contents(model.nodes)
            except ModelError as error:
                self.result = str(error)
        self.was_text = any(taken)


def contents(nodes: TreeNodes) -> dict[str, list[Any]]:
    """The arrays, with the texts for their numbers."""
    found: dict[str, list[Any]] = {}
    pools = dict.fromkeys(("score", "id", "default_child", "distribution_value", "value"), nodes.pools.texts)
    pools["field"] = nodes.pools.fields
    for name, values in vars(nodes).items():
        if name in pools:
            texts = pools[name].items()
            found[name] = [texts[value] if value >= 0 else None for value in values]
        elif name != "pools":
            found[name] = [repr(value) for value in values]
    return found


def both(text: str | bytes, monkeypatch: pytest.MonkeyPatch) -> Outcome:
    data = text.encode() if isinstance(text, str) else text
    one, other = (Outcome(data, monkeypatch, as_text=as_text) for as_text in (True, False))
    assert one.result == other.result
    assert not other.was_text
    return one


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(document(REGULAR), id="indented"),
        pytest.param(document(REGULAR.replace("\n", "").replace("  ", "")), id="one-line"),
        pytest.param(document(REGULAR).replace("\n", "\r\n"), id="windows"),
        pytest.param('<?xml version="1.0" encoding="ISO-8859-1"?>' + document(REGULAR.replace("ö", "o")), id="latin"),
        pytest.param(b"\xef\xbb\xbf" + document(REGULAR).encode(), id="byte-order-mark"),
        pytest.param(document('<Node score="1"><True/></Node>'), id="root-alone"),
        pytest.param(document("<Node><True/></Node>"), id="no-value"),
        pytest.param(document(REGULAR, after="<Extension><x/></Extension>"), id="something-after"),
    ],
)
def test_regular(text, monkeypatch):
    outcome = both(text, monkeypatch)
    assert outcome.was_text
    assert isinstance(outcome.result, dict)


IRREGULAR = {
    "entity": ("lessOrEqual", "less&#79;rEqual"),
    "comment": ("<True/>", "<!-- a --><True/>"),
    "cdata": ("<True/>", "<True/><![CDATA[ ]]>"),
    "processing-instruction": ("<True/>", "<?a b?><True/>"),
    "text": ("<True/>", "<True/>text"),
    "end-of-cdata": ("<True/>", "<True/>]]>"),
    "ampersand": ('value="0.5"', 'value="&"'),
    "less-than": ('value="0.5"', 'value="<"'),
    "tab-in-value": ('value="0.5"', 'value="0.5\t"'),
    "control-character": ('value="0.5"', 'value="\x01"'),
    "no-character": ('value="0.5"', 'value="\ufffe"'),
    "empty-value": ('value="0.5"', 'value=""'),
    "apostrophes": ('value="0.5"', "value='0.5'"),
    "quote": ('value="0.5"', 'value="0.5""'),
    "twice": ('value="0.5"', 'value="0.5" value="0.5"'),
    "no-blank": ('" value="0.5"', '"value="0.5"'),
    "other-order": ('operator="equal" value="größer"', 'value="größer" operator="equal"'),
    "no-operator": (' operator="equal"', ""),
    "no-field": ('field="y" ', ""),
    "unknown-operator": ('"equal"', '"equals"'),
    "other-attribute": ("<Node><Simple", '<Node odd="1"><Simple'),
    "attribute-of-another": ('<Node score="1"', '<Node score="1" confidence="1"'),
    "no-number": ('recordCount="9"', 'recordCount="nine"'),
    "no-number-below": ('probability="0.4"', 'probability="much"'),
    "two-predicates": ("<True/>", "<True/><True/>"),
    "no-predicate": ("<False />", ""),
    "late-predicate": ("<False /></Node>", "<Node><True/></Node><False/></Node>"),
    "late-distribution": ("</Node>\n</Node>", '</Node><ScoreDistribution value="1"/>\n</Node>'),
    "open-predicate": ('value="0.5"/>', 'value="0.5">'),
    "empty-node": ("<Node><Simple", "<Node/><Node><Simple"),
    "second-root": ("</Node>\n</Node>", "</Node>\n</Node>\n<Node><True/></Node>"),
    "not-closed": ("<False /></Node>", "<False />"),
    "closed-twice": ("<False /></Node>", "<False /></Node></Node>"),
    "set": (
        "<True/>",
        '<SimpleSetPredicate field="x" booleanOperator="isIn"><Array n="1" type="real">1</Array></SimpleSetPredicate>',
    ),
    "compound": ("<True/>", '<CompoundPredicate booleanOperator="or"><True/><False/></CompoundPredicate>'),
    "missing": ('operator="equal" value="größer"', 'operator="isMissing"'),
    "node-in-comment": ("<MiningSchema>", '<!-- <Node score="1"><True/></Node> --><MiningSchema>'),
    "unknown-element": ("<True/>", "<True/><Odd/>"),
    "extension": ("<True/>", '<Extension name="a"/><True/>'),
    "carriage-return": ("<True/>\n", "<True/>\r"),
    "document-type": ("<PMML", '<!DOCTYPE PMML [<!ATTLIST Node score CDATA "5">]><PMML'),
    "unknown-encoding": ("<PMML", '<?xml version="1.0" encoding="cp1252"?><PMML'),
    "not-ascii": ("<PMML", '<?xml version="1.0" encoding="US-ASCII"?><PMML'),
}


@pytest.mark.parametrize("change", IRREGULAR.values(), ids=IRREGULAR)
def test_irregular(change, monkeypatch):
    text = document(REGULAR)
    assert change[0] in text
    assert not both(text.replace(change[0], change[1], 1), monkeypatch).was_text


@pytest.mark.parametrize("nodes", [REGULAR, REGULAR.replace("\n", "")], ids=["lines", "one-line"])
def test_positions_after_a_tree_are_the_documents(nodes, monkeypatch):
    outcome = both(document(nodes, after="  <Odd/>"), monkeypatch)
    assert outcome.was_text
    assert "element <Odd> in <TreeModel>" in outcome.result


FRAGMENTS = [
    "<",
    ">",
    "/",
    '"',
    "'",
    "&",
    " ",
    "\n",
    "=",
    "<Node>",
    "</Node>",
    "<True/>",
    'score="1"',
    "é",
    "\x00",
    "]]>",
]


@given(st.data())
def test_any_change_reads_the_same(data):
    text = document(REGULAR)
    for _ in range(data.draw(st.integers(1, 3))):
        start = data.draw(st.integers(0, len(text)))
        stop = data.draw(st.integers(start, min(start + 12, len(text))))
        text = text[:start] + data.draw(st.sampled_from([*FRAGMENTS, ""])) + text[stop:]
    with pytest.MonkeyPatch.context() as monkeypatch:
        both(text, monkeypatch)


def test_a_tree_over_several_chunks(monkeypatch):
    monkeypatch.setattr(feeder, "CHUNK_BYTES", 7)
    assert both(document(REGULAR), monkeypatch).was_text


def test_a_tree_too_large_to_hold(monkeypatch):
    monkeypatch.setattr(feeder, "CHUNK_BYTES", 100)
    monkeypatch.setattr(feeder, "_LARGEST_TREE", 300)
    assert not both(document(REGULAR), monkeypatch).was_text
