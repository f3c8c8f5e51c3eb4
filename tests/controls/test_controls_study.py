import pytest
from controlled import FILE as TEXT
from controlled import TRADERS

from resilience import controls
from resilience.balance import balance
from resilience.controls import Best, ControlStudy, LostOutput
from resilience.errors import AskError


def changed(*changes):
    text = TEXT
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    return text


def told(text):
    with pytest.raises(AskError) as caught:
        ControlStudy.from_text(text, shown="small.toml")
    return list(caught.value.faults)


def lines(text, *starts):
    """What errors call the lines that begin so, the first of each."""
    found = text.split("\n")
    return [f"small.toml:{1 + next(n for n, line in enumerate(found) if line.startswith(start))}" for start in starts]


def test_a_file_becomes_the_question_it_puts():
    study = ControlStudy.from_text(TEXT)
    asked = study.asked()
    (control,) = asked.controls
    assert (control.coalition, control.target, control.good) == (("USA", "JPN"), "CHN", ("tool",))
    assert (control.share("tool"), control.leaked, control.first_week) == (0.25, 0.1, 3)
    assert (asked.coalitions, asked.reference, asked.effective) == (
        {"usa": ("USA",), "pair": ("USA", "JPN")}, "pair", 0.7,
    )  # fmt: skip
    assert (asked.margin, asked.value_usd) == (0.5, {"JPN": 9.0})
    setting = asked.setting
    assert (setting.weeks, setting.behaviour.switching.weeks) == (8, 2)
    assert (setting.own[0].share, setting.reach[0].share) == (0.2, 0.5)
    (back,) = setting.retaliation.disruptions(TRADERS, ["USA", "JPN"])
    assert (back.importer, back.first_week, back.weeks) == (("USA",), 2, 3)


BEST = """[retaliation.best]
count = 2
own_cost_usd = 900
stop_weeks = 13
first_week = 4
"""


def sought():
    """The file with a best retaliation in place of the stated one."""
    begins = TEXT.index("[[retaliation.disruptions]]")
    ends = TEXT.find("[", begins + len("[[retaliation.disruptions]]"))
    return TEXT[:begins] + BEST + ("\n" + TEXT[ends:] if ends > 0 else "")


def test_retaliation_may_be_left_to_the_target_to_seek():
    study = ControlStudy.from_text(sought())
    found = study.setting().retaliation
    assert found == Best(by="CHN", count=2, own_cost_usd=900, stop_weeks=13, first_week=4)
    assert study.faults(balance(TRADERS).network) == []


def test_a_sought_retaliation_is_checked_like_all_else():
    late = ControlStudy.from_text(sought().replace("first_week = 4\n", "first_week = 9\n"), shown="small.toml")
    (fault,) = [one for one in late.faults(balance(TRADERS).network) if "best" in one]
    assert "begins in week 9, past the horizon of 8 weeks" in fault
    (fault,) = told(sought().replace("stop_weeks", "stop_week"))
    assert "unknown key 'stop_week'. Did you mean stop_weeks" in fault
    (fault,) = told(TEXT.replace("[[retaliation.disruptions]]", BEST + "\n[[retaliation.disruptions]]"))
    assert "retaliation.best]: one" in fault


def test_steps_are_put_on_top_of_those_before():
    past = ControlStudy.from_text(TEXT).history()
    assert past.coalitions == {"first": ("USA",), "second": ("USA", "JPN")}
    assert [(one.coalition, one.first_week, one.share("tool")) for one in past.controls] == [
        (("USA",), 1, 0.0), (("JPN",), 4, 0.5),
    ]  # fmt: skip
    assert past.reference == "second"


def test_a_file_without_steps_has_no_history():
    text = TEXT[: TEXT.index("[[step]]")] + TEXT[TEXT.index("[[reach]]") :]
    assert ControlStudy.from_text(text).history() is None


def test_lost_output_may_be_the_measure():
    text = TEXT.replace("effective = 0.7", 'measure = "lost_output"\nmeasured_goods = "chip"')
    assert ControlStudy.from_text(text).asked().measure == LostOutput(good=("chip",))


