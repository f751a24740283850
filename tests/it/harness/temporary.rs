//! The directory for the files of servers and browsers: in memory, if there is room.

use std::path::PathBuf;

const IN_MEMORY: &str = "/dev/shm";
/// The required size; containers often have only 64 MB.
const ENOUGH_KB: u64 = 2 << 20;

/// The directory for temporary files. Every test creates and removes a database of 300 files, which takes a quarter of
/// a second on a busy disk, and a hundredth in memory.
pub(crate) fn temporary_directory() -> PathBuf {
    let directory = match std::env::var_os("TMPDIR").is_none() && has_room() {
        true => IN_MEMORY.into(),
        false => std::env::temp_dir(),
    };
    directory.canonicalize().expect("it exists")
}

/// Whether there is a file system in memory that is large enough and allows programs.
fn has_room() -> bool {
    let mounts = std::fs::read_to_string("/proc/mounts").unwrap_or_default();
    let options = mounts.lines().rev().find_map(|line| {
        let fields: Vec<_> = line.split(' ').collect();
        (fields.get(1) == Some(&IN_MEMORY)).then(|| fields[3].to_owned())
    });
    options.is_some_and(|options| {
        options.split(',').all(|option| {
            let size = option.strip_prefix("size=");
            let size = size.and_then(|size| size.strip_suffix('k')?.parse::<u64>().ok());
            option != "ro" && option != "noexec" && size.is_none_or(|size| size >= ENOUGH_KB)
        })
    })
}
