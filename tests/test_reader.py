"""Documents that cannot be read: one sentence that says what is wrong, and where."""

from __future__ import annotations

import gzip

import pyarrow as pa
import pytest
from documents import PMML, field, load, schema

import sparkpmml
from sparkpmml.errors import ModelError, ModelNotFoundError, UnsupportedMarkupError

TREE = '<TreeModel functionName="regression">{schema}<Node score="1"><True/></Node></TreeModel>'
GOOD = PMML.format(fields=field("x"), transformations="", model=TREE.format(schema=schema("x")))

UNREADABLE = [
    pytest.param("", "empty|no element", id="nothing"),
    pytest.param("hello", r"not well-formed XML: .* line 1, column 1", id="text"),
    pytest.param(
        "<html><body/></html>", r"line 1, column 1: not a PMML document: the root element is <html>", id="html"
    ),
    pytest.param(GOOD[:-8], r"not well-formed XML", id="cut-off"),
    pytest.param(GOOD.replace("</Header>", "").replace("<Header/>", "<Header>"), "mismatched tag", id="mismatched"),
    pytest.param(
        GOOD.replace('name="x" ', ""), r"line \d+, column \d+: <DataField> lacks the attribute name", id="name"
    ),
    pytest.param(GOOD.replace('dataType="double"', 'dataType="dbl"'), "must be a PMML data type, is 'dbl'", id="type"),
    pytest.param(
        GOOD.replace("<True/>", ""), r"the <Node> of line \d+ has no predicate before its children", id="no-predicate"
    ),
    pytest.param(
        GOOD.replace(
            "<True/>",
            '<SimpleSetPredicate field="x" booleanOperator="isIn"><Array>1</Array><Array>2</Array></SimpleSetPredicate>',
        ),
        "an <Array> that is not the one and only one of a <SimpleSetPredicate>",
        id="two-arrays",
    ),
    pytest.param(
        PMML.format(
            fields="",
            transformations="",
            model='<MiningModel functionName="regression"><MiningSchema/><Segmentation multipleModelMethod="selectFirst">'
            "<Segment><True/></Segment></Segmentation></MiningModel>",
        ),
        "<Segment> lacks an element that is a Model",
        id="no-model",
    ),
    pytest.param(GOOD.replace('functionName="regression"', ""), "lacks the attribute functionName", id="function"),
    pytest.param(
        '<!DOCTYPE PMML [<!ENTITY a "b">]>' + GOOD, "declares an entity .*entities are not accepted", id="entity"
    ),
    pytest.param(
        '<!DOCTYPE PMML [<!ENTITY a SYSTEM "file:///etc/passwd">]>' + GOOD.replace("<Header/>", "<Header>&a;</Header>"),
        "declares an entity",
        id="external-entity",
    ),
]


@pytest.mark.parametrize(("text", "message"), UNREADABLE)
def test_unreadable(text, message):
    with pytest.raises(ModelError, match=message) as raised:
        sparkpmml.load(text.encode(), name="broken.pmml")
    assert "broken.pmml" in str(raised.value)
    assert "\n" not in str(raised.value)


def test_all_unsupported_markup_is_listed():
    text = GOOD.replace("<Node ", '<Nodes/><Node odd="1" ').replace("<TreeModel ", '<TreeModel x-novel="yes" ')
    with pytest.raises(UnsupportedMarkupError) as raised:
        sparkpmml.load(text.encode(), name="novel.pmml")
    listed = [finding.what for finding in raised.value.findings]
    assert [what.split(";")[0] for what in listed] == [
        "attribute x-novel of <TreeModel>",
        "element <Nodes> in <TreeModel>",
        "attribute odd of <Node>",
    ]
    assert all(finding.line == 5 for finding in raised.value.findings)


HARMLESS = [
    pytest.param(
        GOOD.replace("<Header/>", '<Header><Extension name="a"><b><c/></b></Extension></Header>'), id="extension"
    ),
    pytest.param(GOOD.replace("<Node ", "<ModelStats><UnivariateStats/></ModelStats><Node "), id="stats"),
    pytest.param(GOOD.replace("<True/>", "<True/><X-Vendor><Thing/></X-Vendor>"), id="vendor-element"),
    pytest.param(GOOD.replace(' xmlns="http://www.dmg.org/PMML-4_4"', ""), id="no-namespace"),
    pytest.param('<!DOCTYPE PMML PUBLIC "PMML 2.0" "http://www.dmg.org/v2-0/pmml_v2_0.dtd">' + GOOD, id="doctype"),
    pytest.param("\ufeff" + GOOD, id="byte-order-mark"),
    pytest.param(GOOD.replace("<Header/>", '<Header tool="t"><Application name="a" build="7"/></Header>'), id="maker"),
    pytest.param(GOOD.replace('version="4.4"', 'version="4.4" x-baseVersion="4.4"'), id="base-version"),
]


@pytest.mark.parametrize("text", HARMLESS)
def test_harmless_markup_is_passed_over(text):
    assert sparkpmml.load(text.encode()).element == "TreeModel"


NAMED = """<PMML version="4.4"><Header/><DataDictionary>
<DataField name="{name}" optype="categorical" dataType="string"/></DataDictionary><TreeModel functionName="regression">
<MiningSchema><MiningField name="{name}"/></MiningSchema><Node score="0"><True/><Node score="1"><SimplePredicate
 field="{name}" operator="equal" value="{name}"/></Node></Node></TreeModel></PMML>"""


