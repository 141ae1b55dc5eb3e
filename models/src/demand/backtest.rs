//! Forecasts made as of past days and scored against what came, for the default method and those it is measured against. Knows no data set.

use chrono::{Days, NaiveDate};
use rayon::prelude::*;

use super::numbers::{day_number, place, to_f64};
use super::{Ask, DayDemand, DayStock, DemandForecast, DemandSeries, LEVELS, Method, method};
use crate::scores::quantile::{M5_LEVELS, absolute_step, pinball, squared_step};

/// What a method's forecasts were worth, averaged over series and origins.
#[derive(Debug, Clone, PartialEq)]
pub struct BacktestScore {
    /// The method.
    pub method: Method,
    /// Series scored, once an origin.
    pub series: usize,
    /// Root mean squared error in the series' own steps (M5).
    pub rmsse: f64,
    /// Scaled pinball loss over M5's nine levels.
    pub spl: f64,
    /// Mean absolute error in the series' own steps from week to week.
    pub mase: f64,
    /// Absolute errors of the whole horizon's sum ÷ units sold, over all series.
    pub wape28: f64,
    /// Units said too many ÷ units sold, over all series.
    pub bias: f64,
    /// Share of days at or below the 0.9 quantile.
    pub below_90: f64,
    /// Share of days at or below the 0.95 quantile.
    pub below_95: f64,
    /// Share of days at or below the 0.975 quantile.
    pub below_975: f64,
    /// Scaled pinball loss of the naive method on the same.
    pub spl_naive: f64,
    /// 1 − scaled pinball loss ÷ that of the naive method: what forecasting added.
    pub value_added: f64,
}

impl BacktestScore {
    /// Of several panels, each weighed by its series; none for none. The method is the first's.
    pub fn together<'a>(scores: impl Iterator<Item = &'a Self>) -> Option<Self> {
        let scores: Vec<&Self> = scores.filter(|score| score.series > 0).collect();
        let first = scores.first()?;
        let series = scores.iter().map(|score| score.series).sum();
        let mean =
            |of: fn(&Self) -> f64| scores.iter().map(|score| of(score) * to_f64(score.series)).sum::<f64>() / to_f64(series);
        let (spl, spl_naive) = (mean(|score| score.spl), mean(|score| score.spl_naive));
        Some(Self {
            method: first.method,
            series,
            rmsse: mean(|score| score.rmsse),
            spl,
            spl_naive,
            mase: mean(|score| score.mase),
            wape28: mean(|score| score.wape28),
            bias: mean(|score| score.bias),
            below_90: mean(|score| score.below_90),
            below_95: mean(|score| score.below_95),
            below_975: mean(|score| score.below_975),
            value_added: value_added(spl, spl_naive),
        })
    }
}

/// The days from which to forecast: `count` of them, the last one horizon before `end` (the first day not known), each a horizon before the next.
pub fn origins(end: NaiveDate, horizon_days: usize, count: usize) -> Vec<NaiveDate> {
    let back = |times: usize| end.checked_sub_days(Days::new(u64::try_from(times * horizon_days).unwrap_or(u64::MAX)));
    (1..=count).rev().filter_map(back).collect()
}

/// Scores of `methods` over `panel` at `origins`, in that order. A series counts at an origin when it sold before it, its days reach over the
/// whole horizon, and its history has a step to scale by. `seed` is handed on.
pub fn score(
    panel: &[DemandSeries],
    origins: &[NaiveDate],
    horizon_days: usize,
    holidays: &[NaiveDate],
    methods: &[Method],
    seed: u64,
) -> Vec<BacktestScore> {
    let judged = |method: Method| {
        let mut sum = Sum::default();
        for origin in origins {
            let ask = Ask { origin: *origin, horizon_days, holidays, seed };
            let known = panel.iter().filter_map(|series| Some((cut(series, *origin)?, series)));
            let (started, full): (Vec<DemandSeries>, Vec<&DemandSeries>) = known.unzip();
            let forecasts = method::forecast_by(method, &started, &ask);
            let cases = started.par_iter().zip(&full).zip(&forecasts);
            let cases: Vec<Case> = cases.filter_map(|((history, full), said)| judge(history, full, said, &ask)).collect();
            cases.iter().for_each(|case| sum.add(case));
        }
        sum
    };
    let naive = judged(Method::Naive);
    methods.iter().map(|method| judged(*method).score(*method, &naive)).collect()
}

