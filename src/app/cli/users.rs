//! `createsuperuser`, `changepassword` and `clearsessions`

use std::io::{BufRead as _, IsTerminal as _, Write as _};

use super::{CommandError, output};
use crate::app::platform::Platform;
use crate::domain::{Password, Username};

/// The variable that a password comes from where nobody can be asked.
const PASSWORD_VARIABLE: &str = "SUPERUSER_PASSWORD";
/// How often somebody may try to type a password.
const TRIES: u8 = 3;

pub(super) async fn create_superuser(
    platform: &Platform,
    username: Option<String>,
    email: Option<String>,
    noinput: bool,
) -> Result<(), CommandError> {
    let accounts = &platform.services.accounts;
    let username = match (username, noinput) {
        (Some(name), _) => parse_name(&name)?,
        (None, true) => {
            return Err(CommandError::Usage(
                "You must use --username with --noinput.".into(),
            ));
        }
        (None, false) => ask_name()?,
    };
    if accounts.find_by_name(username.as_str()).await?.is_some() {
        return Err(CommandError::Failed(
            "That username is already taken.".into(),
        ));
    }
    let (email, password) = match noinput {
        true => (
            email.clone().unwrap_or_default(),
            password_of_environment(&username, email.as_deref().unwrap_or_default())?,
        ),
        false => {
            let email = match email {
                Some(email) => email,
                None => ask("Email address (may be empty): ")?,
            };
            let password = ask_password(&username, &email)?;
            (email, password)
        }
    };
    accounts
        .create_superuser("command createsuperuser", &username, email.trim(), password)
        .await?;
    output::line("Superuser created successfully.");
    Ok(())
}

pub(super) async fn change_password(platform: &Platform, name: &str) -> Result<(), CommandError> {
    let user = platform.services.accounts.find_by_name(name).await?;
    let user = user.ok_or_else(|| CommandError::Failed(format!("user “{name}” does not exist")))?;
    let password = match std::io::stdin().is_terminal() {
        true => {
            output::note(&format!("Changing password for user “{name}”"));
            ask_password(&user.username, &user.email)?
        }
        false => password_of_environment(&user.username, &user.email)?,
    };
    platform
        .services
        .accounts
        .change_password("command changepassword", user.id, password)
        .await?;
    output::line(&format!("Password changed successfully for user “{name}”"));
    Ok(())
}

pub(super) async fn clear_sessions(platform: &Platform) -> Result<(), CommandError> {
    let removed = platform.services.sessions.clear_expired().await?;
    output::line(&format!("Removed {removed} expired session(s)."));
    Ok(())
}

fn parse_name(text: &str) -> Result<Username, CommandError> {
    Username::parse(text).map_err(|err| CommandError::Usage(format!("--username: {err}")))
}

fn ask_name() -> Result<Username, CommandError> {
    let default = std::env::var("USER")
        .ok()
        .and_then(|name| Username::parse(&name).ok());
    let hint = default
        .as_ref()
        .map(|name| format!(" (leave blank to use “{name}”)"));
    loop {
        let text = ask(&format!("Username{}: ", hint.clone().unwrap_or_default()))?;
        match (Username::parse(&text), text.trim().is_empty(), &default) {
            (_, true, Some(default)) => return Ok(default.clone()),
            (Ok(name), ..) => return Ok(name),
            (Err(err), ..) => output::note(&format!("Error: {err}")),
        }
    }
}

/// As Django, a script's password is taken as it is; but a weak one is not passed over in silence.
fn password_of_environment(username: &Username, email: &str) -> Result<Password, CommandError> {
    let text = std::env::var(PASSWORD_VARIABLE).unwrap_or_default();
    if text.is_empty() {
        let message =
            format!("Set {PASSWORD_VARIABLE} to the password; it can't be asked for here.");
        return Err(CommandError::Usage(message));
    }
    match Password::parse(&text, username, email) {
        Ok(password) => Ok(password),
        Err(err) => {
            output::note(&format!(
                "warning: {PASSWORD_VARIABLE}: {err} It is used all the same."
            ));
            Password::unchecked(&text).map_err(|err| CommandError::Usage(err.to_string()))
        }
    }
}

fn ask_password(username: &Username, email: &str) -> Result<Password, CommandError> {
    for _ in 0..TRIES {
        let text = ask_hidden("Password: ")?;
        if ask_hidden("Password (again): ")? != text {
            output::note("Error: Your passwords didn't match.");
            continue;
        }
        match Password::parse(&text, username, email) {
            Ok(password) => return Ok(password),
            Err(err) => {
                output::note(&err.to_string());
                let bypass = ask("Bypass password validation and use it anyway? [y/N]: ")?;
                if bypass.trim().eq_ignore_ascii_case("y")
                    && let Ok(password) = Password::unchecked(&text)
                {
                    return Ok(password);
                }
            }
        }
    }
    Err(CommandError::Failed(format!(
        "Aborted after {TRIES} attempts."
    )))
}

fn ask(prompt: &str) -> Result<String, CommandError> {
    if !std::io::stdin().is_terminal() {
        return Err(CommandError::Usage(
            "There is no terminal to ask on. Use --noinput with --username.".into(),
        ));
    }
    let _ = write!(std::io::stderr(), "{prompt}");
    let mut text = String::new();
    match std::io::stdin().lock().read_line(&mut text) {
        Ok(0) | Err(_) => Err(CommandError::Failed("Operation cancelled.".into())),
        Ok(_) => Ok(text.trim_end_matches(['\r', '\n']).to_owned()),
    }
}

fn ask_hidden(prompt: &str) -> Result<String, CommandError> {
    rpassword::prompt_password(prompt)
        .map_err(|_| CommandError::Failed("Operation cancelled.".into()))
}
