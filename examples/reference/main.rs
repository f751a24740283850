//! What `script/bench` compares the site with: the least that a server must do for the same answer.
//!
//! - `/memory`: bare actix; the site's own bytes and headers, held in memory.
//! - `/redis`: the same bytes by one `GET` on a multiplexed connection per worker thread.
//! - `/query`: the list's rows and count from PostgreSQL, rendered by the site's own view; no middleware.
//!
//! The bytes and headers are taken from a running site at the start, for each encoding that it is asked for.

use std::collections::HashMap;
use std::net::TcpListener;
use std::sync::Arc;

use actix_web::http::header::{self, HeaderMap, HeaderName, HeaderValue};
use actix_web::web::{self, Bytes};
use actix_web::{App, HttpRequest, HttpResponse, HttpServer};
use anyhow::{Context as _, Result};
use clap::Parser;
use deadpool_redis::redis::{self, aio::MultiplexedConnection};

mod query;

/// Options of the reference server.
#[derive(Debug, Parser)]
struct Options {
    /// The site to imitate, such as http://127.0.0.1:8000
    #[arg(long)]
    site: String,
    /// The path whose answer is imitated
    #[arg(long, default_value = "/properties/")]
    path: String,
    /// The port to listen on
    #[arg(long)]
    port: u16,
    /// Worker threads
    #[arg(long, default_value_t = 2)]
    workers: usize,
    /// The Redis to read from
    #[arg(long)]
    redis: Option<String>,
    /// The PostgreSQL to read from
    #[arg(long)]
    database: Option<String>,
}

/// An answer of the site.
#[derive(Clone)]
struct Answer {
    headers: Vec<(HeaderName, HeaderValue)>,
    body: Bytes,
}

/// The answer in each encoding.
#[derive(Clone)]
struct Answers(HashMap<&'static str, Answer>);

const ENCODINGS: [&str; 3] = ["identity", "gzip", "br"];

impl Answers {
    async fn of(site: &str, path: &str) -> Result<Self> {
        let client = reqwest::Client::new();
        let mut answers = HashMap::new();
        for encoding in ENCODINGS {
            let ask = || {
                client
                    .get(format!("{site}{path}"))
                    .header("accept-encoding", encoding)
            };
            ask().send().await?;
            let response = ask().send().await?.error_for_status()?;
            let headers = response.headers().iter();
            let own = ["date", "content-length", "transfer-encoding"];
            let headers = headers.filter(|(name, _)| !own.contains(&name.as_str()));
            let mut kept = Vec::new();
            for (name, value) in headers {
                let name = HeaderName::from_bytes(name.as_str().as_bytes())?;
                kept.push((name, HeaderValue::from_bytes(value.as_bytes())?));
            }
            let body = response.bytes().await?;
            answers.insert(
                encoding,
                Answer {
                    headers: kept,
                    body,
                },
            );
        }
        Ok(Self(answers))
    }

    fn choose(&self, headers: &HeaderMap) -> Option<(&'static str, &Answer)> {
        let accepted = headers.get(header::ACCEPT_ENCODING);
        let accepted = accepted.and_then(|value| value.to_str().ok());
        let wanted = ENCODINGS.into_iter().find(|name| Some(*name) == accepted);
        let name = wanted.unwrap_or("identity");
        Some((name, self.0.get(name)?))
    }
}

fn answer(headers: &[(HeaderName, HeaderValue)], body: Bytes) -> HttpResponse {
    let mut response = HttpResponse::Ok();
    for (name, value) in headers {
        response.insert_header((name.clone(), value.clone()));
    }
    response.body(body)
}

async fn memory(request: HttpRequest, answers: web::Data<Answers>) -> HttpResponse {
    match answers.choose(request.headers()) {
        Some((_, found)) => answer(&found.headers, found.body.clone()),
        None => HttpResponse::InternalServerError().finish(),
    }
}

async fn from_redis(
    request: HttpRequest,
    answers: web::Data<Answers>,
    connection: web::Data<MultiplexedConnection>,
) -> actix_web::Result<HttpResponse> {
    let failed = actix_web::error::ErrorInternalServerError::<redis::RedisError>;
    let Some((name, found)) = answers.choose(request.headers()) else {
        return Ok(HttpResponse::InternalServerError().finish());
    };
    let mut connection = MultiplexedConnection::clone(&connection);
    let key = format!("reference:{name}");
    let body: Vec<u8> = redis::cmd("GET")
        .arg(key)
        .query_async(&mut connection)
        .await
        .map_err(failed)?;
    Ok(answer(&found.headers, Bytes::from(body)))
}

async fn from_query(reference: web::Data<query::List>) -> actix_web::Result<HttpResponse> {
    let body = reference.render().await;
    let body = body.map_err(actix_web::error::ErrorInternalServerError)?;
    Ok(HttpResponse::Ok()
        .content_type("text/html; charset=utf-8")
        .body(body))
}

#[actix_web::main]
async fn main() -> Result<()> {
    let options = Options::parse();
    let answers = Answers::of(&options.site, &options.path)
        .await
        .context("the site can't be imitated")?;
    let redis = options
        .redis
        .as_deref()
        .map(redis::Client::open)
        .transpose()?;
    if let Some(client) = &redis {
        let mut connection = client.get_multiplexed_async_connection().await?;
        for (name, answer) in &answers.0 {
            redis::cmd("SET")
                .arg(format!("reference:{name}"))
                .arg(answer.body.as_ref())
                .query_async::<()>(&mut connection)
                .await?;
        }
    }
    let list = |url| query::List::new(url, 16, options.site.clone());
    let list = options
        .database
        .as_deref()
        .map(list)
        .transpose()?
        .map(Arc::new);
    let listener = TcpListener::bind(("127.0.0.1", options.port))?;
    HttpServer::new(move || {
        let (redis, list) = (redis.clone(), list.clone());
        App::new()
            .app_data(web::Data::new(answers.clone()))
            .data_factory(move || {
                let redis = redis.clone();
                async move {
                    let client = redis.ok_or("no --redis")?;
                    let connection = client.get_multiplexed_async_connection().await;
                    connection.map_err(|_| "no connection")
                }
            })
            .route("/memory", web::get().to(memory))
            .route("/redis", web::get().to(from_redis))
            .configure(|config| {
                if let Some(list) = list {
                    config.app_data(web::Data::from(list));
                }
            })
            .route("/query", web::get().to(from_query))
    })
    .workers(options.workers)
    .listen(listener)?
    .run()
    .await?;
    Ok(())
}
