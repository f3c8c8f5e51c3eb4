"""Make resilience/report/world.json: the outlines and points of countries that the report's map draws.

    npm pack world-atlas@2.0.2 && tar xzf world-atlas-2.0.2.tgz
    uv run --with pycountry tests/bench/world_outlines.py package

The outlines are Natural Earth's (public domain) at 1:110 m, put on the Equal Earth projection and thinned to whole
pixels; countries too small to be among them get a point, the middle of their outline at 1:50 m.

Reference: B. Savric, T. Patterson, B. Jenny (2019), The Equal Earth map projection, International Journal of
Geographical Information Science 33(3).
"""

import json
import sys
from pathlib import Path

import numpy as np

WIDTH = 960
A = (1.340264, -0.081106, 0.000893, 0.003796)  # the four coefficients of Equal Earth
LEFT_OUT = {"ATA"}  # nobody trades with Antarctica
UNNUMBERED = {"Kosovo": "XKX"}
OUT = Path(__file__).parents[2] / "resilience" / "report" / "world.json"


def rings(topology: dict) -> dict[str, list[np.ndarray]]:
    """Outer and inner rings of each country, longitude and latitude, by ISO 3166 alpha-3 code."""
    scale, shift = (np.array(topology["transform"][key]) for key in ("scale", "translate"))
    arcs = [np.cumsum(np.array(arc), axis=0) * scale + shift for arc in topology["arcs"]]

    def line(numbers: list[int]) -> np.ndarray:
        parts = [arcs[number] if number >= 0 else arcs[~number][::-1] for number in numbers]
        return np.concatenate([parts[0], *(part[1:] for part in parts[1:])])

    import pycountry  # in no lock: asked for by the command above

    found: dict[str, list[np.ndarray]] = {}
    for shape in topology["objects"]["countries"]["geometries"]:
        known = pycountry.countries.get(numeric=str(shape.get("id", "")).zfill(3))
        code = known.alpha_3 if known else UNNUMBERED.get(shape["properties"]["name"])
        if code and code not in LEFT_OUT and shape["type"]:
            polygons = [shape["arcs"]] if shape["type"] == "Polygon" else shape["arcs"]
            found.setdefault(code, []).extend(line(ring) for polygon in polygons for ring in polygon)
    return found


def cut_at_the_edge(ring: np.ndarray) -> list[np.ndarray]:
    """A ring that crosses the meridian of 180 degrees as its part on either side of the map."""
    if np.abs(np.diff(ring[:, 0])).max() < 180:
        return [ring]
    whole = np.column_stack([np.where(ring[:, 0] < 0, ring[:, 0] + 360, ring[:, 0]), ring[:, 1]])
    east, west = _kept(whole, -1), _kept(whole, 1) - (360, 0)
    return [part for part in (east, west) if len(part) > 2]


def _kept(ring: np.ndarray, side: int) -> np.ndarray:
    """The part of a ring on one side of 180 degrees, closed along it."""
    found = []
    for one, other in zip(ring, np.roll(ring, -1, axis=0), strict=True):
        inside = [side * (end[0] - 180) >= 0 for end in (one, other)]
        if inside[0]:
            found.append(one)
        if inside[0] != inside[1]:
            found.append(one + (other - one) * (180 - one[0]) / (other[0] - one[0]))
    return np.array([*found, found[0]]) if found else np.zeros((0, 2))


def equal_earth(places: np.ndarray) -> np.ndarray:
    """Longitude and latitude in degrees as x and y, the world 1 wide, y downward from its northern edge."""
    lon, lat = np.radians(places).T
    angle = np.arcsin(np.sqrt(3) / 2 * np.sin(lat))
    powers = angle**2
    slope = A[0] + 3 * A[1] * powers + powers**3 * (7 * A[2] + 9 * A[3] * powers)
    x = 2 * np.sqrt(3) * lon * np.cos(angle) / (3 * slope)
    y = angle * (A[0] + A[1] * powers + powers**3 * (A[2] + A[3] * powers))
    return np.column_stack([x, -y])


def area_and_middle(ring: np.ndarray) -> tuple[float, np.ndarray]:
    """Of a polygon, by the shoelace formula."""
    (x, y), (next_x, next_y) = ring.T, np.roll(ring, -1, axis=0).T
    cross = x * next_y - next_x * y
    whole = cross.sum() / 2
    if abs(whole) < 1e-12:
        return 0.0, ring.mean(axis=0)
    return abs(whole), np.array([((x + next_x) * cross).sum(), ((y + next_y) * cross).sum()]) / (6 * whole)


def main() -> None:
    folder = Path(sys.argv[1])
    coarse, fine = (rings(json.loads((folder / f"countries-{scale}.json").read_text())) for scale in ("110m", "50m"))
    drawn = {
        code: [equal_earth(part) for ring in found for part in cut_at_the_edge(ring)]
        for code, found in {**fine, **coarse}.items()
    }
    every = np.concatenate([ring for code in coarse for ring in drawn[code]])
    left, top = every.min(axis=0)
    size = WIDTH / (every[:, 0].max() - left)
    countries = {}
    for code, found in sorted(drawn.items()):
        placed = [(ring - (left, top)) * size for ring in found]
        _, middle = max((area_and_middle(ring) for ring in placed), key=lambda pair: pair[0])
        whole = sum(area_and_middle(ring)[0] for ring in placed)
        outlines = [thinned(ring) for ring in placed] if code in coarse else []
        countries[code] = {
            "point": [round(float(end), 1) for end in middle],
            "pixels": round(whole, 1),
            "rings": [ring.ravel().tolist() for ring in outlines if len(ring) > 2],
        }
    about = {
        "source": "Natural Earth 1:110m and 1:50m cultural vectors, public domain, https://www.naturalearthdata.com",
        "through": "npm world-atlas 2.0.2, ISC",
        "projection": "Equal Earth",
        "width": WIDTH,
        "height": int(np.ceil((every[:, 1].max() - top) * size)),
    }
    lines = ",\n".join(
        f"{json.dumps(code)}: {json.dumps(found, separators=(',', ':'))}" for code, found in countries.items()
    )
    OUT.write_text(f'{{"about": {json.dumps(about)},\n"countries": {{\n{lines}\n}}}}\n', "utf-8")


def thinned(ring: np.ndarray) -> np.ndarray:
    """Whole pixels, one after another only where they differ."""
    whole = np.rint(ring).astype(int)
    kept = np.concatenate([[True], (whole[1:] != whole[:-1]).any(axis=1)])
    return whole[kept]


if __name__ == "__main__":
    main()
