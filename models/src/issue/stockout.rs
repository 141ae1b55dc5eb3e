//! Articles that run out. Knows how frames become positions and forecasts rows, not how anything is forecast.

use std::collections::BTreeMap;

use chrono::TimeDelta;
use serde_json::json;

use super::places::{self, Closings, Place};
use crate::demand::DemandSeries;
use crate::frame::{Frame, days_of};
use crate::model::{Given, Issued, Model, ModelError};
use crate::rows::Rows;
use crate::stockout::{
    self, ByDay, Calibration, DailyDemand, DemandSettings, Draws, HORIZON_DAYS, HORIZONS, Lateness, MaturedStockout, OpenOrder,
    Position, StockDay, StockHistory, StockoutForecast,
};

/// Paths drawn a position.
const PATHS: usize = 400;

/// The model.
pub struct Stockout;

impl Model for Stockout {
    fn name(&self) -> &'static str {
        "stockout"
    }

    fn version(&self) -> &'static str {
        stockout::VERSION
    }

    fn frames(&self) -> &'static [&'static str] {
        &["daily_demand", "stock_days", "stock_positions", "open_orders", "supplier_lateness", "matured_stockouts"]
    }

    fn issue(&self, given: &Given<'_>) -> Result<Issued, ModelError> {
        let suppliers = Suppliers::of(given)?;
        let mut stocks = stocks(given, &suppliers)?;
        if stocks.is_empty() {
            return Ok(Issued::abstained("no source tells what is in stock"));
        }
        let (closings, demand) = (places::closings(given)?, places::demand(given)?);
        let positions = stocks.iter_mut().map(|stock| {
            let history = history(demand.get(&stock.place), closings.get(&stock.place));
            let demand = DailyDemand::of_history(&history, &DemandSettings::default());
            stock.mean_a_day = demand.mean_a_day();
            (stock.position.clone(), demand)
        });
        let positions = positions.collect::<Vec<_>>();
        let draws = Draws { paths: PATHS, seed: given.seed };
        let raw = stockout::forecast_all(&positions, &suppliers.lateness, given.service_level, &draws);
        let calibration = Calibration::fit(&matured(given, &closings)?);
        let said = raw.iter().map(|raw| {
            let mut said = raw.clone();
            calibration.apply(&mut said);
            said
        });
        let said = said.collect::<Vec<_>>();
        let fallbacks = said.iter().filter(|said| said.fallback.is_some()).count();
        let tables = vec![
            ("forecast_stockout", by_day(given, &stocks, &said, &raw)?),
            ("forecast_stock_risk", risks(given, &stocks, &said)?),
        ];
        let parameters = json!({
            "paths": PATHS, "service_level": given.service_level, "matured": calibration.matured(),
            "calibration": calibration.to_parameters(),
        });
        Ok(Issued { tables, forecasts: stocks.len(), fallbacks, abstained: None, parameters: parameters.to_string() })
    }
}

/// Suppliers by number, how late they are, and how far ahead they promise.
struct Suppliers {
    numbers: BTreeMap<String, usize>,
    lateness: Lateness,
    lead_times_days: BTreeMap<usize, i32>,
}

impl Suppliers {
    fn of(given: &Given<'_>) -> Result<Self, ModelError> {
        let frame = Frame::of(given, "supplier_lateness")?;
        let (names, late) = (frame.texts("supplier")?, frame.numbers("days_late")?);
        let promised = frame.numbers("days_promised")?;
        let mut numbers = BTreeMap::new();
        let mut receipts = Vec::new();
        let mut lead_times: BTreeMap<usize, Vec<i32>> = BTreeMap::new();
        for (row, name) in names.into_iter().enumerate() {
            let next = numbers.len();
            let number = *numbers.entry(name).or_insert(next);
            receipts.extend(days(late[row]).map(|late| (number, late)));
            lead_times.entry(number).or_default().extend(days(promised[row]).filter(|days| *days >= 0));
        }
        let lead_times_days = lead_times.into_iter().filter_map(|(number, days)| Some((number, median(days)?))).collect();
        Ok(Self { numbers, lateness: Lateness::learn(&receipts), lead_times_days })
    }

