"""Files in the form of Comtrade Plus, with figures made up to be worked by hand: nothing here is real trade."""

import csv

import pandas as pd
import pytest

from resilience.balance import balance
from resilience.errors import AskError, DataError
from resilience.loaders import comtrade_form as form
from resilience.loaders import read_comtrade
from resilience.network import Network

NAMES = (
    "typeCode,freqCode,refPeriodId,refYear,refMonth,period,reporterCode,reporterISO,reporterDesc,flowCode,flowDesc,"
    "partnerCode,partnerISO,partnerDesc,partner2Code,partner2ISO,partner2Desc,classificationCode,"
    "classificationSearchCode,isOriginalClassification,cmdCode,cmdDesc,aggrLevel,isLeaf,customsCode,customsDesc,"
    "mosCode,motCode,motDesc,qtyUnitCode,qtyUnitAbbr,qty,isQtyEstimated,altQtyUnitCode,altQtyUnitAbbr,altQty,"
    "isAltQtyEstimated,netWgt,isNetWgtEstimated,grossWgt,isGrossWgtEstimated,cifvalue,fobvalue,primaryValue,"
    "legacyEstimationFlag,isReported,isAggregate"
)
HEADER = NAMES.split(",")
CODES = {"CHN": 156, "JPN": 392, "USA": 842, "HKG": 344, "S19": 490, "W00": 0, "EUR": 97, "E19": 568}
SAME = {
    "typeCode": "C", "freqCode": "A", "refYear": "2023", "refMonth": "52", "period": "2023", "partner2Code": "0",
    "classificationCode": "H6", "customsCode": "C00", "mosCode": "0", "motCode": "0",
}  # fmt: skip


def row(reporter, flow, partner, usd, code="0801", **cells):
    ends = {"reporterISO": reporter, "partnerISO": partner, "reporterCode": CODES[reporter]}
    told = {"partnerCode": CODES[partner], "flowCode": flow, "cmdCode": code, "primaryValue": usd}
    return {**SAME, **ends, **told, "aggrLevel": len(code), **cells}


def download(path, *rows, header=HEADER, encoding="utf-8", tail=""):
    with path.open("w", newline="", encoding=encoding) as file:
        file.write(",".join(header) + "\n")
        for cells in rows:
            csv.writer(file, lineterminator=tail + "\n").writerow([cells.get(name, "") for name in header])
    return path


def notes(trade, what):
    rows = trade.notes[trade.notes["what"] == what]
    return dict(zip(rows["where"], rows["value"], strict=True))


PLAIN = (
    row("CHN", "X", "JPN", 100.0, netWgt=10),
    row("JPN", "M", "CHN", 1.06 * 144.0, netWgt=12),
    row("JPN", "M", "S19", 106.0),
    row("HKG", "X", "JPN", 50.0),
    row("HKG", "RX", "JPN", 45.0),
    row("CHN", "X", "W00", 1000.0),
)


def test_a_flow_told_by_both_sides_is_their_geometric_mean_free_on_board(tmp_path):
    flows = read_comtrade(download(tmp_path / "trade.csv", *PLAIN)).flows.set_index(["good", "origin", "destination"])
    both = flows.loc[("hs0801", "CHN", "JPN")]
    assert both["usd_per_year"] == pytest.approx((100 * 144) ** 0.5)
    assert (both["low"], both["high"]) == (100.0, pytest.approx(144.0))
    assert (both["exporter_usd"], both["importer_usd"]) == (100.0, pytest.approx(144.0))
    assert both["kg_per_year"] == 10.0
    assert flows.loc[("hs0801", "TWN", "JPN"), "usd_per_year"] == pytest.approx(100.0)
    assert flows.loc["hs0801"].groupby("destination")["share_of_imports"].sum().tolist() == pytest.approx([1.0])


def test_reexports_are_told_apart_from_what_a_place_makes(tmp_path):
    trade = read_comtrade(download(tmp_path / "trade.csv", *PLAIN))
    assert trade.reexports.to_dict("records") == [
        {"good": "hs0801", "place": "HKG", "destination": "JPN", "usd_per_year": 45.0}
    ]
    made = trade.flows.set_index("origin")["usd_per_year"]
    assert made["HKG"] == pytest.approx(5.0)
    direct = (*PLAIN, row("HKG", "DX", "JPN", 4.0))
    flows = read_comtrade(download(tmp_path / "direct.csv", *direct)).flows.set_index("origin")
    assert flows.at["HKG", "usd_per_year"] == pytest.approx(4.0)


def test_world_groups_and_areas_without_a_country_are_dropped_and_said(tmp_path):
    rows = (*PLAIN, row("EUR", "X", "JPN", 7.0), row("CHN", "X", "E19", 3.0), row("CHN", "M", "CHN", 2.0))
    trade = read_comtrade(download(tmp_path / "trade.csv", *rows))
    dropped = notes(trade, "dropped")
    assert dropped == {"partner World": 1, "groups": 1, "no country": 1, "home": 1}
    assert set(trade.flows["origin"]) == {"CHN", "TWN", "HKG"}
    assert notes(trade, "adjusted") == {"TWN": 1, "hs0801": 1}
    filled = trade.notes[trade.notes["what"] == "filled"]
    assert filled["value"].tolist() == [1, 1]
    assert [why.split(" is silent")[0] for why in filled["why"]] == [
        f"flows on which the {who}" for who in ("exporter", "importer")
    ]


