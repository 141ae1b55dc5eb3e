//! Who is signed in, the brand that they see, and whether the door is open.

use axum::Json;
use axum::extract::State;
use quarterdeck_control::{Brand, ControlError, Identity, Permission, SubjectKind, csrf_token};
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
    /// Its id.
    pub id: String,
    /// `person` or `token`.
    pub kind: String,
    /// Its name.
    pub name: String,
    /// What it signs in with; none for a token.
    pub login: Option<String>,
    /// Its role.
    pub role: String,
    /// What it may do in one place at least: `dashboards`, `sql`, `worklists`, `sources`, `reviews`, `administration`.
    pub permissions: Vec<String>,
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
    /// Its partner; none for those who run the installation.
    pub partner: Option<PartnerView>,
    /// The partner's look.
    pub brand: BrandView,
    /// The tenants that may be seen.
    pub tenants: Vec<TenantView>,
    /// What a page sends along as `x-csrf-token` with whatever changes something; none for a token as Bearer.
    pub csrf: Option<String>,
}

/// Who is signed in, and what may be seen.
#[utoipa::path(get, path = "/api/v1/me", tag = "who", responses((status = 200, body = Me), (status = 401, body = Problem, content_type = "application/problem+json")))]
pub(crate) async fn me(State(state): State<Dashboards>, asker: Asker) -> Answer<Json<Me>> {
    let (partner, brand) = match &asker.identity.partner_id {
        Some(id) => (Some(state.control.partner(id).await?), brand_of(&state, id, "Operations").await?),
        None => (None, own_brand(&state, "Operations").await?),
    };
    Ok(Json(Me {
        person: person(&state, &asker.identity).await?,
        partner: partner.map(|partner| PartnerView { id: partner.id, name: partner.name }),
        brand,
        tenants: tenants_of(&state, &asker).await?,
        csrf: asker.cookie.as_deref().map(csrf_token).transpose()?,
    }))
}

async fn person(state: &Dashboards, identity: &Identity) -> Answer<PersonView> {
    let login = match identity.subject.kind {
        SubjectKind::Person => Some(state.control.person(&identity.subject.id).await?.login),
        SubjectKind::Token => None,
    };
    let permissions = Permission::ALL.into_iter().filter(|permission| identity.may(*permission));
    Ok(PersonView {
        id: identity.subject.id.clone(),
        kind: identity.subject.kind.as_str().to_owned(),
        name: identity.name.clone(),
        login,
        role: identity.role.to_string(),
        permissions: permissions.map(|permission| permission.as_str().to_owned()).collect(),
    })
}

/// The look of the sign-in page: the brand, where there is but one partner; a plain one otherwise.
#[utoipa::path(get, path = "/api/v1/brand", tag = "who", responses((status = 200, body = BrandView)))]
pub(crate) async fn brand(State(state): State<Dashboards>) -> Answer<Json<BrandView>> {
    Ok(Json(own_brand(&state, "Sign in").await?))
}

/// The only partner's brand; a plain one of that name where there are none or several.
async fn own_brand(state: &Dashboards, name: &str) -> Answer<BrandView> {
    let partners = state.control.partners().await?;
    if let [only] = partners.as_slice() {
        return brand_of(state, &only.id, name).await;
    }
    Ok(plain(name))
}

/// A partner's brand; a plain one of that name until it has one.
async fn brand_of(state: &Dashboards, partner_id: &str, name: &str) -> Answer<BrandView> {
    match state.control.brand(partner_id).await {
        Err(ControlError::NotFound { .. }) => Ok(plain(name)),
        found => Ok(found?.into()),
    }
}

fn plain(name: &str) -> BrandView {
    BrandView { name: name.into(), accent: "#1f5fbf".into(), accent_dark: "#8ab4f8".into(), logo: None }
}