    /// The number of a supplier; one that never delivered has one that nobody else has.
    fn number(&self, name: &str) -> usize {
        self.numbers.get(name).copied().unwrap_or(usize::MAX)
    }
}

fn median(mut days: Vec<i32>) -> Option<i32> {
    days.sort_unstable();
    days.get(days.len() / 2).copied()
}

#[expect(clippy::cast_possible_truncation, reason = "saturates; centuries of days are no lead time")]
fn days(days: f64) -> Option<i32> {
    days.is_finite().then_some(days as i32)
}

/// An article at a place as it stands now.
struct Stock {
    place: Place,
    name: String,
    supplier: String,
    currency: String,
    next_receipt: Option<chrono::NaiveDate>,
    position: Position,
    /// Units that a coming day asks for, as it is expected.
    mean_a_day: f64,
}

impl Stock {
    /// Days that `units` last; none where nothing is asked for.
    fn cover(&self, units: f64) -> Option<f64> {
        (self.mean_a_day > 0.0).then(|| units.max(0.0) / self.mean_a_day)
    }
}

fn stocks(given: &Given<'_>, suppliers: &Suppliers) -> Result<Vec<Stock>, ModelError> {
    let frame = Frame::of(given, "stock_positions")?;
    let (skus, locations, names) = (frame.texts("sku")?, frame.texts("location")?, frame.texts("name")?);
    let (available, margins) = (frame.numbers("available")?, frame.numbers("unit_margin")?);
    let (currencies, usual) = (frame.texts("currency")?, frame.texts("supplier")?);
    let mut orders = open_orders(given, suppliers)?;
    let stock = |(row, (sku, location)): (usize, (String, String))| {
        let place = Place { sku, location };
        let orders = orders.remove(&place).unwrap_or_default();
        let supplier = usual[row].clone();
        let usual_supplier = suppliers.numbers.get(&supplier).copied();
        let position = Position {
            orders: orders.iter().map(|(order, _)| *order).collect(),
            unit_margin: Some(margins[row]).filter(|margin| margin.is_finite()),
            usual_supplier,
            lead_time_days: usual_supplier.and_then(|number| suppliers.lead_times_days.get(&number).copied()),
            ..Position::of_stock(available[row])
        };
        let next_receipt = orders.iter().map(|(_, promised)| *promised).min();
        Stock {
            place,
            name: names[row].clone(),
            supplier,
            currency: currencies[row].clone(),
            next_receipt,
            position,
            mean_a_day: 0.0,
        }
    };
    Ok(skus.into_iter().zip(locations).enumerate().map(stock).collect())
}

type Promised = Vec<(OpenOrder, chrono::NaiveDate)>;

fn open_orders(given: &Given<'_>, suppliers: &Suppliers) -> Result<BTreeMap<Place, Promised>, ModelError> {
    let frame = Frame::of(given, "open_orders")?;
    let (skus, locations, names) = (frame.texts("sku")?, frame.texts("location")?, frame.texts("supplier")?);
    let (promised, units) = (frame.days("promised_on")?, frame.numbers("units")?);
    let mut orders: BTreeMap<Place, Promised> = BTreeMap::new();
    for (row, (sku, location)) in skus.into_iter().zip(locations).enumerate() {
        let Some(promised) = promised[row] else { continue };
        // Day 1 is the origin.
        let due_in_days = days_of(promised) - days_of(given.origin) + 1;
        let order = OpenOrder { quantity: units[row], due_in_days, supplier: suppliers.number(&names[row]) };
        orders.entry(Place { sku, location }).or_default().push((order, promised));
    }
    Ok(orders)
}