@pytest.mark.parametrize(
    ("encoding", "name"),
    [("GBK", "年龄"), ("gb18030", "龄"), ("Shift_JIS", "年齢"), ("EUC-KR", "나이"), ("Big5", "年齡"), ("KOI8-R", "лет"),
     ("windows-1252", "âge"), ("UTF-16", "年")],
)  # fmt: skip
def test_encodings(encoding, name):
    text = f'<?xml version="1.0" encoding="{encoding}"?>\n<!--{"x" * 1015}-->{NAMED.format(name=name)}'
    model = sparkpmml.load(text.encode(encoding))
    assert model.predict(pa.table({name: [name, "another"]}))["prediction"].to_pylist() == [1.0, None]


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (
            b'<?xml version="1.0" encoding="klingon"?><PMML/>',
            "encoded.pmml declares an encoding 'klingon', which is not",
        ),
        (b'<?xml version="1.0" encoding="hex"?><PMML/>', "encoded.pmml declares an encoding 'hex', which is not known"),
        (b'<?xml version="1.0" encoding="GBK"?><PMML a="\xff\xff"/>', "encoded.pmml is not in the encoding that it"),
    ],
)
def test_bytes_that_are_no_text(data, message):
    with pytest.raises(ModelError, match=message):
        sparkpmml.load(data, name="encoded.pmml")


def test_a_prefixed_document():
    prefixed = GOOD.replace("</", "</p:").replace("<", "<p:").replace("<p:/p:", "</p:").replace("xmlns=", "xmlns:p=")
    assert sparkpmml.load(prefixed.encode()).element == "TreeModel"


def test_gzip_and_paths(tmp_path):
    plain, zipped = tmp_path / "m.pmml", tmp_path / "m.pmml.gz"
    plain.write_text(GOOD)
    zipped.write_bytes(gzip.compress(GOOD.encode()))
    models = [sparkpmml.load(plain), sparkpmml.load(str(zipped)), sparkpmml.load(plain.as_uri())]
    assert len({model.digest for model in models}) == 1
    with pytest.raises(ModelNotFoundError, match=r"no model at .*missing\.pmml"):
        sparkpmml.load(tmp_path / "missing.pmml")


def test_a_document_without_a_model():
    with pytest.raises(ModelError, match="<PMML> lacks a model element"):
        load("")


def test_a_reference_to_nothing_shows_what_there_is():
    model = (
        '<TreeModel functionName="regression">'
        + schema("age")
        + (
            '<Node><True/><Node score="1"><SimplePredicate field="agee" operator="isMissing"/></Node></Node></TreeModel>'
        )
    )
    with pytest.raises(ModelError, match=r"refers to field 'agee', which is not declared \(known: age\).*'age'\?"):
        load(model, field("age"))


def test_what_a_model_says_of_itself():
    model = load(TREE.format(schema=schema("x")), field("x"))
    assert (model.element, model.function, model.version, model.producer) == ("TreeModel", "regression", "4.4", None)
    assert [(each.name, str(each.data_type), each.is_read) for each in model.inputs] == [("x", "double", False)]
    assert [each.name for each in model.outputs] == ["prediction"]


def test_a_document_with_several_models():
    one, two = (
        TREE.format(schema=schema("x")).replace("<TreeModel", f'<TreeModel modelName="{name}"') for name in "ab"
    )
    text = PMML.format(
        fields=field("x"), transformations="", model=one + two.replace('score="1"', 'score="2"')
    ).encode()
    assert [sparkpmml.load(text, model=name).name for name in (None, "a", "b")] == ["a", "a", "b"]
    with pytest.raises(ModelError, match="no model named 'c'; it has a, b"):
        sparkpmml.load(text, model="c")


DESCRIBED = """<ModelExplanation><PredictiveModelQuality targetField="y" accuracy="0.9"><ConfusionMatrix/></PredictiveModelQuality>
</ModelExplanation><ModelStats><UnivariateStats field="x"><Counts totalFreq="7"/><Note>seven
rows</Note></UnivariateStats></ModelStats>"""


def test_descriptions_are_kept():
    model = sparkpmml.load(GOOD.replace("<Node ", DESCRIBED + "<Node ").encode())
    (quality,) = model.explanation.find("PredictiveModelQuality")
    assert (quality.attributes["accuracy"], [child.tag for child in quality.children]) == ("0.9", ["ConfusionMatrix"])
    (statistics,) = model.statistics.children
    assert [(each.tag, each.attributes, each.text) for each in statistics.children] == [
        ("Counts", {"totalFreq": "7"}, ""),
        ("Note", {}, "seven\nrows"),
    ]
    assert sparkpmml.load(GOOD.encode()).statistics is None


@pytest.mark.parametrize(("optype", "function"), [("continuous", "regression"), ("categorical", "classification")])
def test_pmml_1_leaves_the_function_to_the_target(optype, function):
    text = PMML.replace('version="4.4"', 'version="1.1"').format(
        fields=field("x") + field("y", optype=optype),
        transformations="",
        model=TREE.format(schema=schema("x", target="y")).replace('functionName="regression"', ""),
    )
    assert sparkpmml.load(text.encode()).function == function