/// `series` up to the day before `origin`; none if nothing was sold by then.
fn cut(series: &DemandSeries, origin: NaiveDate) -> Option<DemandSeries> {
    let days = place(day_number(origin), day_number(series.first_day)).min(series.units.len());
    let upto = |known: usize| days.min(known);
    series.units[..days].iter().any(|units| *units > 0.0).then(|| DemandSeries {
        first_day: series.first_day,
        units: series.units[..days].to_vec(),
        stock: series.stock[..upto(series.stock.len())].to_vec(),
        prices: series.prices[..upto(series.prices.len())].to_vec(),
    })
}

#[derive(Default)]
struct Case {
    rmsse: f64,
    spl: f64,
    mase: Option<f64>,
    days: usize,
    sum_error: f64,
    sold: f64,
    below: [usize; 3],
}

/// None where the horizon is not known to its end or tells nothing. Days that stock held down are not judged: their demand is not known.
fn judge(history: &DemandSeries, full: &DemandSeries, said: &DemandForecast, ask: &Ask) -> Option<Case> {
    let start = place(day_number(ask.origin), day_number(full.first_day));
    let actual = full.units.get(start..start + ask.horizon_days)?;
    let open = |at: usize| full.stock.get(start + at).is_none_or(|stock| *stock == DayStock::Open) && actual[at].is_finite();
    let judged: Vec<(&DayDemand, f64)> =
        (0..actual.len()).filter(|at| open(*at)).map(|at| (&said.days[at], actual[at])).collect();
    if judged.is_empty() {
        return None;
    }
    let (squared, absolute) = (squared_step(&history.units)?, absolute_step(&history.units)?);
    let mean = |loss: &dyn Fn(&DayDemand, f64) -> f64| {
        judged.iter().map(|(said, actual)| loss(said, *actual)).sum::<f64>() / to_f64(judged.len())
    };
    Some(Case {
        rmsse: (mean(&|said, actual| (said.mean - actual).powi(2)) / squared).sqrt(),
        spl: mean(&|said, actual| mean_pinball(&said.quantiles, actual)) / absolute,
        mase: week_step(&history.units).map(|step| mean(&|said, actual| (said.mean - actual).abs()) / step),
        days: judged.len(),
        sum_error: judged.iter().map(|(said, actual)| said.mean - actual).sum(),
        sold: judged.iter().map(|(_, actual)| actual).sum(),
        below: [0.9, 0.95, 0.975].map(|level| at_or_below(&judged, level)),
    })
}

fn mean_pinball(quantiles: &[f64; LEVELS.len()], actual: f64) -> f64 {
    let judged = LEVELS.iter().zip(quantiles).filter(|(level, _)| M5_LEVELS.contains(level));
    judged.map(|(level, said)| pinball(*level, *said, actual)).sum::<f64>() / to_f64(M5_LEVELS.len())
}

fn at_or_below(judged: &[(&DayDemand, f64)], level: f64) -> usize {
    let at = LEVELS.iter().position(|known| *known == level).unwrap_or(0);
    judged.iter().filter(|(said, actual)| *actual <= said.quantiles[at]).count()
}

/// Mean absolute step from a day to the same weekday a week later, from the first sale on.
fn week_step(units: &[f64]) -> Option<f64> {
    let begun = &units[units.iter().position(|units| *units != 0.0)?..];
    let steps = begun.iter().zip(begun.get(7..)?).map(|(before, after)| (after - before).abs());
    let step = steps.sum::<f64>() / to_f64(begun.len() - 7);
    (step > 0.0).then_some(step)
}

