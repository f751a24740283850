//! A place on the map and how far around it to look.

use std::fmt;

use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive as _;

use super::field_errors::quoted;
use super::{FactValue, Facts, coordinate, decimal};

/// The metres of a degree of latitude, by the mean radius of the Earth: what the function `property_distance` of the
/// database uses.
const METRES_PER_DEGREE: f64 = std::f64::consts::PI * EARTH_RADIUS / 180.0;
const EARTH_RADIUS: f64 = 6_371_008.8;

/// A place on the map: exact degrees with up to six decimal places, each written in one way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Coordinates {
    latitude: Decimal,
    longitude: Decimal,
}

impl Coordinates {
    /// Reads `LAT,LON`, such as `55.953252,-3.188267`.
    ///
    /// # Errors
    /// A message that says what is allowed.
    pub fn parse(text: &str) -> Result<Self, String> {
        let wrong = |reason: &str| {
            let text = quoted(text);
            format!("“{text}” is not a place on the map. {reason}")
        };
        let usage = "Enter a latitude and a longitude, such as 55.953252,-3.188267.";
        let (latitude, longitude) = text.split_once(',').ok_or_else(|| wrong(usage))?;
        let degrees = |text, most| coordinate::parse(text, most).map_err(|err| wrong(&err));
        Ok(Self::of(degrees(latitude, 90)?, degrees(longitude, 180)?))
    }

    /// The place of a listing; `None` where it is not known.
    pub(super) fn of_facts(facts: &Facts) -> Option<Self> {
        match (facts.get("latitude")?, facts.get("longitude")?) {
            (FactValue::Decimal(latitude), FactValue::Decimal(longitude)) => {
                Some(Self::of(latitude, longitude))
            }
            _ => None,
        }
    }

    /// Nothing is written in two ways: neither zero, nor the meridian opposite to Greenwich, nor a decimal.
    fn of(latitude: Decimal, longitude: Decimal) -> Self {
        let opposite = Decimal::from(180);
        let longitude = if longitude == -opposite { opposite } else { longitude };
        Self { latitude: latitude.normalize(), longitude: longitude.normalize() }
    }

    /// The degrees north of the equator.
    pub fn latitude(self) -> Decimal {
        self.latitude
    }

    /// The degrees east of Greenwich.
    pub fn longitude(self) -> Decimal {
        self.longitude
    }

    /// The distance in metres, for readers: the database decides what is near.
    pub fn metres_to(self, other: Self) -> f64 {
        let [north, east] = self.radians();
        let [other_north, other_east] = other.radians();
        let half = |angle: f64| (angle / 2.0).sin().powi(2);
        let share =
            half(other_north - north) + north.cos() * other_north.cos() * half(other_east - east);
        2.0 * EARTH_RADIUS * share.sqrt().min(1.0).asin()
    }

    fn radians(self) -> [f64; 2] {
        [self.latitude, self.longitude].map(|angle| angle.to_f64().unwrap_or(0.0).to_radians())
    }

    /// Degrees between which everything within so many metres lies: a range of latitudes, and ranges of longitudes; none
    /// where all longitudes are meant. There are two on either side of the meridian opposite to Greenwich.
    pub fn around(self, metres: u32) -> ([Decimal; 2], Vec<[Decimal; 2]>) {
        // A little more, because decimals are rounded and the distance decides anyway.
        let metres = f64::from(metres).mul_add(1.001, 1.0);
        let [north, _] = self.radians();
        let rounded =
            |degrees: f64| Decimal::from_f64_retain(degrees).unwrap_or_default().round_dp(6);
        let high = rounded(metres / METRES_PER_DEGREE);
        let latitudes = [self.latitude - high, self.latitude + high];
        let reach = (metres / EARTH_RADIUS).sin() / north.cos();
        let all_around = latitudes[0] < Decimal::from(-89) || latitudes[1] > Decimal::from(89);
        if all_around || !(0.0..1.0).contains(&reach) {
            return (latitudes, Vec::new());
        }
        let wide = rounded(reach.asin().to_degrees());
        let (west, east) = (self.longitude - wide, self.longitude + wide);
        let (half, whole) = (Decimal::from(180), Decimal::from(360));
        let longitudes = if west <= -half {
            vec![[-half, east], [west + whole, half]]
        } else if east >= half {
            vec![[west, half], [-half, east - whole]]
        } else {
            vec![[west, east]]
        };
        (latitudes, longitudes)
    }
}

/// As addresses have it: parsing this text gives the same place.
impl fmt::Display for Coordinates {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{},{}", self.latitude, self.longitude)
    }
}

/// How far around a place listings are, in whole metres.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Radius(u32);

impl Radius {
    /// The largest, in kilometres.
    pub const MAX_KM: u32 = 500;

