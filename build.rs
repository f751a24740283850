//! Computes the versions of the build and of its data from the files that affect pages and stored values, and names
//! each static file by its content.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

use sha2::{Digest as _, Sha256};

/// The folders that affect how a page looks.
const EVERYTHING: [&str; 4] = ["src", "templates", "static", "sql"];
/// The folders that affect how query results and counts are read, keyed and stored.
const DATA: [&str; 6] = ["src/cache", "src/db", "src/domain", "src/events", "src/services", "sql"];

fn main() -> io::Result<()> {
    for folder in EVERYTHING {
        println!("cargo:rerun-if-changed={folder}");
    }
    println!("cargo:rustc-env=BUILD_ID={}", digest(&EVERYTHING)?);
    println!("cargo:rustc-env=DATA_ID={}", digest(&DATA)?);

    let mut table = String::from("[\n");
    for path in files_below(Path::new("static"))? {
        let name = path.strip_prefix("static").unwrap_or(&path).to_string_lossy().into_owned();
        let hash = short_hex(&Sha256::digest(fs::read(&path)?));
        let named = match name.rsplit_once('.') {
            Some((stem, extension)) => format!("{stem}.{hash}.{extension}"),
            None => format!("{name}.{hash}"),
        };
        writeln!(table, "    ({name:?}, {named:?}),").map_err(io::Error::other)?;
    }
    table.push(']');
    let out = PathBuf::from(env::var_os("OUT_DIR").unwrap_or_default());
    fs::write(out.join("static_files.in"), table)
}

/// A digest of the names and contents of some folders' files.
fn digest(folders: &[&str]) -> io::Result<String> {
    let mut digest = Sha256::new();
    for folder in folders {
        for path in files_below(Path::new(folder))? {
            digest.update(path.to_string_lossy().as_bytes());
            digest.update(fs::read(&path)?);
        }
    }
    Ok(short_hex(&digest.finalize()))
}

/// Every file below a folder, in a fixed order; none if the folder does not exist.
fn files_below(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    if !folder.exists() {
        return Ok(files);
    }
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        match path.is_dir() {
            true => files.extend(files_below(&path)?),
            false => files.push(path),
        }
    }
    files.sort();
    Ok(files)
}

fn short_hex(bytes: &[u8]) -> String {
    bytes.iter().take(6).map(|byte| format!("{byte:02x}")).collect()
}
