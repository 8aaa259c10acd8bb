"""The register of mechanisms: each row has a test or a reason, and what it names exists."""

import re
from collections import Counter
from pathlib import Path

import pytest

import bmu_abm
from bmu_abm import parameters, shipped
from bmu_abm.cli import main
from bmu_abm.errors import InputError
from bmu_abm.network import text
from bmu_abm.network.coverage import tied_tests
from bmu_abm.network.declared import EDGES, EVALUATED, LEVELS, NODES
from bmu_abm.network.register import GROUPS, REGISTER
from levels import written_signs

TESTS = Path(__file__).parents[1]
PACKAGE = Path(bmu_abm.__file__).parent
TIED = tied_tests(TESTS)
REPORTED = {"pain"}  # a readout, which acts on nothing
BEYOND = ("beyond-",)  # not of the review


def test_the_register_is_whole():
    counts = Counter(mechanism.group for mechanism in REGISTER.values())
    numbers = (14, 26, 47, 34, 30, 43, 4, 15, 15, 34, 17, 37, 25, 10, 6, 15, 5, 10)
    expected = dict(zip(GROUPS, numbers, strict=True))
    assert counts == expected and len(REGISTER) == 387


def test_every_mechanism_has_a_test_or_a_reason():
    missing = [m.id for m in REGISTER.values() if not m.context and m.id not in TIED]
    assert not missing


def test_what_is_not_simulated_has_no_test():
    assert not [m.id for m in REGISTER.values() if m.context and m.id in TIED]


def test_tests_are_tied_to_mechanisms_that_exist():
    assert not [name for name in TIED if name not in REGISTER and not name.startswith(BEYOND)]


def test_edges_name_mechanisms_that_exist():
    for edge in EDGES:
        assert edge.mechanisms, edge.path
        unknown = [i for i in edge.mechanisms if i not in REGISTER and not i.startswith(BEYOND)]
        assert not unknown, edge.path


def test_every_simulated_mechanism_is_somewhere():
    nowhere = [m.id for m in REGISTER.values() if not (m.context or m.where or m.edges)]
    assert not nowhere


def exists(where):
    """Tell whether a parameter, a file of the package or a shipped file has that name."""
    files = (PACKAGE / where, shipped.folder() / where)
    return where in parameters.REGISTRY or any(file.exists() for file in files)


@pytest.mark.parametrize("mechanism", REGISTER.values(), ids=lambda m: m.id)
def test_where_it_says_it_is_there_is_something(mechanism):
    assert not mechanism.where or exists(mechanism.where)


def test_what_carries_an_edge_exists():
    for edge in EDGES:
        assert not edge.carried_by or exists(edge.carried_by), edge


def test_signs_are_those_written_down_twice():
    """The table of edges beside a second list of what raises and what lowers what."""
    assert written_signs() == {(edge.source, edge.target): edge.sign for edge in EDGES}


def test_levels_end_in_a_rule():
    """No level is there for its own sake: it acts on another level, or a rule carries it on."""
    sources = {edge.source for edge in EDGES}
    assert not [name for name in LEVELS if name not in sources | REPORTED]


def test_a_rule_that_carries_a_level_on_reads_it():
    """Each level from which a carried edge leaves is named in the code outside of the network."""
    code = "".join(p.read_text() for p in PACKAGE.rglob("*.py") if p.parent.name != "network")
    carried = {edge.source for edge in EDGES if edge.carried_by} & set(LEVELS)
    unread = [name for name in carried | REPORTED if not re.search(rf"\b{name}\b", code)]
    assert not unread


# -- in words -------------------------------------------------------------------------------------


def test_an_edge_reads_as_a_sentence():
    edge = next(e for e in EDGES if (e.source, e.target) == ("pten", "pi3k_oc"))
    said = "pten lowers pi3k oc in the osteoclast lineage, gain 0.6, half-max 1 x rest, Hill n 1"
    assert text.sentence(edge) == said
    off = next(e for e in EVALUATED if e.contested)
    assert "contested, off" in text.sentence(off)
    carried = next(e for e in EDGES if e.carried_by == "wnt.sclerostin_kd_pm")
    assert "by `wnt.sclerostin_kd_pm`" in text.sentence(carried)


def test_bmu_network_prints_a_node_with_its_edges(capsys):
    assert main(["network", "nfkb"]) == 0
    out = capsys.readouterr().out.splitlines()
    assert out[0].startswith("nfkb: NF-kappaB")
    assert len(out) == 1 + sum("nfkb" in (e.source, e.target) for e in EDGES)
    assert main(["network"]) == 0
    assert len(capsys.readouterr().out.splitlines()) >= len(EDGES)


def test_an_unknown_node_is_told_in_one_line(capsys):
    with pytest.raises(InputError, match="did you mean 'nfkb'"):
        text.around("nfkbb")
    assert main(["network", "nobody_at_all"]) == 2
    assert len(capsys.readouterr().err.splitlines()) == 1


def test_every_node_has_a_help():
    assert all(node.help for node in NODES.values())
