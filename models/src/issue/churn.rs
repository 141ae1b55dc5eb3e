//! Customers who may not come back. Knows how frames become histories and forecasts rows, not how anything is forecast.

use std::collections::BTreeMap;

use chrono::{NaiveDate, TimeDelta};
use serde_json::json;

use crate::churn::{self, Ask, CustomerHistory, CustomerOrder, CustomerRisk, Outcome};
use crate::frame::{Frame, date_of, days_of};
use crate::model::{Given, Issued, Model, ModelError};
use crate::rows::Rows;

/// Days that are forecast.
const HORIZONS_DAYS: [u32; 3] = [30, 60, 90];
/// Who has ordered nothing for so long has gone already.
const ACTIVE_WITHIN_DAYS: u32 = 365;

/// The model.
pub struct Churn;

impl Model for Churn {
    fn name(&self) -> &'static str {
        "churn"
    }

    fn version(&self) -> &'static str {
        churn::VERSION
    }

    fn frames(&self) -> &'static [&'static str] {
        &["customer_orders", "customer_troubles"]
    }

    fn issue(&self, given: &Given<'_>) -> Result<Issued, ModelError> {
        let customers = customers(given)?;
        let (names, histories): (Vec<_>, Vec<_>) = customers.into_iter().unzip();
        let ask = Ask {
            cutoff: days_of(given.origin),
            horizons_days: HORIZONS_DAYS.to_vec(),
            active_within_days: ACTIVE_WITHIN_DAYS,
            seed: given.seed,
        };
        let (currencies, histories): (Vec<_>, Vec<_>) = histories.into_iter().unzip();
        let risks = match churn::forecast(&histories, &ask) {
            Outcome::Forecast(risks) => risks,
            Outcome::Abstained { reason } => return Ok(Issued::abstained(reason)),
        };
        let told =
            |of: fn(&CustomerRisk) -> bool| risks.iter().filter(|risk| risk.horizon_days == HORIZONS_DAYS[0] && of(risk)).count();
        let (forecasts, fallbacks) = (told(|_| true), told(|risk| risk.fallback.is_some()));
        let who = Who { names: &names, currencies: &currencies, histories: &histories };
        let tables = vec![("forecast_churn", rows(given.origin, &who, &risks)?)];
        let parameters = json!({ "horizons_days": HORIZONS_DAYS, "active_within_days": ACTIVE_WITHIN_DAYS }).to_string();
        Ok(Issued { tables, forecasts, fallbacks, abstained: None, parameters })
    }
}

/// Customers with the currency of their latest order and their history in it.
fn customers(given: &Given<'_>) -> Result<BTreeMap<String, (String, CustomerHistory)>, ModelError> {
    let frame = Frame::of(given, "customer_orders")?;
    let (names, days) = (frame.texts("customer_id")?, frame.days("day")?);
    let (values, currencies) = (frame.numbers("net_value")?, frame.texts("currency")?);
    let mut orders: BTreeMap<String, Vec<(i32, f64, String)>> = BTreeMap::new();
    for (row, name) in names.into_iter().enumerate() {
        let Some(day) = days[row].filter(|day| *day < given.origin) else { continue };
        orders.entry(name).or_default().push((days_of(day), values[row], currencies[row].clone()));
    }
    let mut customers = orders.into_iter().map(|(name, orders)| (name, history(&orders))).collect();
    add_troubles(given, &mut customers)?;
    Ok(customers)
}

/// An order in another currency counts as an order; its value is not known in this one.
fn history(orders: &[(i32, f64, String)]) -> (String, CustomerHistory) {
    let currency = orders.last().map(|(.., currency)| currency.clone()).unwrap_or_default();
    let value = |told: f64, of: &str| if of == currency && told.is_finite() { told.max(0.0) } else { 0.0 };
    let mut orders =
        orders.iter().map(|(day, told, of)| CustomerOrder { day: *day, value: value(*told, of) }).collect::<Vec<_>>();
    orders.sort_by_key(|order| order.day);
    (currency, CustomerHistory { orders, returned: Vec::new(), late_deliveries: Vec::new(), tickets: Vec::new() })
}

fn add_troubles(given: &Given<'_>, customers: &mut BTreeMap<String, (String, CustomerHistory)>) -> Result<(), ModelError> {
    let frame = Frame::of(given, "customer_troubles")?;
    let (names, troubles) = (frame.texts("customer_id")?, frame.texts("trouble")?);
    let (days, values) = (frame.days("day")?, frame.numbers("net_value")?);
    for (row, name) in names.iter().enumerate() {
        let (Some((_, history)), Some(day)) = (customers.get_mut(name), days[row].filter(|day| *day < given.origin)) else {
            continue;
        };
        match troubles[row].as_str() {
            "returned" => {
                let value = if values[row].is_finite() { values[row].max(0.0) } else { 0.0 };
                history.returned.push(CustomerOrder { day: days_of(day), value });
            }
            "late delivery" => history.late_deliveries.push(days_of(day)),
            "ticket" => history.tickets.push(days_of(day)),
            other => {
                return Err(ModelError::frame(
                    "customer_troubles",
                    format!("tells of `{other}`: write returned, late delivery or ticket"),
                ));
            }
        }
    }
    Ok(())
}

/// Customers by their index.
struct Who<'a> {
    names: &'a [String],
    currencies: &'a [String],
    histories: &'a [CustomerHistory],
}

impl Who<'_> {
    fn last_order(&self, customer: usize) -> Option<NaiveDate> {
        self.histories[customer].orders.last().and_then(|order| date_of(order.day))
    }
}

fn rows(origin: NaiveDate, who: &Who<'_>, risks: &[CustomerRisk]) -> Result<arrow::array::RecordBatch, ModelError> {
    let reasons = risks.iter().map(|risk| risk.reasons.join("; ")).collect::<Vec<_>>();
    let target = |risk: &CustomerRisk| origin + TimeDelta::days(i64::from(risk.horizon_days) - 1);
    let currency = |risk: &CustomerRisk| Some(who.currencies[risk.customer].as_str()).filter(|currency| !currency.is_empty());
    Rows::default()
        .texts("customer_id", risks.iter().map(|risk| Some(who.names[risk.customer].as_str())))
        .whole("horizon_days", risks.iter().map(|risk| i64::from(risk.horizon_days)))
        .days("target_day", risks.iter().map(|risk| Some(target(risk))))
        .numbers("probability", risks.iter().map(|risk| Some(risk.probability)))
        .numbers("expected_orders", risks.iter().map(|risk| Some(risk.expected_orders)))
        .money("expected_value", risks.iter().map(|risk| Some(risk.expected_value)))?
        .money("value_at_risk", risks.iter().map(|risk| Some(risk.value_at_risk)))?
        .texts("currency", risks.iter().map(currency))
        .texts("reasons", reasons.iter().map(|reasons| Some(reasons.as_str()).filter(|reasons| !reasons.is_empty())))
        .days("last_order_on", risks.iter().map(|risk| who.last_order(risk.customer)))
        .texts("method", risks.iter().map(|risk| Some(risk.method)))
        .texts("fallback", risks.iter().map(|risk| risk.fallback))
        .texts("confidence", risks.iter().map(|risk| Some(risk.confidence.as_str())))
        .finish()
}
