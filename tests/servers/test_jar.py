"""The jar that the build makes."""

import importlib.util
import zipfile

import pytest
from hosts import ROOT

from sparkpmml.spark.extension import find_spark


@pytest.fixture
def backend(monkeypatch, tmp_path):
    """The build backend, with a jar of its own to make."""
    pytest.importorskip("setuptools")
    pytest.importorskip("pyspark")
    spec = importlib.util.spec_from_file_location("build_backend", ROOT / "build_backend.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    monkeypatch.setattr(module, "JAR", tmp_path / "sparkpmml.jar")
    monkeypatch.setenv("SPARK_HOME", str(find_spark()))
    return module


def test_jar_is_the_same_each_time_and_runs_on_java_8(backend):
    backend.make_jar()
    first = backend.JAR.read_bytes()
    backend.JAR.unlink()
    backend.make_jar()
    assert backend.JAR.read_bytes() == first
    with zipfile.ZipFile(backend.JAR) as jar:
        classes = [name for name in jar.namelist() if name.endswith(".class")]
        assert "io/sparkpmml/SparkPmmlExtension.class" in classes
        assert {jar.read(name)[7] for name in classes} == {52}


def test_jar_is_made_again_only_for_other_sources(backend, monkeypatch):
    backend.make_jar()
    made = backend.JAR.stat().st_mtime_ns
    backend.make_jar()
    assert backend.JAR.stat().st_mtime_ns == made
    monkeypatch.setattr(backend, "TEXTS", backend.TEXTS[1:])
    backend.make_jar()
    assert backend.JAR.stat().st_mtime_ns > made


@pytest.mark.parametrize(
    ("variable", "said"),
    [("PATH", "needs a JDK"), ("SPARK_HOME", "needs Spark's jars")],
    ids=["no javac", "no Spark"],
)
def test_what_is_missing_is_one_line(backend, monkeypatch, tmp_path, variable, said):
    monkeypatch.delenv("JAVA_HOME", raising=False)
    monkeypatch.setenv(variable, str(tmp_path))
    with pytest.raises(SystemExit, match=said) as caught:
        backend.make_jar()
    assert "\n" not in str(caught.value)
