import pytest

from resilience.errors import AskError
from resilience.hazards import load, names, read

GOOD = """
[sources]
seen = { title = "Seen", address = "https://example.org" }
[[hazard]]
name = "quake"
rate_per_year = 0.1
severity = { kind = "fixed", value = 0.5 }
weeks = { kind = "choice", values = [1, 4], weights = [3, 1] }
where = { kind = "site", tiers = ["chip"] }
[[hazard.strike]]
kind = "outage"
tier = "chip"
recovery = { kind = "linear", times = 2.0 }
[hazard.why]
rate_per_year = { confidence = "estimated", sources = ["seen"], note = "one in ten" }
severity = { confidence = "assumed", note = "half" }
weeks = { confidence = "assumed", note = "a month at most" }
where = { confidence = "assumed", note = "by output" }
strike = { confidence = "assumed", note = "chips" }
"""


def written(tmp_path, text):
    path = tmp_path / "hazards.toml"
    path.write_text(text, "utf-8")
    return path


def test_a_file_is_read_with_its_evidence(tmp_path):
    found = read(written(tmp_path, GOOD))
    assert found["quake"].weeks.at(0.8) == 4
    assert found["quake"].strikes[0].given == {"tier": "chip"}
    assert found.evidence[0].sources == ("Seen, https://example.org",)


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ('severity = { confidence = "assumed", note = "half" }\n', "", "quake.severity has no evidence"),
        ('sources = ["seen"]', 'sources = ["sean"]', "no source 'sean'. Did you mean seen"),
        ('sources = ["seen"], ', "", "estimated figures name their sources"),
        ('"assumed", note = "half"', '"asumed", note = "half"', "Did you mean assumed"),
        (', note = "half"', "", "note is missing"),
        ('kind = "choice"', 'kind = "chioce"', "Did you mean choice"),
        ("rate_per_year = 0.1", "rate_a_year = 0.1", "Did you mean rate_per_year"),
        ('tier = "chip"', 'teir = "chip"', "outage has no 'teir'. Did you mean tier"),
        ("value = 0.5", "value = 1.5", "severity goes from 1.5"),
        ('kind = "linear"', 'kind = "series"', "recovery kind 'series' is not known"),
        ("strike = {", "stirke = {", "quake.why.stirke speaks of no figure. Did you mean strike"),
    ],
)  # fmt: skip
def test_a_fault_is_told(tmp_path, old, new, told):
    assert old in GOOD
    with pytest.raises(AskError) as caught:
        read(written(tmp_path, GOOD.replace(old, new)))
    assert told in str(caught.value)


def test_shipped_hazards_load_by_the_name_of_their_dataset():
    assert "chips" in names()
    assert load("chips")["blockade"].triggers
    with pytest.raises(AskError, match=r"(?s)No set of hazards is called 'chip'.*Did you mean chips"):
        load("chip")
