import csv
from pathlib import Path

import pytest

from resilience.balance import balance, is_balanced
from resilience.errors import AskError, DataError
from resilience.loaders import read_eto
from resilience.network import Network

COPY = Path(__file__).parents[3] / "shared" / "eto-chip-explorer"
MARKET = "market_share_chart_global_market_size_info"
FILES = {
    "stages": f"stage_id,stage_name,{MARKET}\nS2,Fabrication,\nS3,Assembly,\n",
    # a tool with two types, one of them silent; a material with listed countries; a steps' chain; a loose end
    "inputs": f"""input_id,input_name,type,stage_id,{MARKET}
I1,Print,process,S2,
I2,Pack,process,S3,
I3,Chip,ultimate_output,,
I4,Printers,tool_resource,,
I5,Fine printers,tool_resource,,$2.6 billion (2019)
I6,Coarse printers,tool_resource,,"about $52 million, say"
I7,Ink,material_resource,,large
I8,Old printers,tool_resource,,
I9,Cut,process,S2,
I10,Spare,tool_resource,,$5 million
""",
    "providers": """provider_id,provider_name,provider_type,country
P1,USA,country,
P2,MAL,country,
P3,Various,country,
P4,Acme,organization,MAL
P5,Bolt,organization,NLD
P6,TWN,country,
""",
    "provision": """provider_name,provider_id,provided_name,provided_id,share_provided,negligible_market_share
TWN,P6,Fabrication,S2,75%,
USA,P1,Fabrication,S2,25%,
MAL,P2,Assembly,S3,60%,
Various,P3,Assembly,S3,40%,
Acme,P4,Assembly,S3,,
USA,P1,Fine printer,I5,99%,
TWN,P6,Fine printer,I5,1%,
MAL,P2,Fine printer,I5,1%,
Acme,P4,Fine printer,I5,90%,
Bolt,P5,Coarse printers,I6,70%,
Acme,P4,Coarse printers,I6,30%,
Acme,P4,Coarse printers,I6,30%,
USA,P1,Ink,I7,,
MAL,P2,Ink,I7,,
TWN,P6,Ink,I7,,negligible
Acme,P4,Old printers,I8,,
USA,P1,Spare,I10,100%,
""",
    "sequence": """input_name,input_id,goes_into_name,goes_into_id,is_type_of_name,is_type_of_id
Print,I1,Cut,I9,,
Cut,I9,Pack,I2,,
Pack,I2,Chip,I3,,
Printers,I4,Print,I1,,
Fine printers,I5,,,Printers,I4
Coarse printers,I6,,,Printers,I4
Old printers,I8,,,Printers,I4
Ink,I7,Print,I1,,
Ink,I7,Pack,I2,,
""",
}


@pytest.fixture
def folder(tmp_path):
    for name, text in FILES.items():
        (tmp_path / f"{name}.csv").write_text("\ufeff" + text, encoding="utf-8")
    return tmp_path


@pytest.fixture(scope="module")
def copy():
    if not COPY.is_dir():
        pytest.skip("no copy of the ETO files (not ours to ship) at ../shared/eto-chip-explorer")
    return read_eto(COPY)


def change(folder, name, old, new):
    path = folder / f"{name}.csv"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def shares(network, good):
    rows = network.producers.query("good == @good")
    return dict(zip(rows["place"], rows["share"], strict=True))


def told(loaded, what, where):
    return loaded.report.query("what == @what and where == @where")["why"].str.cat(sep="; ")


def test_the_network_is_checked_and_balances(folder):
    loaded = read_eto(folder)
    result = balance(loaded.network)
    assert is_balanced(result.network)
    assert result.network.producers.groupby("good")["output_per_week"].sum().to_list() == pytest.approx([1.0] * 7)


def test_types_stand_in_for_what_they_are_types_of(folder):
    loaded = read_eto(folder)
    needs = loaded.network.needs.query("good == 'I1'")
    assert needs["input"].tolist() == ["I5", "I6", "I7"]
    assert needs["kind"].tolist() == ["capital", "capital", "consumed"]
    family = loaded.network.goods.set_index("good")["family"]
    assert family[["I5", "I6", "I7"]].tolist() == ["I4", "I4", ""]
    assert set(loaded.links.itertuples(index=False, name=None)) == {("I5", "I4"), ("I6", "I4"), ("I8", "I4")}
    assert "take its place" in told(loaded, "dropped", "I4")
    assert "neither shares nor countries" in told(loaded, "dropped", "I8")


