import csv
import json
import pickle
from itertools import pairwise

import frictionless
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from resilience import datasets
from resilience.balance import balance, use_per_week
from resilience.errors import AskError, DataError
from resilience.network import Network

GOODS = ["chip", "wafer", "gas"]
PLACES = ["NA", "TWN", "USA", "null"]
TEXT = st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"]), max_size=8)


def tiny(**changed):
    tables = {
        "goods": {"good": ["gas", "chip"], "tier": ["raw", "chip"], "unit": ["kg", "piece"]},
        "producers": {"good": ["gas", "gas", "chip"], "place": ["NA", "UKR", "TWN"], "share": [0.25, 0.75, 1.0]},
        "needs": {"good": ["chip"], "input": ["gas"], "units": [2.0]},
        "lanes": {"good": ["gas", "gas", "chip"], "origin": ["NA", "UKR", "TWN"], "destination": ["TWN", "TWN", "USA"]},
        "demand": {"good": ["chip"], "place": ["USA"], "units_per_week": [10.0], "usd_per_unit_unmet": [5.0]},
        "stocks": {"good": ["gas"], "place": ["TWN"], "weeks": [4.0]},
        "blocs": {"quad": ["USA", "JPN"]},
    }
    return Network.from_frames(name="tiny", **{**tables, **changed})


def with_ranges():
    figures = {
        "table": ["producers", "producers", "needs", "demand"],
        "key": ["gas/NA", "gas/UKR", "chip/gas", "chip/USA/essential"],
        "column": ["share", "share", "units", "units_per_week"],
        "value": [0.25, 0.75, 2.0, 10.0],
        "low": [0.1, 0.5, 1.5, None],
        "high": [0.5, 0.9, 3.0, None],
        "source_id": "usgs",
        "confidence": "estimated",
    }
    return tiny(figures=figures, sources={"source_id": ["usgs"], "title": ["Minerals"], "licence": ["public domain"]})


@st.composite
def networks(draw):
    """Networks of up to three goods in a chain, with odd names, many tables and any numbers."""
    goods = GOODS[: draw(st.integers(1, 3))]
    amount, weeks = st.floats(1e-6, 1e9), st.integers(0, 9)
    makers = [(good, place) for good in goods for place in draw(st.sets(st.sampled_from(PLACES), min_size=1))]
    lanes = [(good, here, there) for good, here in makers for there in PLACES if here != there and draw(st.booleans())]
    wanted = draw(st.sets(st.sampled_from(PLACES), min_size=1))
    chain = list(pairwise(goods))
    return Network.from_frames(
        goods=[{"good": g, "family": draw(TEXT), "storable": draw(st.booleans())} for g in goods],
        producers=[{"good": g, "place": p, "output_per_week": draw(amount)} for g, p in makers],
        needs=[{"good": g, "input": h, "units": draw(amount)} for g, h in chain] or None,
        lanes=[{"good": g, "origin": o, "destination": d, "transit_weeks": draw(weeks)} for g, o, d in lanes] or None,
        demand=[{"good": goods[0], "place": p, "units_per_week": draw(amount), "usd_per_unit_unmet": draw(amount)}
                for p in wanted],
        blocs={"all": PLACES},
    )  # fmt: skip


@settings(max_examples=10, deadline=None)
@given(network=networks())
def test_what_is_written_reads_back_equal(network, tmp_path_factory):
    folder = network.write(tmp_path_factory.mktemp("network"))
    again = Network.read(folder)
    assert again == network
    for name, frame in network.frames.items():
        pd.testing.assert_frame_equal(again.table(name), frame)


def test_a_name_and_what_a_folder_says_of_itself_survive_writing(tmp_path):
    folder = with_ranges().write(tmp_path / "a")
    package = json.loads((folder / "datapackage.json").read_text())
    (folder / "datapackage.json").write_text(json.dumps(package | {"title": "Two goods", "base_year": 2024}))
    again = Network.read(Network.read(folder).write(tmp_path / "b"))
    assert (again.name, again.about["title"], again.about["base_year"]) == ("tiny", "Two goods", 2024)


