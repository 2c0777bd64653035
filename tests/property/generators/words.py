"""The words and numbers that documents and contexts share, so that they meet."""

ATTRIBUTES = {
    "string": ["text", "other"],
    "number": ["count", "other"],
    "boolean": ["switch"],
    "list": ["tags"],
    "datetime": ["seen", "joined"],
    "version": ["app"],
    "ip": ["address"],
    "geo": ["place"],
    None: ["text", "tags", "other"],
}
"""Where the attributes that a condition of each type mostly looks at are."""

NAMES = sorted({name for names in ATTRIBUTES.values() for name in names})
KINDS = ["user", "company"]
UNITS = [f"u-{number}" for number in range(12)]

WORDS = ["gold", "GOLD", "go", "ld", "Straße", "STRASSE", "ß", "é", "e\u0301", "42", "4", "true"]
NUMBERS = [0, 1, -1, 5, 42, 0.5, -2.5, 1e3, 2**53, 2**53 + 1, float(2**53), -(2**63), 2**63 - 1]
LOOSE = ["", " ", " 42 ", "4e1", "x", "9007199254740993", None, {}, float("nan"), float("inf")]
VERSIONS = [
    "1", "1.0", "1.2", "1.2.0", "1.10", "v2.0", "2.0-rc.1", "2.0-rc.2", "2.0-rc.10", "2.0-beta",
    "2.0-1", "2.0+b1", " 2.0.1 ", "007.1", "99999999999999999999.1", "2.0-RC.1", "2.0-a-b",
]  # fmt: skip
NO_VERSIONS = ["", "x", "1.", ".1", "1..2", "1.0-", "1.0+", "v", "1.0-a..b", "1 .0", "1.0-ü", -1]
NETWORKS = [
    "10.0.0.0/8", "10.1.0.0/16", "10.1.2.3", "192.168.0.0/31", "0.0.0.0/0", "2001:db8::/32",
    "2001:db8::1", "::/0", "::ffff:10.0.0.0/104",
]  # fmt: skip
ADDRESSES = [
    "10.0.0.0", "10.1.2.3", "10.255.255.255", "11.0.0.0", "192.168.0.1", "192.168.0.2",
    "2001:db8::1", "2001:DB8:0::1", "2001:db9::", "::ffff:10.1.2.3", "::", "::1",
]  # fmt: skip
NO_ADDRESSES = [
    "", "junk", "10.0.0", "10.0.0.256", "010.0.0.1", "10.0.0.0/8", " 10.0.0.1", 167772160,
]  # fmt: skip
PLACES = [
    (0.0, 0.0), (37.7749, -122.4194), (37.8044, -122.2712), (52.52, 13.405), (-90, 0), (0, 180),
]  # fmt: skip
NO_PLACES = ["x", "1", "1,2,3", "91,0", "0,181", [1], [1, "x"], {"lat": 1}, {}, 5, "nan,0", ""]
ZONES = [
    "UTC", "America/Los_Angeles", "America/Sao_Paulo", "Europe/Berlin", "Asia/Kathmandu",
    "Australia/Lord_Howe", "Pacific/Apia",
]  # fmt: skip
NO_ZONES = ["PST", "america/los_angeles", "Mars/Base", "", 5, "Europe", None]

PERCENTS = [0, 1, 250_000, 333_333, 500_000, 999_999, 1_000_000]


def percent(ppm):
    """Parts per million as documents write a share."""
    return f"{ppm // 10_000}.{ppm % 10_000:04}%"


def chance(rng, one_in):
    """True once in so many times."""
    return rng.randrange(one_in) == 0


def a_few(rng, options, most=2):
    """One or several of the options, each once."""
    return rng.sample(options, rng.randint(1, min(most, len(options))))


def some(rng, options):
    """One, or a list of them."""
    return rng.choice(options) if chance(rng, 2) else rng.choices(options, k=rng.randint(1, 3))


def scalar(rng):
    """Text, a number or a boolean."""
    return rng.choice([rng.choice(WORDS), rng.choice(NUMBERS), chance(rng, 2)])
