//! Where a probability comes from: which method is used on what has matured, and how that is labelled. Knows neither values nor words.

use crate::calibration::held;

use super::buying::{self, Buying};
use super::features::COUNT;
use super::ledger::{Standing, count};
use super::panel::{Frame, Matured};
use super::regression::{Kind, Regression};
use super::segments::Segments;
use super::{Confidence, Method};

const NOTHING_MATURED: &str = "no earlier cutoff whose horizon is over: not corrected by outcomes";
const SEASON_UNKNOWN: &str = "the same season of last year is not known: base rate of the months before, held back";

/// Where probabilities come from, and how that is labelled.
pub(super) struct Said {
    pub(super) by: Source,
    pub(super) method: &'static str,
    pub(super) fallback: Option<&'static str>,
    pub(super) confidence: Confidence,
}

pub(super) enum Source {
    Segments(Segments),
    Share(f64),
    Buying,
    Regression(Box<Regression>),
}

impl Said {
    /// Of no order, by where a customer stands and what was known.
    pub(super) fn probability(&self, of: &Standing<'_>, row: &[f64; COUNT]) -> f64 {
        match &self.by {
            Source::Segments(segments) => held(segments.share(of)),
            Source::Share(share) => held(*share),
            Source::Buying => buying::probability(row[0]),
            Source::Regression(regression) => buying::probability(regression.log_odds(row)),
        }
    }

    /// What each feature adds to the log odds; none where no regression speaks.
    pub(super) fn contributions(&self, row: &[f64; COUNT]) -> Option<[f64; COUNT]> {
        match &self.by {
            Source::Regression(regression) => Some(regression.contributions(row)),
            _ => None,
        }
    }
}

/// The method on what has matured; without it the models of buying as they are.
pub(super) fn by_models(method: Method, matured: &[Matured], frame: Frame<'_>, buying: &Buying) -> Said {
    let uncorrected = |method, fallback| Said { by: Source::Buying, method, fallback, confidence: Confidence::Low };
    let kind = match method {
        Method::BgNbd => return uncorrected("BG/NBD", None),
        Method::ParetoNbd => return uncorrected("Pareto/NBD", None),
        Method::Constant => return constant(matured),
        Method::Recency => Kind::Recency,
        Method::Logistic => Kind::Features,
        Method::Unseasonal => Kind::Unseasonal,
        Method::Default => Kind::Seasonal,
    };
    let Some(regression) = Regression::fit(matured, frame, buying, kind) else {
        return uncorrected("models of buying", Some(NOTHING_MATURED));
    };
    let much = regression.trust >= 0.5 && regression.rows >= 1_000;
    let (fallback, confidence) = match (kind, regression.season) {
        (Kind::Seasonal, Some(_)) if regression.cutoffs >= 6 && regression.rows >= 2_000 => (None, Confidence::High),
        (Kind::Seasonal, Some(_)) => (None, Confidence::Medium),
        (Kind::Seasonal, None) => (Some(SEASON_UNKNOWN), if much { Confidence::Medium } else { Confidence::Low }),
        _ => (None, Confidence::Low),
    };
    let method = match kind {
        Kind::Recency => "regression on recency",
        Kind::Features => "regression",
        Kind::Unseasonal => "models of buying, corrected",
        Kind::Seasonal => "models of buying, corrected, season of last year",
    };
    let method = if fallback.is_some() && kind == Kind::Seasonal { "models of buying, corrected" } else { method };
    Said { by: Source::Regression(Box::new(regression)), method, fallback, confidence }
}

fn constant(matured: &[Matured]) -> Said {
    let none = matured.iter().flat_map(|one| &one.none).filter(|none| **none).count();
    let all = matured.iter().map(|one| one.none.len()).sum::<usize>();
    let by = Source::Share((count(none) + 0.5) / (count(all) + 1.0));
    Said { by, method: "constant", fallback: (all == 0).then_some(NOTHING_MATURED), confidence: Confidence::Low }
}
