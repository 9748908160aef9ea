"""A program that is large enough to be shared goes through a file that the workers map."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import pytest

MODEL = """<PMML version="4.4" xmlns="http://www.dmg.org/PMML-4_4"><Header/>
<DataDictionary><DataField name="x" optype="continuous" dataType="double"/></DataDictionary>
<RegressionModel functionName="regression"><MiningSchema><MiningField name="x"/></MiningSchema>
<RegressionTable intercept="{intercept}"><NumericPredictor name="x" coefficient="2"/></RegressionTable>
</RegressionModel></PMML>"""


@pytest.mark.skipif(not hasattr(os, "getuid"), reason="files are shared between the workers of one user")
def test_workers_map_one_file(spark, tmp_path, monkeypatch):
    from sparkpmml.spark import broadcast, builder

    monkeypatch.setattr(broadcast, "LARGE_BYTES", 0)
    path = tmp_path / "shared.pmml"
    path.write_text(MODEL.format(intercept=os.getpid() + 0.25))
    rows = spark.range(0, 40, 1, 4).selectExpr("cast(id as double) as x")
    rows.createOrReplaceTempView("shared_rows")
    query = f"SELECT sum(predict('{path}', *).prediction) FROM shared_rows"
    wanted = 40 * (os.getpid() + 0.25) + 2 * sum(range(40))
    assert spark.sql(query).collect()[0][0] == wanted
    model = builder.DRIVER.library.open(location(path))
    place = Path(tempfile.gettempdir()) / f"sparkpmml-{os.getuid()}" / "programs"
    (file,) = place.glob(f"{model.program.fingerprint}.program")
    written = file.stat().st_ino
    assert spark.sql(query).collect()[0][0] == wanted
    assert file.stat().st_ino == written
    file.unlink()


def location(path: Path):
    from sparkpmml.spark.sources import LocalFile

    return LocalFile(os.path.realpath(path))
