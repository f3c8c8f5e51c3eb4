"""Tasks for the tests of engines: workers import them from here."""

import os
import signal
import sys
import threading
import time
from pathlib import Path

import numpy as np

MEETING = threading.Barrier(3, timeout=60)


def seven():
    return 7


def empty():
    return {}


def faulty():
    raise OSError("the file is not there")


def deadly():
    os._exit(5)


def scaled(state, number):
    return state * number


def odd_fails(state, number):
    if number % 2:
        raise ValueError(f"{number} is odd")
    return number


def spectrum(state, seed):
    """Enough arithmetic for a difference in threads or libraries to show in the last bits."""
    rng = np.random.default_rng(seed)
    if seed % 5 == 4:
        raise ArithmeticError(f"seed {seed} is not wanted")
    return np.linalg.svd(rng.normal(size=(40, 30)) * state, compute_uv=False)


def threads(state, name):
    return os.environ[name]


def visits(state, key):
    """How often this worker's state has met the key, and which worker it is."""
    state[key] = state.get(key, 0) + 1
    return state[key], os.getpid()


def met(state, key):
    """As `visits`, once three threads are here at a time."""
    MEETING.wait()
    return visits(state, key)[0]


def grown(state, number):
    state[number] = True
    return state


def pid_at(state, folder):
    """Say who we are, and stay."""
    (Path(folder) / str(os.getpid())).touch()
    time.sleep(60)


def logged(state, message):
    """Leave a trace of every time that a task is begun, and wait in the middle of the one to be killed, once."""
    folder, number, killed = message
    with (Path(folder) / "begun").open("a") as log:
        log.write(f"{number}\n")
    mark = Path(folder) / "victim"
    if number == killed and not mark.exists():
        (Path(folder) / "written").write_text(str(os.getpid()))
        (Path(folder) / "written").rename(mark)
        time.sleep(60)
    return number


def kills(state, number):
    if number == 3:
        os.kill(os.getpid(), signal.SIGKILL)
    return number


def leaves(state, number):
    sys.exit("not today")


def napped(state, seconds):
    time.sleep(seconds)
    return seconds


def closure(state, number):
    return lambda: number


def spun(state, turns):
    """A fixed amount of arithmetic: its seconds by the clock and in CPU, and the CPU and name of the process so far."""
    begun, used = time.perf_counter(), time.process_time()
    total = 0.0
    for turn in range(turns):
        total += turn**0.5
    return time.perf_counter() - begun, time.process_time() - used, time.process_time(), os.getpid()
