//! Live figures as server-sent events.
//!
//! A stream ends after a while, and the browser reconnects, so a stream ends when its session does.

use std::time::Duration;

use actix_web::http::Method;
use actix_web::web::Bytes;
use actix_web::{Error, HttpRequest};
use askama::Template;
use futures_util::stream;
use serde_json::json;

use super::access::Operator;
use super::answer::no_store;
use super::handlers::range_of;
use crate::http::views::management::{Figures, FiguresPart, charts_json};
use crate::http::{Answer, AppError};
use crate::services::{FIGURES_EVERY, FigureStream, Overview};

/// The `Retry-After` if there are too many streams.
const WAIT: Duration = Duration::from_secs(10);

/// A client's stream, and the time of the last sample that it got.
struct Watcher(FigureStream, Option<i64>);

/// `GET /properties/redis-metrics/stream/`
pub(super) async fn watch(operator: Operator, request: HttpRequest) -> Answer {
    let mut response = no_store();
    response.content_type("text/event-stream");
    if request.method() == Method::HEAD {
        return Ok(response.finish());
    }
    let places = operator.services.streams.watch(range_of(&request));
    let watcher = Watcher(places.ok_or(AppError::Throttled(WAIT))?, None);
    let events = stream::unfold(watcher, |mut watcher| async move {
        let overview = watcher.0.next().await?;
        let event = watcher.event(&overview).map_err(Error::from);
        Some((event, watcher))
    });
    Ok(response.streaming(events))
}

impl Watcher {
    /// The figures for the dashboard, and the data of the charts if it has changed.
    fn event(&mut self, overview: &Overview) -> Result<Bytes, AppError> {
        let html = FiguresPart { figures: Figures::of(overview) }.render()?;
        let figures = json!({"html": html, "running": overview.warm.running});
        let retry = FIGURES_EVERY.as_millis() / 2;
        let mut text = format!("retry: {retry}\nevent: figures\ndata: {figures}\n\n");
        let latest = overview.series.points.last().map(|point| point.at);
        if self.1.is_none() || self.1 != latest {
            let history = charts_json(overview);
            text.push_str(&format!("event: history\ndata: {history}\n\n"));
            // Before the first sample, the empty history is sent once.
            self.1 = latest.or(Some(0));
        }
        Ok(Bytes::from(text))
    }
}
