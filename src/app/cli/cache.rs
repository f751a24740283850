//! `manage_cache`

use std::net::TcpListener;

use actix_web::dev::ServerHandle;
use indicatif::HumanBytes;
use serde_json::{Value, json};

use super::{CacheAction, CommandError, OutputFormat, output};
use crate::app::platform::{Platform, StartError};
use crate::app::site;
use crate::http::Site;
use crate::services::ServiceError;

pub(super) async fn run(platform: &Platform, action: &CacheAction) -> Result<(), CommandError> {
    let verb = &action.what;
    let management = &platform.services.management;
    let (result, print): (Value, fn(&Value)) = if verb.status {
        (management.status().await, print_status)
    } else if verb.clear {
        let cleared = management.clear("manage_cache").await?;
        (json!({"success": true, "cleared": cleared}), print_cleared)
    } else if verb.warm {
        (warm(platform).await?, print_warmed)
    } else if verb.test {
        (test(platform).await, print_probe)
    } else if verb.test_signals {
        let steps = management.test_signals().await?;
        let success = steps.iter().all(|step| step.success);
        (json!({"success": success, "steps": steps}), print_steps)
    } else {
        (management.report().await.json(), print_metrics)
    };
    match action.format {
        OutputFormat::Json => output::json(&result),
        OutputFormat::Text => print(&result),
    }
    match result["success"] == true {
        true => Ok(()),
        false => Err(CommandError::Failed("not everything went well".into())),
    }
}

/// The levels that a command has: its own memory holds no pages.
async fn test(platform: &Platform) -> Value {
    match platform.services.management.test().await {
        Ok(steps) => {
            json!({"success": steps.iter().all(|step| step.success), "steps": steps})
        }
        Err((steps, err)) => json!({"success": false, "steps": steps, "error": err.to_string()}),
    }
}

/// Pages are made by a site, so one is run for as long as it takes, on a port of its own.
async fn warm(platform: &Platform) -> Result<Value, CommandError> {
    let listener = TcpListener::bind(("127.0.0.1", 0)).map_err(StartError::Serve)?;
    // The links in the pages are those of the site that will serve them.
    let config = &platform.config.site;
    let as_configured = Site::new(config, &platform.secret_key()?, config.port);
    let server = site::serve(platform, listener, as_configured).map_err(StartError::Serve)?;
    let handle: ServerHandle = server.handle();
    let running = tokio::spawn(server);
    let bar = output::progress(Some(0), "pages");
    let tell = |done, total| {
        bar.set_length(total);
        bar.set_position(done);
    };
    let warmed = platform.services.management.warm(&tell).await;
    bar.finish_and_clear();
    handle.stop(true).await;
    running
        .await
        .map_err(|_| ServiceError::Interrupted)?
        .map_err(StartError::Serve)?;
    let warmed = warmed?;
    Ok(json!({"success": warmed.failed == 0, "warmed": warmed}))
}

fn text(value: &Value) -> String {
    match value {
        Value::Null => "–".to_owned(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

fn print_status(status: &Value) {
    let levels = status["levels"].as_object().into_iter().flatten();
    let rows = levels.map(|(name, level)| {
        let about = match level["estimated"] == true {
            true => "about ",
            false => "",
        };
        let bytes = level["bytes"].as_u64();
        let bytes = bytes.map_or("–".to_owned(), |bytes| HumanBytes(bytes).to_string());
        vec![
            name.clone(),
            text(&level["enabled"]),
            text(&level["reachable"]),
            format!("{about}{}", text(&level["entries"])),
            format!("{about}{bytes}"),
        ]
    });
    output::table(&["level", "enabled", "reachable", "entries", "bytes"], rows);
    let seconds = |key: &str| match status["ttl"][key].as_u64() {
        Some(seconds) => format!("{seconds} s left"),
        None => "not cached".to_owned(),
    };
    output::line(&format!("all_properties: {}", seconds("all_properties")));
    output::line(&format!("property_count: {}", seconds("property_count")));
    output::line(&format!(
        "last event: {}",
        text(&status["events"]["last_id"])
    ));
}

fn print_cleared(result: &Value) {
    let cleared = &result["cleared"];
    let (pages, querysets) = (text(&cleared["pages"]), text(&cleared["querysets"]));
    output::line(&format!(
        "Cleared {pages} page(s) and {querysets} queryset(s)."
    ));
}

fn print_warmed(result: &Value) {
    let warmed = &result["warmed"];
    let (pages, failed) = (text(&warmed["pages"]), text(&warmed["failed"]));
    output::line(&format!("Warmed {pages} page(s), {failed} failed."));
}

fn print_steps(result: &Value) {
    let steps = result["steps"].as_array().into_iter().flatten();
    let rows = steps.map(|step| {
        let mark = if step["success"] == true {
            "ok"
        } else {
            "FAILED"
        };
        vec![text(&step["step"]), mark.to_owned(), text(&step["detail"])]
    });
    output::table(&["step", "result", "detail"], rows);
}

fn print_probe(result: &Value) {
    let steps = result["steps"].as_array().into_iter().flatten();
    let rows = steps.map(|step| {
        let mark = if step["success"] == true {
            "ok"
        } else {
            "FAILED"
        };
        let micros = format!("{} µs", text(&step["micros"]));
        vec![
            text(&step["level"]),
            text(&step["step"]),
            mark.to_owned(),
            micros,
        ]
    });
    output::table(&["level", "step", "result", "time"], rows);
    if let Some(error) = result["error"].as_str() {
        output::line(error);
    }
}

fn print_metrics(result: &Value) {
    let metrics = &result["metrics"];
    let mut rows = Vec::new();
    for group in ["cache_performance", "memory_usage", "connection_stats"] {
        for (name, value) in metrics[group].as_object().into_iter().flatten() {
            rows.push(vec![group.to_owned(), name.clone(), text(value)]);
        }
    }
    output::table(&["group", "figure", "value"], rows);
    output::line(&text(&metrics["analysis"]["cache_efficiency"]));
    for advice in metrics["analysis"]["recommendations"]
        .as_array()
        .into_iter()
        .flatten()
    {
        output::line(&format!("- {}", text(advice)));
    }
    output::line(
        "The levels' own counters belong to each running site: see /properties/redis-metrics/ there.",
    );
}
