"""One sizing solved here and by mpi-sppy, from the files that `resilience export --mps` writes.

    python -m venv peer && peer/bin/pip install mpi-sppy mip highspy pandas
    OMP_NUM_THREADS=1 python tests/bench/bench_mpisppy.py --peer peer/bin/python --scenarios 6 --weeks 20

The ten-goods instance. CPU seconds of one thread. "As a study sizes it" has what each scenario loses without a reserve,
all tables and the ranges of what else would do besides; ratios are against the quickest of our other ways. What the
peer takes to read the files into its models is told apart, and not counted in its ratio. Its extensive form is solved
by HiGHS as it chooses and by interior points; progressive hedging with linearised proximal terms starts from penalties
in proportion to cost. What hedging ends with is its mean plan, priced in every scenario, beside the Lagrangian bound of
its last weights.
"""

import argparse
import csv
import json
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

GAP = 1e-6


def main() -> None:
    given = argparse.ArgumentParser()
    given.add_argument("--peer", type=Path, help="the Python in which mpi-sppy is installed")
    given.add_argument("--scenarios", type=int, default=6)
    given.add_argument("--weeks", type=int, default=20)
    given.add_argument("--rho", type=float, nargs="*", default=[0.01], help="penalties, in units of a column's cost")
    given.add_argument("--passes", type=int, default=100, help="of hedging, at most")
    given.add_argument("--seconds", type=float, default=300.0, help="of hedging, at most")
    given.add_argument("--no-simplex", action="store_true", help="leave out what takes simplex to the joined program")
    given.add_argument("--there", type=Path, help=argparse.SUPPRESS)
    given.add_argument("--kind", help=argparse.SUPPRESS)
    asked = given.parse_args()
    if asked.there:
        sys.stdout.write("\n" + json.dumps(there(asked)) + "\n")
        return
    with tempfile.TemporaryDirectory() as folder:
        here(asked, Path(folder))


def here(asked: argparse.Namespace, folder: Path) -> None:
    """Ours by each way, then the peer on the files."""
    import numpy as np

    sys.path.insert(0, str(Path(__file__).parents[1] / "support"))
    from ten_goods import outages, ten_goods

    from resilience.balance import balance
    from resilience.sizing.lshaped import decompose
    from resilience.sizing.single import write_singles
    from resilience.sizing.size import solve_sizing
    from resilience.sizing.stated import state_sizing
    from resilience.solver import INNER, Method, solve

    network = balance(ten_goods(), tolerance=np.inf).network
    begun = time.process_time()
    stated = state_sizing(network, outages(network, asked.scenarios), weeks=asked.weeks)
    program, two_stage = stated.joined.program, stated.two_stage
    said(f"S={asked.scenarios}, {asked.weeks} weeks: {program.shape[0]:,} rows, {program.shape[1]:,} columns")
    said(f"here, stated in                     {time.process_time() - begun:8.1f} s")
    ours = {}
    ways = {
        "one program, interior points": lambda: solve(program, Method(algorithm="ipm", crossover=False)),
        "taken apart": lambda: decompose(two_stage, start=np.zeros(two_stage.first.shape[1]), gap=GAP),
    }
    if not asked.no_simplex:
        ways["one program, as HiGHS chooses"] = lambda: solve(program)
    for name, run in ways.items():
        begun = time.process_time()
        found = run()
        ours[name] = time.process_time() - begun
        said(f"here, {name:<30}{ours[name]:8.1f} s  {found.objective:.6f}, bound {found.bound:.6f}")
    best = min(ours.values())
    begun = time.process_time()
    sizing = solve_sizing(stated, method=INNER, gap=GAP)
    money = sizing.objective_usd / stated.laws.usd, sizing.bound_usd / stated.laws.usd
    said(
        f"here, as a study sizes it          {time.process_time() - begun:9.1f} s  {money[0]:.6f}, bound {money[1]:.6f}"
    )
    if asked.peer is None:
        return
    write_singles(stated, folder)
    kinds = [("ipm", 0.0)] if asked.no_simplex else [("choose", 0.0), ("ipm", 0.0)]
    for kind, rho in [*kinds, *(("hedging", rho) for rho in asked.rho)]:
        if rho:
            hedge_at(folder, rho)
        command = [
            str(asked.peer), __file__, "--there", str(folder), "--kind", kind, "--passes", str(asked.passes),
            "--seconds", str(asked.seconds),
        ]  # fmt: skip
        run = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
        found = json.loads(run.stdout.splitlines()[-1])
        if "plan" in found:
            found["objective"] = solve(holding(program, np.array(found["plan"]))).objective
        name = kind + (f" at {rho:g}" if rho else "")
        said(
            f"mpi-sppy, {name:<26}{found['solve_s']:8.1f} s  {found['objective']:.6f}, bound {found['bound']:.6f}"
            f"{found['told']}; {found['solve_s'] / best:.1f} times ours; read in {found['read_s']:.1f} s"
        )


