//! The records of a KPI as a plan: its SQL, checked against what its kind needs. Knows nothing of periods or sums.

use datafusion::arrow::datatypes::{DataType, SchemaRef};
use datafusion::dataframe::DataFrame;

use super::definition::{Kind, KpiDefinition};
use crate::ddl::timestamp_type;
use crate::error::{EngineError, Result, readable};
use crate::session::Session;

/// Columns that mean something to every kind; all others are dimensions.
const MEASURES: [&str; 8] = ["at", "record", "value", "numerator", "denominator", "currency", "until", "open"];

/// The planned records of a KPI.
#[derive(Clone)]
pub struct KpiFrame {
    /// One row a record.
    pub rows: DataFrame,
    /// Names of the dimensions, in the order of the SELECT.
    pub dimensions: Vec<String>,
    schema: SchemaRef,
}

impl KpiFrame {
    /// Plans the records of `kpi` and checks its columns.
    ///
    /// # Errors
    /// [`EngineError::File`] naming the file and what is missing, or what cannot be planned.
    pub async fn plan(session: &Session, kpi: &KpiDefinition) -> Result<Self> {
        let rows = session.plan(&kpi.sql).await.map_err(|error| match error {
            EngineError::Query { cause, .. } => EngineError::file(&kpi.path, readable(&cause)),
            other => other,
        })?;
        let schema = SchemaRef::new(rows.schema().as_arrow().clone());
        check_columns(kpi, &schema)?;
        let dimensions =
            schema.fields().iter().map(|field| field.name().clone()).filter(|name| !MEASURES.contains(&name.as_str()));
        Ok(Self { rows, dimensions: dimensions.collect(), schema })
    }

    /// Whether records carry `column`.
    pub fn has(&self, column: &str) -> bool {
        self.schema.column_with_name(column).is_some()
    }

    /// The type of `column`.
    pub fn column_type(&self, column: &str) -> Option<&DataType> {
        self.schema.field_with_name(column).ok().map(|field| field.data_type())
    }

    /// The type of a dimension; the currency of money counts as one, so that records of one currency can be asked for.
    ///
    /// # Errors
    /// [`EngineError::NotFound`], naming the dimensions that there are.
    pub fn dimension_type(&self, dimension: &str) -> Result<DataType> {
        let known = dimension == "currency" || self.dimensions.iter().any(|name| name == dimension);
        self.column_type(dimension).filter(|_| known).cloned().ok_or_else(|| EngineError::NotFound {
            what: "dimension",
            name: dimension.to_owned(),
            remedy: format!("; this KPI has {}", self.dimensions.join(", ")),
        })
    }
}

fn check_columns(kpi: &KpiDefinition, schema: &SchemaRef) -> Result<()> {
    let wrong = |detail: String| Err(EngineError::file(&kpi.path, detail));
    let data_type = |name: &str| schema.field_with_name(name).ok().map(|field| field.data_type());
    for name in required(kpi.kind) {
        if data_type(name).is_none() {
            return wrong(format!("gives no column `{name}`, which kind = \"{}\" needs", kind_name(kpi.kind)));
        }
    }
    for name in ["at", "until"] {
        if data_type(name).is_some_and(|found| *found != timestamp_type()) {
            return wrong(format!("`{name}` is {}, not a TIMESTAMP in UTC", data_type(name).unwrap_or(&DataType::Null)));
        }
    }
    if kpi.kind != Kind::Distinct {
        for name in ["value", "numerator", "denominator"] {
            if let Some(found) = data_type(name).filter(|found| !is_exact(found)) {
                return wrong(format!("`{name}` is {found}: records must re-add exactly, so it is BIGINT, DECIMAL or BOOLEAN"));
            }
        }
    }
    if kpi.unit == "money" && data_type("currency").is_none() {
        return wrong("is money but gives no column `currency`".into());
    }
    Ok(())
}

fn required(kind: Kind) -> &'static [&'static str] {
    match kind {
        Kind::Sum | Kind::Mean | Kind::Quantile | Kind::Distinct => &["at", "record", "value"],
        Kind::Ratio => &["at", "record", "numerator", "denominator"],
        Kind::Level => &["at", "record", "value", "until"],
    }
}

fn kind_name(kind: Kind) -> &'static str {
    match kind {
        Kind::Sum => "sum",
        Kind::Ratio => "ratio",
        Kind::Mean => "mean",
        Kind::Quantile => "quantile",
        Kind::Distinct => "distinct",
        Kind::Level => "level",
    }
}

fn is_exact(data_type: &DataType) -> bool {
    matches!(data_type, DataType::Boolean | DataType::Int64 | DataType::Decimal128(..))
}
