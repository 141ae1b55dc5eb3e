//! What an entry of the audit log says. Does not know where it is kept, nor how entries are chained.

use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, Utc};
use serde_json::{Map, Value, json};

use crate::{ControlError, Identity, Result, SubjectKind};

/// The longest detail that is kept whole. Of a longer one the beginning is kept: an entry is never refused.
pub const AUDIT_DETAIL_MAX_BYTES: usize = 16 * 1024;

/// What was done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "an action a word")]
pub enum AuditAction {
    SignIn,
    SignInRefused,
    SignOut,
    PasswordChange,
    Query,
    QueryRefused,
    Export,
    DefinitionChange,
    PolicyChange,
    PersonChange,
    TokenCreated,
    TokenRevoked,
    SourceChange,
    TenantChange,
    Review,
}

impl AuditAction {
    /// Every action.
    pub const ALL: [Self; 15] = [
        Self::SignIn,
        Self::SignInRefused,
        Self::SignOut,
        Self::PasswordChange,
        Self::Query,
        Self::QueryRefused,
        Self::Export,
        Self::DefinitionChange,
        Self::PolicyChange,
        Self::PersonChange,
        Self::TokenCreated,
        Self::TokenRevoked,
        Self::SourceChange,
        Self::TenantChange,
        Self::Review,
    ];

    /// The word for it in the log.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::SignIn => "sign_in",
            Self::SignInRefused => "sign_in_refused",
            Self::SignOut => "sign_out",
            Self::PasswordChange => "password_change",
            Self::Query => "query",
            Self::QueryRefused => "query_refused",
            Self::Export => "export",
            Self::DefinitionChange => "definition_change",
            Self::PolicyChange => "policy_change",
            Self::PersonChange => "person_change",
            Self::TokenCreated => "token_created",
            Self::TokenRevoked => "token_revoked",
            Self::SourceChange => "source_change",
            Self::TenantChange => "tenant_change",
            Self::Review => "review",
        }
    }
}

impl fmt::Display for AuditAction {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(self.as_str())
    }
}

impl FromStr for AuditAction {
    type Err = ControlError;

    fn from_str(text: &str) -> Result<Self> {
        let words = Self::ALL.map(Self::as_str).join(", ");
        let found = Self::ALL.into_iter().find(|action| action.as_str() == text);
        found.ok_or_else(|| ControlError::invalid("action", text, format!("must be one of {words}")))
    }
}

/// Who did it. Names are not kept: what is chained cannot be forgotten.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AuditWho {
    /// A person, by id.
    Person(String),
    /// A token, by its public part.
    Token(String),
    /// The service itself.
    Service,
    /// Somebody who did not show who they are.
    Nobody,
}

impl AuditWho {
    pub(super) fn kind(&self) -> &'static str {
        match self {
            Self::Person(_) => SubjectKind::Person.as_str(),
            Self::Token(_) => SubjectKind::Token.as_str(),
            Self::Service => "service",
            Self::Nobody => "nobody",
        }
    }

    pub(super) fn id(&self) -> &str {
        match self {
            Self::Person(id) | Self::Token(id) => id,
            Self::Service | Self::Nobody => "",
        }
    }

    pub(super) fn read(kind: &str, id: String) -> Result<Self> {
        match kind {
            "person" => Ok(Self::Person(id)),
            "token" => Ok(Self::Token(id)),
            "service" => Ok(Self::Service),
            "nobody" => Ok(Self::Nobody),
            other => Err(ControlError::Unreadable { what: "audit entry", detail: format!("nobody is a `{other}`") }),
        }
    }
}

impl From<&Identity> for AuditWho {
    fn from(identity: &Identity) -> Self {
        let id = identity.subject.id.clone();
        match identity.subject.kind {
            SubjectKind::Person => Self::Person(id),
            SubjectKind::Token => Self::Token(id),
        }
    }
}

/// What was done, when, by whom. Secrets and personal data are for the caller to leave out: of an SQL text, the literals.
#[derive(Debug, Clone, PartialEq)]
pub struct AuditEntry {
    /// When it ended.
    pub at: DateTime<Utc>,
    /// Who did it.
    pub who: AuditWho,
    /// What they did.
    pub action: AuditAction,
    /// To whose data; None for what is no tenant's.
    pub tenant_id: Option<String>,
    /// What else there is to say, such as the text of a query.
    pub detail: Map<String, Value>,
    /// How long it took.
    pub duration_us: Option<u64>,
    /// How many rows came of it.
    pub rows: Option<u64>,
    /// How many bytes.
    pub bytes: Option<u64>,
}

impl AuditEntry {
    /// An entry with nothing else to say.
    pub fn new(at: DateTime<Utc>, who: AuditWho, action: AuditAction, tenant_id: Option<&str>) -> Self {
        let tenant_id = tenant_id.map(str::to_owned);
        Self { at, who, action, tenant_id, detail: Map::new(), duration_us: None, rows: None, bytes: None }
    }

    /// The same, with a field more of detail.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.detail.insert(name.to_owned(), value.into());
        self
    }
}

/// The detail as it is kept: JSON, and of a bounded length.
pub(super) fn detail_text(detail: &Map<String, Value>) -> String {
    let whole = json!(detail).to_string();
    if whole.len() <= AUDIT_DETAIL_MAX_BYTES {
        return whole;
    }
    // Escapes may make it longer again, up to six times; the bound is on what is worth reading.
    let end = whole.floor_char_boundary(AUDIT_DETAIL_MAX_BYTES / 2);
    json!({ "shortened_from_bytes": whole.len(), "beginning": &whole[..end] }).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn actions_read_what_they_write() {
        for action in AuditAction::ALL {
            assert_eq!(action.to_string().parse::<AuditAction>().unwrap(), action);
        }
        assert!("dance".parse::<AuditAction>().unwrap_err().to_string().starts_with("action `dance` must be one of sign_in, "));
    }

    #[test]
    fn a_long_detail_is_shortened_and_stays_json() {
        let entry = AuditEntry::new(DateTime::UNIX_EPOCH, AuditWho::Nobody, AuditAction::Query, None);
        assert_eq!(detail_text(&entry.detail), "{}");
        let short = entry.clone().with("text", "SELECT '…'").with("truncated", true);
        assert_eq!(detail_text(&short.detail), r#"{"text":"SELECT '…'","truncated":true}"#);
        let long = entry.with("text", "é\"\0".repeat(10_000_000 / 4));
        let text = detail_text(&long.detail);
        assert!(text.len() < 2 * AUDIT_DETAIL_MAX_BYTES, "{}", text.len());
        let value: Value = serde_json::from_str(&text).unwrap();
        assert!(value["beginning"].as_str().unwrap().starts_with(r#"{"text":"é"#));
        assert!(value["shortened_from_bytes"].as_u64().unwrap() > 10_000_000);
    }
}
