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
from sparkpmml.models.tree import batch as tree_batch
from sparkpmml.models.tree.arrays import Kind, TreeNodes
from sparkpmml.models.tree.reader import TreeReader
from sparkpmml.models.tree.values import NONE
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


SETS = (Kind.IS_IN, Kind.IS_NOT_IN)


def document(nodes: str, *, after: str = "") -> str:
    tree = f'<TreeModel functionName="classification">{schema("x", "y")}{nodes}{after}</TreeModel>'
    return PMML.format(fields=field("x") + field("y"), transformations="", model=tree)


class Outcome:
    """What came of reading: the trees' arrays with texts for numbers, or the error; and whether from texts."""

    def __init__(self, data: bytes, monkeypatch: pytest.MonkeyPatch, *, as_text: bool) -> None:
        discover()
        taken: list[bool] = []
        read_text = TreeReader.read_text

        def note(tree: TreeReader, *given: Any) -> bool:
            taken.append(read_text(tree, *given))
            return taken[-1]

        with monkeypatch.context() as patch:
            patch.setattr(tree_batch, "_SMALLEST_BATCH", 0 if as_text else 1 << 60)
            patch.setattr(TreeReader, "read_text", note)
            try:
                model: Any = read(Document, io.BytesIO(data), "tree").model
                self.result: Any = [contents(nodes) for nodes in trees_of(model)]
            except ModelError as error:
                self.result = str(error)
        self.taken = taken
        self.was_text = any(taken)


def trees_of(model: Any) -> list[TreeNodes]:
    """Of a tree, or of a forest."""
    segmentation = getattr(model, "segmentation", None)
    return [model.nodes] if segmentation is None else [each.model.nodes for each in segmentation.segments]


def contents(nodes: TreeNodes) -> dict[str, list[Any]]:
    """The arrays, with the texts for their codes."""
    pools, kinds = nodes.pools, nodes.column("kind").tolist()
    fields, sets = pools.fields.items(), pools.sets.items()
    found: dict[str, list[Any]] = {name: nodes.column(name).tolist() for name in nodes.columns}
    for name in ("score", "id", "default_child", "distribution_value"):
        found[name] = pools.texts.texts(nodes.column(name))
    found["field"] = [None if field < 0 else fields[field] for field in found["field"]]
    found["value"] = [
        None
        if value == NONE
        else (sets[value] if kind in SETS else value if kind == Kind.COMPOUND else pools.texts.text(value))
        for value, kind in zip(found["value"], kinds, strict=True)
    ]
    found["line"] = [nodes.line(node) for node in range(len(nodes))]
    found["compounds"] = [type(each) for each in nodes.compounds]
    found["embedded"] = [type(each) for each in nodes.embedded.values()]
    return {name: list(map(repr, values)) for name, values in found.items()}


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
    assert isinstance(outcome.result, list)


SET = '<SimpleSetPredicate field="y" booleanOperator="isIn"><Array type="string">"a b" c</Array></SimpleSetPredicate>'
REGULAR_TESTS = {
    "missing": '<SimplePredicate field="x" operator="isMissing"/>',
    "not-missing": '<SimplePredicate field="x" operator="isNotMissing" />',
    "missing-with-a-value": '<SimplePredicate field="x" operator="isMissing" value="1"/>',
    "set": SET,
    "not-in-a-set": SET.replace("isIn", "isNotIn"),
    "set-over-lines": SET.replace("><", ">\n <").replace(" c", "\n\tc\n"),
    "set-with-a-count": SET.replace("<Array", '<Array n="2"'),
    "set-with-a-wrong-count": SET.replace("string", 'string" n="7'),
    "set-of-numbers": SET.replace('"a b" c', " 1 2.0 "),
    "set-with-escapes": SET.replace("a b", r"a\"b\\\\"),
    "set-with-an-open-quote": SET.replace(" c", ' "c'),
    "set-of-quotes": SET.replace(" c", ' "" c""'),
    "empty-set": SET.replace('"a b" c', ""),
    "set-with-brackets": SET.replace("a b", "]]/>="),
    "set-of-other-letters": SET.replace("a b", "größer"),
}


@pytest.mark.parametrize("test", REGULAR_TESTS.values(), ids=REGULAR_TESTS)
def test_regular_tests(test, monkeypatch):
    outcome = both(document(REGULAR.replace("<False />", test + "\n"), after="<Extension/>"), monkeypatch)
    assert outcome.was_text
    assert isinstance(outcome.result, list)


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
    "set-with-an-entity": ("<True/>", SET.replace("a b", "a &quot; b")),
    "set-with-a-comment": ("<True/>", SET.replace("a b", "<!-- a -->")),
    "set-with-end-of-cdata": ("<True/>", SET.replace("a b", "]]>")),
    "set-with-a-control-character": ("<True/>", SET.replace("a b", "\x01")),
    "set-in-another-order": (
        "<True/>",
        SET.replace('field="y" booleanOperator="isIn"', 'booleanOperator="isIn" field="y"'),
    ),
    "set-of-another-operator": ("<True/>", SET.replace("isIn", "isAmong")),
    "set-without-an-array": ("<True/>", '<SimpleSetPredicate field="y" booleanOperator="isIn"></SimpleSetPredicate>'),
    "set-with-two-arrays": ("<True/>", SET.replace("</Array>", '</Array><Array type="int">1</Array>')),
    "set-of-no-field": ("<True/>", SET.replace('field="y"', 'field=""')),
    "simple-set": ('operator="equal"', 'operator="isIn"'),
    "simple-set-beside-a-set": (
        "<True/>",
        f'<True/><Node>{SET}</Node><Node><SimplePredicate field="x" operator="isIn" value="0"/></Node>',
    ),
    "compound": ("<True/>", '<CompoundPredicate booleanOperator="or"><True/><False/></CompoundPredicate>'),
    "equal-to-nothing": (' value="größer"', ""),
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


