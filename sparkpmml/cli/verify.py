"""Check a model against the examples in its own document."""

from __future__ import annotations

import argparse

import sparkpmml
from sparkpmml.cli._command import FAILED, OK, add_model, complain

configure = add_model


def run(arguments: argparse.Namespace) -> int:
    verification = sparkpmml.load(arguments.model).verify()
    if not verification.present:
        print(f"{arguments.model}: no ModelVerification in the document, nothing to compare")
        return OK
    if verification.passed:
        print(f"{arguments.model}: verified, {verification.rows:,} rows agree")
        return OK
    for failure in verification.failures:
        print(failure)
    return complain(
        f"{arguments.model}: {len(verification.failures):,} differences in {verification.rows:,} rows", FAILED
    )
