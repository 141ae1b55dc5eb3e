//! Filters by dimension, typed against the column so that they reach the scan. Knows the text form of doors, not their encodings.

use datafusion::arrow::datatypes::DataType;
use datafusion::prelude::{Expr, ident, lit};
use serde::Serialize;
use utoipa::ToSchema;

use super::frame::KpiFrame;
use crate::error::{EngineError, Result};

/// Records whose `dimension` is one of `values`; none stands for records without a value.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, ToSchema)]
pub struct Filter {
    /// The dimension's name.
    pub dimension: String,
    /// Its values, any of which will do.
    pub values: Vec<Option<String>>,
}

/// Reads `dimension:value` texts; several of one dimension widen it, `dimension:` asks for records without a value.
///
/// # Errors
/// [`EngineError::Request`] for a text without a colon.
pub fn parse<S: AsRef<str>>(texts: &[S]) -> Result<Vec<Filter>> {
    let mut filters: Vec<Filter> = Vec::new();
    for text in texts {
        let text = text.as_ref();
        let (dimension, value) = text.split_once([':', '=']).ok_or_else(|| {
            EngineError::Request(format!("the filter `{text}` has no colon: write dimension:value, such as country:France"))
        })?;
        let value = (!value.is_empty()).then(|| value.to_owned());
        match filters.iter_mut().find(|filter| filter.dimension == dimension) {
            Some(filter) => filter.values.push(value),
            None => filters.push(Filter { dimension: dimension.to_owned(), values: vec![value] }),
        }
    }
    for filter in &mut filters {
        filter.values.sort();
        filter.values.dedup();
    }
    filters.sort_by(|left, right| left.dimension.cmp(&right.dimension));
    Ok(filters)
}

/// The filters as one expression over the KPI's records.
///
/// # Errors
/// [`EngineError::NotFound`] for a dimension that the KPI has not, [`EngineError::Request`] for a value of another type.
pub fn expression(filters: &[Filter], frame: &KpiFrame) -> Result<Option<Expr>> {
    let mut all: Option<Expr> = None;
    for filter in filters {
        let data_type = frame.dimension_type(&filter.dimension)?;
        let mut any: Option<Expr> = None;
        for value in &filter.values {
            let column = ident(&filter.dimension);
            let one = match value {
                None => column.is_null(),
                Some(value) => column.eq(literal(&filter.dimension, value, &data_type)?),
            };
            any = Some(any.map_or_else(|| one.clone(), |any| any.or(one.clone())));
        }
        if let Some(any) = any {
            all = Some(match all {
                Some(all) => all.and(any),
                None => any,
            });
        }
    }
    Ok(all)
}

fn literal(dimension: &str, value: &str, data_type: &DataType) -> Result<Expr> {
    let wrong = |wanted: &str| EngineError::Request(format!("`{dimension}` is {wanted}, `{value}` is not"));
    match data_type {
        DataType::Boolean => value.parse::<bool>().map(lit).map_err(|_| wrong("true or false")),
        DataType::Int64 => value.parse::<i64>().map(lit).map_err(|_| wrong("a whole number")),
        _ => Ok(lit(value)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn several_values_of_a_dimension_widen_it() {
        let filters = parse(&["country:France", "channel:web", "country:", "country:France"]).unwrap();
        assert_eq!(filters.len(), 2);
        assert_eq!(filters[1].values, [None, Some("France".to_owned())]);
    }

    #[test]
    fn values_may_hold_colons() {
        assert_eq!(parse(&["sku:a:b"]).unwrap()[0].values, [Some("a:b".to_owned())]);
        assert!(parse(&["country"]).is_err());
    }
}
