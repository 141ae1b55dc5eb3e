//! The planted truth, as sheets of CSV that grow beside the stream: which order leaks how much and why, which stock ran out, which clock was
//! missed. What a detector finds is judged by it; no message repeats it.

use std::fmt::Display;
use std::io::Write;

use super::instant::{Instant, text};
use super::money::{self, Currency};
use super::record::Key;

/// A sheet of the ledger.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Sheet {
    /// Money lost, one finding a row.
    Leaks,
    /// Spans in which nothing could be promised.
    Stockouts,
    /// Demand that found too little stock: what was sold is censored here.
    LostDemand,
    /// Clocks that were missed.
    Breaches,
    /// Customers who placed their last order.
    Churn,
    /// Runs that failed or repeat one that failed.
    Runs,
    /// Messages late, twice, malformed; records corrected, deleted, in conflict.
    Imperfections,
    /// What kind of demand each article has.
    Products,
    /// Prices cut for a time.
    Promotions,
    /// Fixed rates between currencies.
    Rates,
}

impl Sheet {
    pub(super) const ALL: [Self; 10] = [
        Self::Leaks,
        Self::Stockouts,
        Self::LostDemand,
        Self::Breaches,
        Self::Churn,
        Self::Runs,
        Self::Imperfections,
        Self::Products,
        Self::Promotions,
        Self::Rates,
    ];

    /// Name of its file.
    pub(super) fn file(self) -> &'static str {
        match self {
            Self::Leaks => "leaks.csv",
            Self::Stockouts => "stockouts.csv",
            Self::LostDemand => "lost_demand.csv",
            Self::Breaches => "breaches.csv",
            Self::Churn => "churn.csv",
            Self::Runs => "runs.csv",
            Self::Imperfections => "imperfections.csv",
            Self::Products => "products.csv",
            Self::Promotions => "promotions.csv",
            Self::Rates => "rates.csv",
        }
    }

    /// Names of its columns.
    pub(super) fn header(self) -> &'static str {
        match self {
            Self::Leaks => {
                "kpi,rule,table,record,related_table,related_record,amount,recoverable_amount,currency,happened_at,why"
            }
            Self::Stockouts => "sku,warehouse,from,until,lost_orders,lost_units,lost_value_eur",
            Self::LostDemand => "asked_at,sku,warehouse,demanded_units,sold_units",
            Self::Breaches => "clock,record,due_at,met_at",
            Self::Churn => "customer_id,first_order,last_order,orders",
            Self::Runs => "workflow,run_id,outcome,attempt,retry_of,started_at,finished_at",
            Self::Imperfections => "kind,message_id,table,record,version_at,arrived_at",
            Self::Products => "sku,demand,season,popularity",
            Self::Promotions => "promotion,category,from,until,discount_per_mille",
            Self::Rates => "currency,units_per_eur",
        }
    }
}

/// One finding: money that should have come or stayed.
#[derive(Debug, Clone, Copy)]
pub(super) struct Leak {
    /// The rule of the catalogue of KPIs: M5, M14 …
    pub(super) kpi: &'static str,
    pub(super) rule: &'static str,
    pub(super) table: super::table::Table,
    pub(super) record: Key,
    /// Line of the record, where it has lines.
    pub(super) line: Option<usize>,
    pub(super) related: Option<(super::table::Table, Key)>,
    pub(super) amount: i64,
    pub(super) recoverable: i64,
    pub(super) currency: Currency,
    pub(super) at: Instant,
    pub(super) why: &'static str,
}

/// All sheets, each with the rows since it was last taken.
#[derive(Debug, Clone)]
pub(super) struct Truth {
    sheets: Vec<Vec<u8>>,
    counts: Vec<u64>,
}

impl Truth {
    pub(super) fn new() -> Self {
        Self { sheets: vec![Vec::new(); Sheet::ALL.len()], counts: vec![0; Sheet::ALL.len()] }
    }

    /// Adds a row; none of the values holds a comma or a quote.
    pub(super) fn row(&mut self, sheet: Sheet, values: &[&dyn Display]) {
        let out = &mut self.sheets[sheet as usize];
        self.counts[sheet as usize] += 1;
        for (position, value) in values.iter().enumerate() {
            if position > 0 {
                out.push(b',');
            }
            // Writing to a vector cannot fail.
            let _ = write!(out, "{value}");
        }
        out.push(b'\n');
    }

    /// Adds a finding.
    pub(super) fn leak(&mut self, leak: &Leak) {
        let record = match leak.line {
            Some(line) => format!("{}/{}", leak.record, line + 1),
            None => leak.record.to_string(),
        };
        let (related_table, related) = match leak.related {
            Some((table, key)) => (table.name(), key.to_string()),
            None => ("", String::new()),
        };
        self.row(
            Sheet::Leaks,
            &[
                &leak.kpi,
                &leak.rule,
                &leak.table.name(),
                &record,
                &related_table,
                &related,
                &money::text(leak.amount, leak.currency),
                &money::text(leak.recoverable, leak.currency),
                &leak.currency.code(),
                &text(leak.at),
                &leak.why,
            ],
        );
    }

    /// The rows of `sheet` since last time, as CSV without a header.
    pub(super) fn take(&mut self, sheet: Sheet) -> Vec<u8> {
        std::mem::take(&mut self.sheets[sheet as usize])
    }

    /// Rows of `sheet` since the beginning.
    pub(super) fn count(&self, sheet: Sheet) -> u64 {
        self.counts[sheet as usize]
    }
}
