//! What a person or token may do, by one word. Does not know the doors that ask.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::{ControlError, Result};

/// What a person or token may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Looks at pages.
    Executive,
    /// Asks SQL as well.
    Analyst,
    /// Works on exceptions and data health as well.
    Operator,
    /// Prepares reviews over all tenants of a partner.
    Partner,
    /// Sets up tenants, tokens and targets.
    Administrator,
}

impl Role {
    /// Every role.
    pub const ALL: [Self; 5] = [Self::Executive, Self::Analyst, Self::Operator, Self::Partner, Self::Administrator];

    /// The word for it in files, answers and the store.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Executive => "executive",
            Self::Analyst => "analyst",
            Self::Operator => "operator",
            Self::Partner => "partner",
            Self::Administrator => "administrator",
        }
    }
}

impl fmt::Display for Role {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(self.as_str())
    }
}

impl FromStr for Role {
    type Err = ControlError;

    fn from_str(text: &str) -> Result<Self> {
        let words = Self::ALL.map(Self::as_str).join(", ");
        let found = Self::ALL.into_iter().find(|role| role.as_str() == text);
        found.ok_or_else(|| ControlError::invalid("role", text, format!("must be one of {words}")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_it_writes() {
        for role in Role::ALL {
            assert_eq!(role.to_string().parse::<Role>().unwrap(), role);
            assert_eq!(serde_json::to_string(&role).unwrap(), format!("\"{role}\""));
        }
        let error = "boss".parse::<Role>().unwrap_err();
        assert_eq!(error.to_string(), "role `boss` must be one of executive, analyst, operator, partner, administrator");
    }
}
