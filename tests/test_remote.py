"""Documents behind URLs, asked from a server on this machine, and among MLflow's artifacts."""

import os
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

import sparkpmml
from sparkpmml.errors import ModelError, ModelNotFoundError
from sparkpmml.remote.http import HttpFile, HttpOptions
from sparkpmml.remote.mlflow import MlflowFile

IRIS = Path(__file__).parents[1] / "examples" / "iris.pmml"
DOCUMENT = IRIS.read_bytes()


class Handler(BaseHTTPRequestHandler):
    """A server of one document that behaves by the first part of the path."""

    def do_HEAD(self):
        self.answer("HEAD")

    def do_GET(self):
        self.answer("GET")

    def answer(self, method):
        self.server.asked.append(f"{method} {self.path}")
        kind, _, rest = self.path[1:].partition("/")
        headers = {"tagged": {"ETag": f'"{self.server.version}"'}, "dated": {"Last-Modified": self.server.version}}
        if kind == "missing":
            self.send_error(404)
        elif kind == "broken":
            self.send_error(500)
        elif kind == "silent":
            self.server.released.wait(20)
        elif kind == "redirect":
            target = rest.replace("HOST", f"http://127.0.0.1:{self.server.server_port}").replace("UP", "..")
            self.send({"Location": target}, 302)
        elif kind == "get-only" and method == "HEAD":
            self.send_error(405)
        elif kind == "endless":
            self.send({}, 200, DOCUMENT)
        else:
            length = {"Content-Length": str(len(DOCUMENT))}
            self.send({**length, **headers.get(kind, {})}, 200, b"" if method == "HEAD" else DOCUMENT)

    def send(self, headers, status, content=b""):
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *arguments):
        pass


