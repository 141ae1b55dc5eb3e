//! What the models of buying know of a customer: how often again, how recently, since when, for how much. Knows no unit of time.

/// A customer's buying up to a day, in any unit of time, the same for all (Fader, Hardie, Lee 2005). Orders of one day count as one.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Summary {
    /// Orders after the first.
    pub repeats: f64,
    /// From the first order to the last; 0 without a repeat.
    pub recency: f64,
    /// From the first order to the day up to which is known.
    pub age: f64,
    /// Mean value of the orders after the first; 0 where there is none. Only Gamma-Gamma reads it.
    pub mean_value: f64,
}

impl Summary {
    pub(super) fn is_possible(&self) -> bool {
        let numbers = [self.repeats, self.recency, self.age, self.mean_value];
        numbers.iter().all(|value| value.is_finite() && *value >= 0.0)
            && self.recency <= self.age
            && (self.repeats > 0.0 || self.recency == 0.0)
    }
}

/// Why a model of buying was not fitted.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum FitError {
    /// Nobody, or nobody who came again.
    #[error("fitting a model of buying: {customers} customers, {repeaters} of whom came again")]
    TooFew {
        /// Customers given.
        customers: usize,
        /// Those with a repeat.
        repeaters: usize,
    },
    /// A number is not one, is negative, or a last order lies after the last day.
    #[error("fitting a model of buying: the summary at {index} cannot be")]
    Impossible {
        /// Its place.
        index: usize,
    },
    /// The likelihood has no top that was found.
    #[error("fitting a model of buying: the likelihood led nowhere")]
    NoTop,
}

/// Summaries that are alike, once, each with how many they are; refuses what cannot be.
pub(super) fn distinct(summaries: &[Summary]) -> Result<Vec<(Summary, f64)>, FitError> {
    if let Some(index) = summaries.iter().position(|summary| !summary.is_possible()) {
        return Err(FitError::Impossible { index });
    }
    let repeaters = summaries.iter().filter(|summary| summary.repeats > 0.0).count();
    if repeaters < 2 || !summaries.iter().any(|summary| summary.age > 0.0) {
        return Err(FitError::TooFew { customers: summaries.len(), repeaters });
    }
    let mut sorted = summaries.to_vec();
    sorted.sort_by(|left, right| {
        let (left, right) = (key(left), key(right));
        left.0.total_cmp(&right.0).then(left.1.total_cmp(&right.1)).then(left.2.total_cmp(&right.2))
    });
    let alike = sorted.chunk_by(|left, right| key(left) == key(right));
    Ok(alike.map(|group| (group[0], group.iter().map(|_| 1.0).sum())).collect())
}

fn key(summary: &Summary) -> (f64, f64, f64) {
    (summary.repeats, summary.recency, summary.age)
}

/// Sums of weights by the number of repeats, ascending.
pub(super) fn by_repeats(distinct: &[(Summary, f64)]) -> Vec<(f64, f64)> {
    let alike = distinct.chunk_by(|left, right| left.0.repeats == right.0.repeats);
    alike.map(|group| (group[0].0.repeats, group.iter().map(|(_, weight)| weight).sum())).collect()
}

pub(super) fn weight_of(distinct: &[(Summary, f64)]) -> f64 {
    distinct.iter().map(|(_, weight)| weight).sum()
}

/// The mean age: the scale on which rates are searched.
pub(super) fn mean_age(distinct: &[(Summary, f64)]) -> f64 {
    distinct.iter().map(|(summary, weight)| summary.age * weight).sum::<f64>() / weight_of(distinct)
}
