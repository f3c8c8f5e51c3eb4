import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from resilience.balance import balance, is_balanced, use_per_week
from resilience.errors import BalanceError
from resilience.network import Network

PLACES = ["A", "B", "C", "D"]


def one_good(makers, users, lanes=None, **more):
    """One good, from stated outputs to demand, over `lanes` (default: everybody to everybody else)."""
    lanes = [{"origin": o, "destination": d} for o in makers for d in users if o != d] if lanes is None else lanes
    return Network.from_frames(
        goods={"good": ["gas"]},
        producers=[{"good": "gas", "place": place, "output_per_week": made} for place, made in makers.items()],
        lanes=[{"good": "gas", **lane} for lane in lanes] or None,
        demand=[{"good": "gas", "place": place, "units_per_week": used, "usd_per_unit_unmet": 1.0}
                for place, used in users.items()],
        **more,
    )  # fmt: skip


def chain(*, output=100.0, stocks=None, needs=None, **changed):
    """Chips of Taiwan from gas of two places: 10 chips a week, 2 units of gas each."""
    tables = {
        "goods": {"good": ["chip", "gas"]},
        "producers": {"good": ["chip", "gas", "gas"], "place": ["TWN", "NA", "UKR"], "share": [1.0, 0.25, 0.75]},
        "needs": needs or {"good": ["chip"], "input": ["gas"], "units": [2.0]},
        "lanes": {"good": ["gas", "gas", "chip"], "origin": ["NA", "UKR", "TWN"], "destination": ["TWN", "TWN", "USA"]},
        "demand": {"good": ["chip"], "place": ["USA"], "units_per_week": [10.0], "usd_per_unit_unmet": [5.0]},
        "stocks": stocks,
    }
    return Network.from_frames(**{**tables, **changed})


def flows(network):
    """Flows by origin and destination; use at home is what a maker does not ship."""
    lanes = network.lanes
    return dict(zip(zip(lanes["origin"], lanes["destination"], strict=True), lanes["flow_per_week"], strict=True))


def outputs(network):
    makers = network.producers
    return dict(zip(zip(makers["good"], makers["place"], strict=True), makers["output_per_week"], strict=True))


def table_of_flows(network, makers, users):
    """Rows makers, columns users, what a maker uses at home on the diagonal."""
    shipped = flows(network)
    made = outputs(network)
    table = np.array([[shipped.get((o, d), 0.0) for d in users] for o in makers])
    for row, maker in enumerate(makers):
        if maker in users:
            table[row, users.index(maker)] = made["gas", maker] - table[row].sum()
    return table


def fitted(seed, rows, columns):
    """Iterative proportional fitting, written plainly: scale rows, scale columns, and again."""
    table = np.array(seed, dtype=float)
    for _ in range(2000):
        table *= (np.array(rows) / table.sum(axis=1))[:, None]
        table *= np.array(columns) / table.sum(axis=0)
    return table


def test_needs_carry_demand_up_to_the_ore():
    network = balance(chain()).network
    assert outputs(network) == {("chip", "TWN"): 10, ("gas", "NA"): 5, ("gas", "UKR"): 15}
    assert flows(network) == {("NA", "TWN"): 5, ("UKR", "TWN"): 15, ("TWN", "USA"): 10}


def test_use_is_what_makers_take_and_what_people_want():
    use = use_per_week(balance(chain()).network)
    assert use.to_dict() == {("chip", "USA"): 10, ("gas", "TWN"): 20}


def test_two_makers_and_two_users_mix_in_proportion():
    """Unknown flows with no other evidence: each cell is row total times column total over the grand total."""
    balanced = balance(one_good({"A": 30, "B": 70}, {"C": 40, "D": 60})).network
    expected = {("A", "C"): 12, ("A", "D"): 18, ("B", "C"): 28, ("B", "D"): 42}
    assert flows(balanced) == pytest.approx(expected)


def test_a_known_flow_is_held_and_the_rest_fits_around_it():
    """3 x 3 by hand: with A to D held at 20, A has 10 left for E and F, and D is filled by B and C."""
    makers, users = {"A": 30, "B": 40, "C": 30}, {"D": 50, "E": 30, "F": 20}
    lanes = [{"origin": o, "destination": d, "flow_per_week": 20 if (o, d) == ("A", "D") else None}
             for o in makers for d in users]  # fmt: skip
    result = balance(one_good(makers, users, lanes))
    found = table_of_flows(result.network, list(makers), list(users))
    around = fitted([[0, 1, 1], [1, 1, 1], [1, 1, 1]], [10, 40, 30], [30, 30, 20])
    assert found[0, 0] == 20
    assert found == pytest.approx(around + np.diag([20.0, 0, 0]), rel=1e-9)
    assert result.adjustments.empty


def test_missing_lanes_shape_the_fit_as_a_table_with_empty_cells():
    """Two makers, two users, no lane A to D: all of A goes to C and D lives on B. Only one answer exists."""
    lanes = [{"origin": "A", "destination": "C"}, {"origin": "B", "destination": "C"},
             {"origin": "B", "destination": "D"}]  # fmt: skip
    balanced = balance(one_good({"A": 30, "B": 70}, {"C": 40, "D": 60}, lanes)).network
    assert flows(balanced) == pytest.approx({("A", "C"): 30, ("B", "C"): 10, ("B", "D"): 60})


