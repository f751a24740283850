//! Splits a PostgreSQL connection string into its parameters, as libpq does.
//!
//! **Invariant:** no error contains a part of the text that may be a password.

use percent_encoding::percent_decode_str;

/// Names and values, in their order.
pub(super) type Parameters = Vec<(String, String)>;

/// Reads `postgres://user:password@host:port,host/database?name=value`, or `name=value name='value'`.
pub(super) fn split(text: &str) -> Result<Parameters, String> {
    let schemes = ["postgres://", "postgresql://"];
    match schemes.iter().find_map(|scheme| text.strip_prefix(scheme)) {
        Some(rest) => of_url(rest),
        None if text.contains("://") => {
            Err("must begin with postgres:// or postgresql://".to_owned())
        }
        None => of_words(text),
    }
}

fn of_url(rest: &str) -> Result<Parameters, String> {
    let (rest, query) = rest.split_once('?').unwrap_or((rest, ""));
    // A password with “/” is written as %2F.
    let (authority, database) = rest.split_once('/').unwrap_or((rest, ""));
    let (account, hosts) = match authority.rsplit_once('@') {
        Some((account, hosts)) => (Some(account), hosts),
        None => (None, authority),
    };
    let mut found = Parameters::new();
    let mut add = |name: &str, value: &str| -> Result<(), String> {
        let decoded = percent_decode_str(value).decode_utf8();
        let decoded = decoded.map_err(|_| format!("must be valid UTF-8 in “{name}”"))?;
        if decoded.contains('\0') {
            return Err(format!("has a null byte in “{name}”"));
        }
        found.push((name.to_owned(), decoded.into_owned()));
        Ok(())
    };
    if let Some(account) = account {
        let (user, password) = account.split_once(':').unwrap_or((account, ""));
        for (name, value) in [("user", user), ("password", password)] {
            if !value.is_empty() {
                add(name, value)?;
            }
        }
    }
    if !hosts.is_empty() {
        let parted: Result<Vec<_>, _> = hosts.split(',').map(host_and_port).collect();
        let (hosts, ports): (Vec<_>, Vec<_>) = parted?.into_iter().unzip();
        add("host", &hosts.join(","))?;
        if ports.iter().any(|port| !port.is_empty()) {
            add("port", &ports.join(","))?;
        }
    }
    if !database.is_empty() {
        add("dbname", database)?;
    }
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        match pair.split_once('=') {
            // The JDBC spelling.
            Some(("ssl", "true")) => add("sslmode", "require")?,
            Some((name, value)) if is_name(name) => add(name, value)?,
            _ => return Err("must have “name=value” after the “?”".to_owned()),
        }
    }
    Ok(found)
}

/// Reads `host`, `host:5432`, `[::1]` or `[::1]:5432`.
fn host_and_port(text: &str) -> Result<(&str, &str), String> {
    let Some(address) = text.strip_prefix('[') else {
        let (host, port) = text.split_once(':').unwrap_or((text, ""));
        return match port.contains(':') {
            true => Err("must have an IPv6 address in brackets: [::1]:5432".to_owned()),
            false => Ok((host, port)),
        };
    };
    let (address, port) = address.split_once(']').ok_or("has “[” without “]”")?;
    match port.strip_prefix(':') {
        Some(port) => Ok((address, port)),
        None if port.is_empty() => Ok((address, "")),
        None => Err("must have “:” between “]” and the port".to_owned()),
    }
}

/// Reads words of the form `name=value`, in which a backslash escapes a quote or a backslash.
fn of_words(text: &str) -> Result<Parameters, String> {
    let mut found = Parameters::new();
    let mut rest = text.trim_start();
    while !rest.is_empty() {
        let (name, after) = rest.split_once('=').ok_or("must consist of “name=value”")?;
        let name = name.trim_end();
        if !is_name(name) {
            return Err("must consist of “name=value”".to_owned());
        }
        let after = after.trim_start();
        let (is_quoted, after) = match after.strip_prefix('\'') {
            Some(after) => (true, after),
            None => (false, after),
        };
        let (mut value, mut letters, mut is_closed) = (String::new(), after.char_indices(), false);
        let mut end = after.len();
        while let Some((at, letter)) = letters.next() {
            match letter {
                '\\' => value.extend(letters.next().map(|(_, letter)| letter)),
                '\'' if is_quoted => {
                    (is_closed, end) = (true, at + 1);
                    break;
                }
                letter if letter.is_whitespace() && !is_quoted => {
                    end = at;
                    break;
                }
                letter => value.push(letter),
            }
        }
        if is_quoted && !is_closed {
            return Err(format!("has a value of “{name}” whose quote does not end"));
        }
        found.push((name.to_owned(), value));
        rest = after[end..].trim_start();
    }
    Ok(found)
}

fn is_name(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls_and_words_are_split_as_libpq_splits_them() {
        for (text, want) in [
            ("postgres://", &[][..]),
            ("postgresql:///homes", &[("dbname", "homes")]),
            ("postgres://ann@/homes", &[("user", "ann"), ("dbname", "homes")]),
            (
                "postgres://ann:p%40%2F@a:1,b,[::1]:3/homes?sslmode=verify-full&options=-c%20a%3Db",
                &[
                    ("user", "ann"),
                    ("password", "p@/"),
                    ("host", "a,b,::1"),
                    ("port", "1,,3"),
                    ("dbname", "homes"),
                    ("sslmode", "verify-full"),
                    ("options", "-c a=b"),
                ],
            ),
            (
                "postgres://%2Frun%2Fpg:7/?ssl=true",
                &[("host", "/run/pg"), ("port", "7"), ("sslmode", "require")],
            ),
            ("postgres:///?host=/run/pg", &[("host", "/run/pg")]),
            (r"host=a password = 'it''", &[]),
            (
                r"  host=a  password = 'it\'s \\ it' user=\'x\'",
                &[("host", "a"), ("password", r"it's \ it"), ("user", "'x'")],
            ),
            ("host=''", &[("host", "")]),
        ] {
            let own = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
            let want: Vec<_> = want.iter().map(own).collect();
            match split(text) {
                Ok(found) => assert_eq!(found, want, "{text}"),
                Err(err) => assert_eq!(text, r"host=a password = 'it''", "{err}"),
            }
        }
    }

    #[test]
    fn an_error_names_no_password() {
        for text in [
            "hunter2",
            "mysql://ann:hunter2@a/b",
            "postgres://ann:hunter2@a/b?hunter2",
            "postgres://ann:x?hunter2@a/b",
            "postgres://ann:hunter2@::1/b",
            "postgres://ann:hunter2@[::1/b",
            "postgres://ann:hunter2%FF@a/b",
            "host=a password='hunter2",
            "host=a hunter2",
        ] {
            let err = split(text).expect_err(text);
            assert!(!err.contains("hunter"), "{err}");
        }
    }
}
