//! Where photos are stored.

use std::fmt;
use std::path::{Path, PathBuf};

use url::Url;

use super::reader::Reader;

/// The variables with the credentials of S3.
const VARIABLES: [&str; 9] = [
    "AWS_ACCESS_KEY_ID",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
    "AWS_REGION",
    "AWS_DEFAULT_REGION",
    "AWS_WEB_IDENTITY_TOKEN_FILE",
    "AWS_ROLE_ARN",
    "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
    "AWS_CONTAINER_CREDENTIALS_FULL_URI",
];

/// The store that `MEDIA_URL` names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MediaChoice {
    /// A folder.
    Folder(PathBuf),
    /// An S3-compatible store.
    S3(S3Config),
}

/// A bucket, and how to reach it.
#[derive(Clone, PartialEq, Eq)]
pub struct S3Config {
    /// The bucket's name.
    pub bucket: String,
    /// The prefix of all file names; may be empty.
    pub prefix: String,
    /// The store's address; `None` for AWS.
    pub endpoint: Option<String>,
    /// The region, if the AWS variables don't name one.
    pub region: Option<String>,
    /// The AWS variables that are set, by name.
    pub variables: Vec<(&'static str, String)>,
}

impl MediaChoice {
    pub(super) fn read(reader: &mut Reader<'_>, data_dir: &Path) -> Self {
        let folder = Self::Folder(data_dir.join("media"));
        let Some(text) = reader.text("MEDIA_URL") else {
            return folder;
        };
        if !text.contains("://") {
            let path = std::path::absolute(&text);
            return Self::Folder(path.unwrap_or_else(|_| PathBuf::from(text)));
        }
        match s3(&text) {
            Ok(config) => {
                let variable = |name| Some((name, reader.text(name)?));
                Self::S3(S3Config {
                    variables: VARIABLES.into_iter().filter_map(variable).collect(),
                    ..config
                })
            }
            Err(rule) => {
                // The value may contain a password.
                reader.secret_problem("MEDIA_URL", rule);
                folder
            }
        }
    }
}

fn s3(text: &str) -> Result<S3Config, String> {
    let rule = "must be a folder or an address such as s3://bucket/prefix?endpoint=https://s3.example&region=eu-west-1";
    let url = Url::parse(text).ok().filter(|url| url.scheme() == "s3");
    let url = url.filter(|url| url.username().is_empty() && url.fragment().is_none());
    let url =
        url.ok_or_else(|| format!("{rule}; credentials are read from the variables AWS_*"))?;
    let bucket = url.host_str().filter(|bucket| !bucket.is_empty()).ok_or(rule)?;
    let mut config = S3Config {
        bucket: bucket.to_owned(),
        prefix: url.path().trim_matches('/').to_owned(),
        endpoint: None,
        region: None,
        variables: Vec::new(),
    };
    for (name, value) in url.query_pairs() {
        match name.as_ref() {
            "region" => config.region = Some(value.into_owned()),
            "endpoint" => {
                let endpoint = Url::parse(&value).ok();
                let is_http = |url: &Url| matches!(url.scheme(), "http" | "https");
                if !endpoint.as_ref().is_some_and(is_http) {
                    return Err("endpoint must begin with https:// or http://".to_owned());
                }
                config.endpoint = Some(value.into_owned());
            }
            other => {
                return Err(format!(
                    "“{other}” is not known; the parameters are endpoint and region"
                ));
            }
        }
    }
    Ok(config)
}

/// The URL without credentials.
impl fmt::Display for S3Config {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "s3://{}/{}", self.bucket, self.prefix)?;
        let parameters = [("endpoint", &self.endpoint), ("region", &self.region)];
        let set = parameters.into_iter().filter_map(|(name, value)| Some((name, value.as_ref()?)));
        for (at, (name, value)) in set.enumerate() {
            write!(f, "{}{name}={value}", if at == 0 { '?' } else { '&' })?;
        }
        Ok(())
    }
}

impl fmt::Debug for S3Config {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "S3Config({self})")
    }
}

impl fmt::Display for MediaChoice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Folder(folder) => folder.display().fmt(f),
            Self::S3(config) => config.fmt(f),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(url: &str) -> (MediaChoice, Result<(), String>) {
        let variable = |name: &str| match name {
            "MEDIA_URL" => Some(url.to_owned()),
            "AWS_SECRET_ACCESS_KEY" => Some("hunter2".to_owned()),
            _ => None,
        };
        let mut reader = Reader::new(&variable);
        let choice = MediaChoice::read(&mut reader, Path::new("/data"));
        (choice, reader.finish(()).map_err(|err| err.to_string()))
    }

    #[test]
    fn photos_are_below_the_data_unless_another_folder_or_bucket_is_named() {
        assert_eq!(read("").0, MediaChoice::Folder("/data/media".into()));
        assert_eq!(read("/srv/photos").0, MediaChoice::Folder("/srv/photos".into()));
        let address = "s3://homes/site/a?endpoint=http://127.0.0.1:9000&region=eu-west-1";
        let (choice, problems) = read(address);
        assert_eq!((choice.to_string(), problems), (address.to_owned(), Ok(())));
        let MediaChoice::S3(config) = choice else { panic!("{choice:?}") };
        assert_eq!((config.bucket.as_str(), config.prefix.as_str()), ("homes", "site/a"));
        assert!(!format!("{config:?} {config}").contains("hunter2"));
        assert!(config.variables.contains(&("AWS_SECRET_ACCESS_KEY", "hunter2".to_owned())));
    }

    #[test]
    fn a_wrong_address_is_refused_without_showing_it() {
        for url in [
            "s3://",
            "s3://key:hunter2@homes/",
            "gs://homes",
            "https://s3.example/hunter2",
            "s3://homes?endpoint=s3.example",
            "s3://homes?secret=hunter2",
        ] {
            let problems = read(url).1.expect_err(url);
            assert!(problems.contains("MEDIA_URL=(hidden)"), "{problems}");
            assert!(!problems.contains("hunter2"), "{problems}");
        }
    }
}
