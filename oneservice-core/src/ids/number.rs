//! Ids that machines make: time-ordered UUIDs for requests and commits, random names for files.

use std::{borrow::Cow, fmt, str::FromStr};

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use uuid::{Builder, Uuid};

use super::{IdError, digest};
use crate::calendar::Moment;

/// Defines an id that is a UUID of version 7 (RFC 9562): 48 bits of time, 74 of chance. Ids sort by the millisecond they
/// were made in. Written in the usual hyphenated form.
macro_rules! uuid_id {
    ($(#[$doc:meta])* $name:ident, $kind:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(Uuid);

        impl $name {
            /// The id made at `at` with `random` bytes of the caller's source. A moment before 1970 counts as 1970.
            #[must_use]
            pub fn new(at: Moment, random: [u8; 10]) -> Self {
                let millis = u64::try_from(at.millis()).unwrap_or(0);
                Self(Builder::from_unix_timestamp_millis(millis, &random).into_uuid())
            }

            /// The 16 bytes; they sort like the id.
            #[must_use]
            pub fn as_bytes(&self) -> &[u8; 16] {
                self.0.as_bytes()
            }

            /// The id with these 16 bytes.
            ///
            /// # Errors
            /// [`IdError::Shape`] if they are not a UUID of version 7.
            pub fn from_bytes(bytes: [u8; 16]) -> Result<Self, IdError> {
                Self::checked(Uuid::from_bytes(bytes))
            }

            fn checked(uuid: Uuid) -> Result<Self, IdError> {
                if uuid.get_version_num() != 7 || uuid.get_variant() != uuid::Variant::RFC4122 {
                    return Err(IdError::shape($kind, &uuid.to_string(), "a UUID of version 7"));
                }
                Ok(Self(uuid))
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.hyphenated().fmt(f)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self.0)
            }
        }

        impl FromStr for $name {
            type Err = IdError;

            /// Takes the hyphenated form only, in either case.
            fn from_str(text: &str) -> Result<Self, IdError> {
                let wrong = || IdError::shape($kind, text, "a UUID of version 7");
                if text.len() != uuid::fmt::Hyphenated::LENGTH {
                    return Err(wrong());
                }
                Self::checked(Uuid::try_parse(text).map_err(|_| wrong())?)
            }
        }

        text_serde!($name, { "type": "string", "format": "uuid" });
    };
}

/// Serialises an id as its `Display` and reads it by its `FromStr`; the schema is given.
macro_rules! text_serde {
    ($name:ident, $schema:tt) => {
        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                Cow::<'de, str>::deserialize(deserializer)?.parse().map_err(de::Error::custom)
            }
        }

        impl JsonSchema for $name {
            fn schema_name() -> Cow<'static, str> {
                stringify!($name).into()
            }

            fn schema_id() -> Cow<'static, str> {
                concat!(module_path!(), "::", stringify!($name)).into()
            }

            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                json_schema!($schema)
            }
        }
    };
}
pub(super) use text_serde;

uuid_id! {
    /// One request, from draft to the end of its life.
    RequestId, "request"
}
uuid_id! {
    /// One commit, made by whoever writes it, so that a lost answer can be looked up.
    CommitId, "commit"
}

/// Defines an id of 128 random bits, written as 32 lower-case hexadecimal digits.
macro_rules! random_id {
    ($(#[$doc:meta])* $name:ident, $kind:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name([u8; 16]);

        impl $name {
            /// The id made of `random` bytes of the caller's source.
            #[must_use]
            pub fn new(random: [u8; 16]) -> Self {
                Self(random)
            }

            /// The 16 bytes.
            #[must_use]
            pub fn as_bytes(&self) -> &[u8; 16] {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                digest::write_hex(&self.0, f)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self)
            }
        }

        impl FromStr for $name {
            type Err = IdError;

            fn from_str(text: &str) -> Result<Self, IdError> {
                digest::parse_hex(text).map(Self).ok_or_else(|| IdError::shape($kind, text, "^[0-9a-f]{32}$"))
            }
        }

        text_serde!($name, { "type": "string", "pattern": "^[0-9a-f]{32}$" });
    };
}

random_id! {
    /// A stored file. The name says nothing.
    BlobId, "blob"
}
random_id! {
    /// A request's name in the public log. Random, so that it leads to nobody.
    Alias, "alias"
}
