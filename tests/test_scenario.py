import numpy as np
import pytest

from resilience.disruption import DemandSurge, ExportControl, Hoarding, Outage, RouteClosure, StockLoss
from resilience.errors import AskError
from resilience.network import Network
from resilience.recovery import Exponential, Linear, SCurve, Series, Step
from resilience.scenario import KINDS, RECOVERIES, Scenario, ScenarioSet

EVERY_KIND = (
    Outage(good="gallium", country=("CHN", "RUS"), lost=0.9, first_week=3, weeks=26, recovery=Linear(weeks=12)),
    ExportControl(good=("gallium", "germanium"), exporter="CHN", importer="quad", licensed=0.1, leaked=0.05),
    RouteClosure(route="malacca", open_share=0.5, added_weeks=2, recovery=SCurve(weeks=6)),
    DemandSurge(tier="defence", bloc="quad", factor=1.3, recovery=Exponential(half_life_weeks=4.5)),
    StockLoss(place="JPN", lost=0.25, first_week=5, recovery=Step()),
    Hoarding(tier="raw", extra_weeks=3.5, recovery=Series(left=(0.5, 0.25))),
)
SET = ScenarioSet(
    scenarios=(
        Scenario(name="all at once", probability=0.05, disruptions=EVERY_KIND, notice_weeks=2, note="n", source="s"),
        Scenario(name='"quoted" \\ 台灣', probability=0.2, disruptions=(Outage(weeks=1.5),)),
        Scenario(name="calm", probability=0.0),
    )
)


def test_the_records_cover_every_kind():
    assert {type(disruption) for disruption in EVERY_KIND} == set(KINDS.values())
    assert {type(disruption.recovery) for disruption in EVERY_KIND} == set(RECOVERIES.values())


def test_a_set_comes_back_equal_from_records_and_from_a_file(tmp_path):
    assert ScenarioSet.from_records([scenario.to_record() for scenario in SET]) == SET
    back = ScenarioSet.read(SET.write(tmp_path / "set.toml"))
    assert back == SET
    assert back.checksum() == SET.checksum()
    assert back.write(tmp_path / "again.toml").read_bytes() == (tmp_path / "set.toml").read_bytes()


def test_a_notebook_shows_what_strikes_its_chance_and_where_it_is_from():
    stop = Outage(good="gas", country=("QAT", "USA"), weeks=4)
    page = Scenario(name="stop", probability=0.05, disruptions=(stop,), notice_weeks=2, source="A & B")._repr_html_()
    assert page == (
        "<p>stop: a chance of 0.05 a year.</p><ul><li>Outage: first_week 1, weeks 4, recovery (Step), good gas, "
        "country QAT + USA, lost 1.0</li>"
        "<li>notice of 2 weeks</li><li>source: A &amp; B</li></ul>"
    )


def test_the_checksum_is_what_it_was_and_moves_with_any_change():
    one = Scenario(name="one", probability=0.1, disruptions=(Outage(weeks=4),))
    known = "99c55d9ab7649353"  # a sum that changes makes every stored run look changed: mean it
    assert ScenarioSet(scenarios=(one,)).checksum().startswith(known)
    others = [
        Scenario(name="two", probability=0.1, disruptions=(Outage(weeks=4),)),
        Scenario(name="one", probability=0.2, disruptions=(Outage(weeks=4),)),
        Scenario(name="one", probability=0.1, disruptions=(Outage(weeks=5),)),
        Scenario(name="one", probability=0.1, disruptions=(Outage(weeks=4, recovery=Linear(weeks=1)),)),
        Scenario(name="one", probability=0.1, disruptions=(StockLoss(weeks=4),)),
    ]
    assert len({ScenarioSet(scenarios=(scenario,)).checksum() for scenario in [one, *others]}) == 6


def test_equal_sets_have_equal_sums_whatever_their_numbers_are_made_of():
    plain = Scenario(name="x", probability=1, disruptions=(Outage(weeks=4, first_week=2, lost=0.5, good=("a", "b")),))
    others = Scenario(
        name="x",
        probability=np.float64(1.0),
        disruptions=(Outage(weeks=np.int64(4), first_week=np.int64(2), lost=np.float64(0.5), good=["b", "a"]),),
    )
    assert plain == others
    assert ScenarioSet(scenarios=(plain,)).checksum() == ScenarioSet(scenarios=(others,)).checksum()


def test_weeks_of_onset_and_of_reaction():
    late = Scenario(name="x", disruptions=(Outage(first_week=9), Outage(first_week=5)), notice_weeks=3)
    assert (late.first_week, late.reaction_week) == (5, 2)
    early = Scenario(name="x", disruptions=(Outage(first_week=2),), notice_weeks=3)
    assert early.reaction_week == 1
    assert Scenario(name="calm").first_week == 1


