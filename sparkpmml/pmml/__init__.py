"""The language: a PMML document as frozen, typed nodes that mirror its elements. Knows no numpy and no Spark."""
