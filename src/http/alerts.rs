//! The pages by which visitors ask for alerts, and change them by the link in each mail. They are never cached, and neither
//! read nor set a cookie.
//!
//! **Invariant:** opening a link changes nothing. A link is worth as much as its alert, so its forms need no other token, and
//! mail programs may send them (RFC 8058).

use actix_web::{HttpRequest, HttpResponse, HttpResponseBuilder, web};

use super::csrf::is_foreign;
use super::error::unavailable;
use super::forms::{Body, Fields, read, refused, visitor};
use super::spam::{HONEYPOT, later, never_stored, notice, see, token_again};
use super::views::alerts::{AskPage, AskedPage, EndPage, ManagePage};
use super::views::list_address::in_state;
use super::views::page;
use super::{Answer, AppError};
use crate::domain::{Alert, AlertForm, AlertQuery, AlertState, FieldErrors, Frequency, NewAlert};
use crate::services::{AlertLink, Alerts, FormToken, Services};

/// The page for a link that is not valid.
const WRONG: EndPage = EndPage {
    title: "This link is not valid",
    text: "Your mail program may have cut it off: copy the whole address from the mail. Every mail has a new link. You can also ask for the same alert again.",
};
/// The page for an alert that no longer exists.
const GONE: EndPage = EndPage {
    title: "This alert was deleted",
    text: "It sends no more mails. You can create a new alert from any list.",
};
/// The page after an alert was deleted.
const DELETED: EndPage = EndPage {
    title: "The alert was deleted",
    text: "You get no more mails from it, and your address was deleted.",
};

/// The form with its values and errors.
struct Shown<'a> {
    query: &'a AlertQuery,
    form: AlertForm,
    token: String,
    errors: FieldErrors,
    notice: Option<String>,
}

impl Shown<'_> {
    fn answer(self, response: HttpResponseBuilder) -> Answer {
        let Self { query, form, token, errors, notice } = self;
        let (words, pairs) = (query.words(), query.pairs());
        let list = in_state("/properties/", &query.text());
        let form = form.shown_again();
        let form = AskPage { words, list, pairs, form, token, errors, notice };
        page(never_stored(response), &form)
    }
}

/// The alerts service; not found if the site offers no alerts.
fn offered(services: &Services) -> Result<&Alerts, AppError> {
    Some(&services.alerts).filter(|alerts| alerts.are_offered()).ok_or(AppError::NotFound)
}

/// `GET /alerts/`: the form for the list of the query string.
pub(in crate::http) async fn new(request: HttpRequest, services: web::Data<Services>) -> Answer {
    let alerts = offered(&services)?;
    let query = AlertQuery::parse(request.query_string()).map_err(AppError::Invalid)?;
    let (form, token) = (AlertForm::default(), alerts.token());
    let shown = Shown { query: &query, form, token, errors: FieldErrors::new(), notice: None };
    shown.answer(HttpResponse::Ok())
}

/// `POST /alerts/`: the same answer whatever the address.
pub(in crate::http) async fn create(
    request: HttpRequest,
    Body(body): Body,
    services: web::Data<Services>,
) -> Answer {
    let alerts = offered(&services)?;
    if is_foreign(&request) {
        alerts.count_rejected();
        return Err(refused(&request));
    }
    let fields = read(&request, &body)?;
    // The fields of the list's query are beside those of the form.
    let query = AlertQuery::parse(&String::from_utf8_lossy(&body)).map_err(AppError::Invalid)?;
    let form = typed(&fields);
    let checked = alerts.check_token(fields.get("token"));
    match form.parse(query.clone()) {
        Ok(new) => submit(alerts, &request, &fields, checked, &new).await,
        Err(errors) => {
            let token = again(alerts, &fields, checked);
            let shown = Shown { query: &query, form, token, errors, notice: None };
            shown.answer(HttpResponse::UnprocessableEntity())
        }
    }
}

fn typed(fields: &Fields) -> AlertForm {
    let text = |name| fields.get(name).to_owned();
    AlertForm { email: text("email"), frequency: text("frequency") }
}

/// The token of a form that is shown again.
fn again(alerts: &Alerts, fields: &Fields, checked: FormToken) -> String {
    token_again(fields.get("token"), checked, || alerts.token())
}