/// Sales beside what there was to sell; where stock is not known, days count as fully served.
fn history(series: Option<&DemandSeries>, closings: Option<&Closings>) -> StockHistory {
    let Some(series) = series else { return StockHistory::default() };
    let Some(closings) = closings else { return StockHistory::of_sales(&series.units) };
    let day = |(day, sold): (chrono::NaiveDate, &f64)| {
        let before = day.pred_opt().and_then(|before| closings.on(before));
        match (before, closings.on(day)) {
            (Some(before), Some(closing)) => StockDay { sold: *sold, opening: before.max(closing + sold), closing },
            _ => StockDay { sold: *sold, opening: f64::INFINITY, closing: f64::INFINITY },
        }
    };
    StockHistory { days: series.first_day.iter_days().zip(&series.units).map(day).collect() }
}

/// Forecasts of which days are over, with the day on which the stock ran out, whatever was ordered since.
fn matured(given: &Given<'_>, closings: &BTreeMap<Place, Closings>) -> Result<Vec<MaturedStockout>, ModelError> {
    let frame = Frame::of(given, "matured_stockouts")?;
    let (skus, locations, origins) = (frame.texts("sku")?, frame.texts("location")?, frame.days("origin")?);
    let (horizons, said) = (frame.numbers("horizon_day")?, frame.numbers("uncalibrated")?);
    let mut forecasts: BTreeMap<(chrono::NaiveDate, Place), ByDay> = BTreeMap::new();
    for (row, (sku, location)) in skus.into_iter().zip(locations).enumerate() {
        let Some(origin) = origins[row] else { continue };
        let by_day = forecasts.entry((origin, Place { sku, location })).or_insert([f64::NAN; HORIZON_DAYS]);
        let day = days(horizons[row]).and_then(|day| usize::try_from(day - 1).ok());
        if let Some(chance) = day.and_then(|day| by_day.get_mut(day)) {
            *chance = said[row];
        }
    }
    let matured = forecasts.into_iter().filter_map(|((origin, place), probability)| {
        let closings = closings.get(&place)?;
        let days_passed = u32::try_from(days_of(given.origin) - days_of(origin)).ok().filter(|days| *days > 0)?;
        let is_whole = HORIZONS.iter().all(|horizon| probability[horizon - 1].is_finite());
        let empty = |day: &chrono::NaiveDate| closings.on(*day).is_some_and(|available| available <= 0.0);
        let ran_out_on = (1_u32..).zip(origin.iter_days().take(HORIZON_DAYS)).find(|(_, day)| empty(day)).map(|(day, _)| day);
        is_whole.then_some(MaturedStockout { probability, days_passed, ran_out_on })
    });
    Ok(matured.collect())
}

fn by_day(
    given: &Given<'_>,
    stocks: &[Stock],
    said: &[StockoutForecast],
    raw: &[StockoutForecast],
) -> Result<arrow::array::RecordBatch, ModelError> {
    let days = stocks
        .iter()
        .zip(said)
        .zip(raw)
        .flat_map(|((stock, said), raw)| (0..HORIZON_DAYS).map(move |day| (stock, said, raw, day)));
    let days = days.collect::<Vec<_>>();
    let ahead = |day: usize| i64::try_from(day).unwrap_or(i64::MAX);
    Rows::default()
        .texts("sku", days.iter().map(|(stock, ..)| Some(stock.place.sku.as_str())))
        .texts("location", days.iter().map(|(stock, ..)| Some(stock.place.location.as_str())))
        .whole("horizon_day", days.iter().map(|(.., day)| ahead(*day) + 1))
        .days("target_day", days.iter().map(|(.., day)| Some(given.origin + TimeDelta::days(ahead(*day)))))
        .numbers("probability", days.iter().map(|(_, said, _, day)| Some(said.probability[*day])))
        .numbers("probability_without_orders", days.iter().map(|(_, said, _, day)| Some(said.without_orders[*day])))
        .numbers("uncalibrated", days.iter().map(|(_, _, raw, day)| Some(raw.probability[*day])))
        .texts("method", days.iter().map(|(_, said, ..)| Some(said.method)))
        .texts("fallback", days.iter().map(|(_, said, ..)| said.fallback))
        .texts("confidence", days.iter().map(|(_, said, ..)| Some(said.confidence.as_str())))
        .finish()
}

