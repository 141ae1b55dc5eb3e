//! Who is signed in, the brand that they see, and whether the door is open.

use axum::Json;
use axum::extract::State;
use quarterdeck_control::Brand;
use serde::Serialize;
use utoipa::ToSchema;

use super::tenants::{TenantView, tenants_of};
use crate::auth::Asker;
use crate::problem::{Answer, Problem};
use crate::state::Dashboards;

/// The look of a partner.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct BrandView {
    /// The partner's name for itself.
    pub name: String,
    /// Accent colour on light ground.
    pub accent: String,
    /// Accent colour on dark ground.
    pub accent_dark: String,
    /// Logo as SVG.
    pub logo: Option<String>,
}

impl From<Brand> for BrandView {
    fn from(brand: Brand) -> Self {
        Self { name: brand.name, accent: brand.accent, accent_dark: brand.accent_dark, logo: brand.logo }
    }
}

/// A person or token.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PersonView {
    /// Its name.
    pub name: String,
    /// Its role.
    pub role: String,
}

/// A partner.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PartnerView {
    /// Identifier.
    pub id: String,
    /// Name.
    pub name: String,
}

/// Who is signed in.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Me {
    /// The person or token.
    pub person: PersonView,
    /// Its partner.
    pub partner: PartnerView,
    /// The partner's look.
    pub brand: BrandView,
    /// The tenants that may be seen.
    pub tenants: Vec<TenantView>,
}

/// Who is signed in, and what may be seen.
#[utoipa::path(get, path = "/api/v1/me", tag = "who", responses((status = 200, body = Me), (status = 401, body = Problem, content_type = "application/problem+json")))]
pub(crate) async fn me(State(state): State<Dashboards>, asker: Asker) -> Answer<Json<Me>> {
    let id = asker.identity.partner_id.as_deref().ok_or_else(|| Problem::not_found("whoever asks is of no partner"))?;
    let partner = state.control.partner(id).await?;
    let brand = state.control.brand(&partner.id).await?;
    Ok(Json(Me {
        person: PersonView { name: asker.identity.name.clone(), role: asker.identity.role.to_string() },
        partner: PartnerView { id: partner.id, name: partner.name },
        brand: brand.into(),
        tenants: tenants_of(&state, &asker).await?,
    }))
}

/// The look of the sign-in page: the brand, where there is but one partner; a plain one otherwise.
#[utoipa::path(get, path = "/api/v1/brand", tag = "who", responses((status = 200, body = BrandView)))]
pub(crate) async fn brand(State(state): State<Dashboards>) -> Answer<Json<BrandView>> {
    let partners = state.control.partners().await?;
    if let [only] = partners.as_slice() {
        return Ok(Json(state.control.brand(&only.id).await?.into()));
    }
    Ok(Json(BrandView { name: "Sign in".into(), accent: "#1f5fbf".into(), accent_dark: "#8ab4f8".into(), logo: None }))
}
