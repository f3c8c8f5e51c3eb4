"""What we ship works where it is installed: away from the checkout, with its data found by name."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


def uv(*arguments: str | Path, cwd: Path = ROOT) -> str:
    """Run uv, which is named by `uv run`, on the path, or in .tools."""
    found = os.environ.get("UV") or shutil.which("uv") or str(ROOT / ".tools" / "bin" / "uv")
    return output([found, *arguments], cwd=cwd)


def output(command: list[str | Path], *, cwd: Path) -> str:
    """What a command prints. A failure shows what it wrote."""
    clean = {name: value for name, value in os.environ.items() if name not in ("VIRTUAL_ENV", "PYTHONPATH")}
    done = subprocess.run(command, cwd=cwd, env=clean | {"UV_SYSTEM_CERTS": "1"}, capture_output=True, text=True)
    assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
    return done.stdout


@pytest.fixture(scope="module")
def installed(tmp_path_factory) -> Path:
    """The commands of a fresh environment that holds the wheel, built from the source archive, and the locked core."""
    folder = tmp_path_factory.mktemp("wheel")
    uv("build", "-q", "--out-dir", folder / "dist")
    (wheel,) = (folder / "dist").glob("*.whl")
    locked = ("--locked", "--no-emit-project", "--no-hashes", "--no-annotate")
    (folder / "locked.txt").write_text(uv("export", "-q", *locked))
    uv("venv", "-q", "--python", sys.executable, folder / "venv")
    commands = folder / "venv" / ("Scripts" if os.name == "nt" else "bin")
    uv("pip", "install", "-q", "--python", commands / "python", "-c", folder / "locked.txt", wheel, cwd=folder)
    return commands


@pytest.mark.timeout(600)
def test_the_installed_wheel_does_the_main_job_away_from_the_checkout(installed, tmp_path):
    where = "import resilience; print(resilience.__file__)"
    assert str(ROOT) not in output([installed / "python", "-c", where], cwd=tmp_path)
    command = [
        installed / "resilience",
        "run",
        "ipef_reserve",
        "--set",
        "weeks=30",
        "--out",
        tmp_path / "run",
        "--json",
    ]
    answer = json.loads(output(command, cwd=tmp_path))
    assert answer["study"] == "ipef_reserve"
    assert answer["sizing"]["reserve"]
    assert (tmp_path / "run" / "report.html").is_file()


def test_the_wheel_carries_data_types_and_licences_and_adds_one_name(installed, tmp_path):
    packages = Path(
        output([installed / "python", "-c", "import resilience; print(resilience.__path__[0])"], cwd=tmp_path).strip()
    )
    shelves = ("datasets/README.md", "datasets/ratings/world_bank_stability.csv", "models/README.md")
    for shipped in ("py.typed", *(f"_library/{path}" for path in shelves)):
        assert (packages / shipped).is_file()
    for name in ("datasets", "models", "tests", "docs"):
        assert not (packages.parent / name).exists()
    (about,) = packages.parent.glob("supply_resilience-*.dist-info")
    assert {path.name for path in (about / "licenses").iterdir()} == {"LICENSE", "LICENSE-DATA"}
