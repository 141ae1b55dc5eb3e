//! A number with the counts behind it, one a currency: what every answer about a KPI is made of. Knows kinds, no time.

use serde::Serialize;
use utoipa::ToSchema;

use super::cells::Cells;
use super::definition::KpiDefinition;
use super::measure::{Exact, Measure};

/// A number over a span, with the counts behind it.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Amount {
    /// The number; none when it cannot be made (nothing to divide by, several currencies).
    pub value: Option<Exact>,
    /// Currency of money.
    pub currency: Option<String>,
    /// Σ numerator, or Σ value.
    pub numerator: Option<Exact>,
    /// Σ denominator, or the number of values.
    pub denominator: Option<Exact>,
    /// Records.
    pub n: u64,
}

impl Amount {
    /// What `measure` adds up to in `currency`.
    pub fn of(kpi: &KpiDefinition, currency: Option<String>, measure: &Measure) -> Self {
        Self {
            value: measure.value(kpi.kind),
            currency,
            numerator: measure.numerator.map(Exact),
            denominator: measure.denominator.map(Exact),
            n: measure.n,
        }
    }

    /// The one amount that there is; with several currencies nothing is added but the counts.
    pub fn whole(amounts: &[Self]) -> Self {
        match amounts {
            [one] => one.clone(),
            several => Self {
                value: None,
                currency: None,
                numerator: None,
                denominator: None,
                n: several.iter().map(|amount| amount.n).sum(),
            },
        }
    }
}

/// One amount a currency; one without records when there is none.
pub fn amounts(kpi: &KpiDefinition, cells: &Cells) -> Vec<Amount> {
    if cells.is_empty() {
        return vec![Amount::of(kpi, None, &Measure::default())];
    }
    cells.iter().map(|(key, measure)| Amount::of(kpi, key.currency.clone(), measure)).collect()
}