def test_shares_past_a_hundred_are_scaled_and_said(folder):
    loaded = read_eto(folder)
    assert shares(loaded.network, "I5") == pytest.approx({"USA": 0.99 / 1.01, "MYS": 0.01 / 1.01, "TWN": 0.01 / 1.01})
    row = loaded.report.query("what == 'adjusted' and where == 'I5' and value > 1").iloc[0]
    assert row["value"] == pytest.approx(1.01)


def test_a_share_shown_as_one_percent_may_be_anything_from_none(folder):
    figures = read_eto(folder).network.figures.set_index("key")
    small = figures.loc["I5/TWN"]
    assert (small["low"], small["high"]) == (0.0, pytest.approx(0.015 / 1.01))
    assert small["confidence"] == "reported"


def test_companies_count_where_no_country_does_and_only_once(folder):
    loaded = read_eto(folder)
    assert shares(loaded.network, "I6") == pytest.approx({"NLD": 0.7, "MYS": 0.3})
    assert "added up by country" in told(loaded, "adjusted", "I6")
    assert "countries tell of the same output" in told(loaded, "dropped", "I5")
    assert "stands there twice" in told(loaded, "dropped", "I6")
    assert told(loaded, "dropped", "S3") == "companies without a share"


def test_countries_without_shares_are_given_the_same_and_called_assumed(folder):
    loaded = read_eto(folder)
    assert shares(loaded.network, "I7") == {"USA": 0.5, "MYS": 0.5}
    assert set(loaded.network.figures.query("key == 'I7/USA'")["confidence"]) == {"assumed"}
    assert "each the same" in told(loaded, "filled", "I7")
    assert "negligible" in told(loaded, "dropped", "I7")


def test_steps_take_the_shares_of_their_stage_and_the_chip_those_of_its_last_step(folder):
    network = read_eto(folder).network
    assert shares(network, "I1") == shares(network, "I9") == {"TWN": 0.75, "USA": 0.25}
    assert shares(network, "I3") == shares(network, "I2") == {"MYS": 0.6, "Various": 0.4}


def test_a_step_is_done_where_the_next_of_its_stage_is(folder):
    network = read_eto(folder).network
    assert network.lanes.query("good == 'I1'").empty
    assert not network.lanes.query("good == 'I9'").empty
    assert network.goods.set_index("good")["storable"][["I1", "I9"]].tolist() == [False, True]


def test_prices_come_from_free_text_else_from_inputs_else_are_assumed(folder):
    loaded = read_eto(folder, unknown_usd_per_year=520.0)
    price = loaded.network.goods.set_index("good")["usd_per_unit"] * 52
    assert price[["I5", "I6", "I7"]].tolist() == pytest.approx([2.6e9, 52e6, 520.0])
    assert price["I1"] == pytest.approx(2.6e9 + 52e6 + 260)
    assert price["I3"] == pytest.approx(2.6e9 + 52e6 + 520)
    assert "not read: 'large'" in told(loaded, "filled", "I7")
    assert set(loaded.network.goods["unit"]) == {"week of world output"}
    assert loaded.network.goods["basis"].str.startswith("USD of yearly output").all()


def test_demand_stands_at_the_end_of_the_chain_as_asked(folder):
    loaded = read_eto(folder)
    assert loaded.network.demand[["good", "place", "units_per_week"]].values.tolist() == [["I3", "WLD", 1.0]]
    assert "WLD" in told(loaded, "filled", "I3")
    asked = read_eto(folder, demand={"USA": 3, "MYS": 1}).network
    assert asked.demand["units_per_week"].tolist() == [0.25, 0.75]
    assert is_balanced(balance(asked).network)


def test_what_leads_nowhere_is_dropped_and_said(folder):
    loaded = read_eto(folder)
    assert "I10" not in set(loaded.network.goods["good"])
    assert "leads to no process" in told(loaded, "dropped", "I10")


def test_codes_and_names_that_differ_are_said(folder):
    loaded = read_eto(folder)
    assert "MYS" in set(loaded.network.places["place"])
    assert "MAL" not in set(loaded.network.places["place"])
    assert "ISO 3166" in told(loaded, "adjusted", "MAL")
    assert "called 'Fine printer'" in told(loaded, "adjusted", "I5")


def test_every_figure_has_its_evidence_and_its_licence(folder):
    network = read_eto(folder).network
    assert len(network.figures) == len(network.producers) + len(network.goods) + len(network.needs) + 2
    assert network.sources["licence"].tolist() == ["CC BY-NC 4.0"]


def test_a_loaded_network_writes_and_reads_back(folder, tmp_path):
    network = read_eto(folder).network
    assert Network.read(network.write(tmp_path / "out")) == network


