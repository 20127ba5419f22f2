"""The time zones of the subjects of the Russian Federation, by their codes of ISO 3166-2:RU.

Yakutia and Sakhalin reach over several zones: theirs is the one of the capital. Names are those of the IANA
database.
"""

from messenger.lib.geoip.russia import SUBJECTS

_CODES_OF = {
    "Europe/Kaliningrad": "KGD",
    "Europe/Moscow": (
        "AD ARK BEL BRY CE CU DA IN IVA KB KC KDA KIR KL KLU KO KOS KR KRS LEN LIP ME MO MOS MOW MUR NEN NGR NIZ ORL "
        "PNZ PSK ROS RYA SE SMO SPE STA TA TAM TUL TVE VLA VLG VOR YAR"
    ),
    "Europe/Volgograd": "VGG",
    "Europe/Samara": "SAM UD",
    "Europe/Saratov": "SAR",
    "Europe/Astrakhan": "AST",
    "Europe/Ulyanovsk": "ULY",
    "Asia/Yekaterinburg": "BA CHE KGN KHM ORE PER SVE TYU YAN",
    "Asia/Omsk": "OMS",
    "Asia/Novosibirsk": "NVS",
    "Asia/Barnaul": "AL ALT",
    "Asia/Tomsk": "TOM",
    "Asia/Novokuznetsk": "KEM",
    "Asia/Krasnoyarsk": "KK KYA TY",
    "Asia/Irkutsk": "BU IRK",
    "Asia/Chita": "ZAB",
    "Asia/Yakutsk": "AMU SA",
    "Asia/Vladivostok": "KHA PRI YEV",
    "Asia/Magadan": "MAG",
    "Asia/Sakhalin": "SAK",
    "Asia/Kamchatka": "KAM",
    "Asia/Anadyr": "CHU",
}
ZONES = {code: zone for zone, codes in _CODES_OF.items() for code in codes.split()}
_BY_NAME = {name.casefold(): ZONES[code] for code, name in SUBJECTS.items()}


def zone_of(region_name: str) -> str:
    """The zone of a region in its official spelling; empty where it is none of these."""
    return _BY_NAME.get(region_name.casefold(), "")
