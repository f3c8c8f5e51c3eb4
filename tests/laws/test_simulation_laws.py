"""The laws that every simulated week obeys, on random networks, scenarios, reserves and behaviours."""

import itertools
from dataclasses import replace

import numpy as np
import pytest
from feasible import violation
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from random_networks import MIXES, random_network, random_reserve, random_scenario, sizes, wide

from resilience.disruption import ExportControl
from resilience.network import Network
from resilience.physics import physics
from resilience.policy import Reserve
from resilience.scenario import Scenario
from resilience.simulate import Behaviour, Plain, simulate
from resilience.sizing.case import build_case
from resilience.sizing.compiled import Compiler
from resilience.sizing.response import best_response
from resilience.solver import solve

WEEKS = 14
TINY = 1e-9  # of a week of the world's use of a good
any_size = st.one_of(sizes, wide)  # from 1 to 200 stock points


def quick(examples):
    """Few examples each run, and no shrinking: a random seed has no smaller one, and networks take a while to build."""
    phases = (Phase.explicit, Phase.reuse, Phase.generate)
    return settings(max_examples=examples, deadline=None, phases=phases, suppress_health_check=[HealthCheck.too_slow])


def simulated(network, scenarios, behaviour, reserve=None, **options):
    return simulate(network, scenarios, weeks=WEEKS, behaviour=behaviour, reserve=reserve, engine=Plain(), **options)


@quick(4)
@given(size=any_size, mix=st.sampled_from(MIXES))
def test_without_a_shock_nothing_changes(size, mix):
    network = random_network(*size)
    calm = simulated(network, Scenario(name="calm"), mix, random_reserve(size[0], network))
    laws, full = calm.physics, calm.full["calm"][1].full
    assert np.abs(full.flow - laws.flow[:, None, None]).max(initial=0) <= 1000 * TINY
    assert np.abs(full.start - laws.output[:, None, None]).max(initial=0) <= 1000 * TINY
    assert calm.loss_usd["calm"] <= 1e-9 * laws.usd * 1e4 * WEEKS


@quick(4)
@given(size=any_size, mix=st.sampled_from(MIXES))
def test_every_good_is_conserved_every_week(size, mix):
    network = random_network(*size)
    scenario = random_scenario(size[0], network)
    found = simulated(network, scenario, mix, random_reserve(size[0], network))
    laws, records = found.physics, found.full["shock"][1]
    shock = scenario.shock(laws.network, WEEKS)
    full = records.full
    before = laws.stock
    for week in range(WEEKS):
        change = -before * shock.lost[:, week]
        for lane in range(len(laws.flow)):
            change[laws.origin[lane]] -= full.flow[lane, week, 0]
            for sent in range(-int(laws.transit[lane]), week + 1):
                lag = laws.transit[lane] + (shock.added[lane, sent] if sent >= 0 else 0)
                if sent + lag == week:
                    change[laws.destination[lane]] += full.flow[lane, sent, 0] if sent >= 0 else laws.flow[lane]
        for maker in range(len(laws.output)):
            begun = week - int(laws.cycle[maker])
            change[laws.made_at[maker]] += full.start[maker, begun, 0] if begun >= 0 else laws.output[maker]
        served = laws.wanted * shock.wanted[:, week] - records.short[:, week, 0] + full.late[:, week, 0]
        np.add.at(change, laws.consumed_at, -full.used[:, week, 0])
        np.add.at(change, laws.worked_at, -full.supplied[:, week, 0])
        np.add.at(change, laws.wanted_at, -served)
        np.add.at(change, found.held.point, records.home[:, week, 0] - records.refill[:, week, 0])
        np.add.at(change, found.held.receiver_point, records.receive[:, week, 0])
        after = full.stock[:, week, 0]
        assert np.abs(before + change - after).max() <= 1e-9 * (1000 + np.abs(after).max())
        assert served.min(initial=0) >= 0
        assert records.send[:, week].sum() == pytest.approx(records.receive[:, week].sum(), rel=1e-9)
        before = np.where(laws.storable, after, 0.0)


