"""The SQL that makes a model a function in Databricks' Unity Catalog."""

from __future__ import annotations

import argparse

import sparkpmml
from sparkpmml.cli._command import OK, add_model
from sparkpmml.engine.load import read_document
from sparkpmml.unity_catalog import OURS, FunctionOptions, create_function


def configure(parser: argparse.ArgumentParser) -> None:
    add_model(parser)
    parser.add_argument("--name", required=True, metavar="CATALOG.SCHEMA.FUNCTION", help="the function's name")
    parser.add_argument(
        "--model-path",
        metavar="/Volumes/...",
        help="where the function finds the document; unless given, the document goes into the function's source",
    )
    parser.add_argument(
        "--on-error",
        choices=("null", "fail", "capture"),
        default="null",
        help="a row without a score: nulls, fail the query, or nulls with the reason in a field 'error' (%(default)s)",
    )
    parser.add_argument(
        "--dependency",
        metavar="PACKAGE",
        action="append",
        help=f"what to install for the function, such as a wheel in a volume ({OURS})",
    )
    parser.add_argument(
        "--environment-version", default="None", help="Databricks' environment version (%(default)s: the default one)"
    )


def run(arguments: argparse.Namespace) -> int:
    document = read_document(arguments.model)
    model = sparkpmml.load(document, name=arguments.model.rstrip("/").rpartition("/")[2])
    options = FunctionOptions(
        name=arguments.name,
        model_path=arguments.model_path,
        on_error=arguments.on_error,
        dependencies=tuple(arguments.dependency or [OURS]),
        environment_version=arguments.environment_version,
    )
    print(create_function(model, document, options))
    return OK
