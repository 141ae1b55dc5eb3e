//! Control totals: what a source says that it holds of a day, to be compared with what arrived. Knows neither the tables nor
//! what arrived.

use std::ops::Range;

use chrono::{DateTime, NaiveDate, Utc};
use sqlx::{AssertSqlSafe, FromRow};

use crate::slug::{check_name, check_slug};
use crate::target::is_decimal;
use crate::tenant::{check_currency, check_day};
use crate::{Control, ControlError, Result, stored};

/// The most control totals that are kept at once: a quarter of a year of a hundred tables.
pub const CONTROL_TOTALS_MAX: usize = 10_000;

/// What a source says that it holds of one day. One stands for each tenant, source, instance, table, day, currency and
/// column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ControlTotal {
    /// Whose records.
    pub tenant_id: String,
    /// Name of the source.
    pub source: String,
    /// Which installation of the source.
    pub instance: String,
    /// Name of the canonical table.
    pub table: String,
    /// The day on which the records happened, in the tenant's zone.
    pub day: NaiveDate,
    /// ISO 4217 code when only the records of that currency are meant: two currencies never add.
    pub currency: Option<String>,
    /// How many records.
    pub count: u64,
    /// The sum of one of their columns.
    pub sum: Option<ColumnSum>,
    /// When the source said so, to the microsecond.
    pub posted_at: DateTime<Utc>,
}

/// The sum of a column over the records of a control total.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ColumnSum {
    /// Name of the column.
    pub column: String,
    /// A decimal, as text so that no digit is lost.
    pub value: String,
}

impl ControlTotal {
    fn check(&self) -> Result<()> {
        check_slug("source", &self.source)?;
        check_name("instance", &self.instance)?;
        check_slug("table", &self.table)?;
        check_day("day", self.day)?;
        check_day("day of posting", self.posted_at.date_naive())?;
        self.currency.as_deref().map_or(Ok(()), check_currency)?;
        self.stored_count()?;
        let Some(sum) = &self.sum else { return Ok(()) };
        check_slug("column", &sum.column)?;
        if !is_decimal(&sum.value) {
            return Err(ControlError::invalid("sum", &sum.value, "must be a decimal such as 1250.75, of at most 38 digits"));
        }
        Ok(())
    }

    fn stored_count(&self) -> Result<i64> {
        let too_many = |_| ControlError::invalid("count", &self.count.to_string(), format!("must be at most {}", i64::MAX));
        i64::try_from(self.count).map_err(too_many)
    }
}

#[derive(FromRow)]
struct ControlTotalRow {
    tenant_id: String,
    day: String,
    source: String,
    instance: String,
    table_name: String,
    currency: String,
    column_name: String,
    row_count: i64,
    sum: Option<String>,
    posted_at: String,
}

impl TryFrom<ControlTotalRow> for ControlTotal {
    type Error = ControlError;

    fn try_from(row: ControlTotalRow) -> Result<Self> {
        let column = row.column_name;
        Ok(Self {
            day: stored::value("day", &row.day)?,
            currency: Some(row.currency).filter(|currency| !currency.is_empty()),
            count: u64::try_from(row.row_count).map_err(stored::unreadable("count"))?,
            sum: row.sum.map(|value| ColumnSum { column, value }),
            posted_at: stored::instant(&row.posted_at)?,
            tenant_id: row.tenant_id,
            source: row.source,
            instance: row.instance,
            table: row.table_name,
        })
    }
}

impl Control {
    /// Keeps control totals: all, or none if one is refused. Of two for the same thing the one posted later stands, of two
    /// posted at once the greater (count, then text of the sum), in whatever order they come. Returns how many changed what
    /// was kept.
    ///
    /// # Errors
    /// [`ControlError::Invalid`] for more than [`CONTROL_TOTALS_MAX`] or a property of the wrong form,
    /// [`ControlError::Conflict`] for an unknown tenant.
    pub async fn keep_control_totals(&self, totals: &[ControlTotal]) -> Result<usize> {
        if totals.len() > CONTROL_TOTALS_MAX {
            let detail = format!("are more than {CONTROL_TOTALS_MAX}: post them in parts");
            return Err(ControlError::invalid("control totals", &totals.len().to_string(), detail));
        }
        for (index, total) in totals.iter().enumerate() {
            total.check().map_err(|error| at_place(error, index + 1, totals.len()))?;
        }
        let context = "keeping control totals";
        let mut transaction = self.begin(context).await?;
        let mut changed = 0;
        for total in in_one_order(totals) {
            changed += usize::from(keep(&mut *transaction, total).await?);
        }
        transaction.commit().await.map_err(ControlError::store(context))?;
        Ok(changed)
    }

