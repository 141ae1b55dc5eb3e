//! The pages of a tenant: those of which it has records.

use axum::Json;
use axum::extract::{Path, State};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::auth::Asked;
use crate::pages::{Hidden, Page, Section, seen};
use crate::problem::{Answer, Problem};
use crate::state::Dashboards;

/// What the address of a page names beside the tenant.
#[derive(Debug, Deserialize)]
pub(crate) struct PagePath {
    page: String,
}

/// A page in the list.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PageEntry {
    /// Identifier.
    pub id: String,
    /// Heading.
    pub title: String,
    /// A sentence.
    pub about: String,
    /// Name of an icon.
    pub icon: String,
    /// Place in the list.
    pub order: i64,
}

/// The pages of a tenant.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PageList {
    /// In order.
    pub pages: Vec<PageEntry>,
}

/// A page as a tenant sees it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PageView {
    /// Identifier.
    pub id: String,
    /// Heading.
    pub title: String,
    /// A sentence.
    pub about: String,
    /// What it shows.
    pub sections: Vec<Section>,
    /// What it would show, had the tenant the records.
    pub hidden: Vec<Hidden>,
}

/// The pages of a tenant: those of which it has records.
#[utoipa::path(
    get, path = "/api/v1/tenants/{tenant}/pages", tag = "pages", params(("tenant" = String, Path)),
    responses((status = 200, body = PageList), (status = 401, body = Problem, content_type = "application/problem+json"), (status = 403, body = Problem, content_type = "application/problem+json"), (status = 404, body = Problem, content_type = "application/problem+json"))
)]
pub(crate) async fn list(State(state): State<Dashboards>, asked: Asked) -> Answer<Json<PageList>> {
    let pages = state.pages.in_order().into_iter().filter(|page| seen(page, &asked.session, &state.engine).is_some());
    let entry = |page: &Page| PageEntry {
        id: page.id.clone(),
        title: page.title.clone(),
        about: page.about.clone(),
        icon: page.icon.clone(),
        order: page.order,
    };
    Ok(Json(PageList { pages: pages.map(entry).collect() }))
}

/// One page: its sections, tiles and panels.
#[utoipa::path(
    get, path = "/api/v1/tenants/{tenant}/pages/{page}", tag = "pages", params(("tenant" = String, Path), ("page" = String, Path)),
    responses((status = 200, body = PageView), (status = 401, body = Problem, content_type = "application/problem+json"), (status = 403, body = Problem, content_type = "application/problem+json"), (status = 404, body = Problem, content_type = "application/problem+json"))
)]
pub(crate) async fn one(State(state): State<Dashboards>, asked: Asked, Path(path): Path<PagePath>) -> Answer<Json<PageView>> {
    let page = state.pages.get(&path.page).ok_or_else(|| Problem::not_found(format!("no page named `{}`", path.page)))?;
    let (page, hidden) = seen(page, &asked.session, &state.engine)
        .ok_or_else(|| Problem::not_found(format!("no records yet of anything that the page `{}` shows", path.page)))?;
    Ok(Json(PageView { id: page.id, title: page.title, about: page.about, sections: page.sections, hidden }))
}
