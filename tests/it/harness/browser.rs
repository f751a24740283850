//! An HTTP client with cookies: an anonymous visitor, or staff with a session.

use std::sync::Arc;

use property_listings::domain::{NewProperty, PropertyForm};
use reqwest::cookie::{CookieStore as _, Jar};
use reqwest::header::{CONTENT_TYPE, LOCATION};
use reqwest::{Client, Method, RequestBuilder, Url};
use url::form_urlencoded;

use super::{PASSWORD, Page};

/// A listing as typed into the form.
#[derive(Debug, Clone)]
pub(crate) struct Listing {
    pub(crate) title: String,
    pub(crate) description: String,
    pub(crate) price: String,
    pub(crate) location: String,
}

/// A listing with a title, a price and a location.
pub(crate) fn listing(title: &str, price: &str, location: &str) -> Listing {
    Listing {
        title: title.to_owned(),
        description: format!("The description of {title}."),
        price: price.to_owned(),
        location: location.to_owned(),
    }
}

impl Listing {
    pub(crate) fn parsed(&self) -> NewProperty {
        let [title, description, price, location] =
            [&self.title, &self.description, &self.price, &self.location];
        PropertyForm::required(title, description, price, location).parse().expect("valid fields")
    }

    pub(crate) fn fields(&self) -> Vec<(&'static str, String)> {
        let Self { title, description, price, location } = self.clone();
        vec![
            ("title", title),
            ("description", description),
            ("price", price),
            ("location", location),
        ]
    }

    /// The form's fields with a pressed button.
    pub(crate) fn pressed(&self, button: &'static str) -> Vec<(&'static str, String)> {
        let mut fields = self.fields();
        fields.push((button, "1".to_owned()));
        fields
    }
}

/// The names and values of a form.
type Fields<N, V> = [(N, V)];

/// A name or a value, owned or not.
pub(crate) trait Text: AsRef<str> {}
impl<T: AsRef<str>> Text for T {}

/// A browser with its cookies; it does not follow redirects.
#[derive(Clone)]
pub(crate) struct Browser {
    origin: String,
    client: Client,
    jar: Arc<Jar>,
}

impl Browser {
    pub(crate) fn new(origin: &str) -> Self {
        let jar = Arc::new(Jar::default());
        let client = Client::builder()
            .cookie_provider(jar.clone())
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .build();
        Self { origin: origin.to_owned(), client: client.expect("a client"), jar }
    }

    /// The same browser for another instance of the site: cookies ignore ports.
    pub(crate) fn at(&self, origin: &str) -> Self {
        Self { origin: origin.to_owned(), ..self.clone() }
    }

    /// The `Cookie` header that it would send, without the token for guest forms.
    pub(crate) fn cookies(&self) -> String {
        let url: Url = format!("{}/admin/", self.origin).parse().expect("a URL");
        let cookies = self.jar.cookies(&url);
        let all = cookies.map_or(String::new(), |value| value.to_str().expect("ASCII").to_owned());
        let of_user = all.split("; ").filter(|cookie| !cookie.starts_with("login_token="));
        of_user.collect::<Vec<_>>().join("; ")
    }