def holding(program, plan):
    """`program` in which so much is held."""
    lower, upper = program.column_lower.copy(), program.column_upper.copy()
    lower[: len(plan)] = upper[: len(plan)] = plan.clip(0.0)
    return replace(program, column_lower=lower, column_upper=upper)


def hedge_at(folder: Path, rho: float) -> None:
    """The penalties beside each scenario, as the peer reads them: `rho` of what a unit held costs."""
    import highspy

    for path in folder.glob("*.mps"):
        highs = highspy.Highs()
        highs.setOptionValue("output_flag", False)
        highs.readModel(str(path))
        cost = highs.getLp().col_cost_
        names = json.loads(path.with_name(f"{path.stem}_nonants.json").read_text())["treeData"]["nodes"]["ROOT"]
        with path.with_name(f"{path.stem}_rho.csv").open("w", newline="") as file:
            rows = csv.writer(file)
            rows.writerow(["varname", "rho"])
            rows.writerows([name, rho * cost[int(name[1:])]] for name in names["nonAnts"])


def there(asked: argparse.Namespace) -> dict[str, object]:
    """What the peer makes of the folder, in its own Python."""
    from mpisppy.problem_io import mps_module

    mps_module.mps_files_directory = str(asked.there)
    names = mps_module.scenario_names_creator(None)
    creator = {"cfg": SimpleNamespace(mps_files_directory=str(asked.there))}
    begun = time.process_time()
    return (hedged if asked.kind == "hedging" else joined)(asked, mps_module, names, creator, begun)


def joined(asked: argparse.Namespace, module, names, creator, begun: float) -> dict[str, object]:
    from mpisppy.opt.ef import ExtensiveForm

    form = ExtensiveForm({"solver": "appsi_highs"}, names, module.scenario_creator, scenario_creator_kwargs=creator)
    read = time.process_time()
    options = {"threads": 1}
    if asked.kind == "ipm":
        options |= {"solver": "ipm", "run_crossover": "off", "ipm_optimality_tolerance": GAP}
    found = form.solve_extensive_form(solver_options=options)
    return {
        "read_s": read - begun, "solve_s": time.process_time() - read, "objective": form.get_objective_value(),
        "bound": found.problem.lower_bound, "told": "",
    }  # fmt: skip


def hedged(asked: argparse.Namespace, module, names, creator, begun: float) -> dict[str, object]:
    from mpisppy.opt.ph import PH

    options = {
        "solver_name": "appsi_highs", "PHIterLimit": asked.passes, "defaultPHrho": 1.0, "convthresh": 1e-6,
        "verbose": False, "display_progress": False, "display_timing": False, "asynchronousPH": False,
        "iter0_solver_options": {"threads": 1}, "iterk_solver_options": {"threads": 1}, "smoothed": 0,
        "linearize_proximal_terms": True, "proximal_linearization_tolerance": 1e-4, "time_limit": asked.seconds,
    }  # fmt: skip
    hedge = PH(options, names, module.scenario_creator, scenario_creator_kwargs=creator, rho_setter=module._rho_setter)
    read = time.process_time()
    apart, _, trivial = hedge.ph_main(finalize=False)
    ended = time.process_time()
    one = next(iter(hedge.local_scenarios.values()))
    mean = {at: one._mpisppy_model.xbars[at]._value for at in one._mpisppy_data.nonant_indices}
    bound = max(trivial, hedge.post_solve_bound())
    return {
        "read_s": read - begun, "solve_s": ended - read, "bound": bound, "plan": list(mean.values()),
        "told": f", {hedge._PHIter} passes, plans {apart:.2g} apart",
    }  # fmt: skip


def said(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