def test_codes_keep_their_leading_zeros_and_stand_for_the_goods_asked_for(tmp_path):
    rows = (*PLAIN, row("CHN", "X", "JPN", 11.0, code="080111"), row("CHN", "X", "JPN", 5.0, code="28"))
    path = download(tmp_path / "trade.csv", *rows)
    trade = read_comtrade(path, goods={"080111": "coconuts"})
    assert trade.flows[["good", "usd_per_year"]].to_numpy().tolist() == [["coconuts", 11.0]]
    assert notes(trade, "dropped") == {"0801": 6, "28": 1}
    with pytest.raises(AskError, match="080111 is part of 0801"):
        read_comtrade(path)
    with pytest.raises(AskError, match=r"'801'.*0801"):
        read_comtrade(path, goods={"801": "nuts"})


def test_revisions_are_told_and_one_may_be_chosen(tmp_path):
    rows = (*PLAIN, row("CHN", "X", "USA", 8.0, classificationCode="H5"))
    path = download(tmp_path / "trade.csv", *rows)
    trade = read_comtrade(path)
    assert notes(trade, "kept") == {"H5": 1, "H6": 6, "hs0801": 2}
    assert "another revision" in trade.notes.loc[trade.notes["where"] == "H5", "why"].item()
    assert "USA" not in set(read_comtrade(path, revision="H6").flows["destination"])
    with pytest.raises(AskError, match="H5, H6"):
        read_comtrade(path, revision="H4")


def test_parts_of_totals_and_rows_given_twice_count_once(tmp_path):
    parts = [row("CHN", "X", "JPN", 60.0, motCode="1000"), row("CHN", "X", "JPN", 40.0, motCode="2100")]
    one, two = download(tmp_path / "one.csv", *PLAIN, *parts), download(tmp_path / "two.csv", *PLAIN[:2])
    trade = read_comtrade(one, two)
    pd.testing.assert_frame_equal(trade.flows, read_comtrade(download(tmp_path / "plain.csv", *PLAIN)).flows)
    assert notes(trade, "dropped") == {"partner World": 1, "parts of totals": 2, "repeated": 2}


def test_the_site_s_other_habits_are_read_too(tmp_path):
    rows = [{**cells, "reporterDesc": "Türkiye"} for cells in PLAIN]
    habits = download(tmp_path / "latin.csv", *rows, encoding="latin-1", tail=",")
    plain = download(tmp_path / "utf.csv", *rows, encoding="utf-8-sig")
    loud = tmp_path / "loud.csv"
    loud.write_text(
        ",".join(name[0].upper() + name[1:] for name in HEADER) + "\n" + plain.read_text("utf-8-sig").split("\n", 1)[1]
    )
    for path in (habits, loud):
        pd.testing.assert_frame_equal(read_comtrade(path).flows, read_comtrade(plain).flows)


def test_the_columns_that_are_read_will_do(tmp_path):
    needed = [*form.COLUMNS, "netWgt"]
    few, all_ = (download(tmp_path / f"{len(names)}.csv", *PLAIN, header=names) for names in (needed, HEADER))
    pd.testing.assert_frame_equal(read_comtrade(few).flows, read_comtrade(all_).flows)


def test_a_file_as_long_as_a_preview_may_be_cut(tmp_path):
    rows = [*PLAIN, *(row("CHN", "X", "W00", 1.0 + n) for n in range(494))]
    assert notes(read_comtrade(download(tmp_path / "cut.csv", *rows)), "kept")["files"] == 500


def test_trade_builds_a_network_that_balances_with_its_evidence(tmp_path):
    trade = read_comtrade(download(tmp_path / "trade.csv", *PLAIN), goods={"0801": "nuts"})
    network = Network.from_frames(**trade.frames, demand=trade.imports.assign(usd_per_unit_unmet=2.0))
    balanced = balance(network)
    assert balanced.network.lanes["flow_per_week"].sum() * 52 == pytest.approx(trade.flows["usd_per_year"].sum())
    assert network.coverage()["reported"] == 1
    assert network.coverage()["estimated"] == 2 + 3  # two flows told once, three outputs
    made = network.figures.set_index("key").loc["nuts/CHN"]
    assert (made["low"] * 52, made["high"] * 52) == (pytest.approx(100.0), pytest.approx(144.0))
    shares = trade.shares
    assert shares["share"].sum() == pytest.approx(1.0)
    mine = Network.from_frames(
        goods={"good": ["nuts"]},
        producers=shares,
        demand={"good": ["nuts"], "place": ["JPN"], "units_per_week": [1.0], "usd_per_unit_unmet": [1.0]},
    )
    assert mine.producers["place"].tolist() == ["CHN", "HKG", "TWN"]


