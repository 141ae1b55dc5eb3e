//! Where a person belongs or has a role: the installation, a partner, or a tenant. Does not know what may be done there.

use std::fmt;
use std::str::FromStr;

use crate::slug::check_slug;
use crate::{ControlError, Result};

/// Whose people somebody is among.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Place {
    /// Those who run the installation: every tenant.
    Installation,
    /// A partner's: the tenants that are granted to it.
    Partner(String),
    /// A tenant's: that one.
    Tenant(String),
}

impl Place {
    pub(crate) fn partner_id(&self) -> Option<&str> {
        match self {
            Self::Partner(id) => Some(id),
            Self::Installation | Self::Tenant(_) => None,
        }
    }

    pub(crate) fn tenant_id(&self) -> Option<&str> {
        match self {
            Self::Tenant(id) => Some(id),
            Self::Installation | Self::Partner(_) => None,
        }
    }

    /// As the store keys it.
    pub(crate) fn text(&self) -> String {
        match self {
            Self::Installation => "installation".into(),
            Self::Partner(id) => format!("partner:{id}"),
            Self::Tenant(id) => format!("tenant:{id}"),
        }
    }

    pub(crate) fn read(partner_id: Option<String>, tenant_id: Option<String>) -> Result<Self> {
        match (partner_id, tenant_id) {
            (None, None) => Ok(Self::Installation),
            (Some(id), None) => Ok(Self::Partner(id)),
            (None, Some(id)) => Ok(Self::Tenant(id)),
            (Some(_), Some(_)) => {
                Err(ControlError::Unreadable { what: "place", detail: "a partner and a tenant at once".into() })
            }
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(&self.text())
    }
}

impl FromStr for Place {
    type Err = ControlError;

    fn from_str(text: &str) -> Result<Self> {
        let named = |id: &str| check_slug("id of a place", id).map(|()| id.to_owned());
        match text.split_once(':') {
            None if text == "installation" => Ok(Self::Installation),
            Some(("partner", id)) => named(id).map(Self::Partner),
            Some(("tenant", id)) => named(id).map(Self::Tenant),
            _ => Err(ControlError::invalid("place", text, "must be written installation, partner:<id> or tenant:<id>")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_it_writes() {
        for text in ["installation", "partner:north", "tenant:gift_wholesale"] {
            assert_eq!(text.parse::<Place>().unwrap().to_string(), text);
        }
        for text in ["", "north", "partner:", "partner:No Such", "tenant:a:b", "Installation", "person:ada"] {
            assert!(text.parse::<Place>().is_err(), "{text}");
        }
    }
}