@pytest.mark.parametrize("build", [tiny, with_ranges])
def test_frictionless_finds_a_written_folder_valid(build, tmp_path):
    folder = build().write(tmp_path)
    with frictionless.system.use_context(trusted=True):
        report = frictionless.validate(str(folder / "datapackage.json"))
    assert report.valid, report.flatten(["fieldName", "rowNumber", "note"])
    assert len(report.tasks) >= 6


def planted(folder):
    """A folder with ten faults and three oddities (byte-order mark, Windows line ends, Namibia) that are none."""
    files = {
        "goods": "\ufeffgood,unit,usd_per_unit\r\nchip,piece,abc\r\ngas,kg,1\r\nglue,kg,1\r\nresin,kg,NaN\r\n",
        "producers": "good,place,output_per_week,share\nchip,TWN,10,\ngas,NA,,0.7\ngas,UKR,,0.6\nglue,JPN,-1,\n"
        "resin,JPN,5,\n",
        "needs": "good,input,units\nchip,gas,2\nchip,gsa,1\nglue,resin,1\nresin,glue,1\n",
        "lanes": "good,origin,destination\ngas,NA,TWN\ngas,USA,TWN\n",
        "demand": "good,place,units_per_week\nchip,USA,10\n",
        "stocks": "good,place,weeks\ngas,TWN,4\ngas,TWN,5\n",
        "figures": "table,key,column,value,source_id,confidence\nstocks,gas/TWN,weeks,6,usgs,measured\n",
        "sources": "source_id,title,licence\nusgs,Minerals,public domain\n",
    }
    for name, text in files.items():
        (folder / f"{name}.csv").write_bytes(text.encode())


def told(folder):
    with pytest.raises(DataError) as caught:
        Network.read(folder)
    return {(fault.file, fault.row, fault.column, fault.value) for fault in caught.value.faults}


def test_ten_planted_faults_are_all_told_at_once(tmp_path):
    planted(tmp_path)
    with pytest.raises(DataError) as caught:
        Network.read(tmp_path)
    found = {(fault.file, fault.row, fault.column, fault.value): fault for fault in caught.value.faults}
    shares = next(fault for fault in caught.value.faults if "past one" in fault.rule)
    assert set(found) == {
        ("goods.csv", 2, "usd_per_unit", "abc"),
        ("goods.csv", 5, "usd_per_unit", "NaN"),
        ("producers.csv", 4, "share", shares.value),
        ("producers.csv", 5, "output_per_week", "-1"),
        ("needs.csv", 3, "input", "gsa"),
        ("needs.csv", None, "input", "glue, resin"),
        ("lanes.csv", 3, "origin", "USA"),
        ("demand.csv", None, "usd_per_unit_unmet", None),
        ("stocks.csv", 3, "good/place", "gas/TWN"),
        ("figures.csv", 2, "value", 6.0),
    }
    assert shares.value == pytest.approx(1.3)
    assert "Did you mean gas?" in str(found["needs.csv", 3, "input", "gsa"])
    assert all(fault.rule and fault.remedy for fault in caught.value.faults)


def test_a_missing_file_is_told_and_nothing_that_follows_from_it(tmp_path):
    tiny().write(tmp_path)
    (tmp_path / "producers.csv").unlink()
    assert told(tmp_path) == {("producers.csv", None, "", None)}


@pytest.mark.parametrize("content", [b"", b"good,unit\ncaf\xe9,kg\n", b"good,good\ngas,kg\n"])
def test_a_file_that_cannot_be_read_is_the_only_fault(tmp_path, content):
    tiny().write(tmp_path)
    (tmp_path / "goods.csv").write_bytes(content)
    assert {file for file, *_ in told(tmp_path)} == {"goods.csv"}
    assert len(told(tmp_path)) == 1


