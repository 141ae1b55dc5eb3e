//! What questions look like in a URL: period, comparison, filters, knowledge time, paging. Turns text into the engine's requests.

use axum::extract::{FromRequestParts, Query};
use axum::http::Uri;
use axum::http::request::Parts;
use chrono::{DateTime, Utc};
use quarterdeck_engine::kpi::filter::{self, Filter};
use quarterdeck_engine::kpi::period::{Compare, PeriodRequest};
use serde::Deserialize;
use utoipa::IntoParams;

use crate::problem::Problem;

/// The period that is meant when none is named.
const DEFAULT_PERIOD: &str = "month_to_date";

/// The parameters that every question about a KPI takes.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default)]
pub(crate) struct QuestionParameters {
    /// A named period, such as `month_to_date`; that is also the default.
    pub period: Option<String>,
    /// First day (`2011-12-01`) or instant that counts.
    pub from: Option<String>,
    /// First day or instant that no longer counts.
    pub to: Option<String>,
    /// `previous` (the default), `year` or `none`.
    pub compare: Option<String>,
    /// Filters as `dimension:value`; may be repeated, several of one dimension widen it.
    #[serde(skip)]
    #[param(ignore)]
    pub r#where: Vec<String>,
    /// Knowledge time: answer as it was known then.
    pub as_of: Option<String>,
    /// Only series: `hour`, `day`, `week`, `month`, `quarter` or `year`.
    pub grain: Option<String>,
    /// Only slices: the dimension.
    pub by: Option<String>,
    /// Most rows of the answer.
    pub limit: Option<usize>,
    /// Rows to pass over.
    pub offset: Option<usize>,
    /// `json` (the default), `csv` or `arrow`.
    pub format: Option<String>,
}

/// Every parameter; another one is refused, for its sender means something by it that the answer would not honour.
const KNOWN: [&str; 11] = ["period", "from", "to", "compare", "where", "as_of", "grain", "by", "limit", "offset", "format"];

/// A question about a KPI.
#[derive(Debug, Clone)]
pub(crate) struct Question {
    /// The parameters as given.
    pub parameters: QuestionParameters,
    /// The period.
    pub period: PeriodRequest,
    /// The comparison.
    pub compare: Compare,
    /// The filters.
    pub filters: Vec<Filter>,
}

impl<S: Sync> FromRequestParts<S> for Question {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Problem> {
        let read = |error: &dyn std::fmt::Display| Problem::bad_request(format!("the query string cannot be read: {error}"));
        let Query(mut parameters) = Query::<QuestionParameters>::try_from_uri(&parts.uri).map_err(|error| read(&error))?;
        let Query(pairs) = Query::<Vec<(String, String)>>::try_from_uri(&parts.uri).map_err(|error| read(&error))?;
        if let Some((unknown, _)) = pairs.iter().find(|(key, _)| !KNOWN.contains(&key.as_str())) {
            return Err(Problem::bad_request(format!("no parameter `{unknown}`; there is {}", KNOWN.join(", "))));
        }
        parameters.r#where = pairs.into_iter().filter(|(key, _)| key == "where").map(|(_, value)| value).collect();
        Self::new(parameters)
    }
}

impl Question {
    fn new(parameters: QuestionParameters) -> Result<Self, Problem> {
        let period = match (&parameters.period, &parameters.from, &parameters.to) {
            (Some(_), Some(_), _) | (Some(_), _, Some(_)) => {
                return Err(Problem::bad_request("give either `period`, or `from` and `to`"));
            }
            (None, None, None) => PeriodRequest::Named(DEFAULT_PERIOD.into()),
            (Some(name), ..) => PeriodRequest::Named(name.clone()),
            (None, from, to) => PeriodRequest::Between(from.clone(), to.clone()),
        };
        let compare = Compare::parse(parameters.compare.as_deref().unwrap_or("previous"))?;
        let filters = filter::parse(&parameters.r#where)?;
        Ok(Self { parameters, period, compare, filters })
    }
}

/// The knowledge time asked for.
pub(crate) struct AsOf(pub(crate) Option<DateTime<Utc>>);

impl AsOf {
    /// Reads `as_of` from the query string.
    pub(crate) fn from_uri(uri: &Uri) -> Result<Self, Problem> {
        #[derive(Deserialize)]
        struct Only {
            as_of: Option<String>,
        }
        let Query(Only { as_of }) = Query::try_from_uri(uri).map_err(|error| Problem::bad_request(error.to_string()))?;
        let Some(text) = as_of.filter(|text| !text.is_empty()) else { return Ok(Self(None)) };
        let instant = text
            .parse()
            .map_err(|_| Problem::bad_request(format!("`as_of` is `{text}`: write an instant as 2011-12-09T12:30:00Z")))?;
        Ok(Self(Some(instant)))
    }
}