def test_a_shock_gathers_its_disruptions_and_names_the_scenario_at_fault():
    network = Network.from_frames(goods={"good": ["gas"]}, producers={"good": ["gas"], "place": ["A"], "share": [1.0]})
    both = Scenario(name="both", disruptions=(Outage(lost=0.5, weeks=1), Outage(lost=0.5, weeks=2)))
    assert both.shock(network, 3).left.tolist() == [[0.25, 0.5, 1]]
    with pytest.raises(AskError, match=r"Scenario 'typo': Outage names what is not there\n.*Did you mean gas"):
        Scenario(name="typo", disruptions=(Outage(good="gaz"),)).shock(network, 3)


def test_a_scenario_cannot_be_read_with_every_fault_told_at_once():
    record = {
        "name": "bad",
        "probability": 1.5,
        "notice_weeks": 0.5,
        "sorce": "typo",
        "disruptions": [
            {"kind": "outrage"},
            {"kind": "outage", "lost": 2.0, "weeks": -1},
            {"kind": "outage", "goods": "gas"},
            {"kind": "outage", "recovery": {"kind": "linear"}},
            {"kind": "outage", "recovery": {"kind": "lineal", "weeks": 3}},
            {"kind": "outage", "recovery": "step"},
            {"kind": "outage", "lost": "half"},
            "outage",
        ],
    }
    with pytest.raises(AskError, match="Scenario 'bad' cannot be read") as caught:
        Scenario.from_record(record)
    faults = caught.value.faults
    assert len(faults) == 11
    expected = ("Did you mean source", "probability is 1.5", "notice_weeks is 0.5", "Did you mean outage",
                "lost is 2.0", "weeks is -1", "Did you mean good", "'weeks'", "Did you mean linear",
                "'step' is no table", "disruption 7", "'outage' is no table")  # fmt: skip
    for words in expected:
        assert any(words in fault for fault in faults), words


def test_a_text_where_a_number_belongs_is_refused_with_the_rest():
    with pytest.raises(AskError) as caught:
        ScenarioSet.from_records([{"name": "a", "probability": "often"}, {"probability": 0.1}])
    assert len(caught.value.faults) == 2
    assert "name is missing" in caught.value.faults[1]


@pytest.mark.parametrize("values", [{"probability": -0.1}, {"probability": float("nan")}, {"notice_weeks": -1}])
def test_a_scenario_that_cannot_be_is_refused(values):
    (name,) = values
    with pytest.raises(AskError, match=f"\n  {name} is"):
        Scenario(name="x", **values)


def test_chances_past_one_and_names_twice_are_told_together():
    with pytest.raises(AskError) as caught:
        ScenarioSet(scenarios=[Scenario(name="a", probability=0.6), Scenario(name="a", probability=0.5)])
    assert "'a' names more than one scenario" in caught.value.faults[0]
    assert "add up to 1.1000, past one" in caught.value.faults[1]


def test_chances_may_add_up_to_one_for_all_of_rounding():
    tenths = ScenarioSet(scenarios=[Scenario(name=str(n), probability=0.1) for n in range(10)])
    assert tenths.undisturbed == pytest.approx(0.0, abs=1e-12)
    assert SET.undisturbed == pytest.approx(0.75)


def test_a_set_is_read_by_name_and_in_order():
    assert [scenario.name for scenario in SET][2] == "calm"
    assert len(SET) == 3
    assert SET["calm"].probability == 0.0
    with pytest.raises(AskError, match=r"No scenario 'clam'. Did you mean calm"):
        SET["clam"]


@pytest.mark.parametrize("text", [b"scenario = [", b"\xff"])
def test_a_file_that_is_no_toml_is_refused_by_name(tmp_path, text):
    (tmp_path / "set.toml").write_bytes(text)
    with pytest.raises(AskError, match=r"Cannot read scenarios from .*set.toml"):
        ScenarioSet.read(tmp_path / "set.toml")
    with pytest.raises(AskError, match="Cannot read scenarios from"):
        ScenarioSet.read(tmp_path / "absent.toml")


def test_a_recovery_of_ones_own_stays_in_python():
    class Never:
        def remaining(self, after):
            return np.ones_like(after)

    mine = ScenarioSet(scenarios=(Scenario(name="x", disruptions=(Outage(recovery=Never()),)),))
    with pytest.raises(AskError, match="cannot be written down"):
        mine.checksum()