def test_a_misspelt_file_is_told(tmp_path):
    tiny().write(tmp_path)
    (tmp_path / "stocks.csv").rename(tmp_path / "stock.csv")
    (tmp_path / "notes.csv").write_text("remember\n")  # an unlike name is nobody's concern
    assert told(tmp_path) == {("stock.csv", None, "", None)}


def test_a_ragged_row_is_told_with_its_text(tmp_path):
    tiny().write(tmp_path)
    with (tmp_path / "stocks.csv").open("a") as file:
        file.write("gas,NA,1,000\n")
    assert told(tmp_path) == {("stocks.csv", 3, "", "gas,NA,1,000")}


def test_a_folder_that_is_not_there_is_told(tmp_path):
    assert told(tmp_path / "nowhere") == {(str(tmp_path / "nowhere"), None, "", None)}


def test_a_descriptor_that_is_not_json_is_told(tmp_path):
    tiny().write(tmp_path)
    (tmp_path / "datapackage.json").write_text("{")
    assert {file for file, *_ in told(tmp_path)} == {"datapackage.json"}


def test_windows_files_with_a_byte_order_mark_read_the_same(tmp_path):
    folder = tiny().write(tmp_path)
    for path in folder.glob("*.csv"):
        path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes().replace(b"\n", b"\r\n"))
    assert Network.read(folder) == tiny()
    assert "NA" in set(Network.read(folder).producers["place"])


def test_tables_it_does_not_know_are_refused_with_the_nearest_name():
    with pytest.raises(AskError, match="lanes"):
        Network.from_frames(goods={"good": ["gas"]}, producers={"good": [], "place": []}, lane={})


def test_editing_a_returned_frame_changes_nothing():
    network = tiny()
    before = network.checksum()
    for name in network.frames:
        frame = network.table(name)
        frame["new"] = 1
        if len(frame):
            frame.iloc[0, 0] = "changed"
            frame.loc[0, frame.columns[-2]] = frame.loc[0, frame.columns[-2]]
        frame.pop(frame.columns[0])
    network.blocs["quad"] = ("RUS",)
    network.graph().clear()
    assert network.checksum() == before
    assert network.blocs == {"quad": ("JPN", "USA")}


def test_editing_a_frame_given_changes_nothing():
    goods = pd.DataFrame({"good": ["gas", "chip"]})
    network = tiny(goods=goods)
    goods.loc[0, "good"] = "dust"
    assert network.goods["good"].tolist() == ["chip", "gas"]


def test_fields_cannot_be_set():
    with pytest.raises(AttributeError):
        tiny().name = "other"


def test_a_network_survives_the_way_to_another_process():
    again = pickle.loads(pickle.dumps(with_ranges()))
    assert again == with_ranges()
    assert (again.name, again.blocs) == ("tiny", {"quad": ("JPN", "USA")})


def test_the_order_of_rows_changes_neither_sum_nor_tables(tmp_path):
    folder = with_ranges().write(tmp_path)
    for path in folder.glob("*.csv"):
        with path.open(newline="") as file:
            header, *rows = list(csv.reader(file))
        with path.open("w", newline="") as file:
            csv.writer(file).writerows([header, *reversed(rows)])
    assert Network.read(folder).checksum() == with_ranges().checksum()


def test_any_changed_cell_changes_the_sum():
    sums = {tiny().checksum(), tiny(stocks={"good": ["gas"], "place": ["TWN"], "weeks": [4.5]}).checksum()}
    sums.add(tiny(blocs={"quad": ["USA"]}).checksum())
    assert len(sums) == 3
    assert len({tiny(), tiny().renamed("other")}) == 1


def test_a_table_is_replaced_and_checked_as_a_whole():
    stocks = pd.DataFrame({"good": ["chip"], "place": ["USA"], "weeks": [2.0]})
    assert tiny().with_table("stocks", stocks).stocks["weeks"].tolist() == [2.0]
    with pytest.raises(DataError, match="unknown good"):
        tiny().with_table("stocks", stocks.assign(good="chop"))
    with pytest.raises(AskError, match="stocks"):
        tiny().with_table("stock", stocks)