def test_a_share_of_use_is_a_known_flow():
    lanes = [{"origin": "A", "destination": "C", "share_of_use": 0.6}, {"origin": "B", "destination": "C"},
             {"origin": "A", "destination": "D"}, {"origin": "B", "destination": "D"}]  # fmt: skip
    balanced = balance(one_good({"A": 50, "B": 50}, {"C": 50, "D": 50}, lanes)).network
    assert flows(balanced) == pytest.approx({("A", "C"): 30, ("B", "C"): 20, ("A", "D"): 20, ("B", "D"): 30})
    assert balanced.lanes["share_of_use"].isna().all()


def test_use_at_home_needs_no_lane():
    balanced = balance(one_good({"A": 30, "B": 70}, {"A": 50, "B": 50})).network
    expected = fitted([[15, 15], [35, 35]], [30, 70], [50, 50])
    assert table_of_flows(balanced, ["A", "B"], ["A", "B"]) == pytest.approx(expected)


def test_stated_outputs_scale_to_what_is_used_and_the_change_is_told():
    result = balance(one_good({"A": 45, "B": 45}, {"C": 100}))
    assert outputs(result.network) == {("gas", "A"): 50, ("gas", "B"): 50}
    top = result.adjustments.iloc[0]
    assert (top["what"], top["stated"], top["balanced"]) == ("world output", 90, 100)
    assert top["change"] == pytest.approx(0.1)
    assert result.adjustments["change"].is_monotonic_decreasing


def test_a_change_past_the_tolerance_is_refused_by_good_and_place():
    with pytest.raises(BalanceError, match=r"gas: 40\.0: balancing would change this world output to 100"):
        balance(one_good({"A": 40}, {"C": 100}))
    lanes = [{"origin": "A", "destination": "C"}, {"origin": "B", "destination": "D"}]
    network = one_good({"A": 80, "B": 20}, {"C": 20, "D": 80}, lanes)
    with pytest.raises(BalanceError, match=r"column gas A: 80\.0") as caught:
        balance(network)
    assert {fault.column for fault in caught.value.faults} == {"gas A", "gas B"}
    assert outputs(balance(network, tolerance=1.0).network) == {("gas", "A"): 20, ("gas", "B"): 80}


def test_a_user_that_nothing_reaches_is_named():
    with pytest.raises(BalanceError, match=r"gas at C: 5\.0: it is used there but nothing can arrive"):
        balance(one_good({"A": 10}, {"A": 5, "C": 5}, []))


def test_a_user_whose_lanes_are_stated_empty_is_named():
    lanes = [{"origin": "A", "destination": "C", "flow_per_week": 0}]
    with pytest.raises(BalanceError, match="gas at C"):
        balance(one_good({"A": 10}, {"A": 5, "C": 5}, lanes))


def test_makers_that_make_nothing_cannot_serve():
    with pytest.raises(BalanceError, match="outputs are all zero"):
        balance(one_good({"A": 0}, {"C": 5}))


def test_held_flows_past_the_use_give_way_and_are_told():
    lanes = [{"origin": "A", "destination": "C", "flow_per_week": 12}]
    result = balance(one_good({"A": 10}, {"C": 10}, lanes))
    assert flows(result.network) == {("A", "C"): 10}
    assert result.adjustments["what"].tolist() == ["flow"]


RING = {"good": ["chip", "gas"], "input": ["gas", "chip"], "units": [2.0, 0.25]}
HELD = {"good": ["gas"], "place": ["TWN"], "weeks": [4.0]}


def ring(units):
    needs = {"good": ["chip", "gas"], "input": ["gas", "chip"], "units": [2.0, units]}
    lanes = {"good": ["gas", "chip", "chip"], "origin": ["UKR", "TWN", "TWN"], "destination": ["TWN", "USA", "UKR"]}
    makers = {"good": ["chip", "gas"], "place": ["TWN", "UKR"], "share": [1.0, 1.0]}
    return chain(needs=needs, lanes=lanes, producers=makers, stocks=HELD)


def test_a_ring_of_needs_settles_where_chips_feed_the_gas_that_feeds_them():
    """chip = 10 + 0.25 gas and gas = 2 chip, so chip = 20 and gas = 40."""
    network = balance(ring(0.25)).network
    assert outputs(network) == pytest.approx({("chip", "TWN"): 20, ("gas", "UKR"): 40})
    assert is_balanced(network)


def test_a_good_that_needs_itself_settles():
    """Each unit of gas takes half a unit of gas: 20 used for chips need 40 made."""
    needs = {"good": ["chip", "gas"], "input": ["gas", "gas"], "units": [2.0, 0.5]}
    lanes = {"good": ["chip", "gas"], "origin": ["TWN", "UKR"], "destination": ["USA", "TWN"]}
    makers = {"good": ["chip", "gas"], "place": ["TWN", "UKR"], "share": [1.0, 1.0]}
    network = balance(chain(needs=needs, lanes=lanes, producers=makers, stocks=HELD)).network
    assert outputs(network) == pytest.approx({("chip", "TWN"): 10, ("gas", "UKR"): 40})
    assert is_balanced(network)


