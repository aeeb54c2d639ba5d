//! What resource policies allow.

use super::told::{Told, facts, record};

record! {
    /// Someone outside the audited accounts to whom a statement of the resource policy allows something.
    OutsideAccess {
        /// The statement: its Sid or number.
        statement: String,
        /// Everyone, in any account.
        everyone: bool,
        /// The principal, or the value of the condition that confines the statement, as the policy writes it; `*` for everyone.
        principal: String,
        /// `null` for everyone. Unread if the name of the principal does not contain it.
        #[serde(default, skip_serializing_if = "Told::is_unread")]
        account: Told<Option<String>>,
        /// Whether the account is certainly another one than those of the audit. Unread where a template does not settle its own account.
        #[serde(default, skip_serializing_if = "Told::is_unread")]
        outside: Told<bool>,
    }
}

facts! {
    /// A resource that is not data, and has a resource policy.
    AccessFacts {
        /// As for data: everyone outside the audited accounts whom the resource policy lets in.
        outside_access: Option<Vec<OutsideAccess>>,
    }
}