def test_a_bloc_or_a_country_is_found_and_a_stranger_is_not():
    assert tiny().countries("quad") == ("JPN", "USA")
    assert tiny().countries("NA") == ("NA",)
    with pytest.raises(AskError, match="quad"):
        tiny().countries("quat")


def test_a_draw_stays_within_ranges_and_keeps_the_total_of_shares():
    network = with_ranges()
    for seed in range(30):
        drawn = network.draw(np.random.default_rng(seed))
        assert drawn.needs["units"].between(1.5, 3.0).all()
        assert drawn.producers.groupby("good")["share"].sum().tolist() == pytest.approx([1.0, 1.0])
        assert drawn.demand.equals(network.demand)  # no range, no change


def test_a_draw_is_the_same_for_the_same_seed_and_leaves_its_network_alone():
    network, before = with_ranges(), with_ranges().checksum()
    first, second, third = (network.draw(np.random.default_rng(seed)).checksum() for seed in (7, 7, 8))
    assert first == second != third
    assert network.checksum() == before


def test_a_network_without_ranges_draws_itself():
    drawn = tiny().draw(np.random.default_rng(0))
    assert drawn == tiny()


def test_the_graph_joins_stock_points_by_needs_and_lanes():
    graph = tiny().graph()
    assert graph.edges[("gas", "TWN"), ("chip", "TWN")]["kind"] == "consumed"
    assert graph.edges[("gas", "NA"), ("gas", "TWN")]["kind"] == "lane"
    assert graph.nodes["gas", "NA"] == {"tier": "raw", "country": "NA"}
    assert len(graph) == 5


def test_the_repr_counts_and_warns_of_assumptions():
    assert repr(tiny()).startswith("Network 'tiny': 2 goods, 3 producers, 1 need, 3 lanes, 1 demand, 1 stock; 4 places")
    figures = with_ranges().figures.assign(confidence="assumed", note="judged")
    assert repr(with_ranges().with_table("figures", figures)).endswith("; 4 of 4 figures assumed")


def test_a_misspelt_column_is_one_fault_whatever_evidence_it_had(tmp_path):
    network = Network.from_frames(
        goods={"good": ["gas"]},
        producers={"good": ["gas"], "place": ["A"], "output_per_week": [1.0], "surge": [1.5]},
        demand={"good": ["gas"], "place": ["A"], "units_per_week": [1.0], "usd_per_unit_unmet": [9.0]},
        sources={"source_id": ["assumed"], "title": ["Assumed"], "licence": ["none"]},
        figures={"table": ["producers"], "key": ["gas/A"], "column": ["surge"], "value": [1.5],
                 "source_id": ["assumed"], "confidence": ["assumed"], "note": ["a guess"]},
    )  # fmt: skip
    path = network.write(tmp_path) / "producers.csv"
    path.write_text(path.read_text().replace("surge", "surging"))
    with pytest.raises(DataError) as caught:
        Network.read(tmp_path)
    assert [(fault.file, fault.column, fault.rule) for fault in caught.value.faults] == [
        ("producers.csv", "surging", "unknown column")
    ]


def test_what_is_worked_out_once_is_handed_on_as_a_copy_and_stays_behind_when_a_network_travels():
    network = datasets.load("chips")
    before, parcel = network.points, pickle.dumps(network)
    points, changes, use = network.points, balance(network).adjustments, use_per_week(balance(network).network)
    points["place"] = "nowhere"
    changes["change"] = 0.0
    use.iloc[:] = 0.0
    assert network.points.equals(before)
    assert (balance(network).adjustments["change"] > 0).all()
    assert use_per_week(balance(network).network).max() > 0
    assert balance(network).network is balance(network).network
    assert len(pickle.dumps(network)) == len(parcel)
    assert pickle.loads(parcel) == network
