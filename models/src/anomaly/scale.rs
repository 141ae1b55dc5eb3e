//! The scale on which a series' spread is the same high and low: as it is, its root, or its logarithm. Knows one value at a time.

/// Values beyond it, to either side, are held at it: sums of squares stay finite.
const MOST: f64 = 1e15;

/// How values are seen.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Scale {
    /// As they are.
    Plain,
    /// By their square root: spread grows with the root, as of counts. Values of 0 and more.
    Root,
    /// By their logarithm, held at `least`: spread grows with the value, as of turnover. Values above 0.
    Logarithm {
        /// What smaller values count as.
        least: f64,
    },
}

impl Scale {
    /// The value on this scale.
    pub(super) fn seen(self, value: f64) -> f64 {
        let value = value.clamp(-MOST, MOST);
        match self {
            Self::Plain => value,
            Self::Root => value.max(0.0).sqrt(),
            Self::Logarithm { least } => value.max(least).ln(),
        }
    }

    /// The same; of what is missing, nothing.
    pub(super) fn seen_or_nan(self, value: f64) -> f64 {
        if value.is_finite() { self.seen(value) } else { f64::NAN }
    }

    /// The value that is seen so.
    pub(super) fn value(self, seen: f64) -> f64 {
        let value = match self {
            Self::Plain => seen,
            Self::Root => seen.max(0.0).powi(2),
            Self::Logarithm { .. } => seen.exp(),
        };
        value.clamp(-MOST, MOST)
    }

    /// The scales that fit values of which the least and the median are these; the plain one first.
    pub(super) fn candidates(least: f64, median: f64) -> Vec<Self> {
        let mut scales = vec![Self::Plain];
        if least >= 0.0 {
            scales.push(Self::Root);
        }
        // A value of a fiftieth of the usual is as good as none: its logarithm would hide all others.
        if least > median / 50.0 && least > 0.0 {
            scales.push(Self::Logarithm { least: least / 20.0 });
        }
        scales
    }
}
