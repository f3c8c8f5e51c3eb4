import pytest

from resilience.errors import AskError
from resilience.mitigation import NewCapacity, SecondSource, SubstituteQualified, SurgeCapacity
from resilience.periods import Coarsening, Weekly
from resilience.policy import Refill, Release, Serves, Slip
from resilience.risk import CVaR, Expectation, WorstCase
from resilience.simulate.behaviour import EarmarkFirst, Tranches
from resilience.sizing.limits import Capacity, CostShare, Cover, Days, Earmark, FillPace, NetImports, Units, Usd
from resilience.sizing.reserve import Chance
from resilience.sizing.scope import Downstream
from resilience.study import Study, read_release


def told(path, *changes: tuple[str, str]) -> list[str]:
    """The faults of the study at `path` once its text is changed."""
    text = path.read_text()
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    path.write_text(text)
    with pytest.raises(AskError) as caught:
        Study.read(path)
    return [fault.removeprefix(f"{path}") for fault in caught.value.faults]


def test_a_study_is_read_with_the_defaults_of_what_it_leaves_out(tiny):
    study = Study.read(tiny)
    assert (study.name, study.weeks, study.members, study.seed) == ("tiny", 12, "pair", 1)
    assert [scenario.name for scenario in study.scenarios] == ["gas_stops", "chips_stop"]
    assert study.scenarios["chips_stop"].disruptions[0].weeks == 2
    assert study.release.build().first_arrival == 1
    assert study.periods.build() == Weekly()
    assert study.sizing.risk == Expectation()
    assert isinstance(study.scope(), Downstream)


def test_kinds_become_the_objects_they_name(tiny):
    study = Study.read(tiny).having(
        {
            "sizing.risk": {"kind": "cvar", "tail": 0.1, "weight": 0.5},
            "sizing.floors": [{"tier": "defence", "served": 0.9, "within": {"kind": "expectation"}}],
            "periods.steps": [[4, 1], [1, 4]],
        }
    )
    assert study.sizing.risk == CVaR(tail=0.1, weight=0.5)
    assert study.sizing.floors[0].build().within == Expectation()
    assert study.periods.build() == Coarsening(steps=((4, 1), (1, 4)))


LIMITED = """
[sizing]
risk = { kind = "wasserstein", radius = 0.5 }
floors = [{ tier = "defence", served = 0.9, within = { kind = "chance", probability = 0.95 } }]

[[sizing.limits]]
kind = "cover"
days = 90
base = "net_imports"
goods = "gas"
private_counts = true

[[sizing.limits]]
kind = "earmark"
owner = "BBB"
at_least = { days = 30 }
at_most = { usd = 1e6 }

[[sizing.limits]]
kind = "fill_pace"
share_per_year = 0.1
years = 3

[[sizing.limits]]
kind = "cost_share"
owner = "BBB"
at_most = 0.5

[[sizing.limits]]
kind = "capacity"
place = "BBB"
at_most = { units = 40 }

[[scenario]]
name = "gas_stops"
"""


def test_limits_become_the_objects_they_name(tiny):
    tiny.write_text(tiny.read_text().replace('\n[[scenario]]\nname = "gas_stops"\n', LIMITED))
    study = Study.read(tiny)
    assert study.sizing.limits == (
        Cover(days=90, base=NetImports(), goods="gas", private_counts=True),
        Earmark(owner="BBB", at_least=Days(days=30), at_most=Usd(usd=1e6)),
        FillPace(share_per_year=0.1, years=3),
        CostShare(owner="BBB", at_most=0.5),
        Capacity(place="BBB", at_most=Units(units=40)),
    )
    assert study.sizing.floors[0].within == Chance(probability=0.95)
    network = study.network()
    ball = study.risk(network)
    assert ball.radius == 0.5
    assert len(ball.points) == 2
    assert study.faults(network) == []