@pytest.mark.parametrize(
    ("name", "old", "new", "expected"),
    [
        ("provision", "75%", "lots", ("provision.csv", 2, "share_provided", "lots")),
        ("provision", "75%", "175%", ("provision.csv", 2, "share_provided", "175%")),
        ("provision", "Acme,P4,Coarse printers,I6,30%", "Acme,P4,Coarse printers,I6,3%",
         ("provision.csv", 13, "share_provided", "30%")),
        ("provision", "I5,99%", "I55,99%", ("provision.csv", 7, "provided_id", "I55")),
        ("provision", "TWN,P6", "TWN,P66", ("provision.csv", 2, "provider_id", "P66")),
        ("sequence", "Cut,I9,,\n", "Cut,I99,,\n", ("sequence.csv", 2, "goes_into_id", "I99")),
        ("sequence", "Old printers,I8,,,Printers,I4", "Printers,I4,,,Fine printers,I5",
         ("sequence.csv", None, "is_type_of_id", "I4, I5")),
        ("inputs", "Ink,material_resource", "Ink,stuff", ("inputs.csv", 8, "type", "stuff")),
        ("inputs", "I2,Pack", "I1,Pack", ("inputs.csv", 3, "input_id", "I1")),
        ("inputs", "stage_id", "stage", ("inputs.csv", None, "stage_id", None)),
    ],
)  # fmt: skip
def test_a_broken_file_is_told_by_file_row_column_and_value(folder, name, old, new, expected):
    change(folder, name, old, new)
    with pytest.raises(DataError) as caught:
        read_eto(folder)
    found = [(fault.file, fault.row, fault.column, fault.value) for fault in caught.value.faults]
    assert expected in found


def test_files_without_any_share_are_refused(folder):
    header, *_ = FILES["provision"].splitlines()
    (folder / "provision.csv").write_text(header + "\n")
    with pytest.raises(DataError, match=r"provision\.csv"):
        read_eto(folder)


def test_a_full_cover_keeps_every_lane_and_a_lower_one_says_what_it_leaves_out(folder):
    full, few = read_eto(folder, lane_cover=1), read_eto(folder, lane_cover=0.1)
    assert full.report["why"].str.contains("lanes stay few").sum() == 0
    assert len(full.network.lanes.query("good == 'I5'")) == 3 * 2 - 2
    left_out = few.report[few.report["why"].str.contains("lanes stay few")]["value"].sum()
    assert len(few.network.lanes) + left_out == len(full.network.lanes)


def test_figures_keep_the_year_they_are_told_for(folder):
    years = read_eto(folder).network.figures.set_index("key")["year"]
    assert years[["I5", "I6", "I5/USA", "I1/TWN"]].tolist() == ["2019", "", "2019", ""]


def test_missing_files_are_all_told(tmp_path):
    with pytest.raises(DataError) as caught:
        read_eto(tmp_path)
    assert [fault.file for fault in caught.value.faults] == [
        "inputs.csv", "providers.csv", "provision.csv", "sequence.csv", "stages.csv"
    ]  # fmt: skip


@pytest.mark.parametrize("asked", [{"demand": {}}, {"demand": {"USA": -1, "JPN": 2}}, {"lane_cover": 0},
                                   {"unknown_usd_per_year": -1}])  # fmt: skip
def test_arguments_out_of_range_are_refused(folder, asked):
    with pytest.raises(AskError):
        read_eto(folder, **asked)


def test_the_published_copy_loads_and_balances_almost_unchanged(copy):
    result = balance(copy.network)
    assert is_balanced(result.network)
    assert (result.adjustments["change"] < 0.02).all()
    assert len(copy.network.lanes) < 1000


def test_the_published_copy_keeps_every_type_of_link(copy):
    with (COPY / "sequence.csv").open(encoding="utf-8-sig", newline="") as file:
        links = {(row["input_id"], row["is_type_of_id"]) for row in csv.DictReader(file) if row["is_type_of_id"]}
    assert set(copy.links.itertuples(index=False, name=None)) == links
    assert set(copy.network.goods.query("family == 'N19'")["good"]) == {"N20", "N21", "N22"}


def test_the_published_copy_has_single_sources_where_they_are_known(copy):
    assert shares(copy.network, "N20") == {"NLD": 1.0}
    assert {"MYS", "Various"} <= set(copy.network.places["place"])


def test_every_input_of_the_published_copy_is_kept_or_its_loss_is_said(copy):
    kept, dropped = set(copy.network.goods["good"]), set(copy.report.query("what == 'dropped'")["where"])
    assert {"N19", "N36", "N61", "N65", "N100"} - kept <= dropped
    assert {"N31", "N88", "N90", "N91", "N92", "N96"} <= kept
