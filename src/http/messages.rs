//! Messages for the next page of the admin. They are kept in an encrypted cookie, so that a save does not write the
//! session.
//!
//! **Invariant:** a page shows only messages that this site wrote for the same login. Pages outside `/admin` neither
//! get nor set the cookie.

use std::cell::RefCell;
use std::rc::Rc;

use actix_web::cookie::time::Duration;
use actix_web::cookie::{Cookie, CookieJar, SameSite};
use actix_web::{HttpRequest, HttpResponse};
use serde::{Deserialize, Serialize};

use super::Site;
use super::views::frame::Message;

const COOKIE: &str = "messages";
/// A message that no page has shown within this time is dropped.
const LIFETIME: Duration = Duration::minutes(10);
/// The maximum number of waiting messages.
const MOST_MESSAGES: usize = 20;
/// The maximum length of the JSON, in bytes. Encrypted and in Base64, it stays below the 4,096 bytes of a cookie.
const MOST_BYTES: usize = 2_700;

/// The messages for the next page.
#[derive(Debug, Clone, Default)]
pub(super) struct Messages(Rc<RefCell<Waiting>>);

#[derive(Debug, Default, Serialize, Deserialize)]
struct Waiting {
    /// The name of the session that the messages are for.
    login: String,
    messages: Vec<Message>,
    /// Whether the browser's cookie must be updated.
    #[serde(skip)]
    has_changed: bool,
}

impl Messages {
    /// The messages in the cookie of a request whose session has this name.
    pub(super) fn of(request: &HttpRequest, site: &Site, login: &str) -> Self {
        let decrypt = |cookie| CookieJar::new().private(&site.cookie_key).decrypt(cookie);
        let cookie = request.cookie(COOKIE).and_then(decrypt);
        let waiting = cookie.and_then(|json| serde_json::from_str::<Waiting>(json.value()).ok());
        let waiting = waiting.filter(|waiting| waiting.login == login);
        let none = || Waiting { login: login.to_owned(), ..Waiting::default() };
        Self(Rc::new(RefCell::new(waiting.unwrap_or_else(none))))
    }

    /// Adds a message. If the cookie has no room for all, the oldest are dropped.
    pub(super) fn add(&self, message: Message) {
        let mut waiting = self.0.borrow_mut();
        waiting.has_changed = true;
        waiting.messages.push(message);
        while waiting.messages.len() > MOST_MESSAGES
            || (waiting.messages.len() > 1 && waiting.json().len() > MOST_BYTES)
        {
            waiting.messages.remove(0);
        }
        if waiting.json().len() > MOST_BYTES
            && let Some(undo) = waiting.messages.iter_mut().find_map(|one| one.undo.as_mut())
        {
            // After the undo, the list is shown without its filters.
            undo.filters.clear();
        }
    }

    /// Takes the messages, for a page that shows them.
    pub(super) fn take(&self) -> Vec<Message> {
        let mut waiting = self.0.borrow_mut();
        waiting.has_changed |= !waiting.messages.is_empty();
        std::mem::take(&mut waiting.messages)
    }

    /// Updates the browser's cookie, if the messages have changed.
    pub(super) fn keep<B>(&self, site: &Site, response: &mut HttpResponse<B>) {
        let waiting = self.0.borrow();
        if !waiting.has_changed {
            return;
        }
        let cookie = |value: String| {
            let cookie = Cookie::build(COOKIE, value).path("/admin").max_age(LIFETIME);
            let cookie = cookie.http_only(true).same_site(SameSite::Lax);
            cookie.secure(site.is_https()).finish()
        };
        let kept = match waiting.messages.is_empty() {
            true => response.add_removal_cookie(&cookie(String::new())),
            false => {
                let mut jar = CookieJar::new();
                let cookie = cookie(waiting.json());
                jar.private_mut(&site.cookie_key).add(cookie);
                jar.iter().try_for_each(|cookie| response.add_cookie(cookie))
            }
        };
        if let Err(err) = kept {
            log::error!("a message is not shown: {err}");
        }
    }
}

impl Waiting {
    fn json(&self) -> String {
        // Serialising texts and numbers can't fail.
        serde_json::to_string(self).unwrap_or_default()
    }
}
