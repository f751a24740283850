//! A real browser, headless and driven through WebDriver: what only a layout engine, a keyboard and a history can show.
//!
//! Browsers are shared, see [`session`]. Scripts that a test runs in a page are not subject to the page's policy, and run
//! also where the page's own scripts are turned off.

mod axe;
mod console;
mod driver;
mod emulation;
mod keyboard;
mod layout;
mod picture;
mod session;

use std::fs::File;
use std::path::Path;

use fantoccini::error::CmdError;
use fantoccini::wd::WebDriverCompatibleCommand;
use fantoccini::{Client, Locator};
use serde_json::{Map, Value, json};
use url::Url;

use super::{App, eventually, unique};

pub(crate) use emulation::{Motion, Theme};
pub(crate) use fantoccini::key::Key;
pub(crate) use keyboard::are_seen;
pub(crate) use session::DriverOnDemand;

/// No network but the site's, no profile of before, no sandbox (which needs rights that containers lack), and no port
/// that others could reach the browser by.
const ARGUMENTS: [&str; 15] = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-breakpad",
    "--disable-component-update",
    "--disable-background-networking",
    "--disable-default-apps",
    "--disable-dev-shm-usage",
    "--disable-sync",
    "--hide-scrollbars",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
    "--no-first-run",
    "--no-proxy-server",
    "--remote-debugging-pipe",
];

/// Longer than a page takes to load, or a script to run, that is not broken.
const PATIENCE_MS: u32 = 30_000;

/// Does the same in a browser with scripts and in one without.
pub(crate) async fn with_and_without_scripts(work: impl AsyncFn(&Chromium)) {
    work(&Chromium::start().await).await;
    work(&Chromium::start().await.without_scripts().await).await;
}

/// A browser with one window.
pub(crate) struct Chromium {
    client: Client,
    _reserved: File,
}

/// What a session with a profile is asked for.
fn capabilities(profile: &Path) -> Map<String, Value> {
    let mut arguments: Vec<_> = ARGUMENTS.map(str::to_owned).into();
    arguments.push(format!("--user-data-dir={}", profile.display()));
    let capabilities = json!({
        "timeouts": {"pageLoad": PATIENCE_MS, "script": PATIENCE_MS},
        "goog:loggingPrefs": {"browser": "ALL"},
        "goog:chromeOptions": {"binary": driver::browser(), "args": arguments},
    });
    match capabilities {
        Value::Object(capabilities) => capabilities,
        _ => unreachable!("it is written as an object"),
    }
}

/// Sends a command of the DevTools protocol.
async fn devtools(client: &Client, command: &str, parameters: Value) -> Result<Value, CmdError> {
    let command = Extension("goog/cdp/execute", json!({"cmd": command, "params": parameters}));
    client.issue_cmd(command).await
}

impl Chromium {
    /// A browser with a new window of 1280 × 900 pixels.
    pub(crate) async fn start() -> Self {
        let (client, reserved) = session::reserve().await;
        let chromium = Self { client, _reserved: reserved };
        chromium.resize(1280).await;
        chromium
    }

    /// Opens a page of a site, and returns once it is loaded.
    pub(crate) async fn open(&self, app: &App, path: &str) {
        done(self.client.goto(&format!("{}{path}", app.origin)).await);
    }

    /// The address of the page, without the site's.
    pub(crate) async fn path(&self) -> String {
        let url = done(self.client.current_url().await);
        url[url::Position::BeforePath..].to_owned()
    }

    /// The value of a parameter in the page's address.
    pub(crate) async fn parameter(&self, name: &str) -> Option<String> {
        let url: Url = done(self.client.current_url().await);
        let mut pairs = url.query_pairs();
        let found = pairs.find(|(key, value)| key == name && !value.is_empty());
        found.map(|(_, value)| value.into_owned())
    }

    /// The status that the page came with.
    pub(crate) async fn status(&self) -> u64 {
        let script = "return performance.getEntriesByType('navigation')[0].responseStatus";
        let status = self.run(script, &[]).await;
        status.as_u64().unwrap_or_else(|| panic!("no status: {status}"))
    }

    /// Presses the browser's Back, and returns once an address is shown.
    pub(crate) async fn goes_back_to(&self, path: &str) {
        done(self.client.back().await);
        self.arrives(async || (self.path().await == path).then_some(())).await;
    }

    /// Clicks on the first element that fits and can be seen.
    pub(crate) async fn click(&self, css: &str) {
        // Scripts may put something in its place meanwhile.
        eventually(css, async || {
            for element in self.client.find_all(Locator::Css(css)).await.ok()? {
                if element.is_displayed().await.ok()? {
                    return element.click().await.ok();
                }
            }
            None
        })
        .await;
    }

    /// Clicks on the first element that fits, and returns once another address is shown.
    pub(crate) async fn follow(&self, css: &str) {
        let before = self.path().await;
        self.click(css).await;
        self.leaves(&before).await;
    }

    /// Returns once another address is shown than one.
    pub(crate) async fn leaves(&self, path: &str) {
        self.arrives(async || (self.path().await != path).then_some(())).await;
    }