    /// The control totals of a tenant from a day on, until before another, in order of day, source, instance, table, currency
    /// and column.
    ///
    /// # Errors
    /// [`ControlError::Invalid`] for days out of range.
    pub async fn control_totals(&self, tenant_id: &str, days: Range<NaiveDate>) -> Result<Vec<ControlTotal>> {
        check_day("first day", days.start)?;
        check_day("end of days", days.end)?;
        let sql = "
            SELECT tenant_id, day, source, instance, table_name, currency, column_name, row_count, sum, posted_at
            FROM control_totals
            WHERE tenant_id = $1 AND day >= $2 AND day < $3
            ORDER BY day, source, instance, table_name, currency, column_name";
        let query = sqlx::query_as(sql).bind(tenant_id).bind(days.start.to_string()).bind(days.end.to_string());
        let rows: Vec<ControlTotalRow> =
            query.fetch_all(&self.pool).await.map_err(ControlError::store("reading control totals"))?;
        rows.into_iter().map(ControlTotal::try_from).collect()
    }

    /// As [`Control::control_totals`], of some tables alone.
    ///
    /// # Errors
    /// [`ControlError::Invalid`] for days out of range.
    pub async fn control_totals_of(&self, tenant_id: &str, tables: &[&str], days: Range<NaiveDate>) -> Result<Vec<ControlTotal>> {
        check_day("first day", days.start)?;
        check_day("end of days", days.end)?;
        if tables.is_empty() {
            return Ok(Vec::new());
        }
        let places = (0..tables.len()).map(|index| format!("${}", index + 4)).collect::<Vec<_>>().join(", ");
        let sql = format!(
            "
            SELECT tenant_id, day, source, instance, table_name, currency, column_name, row_count, sum, posted_at
            FROM control_totals
            WHERE tenant_id = $1 AND day >= $2 AND day < $3 AND table_name IN ({places})
            ORDER BY day, source, instance, table_name, currency, column_name"
        );
        let query = sqlx::query_as(AssertSqlSafe(sql)).bind(tenant_id).bind(days.start.to_string()).bind(days.end.to_string());
        let query = tables.iter().fold(query, |query, table| query.bind(*table));
        let rows: Vec<ControlTotalRow> =
            query.fetch_all(&self.pool).await.map_err(ControlError::store("reading control totals"))?;
        rows.into_iter().map(ControlTotal::try_from).collect()
    }

    /// The newest day until `until`, that day too, of which a tenant has a control total.
    ///
    /// # Errors
    /// [`ControlError::Invalid`] for a day out of range.
    pub async fn last_control_total_day(&self, tenant_id: &str, until: NaiveDate) -> Result<Option<NaiveDate>> {
        check_day("last day", until)?;
        let sql = "SELECT max(day) FROM control_totals WHERE tenant_id = $1 AND day <= $2";
        let query = sqlx::query_scalar(sql).bind(tenant_id).bind(until.to_string());
        let day: Option<String> = query.fetch_one(&self.pool).await.map_err(ControlError::store("reading control totals"))?;
        day.as_deref().map(|day| stored::value("day", day)).transpose()
    }
}

/// Says which of several values was refused.
fn at_place(error: ControlError, place: usize, of: usize) -> ControlError {
    match error {
        ControlError::Invalid { what, value, detail } => {
            ControlError::Invalid { what, value, detail: format!("{detail} (control total {place} of {of})") }
        }
        other => other,
    }
}

/// All who keep totals take the rows in one order, so that no two wait for each other. Of the same thing, in the order given.
fn in_one_order(totals: &[ControlTotal]) -> Vec<&ControlTotal> {
    let mut ordered: Vec<&ControlTotal> = totals.iter().collect();
    ordered.sort_by_key(|total| {
        let column = total.sum.as_ref().map(|sum| &sum.column);
        (&total.tenant_id, total.day, &total.source, &total.instance, &total.table, &total.currency, column)
    });
    ordered
}

/// True if it is new, or stands now in place of another.
async fn keep<'e>(executor: impl sqlx::AnyExecutor<'e>, total: &ControlTotal) -> Result<bool> {
    let sql = "
        INSERT INTO control_totals
            (tenant_id, day, source, instance, table_name, currency, column_name, row_count, sum, posted_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
        ON CONFLICT (tenant_id, day, source, instance, table_name, currency, column_name) DO UPDATE
        SET row_count = excluded.row_count, sum = excluded.sum, posted_at = excluded.posted_at
        WHERE (excluded.posted_at, excluded.row_count, excluded.sum)
            > (control_totals.posted_at, control_totals.row_count, control_totals.sum)";
    let (column, sum) = total.sum.as_ref().map_or(("", None), |sum| (sum.column.as_str(), Some(sum.value.as_str())));
    let query = sqlx::query(sql).bind(&total.tenant_id).bind(total.day.to_string()).bind(&total.source);
    let query = query.bind(&total.instance).bind(&total.table).bind(total.currency.as_deref().unwrap_or_default());
    let query = query.bind(column).bind(total.stored_count()?).bind(sum).bind(stored::instant_text(total.posted_at));
    let context = format!("keeping a control total of `{}` for tenant `{}`", total.table, total.tenant_id);
    let done = query.execute(executor).await.map_err(ControlError::write(context))?;
    Ok(done.rows_affected() > 0)
}

#[cfg(test)]
mod tests;
