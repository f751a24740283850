//! Clears the whole cache, or the part with a tag or with the rows of a page. A part is first only counted; browsers
//! also get a confirmation page before everything is cleared.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, web};
use serde::{Deserialize, Deserializer};
use serde_json::json;
use url::form_urlencoded;

use super::access::Operator;
use super::answer::{answer, json_response, no_store, sent, wants_page};
use crate::domain::FieldErrors;
use crate::http::forms::Fields;
use crate::http::pages::explained;
use crate::http::views::management::ClearPage;
use crate::http::views::page;
use crate::http::{Answer, AppError, Site};
use crate::services::{ClearScope, Management};

/// The fields of the request.
const FIELDS: [&str; 4] = ["tag", "url", "everything", "confirm"];

/// The part to clear; without a tag and a URL, everything.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Wish {
    #[serde(deserialize_with = "text")]
    tag: Option<String>,
    #[serde(deserialize_with = "text")]
    url: Option<String>,
    /// Whether everything is requested explicitly; the same as neither a tag nor a URL.
    everything: bool,
    /// Whether the client confirms the count; without it, a part is only counted.
    confirm: bool,
}

/// Reads a text but not `null`, so that a script with an unset variable doesn't clear everything.
fn text<'de, D: Deserializer<'de>>(value: D) -> Result<Option<String>, D::Error> {
    String::deserialize(value).map(Some)
}

/// `POST /properties/cache-clear/`
pub(super) async fn clear(
    operator: Operator,
    request: HttpRequest,
    site: web::Data<Site>,
) -> Answer {
    let wish = Wish::read(&request, &operator.body)?;
    let (for_people, management) = (wants_page(&request), &operator.services.management);
    match scope(&wish, management, &site).await {
        Ok(Some(scope)) => clear_part(&operator, wish, &scope, for_people).await,
        Ok(None) if for_people && !operator.has_token && !wish.confirm => {
            let entries = management.would_end(&ClearScope::everything()).await;
            let shown = ClearPage { everything: true, ..shown(&operator, wish) };
            page(no_store(), &ClearPage { entries: Some(entries), ..shown })
        }
        Ok(None) => {
            let cleared = management.clear(operator.name()).await?;
            let result = json!({"success": true, "cleared": cleared});
            answer(&operator, &request, "Cache cleared", &result)
        }
        Err(AppError::Invalid(errors)) if for_people => {
            let mut response = no_store();
            response.status(StatusCode::UNPROCESSABLE_ENTITY);
            page(response, &ClearPage { errors, ..shown(&operator, wish) })
        }
        Err(err) => Err(err),
    }
}

/// The page for a request, with the tag and the URL as typed.
fn shown(operator: &Operator, wish: Wish) -> ClearPage {
    ClearPage {
        frame: operator.frame(),
        tag: wish.tag.unwrap_or_default(),
        url: wish.url.unwrap_or_default(),
        done: wish.confirm,
        ..ClearPage::default()
    }
}

/// Counts the entries of a part, or clears it if the count is confirmed.
async fn clear_part(
    operator: &Operator,
    wish: Wish,
    scope: &ClearScope,
    for_people: bool,
) -> Answer {
    let management = &operator.services.management;
    let entries = match wish.confirm {
        true => management.clear_part(operator.name(), scope).await?,
        false => management.would_end(scope).await,
    };
    if for_people {
        let (entries, tags) = (Some(entries), scope.names());
        return page(no_store(), &ClearPage { entries, tags, ..shown(operator, wish) });
    }
    let key = if wish.confirm { "cleared" } else { "would_clear" };
    let mut result = json!({"success": true, "tags": scope.names(), "entries": entries});
    result[key] = json!(entries.cleared());
    Ok(json_response(&result))
}

/// The requested part; `None` for everything.
async fn scope(
    wish: &Wish,
    management: &Management,
    site: &Site,
) -> Result<Option<ClearScope>, AppError> {
    let refuse = |field, message: String| AppError::Invalid(FieldErrors::of(field, message));
    let given = |text: &Option<String>| text.clone().filter(|text| !text.trim().is_empty());
    match (given(&wish.tag), given(&wish.url)) {
        _ if wish.everything && (wish.tag.is_some() || wish.url.is_some()) => Err(refuse(
            "everything",
            "Send a tag or a URL, or “everything”, but not both.".to_owned(),
        )),
        (None, None) if wish.tag.is_none() && wish.url.is_none() => Ok(None),
        // A form with an empty field doesn't mean everything.
        (None, None) => Err(refuse(
            if wish.tag.is_some() { "tag" } else { "url" },
            "Enter a tag or a URL. To clear everything, send neither.".to_owned(),
        )),
        (Some(_), Some(_)) => Err(refuse("tag", "Send a tag or a URL, not both.".to_owned())),
        (Some(tag), None) => {
            let scope = ClearScope::of_tag(&tag).map_err(AppError::Invalid)?;
            Ok(Some(scope))
        }
        (None, Some(url)) => {
            let page = explained(&url, site).map_err(AppError::Invalid)?;
            let scope = management.scope_of(&page.key).await;
            scope.map(Some).map_err(AppError::Invalid)
        }
    }
}

impl Wish {
    /// Reads the JSON or the form in the body. An empty body means everything, so anything that may be a mistyped
    /// request for a part is refused.
    fn read(request: &HttpRequest, body: &[u8]) -> Result<Self, AppError> {
        let mut asked = form_urlencoded::parse(request.query_string().as_bytes());
        if let Some((name, _)) = asked.find(|(name, _)| FIELDS.contains(&&**name)) {
            let detail = format!("Send {name} in the body, not in the URL. Nothing was cleared.");
            return Err(AppError::BadRequest(detail));
        }
        let wish = sent(request, body, r#"{"tag": "location:leith"}"#, Self::of_form)?;
        match (&wish.tag, &wish.url, wish.confirm && !wish.everything) {
            (None, None, true) => Err(AppError::BadRequest(
                "confirm needs a tag or a URL. To clear everything, send an empty body.".to_owned(),
            )),
            _ => Ok(wish),
        }
    }

    fn of_form(fields: &Fields) -> Result<Self, AppError> {
        let known = |name: &str| name == "csrf_token" || FIELDS.contains(&name);
        if let Some(name) = fields.names().find(|name| !known(name)) {
            let detail = format!(
                "“{name}” is not a known field. Send tag or url, or an empty body to clear everything. Nothing \
                was cleared."
            );
            return Err(AppError::BadRequest(detail));
        }
        let given = |name: &str| fields.has(name).then(|| fields.get(name).to_owned());
        let is_yes = |name: &str| matches!(fields.get(name), "yes" | "true" | "1" | "on");
        Ok(Self {
            tag: given("tag"),
            url: given("url"),
            everything: is_yes("everything"),
            confirm: is_yes("confirm"),
        })
    }
}
