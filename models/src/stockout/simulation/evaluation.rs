//! Judges stock-out models on a shop: the origins of the last dates are the test, those whose horizon ended before it the training.

use std::collections::BTreeMap;

use rayon::iter::{IntoParallelRefIterator, ParallelIterator};

use super::super::calibration::Calibration;
use super::super::demand::{DailyDemand, DemandSettings};
use super::super::forecast::ByDay;
use super::super::lateness::Lateness;
use super::super::outcome::MaturedStockout;
use super::super::{Draws, HORIZON_DAYS, casts};
use super::origins::{Origin, history, lateness_by_date, origins};
use super::peers::{self, Sales};
use super::shop::Shop;
use crate::scores::probability::{Matured, area_under_curve, base_rate, brier, calibration_error, log_loss};

/// Days of an item's series before its first origin.
const WARM_UP_DAYS: usize = 84;
/// Days between origins.
const ORIGIN_EVERY_DAYS: usize = 7;
/// Horizons that are reported.
const REPORTED: [usize; 2] = [14, 28];
/// The share of origin dates that trains.
const TRAINING_SHARE: f64 = 0.6;

/// Which dates are judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Span {
    /// Those before the reported test and its gap, split alike: where settings are chosen.
    Earlier,
    /// The last two fifths: the reported test.
    Reported,
}

/// How a model did at a horizon.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// The model.
    pub model: &'static str,
    /// Days ahead.
    pub horizon: usize,
    /// Mean squared error of the probability.
    pub brier: f64,
    /// Mean of −ln of what was given to what happened.
    pub log_loss: f64,
    /// Area under the curve; a half for one that tells nothing apart.
    pub area_under_curve: f64,
    /// Expected calibration error over ten bins.
    pub calibration_error: f64,
    /// Mean probability.
    pub mean: f64,
    /// The Brier score against what really happened, later orders included.
    pub brier_in_fact: f64,
}

/// What came of a test.
#[derive(Debug, Clone, PartialEq)]
pub struct Evaluation {
    /// Origins of the test.
    pub origins: usize,
    /// Origins of the training.
    pub training: usize,
    /// The share that ran out by each reported horizon.
    pub base_rates: Vec<(usize, f64)>,
    /// Models by horizon.
    pub rows: Vec<Row>,
    /// Mean absolute error, in days, of the median date where stock ran out within the horizon (a median beyond it counts as the horizon).
    pub date_error_days: f64,
}

/// A forecast of an origin by all models.
struct Judged<'shop> {
    origin: &'shop Origin,
    cold: ByDay,
    others: Vec<[f64; REPORTED.len()]>,
}

/// The plain methods, in the order of [`Judged::others`].
const OTHERS: [&str; 4] = ["rule", "nb", "nb_avail", "nb_em"];

/// Runs all models over the origins of a shop.
pub fn evaluate(shop: &Shop, span: Span, settings: &DemandSettings, draws: &Draws) -> Evaluation {
    let all = origins(shop, WARM_UP_DAYS, ORIGIN_EVERY_DAYS);
    let dates = dates_of(&all, span);
    let used = all.iter().filter(|origin| dates.binary_search(&origin.date).is_ok()).collect::<Vec<_>>();
    let lateness = lateness_by_date(shop, used.iter().map(|origin| origin.date));
    let judged = used.par_iter().map(|origin| judge(shop, origin, &lateness[&origin.date], settings, draws)).collect::<Vec<_>>();
    let test_starts = test_start(&dates);
    let (training, test): (Vec<_>, Vec<_>) = judged.into_iter().partition(|one| one.origin.date < test_starts);
    let (training, between): (Vec<_>, Vec<_>) =
        training.into_iter().partition(|one| one.origin.date + HORIZON_DAYS < test_starts);
    let once = Calibration::fit(&training.iter().map(|one| matured(one, test_starts)).collect::<Vec<_>>());
    let anew = refitted(&training, &between, &test);
    let mut rows = Vec::new();
    for (place, horizon) in REPORTED.into_iter().enumerate() {
        let climate = base_rate(&outcomes(&training, horizon)).unwrap_or(0.5);
        rows.push(row("climatology", horizon, &test, |_| climate));
        for (number, name) in OTHERS.into_iter().enumerate() {
            rows.push(row(name, horizon, &test, |one| one.others[number][place]));
        }
        rows.push(row("cold", horizon, &test, |one| one.cold[horizon - 1]));
        rows.push(row("trained once", horizon, &test, |one| once.chances(&one.cold)[horizon - 1]));
        rows.push(row("trained weekly", horizon, &test, |one| anew[&one.origin.date].chances(&one.cold)[horizon - 1]));
    }
    Evaluation {
        origins: test.len(),
        training: training.len(),
        base_rates: REPORTED.iter().map(|horizon| (*horizon, base_rate(&outcomes(&test, *horizon)).unwrap_or(0.0))).collect(),
        rows,
        date_error_days: date_error(&test, &once),
    }
}