@quick(12)
@given(size=any_size, mix=st.sampled_from(MIXES))
def test_a_trace_is_a_feasible_point_of_the_program(size, mix):
    network = random_network(*size)
    scenario, reserve = random_scenario(size[0], network), random_reserve(size[0], network)
    found = simulated(network, scenario, mix, reserve)
    outside, cost = violation(found.physics, scenario, found.full["shock"][1], 0, weeks=WEEKS, reserve=reserve)
    assert not outside
    assert found.loss_usd["shock"] == pytest.approx(cost * found.physics.usd, rel=1e-9, abs=1e-6)


@quick(4)
@given(size=any_size, mix=st.sampled_from(MIXES))
def test_no_behaviour_loses_less_than_the_program(size, mix):
    network = random_network(*size)
    scenario, reserve = random_scenario(size[0], network), random_reserve(size[0], network)
    found = simulated(network, scenario, mix, reserve)
    best = best_response(network, scenario, weeks=WEEKS, reserve=reserve)
    assert best.loss_usd <= found.loss_usd["shock"] * (1 + 1e-8) + 1e-7 * found.physics.usd


@quick(3)
@given(size=any_size)
def test_serving_late_never_lowers_the_least_loss(size):
    network = random_network(*size)
    scenario, laws = random_scenario(size[0], network), physics(network)
    cases = [build_case(laws, scenario, weeks=WEEKS, serves_late=late) for late in (False, True)]
    never, late = (solve(Compiler().compile(case).program) for case in cases)
    assert late.objective == pytest.approx(never.objective, rel=1e-7, abs=1e-6)


def renamed(network, mapping):
    """The same network with its places under other names, so that every table comes in another order."""
    columns = {"producers": ["place"], "lanes": ["origin", "destination"], "demand": ["place"], "stocks": ["place"]}
    frames = {}
    for table in ("goods", "producers", "needs", "lanes", "demand", "stocks"):
        frame = network.table(table)
        for column in columns.get(table, []):
            frame[column] = frame[column].map(mapping)
        if len(frame):
            frames[table] = frame.iloc[::-1]
    blocs = {bloc: [mapping.get(country, country) for country in members] for bloc, members in network.blocs.items()}
    return Network.from_frames(blocs=blocs, **frames)


@quick(4)
@given(size=any_size, mix=st.sampled_from(MIXES))
def test_answers_do_not_depend_on_names_or_row_order(size, mix):
    network = random_network(*size)
    places = sorted(network.places["place"])
    mapping = dict(zip(places, [f"Q{n:02}" for n in reversed(range(len(places)))], strict=True))
    scenario = random_scenario(size[0], network)
    struck = []
    for disruption in scenario.disruptions:
        new = {
            key: mapping[getattr(disruption, key)]
            for key in ("place", "country", "exporter")
            if getattr(disruption, key, None) is not None
        }
        struck.append(replace(disruption, **new))
    other = replace(scenario, disruptions=tuple(struck))
    first = simulated(network, scenario, mix).loss_usd["shock"]
    second = simulated(renamed(network, mapping), other, mix).loss_usd["shock"]
    scale = float((network.demand["units_per_week"] * network.demand["usd_per_unit_unmet"]).sum())
    assert second == pytest.approx(first, rel=1e-6, abs=1e-7 * (scale + 1e-9))


@quick(4)
@given(size=any_size, mix=st.sampled_from(MIXES))
def test_several_reserves_have_no_order(size, mix):
    network = random_network(*size)
    scenario = random_scenario(size[0], network)
    reserves = [found for n in range(3) if (found := random_reserve(size[0] + n, network)) is not None]
    first, second = (simulated(network, scenario, mix, order) for order in (reserves, reserves[::-1]))
    assert second.loss.to_numpy() == pytest.approx(first.loss.to_numpy(), rel=1e-9, abs=1e-6)


@quick(4)
@given(size=any_size, mix=st.sampled_from(MIXES))
def test_a_batch_equals_its_scenarios_one_by_one(size, mix):
    network = random_network(*size)
    several = [random_scenario(size[0] + n, network, name=f"s{n}") for n in range(4)]
    reserve = random_reserve(size[0], network)
    together = simulated(network, several, mix, reserve)
    batch, laws = together.loss, together.physics
    worth = float(laws.price @ laws.position + laws.at_stake @ laws.wanted * WEEKS) * laws.usd
    alone = [simulated(network, one, mix, reserve).loss.iloc[0] for one in several]
    assert np.array(alone) == pytest.approx(batch.to_numpy(), rel=1e-12, abs=1e-12 * worth)