def test_a_limit_at_fault_is_told_with_its_line_and_every_fault(tiny):
    wrong = LIMITED
    for old, new in (
        ("days = 90", "day = 90"), ('base = "net_imports"', 'base = "imports"'), ('"earmark"', '"earmarks"'),
        ("{ units = 40 }", "40"), ("years = 3", 'years = "three"'), ('owner = "BBB"\nat_most', "owner = 1\nat_most"),
    ):  # fmt: skip
        assert old in wrong
        wrong = wrong.replace(old, new)
    faults = told(tiny, ('\n[[scenario]]\nname = "gas_stops"\n', wrong))
    assert faults == [
        ":15: sizing.limits.1: cover cannot be read; base 'imports' is not known. Did you mean net_imports?; "
        "days is missing; unknown key 'day'. Did you mean days?",
        ":22: sizing.limits.2: kind 'earmarks' is not known. Did you mean earmark?",
        ":28: sizing.limits.3: fill_pace cannot be read; years is 'three': it must be a number",
        ":33: sizing.limits.4: cost_share cannot be read; owner is 1: it must be a name",
        ":38: sizing.limits.5: capacity cannot be read; at_most is 40: it must be one of "
        "{ units = 1 }, { days = 30 } or { usd = 1e6 }",
    ]


def test_a_limit_on_what_the_network_has_not_is_told_with_its_line(tiny):
    text = LIMITED.replace('goods = "gas"', 'goods = ["gass", "chip"]').replace('place = "BBB"', 'place = "BB"')
    tiny.write_text(tiny.read_text().replace('\n[[scenario]]\nname = "gas_stops"\n', text))
    study = Study.read(tiny)
    assert study.faults(study.network()) == [
        f"{tiny}:15: sizing.limits.1: no good 'gass'. Did you mean gas?",
        f"{tiny}:38: sizing.limits.5: no place 'BB'. Did you mean BBB?",
    ]


MEASURED = """
[[measure]]
kind = "surge_capacity"
name = "standby"
good = "chip"
place = "BBB"
units_per_week = 4
usd = 100
usd_per_year = 10
note = "assumed: a round number"

[[measure]]
kind = "new_capacity"
name = "fab"
good = "gas"
place = "AAA"
units_per_week = 4
modules = 2
build_weeks = 3
usd = 100
usd_per_year = 10
note = "assumed: a round number"

[[measure]]
kind = "second_source"
name = "lane"
good = "chip"
origin = "BBB"
destinations = ["CCC"]
units_per_week = 4
whole = true
usd = 100
usd_per_year = 10
note = "assumed: a round number"

[[measure]]
kind = "substitute_qualified"
name = "swap"
user = "final"
input = "chip"
substitute = "gas"
qualify_weeks = 4
usd = 0
usd_per_year = 10
note = "assumed: a round number"
"""


def test_measures_become_the_objects_they_name(tiny):
    tiny.write_text(tiny.read_text() + MEASURED)
    study = Study.read(tiny)
    cost = {"units_per_week": 4, "usd": 100, "usd_per_year": 10, "note": "assumed: a round number"}
    assert study.measure == (
        SurgeCapacity(name="standby", good="chip", place="BBB", **cost),
        NewCapacity(name="fab", good="gas", place="AAA", modules=2, build_weeks=3, **cost),
        SecondSource(name="lane", good="chip", origin="BBB", destinations=("CCC",), whole=True, **cost),
        SubstituteQualified(name="swap", user="final", input="chip", substitute="gas", qualify_weeks=4, usd=0,
                            usd_per_year=10, note="assumed: a round number"),
    )  # fmt: skip
    assert study.faults(study.network()) == []
    (found,) = study.having({"sizing.knowledge": ["frontier"]}).faults(study.network())
    assert "frontier: 'swap' costs nothing to set up" in found


def test_a_measure_at_fault_is_told_with_its_line_and_every_fault(tiny):
    wrong = MEASURED
    for old, new in (
        ('"surge_capacity"', '"surge_capacit"'), ("modules = 2", "modules = 1.5"),
        ("build_weeks = 3", "build_week = 3"), ('destinations = ["CCC"]', "destinations = [3]"),
    ):  # fmt: skip
        assert old in wrong
        wrong = wrong.replace(old, new)
    tiny.write_text(tiny.read_text() + wrong)
    assert told(tiny) == [
        ":24: measure.1: kind 'surge_capacit' is not known. Did you mean surge_capacity, new_capacity?",
        ":34: measure.2: new_capacity cannot be read; modules is 1.5: it must be a whole number; "
        "unknown key 'build_week'. Did you mean build_weeks?",
        ":46: measure.3: second_source cannot be read; destinations is [3]: it must be a list of names",
    ]


