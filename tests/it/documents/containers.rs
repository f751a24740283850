//! The image, docker-compose.yml and the examples in `ops` are consistent with each other and with the program.

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;

use yaml_rust2::{Yaml, YamlLoader};

use super::{between, read, root};

fn yaml(name: &str) -> Vec<Yaml> {
    YamlLoader::load_from_str(&read(name)).unwrap_or_else(|err| panic!("{name}: {err}"))
}

fn text(value: &Yaml) -> &str {
    value.as_str().unwrap_or_else(|| panic!("no text: {value:?}"))
}

/// The text after another one in the Dockerfile, up to the end of the line or a space.
fn in_dockerfile(before: &str) -> String {
    let file = read("Dockerfile");
    let (_, rest) =
        file.split_once(before).unwrap_or_else(|| panic!("the Dockerfile has no {before}"));
    rest.split_whitespace().next().unwrap_or_default().to_owned()
}

/// The variables in `.env.example`, and one that only docker-compose.yml reads.
fn variables() -> BTreeSet<String> {
    let example = read(".env.example");
    let names = example.lines().filter_map(|line| Some(line.strip_prefix('#')?.split_once('=')?.0));
    names.chain(["WEB_PORTS"]).map(str::to_owned).collect()
}

fn files_below(folder: PathBuf) -> Vec<PathBuf> {
    let entries =
        fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("readable").path());
    entries.flat_map(|path| if path.is_dir() { files_below(path) } else { vec![path] }).collect()
}

#[test]
fn docker_compose_sets_only_variables_that_exist() {
    let known = variables();
    let web = &yaml("docker-compose.yml")[0]["services"]["web"];
    let set = web["environment"].as_hash().expect("variables");
    let used = read("docker-compose.yml");
    let used = between(&used, "${", '}');
    let used = used.iter().filter_map(|name| name.split([':', '-']).next());
    for name in set.keys().map(text).chain(used) {
        assert!(known.contains(name), "{name}");
    }
}

#[test]
fn docker_compose_agrees_with_the_image() {
    let file = &yaml("docker-compose.yml")[0];
    let (web, postgres) = (&file["services"]["web"], &file["services"]["postgres"]);
    let data = in_dockerfile("DATA_DIR=");
    assert_eq!(text(&web["volumes"][0]), format!("web-data:{data}"));
    assert_eq!(in_dockerfile("VOLUME "), data);
    assert_eq!(text(&web["environment"]["DATA_DIR"]), data);
    let port = in_dockerfile("EXPOSE ");
    assert_eq!(
        web["environment"]["PORT"].as_i64().map(|port| port.to_string()),
        Some(port.clone())
    );
    assert!(text(&web["ports"][0]).ends_with(&format!(":{port}")));
    let (user, database) =
        (&postgres["environment"]["POSTGRES_USER"], &postgres["environment"]["POSTGRES_DB"]);
    let url = text(&web["environment"]["DATABASE_URL"]);
    assert!(url.starts_with(&format!("postgres://{}:", text(user))), "{url}");
    assert!(url.ends_with(&format!("@postgres:5432/{}", text(database))), "{url}");
    for service in ["postgres", "redis"] {
        assert_eq!(text(&web["depends_on"][service]["condition"]), "service_healthy");
        assert!(!file["services"][service]["healthcheck"]["test"].is_badvalue(), "{service}");
    }
}

#[test]
fn the_image_contains_only_files_that_its_build_is_given() {
    let given = read(".dockerignore");
    let given: Vec<_> = given.lines().filter_map(|line| line.strip_prefix('!')).collect();
    let dockerfile = read("Dockerfile");
    let copies = dockerfile.lines().filter_map(|line| line.strip_prefix("COPY "));
    for line in copies.filter(|line| !line.starts_with("--from")) {
        let mut words: Vec<_> = line.split_whitespace().collect();
        words.pop();
        for word in words {
            assert!(given.contains(&word), "{word}");
            assert!(root().join(word).exists(), "{word}");
        }
    }
}

#[test]
fn the_manifests_for_kubernetes_agree_with_the_image() {
    let (deployment, job) =
        (yaml("ops/kubernetes/deployment.yaml"), yaml("ops/kubernetes/migrate.yaml"));
    let (uid, data, port) =
        (in_dockerfile("--uid "), in_dockerfile("DATA_DIR="), in_dockerfile("EXPOSE "));
    for manifest in [&deployment[0], &job[0]] {
        let pod = &manifest["spec"]["template"]["spec"];
        let container = &pod["containers"][0];
        let user = pod["securityContext"]["runAsUser"].as_i64().expect("a user");
        assert_eq!(user.to_string(), uid);
        assert_eq!(text(&container["volumeMounts"][0]["mountPath"]), data);
        assert_eq!(container["securityContext"]["readOnlyRootFilesystem"].as_bool(), Some(true));
    }
    let container = &deployment[0]["spec"]["template"]["spec"]["containers"][0];
    let declared = container["ports"][0]["containerPort"].as_i64().expect("a port");
    assert_eq!(declared.to_string(), port);
    let known = variables();
    let kustomization = &yaml("ops/kubernetes/kustomization.yaml")[0];
    for literal in kustomization["configMapGenerator"][0]["literals"].as_vec().expect("variables") {
        let (name, _) = text(literal).split_once('=').expect("an assignment");
        assert!(known.contains(name), "{name}");
    }
}

#[test]
fn the_examples_name_only_variables_that_exist() {
    let known = variables();
    let mut seen = BTreeSet::new();
    for folder in ["caddy", "kubernetes", "nginx", "systemd", "traefik"] {
        for path in files_below(root().join("ops").join(folder)) {
            let file = fs::read_to_string(&path).expect("text");
            let words = file.split(|c: char| !c.is_ascii_alphanumeric() && c != '_');
            let is_variable = |word: &&str| {
                word.contains('_') && word.chars().all(|c| c.is_ascii_uppercase() || c == '_')
            };
            for word in
                words.filter(is_variable).filter(|word| *word != "AF_UNIX" && *word != "AF_INET")
            {
                assert!(known.contains(word), "{}: {word}", path.display());
                seen.insert(word.to_owned());
            }
        }
    }
    assert!(seen.len() > 5, "{seen:?}");
}
