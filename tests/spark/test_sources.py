"""What a model's name means: aliases, URIs, paths, modelDir, and what allowedPaths forbids."""

import os

import pytest

from sparkpmml.errors import BindingError, ModelError, ModelNotFoundError
from sparkpmml.spark.library import Library, label_of
from sparkpmml.spark.settings import Settings
from sparkpmml.spark.sources import Stamp, _at_uri, _is_under, _Places, locate, names_in


class FakeConfiguration(dict):
    """A session's configuration; `static` is the application's."""

    def __init__(self, session=(), static=()):
        super().__init__(session)
        self.static = dict(static)

    def get_static(self, key):
        return self.static.get(key)

    def keys(self, prefix=""):
        return [key for key in self if key.startswith(prefix)]


class FakeFileSystems:
    """A cluster's filesystem, hdfs://nn, which is the default one."""

    def __init__(self, *uris):
        self.uris = uris

    def stamp(self, uri):
        return Stamp(1, 1) if uri in self.uris else None

    def names(self, folder):
        return [uri.rpartition("/")[2] for uri in self.uris if uri.rpartition("/")[0] == folder.rstrip("/")]

    def copy_to_local(self, uri, target):
        with open(target, "w") as file:
            file.write(uri)

    def qualify(self, path):
        return f"hdfs://nn{path}" if path.startswith("/") else f"hdfs://nn/user/me/{path}"

    def normalize(self, uri):
        return uri


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """The working directory, with a model in it and one in `store`."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "store").mkdir()
    for path in ("here.pmml", "store/iris.pmml", "store/old.xml"):
        (tmp_path / path).write_text(path)
    return tmp_path


CLUSTER = FakeFileSystems("hdfs://nn/models/far.pmml", "s3a://bucket/iris.pmml", "hdfs://nn/user/me/mine.pmml")


@pytest.mark.parametrize(
    ("name", "configuration", "expected"),
    [
        pytest.param("here.pmml", {}, "here.pmml", id="relative path"),
        pytest.param("{folder}/here.pmml", {}, "here.pmml", id="absolute path"),
        pytest.param("file:{folder}/here.pmml", {}, "here.pmml", id="file:/"),
        pytest.param("file://{folder}/here.pmml", {}, "here.pmml", id="file:///"),
        pytest.param("store/../here.pmml", {}, "here.pmml", id="dots"),
        pytest.param("iris.pmml", {"modelDir": "{folder}/store"}, "store/iris.pmml", id="modelDir"),
        pytest.param("iris.pmml", {"modelDir": "file:{folder}/store/"}, "store/iris.pmml", id="modelDir as URI"),
        pytest.param("iris", {"modelDir": "store"}, "store/iris.pmml", id="modelDir, no suffix"),
        pytest.param("old", {"modelDir": "store"}, "store/old.xml", id="modelDir, .xml"),
        pytest.param("here.pmml", {"modelDir": "store"}, "here.pmml", id="not in modelDir"),
        pytest.param("alias", {}, "store/iris.pmml", id="alias of register"),
        pytest.param("b", {"model.b": "here.pmml"}, "here.pmml", id="alias of the configuration"),
        pytest.param("alias", {"model.alias": "here.pmml"}, "here.pmml", id="the configuration's goes first"),
        pytest.param("hdfs://nn/models/far.pmml", {}, "hdfs://nn/models/far.pmml", id="hdfs"),
        pytest.param("/models/far.pmml", {}, "hdfs://nn/models/far.pmml", id="absolute on the default filesystem"),
        pytest.param("mine.pmml", {}, "hdfs://nn/user/me/mine.pmml", id="relative on the default filesystem"),
        pytest.param("iris", {"modelDir": "s3a://bucket"}, "s3a://bucket/iris.pmml", id="modelDir in s3a"),
    ],
)
def test_found(folder, name, configuration, expected):
    values = {f"spark.sparkpmml.{key}": value.format(folder=folder) for key, value in configuration.items()}
    settings = Settings(aliases={"alias": "store/iris.pmml"})
    found = locate(name.format(folder=folder), settings, FakeConfiguration(values), CLUSTER)
    assert found.uri == (expected if ":" in expected else os.path.realpath(folder / expected))
    assert found.read()


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        pytest.param("hero.pmml", ["'hero.pmml'", "did you mean 'here.pmml'"], id="misspelt file"),
        pytest.param("alia", ["did you mean 'alias'"], id="misspelt alias"),
        pytest.param(
            "gone", ["'gone' is an alias of 'store/gone.pmml', and there is no such f"], id="alias of nothing"
        ),
        pytest.param("slip", ["no such file; did you mean 'iris.pmml'? (looked for: "], id="alias of a misspelt file"),
        pytest.param("gon", ["no model 'gon'; did you mean 'gone'?"], id="misspelt alias of nothing"),
        pytest.param("hdfs://nn/none", ["looked for: hdfs://nn/none"], id="hdfs"),
        pytest.param("", ["no model ''"], id="empty"),
    ],
)
def test_not_found(folder, name, parts):
    settings = Settings(aliases={"alias": "store/iris.pmml", "gone": "store/gone.pmml", "slip": "store/irs.pmml"})
    with pytest.raises(ModelNotFoundError) as caught:
        locate(name, settings, FakeConfiguration(), CLUSTER)
    for part in parts:
        assert part in str(caught.value)


@pytest.mark.parametrize(
    ("allowed", "narrowed", "name", "is_allowed"),
    [
        pytest.param("store", None, "store/iris.pmml", True, id="inside"),
        pytest.param("store", None, "here.pmml", False, id="outside"),
        pytest.param("store", None, "store/../here.pmml", False, id="dots lead out"),
        pytest.param("store", None, "store/link.pmml", False, id="a link leads out"),
        pytest.param("sto", None, "store/iris.pmml", False, id="a part of a folder's name"),
        pytest.param("store, hdfs://nn/models", None, "hdfs://nn/models/far.pmml", True, id="one of two"),
        pytest.param("store", "here.pmml", "here.pmml", False, id="a session cannot widen"),
        pytest.param("store,here.pmml", "here.pmml", "store/iris.pmml", False, id="a session can narrow"),
        pytest.param(None, "store", "here.pmml", False, id="a session's own"),
        pytest.param("store", None, "alias", False, id="an alias of a file outside"),
        pytest.param("", None, "here.pmml", False, id="nothing is allowed"),
        pytest.param("store", None, "http://127.0.0.1:9/iris.pmml", False, id="a URL"),
        pytest.param("http://127.0.0.1:9/a", None, "HTTP://127.0.0.1:9/b/iris.pmml", False, id="another part of a URL"),
        pytest.param("http://127.0.0.1:9/a", None, "http://127.0.0.1:9/ab", False, id="a part of a URL's name"),
        pytest.param("store", None, "models:/iris/1", False, id="a registered model"),
        pytest.param("models:/other", None, "models:/iris/1", False, id="another registered model"),
        pytest.param("models:/iri", None, "models:/iris@champion", False, id="a part of a registered model's name"),
    ],
)
def test_allowed_paths(folder, allowed, narrowed, name, is_allowed):
    (folder / "store/link.pmml").symlink_to(folder / "here.pmml")
    key = "spark.sparkpmml.allowedPaths"
    static = {} if allowed is None else {key: allowed}
    configuration = FakeConfiguration({**static, **({} if narrowed is None else {key: narrowed})}, static)
    settings = Settings(aliases={"alias": "here.pmml"})
    if is_allowed:
        assert locate(name, settings, configuration, CLUSTER)
    else:
        with pytest.raises(ModelError, match=r"outside of spark\.sparkpmml\.allowedPaths"):
            locate(name, settings, configuration, CLUSTER)


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        pytest.param("store", ["iris.pmml", "old.xml"], id="folder"),
        pytest.param("hdfs://nn/models/", ["far.pmml"], id="Hadoop"),
        pytest.param("nowhere", [], id="no folder"),
        pytest.param("https://models.example.org", [], id="a web server cannot be listed"),
    ],
)
def test_names_in_a_folder(folder, path, expected):
    assert names_in(path, CLUSTER) == expected


def test_all_aliases():
    configuration = FakeConfiguration({"spark.sparkpmml.model.b": "x", "spark.sparkpmml.modelDir": "y"})
    assert Settings(aliases={"a": "z"}).names(configuration) == ["a", "b"]


@pytest.mark.parametrize("value", ["soon", "0", "-1", "inf", "nan", ""])
def test_bounds_of_http(value):
    configuration = FakeConfiguration({"spark.sparkpmml.http.timeout": value})
    with pytest.raises(BindingError, match=r"spark\.sparkpmml\.http\.timeout is '.*', not a number above 0"):
        locate("here.pmml", Settings(), configuration, CLUSTER)


def test_changed_file_is_read_again(folder):
    """Compiled anew only when the content differs: neither at each query, nor because of a new time stamp."""
    compiled = []
    library = Library(lambda document, name: compiled.append(document) or document)

    def open_it():
        return library.open(locate("here.pmml", Settings(), FakeConfiguration(), FakeFileSystems()))

    open_it()
    assert open_it() == b"here.pmml"
    os.utime(folder / "here.pmml", ns=(1, 1))
    assert open_it() == b"here.pmml"
    assert len(compiled) == 1
    (folder / "here.pmml").write_text("other")
    assert open_it() == b"other"
    assert len(compiled) == 2


@pytest.mark.parametrize(("value", "is_good"), [("FAIL", True), ("capture", True), ("ignore", False)])
def test_on_error(value, is_good):
    configuration = FakeConfiguration({"spark.sparkpmml.onError": value})
    if is_good:
        assert Settings().choose_on_error(configuration) == value.lower()
    else:
        with pytest.raises(BindingError, match="not one of null, fail, capture"):
            Settings().choose_on_error(configuration)


@pytest.mark.parametrize(
    ("name", "label"),
    [
        ("https://models.example.org/iris.pmml?sign=a/b", "iris.pmml"),
        ("models:/iris@champion", "iris@champion"),
        ("a/b/iris.pmml", "iris.pmml"),
        ("s3a://b/iris", "iris"),
        ("alias", "alias"),
        ("/", "/"),
    ],
)
def test_label(name, label):
    assert label_of(name) == label


@pytest.mark.parametrize(
    ("prefix", "uri"),
    [
        ("models:", "models:/iris/1"),
        ("models:/iris", "models:/iris/1"),
        ("models:/iris", "models:/iris@champion"),
        ("https://models.example.org/team/", "HTTPS://Models.example.org/team/iris.pmml?version=1"),
        ("https://models.example.org", "https://models.example.org/iris.pmml"),
    ],
)
def test_allowed_uris(prefix, uri):
    """Without a look at what is there."""
    assert _is_under(_at_uri(uri, _Places(CLUSTER)).uri, [[prefix]], CLUSTER)
