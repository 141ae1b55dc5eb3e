//! Lists: `sql/lists/<list>.sql` selects the rows of a table that pages show, and says in its front matter how its columns are called. Knows neither
//! what they hold nor how they are drawn.

use std::collections::BTreeMap;

use arrow::array::{AsArray, RecordBatch};
use arrow::datatypes::{DataType, Int64Type, SchemaRef};
use chrono::{DateTime, Utc};
use datafusion::dataframe::DataFrame;
use datafusion::functions_aggregate::expr_fn::count;
use datafusion::prelude::{Expr, cast, ident, lit};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::error::{EngineError, Result, readable};
use crate::front_matter;
use crate::kpi::filter::Filter;
use crate::library::{Library, LibraryFile};
use crate::lineage;
use crate::session::Session;

/// Folder of the files.
pub const FOLDER: &str = "lists";

/// A list as its file defines it.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ListDefinition {
    /// A heading.
    pub title: String,
    /// What a row is.
    pub about: String,
    /// The column that decides the order unless another is asked for.
    pub order_by: String,
    /// Whether the greatest comes first.
    #[serde(default)]
    pub descending: bool,
    /// What is shown of a row, by column; others are there for links and currencies.
    pub columns: BTreeMap<String, ListColumn>,
    /// What opens from a row.
    pub detail: Option<ListDetail>,
    /// How rows are drawn, where they are a course over time.
    pub chart: Option<FanChart>,
}

/// A column that is shown.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ListColumn {
    /// Its heading.
    pub title: String,
    /// What its values are: `percent`, `money`, `count`, `date`, `time`, `days`, `text`.
    pub unit: String,
    /// For money: the column that tells the currency.
    pub currency: Option<String>,
}

/// Another list that opens from a row, of the same values in some columns.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ListDetail {
    /// The list.
    pub list: String,
    /// Columns that both have.
    pub by: Vec<String>,
}

/// A course of what was and what is to come, with how sure that is.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FanChart {
    /// Column of the days.
    pub day: String,
    /// Column of what was.
    pub actual: String,
    /// Column of what is expected.
    pub middle: String,
    /// Pairs of columns, the widest first: what is to come lies between them, with the probability of the title.
    pub bands: Vec<FanBand>,
}

/// What is to come lies between two columns with a probability.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FanBand {
    /// Such as `90 %`.
    pub title: String,
    /// Column of the lower bound.
    pub from: String,
    /// Column of the upper bound.
    pub to: String,
}

impl ListDefinition {
    /// Reads the front matter of `file`.
    ///
    /// # Errors
    /// [`EngineError::File`] naming the key that is wrong.
    pub fn parse(file: &LibraryFile) -> Result<Self> {
        front_matter::parse(&file.path, &file.text)
    }

    /// What is wrong with the list, given the columns that its SELECT gives.
    ///
    /// # Errors
    /// [`EngineError::File`] naming the first column that is named and not there, or a list that is not.
    pub(crate) fn check(&self, file: &LibraryFile, schema: &arrow::datatypes::Schema, library: &Library) -> Result<()> {
        let bands = self.chart.iter().flat_map(|chart| chart.bands.iter().flat_map(|band| [&band.from, &band.to]));
        let drawn = self.chart.iter().flat_map(|chart| [&chart.day, &chart.actual, &chart.middle]).chain(bands);
        let currencies = self.columns.values().filter_map(|column| column.currency.as_ref());
        let by = self.detail.iter().flat_map(|detail| &detail.by);
        let mut named = self.columns.keys().chain([&self.order_by]).chain(currencies).chain(drawn).chain(by);
        if let Some(missing) = named.find(|name| schema.field_with_name(name).is_err()) {
            return Err(EngineError::file(&file.path, format!("names the column `{missing}`, which its SELECT does not give")));
        }
        match &self.detail {
            Some(detail) if library.get(&path(&detail.list)).is_none() => {
                Err(EngineError::file(&file.path, format!("opens the list `{}`, which does not exist", detail.list)))
            }
            _ => Ok(()),
        }
    }
}

/// The names of all lists.
pub fn names(library: &Library) -> impl Iterator<Item = &str> {
    library.under(FOLDER).map(LibraryFile::stem)
}

/// The file of a list.
fn path(list: &str) -> String {
    format!("{FOLDER}/{list}.sql")
}

