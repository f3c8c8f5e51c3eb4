import networkx as nx
import numpy as np
import pytest

from resilience import simulate
from resilience.balance import balance, is_balanced
from resilience.errors import AskError
from resilience.firms import COUNTRIES, HOME, firm_network
from resilience.scenario import Scenario


@pytest.fixture(scope="module")
def network():
    return firm_network(np.random.default_rng(3), firms=600, goods=15)


def test_the_same_seed_gives_the_same_network_and_another_another():
    first, again, other = (firm_network(np.random.default_rng(seed), firms=40, goods=5) for seed in (1, 1, 2))
    assert first == again != other


def test_it_has_as_many_firms_and_goods_as_asked_and_each_firm_makes_one(network):
    assert len(network.producers) == network.producers["place"].nunique() == 600
    assert set(network.producers["good"]) == set(network.goods["good"])
    assert set(network.places["country"]) == set(COUNTRIES)


def test_shares_follow_zipf_s_law(network):
    for _, shares in network.producers.groupby("good")["share"]:
        ranked = shares.sort_values(ascending=False).to_numpy()
        assert ranked.sum() == pytest.approx(1.0)
        assert ranked * np.arange(1, len(ranked) + 1) == pytest.approx(np.full(len(ranked), ranked[0]))


def test_goods_stand_in_tiers_without_rings_and_all_lead_to_a_finished_one(network):
    needs = nx.DiGraph(list(network.needs[["input", "good"]].itertuples(index=False, name=None)))
    assert nx.is_directed_acyclic_graph(needs)
    finished = set(network.demand["good"])
    assert {good for good in needs if needs.out_degree(good) == 0} <= finished
    assert set(network.goods.loc[network.goods["good"].isin(finished), "tier"]) == {"chip"}


def test_large_firms_have_many_customers_and_firms_buy_at_home_more_often(network):
    customers = network.lanes.groupby("origin").size()
    share = network.producers.set_index("place")["share"]
    assert customers.reindex(share.nlargest(30).index).mean() > 5 * customers.reindex(share.nsmallest(300).index).mean()
    country = network.places.set_index("place")["country"]
    ends = network.lanes["origin"].map(country), network.lanes["destination"].map(country)
    found, chance = (ends[0] == ends[1]).mean(), (country[share.index].value_counts(normalize=True) ** 2).sum()
    assert chance < found < HOME * chance


def test_it_balances_and_a_calm_year_loses_nothing(network):
    balanced = balance(network).network
    assert is_balanced(balanced)
    calm = simulate(balanced, Scenario(name="calm", disruptions=(), probability=0.5), weeks=12)
    assert calm.loss_usd.item() == pytest.approx(0.0, abs=1e-6)


def test_too_little_is_refused():
    with pytest.raises(AskError, match="two firms a good"):
        firm_network(np.random.default_rng(1), firms=9, goods=5)
