//! The audit log, a page at a time, as far as it is for whoever asks.

use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use chrono::{DateTime, SecondsFormat, Utc};
use quarterdeck_control::{AUDIT_PAGE_MAX, AuditFilter, AuditRecord, AuditWho};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::{IntoParams, ToSchema};

use super::administration;
use crate::auth::Asker;
use crate::problem::{Answer, Problem, Refusals};
use crate::state::Dashboards;

/// Entries of a page that names no limit.
const DEFAULT_ENTRIES: u32 = 100;

/// Which entries.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct AuditParameters {
    /// Of this tenant alone.
    tenant: Option<String>,
    /// Of this action alone, such as `sign_in`.
    action: Option<String>,
    /// Of the person or token with this id alone.
    who: Option<String>,
    /// From this instant on.
    from: Option<DateTime<Utc>>,
    /// Until before this instant.
    until: Option<DateTime<Utc>>,
    /// `next` of the page before.
    after: Option<String>,
    /// Most entries, up to 1000.
    limit: Option<u32>,
}

/// Who did something.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AuditWhoView {
    /// `person`, `token`, `service` or `nobody`.
    pub kind: String,
    /// The id of the person or token.
    pub id: Option<String>,
    /// What they are called now, if they are still there.
    pub name: Option<String>,
}

/// An entry of the log.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AuditEntryView {
    /// Its number, in the order of keeping.
    pub seq: i64,
    /// When it was.
    pub at: DateTime<Utc>,
    /// Who did it.
    pub who: AuditWhoView,
    /// What they did.
    pub action: String,
    /// To whose data.
    pub tenant: Option<String>,
    /// What else there is to say.
    #[schema(value_type = Object)]
    pub detail: Map<String, Value>,
    /// How long it took, in microseconds.
    pub duration_us: Option<u64>,
    /// How many rows came of it.
    pub rows: Option<u64>,
    /// How many bytes.
    pub bytes: Option<u64>,
}

impl From<AuditRecord> for AuditEntryView {
    fn from(record: AuditRecord) -> Self {
        let AuditRecord { seq, entry, who_name, .. } = record;
        let (kind, id) = match entry.who {
            AuditWho::Person(id) => ("person", Some(id)),
            AuditWho::Token(id) => ("token", Some(id)),
            AuditWho::Service => ("service", None),
            AuditWho::Nobody => ("nobody", None),
        };
        Self {
            seq,
            at: entry.at,
            who: AuditWhoView { kind: kind.to_owned(), id, name: who_name },
            action: entry.action.to_string(),
            tenant: entry.tenant_id,
            detail: entry.detail,
            duration_us: entry.duration_us,
            rows: entry.rows,
            bytes: entry.bytes,
        }
    }
}

/// A page of the log.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AuditPage {
    /// Latest first.
    pub entries: Vec<AuditEntryView>,
    /// For `after`, if there may be more.
    pub next: Option<String>,
}

/// The audit log, latest first, as far as it is for whoever asks.
#[utoipa::path(get, path = "/api/v1/admin/audit", tag = "admin", params(AuditParameters), responses((status = 200, body = AuditPage), Refusals))]
pub(crate) async fn list(
    State(state): State<Dashboards>,
    asker: Asker,
    parameters: Result<Query<AuditParameters>, QueryRejection>,
) -> Answer<Json<AuditPage>> {
    let Query(parameters) = parameters.map_err(|rejection| Problem::bad_request(rejection.body_text()))?;
    let limit = parameters.limit.unwrap_or(DEFAULT_ENTRIES).clamp(1, AUDIT_PAGE_MAX);
    let records = administration(&state, &asker).audit(&filter(parameters)?, limit).await?;
    let is_full = u32::try_from(records.len()).is_ok_and(|count| count == limit);
    let next = records.last().filter(|_| is_full).map(|last| place_text(last.place()));
    Ok(Json(AuditPage { entries: records.into_iter().map(AuditEntryView::from).collect(), next }))
}

fn filter(parameters: AuditParameters) -> Answer<AuditFilter> {
    let given = |text: Option<String>| text.filter(|text| !text.is_empty());
    let after = given(parameters.after)
        .map(|text| place(&text).ok_or_else(|| Problem::bad_request("`after` is no `next` of a page of this log")));
    Ok(AuditFilter {
        tenant_id: given(parameters.tenant),
        action: given(parameters.action).map(|action| action.parse()).transpose()?,
        who_id: given(parameters.who),
        from: parameters.from,
        until: parameters.until,
        partner_id: None,
        after: after.transpose()?,
    })
}

fn place_text((at, seq): (DateTime<Utc>, i64)) -> String {
    format!("{}.{seq}", at.to_rfc3339_opts(SecondsFormat::Micros, true))
}

fn place(text: &str) -> Option<(DateTime<Utc>, i64)> {
    let (at, seq) = text.rsplit_once('.')?;
    Some((at.parse().ok()?, seq.parse().ok()?))
}