    pub(crate) fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.client.request(method, format!("{}{path}", self.origin))
    }

    pub(crate) async fn send(&self, request: RequestBuilder) -> Page {
        Page::read(request.send().await.expect("an answer")).await
    }

    pub(crate) async fn get(&self, path: &str) -> Page {
        self.send(self.request(Method::GET, path)).await
    }

    /// Requests a page with headers.
    pub(crate) async fn get_with(&self, path: &str, headers: &[(&str, &str)]) -> Page {
        self.send(with(self.request(Method::GET, path), headers)).await
    }

    /// Posts a form without adding a token.
    pub(crate) async fn post(&self, path: &str, fields: &Fields<impl Text, impl Text>) -> Page {
        self.post_with(path, &[], fields).await
    }

    /// Posts a form with request headers, without adding a token.
    pub(crate) async fn post_with(
        &self,
        path: &str,
        headers: &[(&str, &str)],
        fields: &Fields<impl Text, impl Text>,
    ) -> Page {
        let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        let request = with(self.request(Method::POST, path), headers)
            .header(CONTENT_TYPE, "application/x-www-form-urlencoded");
        self.send(request.body(body)).await
    }

    /// Posts an empty form.
    pub(crate) async fn post_empty(&self, path: &str) -> Page {
        self.post(path, &[("", ""); 0]).await
    }

    /// The token of this session's forms.
    pub(crate) async fn csrf_token(&self) -> String {
        self.get("/admin/password_change/").await.assert_status(200).field("csrf_token")
    }

    /// Posts a form with this session's token.
    pub(crate) async fn submit(&self, path: &str, fields: &Fields<impl Text, impl Text>) -> Page {
        let token = self.csrf_token().await;
        let mut all: Vec<_> =
            fields.iter().map(|(name, value)| (name.as_ref(), value.as_ref())).collect();
        all.push(("csrf_token", &token));
        self.post(path, &all).await
    }

    /// Presses a button that is a form without fields: only the session's token is sent.
    pub(crate) async fn press(&self, path: &str) -> Page {
        self.submit(path, &[("", ""); 0]).await
    }

    /// Posts the login form; the login may be refused.
    pub(crate) async fn try_log_in(&self, username: &str, password: &str, next: &str) -> Page {
        let form = self.get("/admin/login/").await;
        let fields = [
            ("csrf_token", &*form.field("csrf_token")),
            ("next", next),
            ("username", username),
            ("password", password),
        ];
        self.post("/admin/login/", &fields).await
    }

    pub(crate) async fn log_in(&self, username: &str) {
        self.try_log_in(username, PASSWORD, "").await.assert_status(303);
    }

    pub(crate) async fn log_out(&self) -> Page {
        self.press("/admin/logout/").await
    }

    /// Adds a listing; returns its id.
    pub(crate) async fn create_listing(&self, listing: &Listing) -> i64 {
        let page = self.submit("/admin/properties/add/", &listing.pressed("_continue")).await;
        let page = page.assert_status(303);
        let location = page.header(LOCATION.as_str());
        let id = location.split('/').nth(3).and_then(|id| id.parse().ok());
        id.unwrap_or_else(|| panic!("{location} names no listing"))
    }

    /// Opens a listing's form, changes the fields and saves.
    pub(crate) async fn edit_listing(&self, id: i64, listing: &Listing) {
        let path = format!("/admin/properties/{id}/change/");
        let form = self.get(&path).await.assert_status(200);
        let mut fields = listing.fields();
        fields.extend(form.fields(["version", "csrf_token"]));
        self.post(&path, &fields).await.assert_status(303);
    }

    pub(crate) async fn set_status(&self, id: i64, status: &str) {
        let path = format!("/admin/properties/{id}/status/");
        self.submit(&path, &[("set_status", status)]).await.assert_status(303);
    }

    pub(crate) async fn delete_listing(&self, id: i64) {
        self.press(&format!("/admin/properties/{id}/delete/")).await.assert_status(303);
    }

    /// Deletes listings with the list's action, and confirms it.
    pub(crate) async fn delete_listings(&self, ids: &[i64]) {
        let mut fields = vec![("action", "delete_selected".to_owned())];
        fields.extend(ids.iter().map(|id| ("_selected_action", id.to_string())));
        let asked = self.submit("/admin/properties/", &fields).await;
        assert_eq!(asked.assert_status(200).field("post"), "yes");
        fields.push(("post", "yes".to_owned()));
        self.submit("/admin/properties/", &fields).await.assert_status(303);
    }
}

fn with(request: RequestBuilder, headers: &[(&str, &str)]) -> RequestBuilder {
    headers.iter().fold(request, |request, (name, value)| request.header(*name, *value))
}