/// Which rows of a list.
#[derive(Debug, Clone, Default)]
pub struct ListRequest {
    /// Rows that have one of the values, by column.
    pub filters: Vec<Filter>,
    /// The column that decides the order; the list's own without.
    pub order_by: Option<String>,
    /// Whether the greatest comes first; the list's own without.
    pub descending: Option<bool>,
    /// Rows passed over.
    pub offset: usize,
    /// Most rows.
    pub limit: usize,
}

/// Rows of a list.
#[derive(Debug, Clone)]
pub struct ListRows {
    /// The list.
    pub definition: ListDefinition,
    /// Columns, as its SELECT gives them.
    pub schema: SchemaRef,
    /// The rows.
    pub batches: Vec<RecordBatch>,
    /// How many there are.
    pub total: u64,
    /// The newest landing that they are known of.
    pub knowledge_time: Option<DateTime<Utc>>,
}

impl Session {
    /// Rows of the list `id` of `library`.
    ///
    /// # Errors
    /// [`EngineError::NotFound`] for a list that does not exist or reads what may not be seen, or a column that it does not give;
    /// [`EngineError::File`] when it does not plan.
    pub async fn list(&self, library: &Library, id: &str, request: &ListRequest) -> Result<ListRows> {
        let unknown = || EngineError::not_found("list", id);
        let file = library.get(&path(id)).ok_or_else(unknown)?;
        if !self.sees_all_of(&file.text) {
            return Err(unknown());
        }
        let definition = ListDefinition::parse(file)?;
        let rows = filtered(self.list_frame(file).await?, &request.filters, file)?;
        let order = request.order_by.as_deref().unwrap_or(&definition.order_by);
        require(&rows, order)?;
        let descending = request.descending.unwrap_or(definition.descending);
        let schema = SchemaRef::new(rows.schema().as_arrow().clone());
        let failed = || EngineError::query(format!("listing {id}"));
        let counted = rows.clone().aggregate(vec![], vec![count(lit(1)).alias("rows")]).map_err(failed())?;
        // Ties in the order of the first columns, so that pages neither repeat nor miss a row.
        let ties =
            schema.fields().iter().filter(|field| field.name() != order).map(|field| ident(field.name()).sort(true, false));
        let sort = std::iter::once(ident(order).sort(!descending, false)).chain(ties).collect();
        let page = rows.sort(sort).and_then(|rows| rows.limit(request.offset, Some(request.limit))).map_err(failed())?;
        let total = whole(&self.collect(counted, 1).await?.batches);
        let batches = self.collect(page, request.limit).await?.batches;
        Ok(ListRows { definition, schema, batches, total, knowledge_time: self.knowledge_time() })
    }

    /// Whether every table that the list itself names has rows; of one that does not exist or may not be seen none has.
    pub fn list_has_rows(&self, library: &Library, id: &str) -> bool {
        let Some(file) = library.get(&path(id)).filter(|file| self.sees_all_of(&file.text)) else { return false };
        let named = lineage::references(&file.text);
        named.iter().filter(|name| self.contracts.get(name).is_ok()).all(|table| self.rows_of(table) > 0)
    }

    /// Plans the SELECT of a list.
    ///
    /// # Errors
    /// [`EngineError::File`] when it does not plan.
    pub(crate) async fn list_frame(&self, file: &LibraryFile) -> Result<DataFrame> {
        self.plan(&file.text).await.map_err(|error| match error {
            EngineError::Query { cause, .. } => EngineError::file(&file.path, readable(&cause)),
            other => other,
        })
    }
}

fn require(rows: &DataFrame, column: &str) -> Result<()> {
    if rows.schema().has_column_with_unqualified_name(column) { Ok(()) } else { Err(EngineError::not_found("column", column)) }
}

fn filtered(rows: DataFrame, filters: &[Filter], file: &LibraryFile) -> Result<DataFrame> {
    let mut filtered = rows;
    for filter in filters {
        require(&filtered, &filter.dimension)?;
        let column = || ident(&filter.dimension);
        let is = |value: &Option<String>| match value {
            Some(value) => cast(column(), DataType::Utf8).eq(lit(value.as_str())),
            None => column().is_null(),
        };
        if let Some(any) = filter.values.iter().map(is).reduce(Expr::or) {
            filtered = filtered.filter(any).map_err(|error| EngineError::file(&file.path, readable(&error)))?;
        }
    }
    Ok(filtered)
}

fn whole(batches: &[RecordBatch]) -> u64 {
    let batch = batches.iter().find(|batch| batch.num_rows() > 0);
    batch.and_then(|batch| u64::try_from(batch.column(0).as_primitive::<Int64Type>().value(0)).ok()).unwrap_or_default()
}