def test_a_measure_that_the_network_has_no_place_for_is_told_with_its_line(tiny):
    text = MEASURED.replace('good = "gas"', 'good = "gass"').replace('["CCC"]', '["CCC", "DDD"]')
    tiny.write_text(tiny.read_text() + text)
    study = Study.read(tiny)
    found = study.faults(study.network())
    assert [fault.partition(": measure")[2][:2] for fault in found] == [".2", ".3"]
    assert "no good 'gass'. Did you mean gas?" in found[0]
    assert "nobody at destination 'DDD' uses chip" in found[1]


def test_two_measures_of_one_name_are_told(tiny):
    assert told(tiny, ("weeks = 2\n", "weeks = 2\n" + MEASURED.replace('"fab"', '"standby"'))) == [
        ":24: measure: two measures are called 'standby'"
    ]


def test_a_floor_asks_for_every_scenario_unless_it_says_otherwise(tiny):
    study = Study.read(tiny).having({"sizing.floors": [{"tier": "defence", "served": 0.9}]})
    assert study.sizing.floors[0].within == WorstCase()


def test_every_fault_is_told_at_once_with_its_line(tiny):
    faults = told(
        tiny,
        ("weeks = 12", "week = 12"),
        ("delivery_weeks = 1", "delivery_weeks = -1"),
        ("probability = 0.1", 'probability = "often"'),
        ('good = "chip"', 'goods = "chip"'),
    )
    assert faults == [
        ":5: week: unknown key 'week'. Did you mean weeks, sweep?",
        ":8: release: Release cannot be as described; delivery_weeks is -1: "
        "it must be a whole number of weeks, 0 or more",
        ":13: scenario.1.probability is 'often': it should be a number",
        ":19: scenario.2.disruptions.1: outage cannot be read: unknown key 'goods'. Did you mean good?",
    ]


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ('dataset = "net"\n', "", "dataset: it is missing, and has no default"),
        ("weeks = 12", 'weeks = "12"', ":5: weeks is '12'"),
        ("weeks = 12", "weeks = 12\nsizing.risk = { kind = 'cvarr' }", ":6: sizing.risk: kind 'cvarr' is not known"),
        (
            "weeks = 12",
            "weeks = 12\nsizing.risk = { kind = 'cvar' }",
            ":6: sizing.risk: cvar cannot be read; tail is missing",
        ),
        ("weeks = 12", "weeks = 12\nsizing.risk = { kind = 'cvar', tail = 'x' }", "tail is 'x': it must be a number"),
        ("weeks = 12", "weeks = 12\nsizing.scope = 'downstreem'", "Did you mean downstream?"),
        ("weeks = 12", "weeks = 12\nperiods.steps = [[0, 1]]", "Coarsening.steps is ((0, 1),)"),
        (
            "weeks = 2",
            "weeks = 'two'",
            ":19: scenario.2.disruptions.1: outage cannot be read: weeks is 'two': it must",
        ),
        ("probability = 0.02", "probability = 0.95", "probabilities add up to 1.0500, past one"),
        ('name = "chips_stop"', 'name = "gas_stops"', "'gas_stops' names more than one scenario"),
        ('name = "tiny"', 'name = "../tiny"', ":2: name is '../tiny'"),
    ],
)
def test_a_fault_says_where_and_what(tiny, old, new, fault):
    assert fault in "\n".join(told(tiny, (old, new)))


def test_text_that_is_not_toml_is_told_with_its_line(tiny):
    tiny.write_text("name = tiny")
    with pytest.raises(AskError, match=r"not valid TOML(?s:.*)line 1"):
        Study.read(tiny)


def test_a_file_that_is_not_there_or_not_text_is_told(tmp_path):
    with pytest.raises(AskError, match="No such file"):
        Study.read(tmp_path / "none.toml")
    (tmp_path / "latin.toml").write_bytes(b'name = "caf\xe9"')
    with pytest.raises(AskError, match="not UTF-8"):
        Study.read(tmp_path / "latin.toml")


def test_a_file_from_windows_reads_as_any_other(tiny):
    tiny.write_bytes(b"\xef\xbb\xbf" + tiny.read_text().replace("\n", "\r\n").encode())
    assert Study.read(tiny).name == "tiny"


