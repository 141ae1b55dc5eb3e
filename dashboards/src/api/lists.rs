//! Rows of a list, page by page, or all of them as CSV or Arrow.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::{FromRequestParts, Path, Query, State};
use axum::http::HeaderMap;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, Utc};
use quarterdeck_engine::kpi::filter::{self, Filter};
use quarterdeck_engine::lists::{FanChart, ListColumn, ListDefinition, ListDetail, ListRequest};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use utoipa::{IntoParams, ToSchema};

use super::records::{Column, columns};
use crate::auth::Asked;
use crate::encode::{self, Encoding};
use crate::problem::{Answer, Problem};
use crate::state::Dashboards;

/// Rows of a page that names no limit.
const DEFAULT_ROWS: usize = 50;

/// The tenant and the list that a path names.
#[derive(Debug, Deserialize)]
pub(crate) struct ListPath {
    /// The list.
    pub list: String,
}

/// What can be asked of a list.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct ListParameters {
    /// The column that decides the order.
    pub order: Option<String>,
    /// Whether the greatest comes first.
    pub descending: Option<bool>,
    /// Most rows of the answer.
    pub limit: Option<usize>,
    /// Rows to pass over.
    pub offset: Option<usize>,
    /// `json` (the default), `csv` or `arrow`.
    pub format: Option<String>,
    /// Knowledge time: answer as it was known then.
    pub as_of: Option<String>,
}

/// Rows that are asked for, and how they are to be written.
pub(crate) struct ListQuestion {
    parameters: ListParameters,
    filters: Vec<Filter>,
}

impl<S: Sync> FromRequestParts<S> for ListQuestion {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Problem> {
        let read = |error: &dyn std::fmt::Display| Problem::bad_request(format!("the query string cannot be read: {error}"));
        let Query(pairs) = Query::<Vec<(String, String)>>::try_from_uri(&parts.uri).map_err(|error| read(&error))?;
        let (filters, others): (Vec<_>, Vec<_>) = pairs.into_iter().partition(|(key, _)| key == "where");
        let others = serde_json::Map::from_iter(others.into_iter().map(|(key, value)| (key, typed(value))));
        let parameters = serde_json::from_value(others.into()).map_err(|error| read(&error))?;
        let filters = filter::parse(&filters.into_iter().map(|(_, value)| value).collect::<Vec<_>>())?;
        Ok(Self { parameters, filters })
    }
}

/// Numbers and truths as such.
fn typed(text: String) -> serde_json::Value {
    match text.as_str() {
        "true" => true.into(),
        "false" => false.into(),
        _ => text.parse::<u64>().map_or_else(|_| text.into(), Into::into),
    }
}

/// A page of a list.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ListPage {
    /// The list.
    pub list: String,
    /// A heading.
    pub title: String,
    /// What a row is.
    pub about: String,
    /// The column that decides the order unless another is asked for.
    pub order_by: String,
    /// Whether the greatest comes first then.
    pub descending: bool,
    /// What is shown of a row, by column; others are there for links and currencies.
    pub columns: BTreeMap<String, ListColumn>,
    /// What opens from a row.
    pub detail: Option<ListDetail>,
    /// How rows are drawn, where they are a course over time.
    pub chart: Option<FanChart>,
    /// The columns of `rows`, in their order.
    pub fields: Vec<Column>,
    /// One array a row.
    #[schema(value_type = Vec<Vec<serde_json::Value>>)]
    pub rows: Box<RawValue>,
    /// How many rows there are.
    pub total: u64,
    /// Rows passed over.
    pub offset: usize,
    /// Most rows of this page.
    pub limit: usize,
    /// Whether more follow.
    pub truncated: bool,
    /// The newest landing that they are known of.
    pub knowledge_time: Option<DateTime<Utc>>,
}

/// Rows of a list, page by page, or all of them as CSV or Arrow.
#[utoipa::path(
    get, path = "/api/v1/tenants/{tenant}/lists/{list}", tag = "lists",
    params(
        ("tenant" = String, Path),
        ("list" = String, Path),
        ("where" = Option<Vec<String>>, Query, description = "Rows that have a value, as `column:value`; several of one column widen it"),
        ListParameters
    ),
    responses((status = 200, body = ListPage), (status = 400, body = Problem, content_type = "application/problem+json"), (status = 401, body = Problem, content_type = "application/problem+json"), (status = 403, body = Problem, content_type = "application/problem+json"), (status = 404, body = Problem, content_type = "application/problem+json"))
)]
pub(crate) async fn read(
    State(state): State<Dashboards>,
    asked: Asked,
    question: ListQuestion,
    Path(path): Path<ListPath>,
    headers: HeaderMap,
) -> Answer<Response> {
    let encoding = Encoding::negotiated(question.parameters.format.as_deref(), &headers)?;
    let limits = asked.session.limits();
    let (most, usual) = match encoding {
        Encoding::Json => (limits.records_page, DEFAULT_ROWS),
        Encoding::Csv | Encoding::Arrow => (limits.records_export, limits.records_export),
    };
    let limit = question.parameters.limit.unwrap_or(usual).min(most);
    let offset = question.parameters.offset.unwrap_or(0);
    let ListQuestion { parameters, filters } = question;
    let request = ListRequest { filters, order_by: parameters.order, descending: parameters.descending, offset, limit };
    let found = asked.session.list(state.engine.library(), &path.list, &request).await?;
    let given: usize = found.batches.iter().map(arrow::array::RecordBatch::num_rows).sum();
    let truncated = u64::try_from(offset + given).unwrap_or(u64::MAX) < found.total;
    if encoding != Encoding::Json {
        return encode::file(encoding, &path.list, &found.schema, &found.batches, found.total, truncated);
    }
    let ListDefinition { title, about, order_by, descending, columns: shown, detail, chart } = found.definition;
    let page = ListPage {
        list: path.list,
        title,
        about,
        order_by,
        descending,
        columns: shown,
        detail,
        chart,
        fields: columns(&found.schema),
        rows: encode::json_rows(&found.batches)?,
        total: found.total,
        offset,
        limit,
        truncated,
        knowledge_time: found.knowledge_time,
    };
    Ok(Json(page).into_response())
}