    /// Reads kilometres; the last digit that counts is that of the metres.
    ///
    /// # Errors
    /// A message that says what is allowed.
    pub fn parse(text: &str) -> Result<Self, String> {
        let kilometres = decimal::parse(text.trim()).map(|number| decimal::rounded(number, 3));
        let metres = kilometres.and_then(|number| (number * Decimal::ONE_THOUSAND).to_u32());
        let allowed = 1..=Self::MAX_KM * 1_000;
        metres.filter(|metres| allowed.contains(metres)).map(Self).ok_or_else(|| {
            let (text, most) = (quoted(text), Self::MAX_KM);
            format!(
                "“{text}” is not allowed. Enter kilometres above 0 and up to {most}, such as 2.5."
            )
        })
    }

    /// In metres.
    pub fn metres(self) -> u32 {
        self.0
    }

    /// So many metres, but no more than this.
    #[must_use]
    pub fn at_most(self, metres: u32) -> Self {
        Self(self.0.min(metres.max(1)))
    }
}

impl Default for Radius {
    fn default() -> Self {
        Self(5_000)
    }
}

/// In kilometres, as addresses have it.
impl fmt::Display for Radius {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Decimal::new(i64::from(self.0), 3).normalize().fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(text: &str) -> Coordinates {
        Coordinates::parse(text).expect(text)
    }

    #[test]
    fn a_place_is_exact_and_written_in_one_way() {
        for (text, want) in [
            ("55.950,-3.19", "55.95,-3.19"),
            (" 55.95 , -3.190 ", "55.95,-3.19"),
            ("55.9532521,-3.1882674", "55.953252,-3.188267"),
            ("-0.0,0", "0,0"),
            ("10,-180", "10,180"),
            ("90,180.000", "90,180"),
        ] {
            assert_eq!(place(text).to_string(), want, "{text}");
        }
        for text in ["", "55", "55;3", "91,0", "0,181", "1,2,3", "N55,W3", "1e1,2", "a,b"] {
            let message = Coordinates::parse(text).expect_err(text);
            assert!(message.contains("is not a place on the map"), "{message}");
        }
    }

    #[test]
    fn a_radius_has_whole_metres() {
        for (text, want) in
            [("5", "5"), ("5.000", "5"), ("0.25", "0.25"), ("2.0004", "2"), ("500", "500")]
        {
            assert_eq!(Radius::parse(text).map(|radius| radius.to_string()), Ok(want.into()));
        }
        for text in ["0", "0.0001", "-1", "500.001", "five", "1e2", "9999999999999999999999"] {
            let message = Radius::parse(text).expect_err(text);
            assert!(message.contains("up to 500"), "{message}");
        }
        assert_eq!(Radius::default().to_string(), "5");
    }

    #[test]
    fn distances_are_those_of_the_globe() {
        for (from, to, kilometres) in [
            ("55.953252,-3.188267", "51.507351,-0.127758", 534.0),
            ("0,179.5", "0,-179.5", 111.2),
            ("90,0", "90,120", 0.0),
            ("0,0", "0,180", 20_015.1),
        ] {
            let found = place(from).metres_to(place(to)) / 1_000.0;
            assert!((found - kilometres).abs() < 0.5, "{from} {to}: {found}");
        }
    }

    proptest::proptest! {
        #[test]
        fn everything_that_is_near_lies_between_the_degrees(
            north in -90_000_000i64..=90_000_000, east in -180_000_000i64..=180_000_000,
            metres in 1u32..=500_000, way in 0.0f64..std::f64::consts::TAU, share in 0.0f64..1.0,
        ) {
            let from = Coordinates::of(Decimal::new(north, 6), Decimal::new(east, 6));
            let [phi, lambda] = from.radians();
            let angle: f64 = f64::from(metres) * share / EARTH_RADIUS;
            let there = (phi.sin() * angle.cos() + phi.cos() * angle.sin() * way.cos()).clamp(-1.0, 1.0).asin();
            let turn = (way.sin() * angle.sin() * phi.cos()).atan2(angle.cos() - phi.sin() * there.sin());
            let degrees = |radians: f64| Decimal::from_f64_retain(radians.to_degrees()).unwrap_or_default().round_dp(6);
            let mut other = degrees(lambda + turn);
            if other > Decimal::from(180) { other -= Decimal::from(360) }
            if other < Decimal::from(-180) { other += Decimal::from(360) }
            let (latitudes, longitudes) = from.around(metres);
            let within = |[low, high]: [Decimal; 2], value| low <= value && value <= high;
            proptest::prop_assert!(within(latitudes, degrees(there)));
            proptest::prop_assert!(longitudes.is_empty() || longitudes.iter().any(|range| within(*range, other)),
                "{from} {metres} {other} {longitudes:?}");
        }
    }
}