def test_every_fault_is_told_at_once_with_its_line_and_the_nearest_name():
    text = changed(
        ("weeks = 8", "week = 8"),
        ('confidence = "reported"', 'confidence = "sure"'),
        ("leaked = 0.1", "leeked = 0.1"),
        ("build_weeks = 4", 'build_weeks = "four"'),
        ('exporter = "CHN"', 'exportr = "CHN"'),
    )
    faults = told(text)
    wanted = lines(text, "week =", "leeked", 'confidence = "sure"', "build_weeks", "[[retaliation.disruptions]]")
    assert [fault.split(": ")[0] for fault in faults] == wanted
    assert "unknown key 'week'. Did you mean weeks?" in faults[0]
    assert "unknown key 'leeked'. Did you mean leaked?" in faults[1]
    assert "'sure' is not known. Known: assumed, estimated, reported" in faults[2]
    assert "own.1.build_weeks is 'four': it should be a whole number" in faults[3]
    assert "unknown key 'exportr'. Did you mean exporter" in faults[4]


@pytest.mark.parametrize(
    ("old", "new", "at", "fault"),
    [
        (
            "licensed = 0.25",
            "licensed = 1.25",
            "[control]",
            "control: A control cannot be as described; licensed of tool",
        ),
        (
            "licensed = 0.25",
            'licensed = "half"',
            "licensed",
            "control.licensed: 'half' is neither one share (0.25) nor",
        ),
        (
            '"done"\nsource = "a paper"',
            '"done"',
            "[[step]]",
            "step.1: reported figures name their source. Add `source`",
        ),
        ('note = "made up"', "", "[control]", "control.note: it is missing"),
        ('reference = "pair"', 'reference = "pear"', "", "'pear' is no coalition. Did you mean pair?"),
        ('name = "pair"', 'name = "usa"', "[[coalition]]", "'usa' names more than one"),
        ("effective = 0.7", "measured_goods = 'tool'", "[judging]", "judging: measured_goods has a meaning only with"),
        ("effective = 0.7", "measure = 'denail'", "measure", "'denail' is not known. Did you mean denial?"),
        ('kind = "controls"', 'kind = "control"', "kind", "kind is 'control': it should be 'controls'"),
        ("weeks = 3", "weeks = 'x'", "[[retaliation.disruptions]]", "weeks is 'x': it must be a number"),
    ],
)
def test_each_fault_is_told_where_it_stands(old, new, at, fault):
    text = changed((old, new))
    (found,) = told(text)
    assert fault in found
    assert not at or found.startswith(lines(text, at)[0])


def test_what_is_not_toml_or_not_there_is_told(tmp_path):
    with pytest.raises(AskError, match="not valid TOML"):
        ControlStudy.from_text("kind = ")
    with pytest.raises(AskError, match="Cannot read the question about controls"):
        ControlStudy.read(tmp_path / "none.toml")
    with pytest.raises(AskError, match=r"(?s)has no network.*no dataset is called 'here'"):
        ControlStudy.from_text(TEXT).folder()


def test_what_does_not_fit_the_network_is_told_with_its_line():
    network = balance(TRADERS).network
    assert ControlStudy.from_text(TEXT).faults(network) == []
    strange = changed(('member = ["USA", "JPN"]', 'member = ["USA", "JAP"]'), ('target = "CHN"', 'target = "CHI"'))
    faults = ControlStudy.from_text(strange, shown="small.toml").faults(network)
    assert len(faults) == 2
    assert faults[0].startswith(lines(strange, "target")[0])
    assert "'JAP' in network" in faults[1]
    more = changed(
        ('good = ["tool"]', 'good = ["tol"]'), ("first_week = 4", "first_week = 9"), ('place = "JPN"', 'place = "JAP"'),
        ('exporter = "CHN"', 'exporter = "CHI"'),
    )  # fmt: skip
    faults = ControlStudy.from_text(more, shown="small.toml").faults(network)
    wanted = lines(more, "[[step]]", "[[reach]]", "[retaliation]")
    assert [faults[number].split(": ")[0] for number in (0, 2, 3)] == wanted
    assert "good 'tol' is not in the network. Did you mean tool?" in faults[0]
    assert "begins in week 9, past the horizon of 8 weeks" in faults[1]


def test_the_shipped_questions_read_under_their_own_names():
    assert controls.names() == ["chip4_controls"]
    for name in controls.names():
        study = controls.load(name)
        assert study.name == name
        assert study.title
        assert study.question
    with pytest.raises(AskError, match=r"(?s)No question about controls is called 'chip4_control'.*chip4_controls\?"):
        controls.load("chip4_control")
