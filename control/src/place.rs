//! Where a person belongs or has a role: the installation, a partner, or a tenant. Does not know what may be done there.

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
