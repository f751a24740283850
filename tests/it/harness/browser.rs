//! An HTTP client with cookies: a reader, or staff with a session.

use std::sync::Arc;

use property_listings::domain::{NewProperty, PropertyForm};
use reqwest::cookie::{CookieStore as _, Jar};
use reqwest::header::{CONTENT_TYPE, LOCATION};
use reqwest::{Client, Method, RequestBuilder, Url};
use url::form_urlencoded;

use super::{PASSWORD, Page};

/// A listing as it is typed into the form.
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
        let form = PropertyForm::required(title, description, price, location);
        form.parse().expect("valid fields")
    }

    pub(crate) fn fields(&self) -> Vec<(&'static str, String)> {
        vec![
            ("title", self.title.clone()),
            ("description", self.description.clone()),
            ("price", self.price.clone()),
            ("location", self.location.clone()),
        ]
    }
}

/// A browser with its cookies; it follows no redirects.
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

    /// The same browser, which looks at another instance of the site: cookies know no ports.
    pub(crate) fn at(&self, origin: &str) -> Self {
        Self { origin: origin.to_owned(), ..self.clone() }
    }

    /// The `Cookie` header that it would send.
    pub(crate) fn cookies(&self) -> String {
        let url: Url = format!("{}/admin/", self.origin).parse().expect("a URL");
        let cookies = self.jar.cookies(&url);
        cookies.map_or(String::new(), |value| value.to_str().expect("ASCII").to_owned())
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

    /// Gets a page with request headers.
    pub(crate) async fn get_with(&self, path: &str, headers: &[(&str, &str)]) -> Page {
        let request = self.request(Method::GET, path);
        let with =
            |request: RequestBuilder, (name, value): &(&str, &str)| request.header(*name, *value);
        self.send(headers.iter().fold(request, with)).await
    }

    /// Posts a form as it is, without a token of its own.
    pub(crate) async fn post(&self, path: &str, fields: &[(&str, String)]) -> Page {
        let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        let request = self
            .request(Method::POST, path)
            .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(body);
        self.send(request).await
    }

    /// The token of this session's forms.
    pub(crate) async fn csrf_token(&self) -> String {
        let page = self.get("/admin/password_change/").await;
        page.assert_status(200).field("csrf_token")
    }

    /// Posts a form with this session's token.
    pub(crate) async fn submit(&self, path: &str, fields: &[(&str, String)]) -> Page {
        let mut fields = fields.to_vec();
        fields.push(("csrf_token", self.csrf_token().await));
        self.post(path, &fields).await
    }

    /// Posts the login form; the login may be refused.
    pub(crate) async fn try_log_in(&self, username: &str, password: &str, next: &str) -> Page {
        let form = self.get("/admin/login/").await;
        let fields = [
            ("csrf_token", form.field("csrf_token")),
            ("next", next.to_owned()),
            ("username", username.to_owned()),
            ("password", password.to_owned()),
        ];
        self.post("/admin/login/", &fields).await
    }

    pub(crate) async fn log_in(&self, username: &str) {
        let page = self.try_log_in(username, PASSWORD, "").await;
        page.assert_status(303);
    }

    pub(crate) async fn log_out(&self) -> Page {
        self.submit("/admin/logout/", &[]).await
    }

    /// Adds a listing; returns its id.
    pub(crate) async fn create_listing(&self, listing: &Listing) -> i64 {
        let mut fields = listing.fields();
        fields.push(("_continue", "1".to_owned()));
        let page = self.submit("/admin/properties/add/", &fields).await;
        let page = page.assert_status(303);
        let location = page.header(LOCATION.as_str());
        let id = location.split('/').nth(3).and_then(|id| id.parse().ok());
        id.unwrap_or_else(|| panic!("{location} names no listing"))
    }

    /// Opens a listing's form, types over it and saves.
    pub(crate) async fn edit_listing(&self, id: i64, listing: &Listing) {
        let path = format!("/admin/properties/{id}/change/");
        let form = self.get(&path).await.assert_status(200);
        let mut fields = listing.fields();
        fields.push(("version", form.field("version")));
        fields.push(("csrf_token", form.field("csrf_token")));
        self.post(&path, &fields).await.assert_status(303);
    }

    pub(crate) async fn delete_listing(&self, id: i64) {
        let path = format!("/admin/properties/{id}/delete/");
        self.submit(&path, &[]).await.assert_status(303);
    }

    /// Deletes listings by the list's action, after its confirmation.
    pub(crate) async fn delete_listings(&self, ids: &[i64]) {
        let mut fields = vec![("action", "delete_selected".to_owned())];
        fields.extend(ids.iter().map(|id| ("_selected_action", id.to_string())));
        let asked = self.submit("/admin/properties/", &fields).await;
        assert_eq!(asked.assert_status(200).field("post"), "yes");
        fields.push(("post", "yes".to_owned()));
        let done = self.submit("/admin/properties/", &fields).await;
        done.assert_status(303);
    }
}
