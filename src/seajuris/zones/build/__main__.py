"""Command line of the zone build: ``python -m seajuris.zones.build``."""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

from seajuris.errors import SeajurisError


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m seajuris.zones.build",
        description="Build the embedded zone data from pinned packages.",
    )
    parser.add_argument("--sources", type=Path, help="directory with the source archives")
    parser.add_argument("--root", type=Path, default=Path("data/maritime_zones"))
    parser.add_argument("--out", type=Path, help="where to write; default: the root")
    parser.add_argument("--workers", type=int, default=2)
    return parser.parse_args()


def main() -> int:
    """Run the build; returns the exit code."""
    arguments = _arguments()
    from .geopackage import order, write
    from .manifest import describe
    from .pipeline import build
    from .sources import read_packages

    began = time.monotonic()

    def say(text: str) -> None:
        sys.stderr.write(text + "\n")
        sys.stderr.flush()

    directory = arguments.sources or Path("build/zone-sources")
    out = arguments.out or arguments.root
    try:
        built = build(arguments.root, directory, arguments.sources is None, arguments.workers, say)
    except SeajurisError as error:
        say(str(error))
        return error.exit_code
    out.mkdir(parents=True, exist_ok=True)
    layers = {
        "zones": order(built.zones),
        "limits": order(built.limits),
        "baselines": order(built.baselines),
        "boundaries": order(built.boundaries),
        "remarks": order(built.remarks),
    }
    path = out / "zones.gpkg"
    digest = write(path, layers, built.claims)
    minutes = (time.monotonic() - began) / 60
    packages = read_packages(arguments.root / "source" / "packages.yaml")
    text = describe(built, packages, path, digest, minutes)
    (out / "manifest.yaml").write_text(text, encoding="utf-8")
    say(f"{path.stat().st_size / 1e6:.1f} MB in {minutes:.1f} minutes, content {digest}")
    for states, places in sorted(built.unknown.items()):
        lon, lat, _ = places[0]
        say(f"overlap not listed: {', '.join(states)}: {len(places)} faces, e.g. {lon:.3f} {lat:.3f}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