@pytest.fixture
def server():
    """A running server; its `url`, what it was `asked`, and the `version` that it states."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    server.asked, server.version, server.released = [], "one", threading.Event()
    server.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server
    server.released.set()
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.parametrize("path", ["tagged", "dated", "plain", "get-only", "endless", "redirect/HOST/plain"])
def test_read(server, path):
    file = HttpFile(f"{server.url}/{path}")
    assert file.tag
    assert file.read() == DOCUMENT


@pytest.mark.parametrize("path", ["tagged", "dated", "redirect/HOST/tagged"])
def test_unchanged_is_not_downloaded_again(server, path):
    first, second = HttpFile(f"{server.url}/{path}"), HttpFile(f"{server.url}/{path}")
    assert first.tag == second.tag
    assert not [each for each in server.asked if each.startswith("GET")]
    server.version = "two"
    assert HttpFile(f"{server.url}/{path}").tag != first.tag


def test_server_without_tags(server):
    """The document is its own tag, and is downloaded once for both."""
    file = HttpFile(f"{server.url}/plain")
    assert file.tag == HttpFile(f"{server.url}/get-only").tag
    file.read()
    assert server.asked.count("GET /plain") == 1


def test_missing(server):
    file = HttpFile(f"{server.url}/missing/iris.pmml")
    assert file.tag is None
    with pytest.raises(ModelNotFoundError, match=r"no model at .*/missing/iris.pmml: HTTP status 404"):
        file.read()


@pytest.mark.parametrize(
    ("path", "options", "part"),
    [
        pytest.param("broken", {}, "HTTP status 500", id="error"),
        pytest.param("silent", {"timeout": 0.2}, "no answer within 0.2 seconds", id="time-out"),
        pytest.param("plain", {"max_bytes": 100}, "larger than 100 bytes", id="too large, as it says"),
        pytest.param("endless", {"max_bytes": 100}, "larger than 100 bytes", id="too large, without saying so"),
        pytest.param("redirect/file:///etc/hosts", {}, "not allowed", id="redirect to a file"),
        pytest.param("redirect/ftp://127.0.0.1/x", {}, "which is no http(s) URL", id="redirect to FTP"),
        pytest.param("redirect/HOST/b/UP/c", {}, "'..' is not allowed in a URL", id="redirect that climbs"),
        pytest.param(
            "redirect/HOST/secret", {"is_allowed": lambda url: "secret" not in url}, "outside of", id="redirect"
        ),
    ],
)
def test_refused(server, path, options, part):
    file = HttpFile(f"{server.url}/{path}", HttpOptions(**options))
    with pytest.raises(ModelError) as caught:
        file.read()
    assert part in str(caught.value)
    assert "\n" not in str(caught.value)


def test_no_server():
    with pytest.raises(ModelError, match=r"cannot read http://127\.0\.0\.1:9/iris\.pmml: "):
        HttpFile("http://127.0.0.1:9/iris.pmml").read()


@pytest.mark.parametrize("path", ["a/../b", "a/%2e%2E/b", ".."])
def test_urls_that_climb(path):
    with pytest.raises(ModelError, match=r"'\.\.' is not allowed"):
        HttpFile(f"http://127.0.0.1:9/{path}")


def test_load(server):
    model = sparkpmml.load(f"{server.url}/plain/iris.pmml")
    assert model.digest == sparkpmml.load(IRIS).digest


@pytest.fixture(scope="module")
def registry(tmp_path_factory):
    """MLflow's registry in a folder: `iris` with two versions, of which `champion` is the first, and a run's id."""
    # MLflow 3 keeps folders as stores only if asked to; databases need more than mlflow-skinny.
    os.environ["MLFLOW_ALLOW_FILE_STORE"] = "true"
    mlflow = pytest.importorskip("mlflow", reason="MLflow is not installed: pip install mlflow-skinny")
    folder = tmp_path_factory.mktemp("mlflow")
    (folder / "iris.pmml").write_bytes(DOCUMENT)
    (folder / "notes.txt").write_text("")
    mlflow.set_tracking_uri(folder.joinpath("store").as_uri())
    client = mlflow.MlflowClient()
    with mlflow.start_run() as run:
        mlflow.log_artifact(folder / "iris.pmml", "model")
        mlflow.log_artifact(folder / "notes.txt", "model")
        mlflow.log_artifact(folder / "iris.pmml", "two/a")
        mlflow.log_artifact(folder / "iris.pmml", "two/b")
        mlflow.log_artifact(folder / "notes.txt", "none")
    client.create_registered_model("iris")
    for name in ("model", "two"):
        client.create_model_version("iris", f"{run.info.artifact_uri}/{name}", run.info.run_id)
    client.set_registered_model_alias("iris", "champion", "1")
    return client, run.info.run_id


@pytest.mark.parametrize(
    "uri",
    ["models:/iris/1", "models:/iris@champion", "runs:/RUN/model", "runs:/RUN/model/iris.pmml", "runs:/RUN/two/a"],
)
def test_artifact(registry, uri):
    file = MlflowFile(uri.replace("RUN", registry[1]))
    assert file.tag
    assert file.read() == DOCUMENT
    assert sparkpmml.load(file.uri).element == "RegressionModel"


def test_alias_that_moves(registry):
    client, _ = registry
    before = MlflowFile("models:/iris@champion").tag
    assert MlflowFile("models:/iris@champion").tag == before
    client.set_registered_model_alias("iris", "champion", "2")
    try:
        assert MlflowFile("models:/iris@champion").tag != before
        assert MlflowFile("models:/iris/latest").tag.endswith("version 2")
    finally:
        client.set_registered_model_alias("iris", "champion", "1")


@pytest.mark.parametrize(
    ("uri", "part"),
    [
        pytest.param("models:/iris/9", "not found", id="no such version"),
        pytest.param("models:/rose/1", "not found", id="no such model"),
        pytest.param("models:/iris@nobody", "no model at models:/iris@nobody", id="no such alias"),
        pytest.param("models:/rose/latest", "no model at models:/rose/latest", id="no latest"),
        pytest.param("runs:/RUN/nothing", "cannot read runs:/", id="no such artifact"),
        pytest.param("runs:/RUN/none", "no .pmml file at runs:/", id="no document"),
    ],
)
def test_no_artifact(registry, uri, part):
    with pytest.raises(ModelNotFoundError) as caught:
        MlflowFile(uri.replace("RUN", registry[1])).read()
    assert part in str(caught.value)


def test_several_documents(registry):
    with pytest.raises(ModelError, match=r"2 PMML files at models:/iris/2: a/iris\.pmml, b/iris\.pmml; add the path"):
        MlflowFile("models:/iris/2").read()


@pytest.mark.parametrize("uri", ["models:/iris", "models:/iris/Production", "runs:/abc", "models:", "models:/a'b/1"])
def test_no_such_form(uri):
    with pytest.raises(ModelError, match="is no URI of MLflow that can be read"):
        MlflowFile(uri).read()


def test_without_mlflow(monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "mlflow", None)
    with pytest.raises(ModelError, match="need MLflow: pip install mlflow-skinny"):
        sparkpmml.load("models:/iris/1")
