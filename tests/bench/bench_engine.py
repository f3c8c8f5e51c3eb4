"""What an engine costs beside the work, and what a second process gains.

Run by hand: PYTHONPATH=tests/support python tests/bench/bench_engine.py [seconds of CPU a task, 0.1 by default]

Tasks clock themselves, so that other work on the machine slows both sides of each ratio alike.
"""

from __future__ import annotations

import os
import sys
from collections import defaultdict
from time import perf_counter, process_time

import jobs

from resilience.engine import Dask, Engine, Processes, Serial, answers, nothing

TASKS = 100
SECONDS = 0.1  # a task, unless another length is given


def turns_for(seconds: float) -> int:
    """Turns of the task that take so much CPU here."""
    trial = 1_000_000
    return int(trial * seconds / min(jobs.spun(None, trial)[1] for _ in range(5)))


Clocked = dict[str, tuple[float, float, float, int]]
Measured = tuple[float, float, float, float]


def measured(engine: Engine, turns: int, tasks: int = TASKS) -> Measured:
    """Seconds from the first message to the last answer; then per task: CPU of the work, CPU of the engine on both
    sides, and time that workers spent outside tasks.
    """
    with engine.team(nothing) as team:
        answers(team, jobs.spun, {f"warm {number}": turns // 10 for number in range(8)})
        begun, used = perf_counter(), process_time()
        told = answers(team, jobs.spun, dict.fromkeys(map(str, range(tasks)), turns))
        return shared_out(told, perf_counter() - begun, process_time() - used, alone=isinstance(engine, Serial))


def by_itself(address: str, turns: int, tasks: int = TASKS) -> Measured:
    """The same of dask by itself, without our engine: the least that ours can cost on it."""
    from distributed import Client

    with Client(address) as client:
        client.gather(client.map(jobs.spun, [None] * 8, [turns // 10] * 8, pure=False))
        begun, used = perf_counter(), process_time()
        told = client.gather(client.map(jobs.spun, [None] * tasks, [turns] * tasks, pure=False))
        return shared_out(dict(enumerate(told)), perf_counter() - begun, process_time() - used)


def shared_out(told: Clocked, wall: float, ours: float, *, alone: bool = False) -> Measured:
    """What was used, by task. The first of each worker tells where its CPU stood."""
    tasks = len(told)
    clock = sum(clock for clock, _, _, _ in told.values())
    work = sum(cpu for _, cpu, _, _ in told.values())
    if alone:
        return wall, work / tasks, (ours - work) / tasks, (wall - clock) / tasks
    ends: dict[int, list[float]] = defaultdict(list)
    for _, _, end, pid in told.values():
        ends[pid].append(end)
    spans = sum(max(end) - min(end) for end in ends.values())  # from the end of each worker's first task
    counted = work * (tasks - len(ends)) / tasks
    return wall, work / tasks, (ours + spans - counted) / tasks, (wall * len(ends) - clock) / tasks


def told(name: str, found: Measured) -> None:
    """One line."""
    wall, work, engine_cpu, outside = found
    sys.stdout.write(
        f"{name:<16}{wall:7.2f} s{1e3 * work:9.1f} ms{1e3 * engine_cpu:9.2f} ms{engine_cpu / work:8.2%}"
        f"{1e3 * outside:9.2f} ms\n"
    )


if __name__ == "__main__":
    from distributed import LocalCluster

    amount = turns_for(float(sys.argv[1]) if len(sys.argv) > 1 else SECONDS)
    sys.stdout.write(f"{TASKS} tasks; load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores\n")
    sys.stdout.write("engine            all      work/task   engine CPU/task  share   outside/task\n")
    told("serial", measured(Serial(), amount))
    told("processes:1", measured(Processes(workers=1), amount))
    told("processes:2", measured(Processes(workers=2), amount))
    with LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as cluster:
        for _ in range(2):
            told("dask itself, 2", by_itself(cluster.scheduler_address, amount))
            told("ours on dask, 2", measured(Dask(address=cluster.scheduler_address), amount))
    for _ in range(3):
        one, two = (measured(Processes(workers=workers), amount, 60)[0] for workers in (1, 2))
        sys.stdout.write(f"two processes {one / two:.2f} times one; load {os.getloadavg()[0]:.1f}\n")
