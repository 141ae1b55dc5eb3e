//! What a person or token may do, by one word: the one table of roles and permissions. Does not know the doors that ask, nor
//! of which tenants.

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
    /// Works on exceptions and data health, without SQL.
    Operator,
    /// All of these, and prepares reviews, over all tenants of a partner.
    Partner,
    /// Sets up tenants, people, tokens and targets as well.
    Administrator,
}

/// Something that a role allows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Permission {
    /// Look at pages, KPIs and their receipts.
    Dashboards,
    /// Ask SQL, over any door.
    Sql,
    /// Work on exceptions.
    Worklists,
    /// See and mend what sources send.
    Sources,
    /// Prepare reviews.
    Reviews,
    /// Set up tenants, people, tokens, grants and targets.
    Administration,
}

impl Permission {
    /// Every permission.
    pub const ALL: [Self; 6] = [Self::Dashboards, Self::Sql, Self::Worklists, Self::Sources, Self::Reviews, Self::Administration];

    /// The word for it in answers.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Dashboards => "dashboards",
            Self::Sql => "sql",
            Self::Worklists => "worklists",
            Self::Sources => "sources",
            Self::Reviews => "reviews",
            Self::Administration => "administration",
        }
    }
}

impl Role {
    /// Every role.
    pub const ALL: [Self; 5] = [Self::Executive, Self::Analyst, Self::Operator, Self::Partner, Self::Administrator];

    /// Whether the role allows it.
    pub fn may(self, permission: Permission) -> bool {
        use Permission::{Administration, Dashboards, Reviews, Sources, Sql, Worklists};
        let allowed: &[Permission] = match self {
            Self::Executive => &[Dashboards],
            Self::Analyst => &[Dashboards, Sql],
            Self::Operator => &[Dashboards, Worklists, Sources],
            Self::Partner => &[Dashboards, Sql, Worklists, Sources, Reviews],
            Self::Administrator => &[Dashboards, Sql, Worklists, Sources, Reviews, Administration],
        };
        allowed.contains(&permission)
    }

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

    #[test]
    fn the_whole_table() {
        let expected = "
            executive      yes -   -   -   -   -
            analyst        yes yes -   -   -   -
            operator       yes -   yes yes -   -
            partner        yes yes yes yes yes -
            administrator  yes yes yes yes yes yes";
        for (role, line) in Role::ALL.into_iter().zip(expected.trim().lines()) {
            let words: Vec<&str> = line.split_whitespace().collect();
            let row: Vec<&str> = Permission::ALL.map(|permission| if role.may(permission) { "yes" } else { "-" }).into();
            assert_eq!((words[0], &words[1..]), (role.as_str(), row.as_slice()));
        }
    }
}
