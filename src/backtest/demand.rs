//! The scorecard of demand forecasts on real shops: sets of fast and slow items, rolling origins, every method. Knows no model's inside.

use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use chrono::NaiveDate;
use quarterdeck_models::demand::{self, Ask, BacktestScore, DemandSeries, Method, backtest};
use xxhash_rust::xxh3::xxh3_64;

use super::sales::Shop;
use super::{complete_journey, online_retail};

/// Days that are forecast at each origin.
const HORIZON_DAYS: usize = 28;
/// Origins, a horizon apart, the last one horizon before the end of what is known.
const ORIGINS: usize = 3;
/// An item counts from this many days after its first sale.
const LEAST_HISTORY_DAYS: usize = 56;
const SEED: u64 = 1;
/// The set of all sets.
const ALL: &str = "all";

/// What a method was worth on a set.
#[derive(Debug, Clone)]
pub(crate) struct DemandRow {
    pub(crate) set: String,
    pub(crate) score: BacktestScore,
    /// Seconds of one core for 1,000 series.
    pub(crate) cpu_seconds_per_1000_series: f64,
}

/// Items of a shop that are scored together, at origins of their own.
struct Set {
    name: String,
    panel: Vec<DemandSeries>,
    origins: Vec<NaiveDate>,
    holidays: Vec<NaiveDate>,
}

/// Scores of all methods on each set of the shops below `data`, and on all of them, averaged over series; by set, the default method first.
pub(crate) fn run(data: &Path) -> Result<Vec<DemandRow>> {
    let wholesaler = online_retail::read(&data.join("online_retail_2010_2011").join("by-day"))?;
    let grocer = complete_journey::read(&data.join("complete_journey"))?;
    let sets: Vec<Set> = [sets("or", wholesaler, 300, 30), sets("cj", grocer, 200, 15)].into_iter().flatten().collect();
    let mut rows = Vec::new();
    for set in &sets {
        rows.extend(judged(set)?);
    }
    let all = Method::ALL.map(|method| together(rows.iter().filter(|row| row.score.method == method)));
    rows.extend(all.into_iter().flatten());
    Ok(rows)
}

/// The `each` items that sold on most days, and `each` of the others that sold on at least `least_selling_days`, by chance of their keys; all as
/// known before the first origin.
fn sets(name: &str, shop: Shop, each: usize, least_selling_days: usize) -> [Set; 2] {
    let origins = backtest::origins(shop.end, HORIZON_DAYS, ORIGINS);
    let first = origins.first().copied().unwrap_or(shop.end);
    let known =
        |series: &DemandSeries| usize::try_from((first - series.first_day).num_days()).unwrap_or(0).min(series.units.len());
    let selling = |series: &DemandSeries| series.units[..known(series)].iter().filter(|units| **units > 0.0).count();
    let mut fast: Vec<_> = shop.items.into_iter().filter(|(_, series)| known(series) >= LEAST_HISTORY_DAYS).collect();
    fast.sort_by_cached_key(|(key, series)| (std::cmp::Reverse(selling(series)), key.clone()));
    let mut slow = fast.split_off(each.min(fast.len()));
    slow.retain(|(_, series)| selling(series) >= least_selling_days);
    slow.sort_by_cached_key(|(key, _)| xxh3_64(key.as_bytes()));
    slow.truncate(each);
    [("fast", fast), ("slow", slow)].map(|(pace, items)| Set {
        name: format!("{name}_{pace}"),
        panel: items.into_iter().map(|(_, series)| series).collect(),
        origins: origins.clone(),
        holidays: shop.holidays.clone(),
    })
}

fn judged(set: &Set) -> Result<Vec<DemandRow>> {
    let scores = demand::score(&set.panel, &set.origins, HORIZON_DAYS, &set.holidays, &Method::ALL, SEED);
    let row = |score: BacktestScore| {
        let cpu_seconds_per_1000_series = cost(score.method, set)?;
        Ok(DemandRow { set: set.name.clone(), score, cpu_seconds_per_1000_series })
    };
    scores.into_iter().map(row).collect()
}

/// CPU seconds of one core for 1,000 series at the last origin.
fn cost(method: Method, set: &Set) -> Result<f64> {
    let origin = *set.origins.last().context("no origin")?;
    let ask = Ask { origin, horizon_days: HORIZON_DAYS, holidays: &set.holidays, seed: SEED };
    let one_core = rayon::ThreadPoolBuilder::new().num_threads(1).build().context("starting a thread")?;
    let spent = one_core.install(|| {
        let (before, began) = (busy(), Instant::now());
        let forecasts = demand::forecast_by(method, &set.panel, &ask);
        std::hint::black_box(forecasts);
        busy().zip(before).map_or_else(|| began.elapsed(), |(after, before)| after.saturating_sub(before))
    });
    Ok(spent.as_secs_f64() * 1000.0 / f64::from(u32::try_from(set.panel.len().max(1))?))
}

/// Time this thread was on a core; none where the system does not tell (it is Linux's to tell).
fn busy() -> Option<Duration> {
    let told = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    Some(Duration::from_nanos(told.split_whitespace().next()?.parse().ok()?))
}

fn together<'a>(rows: impl Iterator<Item = &'a DemandRow> + Clone) -> Option<DemandRow> {
    let score = BacktestScore::together(rows.clone().map(|row| &row.score))?;
    let (mut seconds, mut series) = (0.0, 0.0);
    for row in rows {
        let count = f64::from(u32::try_from(row.score.series).ok()?);
        seconds += row.cpu_seconds_per_1000_series * count;
        series += count;
    }
    Some(DemandRow { set: ALL.to_owned(), score, cpu_seconds_per_1000_series: seconds / series })
}
