"""A small real database of MaxMind's format."""

from pathlib import Path
from typing import Any

from mmdb_writer import MMDBWriter
from netaddr import IPSet

YEKATERINBURG, MOSCOW, MUNICH, NOWHERE = "5.141.86.1", "77.88.55.1", "84.56.10.1", "8.8.8.8"
YEKATERINBURG_IPV6 = "2a02:2698:8400::1"


def record(country: str, code: str, **names: str) -> dict[str, Any]:
    return {
        "country": {"iso_code": country},
        "subdivisions": [{"iso_code": code, "names": names}],
    }


SVERDLOVSK = record("RU", "SVE", ru="Свердловская область", en="Sverdlovsk Oblast")
RECORDS: dict[str, Any] = {
    "5.141.86.0/24": SVERDLOVSK,
    "2a02:2698:8400::/48": SVERDLOVSK,
    "77.88.55.0/24": record("RU", "MOW", ru="Москва", en="Moscow"),
    "84.56.10.0/24": record("DE", "BY", en="Bavaria", de="Bayern"),
    "198.41.0.0/24": {"country": {"iso_code": "US"}},
}


def write_database(
    path: Path, records: dict[str, Any] = RECORDS, *, kind: str = "GeoLite2-City", version: int = 6
) -> None:
    """Put into its place at once, as `geoipupdate` does."""
    writer = MMDBWriter(version, kind, languages=["ru", "en"], ipv4_compatible=version == 6)
    for network, content in records.items():
        if version == 6 or ":" not in network:
            writer.insert_network(IPSet([network]), content)
    new = path.with_suffix(".new")
    writer.to_db_file(str(new))
    new.replace(path)
