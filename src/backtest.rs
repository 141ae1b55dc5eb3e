//! `quarterdeck backtest`: what the models would have said of real and simulated shops, scored by what came, beside naive methods and what peers
//! reached. Knows no tenant: it reads files of data that are at hand, and says which are not.

mod churn;
mod complete_journey;
mod demand;
mod online_retail;
mod sales;
mod stockout;

use std::path::{Path, PathBuf};

use anyhow::Result;
use clap::{Args, ValueEnum};
use quarterdeck_models::stockout::simulation::{SyntheticDemand, synthetic_demand};

use crate::output::line;

/// Where data for tests lie beside a checkout.
const BESIDE: &str = "../shared/data";
/// Folder of the wholesaler's daily files.
const WHOLESALER: &str = "online_retail_2010_2011/by-day";
/// Folder of the grocer's files.
const GROCER: &str = "complete_journey";
/// Series of the simulated demand that stands in where there are no files.
const SYNTHETIC: SyntheticDemand = SyntheticDemand { items: 600, days: 540, seed: 1 };
/// A series counts in the simulated shop from this many days.
const LEAST_DAYS: usize = 200;
/// And from as many units a day.
const LEAST_UNITS_A_DAY: f64 = 0.1;

/// What peers reached on 1,000 series of both shops, the wholesaler's over two years: scaled pinball loss, RMSSE.
const DEMAND_PEERS: [(&str, f64, f64); 5] = [
    ("LightGBM + negative binomial", 0.226, 0.697),
    ("SES + negative binomial", 0.232, 0.686),
    ("last 91 days", 0.233, 0.691),
    ("MSTL", 0.298, 0.728),
    ("seasonal naive", 0.392, 0.885),
];

#[derive(Debug, Args)]
pub(crate) struct BacktestArguments {
    /// Folder of the data [default: ../shared/data]
    #[arg(long)]
    data: Option<PathBuf>,
    /// Only these
    #[arg(long, value_enum)]
    only: Vec<Part>,
}

/// What can be scored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Part {
    /// Units a day, by article
    Demand,
    /// Articles that run out, in a simulated shop
    Stockout,
    /// Customers who order no more
    Churn,
}

pub(crate) fn run(arguments: &BacktestArguments) -> Result<()> {
    let data = arguments.data.clone().unwrap_or_else(|| BESIDE.into());
    for part in [Part::Demand, Part::Stockout, Part::Churn] {
        if !arguments.only.is_empty() && !arguments.only.contains(&part) {
            continue;
        }
        match part {
            Part::Demand => of_demand(&data)?,
            Part::Stockout => of_stockouts(&data)?,
            Part::Churn => of_churn(&data)?,
        }
    }
    Ok(())
}

fn of_demand(data: &Path) -> Result<()> {
    line("demand: 28 days from three origins, quantiles scored in the series' own steps (M5)")?;
    if !data.join(WHOLESALER).is_dir() || !data.join(GROCER).is_dir() {
        return line(format!("  not scored: {WHOLESALER} or {GROCER} is not in {}\n", data.display()));
    }
    line(format!(
        "{:<9} {:<31} {:>6} {:>7} {:>7} {:>7} {:>8} {:>8} {:>9} {:>9} {:>11}",
        "set", "method", "series", "SPL", "RMSSE", "bias", "<= q.90", "<= q.95", "<= q.975", "v. naive", "CPU s/1,000"
    ))?;
    for row in demand::run(data)? {
        let score = &row.score;
        line(format!(
            "{:<9} {:<31} {:>6} {:>7.4} {:>7.4} {:>7.3} {:>8.3} {:>8.3} {:>9.3} {:>9.3} {:>11.2}",
            row.set,
            score.method.name(),
            score.series,
            score.spl,
            score.rmsse,
            score.bias,
            score.below_90,
            score.below_95,
            score.below_975,
            score.value_added,
            row.cpu_seconds_per_1000_series
        ))?;
    }
    line("peers' published, the wholesaler's over two years and at other origins:")?;
    for (name, spl, rmsse) in DEMAND_PEERS {
        line(format!("{:<9} {name:<38} {spl:>7.3} {rmsse:>7.3}", ""))?;
    }
    line("")
}

fn of_stockouts(data: &Path) -> Result<()> {
    let folder = data.join(WHOLESALER);
    let demand = if folder.is_dir() {
        let shop = online_retail::read(&folder)?;
        let series = shop.items.into_iter().map(|(_, series)| series.units);
        series.filter(|units| units.len() >= LEAST_DAYS && mean(units) >= LEAST_UNITS_A_DAY).take(SYNTHETIC.items).collect()
    } else {
        line(format!("stock-out: {WHOLESALER} is not in {}, demand is made up", data.display()))?;
        synthetic_demand(&SYNTHETIC)
    };
    line(stockout::run(&demand))
}

fn of_churn(data: &Path) -> Result<()> {
    let scores = churn::run(data)?;
    if scores.rows.is_empty() {
        return line(format!("churn: not scored: neither cdnow nor online_retail* is in {}", data.display()));
    }
    if !scores.fits.is_empty() {
        line("churn: models of buying fitted to CDNOW's 2,357 customers up to 1997-09-30")?;
        for fit in &scores.fits {
            line(format!("{:<12} {:<58} published {:<58} {:.3} s", fit.model, fit.here, fit.published, fit.seconds))?;
        }
        line("")?;
    }
    line("churn: customers who order nothing in the days after a cutoff (39 weeks for CDNOW, else 90 days)")?;
    line(format!("{} lines name no customer and are left out", scores.lines_without_customer))?;
    line(format!(
        "{:<14} {:<11} {:<34} {:>9} {:>6} {:>6} {:>7} {:>8} {:>6} {:>8}  {}",
        "data", "cutoff", "model", "customers", "base", "AUC", "Brier", "log loss", "ECE", "seconds", "note"
    ))?;
    let shown = |value: Option<f64>| value.map_or_else(|| "-".to_owned(), |value| format!("{value:.3}"));
    for score in &scores.rows {
        line(format!(
            "{:<14} {:<11} {:<34} {:>9} {:>6.3} {:>6} {:>7.4} {:>8} {:>6.3} {:>8}  {}",
            score.data,
            score.cutoff,
            score.model,
            score.customers,
            score.base_rate,
            shown(score.auc),
            score.brier,
            shown(score.log_loss),
            score.calibration_error,
            shown(score.seconds),
            score.note
        ))?;
    }
    Ok(())
}

#[expect(clippy::cast_precision_loss, reason = "days are far below 2^52")]
fn mean(units: &[f64]) -> f64 {
    units.iter().sum::<f64>() / units.len() as f64
}