TREES = {
    "one": '<Node score="1"><True/><Node score="2"><SimplePredicate field="x" operator="equal" value="1"/></Node></Node>',
    "root": "<Node>\n<True/>\n</Node>",
    "distribution": '<Node recordCount="3"><True/><ScoreDistribution value="a" recordCount="3"/></Node>',
    "set": f'<Node score="2"><True/><Node score="3">{SET}</Node></Node>',
    "default": '<Node defaultChild="b"><True/><Node id="b" score="1"><False/></Node></Node>',
}
ODD_TREES = {
    "comment": "<Node><!-- a --><True/></Node>",
    "cdata": "<Node><![CDATA[ ]]><True/></Node>",
    "entity": '<Node score="&lt;1"><True/></Node>',
    "compound": '<Node><CompoundPredicate booleanOperator="or"><True/><False/></CompoundPredicate></Node>',
    "extension": '<Node><Extension name="a"/><True/></Node>',
    "root-with-nothing": "<Node/>",
    "unknown-attribute": '<Node odd="1"><True/></Node>',
    "no-number": '<Node recordCount="many"><True/></Node>',
    "closed-twice": "<Node><True/></Node></Node>",
    "not-closed": "<Node><True/><Node><True/></Node>",
    "two-roots": "<Node><True/></Node><Node><True/></Node>",
    "open-value": '<Node score="1><True/></Node>',
}


def forest(trees: list[str], *, between: str = "") -> str:
    def segment(tree: str) -> str:
        return f'<Segment><True/><TreeModel functionName="regression">{schema("x", "y")}{tree}</TreeModel></Segment>'

    model = (
        f'<MiningModel functionName="regression">{schema("x", "y")}'
        f'<Segmentation multipleModelMethod="sum">{between.join(map(segment, trees))}</Segmentation></MiningModel>'
    )
    return PMML.format(fields=field("x") + field("y"), transformations="", model=model)


BETWEEN = {
    "nothing": "",
    "lines": "\n\t\n",
    "comment": '<!-- <Node score="9"><True/></Node></TreeModel> -->\n',
    "extension": '<Extension><Node score="9"><True/></Node></Extension>',
    "cdata": '<Extension><![CDATA[<Node score="9"><True/></Node></TreeModel>]]></Extension>',
    "processing-instruction": "<?odd <Node><True/></Node>?>",
}


@pytest.mark.parametrize("between", BETWEEN.values(), ids=BETWEEN)
def test_several_trees_at_once(between, monkeypatch):
    outcome = both(forest([*TREES.values(), *TREES.values()], between=between), monkeypatch)
    assert len(outcome.result) == 2 * len(TREES)
    assert outcome.was_text
    assert all(outcome.taken)


@pytest.mark.parametrize("size", [1, 100, 300, 1000], ids="{} characters".format)
@pytest.mark.parametrize("chunk", [7, 250, 1 << 20], ids="chunks of {}".format)
def test_batches_of_any_size(size, chunk, monkeypatch):
    monkeypatch.setattr(tree_batch, "_LARGEST_BATCH", size)
    monkeypatch.setattr(feeder, "CHUNK_BYTES", chunk)
    outcome = both(forest([*TREES.values()] * 3, between="\n"), monkeypatch)
    assert outcome.taken == [True] * (3 * len(TREES))


@pytest.mark.parametrize("place", [0, 2, len(TREES)], ids=["first", "between", "last"])
@pytest.mark.parametrize("odd", ODD_TREES.values(), ids=ODD_TREES)
def test_an_odd_tree_among_others(odd, place, monkeypatch):
    trees = [*TREES.values()]
    trees.insert(place, odd)
    outcome = both(forest(trees), monkeypatch)
    assert outcome.taken.count(True) <= len(TREES)
    if isinstance(outcome.result, list):
        assert outcome.taken == [each != odd for each in trees]


@pytest.mark.parametrize("first", ODD_TREES.values(), ids=ODD_TREES)
def test_odd_trees_that_seem_to_complete_each_other(first, monkeypatch):
    for second in ODD_TREES.values():
        assert not any(both(forest([first, second]), monkeypatch).taken)


def test_a_forest_of_odd_trees_is_soon_left_to_the_parser(monkeypatch):
    calls = []
    read_nodes = tree_batch.read_nodes
    monkeypatch.setattr(tree_batch, "read_nodes", lambda *given: calls.append(given) or read_nodes(*given))
    outcome = both(forest([ODD_TREES["compound"]] * 500), monkeypatch)
    assert not any(outcome.taken)
    assert len(calls) < 50


@given(st.data())
def test_any_change_of_a_forest_reads_the_same(data):
    text = forest([*TREES.values()])
    for _ in range(data.draw(st.integers(1, 3))):
        start = data.draw(st.integers(0, len(text)))
        stop = data.draw(st.integers(start, min(start + 12, len(text))))
        text = text[:start] + data.draw(st.sampled_from([*FRAGMENTS, ""])) + text[stop:]
    with pytest.MonkeyPatch.context() as monkeypatch:
        both(text, monkeypatch)
