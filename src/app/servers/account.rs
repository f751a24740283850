//! The user that the servers run as. PostgreSQL refuses root, so root runs its processes as an unprivileged user.

use std::os::unix::fs::{MetadataExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::error::ServersError;

/// The owner of the servers' files and processes.
#[derive(Debug, Clone)]
pub(super) struct Account {
    uid: u32,
    /// The group and the user's name; `None` if the program already runs as that user.
    switch: Option<(u32, String)>,
}

impl Account {
    /// The current user; for root the owner of `data` if that exists, else `postgres`, else `nobody`.
    pub(super) fn choose(data: &Path) -> Result<Self, ServersError> {
        let no_user = || std::io::Error::other("it names no user");
        let own = id(&["-u"]).ok_or_else(|| ServersError::Run("id -u".to_owned(), no_user()))?;
        if own != 0 {
            return Ok(Self { uid: own, switch: None });
        }
        let owner = std::fs::metadata(data).ok().filter(|meta| meta.uid() != 0);
        if let Some(meta) = owner {
            let switch = Some((meta.gid(), meta.uid().to_string()));
            return Ok(Self { uid: meta.uid(), switch });
        }
        ["postgres", "nobody"]
            .into_iter()
            .find_map(|name| {
                let (uid, gid) = (id(&["-u", name])?, id(&["-g", name])?);
                (uid != 0).then(|| Self { uid, switch: Some((gid, name.to_owned())) })
            })
            .ok_or(ServersError::NoAccount)
    }

    /// The numeric user id.
    pub(super) fn uid(&self) -> u32 {
        self.uid
    }

    /// Whether processes run as another user than the program.
    pub(super) fn is_other_user(&self) -> bool {
        self.switch.is_some()
    }

    /// Makes `command` run as this user.
    pub(super) fn apply(&self, command: &mut Command) {
        if let Some((gid, _)) = &self.switch {
            command.uid(self.uid).gid(*gid);
        }
    }

    /// Makes this user the owner of a file or directory, but not of its content.
    pub(super) fn own(&self, path: &Path) -> Result<(), ServersError> {
        match &self.switch {
            None => Ok(()),
            Some((gid, _)) => {
                chown(path, Some(self.uid), Some(*gid)).map_err(ServersError::data_dir(path))
            }
        }
    }

    /// Refuses a directory that this user can't reach, and names the topmost inaccessible one.
    pub(super) fn require_reach(&self, directory: &Path) -> Result<(), ServersError> {
        let Some((_, account)) = &self.switch else {
            return Ok(());
        };
        let mut above: Vec<&Path> = directory.ancestors().collect();
        above.reverse();
        let script = r#"for d; do [ -x "$d" ] || { printf %s "$d"; exit 9; }; done"#;
        let mut command = Command::new("/bin/sh");
        command.args(["-c", script, "sh"]).args(&above);
        command.current_dir("/").stdin(Stdio::null());
        self.apply(&mut command);
        let output =
            command.output().map_err(|err| ServersError::Run("/bin/sh".to_owned(), err))?;
        if output.status.code() != Some(9) {
            return Ok(());
        }
        Err(ServersError::Unreachable {
            data_dir: directory.to_owned(),
            closed: PathBuf::from(String::from_utf8_lossy(&output.stdout).into_owned()),
            account: account.clone(),
        })
    }
}

/// Asks the `id` program for a number: the standard library knows only the user ids of files.
fn id(arguments: &[&str]) -> Option<u32> {
    let output = Command::new("id").args(arguments).stderr(Stdio::null()).output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    output.status.success().then(|| text.trim().parse().ok())?
}
