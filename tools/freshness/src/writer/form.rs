//! Changes made with the admin's forms, like a browser.

use std::sync::Arc;
use std::time::Instant;

use rand::seq::IndexedRandom as _;
use url::form_urlencoded::Serializer;

use super::{Change, Done};
use crate::http::{Answer, Client};
use crate::instance::{Instance, PASSWORD, USERNAME};
use crate::ledger::{Row, State, Taker};
use crate::run::Run;

/// A writer's browser; one session is used on every instance.
pub(super) struct Form {
    run: Arc<Run>,
    clients: Vec<Client>,
    session: Option<String>,
}

/// An opened form.
pub(super) struct Opened {
    instance: Arc<Instance>,
    path: String,
    csrf_token: String,
    version: Option<String>,
}

impl Form {
    pub(super) fn new(run: Arc<Run>) -> Self {
        Self {
            clients: run.instances.iter().map(|_| Client::default()).collect(),
            session: None,
            run,
        }
    }

    /// Sends a request, and counts failures of the site.
    async fn send_to(
        &mut self,
        instance: &Arc<Instance>,
        method: &str,
        path: &str,
        body: &str,
    ) -> Option<Answer> {
        let mut head = String::new();
        if let Some(session) = &self.session {
            head = format!("Cookie: {session}\r\n");
        }
        if method == "POST" {
            let length = body.len();
            head += &format!(
                "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {length}\r\n"
            );
        }
        let begun = Instant::now();
        let what = format!("{method} {path}");
        let client = &mut self.clients[instance.number];
        match client.send(instance, method, path, &head, body).await {
            Ok(answer) => {
                if answer.status >= 500 {
                    let span = (answer.begun, answer.ended);
                    self.run.report.failed(&self.run, instance.number, answer.status, span, &what);
                }
                // The login form's cookie and the session's cookie, which replaces it.
                let cookies = ["sessionid", "login_token"];
                let set = cookies.into_iter().find_map(|name| answer.cookie(name));
                self.session = set.or_else(|| self.session.take());
                Some(answer)
            }
            Err(err) => {
                self.run.report.broken(&self.run, instance.number, begun, &err, &what);
                None
            }
        }
    }

    async fn log_in(&mut self, instance: &Arc<Instance>) -> Option<()> {
        self.session = None;
        let page = self.send_to(instance, "GET", "/admin/login/", "").await?;
        let token = field(&page.text()?, "csrf_token")?;
        let fields =
            [("csrf_token", &*token), ("next", ""), ("username", USERNAME), ("password", PASSWORD)];
        let body = Serializer::new(String::new()).extend_pairs(fields).finish();
        let answer = self.send_to(instance, "POST", "/admin/login/", &body).await?;
        if answer.status != 303 && answer.status < 500 {
            self.run.report.sample(&self.run, "a login was refused", &answer.status.to_string());
        }
        (answer.status == 303).then_some(())
    }

    /// Opens the form that adds, changes or deletes a row.
    pub(super) async fn open(&mut self, row: &Row, state: Option<State>) -> Option<Opened> {
        let instance = self.run.instances.choose(&mut rand::rng())?.clone();
        let creates = row.attempts().is_empty();
        let path = match (creates, state) {
            (true, _) => "/admin/properties/add/".to_owned(),
            (_, Some(_)) => format!("/admin/properties/{}/change/", row.id()?),
            (_, None) => format!("/admin/properties/{}/delete/", row.id()?),
        };
        let had_session = self.session.is_some();
        if !had_session {
            self.log_in(&instance).await?;
        }
        let mut page = self.send_to(&instance, "GET", &path, "").await?;
        if matches!(page.status, 302 | 303) {
            self.run.report.sample(&self.run, "a session was lost", &path);
            self.log_in(&instance).await?;
            page = self.send_to(&instance, "GET", &path, "").await?;
        }
        if page.status != 200 {
            if page.status < 500 {
                let text = format!("{} for {path}", page.status);
                self.run.report.sample(&self.run, "a form can't be opened", &text);
            }
            return None;
        }
        let html = page.text()?;
        Some(Opened {
            instance,
            path,
            csrf_token: field(&html, "csrf_token")?,
            version: field(&html, "version"),
        })
    }

    /// Fills the form in and sends it.
    pub(super) async fn send(&mut self, form: Opened, change: &Change) -> Done {
        let row = &change.row;
        let mut fields = vec![("csrf_token", form.csrf_token)];
        if let Some(state) = change.state {
            fields.push(("title", row.title(change.version)));
            fields.push(("description", format!("About row {}.", row.number)));
            fields.push(("price", format!("{}.00", row.price(state, change.version))));
            fields.push(("location", row.place(state)));
            let creates = row.id().is_none();
            fields.push((if creates { "_continue" } else { "_save" }, "1".to_owned()));
        }
        fields.extend(form.version.map(|version| ("version", version)));
        let body = Serializer::new(String::new()).extend_pairs(fields).finish();
        let Some(answer) = self.send_to(&form.instance, "POST", &form.path, &body).await else {
            return Done::Unknown;
        };
        match answer.status {
            303 => {
                let location = answer.header("location");
                if location.starts_with("/admin/login") {
                    return Done::Refused;
                }
                let id = location.split('/').nth(3).and_then(|id| id.parse().ok());
                if let (None, Some(id)) = (row.id(), id) {
                    row.set_id(id);
                }
                let taker = Taker::Instance { number: form.instance.number, epoch: answer.epoch };
                Done::Acknowledged(answer.ended, taker)
            }
            500.. => Done::Unknown,
            status => {
                let text = format!("{status} for {}", form.path);
                self.run.report.sample(&self.run, "a form was refused", &text);
                Done::Refused
            }
        }
    }
}

/// The value of a form's field.
fn field(html: &str, name: &str) -> Option<String> {
    let (_, rest) = html.split_once(&format!("name=\"{name}\" value=\""))?;
    rest.split_once('"').map(|(value, _)| value.to_owned())
}
