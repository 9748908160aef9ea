"""Compiled models on disk: the same model, and never an outdated, damaged or foreign one."""

from __future__ import annotations

import gzip
import os
from pathlib import Path

import pandas as pd
import pytest
from documents import PMML, field, schema
from processes import crowd

import sparkpmml
from sparkpmml.engine import compiled, load

TREE = (
    '<TreeModel modelName="{name}" functionName="regression">{schema}'
    "<ModelStats><UnivariateStats/></ModelStats>"
    '<ModelVerification recordCount="1"><VerificationFields><VerificationField field="x"/><VerificationField field="y"/>'
    "</VerificationFields><InlineTable><row><x>1</x><y>{score}</y></row></InlineTable></ModelVerification>"
    '<Node><True/><Node score="{score}"><SimplePredicate field="x" operator="lessThan" value="5"/></Node></Node>'
    "</TreeModel>"
)


def document(*scores: int) -> bytes:
    """A document with a model per score, named a, b ..."""
    trees = [TREE.format(name="abc"[i], schema=schema("x", target="y"), score=score) for i, score in enumerate(scores)]
    return PMML.format(fields=field("x") + field("y"), transformations="", model="".join(trees)).encode()


@pytest.fixture
def compilations(monkeypatch, tmp_path) -> list[str]:
    """The names of the documents that were compiled; the cache is a directory of the test's own."""
    names: list[str] = []
    load_stream = load.load_stream

    def counted(stream, name, model):
        names.append(name)
        return load_stream(stream, name, model)

    monkeypatch.setattr(load, "load_stream", counted)
    monkeypatch.setattr(compiled, "SMALLEST_BYTES", 0)
    monkeypatch.setenv(compiled.SWITCH, str(tmp_path / "cache"))
    return names


def score(model: sparkpmml.Model) -> list[float]:
    return model.predict(pd.DataFrame({"x": [1.0]}))["prediction"].tolist()


def files(tmp_path: Path) -> list[Path]:
    return sorted((tmp_path / "cache").iterdir())


def test_the_same_model_again(compilations):
    one, other = (sparkpmml.load(document(7), name=name) for name in ("one", "other"))
    assert compilations == ["one"]
    assert score(one) == score(other) == [7.0]
    assert other.program.name == "other"
    assert repr(other) == "<sparkpmml.Model TreeModel 'other', 1 inputs>"
    for name in ("element", "function", "name", "version", "producer", "digest", "inputs", "outputs", "statistics"):
        assert getattr(one, name) == getattr(other, name), name
    assert one.statistics is not None
    assert one.verify() == other.verify()
    assert one.verify().rows == 1
    assert one.verify().passed


def test_from_files_plain_and_gzipped(compilations, tmp_path):
    plain, zipped = tmp_path / "plain.pmml", tmp_path / "zipped.pmml.gz"
    plain.write_bytes(document(7))
    zipped.write_bytes(gzip.compress(document(7)))
    models = [sparkpmml.load(path) for path in (plain, zipped, plain, zipped)]
    assert compilations == ["plain.pmml", "zipped.pmml.gz"]
    assert len({model.digest for model in models}) == 1
    plain.write_bytes(document(8))
    assert score(sparkpmml.load(plain)) == [8.0]


def test_each_model_of_a_document_is_its_own(compilations):
    for _ in range(2):
        assert [score(sparkpmml.load(document(7, 8), model=name)) for name in ("a", "b", None)] == [[7.0], [8.0], [7.0]]
    assert len(compilations) == 3


def test_another_state_of_the_package_compiles_anew(compilations, monkeypatch):
    sparkpmml.load(document(7))
    monkeypatch.setattr(compiled, "_state", lambda: "another")
    sparkpmml.load(document(7))
    assert len(compilations) == 2


@pytest.mark.parametrize(
    "damage", [lambda data: b"", lambda data: data[:-9], lambda data: data[:50] + b"?" + data[51:]]
)
def test_a_damaged_file_is_compiled_anew(damage, compilations, tmp_path, caplog):
    sparkpmml.load(document(7))
    (file,) = files(tmp_path)
    whole = file.read_bytes()
    file.write_bytes(damage(whole))
    assert score(sparkpmml.load(document(7))) == [7.0]
    assert "compiling anew" in caplog.text
    assert file.read_bytes() == whole
    assert len(compilations) == 2


def test_switched_off(compilations, tmp_path, monkeypatch):
    monkeypatch.setenv(compiled.SWITCH, "off")
    for _ in range(2):
        sparkpmml.load(document(7))
    assert len(compilations) == 2
    assert not (tmp_path / "cache").exists()


def test_small_documents_are_compiled(compilations, tmp_path, monkeypatch):
    monkeypatch.setattr(compiled, "SMALLEST_BYTES", 1 << 20)
    for _ in range(2):
        sparkpmml.load(document(7))
    assert len(compilations) == 2
    assert not (tmp_path / "cache").exists()


def test_a_directory_that_others_can_write_is_not_trusted(compilations, tmp_path):
    sparkpmml.load(document(7))
    (tmp_path / "cache").chmod(0o777)
    sparkpmml.load(document(7))
    assert len(compilations) == 2


def test_no_room(compilations, monkeypatch, tmp_path, caplog):
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(compiled, "whole_file", full)
    assert score(sparkpmml.load(document(7))) == [7.0]
    assert "No space left" in caplog.text
    assert not files(tmp_path)


def test_a_document_that_is_refused_is_not_kept(compilations, tmp_path):
    for _ in range(2):
        with pytest.raises(sparkpmml.ModelError):
            sparkpmml.load(document(7).replace(b"<True/>", b"<Odd/>"))
    assert not files(tmp_path)


MEMBER = """
import sys
import pandas as pd
import sparkpmml
from sparkpmml.engine import compiled

def member():
    return sparkpmml.load(sys.argv[2]).predict(pd.DataFrame({"x": [1.0]}))["prediction"].tolist()

member()  # what is imported at first use, once; the document is too small to be kept
compiled.SMALLEST_BYTES = 0
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system cannot fork")
def test_many_writers_at_once(compilations, tmp_path):
    path = tmp_path / "model.pmml"
    path.write_bytes(document(7))
    assert crowd(MEMBER, 24, str(path), **{compiled.SWITCH: str(tmp_path / "cache")}) == ["[7.0]"] * 24
    assert len([file for file in files(tmp_path) if file.suffix != ".lock"]) == 1
    sparkpmml.load(path)
    assert not compilations
