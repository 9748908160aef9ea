"""Documents of models that no library at hand trains."""

from __future__ import annotations

import numpy as np

_BINS = np.linspace(-2, 2, 7)


def scorecard_document(columns: int) -> str:
    """A scorecard of up to ten characteristics, eight bins and a bin for missing values each."""
    names = [f"x{column}" for column in range(min(columns, 10))]
    random = np.random.default_rng(0)
    fields = "".join(f'<DataField name="{name}" optype="continuous" dataType="double"/>' for name in (*names, "y"))
    used = "".join(f'<MiningField name="{name}"/>' for name in names)
    parts = "".join(_characteristic(name, random.integers(-20, 60, len(_BINS) + 2).tolist()) for name in names)
    return f"""<PMML version="4.4" xmlns="http://www.dmg.org/PMML-4_4">
<Header/>
<DataDictionary>{fields}</DataDictionary>
<Scorecard functionName="regression" initialScore="300" useReasonCodes="true" reasonCodeAlgorithm="pointsBelow"
 baselineMethod="max" baselineScore="40">
<MiningSchema>{used}<MiningField name="y" usageType="target"/></MiningSchema>
<Output>
<OutputField name="score" feature="predictedValue" dataType="double" optype="continuous"/>
<OutputField name="reason1" feature="reasonCode" rank="1" dataType="string" optype="categorical"/>
<OutputField name="reason2" feature="reasonCode" rank="2" dataType="string" optype="categorical"/>
</Output>
<Characteristics>{parts}</Characteristics>
</Scorecard>
</PMML>
"""


def _characteristic(name: str, scores: list[int]) -> str:
    missing, last, *rest = scores
    attributes = [f'<Attribute partialScore="{missing}">{_test(name, "isMissing")}</Attribute>']
    attributes += [
        f'<Attribute partialScore="{score}">{_test(name, "lessThan", bound)}</Attribute>'
        for score, bound in zip(rest, _BINS.tolist(), strict=True)
    ]
    attributes.append(f'<Attribute partialScore="{last}"><True/></Attribute>')
    return f'<Characteristic name="{name} points" reasonCode="{name}">{"".join(attributes)}</Characteristic>'


def _test(name: str, operator: str, value: float | None = None) -> str:
    literal = "" if value is None else f' value="{value:.4f}"'
    return f'<SimplePredicate field="{name}" operator="{operator}"{literal}/>'