/// The origin dates of a span, oldest first.
fn dates_of(all: &[Origin], span: Span) -> Vec<usize> {
    let mut dates = all.iter().map(|origin| origin.date).collect::<Vec<_>>();
    dates.sort_unstable();
    dates.dedup();
    if span == Span::Earlier {
        let reported = test_start(&dates);
        dates.retain(|date| date + HORIZON_DAYS < reported);
    }
    dates
}

fn test_start(dates: &[usize]) -> usize {
    dates.get(casts::whole(casts::real(dates.len()) * TRAINING_SHARE)).copied().unwrap_or(usize::MAX)
}

/// A calibration for each date of the test, from all that had matured by then.
fn refitted(training: &[Judged], between: &[Judged], test: &[Judged]) -> BTreeMap<usize, Calibration> {
    let mut dates = test.iter().map(|one| one.origin.date).collect::<Vec<_>>();
    dates.sort_unstable();
    dates.dedup();
    let fit = |date: &usize| {
        let known = training.iter().chain(between).chain(test).filter(|one| one.origin.date < *date);
        (*date, Calibration::fit(&known.map(|one| matured(one, *date)).collect::<Vec<_>>()))
    };
    dates.par_iter().map(fit).collect::<Vec<_>>().into_iter().collect()
}

fn judge<'shop>(
    shop: &Shop,
    origin: &'shop Origin,
    lateness: &Lateness,
    settings: &DemandSettings,
    draws: &Draws,
) -> Judged<'shop> {
    let history = history(shop, origin);
    let demand = DailyDemand::of_history(&history, settings);
    let seed = draws.seed.wrapping_add(u64::try_from(origin.item * 100_000 + origin.date).unwrap_or(0));
    let said = super::super::forecast(&origin.position, &demand, lateness, 0.95, &Draws { seed, ..*draws });
    let raw = peers::demand(&history, Sales::Raw);
    let mut others = vec![REPORTED.map(|horizon| peers::rule(&origin.position, raw, horizon))];
    for sales in [Sales::Raw, Sales::Available, Sales::Censored] {
        let day = peers::demand(&history, sales);
        others.push(REPORTED.map(|horizon| peers::checkpoints(&origin.position, lateness, day, horizon)));
    }
    Judged { origin, cold: said.probability, others }
}

/// A forecast as it is known on `date`; one that ran out later is not known to have.
fn matured(one: &Judged, date: usize) -> MaturedStockout {
    let days_passed = u32::try_from(date - one.origin.date).unwrap_or(u32::MAX);
    MaturedStockout { probability: one.cold, days_passed, ran_out_on: one.origin.ran_out_on.filter(|day| *day <= days_passed) }
}

fn outcomes(judged: &[Judged], horizon: usize) -> Vec<Matured> {
    judged.iter().map(|one| Matured { probability: 0.5, happened: one.origin.ran_out_by(horizon) }).collect()
}

fn row(model: &'static str, horizon: usize, test: &[Judged], say: impl Fn(&Judged) -> f64) -> Row {
    let said = test.iter().map(|one| (say(one), one.origin)).collect::<Vec<_>>();
    let planned =
        said.iter().map(|(probability, origin)| Matured { probability: *probability, happened: origin.ran_out_by(horizon) });
    let planned = planned.collect::<Vec<_>>();
    let in_fact = said
        .iter()
        .map(|(probability, origin)| Matured { probability: *probability, happened: origin.ran_out_in_fact_by(horizon) });
    Row {
        model,
        horizon,
        brier: brier(&planned).unwrap_or(f64::NAN),
        log_loss: log_loss(&planned).unwrap_or(f64::NAN),
        area_under_curve: area_under_curve(&planned).unwrap_or(0.5),
        calibration_error: calibration_error(&planned).unwrap_or(f64::NAN),
        mean: said.iter().map(|(probability, _)| probability).sum::<f64>() / casts::real(said.len().max(1)),
        brier_in_fact: brier(&in_fact.collect::<Vec<_>>()).unwrap_or(f64::NAN),
    }
}

fn date_error(test: &[Judged], calibration: &Calibration) -> f64 {
    let (mut days, mut count) = (0.0, 0.0);
    for one in test {
        let Some(ran_out_on) = one.origin.ran_out_on else { continue };
        let chances = calibration.chances(&one.cold);
        let median = chances.iter().position(|chance| *chance >= 0.5).map_or(HORIZON_DAYS, |day| day + 1);
        days += (casts::real(median) - f64::from(ran_out_on)).abs();
        count += 1.0;
    }
    if count > 0.0 { days / count } else { 0.0 }
}
