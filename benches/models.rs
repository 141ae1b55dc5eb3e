//! What models cost: CPU seconds beside wall time, over made-up series of the length that shops have. `cargo bench --bench models`.

use std::time::Instant;

use chrono::{NaiveDate, TimeDelta};
use quarterdeck_models::churn::{self, CustomerHistory, CustomerOrder, bg_nbd, gamma_gamma, pareto_nbd};
use quarterdeck_models::demand::{self, DemandSeries, Method};
use quarterdeck_models::stockout::simulation::{SyntheticDemand, synthetic_demand};
use quarterdeck_models::stockout::{DailyDemand, DemandSettings, Draws, Lateness, Position, StockHistory, forecast_all};
use quarterdeck_models::workload::{self, HourlySeries};

/// Series of the demand bench.
const SERIES: usize = 10_000;
/// Days of a series.
const DAYS: usize = 550;
/// Customers, as many as the CDNOW sample has.
const CUSTOMERS: usize = 2_357;

fn main() {
    let demand = synthetic_demand(&SyntheticDemand { items: SERIES, days: DAYS, seed: 7 });
    let end = NaiveDate::from_ymd_opt(2026, 6, 30).unwrap_or_default();
    let panel = demand.iter().map(|units| series(units, end)).collect::<Vec<_>>();
    let ask = demand::Ask { origin: end, horizon_days: 28, holidays: &[], seed: 1 };
    for method in [Method::Default, Method::NbSes, Method::Ets, Method::Empirical91] {
        let name = format!("demand, {}: {SERIES} series of {DAYS} days", method.name());
        measured(&name, || demand::forecast_by(method, &panel, &ask).len());
    }
    let positions = demand.iter().map(|units| {
        let history = StockHistory::of_sales(units);
        (Position::of_stock(20.0), DailyDemand::of_history(&history, &DemandSettings::default()))
    });
    measured("stockout, learning demand", || positions.clone().count());
    let positions = positions.collect::<Vec<_>>();
    let lateness = Lateness::learn(&[(0, 0), (0, 2), (0, 5)]);
    measured(&format!("stockout: {SERIES} positions, 256 paths"), || {
        forecast_all(&positions, &lateness, 0.95, &Draws::default()).len()
    });
    let customers = customers();
    let summaries = customers.iter().filter_map(summary).collect::<Vec<_>>();
    measured(&format!("churn, BG/NBD fit: {} customers", summaries.len()), || usize::from(bg_nbd::fit(&summaries, 0.0).is_ok()));
    measured(&format!("churn, Pareto/NBD fit: {} customers", summaries.len()), || {
        usize::from(pareto_nbd::fit(&summaries, 0.0).is_ok())
    });
    measured("churn, Gamma-Gamma fit", || usize::from(gamma_gamma::fit(&summaries, 0.0).is_ok()));
    let ask = churn::Ask { cutoff: 273, horizons_days: vec![30, 60, 90], active_within_days: 365, seed: 1 };
    measured(&format!("churn, whole: {CUSTOMERS} customers, three horizons"), || match churn::forecast(&customers, &ask) {
        churn::Outcome::Forecast(risks) => risks.len(),
        churn::Outcome::Abstained { .. } => 0,
    });
    let hours = HourlySeries { first_hour: 0, counts: (0..8_760_u32).map(|hour| f64::from(hour * 7_919 % 13)).collect() };
    measured("workload: 1 series of 8,760 hours, 672 ahead", || workload::forecast(&hours, 672).hours.len());
}

fn series(units: &[f64], end: NaiveDate) -> DemandSeries {
    let days = i64::try_from(units.len()).unwrap_or(0);
    DemandSeries { first_day: end - TimeDelta::days(days), units: units.to_vec(), stock: Vec::new(), prices: Vec::new() }
}

/// Customers who order in turn, some often and some once: enough for a fit, alike in number to the sample that papers use.
fn customers() -> Vec<CustomerHistory> {
    let customer = |index: usize| {
        let every = 9 + (index * 7_919) % 160;
        let orders = 1 + (index * 104_729) % 7;
        let day = |order: usize| i32::try_from(index % 84 + order * every).unwrap_or(0);
        let value = |order: usize| 20.0 + f64::from(u32::try_from((index * 31 + order * 17) % 60).unwrap_or(0));
        let orders =
            (0..orders).map(|order| CustomerOrder { day: day(order), value: value(order) }).filter(|order| order.day < 273);
        CustomerHistory { orders: orders.collect(), ..CustomerHistory::default() }
    };
    (0..CUSTOMERS).map(customer).collect()
}

fn summary(customer: &CustomerHistory) -> Option<churn::Summary> {
    let (first, last) = (customer.orders.first()?, customer.orders.last()?);
    let repeats = f64::from(u32::try_from(customer.orders.len() - 1).ok()?);
    let value = customer.orders.iter().skip(1).map(|order| order.value).sum::<f64>() / repeats.max(1.0);
    let weeks = |days: i32| f64::from(days) / 7.0;
    Some(churn::Summary { repeats, recency: weeks(last.day - first.day), age: weeks(273 - first.day), mean_value: value })
}

fn measured(name: &str, mut run: impl FnMut() -> usize) {
    let (wall, cpu) = (Instant::now(), cpu_seconds());
    let count = run();
    println!("{name}: {:.3} CPU s, {:.3} s wall ({count} answers)", cpu_seconds() - cpu, wall.elapsed().as_secs_f64());
}

/// CPU time of this process so far, threads included, from the kernel.
fn cpu_seconds() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let after = stat.rsplit(')').next().unwrap_or_default();
    let ticks: f64 = after.split_whitespace().skip(11).take(2).filter_map(|ticks| ticks.parse::<f64>().ok()).sum();
    ticks / 100.0
}
