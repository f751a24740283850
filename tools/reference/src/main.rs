//! The reference servers of `script/bench`: the minimum work that gives the same responses as the site.
//!
//! - `/memory/N`: bare actix with the site's own bytes and headers in memory.
//! - `/redis/N`: the same, with the bytes from one `GET` on a multiplexed connection per worker thread.
//! - `/query`: the list's rows and count from PostgreSQL, rendered by the site's own view; no middleware.
//!
//! N is the index of an imitated path, from 0. Bytes and headers are taken from a running site at the start, for each
//! encoding that it supports.

use std::net::TcpListener;
use std::path::PathBuf;
use std::sync::Arc;

use actix_web::error::{ErrorInternalServerError, ErrorNotFound};
use actix_web::web::{self, Bytes};
use actix_web::{App, HttpRequest, HttpResponse, HttpServer};
use anyhow::{Context as _, Result};
use clap::Parser;
use deadpool_redis::redis::{self, aio::MultiplexedConnection};

use answers::{Answer, Answers, ENCODINGS};

mod answers;
mod query;

/// Options of the reference server.
#[derive(Debug, Parser)]
struct Options {
    /// The site to imitate, such as http://127.0.0.1:8000
    #[arg(long)]
    site: String,
    /// A file of paths whose answers are imitated, one per line; without it the list's first page
    #[arg(long)]
    paths: Option<PathBuf>,
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

impl Options {
    fn paths(&self) -> Result<Vec<String>> {
        let Some(file) = &self.paths else {
            return Ok(vec!["/properties/".to_owned()]);
        };
        let text = std::fs::read_to_string(file).context("the paths can't be read")?;
        Ok(text.lines().map(str::to_owned).collect())
    }
}

async fn from_memory(
    request: HttpRequest,
    page: web::Path<usize>,
    answers: web::Data<Answers>,
) -> actix_web::Result<HttpResponse> {
    let (_, found) =
        answers.choose(*page, request.headers()).ok_or_else(|| ErrorNotFound("no such page"))?;
    Ok(found.response(found.body.clone()))
}

async fn from_redis(
    request: HttpRequest,
    page: web::Path<usize>,
    answers: web::Data<Answers>,
    connection: web::Data<MultiplexedConnection>,
) -> actix_web::Result<HttpResponse> {
    let (encoding, found) =
        answers.choose(*page, request.headers()).ok_or_else(|| ErrorNotFound("no such page"))?;
    let mut connection = MultiplexedConnection::clone(&connection);
    let body: Vec<u8> = redis::cmd("GET")
        .arg(key(*page, encoding))
        .query_async(&mut connection)
        .await
        .map_err(ErrorInternalServerError)?;
    Ok(found.response(Bytes::from(body)))
}

async fn from_query(
    list: web::Data<query::List>,
    uncached: web::Data<Answer>,
) -> actix_web::Result<HttpResponse> {
    let body = list.render().await.map_err(ErrorInternalServerError)?;
    Ok(uncached.response(Bytes::from(body)))
}

fn key(page: usize, encoding: &str) -> String {
    format!("reference:{page}:{encoding}")
}

async fn store(client: &redis::Client, answers: &Answers) -> Result<()> {
    let mut connection = client.get_multiplexed_async_connection().await?;
    for (page, answers) in answers.pages().iter().enumerate() {
        for (encoding, answer) in ENCODINGS.iter().zip(answers) {
            redis::cmd("SET")
                .arg(key(page, encoding))
                .arg(answer.body.as_ref())
                .query_async::<()>(&mut connection)
                .await?;
        }
    }
    Ok(())
}

#[actix_web::main]
async fn main() -> Result<()> {
    let options = Options::parse();
    let answers = Answers::of(&options.site, &options.paths()?)
        .await
        .context("the site can't be imitated")?;
    let uncached = Answer::of(&options.site, "/properties/no-cache/", "identity").await?;
    let (answers, uncached) = (Arc::new(answers), Arc::new(uncached));
    let redis = options.redis.as_deref();
    let redis = redis.map(redis::Client::open).transpose()?;
    if let Some(client) = &redis {
        store(client, &answers).await?;
    }
    let list = |url| query::List::new(url, 16, options.site.clone());
    let list = options.database.as_deref().map(list).transpose()?;
    let list = list.map(Arc::new);
    let listener = TcpListener::bind(("127.0.0.1", options.port))?;
    HttpServer::new(move || {
        let (redis, list) = (redis.clone(), list.clone());
        let app = App::new()
            .app_data(web::Data::from(answers.clone()))
            .app_data(web::Data::from(uncached.clone()))
            .route("/memory/{page}", web::get().to(from_memory))
            .route("/query", web::get().to(from_query))
            .configure(|config| {
                if let Some(list) = list {
                    config.app_data(web::Data::from(list));
                }
            });
        match redis {
            None => app,
            Some(client) => app
                .data_factory(move || connect(client.clone()))
                .route("/redis/{page}", web::get().to(from_redis)),
        }
    })
    .workers(options.workers)
    .listen(listener)?
    .run()
    .await?;
    Ok(())
}

async fn connect(client: redis::Client) -> redis::RedisResult<MultiplexedConnection> {
    client.get_multiplexed_async_connection().await
}
