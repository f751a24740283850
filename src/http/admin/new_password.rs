//! A new password in a form.

use crate::domain::{FieldErrors, Password, Username};
use crate::http::forms::Fields;

/// The password that was typed twice, into the fields of these names.
///
/// # Errors
/// Those that there are already, and what is wrong with the password.
pub(super) fn new_password(
    fields: &Fields,
    [name, again]: [&'static str; 2],
    (username, email): (&Username, &str),
    mut errors: FieldErrors,
) -> Result<Password, FieldErrors> {
    if Password::prepared(fields.get(name)) != Password::prepared(fields.get(again)) {
        errors.add(again, "The two password fields didn’t match.");
    }
    let password = errors.check(name, Password::parse(fields.get(name), username, email));
    password.filter(|_| errors.is_empty()).ok_or(errors)
}
