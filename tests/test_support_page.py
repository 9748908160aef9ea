"""The page of what is supported is what the code's registries say today."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from documents import field, load, schema

from sparkpmml import support
from sparkpmml.errors import UnsupportedMarkupError
from sparkpmml.models import discover
from sparkpmml.pmml.model import Model
from sparkpmml.pmml.node import elements

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "support.md"

NODE = """<TreeModel functionName="classification">{schema}
<Node id="1" recordCount="3" defaultChild="2"><True/>
  <Node id="2" score="a" {more}><SimplePredicate field="x" operator="lessThan" value="1"/>
    <ScoreDistribution value="a" recordCount="2" probability="0.7" confidence="0.6"/>{inside}</Node>
  <Node id="3" score="b"><True/></Node>
</Node></TreeModel>"""


def test_page_is_up_to_date():
    assert PAGE.read_text(encoding="utf-8") == support.page(), "run `make docs`"


def test_every_model_element_has_a_section_and_is_scored():
    discover()
    page = PAGE.read_text(encoding="utf-8")
    tags = {spec.tags[0] for spec in elements(Model)}
    assert tags == set(re.findall(r"^### (\w+)$", page, re.MULTILINE))
    assert "no score is known" not in page


def tree(more: str = "", inside: str = ""):
    fields = (field("x"), field("y", "string"))
    return load(NODE.format(schema=schema("x", target="y"), more=more, inside=inside), *fields)


def test_what_the_page_says_of_nodes_is_read():
    """Trees have a reader of their own, which no declaration describes: its row of the page is written by hand."""
    tree()
    used = {"id", "score", "recordCount", "defaultChild", "ScoreDistribution", "value", "probability", "confidence"}
    assert used <= set(re.findall(r"`(\w+)`", support.OWN_READERS["Node"]))


@pytest.mark.parametrize(("more", "inside"), [('weight="1"', ""), ("", "<Weight/>")], ids=["attribute", "element"])
def test_what_the_page_does_not_list_of_nodes_is_refused(more, inside):
    with pytest.raises(UnsupportedMarkupError, match=r"(?i)weight"):
        tree(more, inside)


def test_links_of_the_pages_lead_somewhere():
    for page in (ROOT / "README.md", *PAGE.parent.glob("*.md")):
        for target in re.findall(r"\]\((?!https?:|#)([^)#]+)", page.read_text(encoding="utf-8")):
            assert (page.parent / target).exists(), f"{page.name}: {target}"