    async fn arrives(&self, there: impl AsyncFn() -> Option<()>) {
        eventually("the browser arrives", async || {
            there().await?;
            let ready = self.client.execute("return document.readyState", vec![]);
            (ready.await.ok()? == "complete").then_some(())
        })
        .await;
    }

    /// Posts a form to a path of the site, as a page of the site would, and returns once the answer is shown.
    pub(crate) async fn post(&self, path: &str, fields: &[(&str, &str)]) {
        let script = "
            const [path, fields] = arguments;
            const form = document.createElement('form');
            Object.assign(form, {method: 'post', action: path});
            for (const [name, value] of fields) {
                form.append(Object.assign(document.createElement('input'), {name, value}));
            }
            document.body.append(form);
            window.isLeft = true;
            form.submit()";
        self.run(script, &[json!(path), json!(fields)]).await;
        self.shows_another_page().await;
    }

    /// Clicks on the first element that fits, and returns once another page is shown, be it at the same address.
    pub(crate) async fn submit(&self, css: &str) {
        self.run("window.isLeft = true", &[]).await;
        self.click(css).await;
        self.shows_another_page().await;
    }

    async fn shows_another_page(&self) {
        let arrived = "return !window.isLeft && document.readyState === 'complete'";
        eventually("the answer is shown", async || {
            (self.client.execute(arrived, vec![]).await.ok()? == true).then_some(())
        })
        .await;
    }

    /// Fills a field of the page's form: types over what is there, or chooses.
    pub(crate) async fn fill(&self, name: &str, value: &str) {
        // A field may be folded away on a narrow screen, and have choices beside it.
        let unfold = "document.querySelector(arguments[0]).closest('details:not([open])')?.setAttribute('open', '')";
        let css = format!(":is(form *, [form])[name='{name}']:not([type=hidden], [type=checkbox])");
        self.run(unfold, &[json!(css)]).await;
        let field = done(self.client.find(Locator::Css(&css)).await);
        if done(field.tag_name().await) == "select" {
            return done(field.select_by_value(value).await);
        }
        done(field.clear().await);
        done(field.send_keys(value).await);
    }

    /// Chooses a file for a field of the page's form.
    pub(crate) async fn attach(&self, name: &str, file: &std::path::Path) {
        let css = format!("form [name='{name}'][type=file]");
        let field = done(self.client.find(Locator::Css(&css)).await);
        done(field.send_keys(&file.display().to_string()).await);
    }

    /// What a field of the page's form holds.
    pub(crate) async fn field(&self, name: &str) -> String {
        let css = format!(":is(form *, [form])[name='{name}']:not([type=hidden])");
        let field = done(self.client.find(Locator::Css(&css)).await);
        done(field.prop("value").await).unwrap_or_default()
    }

    /// The text that is seen of every element that fits.
    pub(crate) async fn texts(&self, css: &str) -> Vec<String> {
        // In one step, so that the page can't be another one in between.
        let texts = self.run("
            const seen = element => element.checkVisibility() ? element.innerText.trim().replaceAll('\t', ' ') : '';
            return [...document.querySelectorAll(arguments[0])].map(seen)", &[json!(css)]).await;
        serde_json::from_value(texts).expect("texts")
    }

    /// The text that is seen of the only element that fits.
    pub(crate) async fn text(&self, css: &str) -> String {
        let texts = self.texts(css).await;
        let [text] = texts.as_slice() else {
            panic!("{css} is {texts:?}");
        };
        text.clone()
    }

    /// The listings that the page's content leads to, in their order.
    pub(crate) async fn listings(&self) -> Vec<String> {
        let script = r"
            const paths = [...document.querySelectorAll('main a[href]')].map(link => new URL(link.href).pathname);
            return [...new Set(paths.filter(path => /^\/properties\/\d+\/$/.test(path)))]";
        let paths = self.run(script, &[]).await;
        serde_json::from_value(paths).expect("paths")
    }

    /// Runs the body of a function in the page; waits for its promise, if it returns one.
    pub(crate) async fn run(&self, script: &str, arguments: &[Value]) -> Value {
        done(self.client.execute(script, arguments.to_vec()).await)
    }

    async fn devtools(&self, command: &str, parameters: Value) -> Value {
        done(devtools(&self.client, command, parameters).await)
    }
}

/// A command that the driver has beyond WebDriver, with its body.
#[derive(Debug)]
struct Extension(&'static str, Value);

impl WebDriverCompatibleCommand for Extension {
    fn endpoint(&self, base: &Url, session: Option<&str>) -> Result<Url, url::ParseError> {
        base.join(&format!("session/{}/{}", session.unwrap_or_default(), self.0))
    }

    fn method_and_body(&self, _: &Url) -> (reqwest::Method, Option<String>) {
        (reqwest::Method::POST, Some(self.1.to_string()))
    }
}

#[track_caller]
fn done<T>(result: Result<T, CmdError>) -> T {
    result.unwrap_or_else(|err| panic!("Chromium: {err}"))
}
