"""The Python process behind the extension: how it is chosen, how it fails, and beside a Python program of the user's."""

import json
import sys

import pytest
from hosts import EXAMPLES, ROOT, options

CALL = "SELECT predict('iris.pmml', 5.1, 3.5, 1.4, 0.2).prediction"

FAULTY = {
    "no such file": "",
    "without the package": 'exec {python} -I -S "$@"',
    "of another version": "{patched} pyspark.__version__ = '3.0.0'; {attach}",
    "too slow": "exec sleep 600",
    "dies in the call": "{patched} FunctionBuilder.apply = lambda *given: os._exit(7); {attach}",
    "of an older package": "{patched} del BUILDERS['predict']; {attach}",
}
"""Scripts that stand for a Python executable."""

PATCHED = 'exec {python} -c "import os, pyspark, runpy; from sparkpmml.spark.builder import BUILDERS, FunctionBuilder;'
ATTACH = "runpy.run_module('sparkpmml.spark.extension.attach', run_name='__main__')\""

TIDY = """
import gc, runpy
from threading import Thread, active_count
from py4j.clientserver import ClientServerConnection

def forget(client):
    gc.collect()
    while client.finalizer_deque:
        client.garbage_collect_object(client.finalizer_deque.pop()[1], enqueue=False)

def call(connection, *given, original=ClientServerConnection._call_proxy):
    answer = original(connection, *given)
    with open("threads", "a") as counts:
        print(active_count(), file=counts)
    thread = Thread(target=forget, args=[connection.java_client])
    thread.start()
    thread.join()
    return answer

ClientServerConnection._call_proxy = call
runpy.run_module("sparkpmml.spark.extension.attach", run_name="__main__")
"""
"""Lets the JVM forget what Python dropped before the answer is sent, as py4j may where a machine is busy.

And notes at each call how many threads there are."""

SAID = {
    "no such file": "there is no Python to start (Cannot run program",
    "without the package": "No module named 'sparkpmml'",
    "of another version": "has pyspark 3.0.0, and Spark is ",
    "too slow": "was not ready within the 2 seconds of spark.sparkpmml.startTimeout (it still runs)",
    "dies in the call": "was lost during the call (exit code 7); the next query starts it again",
    "of an older package": "has no such function",
}

ADVISED = ("no such file", "without the package", "of another version")
"""Those that another Python would help."""

PROGRAM = """
import json, os, subprocess, sys
from concurrent.futures import ThreadPoolExecutor
from threading import Thread
from pyspark.sql import SparkSession
import sparkpmml

call, pythons, tidy = json.loads(sys.argv[1])

def start(python):
    settings = {"spark.pyspark.driver.python": python, "spark.sparkpmml.startTimeout": "2s" if "slow" in python else "90s"}
    return SparkSession.builder.config(map=settings).getOrCreate()

def answer(spark, query):
    try:
        return spark.sql(query).first()[0]
    except Exception as error:
        return f"{type(error).__name__} {error}"

def children():
    listed = subprocess.run(["ps", "-A", "-ww", "-o", "ppid=,args="], capture_output=True, text=True, check=True).stdout
    processes = [line.split(maxsplit=1) for line in listed.splitlines()]
    return sum(int(parent) == os.getppid() and "-m sparkpmml" in arguments for parent, arguments in processes)

said = {}
for name, python in pythons.items():
    spark = start(python)
    said[name] = answer(spark, call)
    spark.stop()

spark = start(tidy)
for _ in range(8):
    thread = Thread(target=answer, args=[spark, call])  # which has a thread of the JVM to itself, as long as it lives
    thread.start()
    thread.join()
said["counts"] = [int(line) for line in open("threads")]
with ThreadPoolExecutor(8) as threads:
    said["threads"] = list(threads.map(lambda _: answer(spark, call), range(8)))
said["children"] = children()
said["refused by extension"] = answer(spark, "SELECT predict('iris', 1)")
sparkpmml.register(spark, models={"iris": "iris.pmml"})
by_alias = call.replace("iris.pmml", "iris")
said["registered"] = [answer(spark, by_alias), answer(spark.newSession(), by_alias)]
said["described"] = [row[0] for row in spark.sql("DESCRIBE FUNCTION EXTENDED predict").collect()]
print("SAID", json.dumps(said))
"""


@pytest.fixture(scope="module")
def said(host):
    """What one program was answered with each of these Pythons, one after the other, and then with one that is tidy."""
    program = host.folder / "program.py"
    program.write_text(PROGRAM)
    pythons = {name: str(host.folder / name.replace(" ", "-")) for name in FAULTY}
    for name, script in FAULTY.items():
        write_executable(host.folder / name.replace(" ", "-"), script)
    (host.folder / "tidy.py").write_text(TIDY)
    tidy = host.folder / "tidy"
    write_executable(tidy, f'exec {sys.executable} {host.folder / "tidy.py"} "$@"')
    (host.folder / "iris.pmml").symlink_to(EXAMPLES / "iris.pmml")
    submitted = [host.spark / "bin" / "spark-submit", *options(), program, json.dumps([CALL, pythons, str(tidy)])]
    printed = host.output(*submitted)
    return json.loads(next(line for line in printed.splitlines() if line.startswith("SAID"))[5:])


def write_executable(path, script):
    if script:
        lines = script.format(python=sys.executable, patched=PATCHED.format(python=sys.executable), attach=ATTACH)
        path.write_text(f"#!/bin/sh\n{lines}\n")
        path.chmod(0o755)


@pytest.mark.parametrize("name", FAULTY)
def test_faulty_python_is_one_sentence(said, name):
    message = said[name]
    assert message.startswith("AnalysisException predict: ")
    assert SAID[name] in message
    assert ("set spark.pyspark.driver.python" in message) == (name in ADVISED)
    assert "\n" not in message.strip().split(";\n")[0]
    assert "Traceback" not in message


def test_threads_share_one_process(said):
    assert said["threads"] == ["setosa"] * 8
    assert said["children"] == 1


def test_threads_that_end_leave_nothing_behind(said):
    """Neither a connection nor a thread that serves it."""
    assert len(said["counts"]) == 8
    assert max(said["counts"]) - min(said["counts"]) <= 1  # the JVM's collector of garbage may have called, too


def test_program_may_register_as_well(said):
    assert "predict: no model 'iris'" in said["refused by extension"]
    assert said["registered"] == ["setosa", "setosa"]
    assert "on_error => 'null', 'fail' or 'capture'" in "\n".join(said["described"])


def test_functions_of_the_jar_are_those_of_python():
    from sparkpmml.spark.builder import BUILDERS, TABLE_BUILDERS

    described = {path.stem for path in (ROOT / "sparkpmml" / "spark" / "usage").glob("*.txt")}
    assert {*BUILDERS, *TABLE_BUILDERS} == described
