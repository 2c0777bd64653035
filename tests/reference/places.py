"""Places on the earth: section 3, `is_within`."""

import math

from reference.values import Unusable, number

EARTH_RADIUS_KM = 6371.0088


def place(value):
    """`"lat,lon"`, `[lat, lon]` or `{lat, lon}` as two numbers of degrees."""
    if isinstance(value, str):
        value = value.split(",")
    if isinstance(value, dict):
        value = [value.get("lat"), value.get("lon")]
    if not isinstance(value, list | tuple) or len(value) != 2:
        raise Unusable
    latitude, longitude = (float(number(part)) for part in value)
    if abs(latitude) > 90 or abs(longitude) > 180:
        raise Unusable
    return latitude, longitude


def distance_km(one, other):
    """The great-circle distance, by the haversine formula."""
    lat1, lon1, lat2, lon2 = map(math.radians, (*one, *other))
    h = (
        math.sin((lat2 - lat1) / 2) ** 2
        + math.cos(lat1) * math.cos(lat2) * math.sin((lon2 - lon1) / 2) ** 2
    )
    return 2 * EARTH_RADIUS_KM * math.asin(min(1, math.sqrt(h)))


def within(value, circle):
    """Whether a place is in a circle, the edge included."""
    centre = circle["lat"], circle["lon"]
    return distance_km(place(value), centre) <= circle["km"]