fn value_added(spl: f64, spl_naive: f64) -> f64 {
    if spl_naive > 0.0 { 1.0 - spl / spl_naive } else { 0.0 }
}

#[derive(Default)]
struct Sum {
    cases: usize,
    scaled: usize,
    rmsse: f64,
    spl: f64,
    mase: f64,
    days: usize,
    absolute_error: f64,
    error: f64,
    sold: f64,
    below: [usize; 3],
}

impl Sum {
    fn add(&mut self, case: &Case) {
        self.cases += 1;
        self.rmsse += case.rmsse;
        self.spl += case.spl;
        self.scaled += usize::from(case.mase.is_some());
        self.mase += case.mase.unwrap_or(0.0);
        self.days += case.days;
        self.absolute_error += case.sum_error.abs();
        self.error += case.sum_error;
        self.sold += case.sold;
        for (sum, below) in self.below.iter_mut().zip(case.below) {
            *sum += below;
        }
    }

    fn score(&self, method: Method, naive: &Self) -> BacktestScore {
        let share = |part: f64, of: f64| if of > 0.0 { part / of } else { 0.0 };
        let cases = to_f64(self.cases);
        let below = self.below.map(|below| share(to_f64(below), to_f64(self.days)));
        let spl = share(self.spl, cases);
        let spl_naive = share(naive.spl, to_f64(naive.cases));
        BacktestScore {
            method,
            series: self.cases,
            rmsse: share(self.rmsse, cases),
            spl,
            mase: share(self.mase, to_f64(self.scaled)),
            wape28: share(self.absolute_error, self.sold),
            bias: share(self.error, self.sold),
            below_90: below[0],
            below_95: below[1],
            below_975: below[2],
            spl_naive,
            value_added: value_added(spl, spl_naive),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn date(day: u32) -> NaiveDate {
        NaiveDate::from_ymd_opt(2024, 3, day).unwrap()
    }

    #[test]
    fn by_hand() {
        // Two on every other day: the last day before the origin sold none, so the naive method says none.
        let units = (0..18).map(|day| f64::from(1 - day % 2) * 2.0).collect();
        let series = DemandSeries { first_day: date(1), units, stock: Vec::new(), prices: Vec::new() };
        let later = DemandSeries { first_day: date(17), ..series.clone() };
        let scores = score(&[series, later], &origins(date(19), 2, 1), 2, &[], &[Method::Naive], 1);
        let naive = &scores[0];
        assert_eq!((naive.series, naive.bias, naive.wape28, naive.mase), (1, -1.0, 1.0, 0.5));
        assert!((naive.rmsse - 0.5_f64.sqrt()).abs() < 1e-12);
        assert_eq!((naive.below_95, naive.value_added, naive.spl), (1.0, 0.0, naive.spl_naive));
        let both = BacktestScore::together([naive, naive].into_iter()).unwrap();
        assert_eq!((both.series, both.rmsse, both.spl), (2, naive.rmsse, naive.spl));
        assert_eq!(BacktestScore::together(std::iter::empty()), None);
    }

    #[test]
    fn days_that_stock_held_down_are_not_judged() {
        let units: Vec<f64> = (0..20).map(|day| if day == 19 { 9.0 } else { f64::from(day % 3) }).collect();
        let mut series = DemandSeries { first_day: date(1), units, stock: vec![DayStock::Open; 20], prices: Vec::new() };
        let judged =
            |series: &DemandSeries| score(std::slice::from_ref(series), &[date(19)], 2, &[], &[Method::MovingAverage28], 1);
        let both = judged(&series);
        series.stock[19] = DayStock::Unavailable;
        let one = judged(&series);
        assert!(one[0].rmsse < 0.5 * both[0].rmsse, "{one:?} {both:?}");
        series.stock[18] = DayStock::SoldOut;
        assert_eq!(judged(&series)[0].series, 0);
    }

    #[test]
    fn origins_are_a_horizon_apart() {
        assert_eq!(origins(date(30), 7, 3), [date(9), date(16), date(23)]);
    }
}
