//! Clearing everything, or what carries a tag or shows the same rows as a page; of a part, the count comes first.

use actix_web::http::{StatusCode, header};
use actix_web::{HttpRequest, HttpResponse, web};
use serde::{Deserialize, Deserializer};
use serde_json::{Value, json};

use super::access::Operator;
use super::answer::{answer, json_response, no_store, wants_page};
use crate::domain::FieldErrors;
use crate::http::admin::request::{Fields, read};
use crate::http::pages::explained;
use crate::http::views::management::ClearPage;
use crate::http::views::page;
use crate::http::{AppError, Site};
use crate::services::{ClearScope, Services};

/// What is to be cleared; without a tag and an address, everything.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Wish {
    #[serde(deserialize_with = "text")]
    tag: Option<String>,
    #[serde(deserialize_with = "text")]
    url: Option<String>,
    /// Whether the count was seen; of a part, nothing is cleared without it.
    confirm: bool,
}

/// A text, and not `null`: a script whose variable is unset doesn't ask for everything.
fn text<'de, D: Deserializer<'de>>(value: D) -> Result<Option<String>, D::Error> {
    String::deserialize(value).map(Some)
}

/// `POST /properties/cache-clear/`
pub(in crate::http) async fn clear(
    operator: Operator,
    request: HttpRequest,
    services: web::Data<Services>,
    site: web::Data<Site>,
) -> Result<HttpResponse, AppError> {
    let wish = Wish::read(&request, &operator.body)?;
    let for_people = wants_page(&request);
    match scope(&wish, &services, &site).await {
        Ok(Some(scope)) => clear_part(&operator, &services, wish, &scope, for_people).await,
        Ok(None) => {
            let cleared = services.management.clear(operator.name()).await?;
            let result = json!({"success": true, "cleared": cleared});
            answer(&operator, &request, "Cache cleared", &result)
        }
        Err(AppError::Invalid(errors)) if for_people => {
            let mut response = no_store();
            response.status(StatusCode::UNPROCESSABLE_ENTITY);
            let frame = operator.frame()?;
            page(response, &ClearPage::refused(frame, wish.typed(), errors))
        }
        Err(err) => Err(err),
    }
}

/// Counts what a part holds; clears it once that was seen.
async fn clear_part(
    operator: &Operator,
    services: &Services,
    wish: Wish,
    scope: &ClearScope,
    for_people: bool,
) -> Result<HttpResponse, AppError> {
    let management = &services.management;
    let entries = match wish.confirm {
        true => management.clear_part(operator.name(), scope).await?,
        false => management.would_end(scope).await,
    };
    if for_people {
        let (frame, done) = (operator.frame()?, wish.confirm);
        let shown = ClearPage::new(frame, wish.typed(), scope, entries, done);
        return page(no_store(), &shown);
    }
    let pages = entries.pages.max(entries.memory_pages);
    let cleared = json!({"pages": pages, "querysets": entries.querysets});
    let key = if wish.confirm {
        "cleared"
    } else {
        "would_clear"
    };
    let mut result = json!({"success": true, "tags": scope.names(), "entries": entries});
    result[key] = cleared;
    Ok(json_response(&result))
}

/// The part that is wished for; `None` for everything.
async fn scope(
    wish: &Wish,
    services: &Services,
    site: &Site,
) -> Result<Option<ClearScope>, AppError> {
    let refuse = |field, message: String| AppError::Invalid(FieldErrors::of(field, message));
    let given = |text: &Option<String>| text.clone().filter(|text| !text.trim().is_empty());
    match (given(&wish.tag), given(&wish.url)) {
        (None, None) if wish.tag.is_none() && wish.url.is_none() => Ok(None),
        // A form whose field was left empty doesn't ask for everything.
        (None, None) => Err(refuse(
            if wish.tag.is_some() { "tag" } else { "url" },
            "Enter a tag or an address. To clear everything, send neither.".to_owned(),
        )),
        (Some(_), Some(_)) => Err(refuse(
            "tag",
            "Give a tag or an address, not both.".to_owned(),
        )),
        (Some(tag), None) => {
            let scope = ClearScope::of_tag(&tag).map_err(AppError::Invalid)?;
            Ok(Some(scope))
        }
        (None, Some(url)) => {
            let page = explained(&url, site).map_err(AppError::Invalid)?;
            let scope = services.management.scope_of(&page.key).await;
            scope.map(Some).map_err(AppError::Invalid)
        }
    }
}

impl Wish {
    /// Reads the JSON or the form that was sent; nothing sent means everything.
    fn read(request: &HttpRequest, body: &[u8]) -> Result<Self, AppError> {
        let blank = body.iter().all(u8::is_ascii_whitespace);
        let json = body.trim_ascii_start().first() == Some(&b'{');
        let content_type = request.headers().get(header::CONTENT_TYPE);
        let said_json =
            content_type.is_some_and(|value| value.as_bytes().starts_with(b"application/json"));
        Ok(match (blank, json || said_json) {
            (true, _) => Self::default(),
            (_, true) => read_object(body).map_err(|err| {
                let detail = format!(
                    "Send nothing, or JSON such as {{\"tag\": \"location:leith\"}}: {err}."
                );
                AppError::BadRequest(detail)
            })?,
            _ => Self::of_form(&read(request, body)?),
        })
    }

    /// The tag and the address, as they were typed.
    fn typed(self) -> (String, String) {
        (self.tag.unwrap_or_default(), self.url.unwrap_or_default())
    }

    fn of_form(fields: &Fields) -> Self {
        let given = |name: &str| fields.has(name).then(|| fields.get(name).to_owned());
        Self {
            tag: given("tag"),
            url: given("url"),
            confirm: matches!(fields.get("confirm"), "yes" | "true" | "1" | "on"),
        }
    }
}

fn read_object(body: &[u8]) -> serde_json::Result<Wish> {
    // An array would be taken for fields in their order.
    let object: serde_json::Map<_, _> = serde_json::from_slice(body)?;
    serde_json::from_value(Value::Object(object))
}