fn risks(given: &Given<'_>, stocks: &[Stock], said: &[StockoutForecast]) -> Result<arrow::array::RecordBatch, ModelError> {
    let known = |text: &'_ String| (!text.is_empty()).then(|| text.clone());
    let names = stocks.iter().map(|stock| known(&stock.name)).collect::<Vec<_>>();
    let suppliers = stocks.iter().map(|stock| known(&stock.supplier)).collect::<Vec<_>>();
    let currencies = stocks.iter().map(|stock| known(&stock.currency)).collect::<Vec<_>>();
    // Day 1 is the origin.
    let date = |day: Option<u32>| day.map(|day| given.origin + TimeDelta::days(i64::from(day) - 1));
    let order_by = |said: &StockoutForecast| date(said.latest_order_in_days.map(|days| days + 1));
    let observed = |said: &StockoutForecast| i64::try_from(said.days_observed).unwrap_or(i64::MAX);
    let on_order = |stock: &Stock| stock.position.orders.iter().fold(0.0, |sum, order| sum + order.quantity);
    Rows::default()
        .texts("sku", stocks.iter().map(|stock| Some(stock.place.sku.as_str())))
        .texts("location", stocks.iter().map(|stock| Some(stock.place.location.as_str())))
        .texts("name", names.iter().map(Option::as_deref))
        .texts("supplier", suppliers.iter().map(Option::as_deref))
        .numbers("available", stocks.iter().map(|stock| Some(stock.position.available)))
        .numbers("on_order", stocks.iter().map(|stock| Some(on_order(stock))))
        .days("next_receipt_on", stocks.iter().map(|stock| stock.next_receipt))
        .numbers("before_next_receipt", said.iter().map(|said| Some(said.before_next_receipt)))
        .numbers("within_14_days", said.iter().map(|said| Some(said.probability[13])))
        .numbers("within_28_days", said.iter().map(|said| Some(said.probability[HORIZON_DAYS - 1])))
        .days("early_out_on", said.iter().map(|said| date(said.day_p10)))
        .days("out_on", said.iter().map(|said| date(said.day_p50)))
        .days("late_out_on", said.iter().map(|said| date(said.day_p90)))
        .numbers("lost_units", said.iter().map(|said| Some(said.expected_lost_units)))
        .money("margin_at_risk", said.iter().map(|said| said.margin_at_risk))?
        .texts("currency", currencies.iter().map(Option::as_deref))
        .days("order_by_on", said.iter().map(order_by))
        .numbers("order_units", said.iter().map(|said| Some(said.suggested_units)))
        .numbers("within_28_if_ordered", said.iter().map(|said| Some(said.with_suggestion[HORIZON_DAYS - 1])))
        .numbers("service_level", said.iter().map(|_| Some(given.service_level)))
        .whole("days_observed", said.iter().map(observed))
        .numbers("censored_share", said.iter().map(|said| Some(said.censored_share)))
        .numbers("cover_on_hand_days", stocks.iter().map(|stock| stock.cover(stock.position.available)))
        .numbers("cover_days", stocks.iter().map(|stock| stock.cover(stock.position.available + on_order(stock))))
        .flags("calibrated", said.iter().map(|said| said.calibrated))
        .texts("method", said.iter().map(|said| Some(said.method)))
        .texts("fallback", said.iter().map(|said| said.fallback))
        .texts("confidence", said.iter().map(|said| Some(said.confidence.as_str())))
        .finish()
}
