"""Networks small enough to work by hand, and the same program put to a solver that is not HiGHS."""

import clarabel
import numpy as np
from scipy import sparse

from resilience import Network


def one_good(*, surge=1.0, stock_weeks=1.0):
    """Ten chips a week go from Taiwan to the USA, two weeks under way."""
    return Network.from_frames(
        goods={"good": ["chip"], "usd_per_unit": [3.0], "holding_share_per_year": [0.1]},
        producers={"good": ["chip"], "place": ["TWN"], "output_per_week": [10.0], "surge": [surge]},
        lanes={"good": ["chip"], "origin": ["TWN"], "destination": ["USA"], "transit_weeks": [2]},
        demand={"good": ["chip"], "place": ["USA"], "units_per_week": [10.0], "usd_per_unit_unmet": [50.0]},
        stocks={"good": ["chip"], "place": ["USA"], "weeks": [stock_weeks]},
    )


def recipe(*, essential=1.0):
    """Ten chips a week in Korea from twenty Japanese wafers and ten units of Korean gas, two weeks in process."""
    return Network.from_frames(
        goods={"good": ["chip", "wafer", "gas"], "cycle_weeks": [2, 0, 0], "usd_per_unit": [20.0, 2.0, 1.0]},
        producers={"good": ["chip", "wafer", "gas"], "place": ["KOR", "JPN", "KOR"], "output_per_week": [10, 20, 10]},
        needs={"good": ["chip", "chip"], "input": ["wafer", "gas"], "units": [2, 1], "essential": [1.0, essential]},
        lanes={"good": ["wafer"], "origin": ["JPN"], "destination": ["KOR"], "transit_weeks": [1]},
        demand={"good": ["chip"], "place": ["KOR"], "units_per_week": [10.0], "usd_per_unit_unmet": [100.0]},
        stocks={"good": ["wafer"], "place": ["KOR"], "weeks": [1.0]},
    )


def two_gases(*, essential=1.0, **changed):
    """Ten chips a week in Korea from ten units of Japanese gas; in four weeks half of that can be neon, two for one.

    Eighty units of neon stand in Korea, where ten a week are made and wanted at 5 USD each.
    """
    return Network.from_frames(**{
        "goods": {"good": ["chip", "gas", "neon"], "usd_per_unit": [20.0, 2.0, 1.0]},
        "producers": {"good": ["chip", "gas", "neon"], "place": ["KOR", "JPN", "KOR"], "output_per_week": [10.0] * 3},
        "needs": {"good": ["chip"], "input": ["gas"], "units": [1.0], "essential": [essential]},
        "substitutes": {"user": ["chip"], "input": ["gas"], "substitute": ["neon"], "units": [2.0], "most": [0.5],
                        "qualify_weeks": [4.0]},
        "lanes": {"good": ["gas"], "origin": ["JPN"], "destination": ["KOR"]},
        "demand": {"good": ["chip", "neon"], "place": ["KOR", "KOR"], "units_per_week": [10.0, 10.0],
                   "usd_per_unit_unmet": [100.0, 5.0]},
        "stocks": {"good": ["neon"], "place": ["KOR"], "weeks": [8.0]},
        **changed,
    })  # fmt: skip


def two_chips():
    """Ten old chips a week are wanted at 100 USD each; in two weeks new ones, of which sixty lie by, will do."""
    return Network.from_frames(
        goods={"good": ["old", "new"], "usd_per_unit": [3.0, 4.0]},
        producers={"good": ["old", "new"], "place": ["TWN", "KOR"], "output_per_week": [10.0, 10.0]},
        substitutes={"user": ["final"], "input": ["old"], "substitute": ["new"], "qualify_weeks": [2.0]},
        lanes={"good": ["old"], "origin": ["TWN"], "destination": ["KOR"]},
        demand={"good": ["old", "new"], "place": ["KOR", "KOR"], "units_per_week": [10.0, 10.0],
                "usd_per_unit_unmet": [100.0, 50.0]},
        stocks={"good": ["new"], "place": ["KOR"], "weeks": [6.0]},
    )  # fmt: skip


def two_importers():
    """Twelve chips a week: six to the USA (5 USD each if unmet), six to Japan (9 USD each)."""
    return Network.from_frames(
        goods={"good": ["chip"]},
        producers={"good": ["chip"], "place": ["TWN"], "output_per_week": [12.0]},
        lanes={"good": ["chip", "chip"], "origin": ["TWN", "TWN"], "destination": ["USA", "JPN"]},
        demand={"good": ["chip"] * 2, "place": ["USA", "JPN"], "units_per_week": [6, 6], "usd_per_unit_unmet": [5, 9]},
        blocs={"ally": ["USA"]},
    )


def gas(*, price=1.0, holding=0.5, at_stake=21.0, goods=("gas",), release_weeks=0):
    """Each good made and wanted at one place, ten a week, with no private stock."""
    count = len(goods)
    return Network.from_frames(
        goods={"good": list(goods), "usd_per_unit": [price] * count, "holding_share_per_year": [holding] * count},
        producers={"good": list(goods), "place": ["A"] * count, "output_per_week": [10.0] * count},
        demand={"good": list(goods), "place": ["A"] * count, "units_per_week": [10.0] * count,
                "usd_per_unit_unmet": [at_stake] * count},
        blocs={"club": ["A"]},
    )  # fmt: skip


def waiting():
    """Chips need power and power chips, within one week and with half a week of stock."""
    return Network.from_frames(
        goods={"good": ["chip", "power"]},
        producers={"good": ["chip", "power"], "place": ["A", "A"], "output_per_week": [10.0, 1.0]},
        needs={"good": ["chip", "power"], "input": ["power", "chip"], "units": [0.1, 0.5]},
        demand={"good": ["chip"], "place": ["A"], "units_per_week": [9.5], "usd_per_unit_unmet": [1.0]},
        stocks={"good": ["chip"], "place": ["A"], "weeks": [0.5]},
    )


def by_clarabel(program):
    """Least cost of a `LinearProgram` by an interior-point solver of another family."""
    identity = sparse.identity(len(program.cost), format="csc")
    equal = program.row_lower == program.row_upper
    upper = ~equal & np.isfinite(program.row_upper)
    lower = ~equal & np.isfinite(program.row_lower)
    high, low = np.isfinite(program.column_upper), np.isfinite(program.column_lower)
    matrix = program.matrix.tocsr()
    rows = [matrix[equal], matrix[upper], -matrix[lower], identity.tocsr()[high], -identity.tocsr()[low]]
    sides = [
        program.row_upper[equal],
        program.row_upper[upper],
        -program.row_lower[lower],
        program.column_upper[high],
        -program.column_lower[low],
    ]
    cones = [clarabel.ZeroConeT(int(equal.sum())), clarabel.NonnegativeConeT(sum(len(side) for side in sides[1:]))]
    settings = clarabel.DefaultSettings()
    settings.verbose = False
    settings.tol_gap_abs = settings.tol_gap_rel = settings.tol_feas = 1e-10
    nothing = sparse.csc_matrix((len(program.cost), len(program.cost)))
    stacked = sparse.vstack(rows, format="csc")
    solver = clarabel.DefaultSolver(nothing, program.cost, stacked, np.concatenate(sides), cones, settings)
    return solver.solve().obj_val
