//! Control totals as the door and the command line keep them: checked against the tables, then into the control store. Knows no HTTP.

use async_trait::async_trait;
use chrono::{DateTime, Datelike, Utc};
use quarterdeck_control::{ColumnSum, Control, ControlError};
use quarterdeck_engine::Engine;
use quarterdeck_engine::completeness::{Unfit, comparable};
use quarterdeck_ingest::door::{ControlTotal, ControlTotals, NotKept, Registration, Unreachable};

/// The store of control totals.
pub(crate) struct KeptTotals {
    control: Control,
    engine: Engine,
}

/// Who says what he holds.
#[derive(Clone, Copy)]
pub(crate) struct Holder<'a> {
    pub(crate) tenant: &'a str,
    pub(crate) source: &'a str,
    pub(crate) instance: &'a str,
    /// Currency of money that is told without one.
    pub(crate) currency: Option<&'a str>,
}

impl KeptTotals {
    pub(crate) fn new(control: Control, engine: Engine) -> Self {
        Self { control, engine }
    }

    /// Keeps all of them or none; answers how many changed what was kept.
    pub(crate) async fn keep_of(
        &self,
        holder: Holder<'_>,
        totals: Vec<ControlTotal>,
        posted_at: DateTime<Utc>,
    ) -> Result<usize, NotKept> {
        let mut kept = Vec::with_capacity(totals.len());
        for (index, total) in totals.into_iter().enumerate() {
            let stored = self.stored(holder, total, posted_at);
            kept.push(stored.map_err(|(field, reason)| NotKept::Wrong { index, field: field.to_owned(), reason })?);
        }
        self.control.keep_control_totals(&kept).await.map_err(|error| match error {
            ControlError::Invalid { what, value, detail } => {
                NotKept::Wrong { index: 0, field: what.to_owned(), reason: format!("`{value}` {detail}") }
            }
            other => NotKept::Unreachable(Unreachable(other.to_string())),
        })
    }

    fn stored(
        &self,
        holder: Holder<'_>,
        total: ControlTotal,
        posted_at: DateTime<Utc>,
    ) -> Result<quarterdeck_control::ControlTotal, (&'static str, String)> {
        if !(1900..=9998).contains(&total.day.year()) {
            return Err(("day", format!("{} is not of the years 1900 to 9998", total.day)));
        }
        let currency = self.currency(holder, &total)?;
        if let Some(code) = currency.as_deref().filter(|code| !is_currency(code)) {
            return Err(("sum.currency", format!("`{code}` is no ISO 4217 code such as EUR")));
        }
        Ok(quarterdeck_control::ControlTotal {
            tenant_id: holder.tenant.to_owned(),
            source: holder.source.to_owned(),
            instance: holder.instance.to_owned(),
            table: total.table,
            day: total.day,
            currency,
            count: total.count,
            sum: total.sum.map(|sum| ColumnSum { column: sum.column, value: sum.value.to_string() }),
            posted_at,
        })
    }

    /// The currency whose records are meant: the one told; for money told without one, the sender's own.
    fn currency(&self, holder: Holder<'_>, total: &ControlTotal) -> Result<Option<String>, (&'static str, String)> {
        let column = total.sum.as_ref().map(|sum| sum.column.as_str());
        let told = total.sum.as_ref().and_then(|sum| sum.currency.as_deref());
        let compare = |currency| comparable(self.engine.contracts(), &total.table, column, currency).map(|_| ());
        let meant = match (compare(told), told) {
            (Err(Unfit { field: "currency", .. }), None) if holder.currency.is_some() => holder.currency,
            (Err(Unfit { field, reason }), _) => return Err((member(field), reason)),
            (Ok(()), _) => told,
        };
        compare(meant).map_err(|unfit| (member(unfit.field), unfit.reason))?;
        Ok(meant.map(str::to_owned))
    }
}

/// Where a control total writes what the engine calls `field`.
fn member(field: &'static str) -> &'static str {
    match field {
        "column" => "sum.column",
        "currency" => "sum.currency",
        other => other,
    }
}

fn is_currency(code: &str) -> bool {
    code.len() == 3 && code.bytes().all(|byte| byte.is_ascii_uppercase())
}

#[async_trait]
impl ControlTotals for KeptTotals {
    async fn keep(
        &self,
        registration: &Registration,
        totals: Vec<ControlTotal>,
        posted_at: DateTime<Utc>,
    ) -> Result<usize, NotKept> {
        let holder = Holder {
            tenant: &registration.tenant,
            source: &registration.source,
            instance: &registration.setting.instance,
            currency: registration.setting.currency.as_deref(),
        };
        self.keep_of(holder, totals, posted_at).await
    }
}
