"""Models whose rows hold lists: arrays of SQL, in what they answer and in what they are told."""

import math

import pytest

HEAD = '<PMML xmlns="http://www.dmg.org/PMML-4_4" version="4.4"><Header/>'
FORECAST = f"""{HEAD}<DataDictionary>
<DataField name="y" optype="continuous" dataType="double"/><DataField name="z" optype="continuous" dataType="double"/>
<DataField name="h" optype="continuous" dataType="integer"/></DataDictionary>
<TimeSeriesModel functionName="timeSeries" bestFit="ARIMA"><MiningSchema><MiningField name="y" usageType="target"/>
<MiningField name="h" usageType="supplementary"/><MiningField name="z" usageType="active"/></MiningSchema>
<TimeSeries usage="original"><TimeValue index="1" value="8"/></TimeSeries>
<ARIMA><NonseasonalComponent p="1" d="0" q="0"><AR><Array type="real">0.5</Array></AR></NonseasonalComponent>
<DynamicRegressor field="z" futureValuesMethod="userSupplied"><Numerator><NonseasonalFactor><Array type="real">2 -1</Array>
</NonseasonalFactor></Numerator><RegressorValues><TimeSeries usage="original"><TimeValue index="0" value="1"/>
<TimeValue index="1" value="1"/></TimeSeries></RegressorValues></DynamicRegressor></ARIMA></TimeSeriesModel></PMML>"""
EVENTS = f"""{HEAD}<DataDictionary><DataField name="x" optype="continuous" dataType="double"/>
<DataField name="w" optype="continuous" dataType="double"/></DataDictionary><TransformationDictionary>
<DerivedField name="ratio" optype="continuous" dataType="double"><Apply function="/"><FieldRef field="x"/>
<FieldRef field="w"/></Apply></DerivedField></TransformationDictionary>
<BaselineModel functionName="regression"><MiningSchema><MiningField name="x"/><MiningField name="w"/></MiningSchema>
<TestDistributions field="ratio" testStatistic="CUSUM"><Baseline><PoissonDistribution mean="1"/></Baseline>
<Alternate><PoissonDistribution mean="2"/></Alternate></TestDistributions></BaselineModel></PMML>"""
# y[1] = 8 is 2 z[1] + z[0] = 3 and 5 of the process, which halves
GROUPS = {
    "supplied regressors": (
        FORECAST,
        "predict({}, h, z)",
        "(2, array(10, 20)), (1, array(0.5))",
        [[23.5, 51.25], [4.5]],
    ),
    # the logarithm of both densities' ratio is x log 2 - 1, for 3, 0 and 2; no sum is below 0
    "derived events": (
        EVENTS,
        "predict({}, h, z)",
        "(array(6.0D, 0.0D, 2.0D), array(2.0D, 1.0D, 1.0D)), (array(1.0D), array(1.0D, 1.0D))",
        [5 * math.log(2) - 3, None],
    ),
}


@pytest.mark.parametrize("name", GROUPS)
def test_arrays(spark, tmp_path, name):
    document, call, rows, expected = GROUPS[name]
    path = tmp_path / "groups.pmml"
    path.write_text(document)
    answers = spark.sql(
        f"SELECT {call.format(repr(str(path)))}.prediction AS p FROM VALUES {rows} AS t(h, z)"
    ).collect()
    assert [row.p for row in answers] == [pytest.approx(each) if each is not None else None for each in expected]
