//! The permissions of staff.

use super::named::named;

named! {
    /// A permission: Django's permissions of a model, and two of the site's own.
    #[derive(Hash)]
    pub enum Permission, help {
        /// View listings and their history.
        View = "view", "View listings and their history.";
        /// Add listings.
        Add = "add", "Add listings.";
        /// Change listings.
        Change = "change", "Change listings. This includes viewing them.";
        /// Delete listings.
        Delete = "delete", "Delete listings.";
        /// View the cache's figures, and use its actions.
        Cache = "cache",
            "View cache statistics, clear the cache and run its tests. View and retry background jobs.";
        /// Read, answer and delete enquiries.
        Enquiries = "enquiries", "Read, answer and delete enquiries.";
    }
}

/// A set of permissions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Permissions(u8);

impl Permissions {
    /// Every permission.
    pub fn all() -> Self {
        Permission::ALL.into_iter().collect()
    }

    /// The permissions with these names; unknown names are skipped.
    pub fn named<'a>(names: impl IntoIterator<Item = &'a str>) -> Self {
        names.into_iter().filter_map(Permission::named).collect()
    }

    /// The permissions in this set, in the order of [`Permission::ALL`].
    pub fn iter(self) -> impl Iterator<Item = Permission> {
        let all = Permission::ALL.into_iter();
        all.filter(move |permission| self.has(*permission))
    }

    /// Their names in the database.
    pub fn names(self) -> Vec<&'static str> {
        self.iter().map(Permission::name).collect()
    }

    /// Whether these permissions allow an action. As in Django, the permission to change listings includes viewing them.
    pub fn allow(self, permission: Permission) -> bool {
        let implied = permission == Permission::View && self.has(Permission::Change);
        self.has(permission) || implied
    }

    /// Whether the set contains a permission.
    pub fn has(self, permission: Permission) -> bool {
        self.0 & (1 << permission as u8) != 0
    }
}

impl FromIterator<Permission> for Permissions {
    fn from_iter<I: IntoIterator<Item = Permission>>(permissions: I) -> Self {
        let bits = permissions.into_iter().map(|permission| 1 << permission as u8);
        Self(bits.fold(0, |all, bit| all | bit))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_set_has_what_it_was_made_of() {
        let set: Permissions = [Permission::Add, Permission::Cache].into_iter().collect();
        for permission in Permission::ALL {
            let wanted = matches!(permission, Permission::Add | Permission::Cache);
            assert_eq!(set.has(permission), wanted, "{permission:?}");
            assert!(Permissions::all().has(permission));
            assert_eq!(Permission::named(permission.name()), Some(permission));
        }
        assert_eq!(Permission::named("superuser"), None);
        assert_eq!(set.names(), ["add", "cache"]);
        assert_eq!(Permissions::named(["cache", "root", "add"]), set);
    }

    #[test]
    fn to_change_includes_to_look_and_to_add_does_not() {
        let only = |permission| Permissions::from_iter([permission]);
        assert!(only(Permission::Change).allow(Permission::View));
        assert!(!only(Permission::Add).allow(Permission::View));
        assert!(!only(Permission::View).allow(Permission::Change));
    }
}
