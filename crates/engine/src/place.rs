//! Places on the earth and how far they are apart.
use crate::number::Number;
use crate::value::ValueRef;

/// The mean radius of the earth.
const RADIUS_KM: f64 = 6371.0088;

/// Latitude and longitude in degrees. INVARIANT: within -90 to 90 and -180 to 180.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Place {
    latitude: f64,
    longitude: f64,
}

impl Place {
    pub(crate) fn new(latitude: f64, longitude: f64) -> Option<Self> {
        let on_earth = (-90.0..=90.0).contains(&latitude) && (-180.0..=180.0).contains(&longitude);
        on_earth.then_some(Self {
            latitude,
            longitude,
        })
    }

    /// `"lat,lon"`, `[lat, lon]` or `{lat, lon}`; `None` when it is no place on the earth.
    pub(crate) fn read(value: ValueRef<'_>) -> Option<Self> {
        match value {
            ValueRef::String(text) => {
                let (latitude, longitude) = text.split_once(',')?;
                Self::new(degrees(latitude)?, degrees(longitude)?)
            }
            ValueRef::List([latitude, longitude]) => {
                Self::new(number(*latitude)?, number(*longitude)?)
            }
            ValueRef::Place {
                latitude,
                longitude,
            } => Self::new(latitude, longitude),
            _ => None,
        }
    }
}

fn degrees(text: &str) -> Option<f64> {
    number(ValueRef::String(text))
}

/// The nearest double; `None` for what is no number.
#[allow(clippy::as_conversions)] // Degrees are small: an integer that rounds is off the earth.
pub(crate) fn number(value: ValueRef<'_>) -> Option<f64> {
    Number::read(value).map(|number| match number {
        Number::Integer(value) => value as f64,
        Number::Double(value) => value,
    })
}

/// All places up to a great-circle distance from one.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Circle {
    latitude: f64,
    longitude: f64,
    /// Of the latitude.
    cosine: f64,
    kilometres: f64,
}

impl Circle {
    pub(crate) fn new(latitude: f64, longitude: f64, kilometres: f64) -> Option<Self> {
        let centre = Place::new(latitude, longitude)?;
        let usable = kilometres.is_finite() && kilometres >= 0.0;
        usable.then(|| Self {
            latitude: centre.latitude.to_radians(),
            longitude: centre.longitude.to_radians(),
            cosine: centre.latitude.to_radians().cos(),
            kilometres,
        })
    }

    pub(crate) fn contains(self, place: Place) -> bool {
        self.distance(place) <= self.kilometres
    }

    /// By the haversine formula.
    #[allow(clippy::arithmetic_side_effects)] // Doubles neither overflow nor panic.
    fn distance(self, place: Place) -> f64 {
        let (latitude, longitude) = (place.latitude.to_radians(), place.longitude.to_radians());
        let north = ((latitude - self.latitude) / 2.0).sin();
        let east = ((longitude - self.longitude) / 2.0).sin();
        let haversine = north * north + self.cosine * latitude.cos() * east * east;
        2.0 * RADIUS_KM * haversine.min(1.0).sqrt().asin()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn distance(from: (f64, f64), to: (f64, f64)) -> f64 {
        let circle = Circle::new(from.0, from.1, 0.0).expect("a circle");
        circle.distance(Place::new(to.0, to.1).expect("a place"))
    }

    #[test]
    fn distances_are_great_circles() {
        let quarter = RADIUS_KM * std::f64::consts::FRAC_PI_2;
        let (exact, metre, berlin_paris) = (1e-6, 1e-3, 1.0);
        for (from, to, kilometres, tolerance) in [
            ((0.0, 0.0), (0.0, 0.0), 0.0, 0.0),
            ((52.5, -13.4), (52.5, -13.4), 0.0, 0.0),
            ((0.0, 0.0), (0.0, 90.0), quarter, exact),
            ((90.0, 0.0), (0.0, 123.0), quarter, exact),
            ((90.0, 10.0), (90.0, -170.0), 0.0, exact),
            ((0.0, 180.0), (0.0, -180.0), 0.0, exact),
            ((0.0, 179.5), (0.0, -179.5), quarter / 90.0, exact),
            ((10.0, 20.0), (-10.0, -160.0), 2.0 * quarter, metre),
            ((52.52, 13.405), (48.8566, 2.3522), 877.5, berlin_paris),
        ] {
            for found in [distance(from, to), distance(to, from)] {
                let off = (found - kilometres).abs();
                assert!(off <= tolerance, "{from:?} {to:?}: {found} {kilometres}");
            }
        }
    }

    #[test]
    fn a_place_is_read_in_three_forms_and_no_other() {
        let place = Place::new(37.5, -122.0);
        for value in [
            ValueRef::String("37.5,-122"),
            ValueRef::String(" 37.5 , -122.0 "),
            ValueRef::List(&[ValueRef::Double(37.5), ValueRef::Integer(-122)]),
            ValueRef::List(&[ValueRef::String("37.5"), ValueRef::String("-122")]),
            ValueRef::object([
                ("lon", ValueRef::Integer(-122)),
                ("lat", ValueRef::Double(37.5)),
            ]),
        ] {
            assert_eq!(Place::read(value), place, "{value:?}");
        }
        for value in [
            ValueRef::String(""),
            ValueRef::String("37.5"),
            ValueRef::String("37.5,"),
            ValueRef::String("37.5,-122,0"),
            ValueRef::String("37.5;-122"),
            ValueRef::String("90.1,0"),
            ValueRef::String("0,-180.1"),
            ValueRef::String("NaN,0"),
            ValueRef::List(&[]),
            ValueRef::List(&[ValueRef::Integer(1)]),
            ValueRef::List(&[
                ValueRef::Integer(1),
                ValueRef::Integer(2),
                ValueRef::Integer(3),
            ]),
            ValueRef::List(&[ValueRef::Integer(91), ValueRef::Integer(2)]),
            ValueRef::List(&[ValueRef::Boolean(true), ValueRef::Integer(2)]),
            ValueRef::List(&[ValueRef::Double(f64::NAN), ValueRef::Integer(2)]),
            ValueRef::object([("lat", ValueRef::Integer(1))]),
            ValueRef::object([("lat", ValueRef::Integer(1)), ("lng", ValueRef::Integer(1))]),
            ValueRef::object([("lat", ValueRef::Null), ("lon", ValueRef::Integer(1))]),
            ValueRef::object([
                ("lat", ValueRef::Integer(1)),
                ("lon", ValueRef::Integer(181)),
            ]),
            ValueRef::Integer(1),
            ValueRef::Object,
        ] {
            assert_eq!(Place::read(value), None, "{value:?}");
        }
    }

    #[test]
    fn a_circle_lies_on_the_earth() {
        assert!(Circle::new(90.0, -180.0, 0.0).is_some());
        for (latitude, longitude, kilometres) in [
            (90.1, 0.0, 1.0),
            (0.0, 180.1, 1.0),
            (f64::NAN, 0.0, 1.0),
            (0.0, 0.0, -1.0),
            (0.0, 0.0, f64::INFINITY),
            (0.0, 0.0, f64::NAN),
        ] {
            assert!(Circle::new(latitude, longitude, kilometres).is_none());
        }
    }
}