/// Requests an alert, unless a program seems to have filled in the form.
async fn submit(
    alerts: &Alerts,
    request: &HttpRequest,
    fields: &Fields,
    checked: FormToken,
    new: &NewAlert,
) -> Answer {
    if !fields.get(HONEYPOT).is_empty() {
        alerts.count_rejected();
        log::info!("alert rejected reason=trap");
        // A program gets the same response as a successful visitor.
        return Ok(see("/alerts/done/"));
    }
    let (response, notice) = match notice(checked) {
        Some(notice) => {
            alerts.count_rejected();
            log::info!("alert rejected reason={checked:?}");
            (HttpResponse::UnprocessableEntity(), notice.to_owned())
        }
        None => match alerts.ask(new, &visitor(request)).await {
            Ok(()) => return Ok(see("/alerts/done/")),
            Err(err) if err.is_unavailable() => {
                log::error!("{err}");
                (unavailable(), later(&err))
            }
            Err(err) => return Err(err.into()),
        },
    };
    let (form, errors) = (typed(fields), FieldErrors::new());
    let token = again(alerts, fields, checked);
    Shown { query: &new.query, form, token, errors, notice: Some(notice) }.answer(response)
}

/// `GET /alerts/done/`
pub(in crate::http) async fn done(services: web::Data<Services>) -> Answer {
    offered(&services)?;
    page(never_stored(HttpResponse::Ok()), &AskedPage {})
}

/// `GET /alerts/{token}/`: what the link in a mail leads to.
pub(in crate::http) async fn show(
    token: web::Path<String>,
    services: web::Data<Services>,
) -> Answer {
    match services.alerts.open(&token).await? {
        AlertLink::Wrong => end(HttpResponse::NotFound(), &WRONG),
        AlertLink::Gone => end(HttpResponse::NotFound(), &GONE),
        AlertLink::Open(alert) => {
            let words = alert.query.as_ref().map(AlertQuery::words).unwrap_or_default();
            page(never_stored(HttpResponse::Ok()), &ManagePage { alert: *alert, words })
        }
    }
}

fn end(response: HttpResponseBuilder, what: &EndPage) -> Answer {
    page(never_stored(response), what)
}

/// `POST /alerts/{token}/`: a button of that page, or one click in a mail program.
pub(in crate::http) async fn change(
    token: web::Path<String>,
    request: HttpRequest,
    Body(body): Body,
    services: web::Data<Services>,
) -> Answer {
    let alerts = &services.alerts;
    let alert = match alerts.open(&token).await? {
        AlertLink::Wrong => return end(HttpResponse::NotFound(), &WRONG),
        // A mail program may send its click once more.
        AlertLink::Gone => return end(HttpResponse::Ok(), &GONE),
        AlertLink::Open(alert) => alert,
    };
    let fields = match is_one_click(&body) {
        true => Fields::parse(b"action=delete"),
        false => read(&request, &body)?,
    };
    match apply(alerts, &alert, &fields).await? {
        true => Ok(see(&format!("/alerts/{token}/"))),
        false => end(HttpResponse::Ok(), &DELETED),
    }
}

/// Does what a button says; returns whether the alert is still there.
async fn apply(alerts: &Alerts, alert: &Alert, fields: &Fields) -> Result<bool, AppError> {
    let Some(state) = wanted(alert, fields.get("action"))? else {
        alerts.delete(alert.id).await?;
        return Ok(false);
    };
    let frequency = match fields.get("frequency") {
        "" => alert.frequency,
        text => Frequency::parse(text)
            .map_err(|err| AppError::Invalid(FieldErrors::of("frequency", err)))?,
    };
    alerts.change(alert.id, state, frequency).await?;
    Ok(true)
}

/// The state that a button asks for; `None` for none: the alert is to be deleted.
fn wanted(alert: &Alert, action: &str) -> Result<Option<AlertState>, AppError> {
    match action {
        "confirm" | "resume" => Ok(Some(AlertState::Active)),
        "pause" => Ok(Some(AlertState::Paused)),
        "save" => Ok(Some(alert.state)),
        "delete" => Ok(None),
        _ => {
            let allowed = "The action must be confirm, save, pause, resume or delete.";
            Err(AppError::BadRequest(allowed.to_owned()))
        }
    }
}

/// Whether a mail program sends what RFC 8058 says, in either encoding of forms.
fn is_one_click(body: &[u8]) -> bool {
    let body = String::from_utf8_lossy(body);
    let mut after = body.split("List-Unsubscribe").skip(1);
    after.any(|rest| {
        let rest = rest.trim_start_matches(['"', '\r', '\n', '=', ' ']);
        rest.starts_with("One-Click")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_click_is_understood_in_both_encodings() {
        let parts = "--x\r\nContent-Disposition: form-data; name=\"List-Unsubscribe\"\r\n\r\nOne-Click\r\n--x--\r\n";
        for body in ["List-Unsubscribe=One-Click", "a=b&List-Unsubscribe=One-Click", parts] {
            assert!(is_one_click(body.as_bytes()), "{body}");
        }
        for body in ["", "List-Unsubscribe", "List-Unsubscribe=Two", "action=delete", "One-Click"] {
            assert!(!is_one_click(body.as_bytes()), "{body}");
        }
    }
}
