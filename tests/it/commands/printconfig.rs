//! `printconfig`.

use serde_json::{Value, json};

use crate::harness::{Shell, Shows as _};

#[test]
fn every_variable_is_shown_with_the_value_in_force() {
    let shell = Shell::bare().set("PAGE_CACHE_TTL", "60").set("HOST", "::1");
    let text = shell.run(&["printconfig"]).done();
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(".env.example");
    let example = std::fs::read_to_string(path).expect("the example");
    let variables = example.lines().filter_map(|line| line.strip_prefix('#')?.split_once('='));
    let commands_only = ["SUPERUSER_", "POSTGRES_PASSWORD"];
    for (name, _) in variables.filter(|(name, _)| !name.contains(' ')) {
        let shown = text.lines().any(|line| line.trim().starts_with(&format!("{name} ")));
        let skip = commands_only.iter().any(|start| name.starts_with(start));
        assert!(shown || skip, "{name} is not shown: {text}");
    }
    let out = shell.run(&["diffsettings", "--format", "json"]).done();
    let settings: Value = serde_json::from_str(&out).expect("JSON");
    let find = |name: &str| {
        settings.as_array().expect("a list").iter().find(|setting| setting["name"] == name).cloned()
    };
    let ttl = json!({"name": "PAGE_CACHE_TTL", "value": "60", "set": true});
    assert_eq!(find("PAGE_CACHE_TTL"), Some(ttl));
    assert_eq!(find("PORT"), Some(json!({"name": "PORT", "value": "8000", "set": false})));
    let changed = shell.run(&["printconfig", "--changed"]).done();
    assert_eq!(changed.lines().count(), 3, "{changed}");
}

#[test]
fn secrets_are_hidden() {
    let shell = Shell::bare()
        .set("DATABASE_URL", "postgres://ann:hunter2@db.example/homes")
        .set("REDIS_URL", "redis://:hunter2@cache.example:6379/1")
        .set("SECRET_KEY", "hunter2-hunter2-hunter2-hunter2-hunter2")
        .set("CACHE_API_TOKEN", "hunter2-hunter2-hunter2")
        .set("SUPERUSER_PASSWORD", "hunter2");
    for words in [&["printconfig"][..], &["printconfig", "--format", "json"]] {
        let said = shell.run(words);
        said.out.hides(["hunter2"]);
        said.done().shows(["db.example", "cache.example"]);
    }
}
