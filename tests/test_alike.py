"""Children that a document has again and again, with the same attributes, are held once, but for their positions."""

from __future__ import annotations

import io
from typing import Any

from documents import PMML, field, schema

from sparkpmml.models import discover
from sparkpmml.pmml.alike import Alike
from sparkpmml.pmml.model import Document
from sparkpmml.pmml.reader import read

TREE = f'<TreeModel functionName="regression">{schema("x", "y", "z")}<Node score="1"><True/></Node></TreeModel>'
SEGMENT = f"<Segment><True/>{TREE}</Segment>"


def schemas(segments: str) -> list[Any]:
    discover()
    forest = f"""<MiningModel functionName="regression">{schema("x")}
        <Segmentation multipleModelMethod="sum">{segments}</Segmentation></MiningModel>"""
    fields = "".join(map(field, "xyz"))
    data = PMML.format(fields=fields, transformations="", model=forest).encode()
    model: Any = read(Document, io.BytesIO(data), "forest").model
    return [segment.model.mining_schema.fields for segment in model.segmentation.segments]


def test_fields_are_what_they_are_without_others():
    first, second, third = schemas(f"{SEGMENT}\n{SEGMENT}\n {SEGMENT}")
    assert [type(each) for each in (first, second, third)] == [tuple, Alike, Alike]
    for fields, lines in ((second, 1), (third, 2)):
        assert [each.name for each in fields] == ["x", "y", "z"]
        for each, like in zip(fields, first, strict=True):
            assert each.position.line == like.position.line + lines
        assert fields[1].position == fields[1:][0].position == list(fields)[1].position
        assert fields[-1].name == "z"


def test_other_attributes_are_not_alike():
    other = SEGMENT.replace('name="y"', 'name="y" missingValueReplacement="3"')
    first, second = schemas(SEGMENT + other)
    assert isinstance(second, tuple)
    assert [each.missing_value_replacement for each in (first[1], second[1])] == [None, "3"]
