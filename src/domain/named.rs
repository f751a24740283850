//! Enums whose variants have names.

/// Declares an enum with `ALL`, `name` and `named`. Each variant has its name and, if the head names a method after the
/// enum, the text that this method returns.
macro_rules! named {
    (
        $(#[$about:meta])*
        pub enum $type:ident { $($(#[$doc:meta])* $variant:ident = $name:literal;)+ }
    ) => {
        $(#[$about])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum $type {
            $($(#[$doc])* $variant,)+
        }

        impl $type {
            /// Every variant, in the order in which they are shown.
            pub const ALL: [Self; [$($name),+].len()] = [$(Self::$variant),+];

            /// Its name in URLs, forms and metrics, and in the database.
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)+
                }
            }

            /// The variant with a name; `None` for an unknown name.
            pub fn named(name: &str) -> Option<Self> {
                Self::ALL.into_iter().find(|variant| variant.name() == name)
            }
        }
    };
    (
        $(#[$about:meta])*
        pub enum $type:ident, $text:ident {
            $($(#[$doc:meta])* $variant:ident = $name:literal, $shown:literal;)+
        }
    ) => {
        named! {
            $(#[$about])*
            pub enum $type { $($(#[$doc])* $variant = $name;)+ }
        }

        impl $type {
            /// The text that users see.
            pub const fn $text(self) -> &'static str {
                match self {
                    $(Self::$variant => $shown,)+
                }
            }
        }
    };
}

pub(super) use named;