@quick(3)
@given(size=any_size)
def test_in_the_program_a_larger_reserve_never_costs_more(size):
    network = random_network(*size)
    scenario, reserve = random_scenario(size[0], network), random_reserve(size[0], network)
    if reserve is None:
        return
    more = Reserve(holdings=reserve.table().assign(units=2 * reserve.table()["units"]), release=reserve.release)
    lean, deep = (best_response(network, scenario, weeks=WEEKS, reserve=one) for one in (reserve, more))
    assert deep.bound_usd <= lean.loss_usd * (1 + 1e-7) + 1e-4


def least_loss(network, scenario):
    found = best_response(network, scenario, weeks=WEEKS)
    return found.loss_usd, found.bound_usd


@quick(3)
@given(size=any_size)
def test_in_the_program_more_capacity_never_costs_more(size):
    network = random_network(*size)
    scenario = random_scenario(size[0], network)
    larger = network.with_table("producers", network.producers.assign(surge=network.producers["surge"] * 1.5))
    assert least_loss(larger, scenario)[1] <= least_loss(network, scenario)[0] * (1 + 1e-7) + 1e-4


@quick(3)
@given(size=any_size)
def test_in_the_program_wider_lanes_never_cost_more(size):
    network = random_network(*size)
    scenario = random_scenario(size[0], network)
    wider = network.with_table("lanes", network.lanes.assign(limit_factor=network.lanes["limit_factor"] * 2))
    assert least_loss(wider, scenario)[1] <= least_loss(network, scenario)[0] * (1 + 1e-7) + 1e-4


def test_in_the_program_a_more_open_lane_never_costs_more():
    network = random_network(11, 4, 4)
    lane = network.lanes.iloc[0]
    losses = [
        least_loss(
            network,
            Scenario(
                name="control",
                disruptions=(ExportControl(good=lane["good"], exporter=lane["origin"], licensed=share, weeks=9),),
            ),
        )
        for share in (0.0, 0.4, 1.0)
    ]
    assert losses[0][0] > losses[2][0]
    for narrow, opened in itertools.pairwise(losses):
        assert opened[1] <= narrow[0] * (1 + 1e-7) + 1e-4


@quick(4)
@given(
    size=any_size, mix=st.sampled_from(MIXES), units=st.sampled_from([0.001, 40.0]), usd=st.sampled_from([0.5, 300.0])
)
def test_scaling_every_quantity_and_price_scales_the_loss(size, mix, units, usd):
    network = random_network(*size)
    scenario = random_scenario(size[0], network)
    larger = {
        "producers": network.producers.assign(output_per_week=network.producers["output_per_week"] * units),
        "lanes": network.lanes.assign(flow_per_week=network.lanes["flow_per_week"] * units),
        "demand": network.demand.assign(
            units_per_week=network.demand["units_per_week"] * units,
            usd_per_unit_unmet=network.demand["usd_per_unit_unmet"] * usd,
        ),
        "goods": network.goods.assign(usd_per_unit=network.goods["usd_per_unit"] * usd),
    }
    kept = {name: network.table(name) for name in ("needs", "stocks") if len(network.table(name))}
    scaled = Network.from_frames(blocs=network.blocs, **{k: v for k, v in larger.items() if len(v)}, **kept)
    small, large = (simulated(one, scenario, mix).loss_usd["shock"] for one in (network, scaled))
    scale = float((network.demand["units_per_week"] * network.demand["usd_per_unit_unmet"]).sum())
    assert large == pytest.approx(small * units * usd, rel=1e-6, abs=1e-7 * (scale + 1e-9) * units * usd)


def test_nothing_departs_from_baseline_before_the_first_disruption():
    network = random_network(7, 4, 4)
    scenario = replace(random_scenario(3, network), notice_weeks=0)
    found = simulated(network, scenario, Behaviour())
    flow = found.full["shock"][1].full.flow[:, : scenario.first_week - 1, 0]
    assert np.abs(flow - found.physics.flow[:, None]).max(initial=0) <= 1000 * TINY
