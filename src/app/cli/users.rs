//! The commands `createsuperuser`, `changepassword` and `clearsessions`, with Django's questions and messages.

use super::prompt::{ask, ask_hidden};
use super::{CommandError, Result, output, prompt};
use crate::app::platform::Platform;
use crate::domain::{self, Password, Username};
use crate::services::{Accounts, CreateUserError};

/// The option that replaces a prompt.
const NAME_OPTION: &str = "--username";
const NAME_VARIABLE: &str = "SUPERUSER_USERNAME";
const EMAIL_VARIABLE: &str = "SUPERUSER_EMAIL";
const PASSWORD_VARIABLE: &str = "SUPERUSER_PASSWORD";
/// How often the command asks for a valid new password of another user.
const TRIES: u8 = 3;

pub(super) async fn create_superuser(
    platform: &Platform,
    username: Option<String>,
    email: Option<String>,
    noinput: bool,
) -> Result<()> {
    let accounts = &platform.services.accounts;
    let (username, email, password) = match noinput {
        true => told(accounts, username, email).await?,
        false => asked(accounts, username, email).await?,
    };
    accounts.create_superuser("command createsuperuser", &username, &email, password).await?;
    output::line("Superuser created successfully.");
    Ok(())
}

/// Reads the values from options and variables.
async fn told(
    accounts: &Accounts,
    username: Option<String>,
    email: Option<String>,
) -> Result<(Username, String, Password)> {
    let Some((source, username)) = told_by(NAME_OPTION, username, NAME_VARIABLE) else {
        let message = format!("You must use {NAME_OPTION} or set {NAME_VARIABLE} with --noinput.");
        return Err(CommandError::Usage(message));
    };
    let username = parse_name(source, &username)?;
    if let Some(reason) = refusal(accounts, &username).await? {
        return Err(CommandError::Failed(reason));
    }
    let email = match told_by("--email", email, EMAIL_VARIABLE) {
        Some((source, text)) => parse_email(&text)
            .map_err(|message| CommandError::Usage(format!("{source} “{text}”: {message}")))?,
        None => String::new(),
    };
    let password = password_of_environment(&username, &email)?;
    Ok((username, email, password))
}

/// Asks for the username, email address and password until each is valid.
async fn asked(
    accounts: &Accounts,
    username: Option<String>,
    email: Option<String>,
) -> Result<(Username, String, Password)> {
    let given = username.map(|name| parse_name(NAME_OPTION, &name));
    let mut given = given.transpose()?;
    let username = loop {
        let name = match given.take() {
            Some(name) => name,
            None => ask_name().await?,
        };
        match refusal(accounts, &name).await? {
            None => break name,
            Some(reason) if prompt::is_possible() => output::mistake(&reason),
            Some(reason) => return Err(CommandError::Failed(reason)),
        }
    };
    let mut given = email;
    let email = loop {
        let text = match given.take() {
            Some(text) => text,
            None => ask("Email address: ").await?,
        };
        match parse_email(&text) {
            Ok(email) => break email,
            Err(message) => output::mistake(&message),
        }
    };
    let password = ask_new_password(&username, &email).await?;
    Ok((username, email, password))
}

pub(super) async fn change_password(platform: &Platform, name: &str) -> Result<()> {
    let user = platform.services.accounts.find_by_name(name).await?;
    let user = user.ok_or_else(|| CommandError::Failed(format!("user '{name}' does not exist")))?;
    let password = match prompt::is_possible() {
        true => {
            output::line(&format!("Changing password for user '{name}'"));
            ask_other_password(&user.username, &user.email).await?
        }
        false => password_of_environment(&user.username, &user.email)?,
    };
    platform
        .services
        .accounts
        .change_password("command changepassword", user.id, None, password)
        .await?;
    output::line(&format!("Password changed successfully for user '{name}'"));
    Ok(())
}

pub(super) async fn clear_sessions(platform: &Platform) -> Result<()> {
    let removed = platform.services.sessions.clear_expired().await?;
    platform.services.editor.forget_expired_uploads().await?;
    output::line(&format!("Removed {removed} expired session(s)."));
    Ok(())
}

/// The given name, or the name of the operating-system user.
pub(super) fn own_name(given: Option<String>) -> Result<String> {
    let own = || ["LOGNAME", "USER"].into_iter().find_map(variable);
    given.or_else(own).ok_or_else(|| {
        CommandError::Usage("Enter a username: property-listings changepassword USERNAME".into())
    })
}