def test_a_ring_that_eats_more_than_it_makes_is_refused_once():
    with pytest.raises(BalanceError, match=r"chip, gas: .* at least one unit of itself") as caught:
        balance(ring(0.6))
    assert len(caught.value.faults) == 1


def test_a_dry_user_in_a_ring_is_told_once():
    network = ring(0.25).with_table("lanes", ring(0.25).lanes.query("good == 'gas' or destination == 'USA'"))
    with pytest.raises(BalanceError, match="chip at UKR") as caught:
        balance(network)
    assert [fault.column for fault in caught.value.faults].count("chip at UKR") == 1


def test_what_is_not_used_is_not_made():
    goods, makers = {"good": ["gas", "dust"]}, {"good": ["gas", "dust"], "place": ["A", "A"], "output_per_week": [5, 0]}
    network = balance(one_good({"A": 5}, {"A": 5}, []).with_table("goods", pd.DataFrame(goods)).with_table(
        "producers", pd.DataFrame(makers))).network  # fmt: skip
    assert outputs(network)["dust", "A"] == 0


def test_a_balanced_network_is_returned_as_it_is():
    once = balance(chain())
    twice = balance(once.network)
    assert not is_balanced(chain())
    assert twice.network is once.network
    assert twice.adjustments.empty


def test_a_balanced_network_with_evidence_writes_and_reads_back(tmp_path):
    network = one_good({"A": 45, "B": 45}, {"C": 100}).with_table("sources", pd.DataFrame(
        {"source_id": ["usgs"], "title": ["Minerals"], "licence": ["public domain"]}))  # fmt: skip
    figure = {"table": "producers", "key": "gas/A", "column": "output_per_week", "value": 45, "source_id": "usgs",
              "confidence": "reported"}  # fmt: skip
    balanced = balance(network.with_table("figures", pd.DataFrame([figure]))).network
    assert Network.read(balanced.write(tmp_path)) == balanced
    assert balanced.figures["value"].tolist() == [45]


@st.composite
def dense(draw):
    """One good over all lanes, some flows known, in any amounts that can be met."""
    makers = {place: draw(st.floats(1, 100)) for place in draw(st.sets(st.sampled_from(PLACES), min_size=1))}
    users = {place: draw(st.floats(1, 100)) for place in draw(st.sets(st.sampled_from(PLACES), min_size=1))}
    scale = sum(users.values()) / sum(makers.values())
    makers = {place: made * scale for place, made in makers.items()}
    known = {(o, d): draw(st.one_of(st.none(), st.floats(0, 0.2))) for o in makers for d in users if o != d}
    lanes = [{"origin": o, "destination": d, "flow_per_week": None if part is None else part * min(makers[o], users[d])}
             for (o, d), part in known.items()]  # fmt: skip
    return makers, users, lanes


LAWS = settings(max_examples=6, deadline=None)


@LAWS
@given(case=dense())
@example(case=({"A": 1.0, "B": 1.0}, {"A": 2.0}, [{"origin": "B", "destination": "A", "flow_per_week": 5e-324}]))
def test_what_arrives_equals_what_is_used(case):
    makers, users, lanes = case
    try:
        network = balance(one_good(makers, users, lanes), tolerance=1.0).network
    except BalanceError:
        assume(False)
    table = table_of_flows(network, list(makers), list(users))
    assert table.sum(axis=0) == pytest.approx(list(users.values()), rel=1e-9)
    assert is_balanced(network)


@LAWS
@given(case=dense())
def test_the_fit_equals_the_plain_one(case):
    makers, users, _ = case
    network = balance(one_good(makers, users)).network
    made, used = np.array(list(makers.values())), np.array(list(users.values()))
    assert table_of_flows(network, list(makers), list(users)) == pytest.approx(
        fitted(np.outer(made, used), made, used), rel=1e-8, abs=1e-9
    )


@LAWS
@given(case=dense(), factor=st.floats(0.01, 100))
def test_scaling_every_quantity_scales_the_answer(case, factor):
    makers, users, _ = case
    small = flows(balance(one_good(makers, users)).network)
    large = flows(balance(one_good({p: v * factor for p, v in makers.items()},
                                   {p: v * factor for p, v in users.items()})).network)  # fmt: skip
    assert large == pytest.approx({lane: flow * factor for lane, flow in small.items()}, rel=1e-9)


@LAWS
@given(case=dense(), order=st.randoms(use_true_random=False))
def test_the_order_of_rows_changes_nothing(case, order):
    makers, users, _ = case
    first = one_good(makers, users)
    turned = Network.from_frames(
        **{name: getattr(first, name).sample(frac=1, random_state=order.randrange(1000)) for name in
           ("goods", "producers", "lanes", "demand")}
    )  # fmt: skip
    assert balance(turned).network == balance(first).network
