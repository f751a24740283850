//! What a page says to programs: JSON-LD in schema.org's vocabulary.
//!
//! A listing is a `RealEstateListing`, whose price is in an `Offer`, because the listing itself has none
//! (<https://schema.org/RealEstateListing>). No currency is said: prices have none here.

use std::fmt;

use serde_json::{Value, json};

use super::links::address_of_place;
use crate::domain::Property;
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
                "mainEntity": {
                    "@type": "Accommodation",
                    "name": name,
                    "address": {
                        "@type": "PostalAddress",
                        "addressLocality": property.location.as_str(),
                    },
                },
                "offers": {
                    "@type": "Offer",
                    "url": url,
                    "price": property.price.to_string(),
                    "availability": "https://schema.org/InStock",
                },
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
