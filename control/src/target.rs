//! Targets: what a KPI of a tenant should reach, from a date on. Does not know the KPI, its unit or its direction.

use chrono::NaiveDate;
use sqlx::FromRow;

use crate::{Control, ControlError, Result, stored};

/// What a KPI should reach, until a later target for the same KPI and slice takes over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    /// Whose target.
    pub tenant_id: String,
    /// The KPI's id.
    pub kpi: String,
    /// `dimension:value` when the target is for that slice alone.
    pub slice: Option<String>,
    /// First day it holds.
    pub effective_from: NaiveDate,
    /// A decimal in the KPI's unit, as text so that no digit is lost: `0.95` for 95 %.
    pub value: String,
}

impl Target {
    fn check(&self) -> Result<()> {
        crate::check_slug("KPI", &self.kpi)?;
        let slice_fits = |slice: &str| slice.split_once(':').is_some_and(|(dimension, _)| !dimension.is_empty());
        if let Some(slice) = self.slice.as_deref().filter(|slice| !slice_fits(slice)) {
            return Err(ControlError::invalid("slice", slice, "must be written dimension:value"));
        }
        if !is_decimal(&self.value) {
            return Err(ControlError::invalid("target", &self.value, "must be a decimal such as 0.95, of at most 38 digits"));
        }
        Ok(())
    }
}

/// Digits, at most one point between them, at most one minus before them: what a JSON number and a SQL literal both take.
pub(crate) fn is_decimal(text: &str) -> bool {
    const DIGITS_MAX: usize = 38;
    let unsigned = text.strip_prefix('-').unwrap_or(text);
    let (whole, fraction) = unsigned.split_once('.').unwrap_or((unsigned, "0"));
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    let leads_with_zero = whole.len() > 1 && whole.starts_with('0');
    digits(whole) && digits(fraction) && !leads_with_zero && whole.len() + fraction.len() <= DIGITS_MAX
}

#[derive(FromRow)]
struct TargetRow {
    tenant_id: String,
    kpi: String,
    slice: String,
    effective_from: String,
    value: String,
}

impl TryFrom<TargetRow> for Target {
    type Error = ControlError;

    fn try_from(row: TargetRow) -> Result<Self> {
        Ok(Self {
            effective_from: stored::value("date", &row.effective_from)?,
            slice: Some(row.slice).filter(|slice| !slice.is_empty()),
            tenant_id: row.tenant_id,
            kpi: row.kpi,
            value: row.value,
        })
    }
}

impl Control {
    /// Stores a target, or its new value for the same first day.
    ///
    /// # Errors
    /// [`ControlError::Invalid`] for a value or slice of the wrong form, [`ControlError::Conflict`] for an unknown tenant.
    pub async fn ensure_target(&self, target: &Target) -> Result<()> {
        target.check()?;
        let sql = "
            INSERT INTO targets (tenant_id, kpi, slice, effective_from, value)
            VALUES ($1, $2, $3, $4, $5)
            ON CONFLICT (tenant_id, kpi, slice, effective_from) DO UPDATE SET value = excluded.value";
        let query = sqlx::query(sql).bind(&target.tenant_id).bind(&target.kpi).bind(target.slice.as_deref().unwrap_or_default());
        let query = query.bind(target.effective_from.to_string()).bind(&target.value);
        let context = format!("storing the target of `{}` for tenant `{}`", target.kpi, target.tenant_id);
        query.execute(&self.pool).await.map_err(ControlError::write(context))?;
        Ok(())
    }

    /// The target of a KPI that holds on a day: of the whole KPI without a `slice`, else of that very slice. None if there
    /// is none.
    ///
    /// # Errors
    /// [`ControlError::Store`].
    pub async fn target(&self, tenant_id: &str, kpi: &str, slice: Option<&str>, on: NaiveDate) -> Result<Option<Target>> {
        let sql = "
            SELECT tenant_id, kpi, slice, effective_from, value
            FROM targets
            WHERE tenant_id = $1 AND kpi = $2 AND slice = $3 AND effective_from <= $4
            ORDER BY effective_from DESC
            LIMIT 1";
        let query = sqlx::query_as(sql).bind(tenant_id).bind(kpi).bind(slice.unwrap_or_default()).bind(on.to_string());
        let found: Option<TargetRow> = query.fetch_optional(&self.pool).await.map_err(ControlError::store("reading a target"))?;
        found.map(Target::try_from).transpose()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{Fresh, fresh_stores};
    use crate::{Kind, Tenant};

    fn date(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn target(slice: Option<&str>, effective_from: &str, value: &str) -> Target {
        Target {
            tenant_id: "desk".into(),
            kpi: "sla_attainment".into(),
            slice: slice.map(str::to_owned),
            effective_from: date(effective_from),
            value: value.into(),
        }
    }

    async fn with_tenant() -> [Fresh; 2] {
        let stores = fresh_stores().await;
        for control in &stores {
            let tenant = Tenant::new("desk", "Desk", "EUR", chrono_tz::UTC, "en");
            control.ensure_tenant(&tenant).await.unwrap();
        }
        stores
    }

    #[tokio::test]
    async fn the_target_that_holds_on_the_day_is_found() {
        for control in with_tenant().await {
            for target in [
                target(None, "2016-07-01", "0.95"),
                target(None, "2016-01-01", "0.80"),
                target(None, "2016-01-01", "0.90"),
                target(Some("priority:1"), "2016-01-01", "0.99"),
            ] {
                control.ensure_target(&target).await.unwrap();
            }
            let value = async |slice: Option<&str>, on: &str| {
                let found = control.target("desk", "sla_attainment", slice, date(on)).await.unwrap();
                found.map(|target| target.value)
            };
            assert_eq!(value(None, "2015-12-31").await, None);
            assert_eq!(value(None, "2016-01-01").await.as_deref(), Some("0.90"));
            assert_eq!(value(None, "2016-12-31").await.as_deref(), Some("0.95"));
            assert_eq!(value(Some("priority:1"), "2016-12-31").await.as_deref(), Some("0.99"));
            assert_eq!(value(Some("priority:2"), "2016-12-31").await, None);
            assert_eq!(control.target("desk", "backlog", None, date("2016-12-31")).await.unwrap(), None);
            assert_eq!(control.target("other", "sla_attainment", None, date("2016-12-31")).await.unwrap(), None);
            let whole = control.target("desk", "sla_attainment", Some("priority:1"), date("2016-02-01")).await.unwrap();
            assert_eq!(whole, Some(target(Some("priority:1"), "2016-01-01", "0.99")));
        }
    }

    #[tokio::test]
    async fn refuses_values_and_slices_of_the_wrong_form() {
        for control in with_tenant().await {
            for value in ["", "x", "1,5", "1e3", ".5", "5.", "--1", "+1", "01", "NaN", &"9".repeat(39)] {
                let error = control.ensure_target(&target(None, "2016-01-01", value)).await.unwrap_err();
                assert_eq!(error.kind(), Kind::Invalid, "{value}");
            }
            for value in ["0", "-1.50", "0.95", "1234567.8901"] {
                control.ensure_target(&target(None, "2016-01-01", value)).await.unwrap();
            }
            for slice in ["", "priority", ":1"] {
                let error = control.ensure_target(&target(Some(slice), "2016-01-01", "1")).await.unwrap_err();
                assert_eq!(error.kind(), Kind::Invalid, "{slice}");
            }
            let stranger = Target { tenant_id: "other".into(), ..target(None, "2016-01-01", "1") };
            assert_eq!(control.ensure_target(&stranger).await.unwrap_err().kind(), Kind::Conflict);
        }
    }
}
