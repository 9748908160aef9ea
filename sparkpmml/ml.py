"""PMML models as stages of pyspark.ml pipelines.

>>> from sparkpmml.ml import PMMLTransformer                                   # doctest: +SKIP
>>> PMMLTransformer(model="iris.pmml").transform(flowers)                      # doctest: +SKIP
>>> PipelineModel([PMMLTransformer(model="iris.pmml")]).save("hdfs:///pipe")   # doctest: +SKIP
"""

from __future__ import annotations

import importlib.util

if importlib.util.find_spec("pyspark") is None:
    raise ImportError("sparkpmml.ml needs pyspark, which is not installed: pip install 'sparkpmml[spark]'")

from sparkpmml.spark.ml.transformer import PMMLTransformer

__all__ = ["PMMLTransformer"]