/// Why an account can't have this name; with Django's message if the name is taken.
async fn refusal(accounts: &Accounts, name: &Username) -> Result<Option<String>> {
    let checked = accounts.check_name(name).await?;
    Ok(checked.err().map(|err| CreateUserError::Name(err).to_string()))
}

/// The value of an option or a variable, with the name of its source.
fn told_by(
    option: &'static str,
    given: Option<String>,
    name: &'static str,
) -> Option<(&'static str, String)> {
    let of_option = given.map(|text| (option, text));
    of_option.or_else(|| Some((name, variable(name)?)))
}

fn parse_name(source: &str, text: &str) -> Result<Username> {
    Username::parse(text).map_err(|err| CommandError::Usage(format!("{source}: {err}")))
}

async fn ask_name() -> Result<Username> {
    let default = ["LOGNAME", "USER"].into_iter().find_map(variable);
    let default = default.and_then(|name| Username::parse(&name).ok());
    let hint = default.as_ref().map(|name| format!(" (leave blank to use '{name}')"));
    let prompt = format!("Username{}: ", hint.unwrap_or_default());
    loop {
        let text = ask(&prompt).await?;
        match (Username::parse(&text), text.trim().is_empty(), &default) {
            (_, true, Some(default)) => return Ok(default.clone()),
            (Ok(name), ..) => return Ok(name),
            (Err(_), true, _) => output::mistake("Username cannot be blank."),
            (Err(err), ..) => output::mistake(&err.to_string()),
        }
    }
}

/// An email address, which may be empty.
fn parse_email(text: &str) -> Result<String, String> {
    let refused = |_| "Enter a valid email address.".to_owned();
    domain::parse_email(text).map_err(refused)
}

/// The password of a script. As in Django, it may be weak; here that causes a warning.
fn password_of_environment(username: &Username, email: &str) -> Result<Password> {
    let Some(text) = variable(PASSWORD_VARIABLE) else {
        let message =
            format!("Set {PASSWORD_VARIABLE} to the password: there is no terminal to ask on.");
        return Err(CommandError::Usage(message));
    };
    match Password::parse(&text, username, email) {
        Ok(password) => Ok(password),
        Err(err) => {
            output::note(&format!("warning: {PASSWORD_VARIABLE}: {err} It is used anyway."));
            Password::unchecked(&text).map_err(|err| CommandError::Usage(err.to_string()))
        }
    }
}

/// The password of a new user, which may be weak after a confirmation.
async fn ask_new_password(username: &Username, email: &str) -> Result<Password> {
    loop {
        let text = ask_hidden("Password: ").await?;
        if !is_same(&ask_hidden("Password (again): ").await?, &text) {
            output::mistake("Your passwords didn't match.");
            continue;
        }
        if text.trim().is_empty() {
            output::mistake("Blank passwords aren't allowed.");
            continue;
        }
        let err = match Password::parse(&text, username, email) {
            Ok(password) => return Ok(password),
            Err(err) => err,
        };
        output::note(&err.to_string());
        let bypass = "Bypass password validation and create user anyway? [y/N]: ";
        if ask(bypass).await?.trim().eq_ignore_ascii_case("y")
            && let Ok(password) = Password::unchecked(&text)
        {
            return Ok(password);
        }
    }
}

/// The new password of an existing user. Weak passwords are refused, and the command ends after the third mistake.
async fn ask_other_password(username: &Username, email: &str) -> Result<Password> {
    for _ in 0..TRIES {
        let text = ask_not_blank("Password: ").await?;
        if !is_same(&ask_not_blank("Password (again): ").await?, &text) {
            output::line("Passwords do not match. Please try again.");
            continue;
        }
        match Password::parse(&text, username, email) {
            Ok(password) => return Ok(password),
            Err(err) => output::note(&err.to_string()),
        }
    }
    Err(CommandError::Failed(format!(
        "Aborting password change for user '{username}' after {TRIES} attempts"
    )))
}

async fn ask_not_blank(prompt: &'static str) -> Result<String> {
    match ask_hidden(prompt).await? {
        text if text.is_empty() => Err(CommandError::Failed("aborted".into())),
        text => Ok(text),
    }
}

/// Whether two passwords have the same normalised form.
fn is_same(one: &str, other: &str) -> bool {
    Password::prepared(one) == Password::prepared(other)
}

fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}
