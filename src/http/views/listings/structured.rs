//! The structured data of a page: JSON-LD in schema.org's vocabulary.
//!
//! A listing is a `RealEstateListing`, whose price is in an `Offer`, because the listing itself has none
//! (<https://schema.org/RealEstateListing>). An absent fact has no key.

use std::fmt;

use serde_json::{Value, json};

use super::links::address_of_place;
use crate::domain::{FactValue, Property, presentation};
use crate::http::views::picture::largest;

/// A document that is safe inside a `script` element.
pub(super) struct Json(String);

impl Json {
    fn of(document: &Value) -> Self {
        // No text can end the element.
        Self(document.to_string().replace('<', "\\u003c"))
    }
}

impl fmt::Display for Json {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A listing's own page.
pub(super) fn listing(property: &Property, site_url: &str) -> Json {
    let url = format!("{site_url}/properties/{}/", property.id);
    let name = property.title.as_str();
    let place = format!("{site_url}{}", address_of_place(&property.location));
    let photos = property.facts.photos().iter();
    let photos: Vec<_> = photos.map(|photo| format!("{site_url}{}", largest(photo))).collect();
    let mut document = json!({
        "@context": "https://schema.org",
        "@graph": [
            {
                "@type": "RealEstateListing",
                "@id": url,
                "url": url,
                "name": name,
                "description": property.description.as_str(),
                "datePosted": property.created_at.to_rfc3339_opts(chrono::SecondsFormat::Secs, true),
                "dateModified": property.updated_at.to_rfc3339_opts(chrono::SecondsFormat::Secs, true),
                "mainEntity": home(property),
                "offers": offer(property, &url),
            },
            breadcrumbs(&[
                ("Listings", format!("{site_url}/properties/")),
                (property.location.as_str(), place),
                (name, url.clone()),
            ]),
        ],
    });
    if !photos.is_empty() {
        document["@graph"][0]["image"] = photos.into();
    }
    Json::of(&document)
}

/// What is offered: the building with its facts.
fn home(property: &Property) -> Value {
    let text = |name| property.facts.text(name);
    let number = |name| match property.facts.get(name) {
        Some(FactValue::Integer(number)) => Some(number),
        _ => None,
    };
    let decimal = |name| match property.facts.get(name) {
        Some(FactValue::Decimal(number)) => Some(number.normalize().to_string()),
        _ => None,
    };
    let kind = match text("property_type") {
        Some("apartment" | "studio") => "Apartment",
        Some("house" | "townhouse" | "bungalow") => "House",
        Some("room") => "Room",
        _ => "Accommodation",
    };
    let area = decimal("floor_area");
    let place = decimal("latitude").zip(decimal("longitude"));
    without_nulls(json!({
        "@type": kind,
        "name": property.title.as_str(),
        "numberOfBedrooms": number("bedrooms"),
        "numberOfBathroomsTotal": number("bathrooms"),
        "yearBuilt": number("year_built"),
        "floorSize": area.map(|area| json!({"@type": "QuantitativeValue", "value": area, "unitCode": "MTK"})),
        "address": without_nulls(json!({
            "@type": "PostalAddress",
            "streetAddress": text("address"),
            "postalCode": text("postcode"),
            "addressLocality": property.location.as_str(),
        })),
        "geo": place.map(|(latitude, longitude)| json!({
            "@type": "GeoCoordinates", "latitude": latitude, "longitude": longitude,
        })),
    }))
}

fn offer(property: &Property, url: &str) -> Value {
    let availability = match property.status().is_listed() {
        true => "https://schema.org/InStock",
        false => "https://schema.org/SoldOut",
    };
    let function = match property.facts.text("listing_type") {
        Some("rent") => Some("http://purl.org/goodrelations/v1#LeaseOut"),
        Some(_) => Some("http://purl.org/goodrelations/v1#Sell"),
        None => None,
    };
    let price = property.public_price();
    // The codes of UN/CEFACT's Recommendation 20.
    let period = match property.facts.text("price_period") {
        Some("day") => Some("DAY"),
        Some("week") => Some("WEE"),
        Some("month") => Some("MON"),
        Some("year") => Some("ANN"),
        _ => None,
    };
    let currency = price.and(presentation().currency_code());
    let rent = price.zip(period).map(|(price, period)| {
        without_nulls(json!({
            "@type": "UnitPriceSpecification",
            "price": price.to_string(),
            "priceCurrency": currency,
            "unitCode": period,
        }))
    });
    without_nulls(json!({
        "@type": "Offer",
        "url": url,
        "price": price.map(|price| price.to_string()),
        "priceCurrency": currency,
        "priceSpecification": rent,
        "businessFunction": function,
        "availability": availability,
    }))
}

/// The object without the keys that have no value.
fn without_nulls(mut object: Value) -> Value {
    if let Some(object) = object.as_object_mut() {
        object.retain(|_, value| !value.is_null());
    }
    object
}

/// A page of a list: the addresses of the listings that it shows, in its order. Their own pages say the rest.
pub(super) fn list(properties: &[Property], canonical: &str, site_url: &str) -> Json {
    let item = |(at, property): (usize, &Property)| {
        let url = format!("{site_url}/properties/{}/", property.id);
        json!({"@type": "ListItem", "position": at + 1, "url": url})
    };
    let items: Vec<_> = properties.iter().enumerate().map(item).collect();
    Json::of(&json!({
        "@context": "https://schema.org",
        "@type": "ItemList",
        "url": canonical,
        "numberOfItems": items.len(),
        "itemListElement": items,
    }))
}

fn breadcrumbs(steps: &[(&str, String)]) -> Value {
    let step = |(at, (name, url)): (usize, &(&str, String))| {
        json!({
            "@type": "ListItem",
            "position": at + 1,
            "name": name,
            "item": url,
        })
    };
    let steps: Vec<_> = steps.iter().enumerate().map(step).collect();
    json!({ "@type": "BreadcrumbList", "itemListElement": steps })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_text_can_end_the_script_element() {
        let json = Json::of(&json!({ "name": "</script><script>alert(1)//<!--" }));
        let text = json.to_string();
        assert!(!text.contains('<'), "{text}");
        let parsed: Value = serde_json::from_str(&text).expect("still JSON");
        assert_eq!(parsed["name"], "</script><script>alert(1)//<!--");
    }
}
