//! Closed sets of words on the wire.

/// An enumeration whose members are words on the wire.
pub trait StringEnum: Copy + Default + 'static {
    /// Every word, in the order of the model.
    const WORDS: &'static [&'static str];

    /// The member for a word.
    fn from_word(word: &str) -> Option<Self>;
}

/// Declares a `StringEnum`; the first member is the default, which nothing but a discarded value needs.
macro_rules! string_enum {
    ($name:ident { $first:ident = $first_word:literal $(, $variant:ident = $word:literal)* $(,)? }) => {
        #[doc = concat!("The words of `", stringify!($name), "`.")]
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name {
            #[default]
            #[doc = concat!("`", $first_word, "`")]
            $first,
            $(#[doc = concat!("`", $word, "`")] $variant,)*
        }

        impl $name {
            /// The word on the wire.
            pub const fn as_str(self) -> &'static str {
                match self {
                    Self::$first => $first_word,
                    $(Self::$variant => $word,)*
                }
            }

            /// The member for a word of the wire.
            pub fn parse(word: &str) -> Option<Self> {
                match word {
                    $first_word => Some(Self::$first),
                    $($word => Some(Self::$variant),)*
                    _ => None,
                }
            }
        }

        impl crate::StringEnum for $name {
            const WORDS: &'static [&'static str] = &[$first_word $(, $word)*];

            fn from_word(word: &str) -> Option<Self> {
                Self::parse(word)
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                crate::string_enum::read(deserializer)
            }
        }
    };
}

pub(crate) use string_enum;

/// Reads a word of a stored document.
pub(crate) fn read<'de, E: StringEnum, D: serde::Deserializer<'de>>(
    deserializer: D,
) -> Result<E, D::Error> {
    let word = <std::borrow::Cow<'de, str> as serde::Deserialize>::deserialize(deserializer)?;
    E::from_word(&word).ok_or_else(|| serde::de::Error::unknown_variant(&word, E::WORDS))
}
