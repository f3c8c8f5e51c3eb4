from resilience import metrics


def test_the_public_names_are_these():
    assert metrics.__all__ == [
        "Chokepoints",
        "betweenness",
        "chokepoints",
        "concentration",
        "concentrations",
        "days_of_cover",
        "dependence",
        "dependence_through",
        "effective_suppliers",
        "n_minus_1",
        "n_minus_k",
        "recovery_gaps",
        "time_to_survive",
    ]