def test_what_does_not_fit_the_network_is_told_with_its_line(tiny):
    study = Study.read(tiny).having(
        {"scenario.gas_stops.disruptions": [{"kind": "outage", "good": "gass"}], "sizing.goods": ["neon"], "weeks": 1}
    )
    study = study.having({"scenario.chips_stop.disruptions": [{"kind": "outage", "first_week": 9}], "members": "pear"})
    faults = "\n".join(study.faults(study.network()))
    assert "No country or bloc 'pear'" in faults
    assert "good 'gass' is not in the network. Did you mean gas?" in faults
    assert "begins in week 9, past the horizon of 1 weeks" in faults
    fitting = study.having({"members": "pair"})
    assert "cannot be held in reserve (unknown, or not storable): neon" in "\n".join(fitting.faults(study.network()))


def test_a_floor_on_a_tier_nobody_has_is_told(tiny):
    study = Study.read(tiny).having({"sizing.floors": [{"tier": "defense", "served": 0.9}]})
    assert "no demand of tier 'defense'. Did you mean defence?" in study.faults(study.network())[0]


def test_a_dataset_that_is_nowhere_is_told(tiny):
    study = Study.read(tiny).having({"dataset": "chipz"})
    with pytest.raises(AskError, match=r"no dataset is called 'chipz'(?s:.*)Did you mean chips"):
        study.network()


def test_a_changed_study_leaves_the_first_as_it_was(tiny):
    study = Study.read(tiny)
    dearer = study.having({"sizing.budget_usd": 5.0, "scenario.2.probability": 0.5})
    assert study.sizing.budget_usd is None
    assert dearer.sizing.budget_usd == 5.0
    assert [scenario.probability for scenario in dearer.scenarios] == [0.1, 0.5]
    assert study.checksum() != dearer.checksum()


@pytest.mark.parametrize(
    ("key", "fault"),
    [
        ("scenario.gas_stop.probability", "no entry 'gas_stop'"),
        ("weeks.more", "'weeks' is a value, not a table"),
        ("scenario.gas_stops", r"give the entry's name and then a key"),
    ],
)
def test_a_change_that_leads_nowhere_is_told(tiny, key, fault):
    with pytest.raises(AskError, match=fault):
        Study.read(tiny).having({key: 1})


RULE = """\
[release]
decision_weeks = 1
refill = { per_week = 0.1, cover_days = 14.0 }
whom = { tiers = ["defence"], industry = false }
slip = { weeks = [0, 2], chances = [0.5, 0.5] }
trigger = { kind = "tranches", steps = [[60, 0.3], [30, 1.0]] }
allocation = { kind = "earmark_first", shares = { USA = 1.0, JPN = 2.0 } }
"""


def test_a_release_rule_is_read_from_a_file_as_from_a_study(tiny, tmp_path):
    path = tmp_path / "rule.toml"
    path.write_text(RULE)
    rule = Release(
        decision_weeks=1, refill=Refill(per_week=0.1, cover_days=14.0), slip=Slip(weeks=(0, 2), chances=(0.5, 0.5)),
        whom=Serves(tiers=("defence",), industry=False), trigger=Tranches(steps=((60, 0.3), (30, 1.0))),
        allocation=EarmarkFirst(shares={"USA": 1.0, "JPN": 2.0}),
    )  # fmt: skip
    assert read_release(path) == rule
    tiny.write_text(tiny.read_text().replace("[release]\ndelivery_weeks = 1\n", RULE))
    assert Study.read(tiny).release.build() == read_release(tiny) == rule


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("per_week", "per_wek", ":3: release.refill: unknown key 'per_wek'. Did you mean per_week"),
        ("0.1", "2.0", ":3: release.refill: Refill cannot be as described; per_week is 2.0"),
        ('["defence"]', '["defense"]', ":4: release.whom: Serves.tiers is ('defense',)"),
        ("[0, 2]", "2", ":5: release.slip: a value is of the wrong kind"),
        ('"tranches"', '"tranche"', ":6: release.trigger: kind 'tranche' is not known. Did you mean tranches"),
        ("JPN = 2.0", "JPN = -2.0", ":7: release.allocation: EarmarkFirst.shares must be numbers, 0 or more"),
        ("[release]", "[releases]", "has no table [release]"),
    ],
)
def test_a_wrong_release_rule_is_told_with_its_line(tmp_path, old, new, fault):
    path = tmp_path / "rule.toml"
    path.write_text(RULE.replace(old, new))
    with pytest.raises(AskError) as caught:
        read_release(path)
    assert fault in str(caught.value)
