//! Browsers that tests use one after another, because starting one takes a second of a core.
//!
//! The run has one driver, which its keeper starts for the first test that needs a browser. A test reserves a browser
//! by locking a file that names its session, and gets a window without cookies, storage, cache or history.

use std::fs::{self, File, OpenOptions};
use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};

use fantoccini::error::CmdError;
use fantoccini::{Client, ClientBuilder};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::json;

use super::driver::{self, Driver};
use super::{Extension, capabilities, devtools};
use crate::harness::{eventually, shared};

/// The directory of these files, in the run's directory.
const DIRECTORY: &str = "chromium";
const WANTED: &str = "wanted";
const URL: &str = "url";

/// A browser with one new window, and the lock that reserves it.
pub(super) async fn reserve() -> (Client, File) {
    let directory = shared().directory.join(DIRECTORY);
    fs::create_dir_all(&directory).expect("the run's directory is writable");
    let driver = driver_url(&directory).await;
    let mut lock = (0..)
        .map(|number| open(&directory.join(format!("session-{number}"))))
        .find(|file| file.try_lock().is_ok())
        .expect("there are endless numbers");
    let mut session = String::new();
    lock.read_to_string(&mut session).expect("readable");
    // A test may have left a browser that no longer answers.
    if let Some(client) = known(&driver, &session).await {
        return (client, lock);
    }
    let profile = directory.join(format!("profile-{}", super::unique()));
    let client = ClientBuilder::new(HttpConnector::new())
        .capabilities(capabilities(&profile))
        .connect(&driver)
        .await
        .unwrap_or_else(|err| panic!("Chromium does not start: {err}"));
    client.persist().await.expect("it stays for the next test");
    let session = client.session_id().await.expect("it has begun");
    lock.set_len(0).expect("writable");
    lock.write_all(session.expect("it has begun").as_bytes()).expect("writable");
    (client, lock)
}

fn open(path: &Path) -> File {
    let mut options = OpenOptions::new();
    options.read(true).append(true).create(true).open(path).expect("the directory is writable")
}

async fn known(driver: &str, session: &str) -> Option<Client> {
    if session.is_empty() {
        return None;
    }
    let client = Client::with_existing_session(driver, session, HttpConnector::new()).await;
    let client = client.ok()?;
    client.persist().await.ok()?;
    start_afresh(&client).await.ok()?;
    Some(client)
}

/// Replaces the windows of the last test with a new one, and deletes the data that its sites stored.
async fn start_afresh(client: &Client) -> Result<(), CmdError> {
    // An error means that no dialog is open.
    let _ = client.dismiss_alert().await;
    let old = client.windows().await?;
    let new = client.new_window(true).await?.handle;
    for window in old {
        client.switch_to_window(window).await?;
        client.close_window().await?;
    }
    client.switch_to_window(new).await?;
    devtools(client, "Network.clearBrowserCookies", json!({})).await?;
    devtools(client, "Network.clearBrowserCache", json!({})).await?;
    let all = json!({"origin": "*", "storageTypes": "all"});
    devtools(client, "Storage.clearDataForOrigin", all).await?;
    client.issue_cmd(Extension("se/log", json!({"type": "browser"}))).await?;
    Ok(())
}

/// Asks the keeper for the driver.
async fn driver_url(directory: &Path) -> String {
    driver::assert_installed();
    open(&directory.join(WANTED));
    eventually("the driver is started", async || fs::read_to_string(directory.join(URL)).ok()).await
}

/// The keeper's part: starts the driver when a test needs it.
pub(crate) struct DriverOnDemand {
    directory: PathBuf,
    driver: Option<Driver>,
}

impl DriverOnDemand {
    pub(crate) fn below(run: &Path) -> Self {
        Self { directory: run.join(DIRECTORY), driver: None }
    }

    /// Starts the driver if it is needed and not running.
    pub(crate) fn look(&mut self) {
        if self.driver.is_none() && self.directory.join(WANTED).exists() {
            let driver = Driver::start(self.directory.join("driver"));
            let (new, url) = (self.directory.join("url.new"), self.directory.join(URL));
            fs::write(&new, &driver.url).expect("writable");
            fs::rename(new, url).expect("writable");
            self.driver = Some(driver);
        }
    }
}
