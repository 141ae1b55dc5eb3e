//! Tokens made and ended: a partner's by those who administer the partner, one of a tenant also by those who administer the tenant under
//! that partner.

use super::{Administration, By};
use crate::{AuditAction, ControlError, IssuedToken, Place, Result, Token, TokenRequest, TokenScope};

impl Administration<'_> {
    /// The tokens that are theirs to end, revoked ones too, oldest first by partner.
    ///
    /// # Errors
    /// [`ControlError::Store`].
    pub async fn tokens(&self) -> Result<Vec<Token>> {
        let mut tokens = Vec::new();
        for partner in self.control.partners().await? {
            let of_partner = self.control.tokens(&partner.id, None).await?;
            tokens.extend(of_partner.into_iter().filter(|token| self.administers_tokens(&token.scope)));
        }
        Ok(tokens)
    }

    /// Makes a token; it is shown this once.
    ///
    /// # Errors
    /// [`ControlError::NotAllowed`] for a scope, domains or personal data that are not theirs to give; those of
    /// [`crate::Control::create_token`].
    pub async fn create_token(&self, request: &TokenRequest) -> Result<IssuedToken> {
        let place = place(&request.scope);
        if !self.administers_tokens(&request.scope) {
            return Err(super::not_allowed(&place));
        }
        self.must_have(&request.domains, request.pii).await?;
        let request = TokenRequest { created_by: self.maker(), ..request.clone() };
        let issued = self.control.create_token(&request, self.now).await?;
        let entry = self.entry(AuditAction::TokenCreated, "created", &place).with("token", issued.id.as_str());
        let entry = entry.with("partner", request.scope.partner_id()).with("role", request.role.as_str());
        self.note(entry.with("domains", request.domains.text()?).with("personal", request.pii)).await?;
        Ok(issued)
    }

    /// Ends a token for good. True if it was good until now.
    ///
    /// # Errors
    /// [`ControlError::NotFound`] also for tokens that are not theirs to end.
    pub async fn revoke_token(&self, id: &str) -> Result<bool> {
        let token = self.control.token(id).await?;
        if !self.administers_tokens(&token.scope) {
            return Err(ControlError::not_found("token", id));
        }
        let changed = self.control.revoke_token(id, self.now).await?;
        if changed {
            let entry = self.entry(AuditAction::TokenRevoked, "revoked", &place(&token.scope)).with("token", id);
            self.note(entry).await?;
        }
        Ok(changed)
    }

    fn administers_tokens(&self, scope: &TokenScope) -> bool {
        let by_tenant = |tenant_id: &str| match self.by {
            By::Owner => true,
            By::Somebody(identity) => {
                identity.partner_id.as_deref() == Some(scope.partner_id())
                    && identity.administers(&Place::Tenant(tenant_id.into()))
            }
        };
        self.administers(&Place::Partner(scope.partner_id().into())) || scope.tenant_id().is_some_and(by_tenant)
    }
}

fn place(scope: &TokenScope) -> Place {
    match scope {
        TokenScope::Partner { partner_id } => Place::Partner(partner_id.clone()),
        TokenScope::Tenant { tenant_id, .. } => Place::Tenant(tenant_id.clone()),
    }
}
