//! Finds usernames that look alike (UTS #39, section 4), such as `admin` and `аdmin` with a Cyrillic letter.

use std::collections::{BTreeSet, HashMap};

use unicode_security::skeleton;

use super::Username;

/// Why an account can't have a name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NameError {
    /// An account has exactly this name.
    #[error("A user with that username already exists.")]
    Taken,
    /// The first name looks like the second, which an account has.
    #[error(
        "“{0}” looks like “{1}”, a username that already exists. Choose a name that can’t be confused \
        with it."
    )]
    LooksLike(String, String),
}

/// The names of accounts, by their appearance.
#[derive(Debug, Default)]
pub struct Names {
    by_look: HashMap<String, Username>,
    names: BTreeSet<String>,
}

impl Names {
    /// Whether an account has exactly this name.
    pub fn contains(&self, name: &Username) -> bool {
        self.names.contains(name.as_str())
    }

    /// Adds a name.
    pub fn add(&mut self, name: &Username) {
        self.names.insert(name.as_str().to_owned());
        for look in looks(name) {
            self.by_look.entry(look).or_insert_with(|| name.clone());
        }
    }

    /// Checks the name of a new account.
    pub fn check(&self, name: &Username) -> Result<(), NameError> {
        if self.contains(name) {
            return Err(NameError::Taken);
        }
        let existing = looks(name).into_iter().find_map(|look| self.by_look.get(&look));
        match existing {
            Some(existing) => Err(NameError::LooksLike(name.to_string(), existing.to_string())),
            None => Ok(()),
        }
    }
}

impl<'a> FromIterator<&'a Username> for Names {
    fn from_iter<T: IntoIterator<Item = &'a Username>>(names: T) -> Self {
        let mut all = Self::default();
        names.into_iter().for_each(|name| all.add(name));
        all
    }
}

/// The appearances of a name: its skeleton as written and in lower case, because case is easily confused too.
fn looks(name: &Username) -> [String; 2] {
    let name = name.as_str();
    [skeleton(name).collect(), skeleton(&name.to_lowercase()).collect()]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(text: &str) -> Username {
        Username::parse(text).expect("a valid name")
    }

    #[test]
    fn names_that_look_like_one_another_are_told_apart_by_nobody() {
        for (existing, new) in [
            ("admin", "аdmin"),
            ("admin", "аdmіn"),
            ("admin", "ADMIN"),
            ("admin", "Аdmin"),
            ("аdmin", "admin"),
            ("admin", "adrnin"),
            ("linda", "Iinda"),
            ("linda", "1inda"),
            ("scope", "ѕсоре"),
            ("alpha", "αlpha"),
        ] {
            let (existing, new) = (name(existing), name(new));
            let names: Names = [&existing].into_iter().collect();
            let err = names.check(&new).expect_err(new.as_str());
            let text = err.to_string();
            assert!(text.contains(existing.as_str()) && text.contains(new.as_str()), "{text}");
        }
    }

    #[test]
    fn the_same_name_is_taken_and_another_is_free() {
        let names: Names = [&name("admin"), &name("ann")].into_iter().collect();
        assert_eq!(names.check(&name("ann")), Err(NameError::Taken));
        assert_eq!(names.check(&name("ａｎｎ")), Err(NameError::Taken));
        for free in ["anna", "admin2", "адмін", "bob", "админ"] {
            assert_eq!(names.check(&name(free)), Ok(()), "{free}");
        }
    }
}
