//! Typed identifiers. Their text is made by the store (`UUIDv7`); the rules only compare them.

/// Declares identifiers that cannot be mixed up with each other.
macro_rules! ids {
    ($($(#[$meta:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$meta])*
        #[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub String);

        impl $name {
            /// The identifier as it stands in tables and addresses.
            pub fn as_str(&self) -> &str { &self.0 }
        }
        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result { f.write_str(&self.0) }
        }
        impl From<&str> for $name {
            fn from(text: &str) -> Self { Self(text.to_owned()) }
        }
        impl From<String> for $name {
            fn from(text: String) -> Self { Self(text) }
        }
    )+};
}

ids! {
    /// A ticket's internal key; people see its number.
    TicketId,
    /// A member of the vendor's staff.
    StaffId,
    /// A person of a customer.
    ContactId,
    /// A customer organisation.
    OrgId,
    /// A group of staff that shares a queue.
    GroupId,
    /// A supported product.
    ProductId,
    /// A part of a product.
    ModuleId,
    /// A contract between the vendor and an organisation.
    ContractId,
    /// A service calendar; all its revisions share it.
    CalendarId,
    /// A promise template; all its revisions share it.
    PolicyId,
    /// A stored file.
    FileId,
    /// A job of the background workers.
    JobId,
    /// A saved view of the ticket list.
    ViewId,
    /// An agreed contact with a customer.
    AppointmentId,
    /// An emergency.
    EmergencyId,
    /// A rota of people on call.
    RotaId,
    /// A bearer token of the API.
    TokenId,
    /// A chat.
    ChatId,
}
