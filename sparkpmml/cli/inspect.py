"""What a model is, takes and gives, and the SQL that calls it."""

from __future__ import annotations

import argparse

import sparkpmml
from sparkpmml.cli._command import OK, add_model
from sparkpmml.describe import describe

configure = add_model


def run(arguments: argparse.Namespace) -> int:
    print(describe(sparkpmml.load(arguments.model), arguments.model))
    return OK