def change(**cells):
    return [{**PLAIN[0], **cells}, *PLAIN[1:]]


BROKEN = {
    "a leading zero lost": (change(cmdCode="801"), "row 2, column cmdCode: '801': .*leading zero was lost"),
    "a zero lost before an even code": (change(cmdCode="11", aggrLevel="4"), "'11': .*leading zero was lost"),
    "no HS code": (change(cmdCode="AG4"), "'AG4': not an HS code"),
    "another classification": (change(classificationCode="S4"), "'S4': not the Harmonized System"),
    "an unknown flow": (change(flowCode="2"), "column flowCode: '2': unknown flow. Known: M, X, DX, RX"),
    "monthly data": (change(freqCode="M"), "'M': not yearly data"),
    "no value": (change(primaryValue=""), "column primaryValue: not a value in USD"),
    "a value below zero": (change(primaryValue="-5"), "'-5': not a value in USD of at least 0"),
    "no descriptions": (change(reporterISO=""), "column reporterISO: no country. Download with descriptions"),
    "no partner": (change(partnerISO=""), "column partnerISO: no country"),
    "no year": (change(refYear="23"), "'23': not a year"),
    "several years": (change(refYear="2022"), "'2022, 2023': several years. Choose one with year=2023"),
    "two values of one flow": ([*PLAIN, {**PLAIN[0], "primaryValue": 7}], "CHN tells its exports of 0801 with JPN"),
    "two revisions of one flow": ([*PLAIN, {**PLAIN[0], "classificationCode": "H5"}], "twice.*revision="),
    "parts alone": ([*PLAIN[1:], row("CHN", "X", "JPN", 1.0, motCode="2100")], "CHN to JPN.*parts without their total"),
    "the world alone": ([PLAIN[5]], "no flow between two countries"),
}


@pytest.mark.parametrize(("rows", "message"), BROKEN.values(), ids=BROKEN)
def test_a_broken_download_is_told_with_its_remedy(rows, message, tmp_path):
    with pytest.raises(DataError, match=message):
        read_comtrade(download(tmp_path / "trade.csv", *rows))


FILES = {
    "empty": (b"", "trade.csv: no rows"),
    "a header alone": (",".join(HEADER).encode(), "trade.csv: no rows"),
    "a zip": (b"PK\x03\x04\x00\x00", "not a text file"),
    "the old form": (b"Classification,Year,Trade Flow Code\nH4,2016,1\n", "the form of the old Comtrade site"),
    "a misspelt column": (
        ",".join(HEADER).replace("primaryValue", "primryValue").encode() + b"\n" + b"," * 46,
        "column primaryValue: missing column. Did you mean primryValue",
    ),
    "a page with an error": (
        b"<!DOCTYPE html>\n<p>Rate limit exceeded",
        "row 1: '<!DOCTYPE html>.*no download of Comtrade",
    ),
    "an answer with an error": (b'{"statusCode": 429, "message": "wait"}', "row 1: .*429.*no download of Comtrade"),
    "semicolons": (";".join(HEADER).encode() + b"\n1;2", "no download of Comtrade. It may be .* from a spreadsheet"),
    "a cut row": (",".join(HEADER).encode() + b"\nC,A,20230101,2023,52", "row 2.*the row has 5 cells where .* has 47"),
}


@pytest.mark.parametrize(("content", "message"), FILES.values(), ids=FILES)
def test_a_file_that_is_no_download_is_told(content, message, tmp_path):
    (tmp_path / "trade.csv").write_bytes(content)
    with pytest.raises(DataError, match=message):
        read_comtrade(tmp_path / "trade.csv")


def test_all_faults_come_at_once_and_each_value_once(tmp_path):
    rows = [row("CHN", "X", "JPN", 1.0, code="801"), row("USA", "X", "JPN", 1.0, code="801"), *change(flowCode="9")]
    with pytest.raises(DataError) as caught:
        read_comtrade(download(tmp_path / "trade.csv", *rows), tmp_path / "absent.csv")
    told = [(fault.row, fault.column, fault.value) for fault in caught.value.faults]
    assert told == [(4, "flowCode", "9"), (2, "cmdCode", "801"), (None, "", None)]
    assert "(and 1 more rows)" in caught.value.faults[1].rule


def test_arguments_out_of_range_are_refused(tmp_path):
    path = download(tmp_path / "trade.csv", *PLAIN)
    with pytest.raises(AskError, match="0 files"):
        read_comtrade()
    with pytest.raises(AskError, match=r"cif_over_fob=0\.9"):
        read_comtrade(path, cif_over_fob=0.9)
    for goods in ({}, {"0801": ""}):
        with pytest.raises(AskError, match="Name the good"):
            read_comtrade(path, goods=goods)
    with pytest.raises(AskError, match="They hold 2023"):
        read_comtrade(path, year=2020)
