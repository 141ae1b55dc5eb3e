//! Identity providers set up by those who administer their partner.

use super::Administration;
use crate::{AuditAction, ControlError, IdentityProvider, Place, Result};

impl Administration<'_> {
    /// The identity providers of the partners that they administer, by partner.
    ///
    /// # Errors
    /// [`ControlError::Store`].
    pub async fn identity_providers(&self) -> Result<Vec<IdentityProvider>> {
        let mut providers = Vec::new();
        for partner_id in self.control.partners_with_identity_provider().await? {
            if self.administers(&Place::Partner(partner_id.clone())) {
                providers.push(self.control.identity_provider(&partner_id).await?);
            }
        }
        Ok(providers)
    }

    /// Stores where the people of a partner sign in. Without a client secret the one that is stored stays, as long as it is of the same
    /// client of the same provider.
    ///
    /// # Errors
    /// [`ControlError::NotAllowed`], those of [`crate::Control::ensure_identity_provider`].
    pub async fn put_identity_provider(&self, provider: &IdentityProvider) -> Result<()> {
        let place = Place::Partner(provider.partner_id.clone());
        self.must_administer(&place)?;
        let mut provider = provider.clone();
        match self.control.identity_provider(&provider.partner_id).await {
            Ok(old) if old.issuer == provider.issuer && old.client_id == provider.client_id => {
                provider.client_secret = provider.client_secret.or(old.client_secret);
            }
            Ok(_) | Err(ControlError::NotFound { .. }) => {}
            Err(error) => return Err(error),
        }
        self.control.ensure_identity_provider(&provider).await?;
        let entry = self.entry(AuditAction::PolicyChange, "identity provider set", &place);
        self.note(entry.with("issuer", provider.issuer).with("client_id", provider.client_id)).await
    }

    /// Forgets where the people of a partner sign in. True if there was a provider.
    ///
    /// # Errors
    /// [`ControlError::NotAllowed`].
    pub async fn remove_identity_provider(&self, partner_id: &str) -> Result<bool> {
        let place = Place::Partner(partner_id.to_owned());
        self.must_administer(&place)?;
        let had = self.control.remove_identity_provider(partner_id).await?;
        if had {
            self.note(self.entry(AuditAction::PolicyChange, "identity provider removed", &place)).await?;
        }
        Ok(had)
    }
}
